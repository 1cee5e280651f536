//! Keys of systems, for the security administrator.

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    access::Action,
    ids::OrganisationId,
    text::{Lang, Text},
};
use registry::{
    api_key::{self, Made, NewKey, SCOPES},
    organisation,
    platform::Platform,
};
use serde::Deserialize;

use crate::{
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    signed::Sent,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/console/keys", get(page).post(make))
        .route("/console/keys/rotate", post(rotate))
        .route("/console/keys/revoke", post(revoke))
}

struct KeyView {
    department: String,
    name: String,
    label: String,
    scopes: String,
    addresses: String,
    expires_at: String,
    last_used_at: String,
    signed: bool,
    revoked: bool,
}

#[derive(Template)]
#[template(path = "console/keys.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    keys: Vec<KeyView>,
    organisations: Vec<(i64, String)>,
    scopes: Vec<&'static str>,
    /// Shown this once.
    made: Option<Made>,
    wrong: Option<Text>,
}

#[derive(Deserialize)]
struct Given {
    organisation: i64,
    label: String,
    #[serde(default)]
    addresses: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    per_minute: String,
    #[serde(default)]
    per_day: String,
    #[serde(default)]
    signing: String,
    #[serde(default)]
    public_key: String,
    #[serde(flatten)]
    ticked: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Which {
    department: String,
    label: String,
}

async fn page(desk: Desk) -> Result<Response, Error> {
    shown(&desk, None, None).await
}

async fn make(desk: Desk, Sent(given): Sent<Given>) -> Result<Response, Error> {
    let scopes = given.ticked.iter().filter(|(_, on)| *on == "1");
    let scopes = scopes.filter_map(|(name, _)| name.strip_prefix("scope.")).map(str::to_owned);
    let public_key = Some(given.public_key.trim().to_owned()).filter(|key| !key.is_empty());
    let numbers = [
        number("days", ("有效天数", "days"), &given.days),
        number("per_minute", ("每分钟上限", "requests a minute"), &given.per_minute),
        number("per_day", ("每日上限", "requests a day"), &given.per_day),
    ];
    let [days, per_minute, per_day] = match numbers {
        [Ok(days), Ok(per_minute), Ok(per_day)] => [days, per_minute, per_day],
        [Err(why), ..] | [_, Err(why), _] | [.., Err(why)] => return told(&desk, why).await,
    };
    let new = NewKey {
        label: given.label.trim().to_owned(),
        scopes: scopes.collect(),
        addresses: given.addresses.split_whitespace().map(str::to_owned).collect(),
        days,
        per_minute,
        per_day,
        secret: given.signing == "hmac",
        signed_only: matches!(given.signing.as_str(), "hmac" | "sm2"),
        public_key,
    };
    let organisation = OrganisationId(given.organisation);
    let access = desk.signed.access();
    match api_key::make(desk.platform(), &access, organisation, &new).await {
        Ok(made) => shown(&desk, Some(made), None).await,
        Err(why) => told(&desk, why).await,
    }
}

/// A number of the form; none where nothing was written.
fn number(
    name: &'static str,
    (zh, en): (&str, &str),
    text: &str,
) -> Result<Option<i64>, registry::error::Error> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let read = text.parse().map(Some);
    read.map_err(|_| registry::error::Error::Question {
        name,
        text: Text::new(
            format!("{zh}应为整数，或留空"),
            format!("“{en}” is a whole number, or left empty"),
        ),
    })
}

async fn rotate(desk: Desk, Sent(which): Sent<Which>) -> Result<Response, Error> {
    let (access, Which { department, label }) = (desk.signed.access(), which);
    match api_key::rotate(desk.platform(), &access, &department, &label, None).await {
        Ok(made) => shown(&desk, Some(made), None).await,
        Err(why) => told(&desk, why).await,
    }
}

async fn revoke(desk: Desk, Sent(which): Sent<Which>) -> Result<Response, Error> {
    let (access, Which { department, label }) = (desk.signed.access(), which);
    api_key::revoke_by(desk.platform(), &access, &department, &label).await?;
    Ok(Redirect::to("/console/keys").into_response())
}

async fn told(desk: &Desk, why: registry::error::Error) -> Result<Response, Error> {
    match why {
        registry::error::Error::Question { text, .. } | registry::error::Error::Refused(text) => {
            let page = shown(desk, None, Some(text)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
        why => Err(why.into()),
    }
}

async fn shown(desk: &Desk, made: Option<Made>, wrong: Option<Text>) -> Result<Response, Error> {
    let (platform, lang, access) = (desk.platform(), desk.lang(), desk.signed.access());
    let keys = api_key::all(platform, &access).await?;
    let organisations = organisation::institutions(platform, &access, Action::ManageKeys).await?;
    let minute = |at: Option<jiff::Timestamp>| at.map(|at| platform.minute(at)).unwrap_or_default();
    let views = keys.into_iter().map(|key| KeyView {
        name: platform.department_label(&key.holder.department, lang),
        department: key.holder.department,
        label: key.holder.label,
        scopes: key.terms.scopes.join(" "),
        addresses: key.terms.addresses.join(" "),
        expires_at: minute(key.terms.expires_at),
        last_used_at: minute(key.last_used_at),
        signed: key.terms.signed_only,
        revoked: key.revoked_at.is_some(),
    });
    let open = organisations.into_iter().filter(|one| !one.closed);
    draw(&Page {
        f: desk.frame(),
        l: lang,
        d: desk.console("keys"),
        keys: views.collect(),
        organisations: open.map(|one| (one.id.0, one.name)).collect(),
        scopes: SCOPES
            .iter()
            .filter(|action| api_key::holding::is_given_on_a_page(**action))
            .map(|action| action.code())
            .collect(),
        made,
        wrong,
    })
}

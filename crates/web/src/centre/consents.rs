//! Consents of one's own: granted after a page that says in plain words what will be seen, taken back
//! by one press.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    ids::{ConsentId, OrganisationId},
    text::{Lang, Text},
};
use registry::{
    consent::{self, ConsentView, Wanted},
    platform::Platform,
};
use serde::Deserialize;

use super::own_subject;
use crate::{
    desk::{Bench, Desk},
    error::{Error, if_any},
    portal::draw,
    signed::Sent,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/centre/consents", get(page).post(grant))
        .route("/centre/consents/{id}/revoke", post(revoke))
}

#[derive(Template)]
#[template(path = "centre/consents.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    consents: Vec<ConsentView>,
    organisations: Vec<(i64, String)>,
    purposes: Vec<(String, String)>,
    items: Vec<ItemChoice>,
    days: i64,
    longest: i64,
    wrong: Option<Text>,
    grants: bool,
}

#[derive(Template)]
#[template(path = "centre/consent_confirm.html")]
struct Confirm {
    f: Frame,
    l: Lang,
    d: Bench,
    organisation: String,
    organisation_id: i64,
    purpose: String,
    purpose_code: String,
    items: Vec<(String, String)>,
    days: i64,
    until: String,
    single_use: bool,
}

struct ItemChoice {
    id: String,
    label: String,
    openness: String,
}

#[derive(Deserialize)]
struct Given {
    organisation: i64,
    purpose: String,
    /// Item ids, one after another; a form sends the boxes that are ticked under their own names.
    #[serde(default)]
    items: String,
    days: i64,
    #[serde(default)]
    single_use: String,
    #[serde(default)]
    confirmed: String,
    #[serde(flatten)]
    ticked: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Nothing {}

impl Given {
    fn wanted(&self) -> Wanted {
        let listed = self.items.split(',').map(str::to_owned);
        let ticked = self.ticked.iter().filter_map(|(name, on)| {
            Some(name.strip_prefix("item.")?.to_owned()).filter(|_| on == "1")
        });
        Wanted {
            organisation: OrganisationId(self.organisation),
            purpose: self.purpose.clone(),
            items: listed.chain(ticked).filter(|item| !item.is_empty()).collect(),
            days: Some(self.days),
            single_use: self.single_use == "1",
        }
    }
}

async fn page(desk: Desk) -> Result<Response, Error> {
    shown(&desk, None).await
}

async fn grant(desk: Desk, Sent(given): Sent<Given>) -> Result<Response, Error> {
    own_subject(&desk)?;
    let (platform, access) = (desk.platform(), desk.signed.own_access());
    let wanted = given.wanted();
    if given.confirmed == "1" {
        return match consent::grant(platform, &access, &wanted).await {
            Ok(_) => Ok(Redirect::to("/centre/consents").into_response()),
            Err(why) => told(&desk, why).await,
        };
    }
    match consent::terms(platform, &access, &wanted).await {
        Ok((terms, organisation)) => {
            let lang = desk.lang();
            let label = |item: &String| {
                let known = platform.policy.item(item);
                let label = known.map_or(item.as_str(), |one| one.label.get(lang));
                (item.clone(), label.to_owned())
            };
            draw(&Confirm {
                f: desk.frame(),
                l: lang,
                d: desk.centre("consents"),
                organisation: organisation.name,
                organisation_id: given.organisation,
                purpose: consent::purpose(platform, &terms.purpose, lang),
                items: terms.items.iter().map(label).collect(),
                purpose_code: terms.purpose,
                days: given.days,
                until: platform.minute(terms.until),
                single_use: terms.single_use,
            })
        }
        Err(why) => told(&desk, why).await,
    }
}

async fn revoke(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Response, Error> {
    own_subject(&desk)?;
    consent::revoke(desk.platform(), &desk.signed.own_access(), ConsentId(id)).await?;
    Ok(Redirect::to("/centre/consents").into_response())
}

async fn told(desk: &Desk, why: registry::error::Error) -> Result<Response, Error> {
    match why {
        registry::error::Error::Question { text, .. } => {
            let page = shown(desk, Some(text)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
        why => Err(why.into()),
    }
}

async fn shown(desk: &Desk, wrong: Option<Text>) -> Result<Response, Error> {
    own_subject(desk)?;
    let (platform, lang) = (desk.platform(), desk.lang());
    let access = desk.signed.own_access();
    // An agent sees what was granted, and grants nothing.
    let grantees = if_any(consent::grantees(platform, &access).await)?;
    let grants = grantees.is_some();
    let organisations = grantees.unwrap_or_default();
    let purposes = platform.policy.codes.get("query_purposes");
    let purposes = purposes.map(|list| list.entries.as_slice()).unwrap_or_default();
    let items = registry::catalogue::items(platform, platform.today());
    let default = platform.policy.parameter("report.consent_term", platform.today());
    draw(&Page {
        f: desk.frame(),
        l: lang,
        d: desk.centre("consents"),
        consents: consent::own(platform, &access, lang).await?,
        organisations: organisations.into_iter().map(|one| (one.id.0, one.name)).collect(),
        purposes: purposes
            .iter()
            .map(|entry| (entry.code.clone(), entry.label.get(lang).to_owned()))
            .collect(),
        items: items
            .iter()
            .filter(|(_, basis)| basis.is_some())
            .map(|(item, _)| ItemChoice {
                id: item.id.to_string(),
                label: item.label.get(lang).to_owned(),
                openness: item.openness.label().get(lang).to_owned(),
            })
            .collect(),
        days: default.map_or(1, |value| value.value),
        longest: registry::session::limit(platform, "consent_longest")?,
        wrong,
        grants,
    })
}

//! Claims of one's own, and those on one's company that a representative decides.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    ids::ClaimId,
    role::Role,
    text::{Lang, Text},
};
use registry::{
    claim::{self, ClaimView},
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
        .route("/centre/claims", get(page).post(file))
        .route("/centre/claims/person", post(person))
        .route("/centre/claims/{id}", post(decide))
}

#[derive(Template)]
#[template(path = "centre/claims.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    own: Vec<ClaimView>,
    waiting: Vec<ClaimView>,
    wrong: Option<Text>,
    told: Option<Text>,
}

#[derive(Deserialize)]
struct Company {
    code: String,
    role: String,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize)]
struct Person {
    number: String,
    #[serde(default)]
    note: String,
}

/// What is done with a claim, here and at the centre.
#[derive(Deserialize)]
pub struct Decision {
    /// `confirm`, `refuse` or `withdraw`.
    pub decision: String,
    #[serde(default)]
    pub reason: String,
}

async fn page(desk: Desk) -> Result<Response, Error> {
    shown(&desk, None, None).await
}

async fn file(desk: Desk, Sent(given): Sent<Company>) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let role = Role::from_code(&given.role).ok_or(Error::NotFound)?;
    match claim::file_for_company(platform, &access, &given.code, role, &given.note).await {
        Ok(_) => Ok(Redirect::to("/centre/claims").into_response()),
        Err(why) => told(&desk, why).await,
    }
}

async fn person(desk: Desk, Sent(given): Sent<Person>) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    match claim::file_for_oneself(platform, &access, &given.number, &given.note).await {
        Ok(()) => {
            let told = Text::new(
                "已收到。如果本平台有您的档案，信用中心核对身份后会确认；请带身份证件到窗口，或等通知。",
                "Received. If there is a file of yours here, the centre confirms it once your identity was checked; come to the window with your document, or wait to be told.",
            );
            shown(&desk, None, Some(told)).await
        }
        Err(why) => told(&desk, why).await,
    }
}

async fn decide(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(given): Sent<Decision>,
) -> Result<Response, Error> {
    let (platform, id) = (desk.platform(), ClaimId(id));
    let own = desk.signed.own_access();
    let done = match given.decision.as_str() {
        "confirm" => claim::decide(platform, &own, id, true, &given.reason).await,
        "refuse" => claim::decide(platform, &own, id, false, &given.reason).await,
        "withdraw" => claim::withdraw(platform, &desk.signed.access(), id).await,
        _ => return Err(Error::NotFound),
    };
    match done {
        Ok(()) => Ok(Redirect::to("/centre/claims").into_response()),
        Err(why) => told(&desk, why).await,
    }
}

async fn told(desk: &Desk, why: registry::error::Error) -> Result<Response, Error> {
    match why {
        registry::error::Error::Question { text, .. } | registry::error::Error::Refused(text) => {
            let page = shown(desk, Some(text), None).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
        why => Err(why.into()),
    }
}

async fn shown(desk: &Desk, wrong: Option<Text>, told: Option<Text>) -> Result<Response, Error> {
    let (platform, lang) = (desk.platform(), desk.lang());
    draw(&Page {
        f: desk.frame(),
        l: lang,
        d: desk.centre("claims"),
        own: claim::own(platform, &desk.signed.access(), lang).await?,
        waiting: claim::on_own_company(platform, &desk.signed.own_access(), lang).await?,
        wrong,
        told,
    })
}

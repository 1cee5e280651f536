//! Claims that wait for a clerk of the centre, and consents granted to the organisation acted for.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    ids::{ClaimId, ConsentId},
    text::{Lang, Text},
};
use registry::{
    claim::{self, ClaimView},
    consent::{self, ConsentView},
    platform::Platform,
    reading,
};
use serde::Deserialize;

use super::file::FilePage;
use crate::{
    centre::claims::Decision,
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    signed::Sent,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/console/claims", get(page))
        .route("/console/claims/{id}", post(decide))
        .route("/console/consents", get(consents))
        .route("/console/consents/{id}", post(open))
}

#[derive(Template)]
#[template(path = "console/claims.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    claims: Vec<ClaimView>,
    wrong: Option<Text>,
}

#[derive(Template)]
#[template(path = "console/consents.html")]
struct Consents {
    f: Frame,
    l: Lang,
    d: Bench,
    consents: Vec<ConsentView>,
}

#[derive(Deserialize)]
struct Nothing {}

async fn page(desk: Desk) -> Result<Response, Error> {
    shown(&desk, None).await
}

async fn decide(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(given): Sent<Decision>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let confirm = given.decision == "confirm";
    match claim::decide(platform, &access, ClaimId(id), confirm, &given.reason).await {
        Ok(()) => Ok(Redirect::to("/console/claims").into_response()),
        Err(
            registry::error::Error::Question { text, .. } | registry::error::Error::Refused(text),
        ) => {
            let page = shown(&desk, Some(text)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
        Err(why) => Err(why.into()),
    }
}

async fn shown(desk: &Desk, wrong: Option<Text>) -> Result<Response, Error> {
    let (access, lang) = (desk.signed.access(), desk.lang());
    let claims = claim::waiting(desk.platform(), &access, lang).await?;
    draw(&Page { f: desk.frame(), l: lang, d: desk.console("claims"), claims, wrong })
}

async fn consents(desk: Desk) -> Result<Response, Error> {
    let lang = desk.lang();
    let consents = consent::granted(desk.platform(), &desk.signed.access(), lang).await?;
    draw(&Consents { f: desk.frame(), l: lang, d: desk.console("consents"), consents })
}

/// Opens the file on a consent. A form and not a link: a look may use the consent up.
async fn open(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Response, Error> {
    let lang = desk.lang();
    let access = desk.signed.access();
    let opened = reading::on_consent(desk.platform(), &access, ConsentId(id), lang).await?;
    let ground = format!("{} {id}", lang.t("授权", "Consent"));
    draw(&FilePage::of(&desk, "consents", opened, ground, "/console/consents".to_owned()))
}

//! The home page of the subject centre: whose file it is, and what waits.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use domain::text::Lang;
use registry::{
    claim::{self, ClaimView},
    consent::{self, ConsentView},
    platform::Platform,
};

use crate::{
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/centre", get(page))
}

#[derive(Template)]
#[template(path = "centre/home.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    /// Whether there is a file of one's own to read.
    known: bool,
    waiting: Vec<ClaimView>,
    own_claims: Vec<ClaimView>,
    consents: Vec<ConsentView>,
}

async fn page(desk: Desk) -> Result<Response, Error> {
    let (platform, lang) = (desk.platform(), desk.lang());
    let access = desk.signed.own_access();
    let known = desk.signed.own_subject().is_some();
    let consents = match known {
        true => consent::own(platform, &access, lang).await?,
        false => Vec::new(),
    };
    draw(&Page {
        f: desk.frame(),
        l: lang,
        d: desk.centre("home"),
        known,
        waiting: claim::on_own_company(platform, &access, lang).await?,
        own_claims: claim::own(platform, &desk.signed.access(), lang).await?,
        consents: consents.into_iter().filter(|one| one.void.is_empty()).collect(),
    })
}

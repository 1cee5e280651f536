//! Reports issued on one's own subject.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use domain::text::Lang;
use registry::{
    platform::Platform,
    report::{self, Issued},
};

use super::own_subject;
use crate::{
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/centre/reports", get(page))
}

#[derive(Template)]
#[template(path = "centre/reports.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    reports: Vec<Issued>,
    slug: String,
}

async fn page(desk: Desk) -> Result<Response, Error> {
    let subject = own_subject(&desk)?;
    let access = desk.signed.own_access();
    let reports = report::of_own_subject(desk.platform(), &access, subject).await?;
    let slug = registry::matter::slug(desk.platform(), subject).await?;
    draw(&Page { f: desk.frame(), l: desk.lang(), d: desk.centre("reports"), reports, slug })
}

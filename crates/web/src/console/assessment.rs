//! How departments keep the deadlines of their cases.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use domain::text::Lang;
use registry::{
    assessment::{self, AssessmentLine},
    platform::Platform,
};

use crate::{
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/console/assessment", get(page))
}

#[derive(Template)]
#[template(path = "console/assessment.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    lines: Vec<AssessmentLine>,
    days: i64,
}

async fn page(desk: Desk) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let (lines, days) = assessment::lines(platform, &access, desk.lang()).await?;
    draw(&Page { f: desk.frame(), l: desk.lang(), d: desk.console("assessment"), lines, days })
}

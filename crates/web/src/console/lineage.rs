//! Lineage: where a record came from and where it went.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use domain::{ids::RecordId, text::Lang};
use registry::{
    lineage::{self, Lineage},
    platform::Platform,
};
use serde::Deserialize;

use crate::{
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/console/lineage", get(ask)).route("/console/lineage/{record}", get(open))
}

#[derive(Template)]
#[template(path = "console/lineage.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    /// None where only the form is shown.
    lineage: Option<Lineage>,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    record: String,
}

async fn ask(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Error> {
    // What is pasted may be the address of a record's page: its last part is the number.
    let number = asked.record.trim().rsplit('/').next().and_then(|text| text.parse::<i64>().ok());
    if let Some(number) = number {
        return Ok(Redirect::to(&format!("/console/lineage/{number}")).into_response());
    }
    let (f, l, d) = (desk.frame(), desk.lang(), desk.console("lineage"));
    draw(&Page { f, l, d, lineage: None })
}

async fn open(desk: Desk, Path(record): Path<i64>) -> Result<Response, Error> {
    let (platform, access, l) = (desk.platform(), desk.signed.access(), desk.lang());
    let lineage = lineage::open(platform, &access, RecordId(record), l).await?;
    let (f, d) = (desk.frame(), desk.console("lineage"));
    draw(&Page { f, l, d, lineage: Some(lineage) })
}

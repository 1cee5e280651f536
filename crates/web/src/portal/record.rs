//! One record: everything disclosed of it, why it is here, and that it had older versions.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query},
    response::Response,
    routing::get,
};
use domain::text::Lang;
use registry::{
    platform::Platform,
    record::{self, History, OlderVersion, RecordView, Viewing},
    subject::Head,
    version::Clocks,
};
use serde::Deserialize;

use super::{Visit, draw};
use crate::{error::Error, view::Frame};

pub fn router() -> Router<Platform> {
    Router::new().route("/subjects/{slug}/records/{record}", get(page))
}

#[derive(Deserialize)]
struct AnotherDay {
    as_of: Option<String>,
    known_at: Option<String>,
}

#[derive(Template)]
#[template(path = "record.html")]
struct Page {
    f: Frame,
    l: Lang,
    subject: Head,
    r: RecordView,
    /// Newest first: that they were there, not what they said.
    older: Vec<OlderVersion>,
    clocks: Clocks,
}

async fn page(
    visit: Visit,
    Path((slug, number)): Path<(String, String)>,
    Query(day): Query<AnotherDay>,
) -> Result<Response, Error> {
    let number: i64 = number.parse().map_err(|_| Error::NotFound)?;
    let clocks = visit.clocks(day.as_of.as_deref(), day.known_at.as_deref()).await?;
    let viewing = Viewing::public(&visit.platform, visit.lang, clocks);
    let History { subject, record: r, older } = record::history(&viewing, &slug, number).await?;
    draw(&Page { f: visit.frame("search"), l: visit.lang, subject, r, older, clocks })
}

//! One record: everything disclosed of it, why it is here, and its older versions.

use askama::Template;
use axum::{Router, extract::Path, response::Response, routing::get};
use domain::{disclosure::Audience, text::Lang};
use registry::{
    platform::Platform,
    record::{self, RecordView, Viewing},
    subject::Head,
};

use super::{Visit, draw};
use crate::{error::Error, view::Frame};

pub fn router() -> Router<Platform> {
    Router::new().route("/subjects/{slug}/records/{record}", get(page))
}

#[derive(Template)]
#[template(path = "record.html")]
struct Page {
    f: Frame,
    l: Lang,
    subject: Head,
    r: RecordView,
    /// Newest first, without the one that stands.
    older: Vec<RecordView>,
}

async fn page(
    visit: Visit,
    Path((slug, number)): Path<(String, String)>,
) -> Result<Response, Error> {
    let platform = &visit.platform;
    let number: i64 = number.parse().map_err(|_| Error::NotFound)?;
    let viewing =
        Viewing { platform, audience: Audience::Public, lang: visit.lang, as_of: platform.today() };
    let (subject, views) = record::history(&viewing, &slug, number, platform.now()).await?;
    let mut views = views.into_iter();
    let r = views.next().ok_or(Error::NotFound)?;
    let older = views.collect();
    draw(&Page { f: visit.frame("search"), l: visit.lang, subject, r, older })
}

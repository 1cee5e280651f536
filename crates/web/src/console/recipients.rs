//! Who follows the change feed, how far they are, and what they still hold.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use domain::text::Lang;
use registry::{
    platform::Platform,
    recipient::{self, RecipientView},
};

use crate::{
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/console/recipients", get(page))
}

#[derive(Template)]
#[template(path = "console/recipients.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    recipients: Vec<RecipientView>,
}

async fn page(desk: Desk) -> Result<Response, Error> {
    let recipients = recipient::all(desk.platform(), &desk.signed.access(), desk.lang()).await?;
    draw(&Page { f: desk.frame(), l: desk.lang(), d: desk.console("recipients"), recipients })
}

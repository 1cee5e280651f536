//! What one's own organisation comes to under the scorecards, point by point.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use domain::{access::Action, text::Lang};
use registry::{
    platform::Platform,
    reading::{self, Asked},
    score::view::ScoresView,
};

use super::own_subject;
use crate::{
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/centre/score", get(open))
}

#[derive(Template)]
#[template(path = "centre/score.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    v: ScoresView,
    /// Where a record that counts is read.
    record_at: &'static str,
}

async fn open(desk: Desk) -> Result<Response, Error> {
    let access = desk.signed.own_access();
    let (subject, lang) = (own_subject(&desk)?, desk.lang());
    let asked = Asked { access: &access, action: Action::ReadOwn, subject, lang };
    let v = reading::scores(desk.platform(), asked).await?.view;
    let (f, d) = (desk.frame(), desk.centre("score"));
    draw(&Page { f, l: lang, d, v, record_at: "/centre/records/" })
}

//! What organisations come to under the scorecards: the cards with their last run, and one organisation.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use domain::{
    access::{Action, Ground},
    text::Lang,
};
use registry::{
    platform::Platform,
    reading::{self, Asked},
    score::{self, CardLine, view::ScoresView},
    subject,
};
use serde::Deserialize;

use crate::{
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/console/scores", get(cards)).route("/console/scores/{subject}", get(open))
}

#[derive(Template)]
#[template(path = "console/scores.html")]
struct Cards {
    f: Frame,
    l: Lang,
    d: Bench,
    cards: Vec<CardLine>,
}

#[derive(Template)]
#[template(path = "console/score.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    v: ScoresView,
    watermark: String,
    /// Where a record that counts is explained.
    record_at: &'static str,
}

#[derive(Deserialize)]
struct Sought {
    #[serde(default)]
    code: String,
}

async fn cards(desk: Desk, Query(sought): Query<Sought>) -> Result<Response, Error> {
    let code = sought.code.trim();
    if !code.is_empty() {
        let head = subject::by_slug(desk.platform(), code, desk.lang()).await?;
        let address = format!("/console/scores/{}", head.code.slug());
        return Ok(Redirect::to(&address).into_response());
    }
    let access = desk.signed.access().clone().on(Ground::Office, "");
    let cards = score::cards(desk.platform(), &access, desk.lang()).await?;
    draw(&Cards { f: desk.frame(), l: desk.lang(), d: desk.console("scores"), cards })
}

async fn open(desk: Desk, Path(slug): Path<String>) -> Result<Response, Error> {
    let (platform, lang) = (desk.platform(), desk.lang());
    let found = subject::find(platform, &slug).await?;
    let access =
        desk.signed.access().clone().on(Ground::Office, lang.t_static("信用评价", "evaluation"));
    let asked = Asked { access: &access, action: Action::ReadScore, subject: found.id, lang };
    let opened = reading::scores(platform, asked).await?;
    let (f, d) = (desk.frame(), desk.console("scores"));
    let (v, watermark) = (opened.view, opened.watermark.unwrap_or_default());
    draw(&Page { f, l: lang, d, v, watermark, record_at: "/console/lineage/" })
}

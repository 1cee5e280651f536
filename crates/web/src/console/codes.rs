//! The work list of codes: what is doubted, what may be done, and the share that is repeated or wrong.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    code_doubt::DoubtKind,
    text::{Lang, Text, grouped},
};
use registry::{
    code_doubt::{self, DoubtFigures, DoubtLine},
    platform::Platform,
};
use serde::Deserialize;

use crate::{
    desk::{Bench, Desk},
    error::Error,
    paper,
    portal::draw,
    signed::Sent,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/console/codes", get(list))
        .route("/console/codes/look", post(look))
        .route("/console/codes/{doubt}", post(settle))
}

#[derive(Template)]
#[template(path = "console/codes.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    figures: DoubtFigures,
    kind: Option<DoubtKind>,
    closed: bool,
    doubts: Vec<DoubtLine>,
    wrong: Option<Text>,
}

#[derive(Default, Deserialize)]
struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    closed: String,
}

#[derive(Deserialize)]
struct Settled {
    #[serde(default)]
    note: String,
}

#[derive(Deserialize)]
struct Nothing {}

async fn list(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Error> {
    shown(&desk, &asked, None).await
}

async fn shown(desk: &Desk, asked: &Asked, wrong: Option<Text>) -> Result<Response, Error> {
    let (platform, access, lang) = (desk.platform(), desk.signed.access(), desk.lang());
    let (kind, closed) = (DoubtKind::from_code(&asked.kind), asked.closed == "1");
    draw(&Page {
        f: desk.frame(),
        l: lang,
        d: desk.console("codes"),
        figures: code_doubt::figures(platform, &access).await?,
        doubts: code_doubt::list(platform, &access, kind, !closed, lang).await?,
        kind,
        closed,
        wrong,
    })
}

async fn look(desk: Desk, Sent(Nothing {}): Sent<Nothing>) -> Result<Redirect, Error> {
    code_doubt::ask(desk.platform()).await?;
    Ok(Redirect::to("/console/codes"))
}

async fn settle(
    desk: Desk,
    Path(doubt): Path<i64>,
    Sent(sent): Sent<Settled>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    match code_doubt::settle(platform, &access, doubt, &sent.note).await {
        Ok(()) => Ok(Redirect::to("/console/codes").into_response()),
        Err(why) => {
            let page = shown(&desk, &Asked::default(), Some(paper::told(why)?)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

/// The rate in per mille, with two places.
fn per_mille(figures: &DoubtFigures) -> String {
    figures
        .rate
        .hundredths()
        .map_or_else(|| "—".to_owned(), |share| format!("{}.{:02}‰", share / 100, share % 100))
}

fn of(figures: &DoubtFigures) -> String {
    format!("{} / {}", grouped(figures.rate.doubted), grouped(figures.rate.of))
}

fn within(figures: &DoubtFigures) -> bool {
    figures.rate.is_within(figures.target)
}

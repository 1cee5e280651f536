//! Merges: what was joined, what a wrong one touched, its end, and who is told.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    ids::MergeId,
    text::{Lang, Text},
};
use registry::{
    merge::{self, MergeLine, MergeView},
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
        .route("/console/merges", get(list))
        .route("/console/merges/{merge}", get(open).post(end))
        .route("/console/merges/{merge}/notices/{seq}", post(sent))
}

#[derive(Template)]
#[template(path = "console/merges.html")]
struct List {
    f: Frame,
    l: Lang,
    d: Bench,
    merges: Vec<MergeLine>,
}

#[derive(Template)]
#[template(path = "console/merge.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    m: MergeView,
    wrong: Option<Text>,
}

#[derive(Deserialize)]
struct Ended {
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct Nothing {}

async fn list(desk: Desk) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    draw(&List {
        f: desk.frame(),
        l: desk.lang(),
        d: desk.console("identities"),
        merges: merge::list(platform, &access, desk.lang()).await?,
    })
}

async fn open(desk: Desk, Path(merge): Path<i64>) -> Result<Response, Error> {
    shown(&desk, MergeId(merge), None).await
}

async fn shown(desk: &Desk, id: MergeId, wrong: Option<Text>) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    draw(&Page {
        f: desk.frame(),
        l: desk.lang(),
        d: desk.console("identities"),
        m: merge::open(platform, &access, id, desk.lang()).await?,
        wrong,
    })
}

async fn end(
    desk: Desk,
    Path(merge): Path<i64>,
    Sent(given): Sent<Ended>,
) -> Result<Response, Error> {
    let (platform, access, id) = (desk.platform(), desk.signed.access(), MergeId(merge));
    match merge::end(platform, &access, id, &given.reason).await {
        Ok(()) => Ok(Redirect::to(&format!("/console/merges/{id}")).into_response()),
        Err(why) => {
            let page = shown(&desk, id, Some(paper::told(why)?)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn sent(
    desk: Desk,
    Path((merge, seq)): Path<(i64, i64)>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Redirect, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    merge::sent(platform, &access, MergeId(merge), seq).await?;
    Ok(Redirect::to(&format!("/console/merges/{merge}#notices")))
}

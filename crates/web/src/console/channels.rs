//! Channels: folders from which files are taken in, and what became of each file.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    channel::{Answer, RunState},
    ids::ChannelId,
    text::{Lang, Text},
};
use registry::{
    channel::{self, ChannelView, PullAsked, RunView},
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
        .route("/console/channels", get(list).post(open))
        .route("/console/channels/{id}/pause", post(pause))
        .route("/console/channels/{id}/resume", post(resume))
        .route("/console/channels/{id}/run", post(hurry))
        .route("/console/channels/runs/{run}", post(answer))
}

#[derive(Template)]
#[template(path = "console/channels.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    channels: Vec<ChannelView>,
    libraries: Vec<String>,
    /// Departments and items for which one can be opened; none for those who may not.
    sources: Vec<(String, String)>,
    own: Option<String>,
    wrong: Option<Text>,
}

#[derive(Deserialize)]
struct Opened {
    source: String,
    #[serde(default)]
    mode: String,
    /// Nothing for a folder.
    #[serde(default)]
    library: String,
    #[serde(default)]
    relation: String,
    #[serde(default)]
    cursor: String,
    #[serde(default)]
    every_minutes: String,
}

#[derive(Deserialize)]
struct Answered {
    answer: String,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct Nothing {}

async fn list(desk: Desk) -> Result<Response, Error> {
    shown(&desk, None).await
}

async fn shown(desk: &Desk, wrong: Option<Text>) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    draw(&Page {
        f: desk.frame(),
        l: desk.lang(),
        d: desk.console("channels"),
        channels: channel::list(platform, &access, desk.lang()).await?,
        libraries: channel::libraries(platform),
        sources: channel::open_to(platform, &access, desk.lang()),
        own: access.department().map(str::to_owned),
        wrong,
    })
}

async fn open(desk: Desk, Sent(sent): Sent<Opened>) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let Opened { source, mode, library, relation, cursor, every_minutes } = sent;
    let pull = PullAsked { library, relation, cursor, every_minutes };
    let pull = Some(&pull).filter(|pull| !pull.library.is_empty());
    let done = channel::open(platform, &access, &source, &mode, pull).await;
    settled(&desk, done).await
}

async fn pause(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    settled(&desk, channel::pause(platform, &access, ChannelId(id), true).await).await
}

async fn resume(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    settled(&desk, channel::pause(platform, &access, ChannelId(id), false).await).await
}

async fn hurry(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    settled(&desk, channel::hurry(platform, &access, ChannelId(id)).await).await
}

async fn answer(
    desk: Desk,
    Path(run): Path<i64>,
    Sent(sent): Sent<Answered>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let answer = match sent.answer.as_str() {
        "confirm" => Answer::Confirm,
        "again" => Answer::Again,
        "discard" => Answer::Discard,
        _ => return Err(Error::NotFound),
    };
    settled(&desk, channel::answer(platform, &access, run, answer, &sent.reason).await).await
}

/// Back to the channels, or the channels again with what was wrong.
async fn settled(desk: &Desk, done: Result<(), registry::error::Error>) -> Result<Response, Error> {
    match done {
        Ok(()) => Ok(Redirect::to("/console/channels").into_response()),
        Err(why) => {
            let page = shown(desk, Some(paper::told(why)?)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

fn tag(state: RunState) -> &'static str {
    match state {
        RunState::Done => " tag--ok",
        RunState::Waiting => " tag--wait",
        RunState::Refused => " tag--late",
        RunState::Taking | RunState::Discarded => "",
    }
}

fn takes(run: &RunView, answer: &str) -> bool {
    let answer = match answer {
        "confirm" => Answer::Confirm,
        "again" => Answer::Again,
        _ => Answer::Discard,
    };
    run.state.takes(run.attempts, answer)
}

//! Who follows the change feed, how far they are, and what they still hold.

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use domain::text::{Lang, Text};
use registry::{
    platform::Platform,
    recipient::{self, RecipientView},
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
        .route("/console/recipients", get(page))
        .route("/console/received", get(own).post(confirm))
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

/// One's own organisation as a recipient.
#[derive(Template)]
#[template(path = "console/received.html")]
struct Own {
    f: Frame,
    l: Lang,
    d: Bench,
    own: Option<RecipientView>,
    wrong: Option<Text>,
}

#[derive(Deserialize)]
struct Position {
    position: i64,
}

async fn own(desk: Desk) -> Result<Response, Error> {
    shown(&desk, None).await
}

async fn confirm(desk: Desk, Sent(sent): Sent<Position>) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    match recipient::confirm_own(platform, &access, sent.position).await {
        Ok(_) => Ok(Redirect::to("/console/received").into_response()),
        Err(why) => {
            let page = shown(&desk, Some(paper::told(why)?)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn shown(desk: &Desk, wrong: Option<Text>) -> Result<Response, Error> {
    let own = recipient::own(desk.platform(), &desk.signed.access(), desk.lang()).await?;
    draw(&Own { f: desk.frame(), l: desk.lang(), d: desk.console("received"), own, wrong })
}

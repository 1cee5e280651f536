//! Reports from the public (投诉举报): sent without a name, and read again with the code given once.

use askama::Template;
use axum::{
    Form, Router,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use domain::text::{Lang, Text};
use registry::complaint::{self, FollowView, KINDS, Slip, Wanted};
use registry::platform::Platform;
use serde::Deserialize;

use super::{Visit, draw};
use crate::{error::Error, paper, signed::Visitor, view::Frame};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/complaints", get(page).post(send))
        .route("/complaints/follow", post(follow))
}

#[derive(Template)]
#[template(path = "complaint.html")]
struct Page {
    f: Frame,
    l: Lang,
    /// Code and label of each kind.
    kinds: Vec<(String, String)>,
    given: Given,
    /// How it is found again, once it was taken in.
    slip: Option<Slip>,
    wrong: Option<Text>,
    /// What was wrong with looking one up.
    missed: Option<Text>,
}

#[derive(Template)]
#[template(path = "complaint_follow.html")]
struct Follow {
    f: Frame,
    l: Lang,
    c: FollowView,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Given {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    number: String,
    #[serde(default)]
    code: String,
}

async fn page(visit: Visit) -> Result<Response, Error> {
    shown(&visit, Given::default(), None, (None, None))
}

async fn send(
    visit: Visit,
    Visitor(browser): Visitor,
    Form(given): Form<Given>,
) -> Result<Response, Error> {
    let wanted =
        Wanted { kind: given.kind.clone(), about: given.about.clone(), text: given.text.clone() };
    match complaint::file(&visit.platform, &wanted, &browser.address).await {
        Ok(slip) => shown(&visit, Given::default(), Some(slip), (None, None)),
        Err(why) => {
            let page = shown(&visit, given, None, (Some(paper::told(why)?), None))?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn follow(visit: Visit, Form(asked): Form<Asked>) -> Result<Response, Error> {
    let (platform, lang) = (&visit.platform, visit.lang);
    match complaint::follow(platform, &asked.number, &asked.code, lang).await? {
        Some(c) => draw(&Follow { f: visit.frame_unsaid(""), l: lang, c }),
        None => {
            let missed = Text::new(
                "没有这个编号和查询码的投诉举报，请核对后再查",
                "there is no report of this number and code: check both",
            );
            let page = shown(&visit, Given::default(), None, (None, Some(missed)))?;
            Ok((StatusCode::NOT_FOUND, page).into_response())
        }
    }
}

fn shown(
    visit: &Visit,
    given: Given,
    slip: Option<Slip>,
    (wrong, missed): (Option<Text>, Option<Text>),
) -> Result<Response, Error> {
    let kinds = visit.platform.policy.codes.get(KINDS);
    let kinds = kinds.map(|list| {
        let entries = list.entries.iter();
        entries.map(|one| (one.code.clone(), one.label.get(visit.lang).to_owned())).collect()
    });
    draw(&Page {
        f: visit.frame_unsaid(""),
        l: visit.lang,
        kinds: kinds.unwrap_or_default(),
        given,
        slip,
        wrong,
        missed,
    })
}

//! Replays: what is tried, what came of it, who adopted it, and every mover as a file.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    replay::{Group, Size},
    text::{Lang, Text},
};
use registry::{
    platform::Platform,
    replay::{self, ReplayLine, ReplayView},
};
use serde::Deserialize;

use crate::{
    chart::{self, Line},
    desk::{Bench, Desk},
    error::Error,
    paper,
    portal::draw,
    signed::Sent,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/console/replays", get(list).post(ask))
        .route("/console/replays/{id}", get(open))
        .route("/console/replays/{id}/adopt", post(adopt))
        .route("/console/replays/{id}/movers.csv", get(csv))
}

#[derive(Template)]
#[template(path = "console/replays.html")]
struct List {
    f: Frame,
    l: Lang,
    d: Bench,
    replays: Vec<ReplayLine>,
    /// Cards in force, and those that are drafts: name and label.
    live: Vec<(String, String)>,
    drafts: Vec<(String, String)>,
    wrong: Option<Text>,
}

#[derive(Template)]
#[template(path = "console/replay.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    v: ReplayView,
    charts: Vec<(String, String)>,
    wrong: Option<Text>,
}

#[derive(Deserialize)]
struct Asked {
    live: String,
    candidate: String,
}

#[derive(Deserialize)]
struct Adopted {
    #[serde(default)]
    reason: String,
}

async fn list(desk: Desk) -> Result<Response, Error> {
    listed(&desk, None).await
}

async fn listed(desk: &Desk, wrong: Option<Text>) -> Result<Response, Error> {
    let (platform, l) = (desk.platform(), desk.lang());
    let replays = replay::list(platform, &desk.signed.access()).await?;
    let today = platform.today();
    let (live, drafts): (Vec<_>, Vec<_>) =
        platform.policy.cards.iter().partition(|card| card.in_force(today));
    let named = |cards: Vec<&std::sync::Arc<domain::scorecard::Card>>| {
        cards.into_iter().map(|card| (card.name(), card.label.get(l).to_owned())).collect()
    };
    let (live, drafts) = (named(live), named(drafts));
    draw(&List { f: desk.frame(), l, d: desk.console("replays"), replays, live, drafts, wrong })
}

async fn ask(desk: Desk, Sent(asked): Sent<Asked>) -> Result<Response, Error> {
    let access = desk.signed.access();
    match replay::ask(desk.platform(), &access, &asked.live, &asked.candidate).await {
        Ok(()) => Ok(Redirect::to("/console/replays").into_response()),
        Err(why) => {
            let page = listed(&desk, Some(paper::told(why)?)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn open(desk: Desk, Path(id): Path<i64>) -> Result<Response, Error> {
    shown(&desk, id, None).await
}

async fn shown(desk: &Desk, id: i64, wrong: Option<Text>) -> Result<Response, Error> {
    let l = desk.lang();
    let v = replay::open(desk.platform(), &desk.signed.access(), id, l).await?;
    let charts = vec![
        drawn(l.t("按区划", "By district"), &v.districts, l),
        drawn(l.t("按行业", "By industry"), &v.industries, l),
        drawn(l.t("按规模", "By size"), &sizes(&v, l), l),
    ];
    draw(&Page { f: desk.frame(), l, d: desk.console("replays"), v, charts, wrong })
}

fn sizes(v: &ReplayView, l: Lang) -> Vec<(String, Group)> {
    let label = |size: &Size| match size {
        Size::Small => l.t("小企业", "small firms"),
        Size::Large => l.t("大企业", "large firms"),
        Size::Unknown => l.t("注册资本不详", "capital not known"),
    };
    v.summary.sizes.iter().map(|(size, group)| (label(size).to_owned(), *group)).collect()
}

/// A chart of groups, with its title.
fn drawn(title: &str, groups: &[(String, Group)], l: Lang) -> (String, String) {
    let lines: Vec<Line> = groups
        .iter()
        .map(|(label, group)| Line {
            label: label.clone(),
            worse: group.worse,
            better: group.better,
            text: match l {
                Lang::Zh => format!("降{} 升{} / {}", group.worse, group.better, group.subjects),
                Lang::En => format!("-{} +{} of {}", group.worse, group.better, group.subjects),
            },
        })
        .collect();
    (title.to_owned(), chart::bars(title, &lines))
}

async fn adopt(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(sent): Sent<Adopted>,
) -> Result<Response, Error> {
    match replay::adopt(desk.platform(), &desk.signed.access(), id, &sent.reason).await {
        Ok(()) => Ok(Redirect::to(&format!("/console/replays/{id}")).into_response()),
        Err(why) => {
            let page = shown(&desk, id, Some(paper::told(why)?)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn csv(desk: Desk, Path(id): Path<i64>) -> Result<Response, Error> {
    let bytes = replay::csv(desk.platform(), &desk.signed.access(), id, desk.lang()).await?;
    Ok(paper::download("text/csv; charset=utf-8", &format!("movers-{id}.csv"), bytes))
}

//! One's own file, one of its records, and who looked at it.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query},
    response::Response,
    routing::get,
};
use domain::{access::Action, catalogue::Polarity, ids::RecordId, text::Lang};
use registry::{
    access_log::{self, EntryView},
    file::FileView,
    platform::Platform,
    reading::{self, Asked},
    record::History,
    repair, repair_notice,
};
use serde::Deserialize;

use super::own_subject;
use crate::{
    desk::{Bench, Desk},
    error::Error,
    paper,
    portal::draw,
    view::Frame,
};

/// Entries of the log on a page.
const PAGE: i64 = 50;

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/centre/file", get(file))
        .route("/centre/records/{record}", get(record))
        .route("/centre/records/{record}/repair-notice", get(open_notice))
        .route("/centre/log", get(log))
}

#[derive(Template)]
#[template(path = "centre/file.html")]
struct File {
    f: Frame,
    l: Lang,
    d: Bench,
    file: FileView,
}

#[derive(Template)]
#[template(path = "centre/record.html")]
struct Record {
    f: Frame,
    l: Lang,
    d: Bench,
    history: History,
    /// Whether it speaks against its subject, so that repair may be applied for.
    repairs: bool,
    /// Whether its organ made a repair notice to go with the decision.
    informed: bool,
}

#[derive(Template)]
#[template(path = "centre/log.html")]
struct Log {
    f: Frame,
    l: Lang,
    d: Bench,
    entries: Vec<EntryView>,
    next: Option<i64>,
}

#[derive(Deserialize)]
struct Before {
    before: Option<i64>,
}

async fn file(desk: Desk) -> Result<Response, Error> {
    let access = desk.signed.own_access();
    let (subject, lang) = (own_subject(&desk)?, desk.lang());
    let asked = Asked { access: &access, action: Action::ReadOwn, subject, lang };
    let opened = reading::file(desk.platform(), asked).await?;
    draw(&File { f: desk.frame(), l: lang, d: desk.centre("file"), file: opened.view })
}

async fn record(desk: Desk, Path(number): Path<i64>) -> Result<Response, Error> {
    let access = desk.signed.own_access();
    let (subject, lang) = (own_subject(&desk)?, desk.lang());
    let asked = Asked { access: &access, action: Action::ReadOwn, subject, lang };
    let opened = reading::record(desk.platform(), asked, RecordId(number)).await?;
    let history = opened.view;
    let item = desk.platform().policy.item(&history.record.item);
    let negative = item.is_some_and(|item| item.polarity == Polarity::Negative);
    let (platform, record) = (desk.platform(), RecordId(number));
    // What speaks against nobody by itself is repaired where it does: a breach of a commitment.
    let repairs = negative || repair::eligibility(platform, &access, record).await?.is_some();
    let informed = repair_notice::has_own(platform, &access, record).await?;
    let (f, d) = (desk.frame(), desk.centre("file"));
    draw(&Record { f, l: lang, d, history, repairs, informed })
}

async fn open_notice(desk: Desk, Path(number): Path<i64>) -> Result<Response, Error> {
    own_subject(&desk)?;
    let access = desk.signed.own_access();
    let found = repair_notice::own(desk.platform(), &access, RecordId(number)).await?;
    Ok(paper::answer(found))
}

async fn log(desk: Desk, Query(Before { before }): Query<Before>) -> Result<Response, Error> {
    own_subject(&desk)?;
    let access = desk.signed.own_access();
    let mut entries =
        access_log::own(desk.platform(), &access, before, PAGE + 1, desk.lang()).await?;
    let more = i64::try_from(entries.len()).is_ok_and(|count| PAGE < count);
    entries.truncate(usize::try_from(PAGE).unwrap_or_default());
    let next = entries.last().filter(|_| more).map(|entry| entry.seq);
    draw(&Log { f: desk.frame(), l: desk.lang(), d: desk.centre("log"), entries, next })
}

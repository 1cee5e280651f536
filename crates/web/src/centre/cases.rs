//! One's own cases: applied for from the record, followed, completed, taken back.

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Request},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    access::Action,
    case::CaseKind,
    ids::{CaseId, DocumentId, RecordId},
    objection::Against,
    repair::{Ground, Path as RepairPath},
    text::{Lang, Text},
};
use jiff::civil::Date;
use registry::{
    case::{self, CaseLine, CaseView, Paper},
    commitment,
    listing::{self, Said},
    objection,
    platform::Platform,
    reading::{self, Asked},
    record::RecordView,
    repair::{self, PERFORMANCE, RULING},
    statement,
};
use serde::Deserialize;

use super::own_subject;
use crate::{
    desk::{Bench, Desk},
    error::Error,
    paper::{self, Brought},
    portal::draw,
    signed::Sent,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/centre/cases", get(list))
        .route("/centre/cases/{id}", get(page))
        .route("/centre/cases/{id}/answer", post(answer))
        .route("/centre/cases/{id}/papers/{paper}", get(open_paper))
        .route("/centre/cases/{id}/urge", post(urge))
        .route("/centre/cases/{id}/withdraw", post(withdraw))
        .route("/centre/records/{record}/objection", get(object_form))
        .route("/centre/records/{record}/repair", get(repair_form))
        .route("/centre/records/{record}/statement", post(state))
}

/// Addresses that take a paper; their bodies have a limit of their own.
pub fn upload() -> Router<Platform> {
    Router::new()
        .route("/centre/cases/{id}/complete", post(complete))
        .route("/centre/cases/{id}/papers", post(add_paper))
        .route("/centre/records/{record}/objection", post(object))
        .route("/centre/records/{record}/repair", post(apply))
        .layer(DefaultBodyLimit::disable())
}

#[derive(Template)]
#[template(path = "centre/cases.html")]
struct List {
    f: Frame,
    l: Lang,
    d: Bench,
    cases: Vec<CaseLine>,
}

#[derive(Template)]
#[template(path = "centre/case.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    c: CaseView,
    /// Address of the case.
    base: String,
    completing: bool,
    may_withdraw: bool,
    entry: Option<listing::view::View>,
    made: Option<commitment::view::View>,
    /// Whether an answer to a notice is waited for, or an appeal.
    answering: bool,
    appealing: bool,
    wrong: Option<Text>,
}

#[derive(Template)]
#[template(path = "centre/apply.html")]
struct Apply {
    f: Frame,
    l: Lang,
    d: Bench,
    record: RecordView,
    from: Option<Date>,
    until: Option<Date>,
    grounds: Vec<Ground>,
    organ: String,
    open: Option<i64>,
    commitment: String,
    wrong: Option<Text>,
    note: String,
}

#[derive(Template)]
#[template(path = "centre/object.html")]
struct Object {
    f: Frame,
    l: Lang,
    d: Bench,
    record: RecordView,
    against: Vec<(&'static str, String)>,
    open: Option<i64>,
    wrong: Option<Text>,
    note: String,
}

#[derive(Deserialize)]
struct Nothing {}

async fn list(desk: Desk) -> Result<Response, Error> {
    own_subject(&desk)?;
    let access = desk.signed.own_access();
    let cases = case::own(desk.platform(), &access, desk.lang()).await?;
    draw(&List { f: desk.frame(), l: desk.lang(), d: desk.centre("cases"), cases })
}

async fn page(desk: Desk, Path(id): Path<i64>) -> Result<Response, Error> {
    shown(&desk, id, None).await
}

async fn shown(desk: &Desk, id: i64, wrong: Option<Text>) -> Result<Response, Error> {
    own_subject(desk)?;
    let access = desk.signed.own_access();
    let (platform, lang) = (desk.platform(), desk.lang());
    let c = case::open(platform, &access, CaseId(id), lang).await?;
    let state = c.case.state.clone();
    let (mut entry, mut made) = (None, None);
    match c.line.kind {
        CaseKind::Listing => {
            entry = Some(listing::view::view(platform, &access, &c.case, lang).await?);
        }
        CaseKind::Commitment => {
            made = Some(commitment::view::view(platform, &access, &c.case, lang)?);
        }
        _ => {}
    }
    let answers = match state.as_str() {
        "heard" | "answered" => entry.is_some() || made.is_some(),
        "told" | "found" => made.is_some(),
        _ => false,
    };
    let withdraws = match c.line.kind {
        CaseKind::Listing | CaseKind::Complaint => false,
        CaseKind::Commitment => state == domain::commitment::State::Made.code(),
        _ => state != domain::repair::State::Shielded.code(),
    };
    let page = Page {
        f: desk.frame(),
        l: desk.lang(),
        d: desk.centre("cases"),
        base: format!("/centre/cases/{id}"),
        completing: state == domain::repair::State::Completing.code(),
        answering: answers,
        appealing: made.is_some() && state == domain::commitment::State::Found.code(),
        may_withdraw: c.line.is_open && withdraws,
        entry,
        made,
        c,
        wrong,
    };
    draw(&page)
}

async fn open_paper(desk: Desk, Path((id, paper)): Path<(i64, i64)>) -> Result<Response, Error> {
    own_subject(&desk)?;
    let access = desk.signed.own_access();
    let found = case::document(desk.platform(), &access, CaseId(id), DocumentId(paper)).await?;
    Ok(paper::answer(found))
}

async fn urge(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Response, Error> {
    own_subject(&desk)?;
    let done = case::urge(desk.platform(), &desk.signed.own_access(), CaseId(id)).await;
    settled(&desk, id, done).await
}

async fn withdraw(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Response, Error> {
    own_subject(&desk)?;
    let (platform, access) = (desk.platform(), desk.signed.own_access());
    let view = case::open(platform, &access, CaseId(id), desk.lang()).await?;
    let done = match view.line.kind {
        CaseKind::Repair => repair::withdraw(platform, &access, CaseId(id)).await,
        CaseKind::Objection => objection::withdraw(platform, &access, CaseId(id)).await,
        CaseKind::Commitment => commitment::withdraw(platform, &access, CaseId(id)).await,
        // The organ began it: its subject answers it. What others report, it does not see.
        CaseKind::Listing | CaseKind::Complaint => return Err(Error::NotFound),
    };
    settled(&desk, id, done).await
}

/// What a subject says to the notice of an entry in a list or of a breach, or its appeal.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    text: String,
    #[serde(default)]
    waives: String,
    #[serde(default)]
    hearing: String,
}

async fn answer(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(sent): Sent<Answer>,
) -> Result<Response, Error> {
    own_subject(&desk)?;
    let (platform, access) = (desk.platform(), desk.signed.own_access());
    let (waives, hearing) = (sent.waives == "1", sent.hearing == "1");
    let view = case::open(platform, &access, CaseId(id), desk.lang()).await?;
    let done = match view.line.kind {
        CaseKind::Commitment => {
            commitment::answer(platform, &access, CaseId(id), &sent.text, waives).await
        }
        _ => {
            let said = Said { text: sent.text, waives, hearing };
            listing::answer(platform, &access, CaseId(id), said).await
        }
    };
    settled(&desk, id, done).await
}

async fn complete(desk: Desk, Path(id): Path<i64>, request: Request) -> Result<Response, Error> {
    let platform = desk.platform();
    let brought = paper::bring(platform, &desk.signed, request, PERFORMANCE).await?;
    let (access, note) = (desk.signed.own_access(), brought.field("note").to_owned());
    let done = repair::complete(platform, &access, CaseId(id), &note, brought.paper).await;
    settled(&desk, id, done).await
}

async fn add_paper(desk: Desk, Path(id): Path<i64>, request: Request) -> Result<Response, Error> {
    let platform = desk.platform();
    let brought = paper::bring(platform, &desk.signed, request, objection::EVIDENCE).await?;
    let access = desk.signed.own_access();
    let kind = match brought.field("kind") {
        "performance" => PERFORMANCE,
        "ruling" => RULING,
        "statement" => listing::STATEMENT,
        _ => objection::EVIDENCE,
    };
    let done = match brought.paper {
        Some(paper) => {
            let paper = Paper { kind, ..paper };
            case::add_paper(platform, &access, CaseId(id), paper).await
        }
        None => Err(no_file()),
    };
    settled(&desk, id, done).await
}

/// Back to the case, or the case again with what was wrong.
async fn settled(
    desk: &Desk,
    id: i64,
    done: Result<(), registry::error::Error>,
) -> Result<Response, Error> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/centre/cases/{id}")).into_response()),
        Err(why) => {
            let text = paper::told(why)?;
            let page = shown(desk, id, Some(text)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

fn no_file() -> registry::error::Error {
    let text = Text::new("请选择文件", "choose a file");
    registry::error::Error::Question { name: "file", text }
}

/// What a subject says beside a record; nothing takes it back.
#[derive(Deserialize)]
struct Statement {
    #[serde(default)]
    statement: String,
}

async fn state(
    desk: Desk,
    Path(record): Path<i64>,
    Sent(sent): Sent<Statement>,
) -> Result<Response, Error> {
    own_subject(&desk)?;
    let access = desk.signed.own_access();
    match statement::make(desk.platform(), &access, RecordId(record), &sent.statement).await {
        Ok(()) => Ok(Redirect::to(&format!("/centre/records/{record}")).into_response()),
        Err(why) => Err(Error::BadRequest(paper::told(why)?)),
    }
}

async fn repair_form(desk: Desk, Path(record): Path<i64>) -> Result<Response, Error> {
    applying(&desk, record, None, String::new()).await
}

async fn apply(desk: Desk, Path(record): Path<i64>, request: Request) -> Result<Response, Error> {
    let platform = desk.platform();
    own_subject(&desk)?;
    let brought = paper::bring(platform, &desk.signed, request, PERFORMANCE).await?;
    let bankrupt = brought.field("path") == "bankruptcy";
    let path = if bankrupt { RepairPath::Bankruptcy } else { RepairPath::Performed };
    let kind = if bankrupt { RULING } else { PERFORMANCE };
    let note = brought.field("note").to_owned();
    let wanted = repair::Wanted {
        path,
        note: note.clone(),
        committed: brought.field("committed") == "1",
        paper: brought.paper.map(|paper| Paper { kind, ..paper }),
    };
    let access = desk.signed.own_access();
    match repair::file(platform, &access, RecordId(record), wanted).await {
        Ok(id) => Ok(Redirect::to(&format!("/centre/cases/{id}")).into_response()),
        Err(why) => {
            let page = applying(&desk, record, Some(paper::told(why)?), note).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn applying(
    desk: &Desk,
    record: i64,
    wrong: Option<Text>,
    note: String,
) -> Result<Response, Error> {
    let (platform, lang, access) = (desk.platform(), desk.lang(), desk.signed.own_access());
    let view = own_record(desk, record).await?;
    let told = repair::eligibility(platform, &access, RecordId(record)).await?;
    let told = told.ok_or_else(|| {
        Error::BadRequest(Text::new(
            "这条信息不在公示期内，或者不是失信信息，不需要修复。",
            "This record is not being published, or does not speak against you: it needs no repair.",
        ))
    })?;
    draw(&Apply {
        f: desk.frame(),
        l: lang,
        d: desk.centre("cases"),
        record: view,
        from: told.terms.repair_from,
        until: told.terms.published_until,
        grounds: told.unmet,
        organ: platform.department_label(&told.organ, lang),
        open: told.open.map(|id| id.0),
        commitment: repair::commitment(platform),
        wrong,
        note,
    })
}

async fn object_form(desk: Desk, Path(record): Path<i64>) -> Result<Response, Error> {
    objecting(&desk, record, None, String::new()).await
}

async fn object(desk: Desk, Path(record): Path<i64>, request: Request) -> Result<Response, Error> {
    let platform = desk.platform();
    own_subject(&desk)?;
    let brought: Brought =
        paper::bring(platform, &desk.signed, request, objection::EVIDENCE).await?;
    let note = brought.field("note").to_owned();
    let Some(against) = Against::from_code(brought.field("against")) else {
        let wrong = Text::new("请选择异议的原因", "choose what is wrong");
        let page = objecting(&desk, record, Some(wrong), note).await?;
        return Ok((StatusCode::BAD_REQUEST, page).into_response());
    };
    let wanted = objection::Wanted { against, note: note.clone(), paper: brought.paper };
    let access = desk.signed.own_access();
    match objection::file(platform, &access, RecordId(record), wanted).await {
        Ok(id) => Ok(Redirect::to(&format!("/centre/cases/{id}")).into_response()),
        Err(why) => {
            let page = objecting(&desk, record, Some(paper::told(why)?), note).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn objecting(
    desk: &Desk,
    record: i64,
    wrong: Option<Text>,
    note: String,
) -> Result<Response, Error> {
    let (platform, lang, access) = (desk.platform(), desk.lang(), desk.signed.own_access());
    let view = own_record(desk, record).await?;
    let open = objection::open_about(platform, &access, RecordId(record)).await?;
    let against = Against::ALL.iter();
    draw(&Object {
        f: desk.frame(),
        l: lang,
        d: desk.centre("cases"),
        record: view,
        against: against.map(|one| (one.code(), one.label().get(lang).to_owned())).collect(),
        open: open.map(|id| id.0),
        wrong,
        note,
    })
}

async fn own_record(desk: &Desk, record: i64) -> Result<RecordView, Error> {
    let (subject, lang) = (own_subject(desk)?, desk.lang());
    let access = desk.signed.own_access();
    let asked = Asked { access: &access, action: Action::ReadOwn, subject, lang };
    let opened = reading::record(desk.platform(), asked, RecordId(record)).await?;
    Ok(opened.view.record)
}

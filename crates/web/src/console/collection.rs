//! Figures of collection, zero reports, and the documents behind the figures.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, Request},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    document_number::{Confidence, Gap, Sequence},
    fault::Rule,
    period::PeriodState,
    text::{Lang, Text, grouped},
};
use jiff::civil::Date;
use registry::{
    collection::{
        self, CollectionLine, Timeliness,
        coverage::{self, Completeness, LedgerCoverage},
        documents::{self, TimedDocument},
        month_text, numbers,
    },
    platform::Platform,
    zero_report,
};
use serde::Deserialize;

use crate::{
    desk::{Bench, Desk},
    error::Error,
    paper,
    portal::draw,
    signed::Sent,
    view::{Frame, segment},
};

/// Gaps of one sequence shown; the rest is counted.
const GAPS_SHOWN: usize = 50;

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/console/collection", get(list))
        .route("/console/collection/{department}/{item}", get(line))
        .route("/console/collection/{department}/{item}/documents.csv", get(csv))
        .route("/console/collection/{department}/{item}/ledger", post(ledger))
        .route("/console/zero-reports", post(state))
        .route("/console/zero-reports/withdraw", post(withdraw))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    month: String,
}

#[derive(Template)]
#[template(path = "console/collection.html")]
struct List {
    f: Frame,
    l: Lang,
    d: Bench,
    month: String,
    /// Of several departments each line says whose it is.
    several: bool,
    lines: Vec<CollectionLine>,
}

#[derive(Template)]
#[template(path = "console/collection_item.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    month: String,
    line: CollectionLine,
    /// Whether the page is the department's own, which alone states zero reports.
    own: bool,
    deliveries: Vec<DeliveredView>,
    faults: Vec<(String, u64)>,
    late: Vec<TimedDocument>,
    sequences: Vec<Sequence>,
    coverage: Option<LedgerCoverage>,
    completeness: Completeness,
    wrong: Option<Text>,
}

struct DeliveredView {
    receipt: String,
    received_at: String,
    rows: u64,
    rejected: u64,
    created: u64,
}

#[derive(Deserialize)]
struct Period {
    item: String,
    first: String,
}

async fn list(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let month = collection::month(platform, &asked.month)?;
    let lines = collection::lines(platform, &access, month, desk.lang()).await?;
    let several = collection::whose(platform, &access)?.is_none();
    draw(&List {
        f: desk.frame(),
        l: desk.lang(),
        d: desk.console("collection"),
        month: month_text(month),
        several,
        lines,
    })
}

async fn line(
    desk: Desk,
    Path((department, item)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    item_page(&desk, (&department, &item), &asked.month, None).await
}

/// Takes a ledger in, against which what was handed in is held.
async fn ledger(
    desk: Desk,
    Path((department, item)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let brought = paper::bring(platform, &desk.signed, request, "ledger").await?;
    let (book, month) = (brought.field("source").to_owned(), brought.field("month").to_owned());
    let content = brought.paper.map(|paper| paper.content).unwrap_or_default();
    let source = (department.as_str(), item.as_str());
    match coverage::add(platform, &access, source, &content, &book).await {
        Ok(_) => {
            let (department, item) = (segment(&department), segment(&item));
            let to = format!(
                "/console/collection/{department}/{item}?month={}#coverage",
                segment(&month)
            );
            Ok(Redirect::to(&to).into_response())
        }
        Err(why) => {
            let page = item_page(&desk, source, &month, Some(paper::told(why)?)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn item_page(
    desk: &Desk,
    (department, item): (&str, &str),
    month: &str,
    wrong: Option<Text>,
) -> Result<Response, Error> {
    let (platform, lang, access) = (desk.platform(), desk.lang(), desk.signed.access());
    let month = collection::month(platform, month)?;
    let source = (department, item);
    let line = collection::line(platform, &access, source, month, lang).await?;
    let (deliveries, faults) = collection::deliveries(platform, &access, source, month).await?;
    let rule = |id: &str| {
        Rule::from_id(id).map_or(id.to_owned(), |rule| rule.message(lang, "…", "…", "…"))
    };
    let faults = faults.into_iter().map(|(id, _, count)| (rule(&id), count)).collect();
    draw(&Page {
        f: desk.frame(),
        l: lang,
        d: desk.console("collection"),
        month: month_text(month),
        line,
        own: access.department() == Some(department),
        deliveries: deliveries
            .into_iter()
            .map(|one| DeliveredView {
                received_at: platform.minute(one.received_at),
                receipt: one.receipt,
                rows: one.rows,
                rejected: one.rejected,
                created: one.created,
            })
            .collect(),
        faults,
        late: documents::late(platform, &access, source, month).await?,
        sequences: numbers::gaps(platform, &access, source, month).await?,
        coverage: coverage::coverage(platform, &access, source, month).await?,
        completeness: coverage::completeness(platform, &access, source, month).await?,
        wrong,
    })
}

async fn csv(
    desk: Desk,
    Path((department, item)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let month = collection::month(platform, &asked.month)?;
    let bytes = documents::csv(platform, &access, (&department, &item), month).await?;
    let name = format!("{item}-{}.csv", month_text(month));
    Ok(paper::download("text/csv; charset=utf-8", &name, bytes))
}

async fn state(desk: Desk, Sent(sent): Sent<Period>) -> Result<Redirect, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let (first, name) = (first(&sent)?, &desk.signed.account.name);
    zero_report::state(platform, &access, &sent.item, first, name).await?;
    back(&desk, &sent, first)
}

async fn withdraw(desk: Desk, Sent(sent): Sent<Period>) -> Result<Redirect, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let first = first(&sent)?;
    zero_report::withdraw(platform, &access, &sent.item, first).await?;
    back(&desk, &sent, first)
}

fn first(sent: &Period) -> Result<Date, Error> {
    sent.first.parse().map_err(|_| Error::NotFound)
}

/// Back to the item, in the month in which the period ends.
fn back(desk: &Desk, sent: &Period, first: Date) -> Result<Redirect, Error> {
    let access = desk.signed.access();
    let department = access.department().ok_or(Error::NotFound)?;
    let month = zero_report::month(desk.platform(), &sent.item, first)?;
    let item = segment(&sent.item);
    Ok(Redirect::to(&format!(
        "/console/collection/{}/{item}?month={}",
        segment(department),
        month_text(month)
    )))
}

/// What of what, and the share in per cent.
fn part(part: u64, of: u64) -> String {
    match part.saturating_mul(1000).checked_div(of) {
        None => "—".to_owned(),
        Some(share) => {
            format!("{} / {} · {}.{}%", grouped(part), grouped(of), share / 10, share % 10)
        }
    }
}

fn tag(state: PeriodState) -> &'static str {
    match state {
        PeriodState::Open => "",
        PeriodState::Delivered | PeriodState::Zero => " tag--ok",
        PeriodState::Missed => " tag--late",
    }
}

fn shown(sequence: &Sequence) -> &[Gap] {
    &sequence.gaps[..sequence.gaps.len().min(GAPS_SHOWN)]
}

fn confidence(l: Lang, confidence: Confidence) -> String {
    confidence.label().get(l).to_owned()
}

fn covered(counted: &LedgerCoverage) -> String {
    part(counted.handed_in, counted.of)
}

fn complete(counted: &Completeness) -> String {
    part(counted.filled, counted.of)
}

fn in_time(counted: Option<Timeliness>) -> String {
    counted.map_or_else(|| "—".to_owned(), |one| part(one.in_time, one.of))
}

//! Deliveries: handed in by a form, followed, mended, handed in again.

use askama::Template;
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Path, Query, Request, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    access::Action,
    catalogue::Item,
    fault::Fault,
    mending::RowState,
    text::{Lang, Text, grouped},
};
use registry::{api_use, delivery, import::Delivery, mending, platform::Platform, receipt::Brief};
use serde::Deserialize;

use super::progress;
use crate::{
    api::spool::{self, DELIVERY_MAX},
    assets::upload_script,
    deliveries::{Deliveries, Outcome},
    desk::{Bench, Desk},
    error::Error,
    paper,
    signed::{self, Sent, Signed},
    view::{Frame, segment},
};

/// Receipts on a page.
const PAGE: i64 = 50;
/// Faults on a page.
const FAULTS: i64 = 100;

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/console/submissions", get(list))
        .route("/console/submissions/template/{item}", get(template))
        .route("/console/submissions/{receipt}", get(receipt))
        .route("/console/submissions/{receipt}/rejected.csv", get(csv))
        .route("/console/submissions/{receipt}/rejected.xlsx", get(xlsx))
        .route("/console/deliveries/{number}", get(follow))
        .route("/console/deliveries/{number}/confirm", post(confirm))
}

/// The one address that takes a file; its body has a limit of its own.
pub fn upload() -> Router<Platform> {
    Router::new().route("/console/submissions", post(hand_in)).layer(DefaultBodyLimit::disable())
}

#[derive(Template)]
#[template(path = "console/submissions.html")]
struct List {
    f: Frame,
    script: String,
    l: Lang,
    d: Bench,
    items: Vec<(String, String)>,
    submissions: Vec<BriefView>,
    next: Option<String>,
}

struct BriefView {
    item: String,
    received_at: String,
    brief: Brief,
}

#[derive(Template)]
#[template(path = "console/receipt.html")]
struct Receipt {
    f: Frame,
    script: String,
    l: Lang,
    d: Bench,
    receipt: String,
    item: String,
    item_id: String,
    file_name: String,
    received_at: String,
    digest: String,
    counts: Vec<(&'static str, String)>,
    rejected: u64,
    faults: Vec<FaultView>,
    next: Option<u64>,
    /// The deliveries that mend rows of this one.
    mending: Vec<Mending>,
    mends: Option<String>,
}

struct Mending {
    receipt: String,
    received_at: String,
    by: String,
    filed: u64,
    rejected: u64,
}

struct FaultView {
    row: u64,
    column: String,
    raw: String,
    message: String,
    error: bool,
    /// Where its row stands.
    state: RowState,
}

#[derive(Template)]
#[template(path = "console/delivery.html")]
struct Follow {
    f: Frame,
    script: String,
    l: Lang,
    d: Bench,
    number: u64,
    file_name: String,
    running: bool,
    rows: String,
    percent: u64,
    asks: Option<Text>,
    refused: Option<Text>,
    trial: Option<Trial>,
}

/// What a look without taking in found.
struct Trial {
    rows: String,
    passed: String,
    rejected: String,
    faults: Vec<FaultView>,
    unused: Vec<String>,
}

#[derive(Deserialize)]
struct Before {
    before: Option<String>,
}

#[derive(Deserialize)]
struct From {
    from: Option<i64>,
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    reason: String,
}

async fn list(desk: Desk, Query(Before { before }): Query<Before>) -> Result<Response, Error> {
    let (platform, lang, access) = (desk.platform(), desk.lang(), desk.signed.access());
    let mut found = delivery::list(platform, &access, before.as_deref(), PAGE + 1).await?;
    let more = i64::try_from(found.len()).is_ok_and(|count| PAGE < count);
    found.truncate(usize::try_from(PAGE).unwrap_or_default());
    let next = found.last().filter(|_| more);
    let next = next.map(|one| format!("/console/submissions?before={}", segment(&one.receipt)));
    let items = delivery::items(platform, &access)?;
    let label = |item: &&Item| (item.id.to_string(), item.label.get(lang).to_owned());
    progress::scripted(&List {
        f: desk.frame(),
        script: upload_script(),
        l: lang,
        d: desk.console("submissions"),
        items: items.iter().map(label).collect(),
        submissions: found
            .into_iter()
            .map(|brief| BriefView {
                item: delivery::item_label(platform, &brief.item, lang),
                received_at: platform.minute(brief.received_at),
                brief,
            })
            .collect(),
        next,
    })
}

/// Takes the file of a form in. The fields come before the file, so that a form from elsewhere is
/// refused before a byte of its file is kept.
async fn hand_in(
    State(platform): State<Platform>,
    Extension(deliveries): Extension<Deliveries>,
    Signed(signed): Signed,
    request: Request,
) -> Result<Redirect, Error> {
    let access = signed.access();
    let department = delivery::department(&platform, &access, Action::Deliver)?;
    let room = deliveries.room()?;
    let folder = api_use::spool_folder(&platform)?;
    let admit = |fields: &[(String, String)]| {
        let token = fields.iter().find(|(name, _)| name == "form_token");
        signed::check_token(&signed, token.map(|(_, value)| value.as_str()))
    };
    let (fields, spooled) =
        spool::form(&folder, request, (DELIVERY_MAX, spool::WHOLE), &admit).await?;
    let field = |name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
    };
    let mode = field("mode").unwrap_or_else(|| "changes".to_owned());
    let mode = api_use::mode(&mode).ok_or_else(|| {
        Error::BadRequest(Text::new("报送方式请从列表里选。", "Choose the mode from the list."))
    })?;
    let item = field("item")
        .ok_or_else(|| Error::BadRequest(Text::new("请选择信息项。", "Choose the item.")))?;
    let mends = match field("mends") {
        Some(receipt) => Some(delivery::find(&platform, &access, &receipt).await?.receipt),
        None => None,
    };
    let delivery = Delivery {
        path: spooled.path.to_path_buf(),
        file_name: spooled.file_name.clone(),
        item: Some(item),
        pack: None,
        department: Some(department),
        mode,
        confirmed: None,
        dry_run: field("dry_run").is_some(),
        actor: access.actor.to_string(),
        mends,
        piecemeal: false,
    };
    let number = deliveries.begin(&platform, signed.id(), delivery, spooled, room);
    Ok(Redirect::to(&format!("/console/deliveries/{number}")))
}

async fn follow(
    desk: Desk,
    Extension(deliveries): Extension<Deliveries>,
    Path(number): Path<u64>,
) -> Result<Response, Error> {
    let (platform, lang) = (desk.platform(), desk.lang());
    let access = desk.signed.access();
    let department = delivery::department(platform, &access, Action::ReadSubmission)?;
    let held = deliveries.find(number, desk.signed.id(), &department).ok_or(Error::NotFound)?;
    let held = held.lock().map_err(|_| Error::Internal)?;
    let mut page = Follow {
        f: desk.frame(),
        script: upload_script(),
        l: lang,
        d: desk.console("submissions"),
        number,
        file_name: held.file_name.clone(),
        running: false,
        rows: grouped(held.progress.rows),
        percent: held.percent(),
        asks: None,
        refused: None,
        trial: None,
    };
    match &held.outcome {
        Outcome::Running => page.running = true,
        Outcome::Done(imported) => match &imported.receipt {
            Some(receipt) => {
                let to = format!("/console/submissions/{}", segment(receipt));
                return Ok(Redirect::to(&to).into_response());
            }
            None => {
                page.trial = Some(Trial {
                    rows: grouped(imported.counts.rows),
                    passed: grouped(imported.passed),
                    rejected: grouped(imported.counts.rejected),
                    faults: imported.faults.iter().map(|fault| fault_view(fault, lang)).collect(),
                    unused: imported.unused.clone(),
                });
            }
        },
        Outcome::Asks(text, _) => page.asks = Some(text.clone()),
        Outcome::Confirmed(next) => {
            return Ok(Redirect::to(&format!("/console/deliveries/{next}")).into_response());
        }
        Outcome::Refused(text) => page.refused = Some(text.clone()),
    }
    progress::scripted(&page)
}

/// Goes on with a delivery that asked.
async fn confirm(
    State(platform): State<Platform>,
    Extension(deliveries): Extension<Deliveries>,
    Signed(signed): Signed,
    Path(number): Path<u64>,
    Sent(Reason { reason }): Sent<Reason>,
) -> Result<Redirect, Error> {
    let department = delivery::department(&platform, &signed.access(), Action::Deliver)?;
    let held = deliveries.find(number, signed.id(), &department).ok_or(Error::NotFound)?;
    if reason.trim().is_empty() {
        // Asked again, and the file is kept.
        return Ok(Redirect::to(&format!("/console/deliveries/{number}")));
    }
    let room = deliveries.room()?;
    // Held while it is begun anew, so that two answers begin it once.
    let mut held = held.lock().map_err(|_| Error::Internal)?;
    let (delivery, spooled) = match std::mem::replace(&mut held.outcome, Outcome::Running) {
        Outcome::Asks(_, asked) => *asked,
        other => {
            held.outcome = other;
            return Err(Error::NotFound);
        }
    };
    let delivery = Delivery { confirmed: Some(reason), ..delivery };
    let next = deliveries.begin(&platform, signed.id(), delivery, spooled, room);
    held.outcome = Outcome::Confirmed(next);
    Ok(Redirect::to(&format!("/console/deliveries/{next}")))
}

async fn receipt(
    desk: Desk,
    Path(number): Path<String>,
    Query(From { from }): Query<From>,
) -> Result<Response, Error> {
    let (platform, lang) = (desk.platform(), desk.lang());
    let found = delivery::find(platform, &desk.signed.access(), &number).await?;
    let from = from.unwrap_or(0);
    let faults = delivery::first_faults(platform, found.id, from, FAULTS).await?;
    let states = mending::states(platform, found.id, from).await?;
    let stated = |fault: &Fault| {
        let state = states.get(&fault.row).copied().unwrap_or(RowState::Open);
        FaultView { state, ..fault_view(fault, lang) }
    };
    let full = i64::try_from(faults.len()).is_ok_and(|count| count == FAULTS);
    let again = delivery::mending(platform, &found).await?.into_iter().map(|(one, by)| Mending {
        received_at: platform.minute(one.received_at),
        filed: one.counts.created + one.counts.changed + one.counts.unchanged,
        rejected: one.counts.rejected,
        receipt: one.receipt,
        by,
    });
    let counts = [
        (lang.t_static("共收到", "Rows received"), found.counts.rows),
        (lang.t_static("新增", "Added"), found.counts.created),
        (lang.t_static("更新", "New versions"), found.counts.changed),
        (lang.t_static("未变", "Unchanged"), found.counts.unchanged),
        (lang.t_static("撤回", "Withdrawn"), found.counts.withdrawn),
        (lang.t_static("退回", "Sent back"), found.counts.rejected),
    ];
    progress::scripted(&Receipt {
        f: desk.frame(),
        script: upload_script(),
        l: lang,
        d: desk.console("submissions"),
        item: delivery::item_label(platform, &found.item, lang),
        item_id: found.item.clone(),
        file_name: found.file_name.clone(),
        received_at: platform.minute(found.received_at),
        digest: found.file_digest.clone(),
        counts: counts.map(|(label, count)| (label, grouped(count))).to_vec(),
        rejected: found.counts.rejected,
        // The last row may have more faults than the page took: it comes again, whole.
        next: faults.last().filter(|_| full).map(|fault| match u64::try_from(from) {
            Ok(from) if fault.row <= from => fault.row + 1,
            _ => fault.row,
        }),
        faults: faults.iter().map(stated).collect(),
        mending: again.collect(),
        mends: found.mends,
        receipt: found.receipt,
    })
}

async fn csv(desk: Desk, Path(number): Path<String>) -> Result<Response, Error> {
    let found = delivery::find(desk.platform(), &desk.signed.access(), &number).await?;
    let bytes = api_use::rejected_csv(desk.platform(), &found).await?;
    Ok(paper::download("text/csv; charset=utf-8", &format!("rejected-{}.csv", found.id), bytes))
}

async fn xlsx(desk: Desk, Path(number): Path<String>) -> Result<Response, Error> {
    let found = delivery::find(desk.platform(), &desk.signed.access(), &number).await?;
    let bytes = api_use::rejected_xlsx(desk.platform(), &found).await?;
    Ok(paper::download(XLSX, &format!("rejected-{}.xlsx", found.id), bytes))
}

async fn template(desk: Desk, Path(item): Path<String>) -> Result<Response, Error> {
    let bytes = delivery::template(desk.platform(), &desk.signed.access(), &item)?;
    Ok(paper::download(XLSX, &format!("{item}.xlsx"), bytes))
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn fault_view(fault: &Fault, lang: Lang) -> FaultView {
    FaultView {
        row: fault.row,
        column: fault.column.clone(),
        raw: fault.raw.clone(),
        message: fault.message(lang),
        error: fault.level == domain::fault::Level::Error,
        state: RowState::Open,
    }
}

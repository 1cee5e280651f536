//! Matters: registered by case number, checked, read for, and closed when done.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    access::Action,
    ids::{MatterId, RecordId},
    joint::Outcome,
    matter::{Matter, MatterKind},
    text::{Lang, Text},
};
use registry::{
    advice::Advice,
    commitment, gate,
    joint::{self, CoverageLine, Feedback, MeasureView},
    matter::{self, NewMatter},
    platform::Platform,
    reading,
    version::Clocks,
};
use serde::Deserialize;

use super::file::FilePage;
use crate::{
    desk::{Bench, Desk},
    error::Error,
    paper,
    portal::draw,
    signed::{Sent, Signed},
    view::Frame,
};

/// Matters shown in the list.
const LIST: i64 = 100;

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/console/matters", get(list).post(register))
        .route("/console/matters/{id}", get(page))
        .route("/console/matters/{id}/check", post(check))
        .route("/console/matters/{id}/feedback", post(feedback))
        .route("/console/matters/{id}/lifted", post(lifted))
        .route("/console/joint", get(coverage))
        .route("/console/matters/{id}/close", post(close))
        .route("/console/matters/{id}/file", get(file))
}

/// A matter as a page shows it.
struct MatterView {
    id: i64,
    kind: String,
    basis: String,
    sections: String,
    number: String,
    slug: String,
    opened_at: String,
    until: String,
    open: bool,
}

#[derive(Template)]
#[template(path = "console/matters.html")]
struct List {
    f: Frame,
    l: Lang,
    d: Bench,
    kinds: Vec<MatterKind>,
    matters: Vec<MatterView>,
    /// What the organisation still has to tell.
    open: Vec<MeasureView>,
}

#[derive(Template)]
#[template(path = "console/joint.html")]
struct Coverage {
    f: Frame,
    l: Lang,
    d: Bench,
    lines: Vec<CoverageLine>,
}

#[derive(Template)]
#[template(path = "console/matter.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    matter: MatterView,
    /// Whether the reader's role opens the file, or gets the result of a check alone.
    reads: bool,
    advice: Option<Advice>,
    /// Whether a breach of a commitment stands, so that notice and commitment is closed to the subject.
    broke_one: bool,
    measures: Vec<MeasureView>,
    outcomes: Vec<(&'static str, String)>,
    wrong: Option<Text>,
}

#[derive(Deserialize)]
struct Registration {
    kind: String,
    number: String,
    code: String,
}

#[derive(Deserialize)]
struct Check {
    #[serde(default)]
    name: String,
}

/// What was done with a measure.
#[derive(Deserialize)]
struct Told {
    record: i64,
    measure: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    document: String,
}

#[derive(Deserialize)]
struct Nothing {}

async fn list(desk: Desk) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let mut matters = Vec::new();
    for one in matter::list(platform, &access, LIST).await? {
        matters.push(view(platform, one, desk.lang()).await?);
    }
    let open = joint::open(platform, &access, desk.lang()).await?;
    let kinds = platform.policy.matters.clone();
    draw(&List {
        f: desk.frame(),
        l: desk.lang(),
        d: desk.console("matters"),
        kinds,
        matters,
        open,
    })
}

async fn register(
    State(platform): State<Platform>,
    Signed(signed): Signed,
    Sent(sent): Sent<Registration>,
) -> Result<Redirect, Error> {
    let new = NewMatter { kind: sent.kind, number: sent.number, slug: sent.code };
    let matter = matter::register(&platform, &signed.access(), &new).await?;
    Ok(Redirect::to(&format!("/console/matters/{}", matter.id)))
}

async fn page(desk: Desk, Path(id): Path<i64>) -> Result<Response, Error> {
    let matter = matter::find(desk.platform(), &desk.signed.access(), MatterId(id)).await?;
    one(&desk, matter, None, None).await
}

async fn check(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(sent): Sent<Check>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let matter = matter::find(platform, &access, MatterId(id)).await?;
    let name = Some(sent.name.trim().to_owned()).filter(|name| !name.is_empty());
    let clocks = Clocks::present(platform);
    let advice = matter::check(platform, &access, &matter, name, clocks, desk.lang()).await?;
    one(&desk, matter, Some(advice), None).await
}

async fn feedback(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(sent): Sent<Told>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let done = match Outcome::from_code(&sent.outcome) {
        Some(outcome) => {
            let feedback = Feedback {
                record: RecordId(sent.record),
                measure: sent.measure,
                outcome,
                reason: sent.reason,
                document: sent.document,
            };
            joint::tell(platform, &access, MatterId(id), &feedback).await
        }
        None => {
            let text = Text::new("请选择采取情况", "choose what was done");
            Err(registry::error::Error::Question { name: "outcome", text })
        }
    };
    settled(&desk, id, done).await
}

async fn lifted(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(sent): Sent<Told>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let place = (RecordId(sent.record), sent.measure.as_str());
    let done = joint::tell_lifted(platform, &access, MatterId(id), place).await;
    settled(&desk, id, done).await
}

/// Back to the matter, or the matter again with what was wrong.
async fn settled(
    desk: &Desk,
    id: i64,
    done: Result<(), registry::error::Error>,
) -> Result<Response, Error> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/console/matters/{id}")).into_response()),
        Err(why) => {
            let wrong = paper::told(why)?;
            let matter = matter::find(desk.platform(), &desk.signed.access(), MatterId(id)).await?;
            let page = one(desk, matter, None, Some(wrong)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn coverage(desk: Desk) -> Result<Response, Error> {
    let lines = joint::coverage(desk.platform(), &desk.signed.access(), desk.lang()).await?;
    draw(&Coverage { f: desk.frame(), l: desk.lang(), d: desk.console("joint"), lines })
}

async fn close(
    State(platform): State<Platform>,
    Signed(signed): Signed,
    Path(id): Path<i64>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Redirect, Error> {
    matter::close(&platform, &signed.access(), MatterId(id)).await?;
    Ok(Redirect::to(&format!("/console/matters/{id}")))
}

async fn file(desk: Desk, Path(id): Path<i64>) -> Result<Response, Error> {
    let (platform, lang) = (desk.platform(), desk.lang());
    let (matter, opened) =
        reading::for_matter(platform, &desk.signed.access(), MatterId(id), lang).await?;
    let kind = matter::kind_label(platform, &matter.kind, lang);
    let ground = format!("{kind} {}", matter.number);
    draw(&FilePage::of(&desk, "matters", opened, ground, format!("/console/matters/{id}")))
}

async fn one(
    desk: &Desk,
    matter: Matter,
    advice: Option<Advice>,
    wrong: Option<Text>,
) -> Result<Response, Error> {
    let (platform, lang) = (desk.platform(), desk.lang());
    let measures = joint::of_matter(platform, &desk.signed.access(), matter.id, lang).await?;
    let outcomes = Outcome::ALL.iter();
    let reads = gate::may_ever(platform, &desk.signed.access(), Action::ReadForMatter);
    // Told with the check, which is written into the log of the subject.
    let broke_one =
        advice.is_some() && commitment::found::broke_one(platform, matter.subject).await?;
    let page = Page {
        f: desk.frame(),
        l: lang,
        d: desk.console("matters"),
        matter: view(platform, matter, lang).await?,
        reads,
        advice,
        broke_one,
        measures,
        outcomes: outcomes.map(|one| (one.code(), one.label().get(lang).to_owned())).collect(),
        wrong,
    };
    Ok(draw(&page)?.into_response())
}

async fn view(platform: &Platform, matter: Matter, lang: Lang) -> Result<MatterView, Error> {
    let known = platform.policy.matter(&matter.kind);
    let sections = known.map(|kind| kind.sections.as_slice()).unwrap_or_default();
    let sections: Vec<String> =
        sections.iter().map(|section| section.label().get(lang).to_owned()).collect();
    let basis =
        known.map(|kind| format!("{}{}", kind.reference.instrument, kind.reference.article));
    Ok(MatterView {
        id: matter.id.0,
        kind: matter::kind_label(platform, &matter.kind, lang),
        basis: basis.unwrap_or_default(),
        sections: sections.join(lang.t("、", ", ")),
        slug: matter::slug(platform, matter.subject).await?,
        opened_at: platform.minute(matter.opened_at),
        until: platform.minute(matter.until),
        open: matter::is_open(platform, &matter),
        number: matter.number,
    })
}

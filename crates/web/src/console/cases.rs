//! Cases at the console: the queue by verb and by last day, and one case on one page, which an officer
//! signs or overrides.

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Query, Request},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    case::{CaseKind, Turn},
    ids::{CaseId, DocumentId},
    repair::{Decision, Ground, State as RepairState},
    text::{Lang, Text},
};
use registry::{
    case::{self, CaseLine, CaseView, Filter, Hand, Paper},
    commitment, complaint, listing, objection,
    platform::Platform,
    repair::{self, Proposal},
};
use serde::Deserialize;

use super::{commitments, listings};
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
        .route("/console/cases", get(list))
        .route("/console/cases/{id}", get(page))
        .route("/console/cases/{id}/act", post(act))
        .route("/console/cases/{id}/papers/{paper}", get(open_paper))
        .route("/console/cases/{id}/papers/{paper}/serve", post(serve))
        .route("/console/cases/{id}/take", post(take))
        .route("/console/cases/{id}/urge", post(urge))
}

/// The address that takes a paper; its body has a limit of its own.
pub fn upload() -> Router<Platform> {
    Router::new()
        .route("/console/cases/{id}/papers", post(add_paper))
        .layer(DefaultBodyLimit::disable())
}

#[derive(Template)]
#[template(path = "console/cases.html")]
struct List {
    f: Frame,
    l: Lang,
    d: Bench,
    cases: Vec<CaseLine>,
    asked: Asked,
    kinds: Vec<(&'static str, String)>,
    /// Whether the department decides on a list.
    proposes: bool,
}

#[derive(Template)]
#[template(path = "console/case.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    c: CaseView,
    /// Address of the case.
    base: String,
    slug: String,
    proposal: Option<ProposalView>,
    entry: Option<listing::view::View>,
    made: Option<commitment::view::View>,
    /// What somebody reported.
    reported: Option<String>,
    /// Kinds of papers an officer adds, where they have kinds.
    papers: Vec<(&'static str, Text)>,
    /// Whether an act asks for the day of service.
    dates: bool,
    /// Whether an act asks for the number of a document.
    numbers: bool,
    options: Vec<Choice>,
    /// Whether the case may be passed on.
    transfers: bool,
    /// Whether the reader reminds whoever lets it lie: an organ does not remind itself.
    urges: bool,
    departments: Vec<(String, String)>,
    wrong: Option<Text>,
    reason: String,
}

/// What the rules propose, in words.
struct ProposalView {
    title: Text,
    grants: bool,
    grounds: Vec<Text>,
}

/// One thing the reader may do with the case.
pub(super) struct Choice {
    pub act: &'static str,
    pub label: Text,
    pub hint: Text,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    turn: String,
    #[serde(default)]
    mine: String,
    #[serde(default)]
    closed: String,
}

#[derive(Deserialize)]
pub(super) struct Done {
    pub act: String,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub organ: String,
    #[serde(default)]
    pub on: String,
    /// Number of a document.
    #[serde(default)]
    pub number: String,
}

#[derive(Deserialize)]
struct Served {
    how: String,
}

#[derive(Deserialize)]
struct Nothing {}

async fn list(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let lang = desk.lang();
    let filter = Filter {
        kind: CaseKind::from_code(&asked.kind),
        turn: Turn::from_code(&asked.turn),
        mine: asked.mine == "1",
        closed: asked.closed == "1",
    };
    let cases = case::queue(desk.platform(), &desk.signed.access(), filter, lang).await?;
    let kinds = CaseKind::ALL.iter();
    draw(&List {
        f: desk.frame(),
        l: lang,
        d: desk.console("cases"),
        cases,
        asked,
        proposes: listing::proposing::open_lists(desk.platform(), &desk.signed.access())
            .is_ok_and(|lists| !lists.is_empty()),
        kinds: kinds.map(|kind| (kind.code(), kind.label().get(lang).to_owned())).collect(),
    })
}

async fn page(desk: Desk, Path(id): Path<i64>) -> Result<Response, Error> {
    shown(&desk, id, None, String::new()).await
}

async fn act(desk: Desk, Path(id): Path<i64>, Sent(sent): Sent<Done>) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let reason = sent.reason.clone();
    let view = case::open(platform, &access, CaseId(id), desk.lang()).await?;
    let done = match view.line.kind {
        CaseKind::Repair => {
            let act = match sent.act.as_str() {
                "accept" => repair::Act::Accept,
                "complete" => repair::Act::AskCompletion(sent.reason),
                "not_accept" => repair::Act::NotAccept(sent.reason),
                "transfer" => repair::Act::Transfer(sent.organ),
                "extend" => repair::Act::Extend(sent.reason),
                "grant" => repair::Act::Decide { grant: true, reason: sent.reason },
                "refuse" => repair::Act::Decide { grant: false, reason: sent.reason },
                "fulfil" => repair::Act::Fulfil(sent.reason),
                "restore" => repair::Act::Restore(sent.reason),
                "revoke" => repair::Act::Revoke(sent.reason),
                _ => return Err(Error::NotFound),
            };
            repair::act(platform, &access, CaseId(id), act).await
        }
        CaseKind::Objection => {
            let act = match sent.act.as_str() {
                "forward" => objection::Act::Forward,
                "not_accept" => objection::Act::NotAccept(sent.reason),
                "extend" => objection::Act::Extend(sent.reason),
                "corrected" => objection::Act::Corrected(sent.reason),
                "removed" => objection::Act::Removed(sent.reason),
                "upheld" => objection::Act::Upheld(sent.reason),
                _ => return Err(Error::NotFound),
            };
            objection::act(platform, &access, CaseId(id), act).await
        }
        CaseKind::Listing => {
            let act = listings::act(sent).ok_or(Error::NotFound)?;
            listing::act(platform, &access, CaseId(id), act).await
        }
        CaseKind::Commitment => {
            let act = commitments::act(sent).ok_or(Error::NotFound)?;
            commitment::act(platform, &access, CaseId(id), act).await
        }
        CaseKind::Complaint => {
            let act = commitments::act_on_report(sent).ok_or(Error::NotFound)?;
            complaint::act(platform, &access, CaseId(id), act).await
        }
    };
    settled(&desk, id, done, reason).await
}

async fn take(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Response, Error> {
    let done = case::take(desk.platform(), &desk.signed.access(), CaseId(id)).await;
    settled(&desk, id, done, String::new()).await
}

async fn urge(
    desk: Desk,
    Path(id): Path<i64>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Response, Error> {
    let done = case::urge(desk.platform(), &desk.signed.access(), CaseId(id)).await;
    settled(&desk, id, done, String::new()).await
}

async fn open_paper(desk: Desk, Path((id, paper)): Path<(i64, i64)>) -> Result<Response, Error> {
    let access = desk.signed.access();
    let found = case::document(desk.platform(), &access, CaseId(id), DocumentId(paper)).await?;
    Ok(paper::answer(found))
}

async fn serve(
    desk: Desk,
    Path((id, paper)): Path<(i64, i64)>,
    Sent(sent): Sent<Served>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let done = case::serve(platform, &access, CaseId(id), DocumentId(paper), &sent.how).await;
    settled(&desk, id, done, String::new()).await
}

async fn add_paper(desk: Desk, Path(id): Path<i64>, request: Request) -> Result<Response, Error> {
    let platform = desk.platform();
    let brought = paper::bring(platform, &desk.signed, request, objection::ANSWER).await?;
    let access = desk.signed.access();
    let kinds = listing::PAPERS.iter().map(|(kind, ..)| *kind);
    let kinds = kinds.chain(commitment::PAPERS.iter().map(|(kind, ..)| *kind));
    let kind = kinds.into_iter().find(|kind| *kind == brought.field("kind"));
    let done = match brought.paper {
        Some(paper) => {
            let paper = Paper { kind: kind.unwrap_or(objection::ANSWER), ..paper };
            case::add_paper(platform, &access, CaseId(id), paper).await
        }
        None => {
            let text = Text::new("请选择文件", "choose a file");
            Err(registry::error::Error::Question { name: "file", text })
        }
    };
    settled(&desk, id, done, String::new()).await
}

/// Back to the case, or the case again with what was wrong and what was written.
async fn settled(
    desk: &Desk,
    id: i64,
    done: Result<(), registry::error::Error>,
    reason: String,
) -> Result<Response, Error> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/console/cases/{id}")).into_response()),
        Err(why) => {
            let page = shown(desk, id, Some(paper::told(why)?), reason).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn shown(
    desk: &Desk,
    id: i64,
    wrong: Option<Text>,
    reason: String,
) -> Result<Response, Error> {
    let (platform, lang) = (desk.platform(), desk.lang());
    let c = case::open(platform, &desk.signed.access(), CaseId(id), lang).await?;
    let deciding = c.line.kind == CaseKind::Repair && c.case.state == RepairState::Accepted.code();
    let proposal = match deciding {
        true => Some(repair::proposal(platform, &c.case).await?),
        false => None,
    };
    let kind = c.line.kind;
    let (entry, made, reported) = parts(desk, &c).await?;
    let options = match (&entry, &made, c.hand) {
        (Some(entry), _, Hand::Organ) => listings::options(&c, entry),
        (_, Some(made), Hand::Organ) => commitments::options(&c, made),
        _ if kind == CaseKind::Complaint => commitments::report_options(&c),
        _ => options(&c, proposal.as_ref()),
    };
    let papers = match kind {
        CaseKind::Listing => listings::papers(),
        CaseKind::Commitment => commitments::papers(),
        _ => Vec::new(),
    };
    draw(&Page {
        f: desk.frame(),
        l: lang,
        d: desk.console("cases"),
        base: format!("/console/cases/{id}"),
        papers,
        numbers: options.iter().any(|one| one.act.starts_with("tell_")),
        dates: options.iter().any(|one| one.act.ends_with("_served")),
        entry,
        made,
        reported,
        urges: c.hand == Hand::Centre,
        transfers: options.iter().any(|one| one.act == "transfer"),
        slug: match c.case.has_record() {
            true => registry::matter::slug(platform, c.case.subject).await?,
            false => String::new(),
        },
        options,
        proposal: proposal.as_ref().map(in_words),
        departments: platform
            .place
            .departments
            .iter()
            .map(|one| (one.id.clone(), one.label.get(lang).to_owned()))
            .collect(),
        c,
        wrong,
        reason,
    })
}

/// What the page shows of a case beside what every kind has: an entry, a commitment, what was reported.
type Parts = (Option<listing::view::View>, Option<commitment::view::View>, Option<String>);

async fn parts(desk: &Desk, c: &CaseView) -> Result<Parts, Error> {
    let (platform, access, lang) = (desk.platform(), desk.signed.access(), desk.lang());
    let (mut entry, mut made, mut reported) = (None, None, None);
    match c.line.kind {
        CaseKind::Listing => {
            entry = Some(listing::view::view(platform, &access, &c.case, lang).await?);
        }
        CaseKind::Commitment => {
            made = Some(commitment::view::view(platform, &access, &c.case, lang)?);
        }
        CaseKind::Complaint => reported = Some(complaint::text(&c.case)?),
        CaseKind::Repair | CaseKind::Objection => {}
    }
    Ok((entry, made, reported))
}

fn in_words(proposal: &Proposal) -> ProposalView {
    let (title, grants, grounds) = match &proposal.decision {
        Decision::Grant { .. } => (Text::new("准予修复", "grant the repair"), true, Vec::new()),
        Decision::Shield { .. } => {
            (Text::new("暂时屏蔽", "shield for the time being"), true, Vec::new())
        }
        Decision::Refuse(refusal) => {
            let grounds = refusal.grounds().iter().map(Ground::sentence).collect();
            (Text::new("不予修复", "refuse the repair"), false, grounds)
        }
    };
    ProposalView { title, grants, grounds }
}

pub(super) fn choice(act: &'static str, label: (&str, &str), hint: (&str, &str)) -> Choice {
    Choice { act, label: Text::new(label.0, label.1), hint: Text::new(hint.0, hint.1) }
}

pub(super) const REASON: (&str, &str) =
    ("须写明理由，主体会逐字读到", "give a reason, which the subject will read");
pub(super) const NONE: (&str, &str) = ("", "");

/// What the reader may do with the case as it stands.
fn options(c: &CaseView, proposal: Option<&Proposal>) -> Vec<Choice> {
    let centre = c.hand == Hand::Centre;
    match (c.line.kind, c.case.state.as_str()) {
        (CaseKind::Repair, "filed") => taking_in(centre),
        // Who decided the record decides.
        (CaseKind::Repair, "accepted") if !centre => deciding(proposal),
        (CaseKind::Repair, "shielded") if !centre => vec![
            choice("fulfil", ("计划执行完毕，准予修复", "The plan was carried out: grant"), REASON),
            choice("restore", ("计划未能执行，恢复公示", "The plan failed: show it again"), REASON),
        ],
        (CaseKind::Repair, "granted") if !centre => {
            let hint = (
                "材料虚假、承诺严重失实或者故意不履行",
                "false material, or a commitment untrue or broken on purpose",
            );
            vec![choice("revoke", ("撤销修复", "Revoke the repair"), hint)]
        }
        (CaseKind::Objection, "filed") if centre => looking(),
        (CaseKind::Objection, "asked") if !centre => {
            let extend = choice("extend", ("延长答复期限一次", "Extend once"), REASON);
            answering().into_iter().chain([extend]).collect()
        }
        (CaseKind::Objection, "lapsed") if !centre => answering(),
        _ => Vec::new(),
    }
}

fn taking_in(centre: bool) -> Vec<Choice> {
    let once = ("只能告知一次，请写全", "once only: name everything that is missing");
    let mut options = vec![
        choice("accept", ("受理", "Accept"), NONE),
        choice("complete", ("一次性告知补正", "Ask for completion"), once),
        choice("not_accept", ("不予受理", "Do not accept"), REASON),
    ];
    if centre {
        let hint = ("转给作出认定的单位", "to the department that decided the record");
        options.push(choice("transfer", ("转办", "Pass on"), hint));
    }
    options
}

fn deciding(proposal: Option<&Proposal>) -> Vec<Choice> {
    let grants = proposal.is_some_and(|one| !matches!(one.decision, Decision::Refuse(_)));
    let overrides = ("与建议不同，须写明理由", "differs from the proposal: give a reason");
    let (yes, no) = if grants { (NONE, overrides) } else { (overrides, NONE) };
    vec![
        choice("grant", ("签署：准予修复", "Sign: grant"), yes),
        choice("refuse", ("签署：不予修复", "Sign: refuse"), no),
        choice("extend", ("延长期限一次", "Extend once"), REASON),
    ]
}

fn looking() -> Vec<Choice> {
    let asks = ("平台无误，转信源单位核实", "No fault of the platform: ask the source");
    vec![
        choice("forward", asks, NONE),
        choice("removed", ("平台差错，撤下", "The platform’s fault: take down"), REASON),
        choice("corrected", ("已有更正版本", "A newer version corrects it"), REASON),
        choice("not_accept", ("不予受理", "Do not accept"), REASON),
    ]
}

fn answering() -> Vec<Choice> {
    let newer = ("先报送更正后的记录", "hand the corrected record in first");
    let paper = ("先上传证明文件", "add the paper that shows it first");
    vec![
        choice("corrected", ("异议成立，已更正", "Corrected"), newer),
        choice("removed", ("异议成立，撤下", "Take down"), REASON),
        choice("upheld", ("异议不成立", "The record is right"), paper),
    ]
}

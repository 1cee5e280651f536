//! Cases (办件): what every kind of them shares. Reading one is written down for its subject; going on
//! with one holds it, so that of two officers who act at once the second sees what the first did.

pub(crate) mod deciding;
pub(crate) mod going;
pub mod label;
pub(crate) mod replay;

use domain::{
    access::{Access, Action, Ground},
    audit::Event,
    case::{CaseKind, NotNow, Step, Turn},
    deadline::{Deadline, Urgency},
    ids::{AccountId, CaseId, DocumentId, RecordId, SubjectId},
    record::Version,
    role::OrganisationKind,
    text::{Lang, Text},
};
use jiff::{Timestamp, civil::Date};
use store::case::{Case, CaseQuery, Happened, deadline::Running, document::Document};

use self::going::Going;
use crate::{
    access_log::{self, Looked},
    error::Error,
    gate::{self, Permit},
    listing,
    platform::Platform,
    question::{impersonal, question},
    reading,
    version::Life,
};

/// Bytes a paper may have.
pub const PAPER_MAX: u64 = 10 << 20;
/// Characters of a note or a reason.
pub const NOTE_MAX: usize = 2_000;
/// Cases shown at a time.
const QUEUE_MAX: i64 = 200;

/// A case as pages list it.
#[derive(Clone, Debug)]
pub struct CaseLine {
    pub id: CaseId,
    pub number: String,
    pub kind: CaseKind,
    pub state: String,
    pub turn: Turn,
    pub subject_name: String,
    pub item: String,
    pub organ: String,
    pub opened_on: Date,
    pub due_on: Option<Date>,
    pub urgency: Option<Urgency>,
    pub mine: bool,
    pub is_open: bool,
}

/// A case on its page.
#[derive(Clone, Debug)]
pub struct CaseView {
    pub line: CaseLine,
    /// As the register holds it: its kind reads `data` and `state`.
    pub case: Case,
    pub history: Vec<HistoryLine>,
    pub deadlines: Vec<DeadlineLine>,
    pub documents: Vec<Document>,
    pub policy_version: String,
    /// What of the case the reader may do: the organ's officer, the centre's, or the subject.
    pub hand: Hand,
}

/// Whose hand the reader has in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    Organ,
    Centre,
    Subject,
}

#[derive(Clone, Debug)]
pub struct HistoryLine {
    pub at: Timestamp,
    pub who: String,
    pub step: Step,
    pub note: String,
}

#[derive(Clone, Debug)]
pub struct DeadlineLine {
    pub label: Text,
    pub deadline: Deadline,
    pub urgency: Urgency,
    pub lapsed: bool,
    /// Instrument and article of the number.
    pub reference: Option<domain::parameter::Reference>,
}

/// A paper as somebody hands it in.
#[derive(Clone, Debug)]
pub struct Paper {
    pub kind: &'static str,
    pub file_name: String,
    pub content: Vec<u8>,
}

/// A paper as it is opened.
#[derive(Clone, Debug)]
pub struct OpenedPaper {
    pub file_name: String,
    pub media_type: String,
    pub content: Vec<u8>,
}

/// What a queue shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub kind: Option<CaseKind>,
    pub turn: Option<Turn>,
    /// Those somebody took on themselves.
    pub mine: bool,
    pub closed: bool,
}

/// The cases of one's own subject, newest first.
pub async fn own(platform: &Platform, access: &Access, lang: Lang) -> Result<Vec<CaseLine>, Error> {
    let subject = own_subject(platform, access, Action::ReadOwn).await?;
    let mut cases = store::case::filed_for(&platform.register, subject).await?;
    cases.retain(is_told);
    lines(platform, access, cases, lang).await
}

/// The cases an officer works on, by their last day.
pub async fn queue(
    platform: &Platform,
    access: &Access,
    filter: Filter,
    lang: Lang,
) -> Result<Vec<CaseLine>, Error> {
    let hand = officer(platform, access)?;
    let query = CaseQuery {
        organ: (hand == Hand::Organ).then(|| access.department().unwrap_or_default().to_owned()),
        kind: filter.kind,
        turn: filter.turn,
        handler: account(access).filter(|_| filter.mine),
        closed: filter.closed,
        limit: QUEUE_MAX,
    };
    let cases = store::case::queue(&platform.register, &query).await?;
    lines(platform, access, cases, lang).await
}

/// Opens a case, and writes down for its subject that an officer did.
pub async fn open(
    platform: &Platform,
    access: &Access,
    id: CaseId,
    lang: Lang,
) -> Result<CaseView, Error> {
    let case = store::case::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    let (hand, permit) = admit(platform, access, &case, Action::HandleCase).await?;
    note_look(platform, &case, &permit).await?;
    let today = platform.today();
    let deadlines = store::case::deadline::of(&platform.register, id).await?;
    let mut history = Vec::new();
    for happened in store::case::history(&platform.register, id).await? {
        history.push(HistoryLine {
            at: happened.at,
            who: label::who(platform, &case, &happened.actor, lang).await?,
            step: happened.step,
            note: happened.note,
        });
    }
    let mut line = lines(platform, access, vec![case.clone()], lang).await?;
    Ok(CaseView {
        line: line.pop().ok_or(Error::NotFound)?,
        history,
        deadlines: deadlines.into_iter().map(|one| deadline_line(platform, one, today)).collect(),
        documents: store::case::document::of_case(&platform.register, id).await?,
        policy_version: case.policy_version.get(..8).unwrap_or(&case.policy_version).to_owned(),
        case,
        hand,
    })
}

/// A paper of a case that the reader may open, which is written down.
pub async fn document(
    platform: &Platform,
    access: &Access,
    id: CaseId,
    document: DocumentId,
) -> Result<OpenedPaper, Error> {
    let case = store::case::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    let (_, permit) = admit(platform, access, &case, Action::HandleCase).await?;
    let found = store::case::document::get(&platform.register, id, document).await?;
    let (paper, content) = found.ok_or(Error::NotFound)?;
    note_look(platform, &case, &permit).await?;
    Ok(OpenedPaper { file_name: paper.file_name, media_type: paper.media_type, content })
}

/// Takes a case on oneself (认领办理), or gives it back.
pub async fn take(platform: &Platform, access: &Access, id: CaseId) -> Result<(), Error> {
    let mut going = Going::begin(platform, access, id).await?;
    going.only(&[Hand::Organ, Hand::Centre])?;
    let own = account(access);
    going.case.handler = if going.case.handler == own { None } else { own };
    going.finish().await
}

/// Reminds whoever lets a case lie (催办); the subject may, once a day, and so may the centre.
pub async fn urge(platform: &Platform, access: &Access, id: CaseId) -> Result<(), Error> {
    let mut going = Going::begin(platform, access, id).await?;
    going.only(&[Hand::Subject, Hand::Centre])?;
    if !matches!(going.case.turn, Turn::Organ | Turn::Centre) {
        return Err(not_now(NotNow));
    }
    let history = store::case::history(&platform.register, id).await?;
    let today = |one: &&Happened| one.step == Step::Urged && platform.day(one.at) == going.today;
    if history.iter().any(|one| today(&one)) {
        return Err(question("case", "今天已经催办过", "it was urged today already"));
    }
    going.tell(Step::Urged, "", "").await?;
    going.finish().await
}

/// Adds a paper to a case that is open.
pub async fn add_paper(
    platform: &Platform,
    access: &Access,
    id: CaseId,
    paper: Paper,
) -> Result<(), Error> {
    let mut going = Going::begin(platform, access, id).await?;
    if going.case.closed_at.is_some() {
        return Err(not_now(NotNow));
    }
    if going.case.kind == CaseKind::Listing {
        return listing::add_paper(going, paper).await;
    }
    let name = paper.file_name.clone();
    going.attach(paper).await?;
    going.tell(Step::DocumentAdded, &name, "").await?;
    going.finish().await
}

/// Notes that a notice was served, and how (送达).
pub async fn serve(
    platform: &Platform,
    access: &Access,
    id: CaseId,
    document: DocumentId,
    how: &str,
) -> Result<(), Error> {
    let how = note(how, "how")?;
    let mut going = Going::begin(platform, access, id).await?;
    going.only(&[Hand::Organ, Hand::Centre])?;
    if going.case.kind == CaseKind::Listing {
        // Its service is a step of its own, with the receipt that shows it.
        return Err(not_now(NotNow));
    }
    let (case, today) = (going.case.id, going.today);
    if !store::case::document::serve(&mut going.write, case, document, today, &how).await? {
        return Err(Error::NotFound);
    }
    going.tell(Step::NoticeServed, &how, &document.to_string()).await?;
    going.finish().await
}

/// Writes down that somebody looked at a case: for its subject, once it may know of the case.
async fn note_look(platform: &Platform, case: &Case, permit: &Permit) -> Result<(), Error> {
    let record = case.has_record().then_some((case.item.as_str(), case.record.0));
    let looked = Looked::at(record.into_iter());
    let mut write = platform.register.write().await?;
    let event = Event::CaseRead;
    if is_told(case) {
        access_log::note(platform, &mut write, event, case.subject, permit, &looked).await?;
    } else {
        let (now, actor) = (platform.now(), permit.access().actor.to_string());
        let detail = access_log::detail(permit.access(), permit, &looked)?;
        store::audit::append(&mut write, now, &actor, event, &case.number, &detail).await?;
    }
    write.commit().await?;
    Ok(())
}

/// Writes down for its subject that an officer of its organ looked at a paper of a record.
pub(crate) async fn note_record_look(
    platform: &Platform,
    access: &Access,
    subject: SubjectId,
    record: RecordId,
) -> Result<(), Error> {
    let permit = gate::admit(platform, &on_duty(access), Action::HandleCase, true)?;
    let versions = versions(platform, subject).await?;
    let looked = Looked::at(std::iter::once((life(&versions, record)?.item(), record.0)));
    let mut write = platform.register.write().await?;
    access_log::note(platform, &mut write, Event::RecordRead, subject, &permit, &looked).await?;
    write.commit().await?;
    Ok(())
}

/// Whether a case is one its subject may know of: an entry in a list once its notice was served, and never
/// what somebody reported of it.
pub(crate) fn is_told(case: &Case) -> bool {
    match case.kind {
        CaseKind::Listing => listing::is_told(case),
        CaseKind::Complaint => false,
        CaseKind::Repair | CaseKind::Objection | CaseKind::Commitment => true,
    }
}

/// The record a case is about: its versions, all of its subject's, as the register holds them now.
pub(crate) async fn versions(
    platform: &Platform,
    subject: SubjectId,
) -> Result<Vec<Version>, Error> {
    Ok(store::record::of_subject(&platform.register, subject, Timestamp::MAX).await?)
}

/// The life of the record among them.
pub(crate) fn life(versions: &[Version], record: RecordId) -> Result<Life<'_>, Error> {
    Life::of(versions, record).ok_or(Error::NotFound)
}

/// One's own subject, where the policies of access let it.
pub(crate) async fn own_subject(
    platform: &Platform,
    access: &Access,
    action: Action,
) -> Result<SubjectId, Error> {
    let Ground::Own(subject) = access.ground else { return Err(Error::Forbidden(action)) };
    let holds = reading::holds(platform, access, subject).await?;
    gate::admit(platform, access, action, holds)?;
    Ok(subject)
}

/// The hand an officer has in cases at all.
pub(crate) fn officer(platform: &Platform, access: &Access) -> Result<Hand, Error> {
    let kind = access.organisation.as_ref().map(|acting| acting.kind);
    let (hand, holds) = match kind {
        Some(OrganisationKind::Centre) => (Hand::Centre, true),
        _ => (Hand::Organ, access.department().is_some()),
    };
    gate::admit(platform, &on_duty(access), Action::HandleCase, holds)?;
    Ok(hand)
}

/// An officer acts on a case by duty of the office.
fn on_duty(access: &Access) -> Access {
    access.clone().on(Ground::Office, "办理")
}

/// The hand somebody has in a case; a case of others is not there for them.
async fn admit(
    platform: &Platform,
    access: &Access,
    case: &Case,
    action: Action,
) -> Result<(Hand, Permit), Error> {
    if let Ground::Own(subject) = access.ground {
        let own = subject == case.filed_for && is_told(case);
        let holds = own && reading::holds(platform, access, subject).await?;
        let action = if action == Action::HandleCase { Action::ReadOwn } else { action };
        let permit = gate::admit(platform, access, action, holds);
        return Ok((Hand::Subject, permit.map_err(|_| Error::NotFound)?));
    }
    let hand = officer(platform, access)?;
    let holds = hand == Hand::Centre || access.department() == Some(case.organ.as_str());
    let access = on_duty(access);
    let permit = gate::admit(platform, &access, Action::HandleCase, holds);
    Ok((hand, permit.map_err(|_| Error::NotFound)?))
}

fn account(access: &Access) -> Option<AccountId> {
    match access.actor {
        domain::access::Actor::Account(id) => Some(id),
        _ => None,
    }
}

async fn lines(
    platform: &Platform,
    access: &Access,
    cases: Vec<Case>,
    lang: Lang,
) -> Result<Vec<CaseLine>, Error> {
    let today = platform.today();
    let soon = soon(platform, today);
    let own = account(access);
    let mut lines = Vec::new();
    for case in cases {
        lines.push(CaseLine {
            subject_name: label::subject_name(platform, &case, lang).await?,
            item: label::item_label(platform, &case, lang)?,
            organ: label::organ_label(platform, &case, lang),
            opened_on: platform.day(case.opened_at),
            urgency: case.due_on.map(|due| urgency(due, today, soon)),
            mine: own.is_some() && case.handler == own,
            is_open: case.closed_at.is_none(),
            state: label::state_label(case.kind, &case.state).get(lang).to_owned(),
            id: case.id,
            number: case.number,
            kind: case.kind,
            turn: case.turn,
            due_on: case.due_on,
        });
    }
    Ok(lines)
}

/// Days before the last one on which a deadline begins to press.
pub(crate) fn soon(platform: &Platform, today: Date) -> i64 {
    platform.policy.parameter("case.soon", today).map(|soon| soon.value).unwrap_or_default()
}

fn urgency(due_on: Date, today: Date, soon: i64) -> Urgency {
    let deadline = Deadline {
        rule: String::new(),
        started_on: due_on,
        due_on: Some(due_on),
        extended: false,
        paused_on: None,
        ended_on: None,
        paused_days: 0,
    };
    deadline.urgency(today, soon)
}

fn deadline_line(platform: &Platform, running: Running, today: Date) -> DeadlineLine {
    let policy = &platform.policy;
    let Running { deadline, lapsed, .. } = running;
    let rule = policy.deadline(&deadline.rule);
    let limit =
        rule.and_then(|rule| domain::deadline::limit(policy, &rule.parameter, deadline.started_on));
    DeadlineLine {
        label: rule.map_or_else(|| deadline.rule.as_str().into(), |rule| rule.label.clone()),
        urgency: deadline.urgency(today, soon(platform, today)),
        reference: limit.map(|limit| limit.reference),
        deadline,
        lapsed,
    }
}

/// A note as it is kept: some words, without control characters and identity numbers.
pub(crate) fn note(text: &str, name: &'static str) -> Result<String, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Err(question(name, "请写明内容", "say what it is about"));
    }
    if NOTE_MAX < text.chars().count() {
        return Err(question(name, "内容请在 2000 字以内", "2,000 characters at most"));
    }
    let control = |letter: char| letter.is_control() && letter != '\n' && letter != '\r';
    if text.chars().any(control) {
        return Err(question(name, "内容里有不能识别的字符", "the text holds control characters"));
    }
    impersonal(name, text)?;
    Ok(text.replace("\r\n", "\n"))
}

pub(crate) fn not_now(now: NotNow) -> Error {
    Error::Refused(now.sentence())
}

/// What a decision rested on, as the history keeps it.
pub(crate) fn kept<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|why| Error::Io(why.into()))
}

/// What was kept of a case, read back.
pub(crate) fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|why| Error::Io(why.into()))
}

//! Credit repair (信用修复): told before it is applied for, filed, completed, decided by the organ that
//! decided the record, and carried out everywhere in the transaction that grants it.

use domain::{
    access::{Access, Action},
    case::{CaseKind, Step},
    catalogue::Polarity,
    ids::{CaseId, RecordId, SubjectId},
    notice::NoticeKind as Kind,
    record::Version,
    repair::{self, Decision, Facts, Ground, Path, State, Terms},
    standing::Standing,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{case::Case, register::Register};

use crate::{
    case::{
        self, Hand, Paper,
        going::{Going, Opening},
        kept, not_now, read, replay,
    },
    error::Error,
    notice,
    platform::Platform,
    question::question,
    record, subject,
    version::Clocks,
};

/// Kinds of papers an application needs.
pub const PERFORMANCE: &str = "performance";
pub const RULING: &str = "ruling";

/// What a subject is told before it applies.
#[derive(Clone, Debug)]
pub struct Eligibility {
    pub terms: Terms,
    /// Whatever stands in the way today; the commitment and the papers come with the application.
    pub unmet: Vec<Ground>,
    /// The organ that decides, by its department.
    pub organ: String,
    /// A case of this kind that is open about the record.
    pub open: Option<CaseId>,
}

/// What an applicant says.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub path: Path,
    pub note: String,
    pub committed: bool,
    pub paper: Option<Paper>,
}

/// What the case keeps beside its row.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Data {
    path: Path,
    committed: bool,
    /// Completion was asked for once (一次性告知).
    asked: bool,
}

/// What an officer does.
#[derive(Clone, Debug)]
pub enum Act {
    Accept,
    AskCompletion(String),
    NotAccept(String),
    /// Passed on to the department that decided the record.
    Transfer(String),
    Extend(String),
    /// Signs the proposal, or overrides it: what is decided, and why.
    Decide {
        grant: bool,
        reason: String,
    },
    /// The plan of the court was carried out.
    Fulfil(String),
    /// It failed, and what was shielded is shown again.
    Restore(String),
    /// Granted on false material or an untrue commitment.
    Revoke(String),
}

impl Act {
    /// Whose act it is: the centre takes in and passes on, and who decided the record decides (谁认定、谁修复).
    fn hands(&self) -> &'static [Hand] {
        match self {
            Act::Accept | Act::AskCompletion(_) | Act::NotAccept(_) => &[Hand::Organ, Hand::Centre],
            Act::Transfer(_) => &[Hand::Centre],
            Act::Extend(_)
            | Act::Decide { .. }
            | Act::Fulfil(_)
            | Act::Restore(_)
            | Act::Revoke(_) => &[Hand::Organ],
        }
    }
}

/// The proposal put to the officer, with what it rests on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proposal {
    pub today: Date,
    pub terms: Terms,
    pub facts: Facts,
    pub decision: Decision,
    /// What was decided in the end, where the officer overrode the proposal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<bool>,
}

/// What the subject of a record is told before applying; none where the record needs no repair.
pub async fn eligibility(
    platform: &Platform,
    access: &Access,
    record: RecordId,
) -> Result<Option<Eligibility>, Error> {
    let subject = case::own_subject(platform, access, Action::ReadOwn).await?;
    let versions = case::versions(platform, subject).await?;
    let Some(terms) = terms(platform, &versions, record, platform.today())? else {
        return Ok(None);
    };
    let open = store::case::of_record(&platform.register, subject, record).await?;
    let open = open.into_iter().find(|one| one.kind == CaseKind::Repair && one.closed_at.is_none());
    let facts = Facts {
        path: Path::Performed,
        duties_performed: true,
        committed: true,
        ruling: false,
        barred_until: barred_until(platform, subject).await?,
        over: false,
    };
    Ok(Some(Eligibility {
        unmet: repair::unmet(&terms, &facts, platform.today()),
        organ: organ(&versions, record)?,
        open: open.map(|one| one.id),
        terms,
    }))
}

/// Files an application about a record of one's own.
pub async fn file(
    platform: &Platform,
    access: &Access,
    record: RecordId,
    wanted: Wanted,
) -> Result<CaseId, Error> {
    let subject = case::own_subject(platform, access, Action::FileCase).await?;
    let note = case::note(&wanted.note, "note")?;
    let versions = case::versions(platform, subject).await?;
    let life = case::life(&versions, record)?;
    let today = platform.today();
    let Some(terms) = terms(platform, &versions, record, today)? else {
        return Err(Error::Refused(Ground::Over.sentence()));
    };
    if !wanted.committed {
        return Err(question(
            "committed",
            "请先阅读并作出信用承诺",
            "read the commitment and make it first",
        ));
    }
    let Wanted { path, committed, paper, .. } = wanted;
    let data = kept(&Data { path, committed, asked: false })?;
    let actor = access.actor.to_string();
    let organ = organ(&versions, record)?;
    let opening = Opening {
        kind: CaseKind::Repair,
        state: (State::Filed.code(), State::Filed.turn()),
        subject,
        item: life.item(),
        record,
        organ: &organ,
        data,
        ends_on: terms.published_until,
    };
    let mut going = Going::file(platform, &actor, opening).await?;
    going.tell(Step::Filed, &note, "").await?;
    going.start("repair.acceptance").await?;
    going.start("repair.overall").await?;
    if let Some(paper) = paper {
        going.attach(paper).await?;
    }
    notice::issue(&mut going, Kind::Commitment, &[]).await?;
    let id = going.case.id;
    going.finish().await?;
    Ok(id)
}

/// Completes an application that was sent back once.
pub async fn complete(
    platform: &Platform,
    access: &Access,
    id: CaseId,
    note: &str,
    paper: Option<Paper>,
) -> Result<(), Error> {
    let note = case::note(note, "note")?;
    let mut going = begin(platform, access, id, &[Hand::Subject]).await?;
    step(&mut going, Step::Completed)?;
    if let Some(paper) = paper {
        going.attach(paper).await?;
    }
    going.tell(Step::Completed, &note, "").await?;
    going.end("repair.completion").await?;
    going.go_on().await?;
    going.start("repair.acceptance").await?;
    going.finish().await
}

/// Takes an application back.
pub async fn withdraw(platform: &Platform, access: &Access, id: CaseId) -> Result<(), Error> {
    let mut going = begin(platform, access, id, &[Hand::Subject]).await?;
    step(&mut going, Step::Withdrawn)?;
    going.tell(Step::Withdrawn, "", "").await?;
    going.finish().await
}

/// What the rules propose on the day, for the officer to sign or to override.
pub async fn proposal(platform: &Platform, case: &Case) -> Result<Proposal, Error> {
    let today = platform.today();
    let versions = case::versions(platform, case.subject).await?;
    let terms = terms(platform, &versions, case.record, today)?;
    let data: Data = read(&case.data)?;
    let documents = store::case::document::of_case(&platform.register, case.id).await?;
    let has = |kind: &str| documents.iter().any(|one| one.kind == kind);
    let facts = Facts {
        path: data.path,
        duties_performed: has(PERFORMANCE),
        committed: data.committed,
        ruling: has(RULING),
        barred_until: barred_until(platform, case.subject).await?,
        over: terms.is_none(),
    };
    let terms = terms.unwrap_or(Terms { repair_from: None, published_until: None });
    let decision = repair::decide(&terms, &facts, today);
    Ok(Proposal { today, terms, facts, decision, overridden: None })
}

/// What an officer does with an application.
pub async fn act(platform: &Platform, access: &Access, id: CaseId, act: Act) -> Result<(), Error> {
    let mut going = begin(platform, access, id, act.hands()).await?;
    match act {
        Act::Accept => accept(&mut going).await?,
        Act::AskCompletion(missing) => ask_completion(&mut going, &missing).await?,
        Act::NotAccept(reason) => {
            told(&mut going, (Step::NotAccepted, Kind::RepairNotAccepted), &reason).await?;
        }
        Act::Transfer(organ) => transfer(&mut going, &organ).await?,
        Act::Extend(reason) => {
            going.extend(&["repair.result", "repair.overall"]).await?;
            told(&mut going, (Step::Extended, Kind::RepairExtended), &reason).await?;
        }
        Act::Decide { grant, reason } => decide(&mut going, grant, &reason).await?,
        Act::Fulfil(reason) => {
            told(&mut going, (Step::Granted, Kind::RepairGranted), &reason).await?;
            going.stand(Standing::Repaired, true).await?;
            going.stand(Standing::Shielded, false).await?;
        }
        Act::Restore(reason) => {
            told(&mut going, (Step::Restored, Kind::RepairRestored), &reason).await?;
            going.stand(Standing::Shielded, false).await?;
        }
        Act::Revoke(reason) => {
            told(&mut going, (Step::Revoked, Kind::RepairRevoked), &reason).await?;
            going.stand(Standing::Repaired, false).await?;
        }
    }
    going.finish().await
}

async fn accept(going: &mut Going<'_>) -> Result<(), Error> {
    step(going, Step::Accepted)?;
    going.tell(Step::Accepted, "", "").await?;
    going.end("repair.acceptance").await?;
    going.start("repair.result").await?;
    notice::issue(going, Kind::RepairAccepted, &[]).await?;
    Ok(())
}

/// Sends the application back, once; the clock stands still where its row says so.
async fn ask_completion(going: &mut Going<'_>, missing: &str) -> Result<(), Error> {
    let mut data: Data = read(&going.case.data)?;
    data.asked = true;
    told(going, (Step::CompletionAsked, Kind::RepairCompletion), missing).await?;
    going.case.data = kept(&data)?;
    going.end("repair.acceptance").await?;
    going.pause().await?;
    going.start("repair.completion").await
}

/// A step with its reason, and the notice that tells of it.
async fn told(
    going: &mut Going<'_>,
    (taken, notice): (Step, Kind),
    reason: &str,
) -> Result<(), Error> {
    let reason = case::note(reason, "reason")?;
    step(going, taken)?;
    going.tell(taken, &reason, "").await?;
    notice::issue(going, notice, &[reason.as_str().into()]).await?;
    Ok(())
}

/// Signs the proposal of the day, or overrides it with a reason; both are kept.
async fn decide(going: &mut Going<'_>, grant: bool, reason: &str) -> Result<(), Error> {
    let platform = going.platform;
    let mut proposal = proposal(platform, &going.case).await?;
    let proposed = !matches!(proposal.decision, Decision::Refuse(_));
    let overrides = proposed != grant;
    let reason = match (overrides, reason.trim()) {
        (false, "") => String::new(),
        (true, "") => {
            return Err(question(
                "reason",
                "与系统建议不一致，请写明理由",
                "say why the decision differs from the proposal",
            ));
        }
        (_, reason) => case::note(reason, "reason")?,
    };
    proposal.overridden = overrides.then_some(grant);
    let detail = kept(&proposal)?;
    let mut grounds = match &proposal.decision {
        Decision::Refuse(refusal) if !grant => {
            refusal.grounds().iter().map(Ground::sentence).collect()
        }
        _ => Vec::new(),
    };
    if !reason.is_empty() {
        grounds.push(reason.as_str().into());
    }
    let shielding = proposal.facts.path == Path::Bankruptcy;
    let (taken, notice) = match (grant, shielding) {
        (true, false) => (Step::Granted, Kind::RepairGranted),
        (true, true) => (Step::Shielded, Kind::RepairShielded),
        (false, _) => (Step::Refused, Kind::RepairRefused),
    };
    step(going, taken)?;
    match taken {
        Step::Granted => going.stand(Standing::Repaired, true).await?,
        Step::Shielded => going.stand(Standing::Shielded, true).await?,
        _ => {}
    }
    let told: Vec<&str> = grounds.iter().map(|ground| ground.zh.as_str()).collect();
    going.tell(taken, &told.join("；"), &detail).await?;
    going.end("repair.result").await?;
    going.end("repair.overall").await?;
    notice::issue(going, notice, &grounds).await?;
    Ok(())
}

async fn transfer(going: &mut Going<'_>, organ: &str) -> Result<(), Error> {
    let known = going.platform.place.department(organ).ok_or_else(|| {
        question("organ", "请从列表里选择单位", "choose the department from the list")
    })?;
    step(going, Step::Transferred)?;
    going.case.organ.clone_from(&known.id);
    going.case.handler = None;
    let name = known.label.zh.clone();
    going.tell(Step::Transferred, &name, &known.id).await
}

/// What follows when a deadline of an application ran out: the applicant who does not complete is
/// taken to have withdrawn; an organ that is late stays bound, and its lateness is written down.
pub(crate) async fn lapse(going: &mut Going<'_>, rule: &str) -> Result<(), Error> {
    if rule == "repair.completion" {
        step(going, Step::Withdrawn)?;
        let note = "逾期未补正，视为撤回；可以随时重新申请";
        return going.tell(Step::Withdrawn, note, rule).await;
    }
    going.tell(Step::Lapsed, "", rule).await
}

/// Ends an open application about a record that is published no longer; false where it still is.
pub(crate) async fn end_with_publication(platform: &Platform, id: CaseId) -> Result<bool, Error> {
    let mut going = Going::by_platform(platform, id).await?;
    let versions = case::versions(platform, going.case.subject).await?;
    let shielded = going.case.state == State::Shielded.code();
    let life = case::life(&versions, going.case.record)?;
    // What only an objection or a shield keeps from the public comes back once that ends.
    let resting = life
        .held(going.today)
        .iter()
        .any(|held| matches!(held.standing, Standing::Unanswered | Standing::Shielded));
    if shielded || resting || terms(platform, &versions, going.case.record, going.today)?.is_some()
    {
        return Ok(false);
    }
    step(&mut going, Step::Ended)?;
    going.tell(Step::Ended, "", "").await?;
    going.finish().await?;
    Ok(true)
}

/// Decides again, on what it was decided on, every application that was decided: how many there are, and
/// the numbers of those that come out otherwise.
pub async fn replay(register: &Register) -> Result<(u64, Vec<String>), Error> {
    let steps = [Step::Granted, Step::Shielded, Step::Refused];
    replay::replay(register, CaseKind::Repair, &steps, true, |kept: Proposal| {
        repair::decide(&kept.terms, &kept.facts, kept.today) == kept.decision
    })
    .await
}

async fn begin<'p>(
    platform: &'p Platform,
    access: &Access,
    id: CaseId,
    hands: &[Hand],
) -> Result<Going<'p>, Error> {
    let going = Going::begin_of(platform, access, id, CaseKind::Repair).await?;
    going.only(hands)?;
    Ok(going)
}

/// Moves the case along, where the step is the next one.
fn step(going: &mut Going<'_>, step: Step) -> Result<(), Error> {
    let state = State::from_code(&going.case.state).ok_or(Error::NotFound)?;
    let data: Data = read(&going.case.data)?;
    let next = state.after(step, data.asked).map_err(not_now)?;
    going.put(next.code(), next.turn());
    Ok(())
}

/// The periods that apply to a record today; none where it needs no repair.
pub(crate) fn terms(
    platform: &Platform,
    versions: &[Version],
    record: RecordId,
    today: Date,
) -> Result<Option<Terms>, Error> {
    let life = case::life(versions, record)?;
    let ended = subject::has_ended(platform, versions, Clocks::present(platform));
    let Some(facts) = record::facts(platform, &life, ended, today) else { return Ok(None) };
    let terms = repair::terms(&platform.policy, &facts, today);
    // What speaks against nobody by itself is repaired where a row of the law says so: a breach is.
    let negative = facts.item.polarity == Polarity::Negative;
    Ok(terms.filter(|terms| negative || terms.repair_from.is_some()))
}

/// The department that answers for a record.
fn organ(versions: &[Version], record: RecordId) -> Result<String, Error> {
    let life = case::life(versions, record)?;
    let last = life.versions().last().ok_or(Error::NotFound)?;
    Ok(last.department.clone())
}

/// Until when a subject may not apply, after a repair of its was revoked; none where no rule in force
/// says how long.
async fn barred_until(platform: &Platform, subject: SubjectId) -> Result<Option<Date>, Error> {
    let mut until = None;
    for case in store::case::of_subject(&platform.register, subject).await? {
        if case.kind != CaseKind::Repair || case.state != State::Revoked.code() {
            continue;
        }
        let Some(revoked) = case.closed_at.map(|at| platform.day(at)) else { continue };
        let limit = domain::deadline::limit(&platform.policy, "repair.bar", revoked);
        let last = limit.and_then(|limit| limit.unit.after(revoked, limit.count));
        until = until.max(last);
    }
    Ok(until)
}

/// The words of the commitment that goes with an application.
#[must_use]
pub fn commitment(platform: &Platform) -> String {
    platform.policy.notice(Kind::Commitment).map(|words| words.body.clone()).unwrap_or_default()
}

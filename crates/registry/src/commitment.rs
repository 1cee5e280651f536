//! Commitments (信用承诺): made in the subject centre in the words of a template, received by a department,
//! looked at, and said to be kept; or found broken on an effective document, after the subject was
//! heard and could appeal. Who tells a breach does not find it, and who found it does not review it.

pub mod found;
pub mod making;
mod row;
pub mod view;

use domain::{
    access::Access,
    case::{CaseKind, NotNow, Step},
    commitment::{Appeal, Breach, Facts, Goal, State, Wording},
    ids::CaseId,
    listing::Answer,
    notice::NoticeKind as Kind,
    subject::Kind as SubjectKind,
    text::Text,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::case::Case;

use self::found::{broke_one, need};
use crate::{
    case::{self, Hand, going::Going, kept, not_now, read},
    error::Error,
    notice,
    platform::Platform,
    question::{impersonal, question},
};

/// Catalogue items a commitment and what became of it are records of.
pub const ITEM: &str = "commitment";
pub const FULFILMENT: &str = "commitment_fulfilment";

/// Kinds of papers of a commitment.
pub const FINDING: &str = "finding";
pub const CHECK: &str = "check";

/// Papers an officer adds, with their names.
pub const PAPERS: [(&str, &str, &str); 2] = [
    (FINDING, "认定违诺所依据的生效文书", "the effective document a breach rests on"),
    (CHECK, "核查记录", "what the check found"),
];

/// Characters of the number of a document.
const NUMBER_MAX: usize = 64;

/// What the case keeps beside its row.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Data {
    template: String,
    subject_kind: SubjectKind,
    /// 法定代表人, as the record asks for it.
    representative: String,
    /// 办件编号, where it was made for one.
    about: String,
    made_on: Date,
    /// The words it was made in.
    wording: Wording,
    until: Option<Date>,
    breach: Option<Finding>,
    /// The newest document on which a breach that was cleared rested: the next one rests on another.
    #[serde(default)]
    spent: i64,
    /// Since when its record is being handed in; until that is done or has failed, nothing else is.
    #[serde(default)]
    handing: Option<Date>,
}

/// A breach as it is told, found and appealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Finding {
    breach: Breach,
    facts: String,
    /// The effective document among the papers, and its number.
    document: i64,
    number: String,
    told_on: Date,
    told_by: String,
    answer: Answer,
    found_on: Option<Date>,
    found_by: String,
    appeal: Appeal,
}

/// A breach as an officer tells it.
#[derive(Clone, Debug)]
pub struct Told {
    pub breach: Breach,
    pub facts: String,
    pub number: String,
}

/// What an officer does.
#[derive(Clone, Debug)]
pub enum Act {
    Accept,
    NotAccept(String),
    /// Looked at the performance; what was found.
    Check(String),
    Fulfil(String),
    Void(String),
    Tell(Told),
    /// Finds it broken; with what was found of the statement (复核意见).
    Find(String),
    /// Does not find it broken, or takes the finding back on appeal.
    Clear(String),
    UpholdAppeal(String),
    Publish,
}

/// What the subject answers, and its appeal.
pub async fn answer(
    platform: &Platform,
    access: &Access,
    id: CaseId,
    text: &str,
    waives: bool,
) -> Result<(), Error> {
    let mut going = begin(platform, access, id).await?;
    going.only(&[Hand::Subject])?;
    let mut data: Data = read(&going.case.data)?;
    let breach = data.breach.as_mut().ok_or_else(|| not_now(NotNow))?;
    if going.case.state == State::Found.code() {
        let text = case::note(text, "text")?;
        step(&mut going, Step::Appealed)?;
        breach.appeal = Appeal::Made;
        going.case.data = kept(&data)?;
        going.tell(Step::Appealed, &text, "").await?;
        going.end("commitment.appeal").await?;
        going.start("commitment.review").await?;
        return going.finish().await;
    }
    let (taken, text) = match waives {
        true => {
            making::signs(access)?;
            (Step::Waived, "当事人放弃陈述申辩".to_owned())
        }
        false => (Step::Stated, case::note(text, "text")?),
    };
    step(&mut going, taken)?;
    breach.answer = if waives { Answer::Waived } else { Answer::Made };
    going.case.data = kept(&data)?;
    going.tell(taken, &text, "").await?;
    going.end("commitment.statement").await?;
    going.start("commitment.finding").await?;
    going.finish().await
}

/// Takes a commitment back before it is accepted.
pub async fn withdraw(platform: &Platform, access: &Access, id: CaseId) -> Result<(), Error> {
    let mut going = begin(platform, access, id).await?;
    going.only(&[Hand::Subject])?;
    step(&mut going, Step::Withdrawn)?;
    going.tell(Step::Withdrawn, "", "").await?;
    going.finish().await
}

/// What an officer does with a commitment.
pub async fn act(platform: &Platform, access: &Access, id: CaseId, act: Act) -> Result<(), Error> {
    match act {
        Act::Accept => accept(platform, access, id).await,
        Act::Fulfil(note) => fulfil(platform, access, id, &note).await,
        Act::Tell(told) => tell(platform, access, id, told).await,
        Act::Publish => publish(platform, access, id).await,
        act => {
            let mut going = begin(platform, access, id).await?;
            going.only(&[Hand::Organ])?;
            move_along(&mut going, access, act).await?;
            going.finish().await
        }
    }
}

async fn move_along(going: &mut Going<'_>, access: &Access, act: Act) -> Result<(), Error> {
    match act {
        Act::NotAccept(reason) => {
            close(going, (Step::NotAccepted, Kind::CommitmentNotAccepted), &reason).await
        }
        Act::Check(note) => {
            let note = case::note(&note, "reason")?;
            step(going, Step::Checked)?;
            going.tell(Step::Checked, &note, "").await?;
            going.end("commitment.check").await
        }
        Act::Void(reason) => {
            let reason = case::note(&reason, "reason")?;
            step(going, Step::Voided)?;
            going.tell(Step::Voided, &reason, "").await
        }
        Act::Find(reason) => find(going, access, &reason).await,
        Act::Clear(reason) => clear(going, access, &reason).await,
        Act::UpholdAppeal(reason) => {
            let mut data: Data = read(&going.case.data)?;
            let breach = data.breach.as_mut().ok_or_else(|| not_now(NotNow))?;
            case::deciding::another(access, &breach.found_by)?;
            let reason = case::note(&reason, "reason")?;
            step(going, Step::AppealUpheld)?;
            breach.appeal = Appeal::Upheld;
            going.case.data = kept(&data)?;
            going.tell(Step::AppealUpheld, &reason, "").await?;
            going.end("commitment.review").await?;
            going.start("commitment.recording").await?;
            let told = [reason.as_str().into()];
            notice::issue(going, Kind::CommitmentAppealUpheld, &told).await?;
            Ok(())
        }
        Act::Accept | Act::Fulfil(_) | Act::Tell(_) | Act::Publish => Err(not_now(NotNow)),
    }
}

/// Accepts a commitment: it is looked at once more, handed in as a record, and binds.
async fn accept(platform: &Platform, access: &Access, id: CaseId) -> Result<(), Error> {
    let (case, data) = seen(platform, access, id, Step::Accepted).await?;
    let broke_one = broke_one(platform, case.subject).await?;
    need(platform, &Facts { broke_one, ..data.facts() }, Goal::Accept)?;
    let mut going = handed_in(platform, access, id, Step::Accepted).await?;
    going.tell(Step::Accepted, "", "").await?;
    going.end("commitment.acceptance").await?;
    going.start("commitment.check").await?;
    notice::issue(&mut going, Kind::CommitmentAccepted, &[]).await?;
    going.finish().await
}

/// Says that it was kept; that is a record too.
async fn fulfil(platform: &Platform, access: &Access, id: CaseId, note: &str) -> Result<(), Error> {
    let note = case::note(note, "reason")?;
    let mut going = handed_in(platform, access, id, Step::Fulfilled).await?;
    going.tell(Step::Fulfilled, &note, "").await?;
    notice::issue(&mut going, Kind::CommitmentFulfilled, &[note.as_str().into()]).await?;
    going.finish().await
}

/// Tells the subject that a breach is to be found; the row it would become is looked at first.
async fn tell(platform: &Platform, access: &Access, id: CaseId, told: Told) -> Result<(), Error> {
    let (case, mut data) = seen(platform, access, id, Step::BreachTold).await?;
    let today = platform.today();
    let number = told.number.trim();
    if NUMBER_MAX < number.chars().count() {
        return Err(question("number", "文号最多 64 个字", "64 characters at most"));
    }
    impersonal("number", number)?;
    let newest = found::newest_document(platform, id).await?;
    data.breach = Some(Finding {
        breach: told.breach,
        facts: case::note(&told.facts, "reason")?,
        document: newest.filter(|document| data.spent < *document).unwrap_or_default(),
        number: number.to_owned(),
        told_on: today,
        told_by: access.actor.to_string(),
        answer: Answer::None,
        found_on: None,
        found_by: String::new(),
        appeal: Appeal::None,
    });
    need(platform, &data.facts(), Goal::Tell)?;
    row::rehearse(platform, access, &case, &data).await?;
    let mut going = begin(platform, access, id).await?;
    going.only(&[Hand::Organ])?;
    step(&mut going, Step::BreachTold)?;
    going.case.data = kept(&data)?;
    let lines = contents(&data)?;
    going.tell(Step::BreachTold, &told.facts, "").await?;
    notice::issue(&mut going, Kind::CommitmentBreachTold, &lines).await?;
    going.start("commitment.statement").await?;
    going.finish().await
}

async fn find(going: &mut Going<'_>, access: &Access, reason: &str) -> Result<(), Error> {
    let mut data: Data = read(&going.case.data)?;
    let breach = data.breach.as_mut().ok_or_else(|| not_now(NotNow))?;
    case::deciding::another(access, &breach.told_by)?;
    let reason = case::deciding::reviewed(breach.answer, reason)?;
    step(going, Step::BreachFound)?;
    let found = need(going.platform, &data.facts(), Goal::Find)?;
    let breach = data.breach.as_mut().ok_or_else(|| not_now(NotNow))?;
    breach.found_on = Some(going.today);
    breach.found_by = access.actor.to_string();
    going.case.data = kept(&data)?;
    let mut lines = contents(&data)?;
    let heard = match data.breach.as_ref().map(|breach| breach.answer) {
        Some(Answer::Made) => format!("陈述申辩及复核意见：{reason}"),
        Some(Answer::Waived) => "当事人放弃陈述申辩。".to_owned(),
        _ => "当事人逾期未陈述申辩。".to_owned(),
    };
    lines.push(heard.as_str().into());
    going.end("commitment.finding").await?;
    going.tell(Step::BreachFound, &reason, &kept(&found)?).await?;
    notice::issue(going, Kind::CommitmentBreachFound, &lines).await?;
    going.start("commitment.appeal").await
}

/// Does not find it broken: it goes on as before, and nothing of it is kept against the subject.
async fn clear(going: &mut Going<'_>, access: &Access, reason: &str) -> Result<(), Error> {
    let mut data: Data = read(&going.case.data)?;
    let breach = data.breach.take().ok_or_else(|| not_now(NotNow))?;
    // Who found it does not take it back alone.
    case::deciding::another(access, &breach.found_by)?;
    data.spent = breach.document;
    let reason = case::note(reason, "reason")?;
    step(going, Step::Cleared)?;
    going.case.data = kept(&data)?;
    for rule in ["statement", "finding", "appeal", "review", "recording"] {
        going.end(&format!("commitment.{rule}")).await?;
    }
    going.tell(Step::Cleared, &reason, "").await?;
    notice::issue(going, Kind::CommitmentCleared, &[reason.as_str().into()]).await?;
    Ok(())
}

/// Hands the breach in as a record, once the subject can appeal no more, and closes the case on it.
async fn publish(platform: &Platform, access: &Access, id: CaseId) -> Result<(), Error> {
    let (_, data) = seen(platform, access, id, Step::Published).await?;
    let found = need(platform, &data.facts(), Goal::Publish)?;
    let mut going = handed_in(platform, access, id, Step::Published).await?;
    going.tell(Step::Published, "", &kept(&found)?).await?;
    going.finish().await
}

/// Takes a step with which a record is handed in.
///
/// The record goes in by the door of every record, in a transaction of its own, with the case marked
/// meanwhile so that nothing else happens to it. Stopped in between, the step is taken again with the
/// day it was begun on, and the record found unchanged.
async fn handed_in<'p>(
    platform: &'p Platform,
    access: &Access,
    id: CaseId,
    taken: Step,
) -> Result<Going<'p>, Error> {
    let mut going = begin(platform, access, id).await?;
    going.only(&[Hand::Organ])?;
    let mut data: Data = read(&going.case.data)?;
    if State::from_code(&going.case.state).is_none_or(|state| state.after(taken).is_err()) {
        return Err(not_now(NotNow));
    }
    data.handing.get_or_insert(going.today);
    going.case.data = kept(&data)?;
    let case = going.case.clone();
    going.finish().await?;
    let handed = match taken {
        Step::Accepted => row::commitment(platform, access, &case, &data).await,
        _ => row::fulfilment(platform, access, &case, &data).await,
    };
    let mut going = begin(platform, access, id).await?;
    let mut data: Data = read(&going.case.data)?;
    data.handing = None;
    going.case.data = kept(&data)?;
    match handed {
        Ok(record) => {
            advance(&mut going, taken)?;
            if let Some(record) = record {
                going.case.record = record;
            }
            Ok(going)
        }
        Err(why) => {
            going.finish().await?;
            Err(why)
        }
    }
}

/// The case as an officer of its organ sees it, where the step is the next one.
async fn seen(
    platform: &Platform,
    access: &Access,
    id: CaseId,
    step: Step,
) -> Result<(Case, Data), Error> {
    let going = begin(platform, access, id).await?;
    going.only(&[Hand::Organ])?;
    let state = State::from_code(&going.case.state).ok_or(Error::NotFound)?;
    state.after(step).map_err(not_now)?;
    let data = read(&going.case.data)?;
    Ok((going.case.clone(), data))
}

async fn close(
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

/// What the notices of a breach say.
fn contents(data: &Data) -> Result<Vec<Text>, Error> {
    let breach = data.breach.as_ref().ok_or_else(|| not_now(NotNow))?;
    let result = if breach.breach == Breach::Partly { "部分履行" } else { "未履行" };
    let lines = [
        format!("承诺内容：{}", data.wording.content),
        format!("履行情况：{result}"),
        format!("事实：{}", breach.facts),
        format!("依据的生效文书：{}", breach.number),
        format!("违诺责任：{}", data.wording.liability),
    ];
    Ok(lines.iter().map(|line| line.as_str().into()).collect())
}

/// What follows when a deadline of a commitment ran out: the subject that does not answer has been heard,
/// and one that does not appeal takes the finding; an organ that is late is told to be.
pub(crate) async fn lapse(going: &mut Going<'_>, rule: &str) -> Result<(), Error> {
    let (taken, note) = match rule {
        "commitment.statement" => (Step::Unstated, "当事人逾期未陈述申辩"),
        "commitment.appeal" => (Step::Unappealed, "当事人逾期未申诉"),
        _ => return going.tell(Step::Lapsed, "", rule).await,
    };
    step(going, taken)?;
    going.end(rule).await?;
    let next = if taken == Step::Unstated { "finding" } else { "recording" };
    going.start(&format!("commitment.{next}")).await?;
    going.tell(taken, note, rule).await
}

/// What a commitment was made for, for the first line of its notices.
pub(crate) fn matter_label(platform: &Platform, case: &Case) -> Result<Text, Error> {
    let data: Data = read(&case.data)?;
    let template = platform.policy.template(&data.template);
    let label = template.map_or_else(|| data.template.as_str().into(), |one| one.label.clone());
    Ok(match data.about.as_str() {
        "" => label,
        about => Text::new(format!("{}（{about}）", label.zh), format!("{} ({about})", label.en)),
    })
}

impl Data {
    fn facts(&self) -> Facts {
        let breach = self.breach.as_ref();
        Facts {
            template: self.template.clone(),
            subject_kind: self.subject_kind,
            made_on: self.made_on,
            broke_one: false,
            document: breach
                .is_some_and(|breach| breach.document != 0 && !breach.number.is_empty()),
            told_on: breach.map(|breach| breach.told_on),
            answer: breach.map(|breach| breach.answer).unwrap_or_default(),
            found_on: breach.and_then(|breach| breach.found_on),
            appeal: breach.map(|breach| breach.appeal).unwrap_or_default(),
        }
    }
}

async fn begin<'p>(
    platform: &'p Platform,
    access: &Access,
    id: CaseId,
) -> Result<Going<'p>, Error> {
    Going::begin_of(platform, access, id, CaseKind::Commitment).await
}

/// Takes a step, where no record of the case is being handed in.
fn step(going: &mut Going<'_>, step: Step) -> Result<(), Error> {
    let data: Data = read(&going.case.data)?;
    if data.handing.is_some() {
        return Err(Error::Refused(Text::new(
            "这一件正在入库：请由经办人重新办理上一步，办完再继续",
            "its record is being handed in: take that step again before anything else",
        )));
    }
    advance(going, step)
}

fn advance(going: &mut Going<'_>, step: Step) -> Result<(), Error> {
    let state = State::from_code(&going.case.state).ok_or(Error::NotFound)?;
    let next = state.after(step).map_err(not_now)?;
    going.put(next.code(), next.turn());
    Ok(())
}

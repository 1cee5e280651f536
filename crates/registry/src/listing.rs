//! Entry in a serious-breach list (列入严重失信主体名单): proposed by the department that decides on the
//! list, told, answered, decided by a second officer, served, and handed in as a record through the
//! same door as any other. What the next step needs is looked for among the papers of the case.

pub mod found;
pub mod proposing;
mod row;
pub mod view;

use domain::{
    access::Access,
    case::{CaseKind, NotNow, Step},
    ids::CaseId,
    listing::{Answer, Facts, Goal, Missing, State},
    notice::NoticeKind as Kind,
    role::Role,
    text::Text,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::case::{Case, document::Document};

use self::found::{Found, lacking, look, need};
use crate::{
    case::{self, Hand, Paper, going::Going, kept, not_now, read},
    error::Error,
    notice,
    platform::Platform,
    question::question,
};

/// Catalogue item an entry becomes a record of.
pub const ITEM: &str = "serious_breach";

/// Kinds of papers of an entry: those the platform makes, and those it asks for.
pub const NOTICE: &str = "listing_notice";
pub const DECISION: &str = "listing_decision";
pub const EVIDENCE: &str = "evidence";
pub const NOTICE_RECEIPT: &str = "notice_receipt";
pub const STATEMENT: &str = "statement";
pub const WAIVER: &str = "waiver";
pub const HEARING_RECORD: &str = "hearing_record";
pub const DECISION_RECEIPT: &str = "decision_receipt";

/// Papers an officer adds, with their names.
pub const PAPERS: [(&str, &str, &str); 6] = [
    (NOTICE_RECEIPT, "告知书送达回证", "receipt of the notice"),
    (STATEMENT, "陈述申辩材料", "statement and defence"),
    (WAIVER, "放弃陈述申辩声明", "waiver of the statement"),
    (HEARING_RECORD, "听证笔录", "record of the hearing"),
    (DECISION_RECEIPT, "决定书送达回证", "receipt of the decision"),
    (EVIDENCE, "据以列入的生效文书", "the effective document it rests on"),
];

/// What the case keeps beside its row.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Data {
    list: String,
    representative: String,
    facts: String,
    grounds: String,
    measures: Vec<String>,
    months: i64,
    /// Whether the subject was told of it.
    told: bool,
    answer: Answer,
    hearing_asked: bool,
    /// Whether the hearing was held, with its record.
    hearing_held: bool,
    decided_on: Option<Date>,
}

/// What the subject says to the notice.
#[derive(Clone, Debug, Default)]
pub struct Said {
    pub text: String,
    pub waives: bool,
    pub hearing: bool,
}

/// What an officer does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Makes the notice (列入告知书).
    Tell,
    /// It was served on a day, and how.
    NoticeServed(Option<Date>, String),
    /// What the subject handed in on paper.
    Answer(Said),
    HearingHeld(String),
    /// Decides to enter; with what was found of the statement (复核意见).
    Decide(String),
    DecisionServed(Option<Date>, String),
    Publish,
    /// Decides not to.
    Drop(String),
}

/// What the subject answers, in the subject centre.
pub async fn answer(
    platform: &Platform,
    access: &Access,
    id: CaseId,
    said: Said,
) -> Result<(), Error> {
    let mut going = begin(platform, access, id).await?;
    going.only(&[Hand::Subject])?;
    if said.waives && access.has(Role::Agent) {
        return Err(Error::Refused(Text::new(
            "放弃陈述申辩和听证须由法定代表人（负责人）作出",
            "only the legal representative waives statement and hearing",
        )));
    }
    take_answer(&mut going, &said).await?;
    going.finish().await
}

/// Adds a paper to an entry: the department its documents, the subject its answer, which counts as one.
pub(crate) async fn add_paper(mut going: Going<'_>, paper: Paper) -> Result<(), Error> {
    going.only(&[Hand::Organ, Hand::Subject])?;
    let (name, of_subject) = (paper.file_name.clone(), going.hand == Some(Hand::Subject));
    let kind = if of_subject { STATEMENT } else { paper.kind };
    going.attach(Paper { kind, ..paper }).await?;
    let waits = matches!(State::from_code(&going.case.state), Some(State::Heard | State::Answered));
    if of_subject && waits {
        let text = format!("陈述申辩见材料：{name}");
        take_answer(&mut going, &Said { text, ..Said::default() }).await?;
    } else {
        going.tell(Step::DocumentAdded, &name, "").await?;
    }
    going.finish().await
}

/// What an officer does with an entry.
pub async fn act(platform: &Platform, access: &Access, id: CaseId, act: Act) -> Result<(), Error> {
    if matches!(act, Act::Tell | Act::Decide(_)) {
        // A record that would come back is told before anything is, not after the decision was served.
        let going = begin(platform, access, id).await?;
        going.only(&[Hand::Organ])?;
        let case = going.case.clone();
        drop(going);
        let facts = facts(platform, &case).await?;
        row::rehearse(platform, access, &case, &facts).await?;
    }
    let mut going = begin(platform, access, id).await?;
    going.only(&[Hand::Organ])?;
    match act {
        Act::Tell => make_notice(&mut going).await?,
        Act::NoticeServed(on, how) => notice_served(&mut going, on, &how).await?,
        Act::Answer(said) => take_paper_answer(&mut going, &said).await?,
        Act::HearingHeld(note) => hearing_held(&mut going, &note).await?,
        Act::Decide(reason) => decide(&mut going, access, &reason).await?,
        Act::DecisionServed(on, how) => {
            let on = served(&mut going, (DECISION, DECISION_RECEIPT), on, &how).await?;
            step(&mut going, Step::DecisionServed)?;
            going.tell(Step::DecisionServed, how.trim(), &on.to_string()).await?;
            going.end("listing.service").await?;
        }
        Act::Drop(reason) => drop_entry(&mut going, &reason).await?,
        Act::Publish => {
            // The record goes in by the door of every record, in a transaction of its own. Stopped in
            // between, it is handed in again and found unchanged.
            let facts = facts(platform, &going.case).await?;
            let found = need(platform, &facts, Goal::Publish)?;
            if State::from_code(&going.case.state) != Some(State::Served) {
                return Err(not_now(NotNow));
            }
            let case = going.case.clone();
            drop(going);
            return publish(platform, access, &case, &found).await;
        }
    }
    going.finish().await
}

async fn notice_served(going: &mut Going<'_>, on: Option<Date>, how: &str) -> Result<(), Error> {
    let on = served(going, (NOTICE, NOTICE_RECEIPT), on, how).await?;
    step(going, Step::NoticeServed)?;
    let mut data: Data = read(&going.case.data)?;
    data.told = true;
    going.case.data = kept(&data)?;
    going.tell(Step::NoticeServed, how.trim(), &on.to_string()).await?;
    going.start_on("listing.statement", on).await
}

/// What the subject handed in on paper, as an officer takes it down.
async fn take_paper_answer(going: &mut Going<'_>, said: &Said) -> Result<(), Error> {
    let wanted = if said.waives { WAIVER } else { STATEMENT };
    if paper(going.platform, going.case.id, wanted).await?.is_none() {
        return Err(question(
            "file",
            "请先上传当事人的陈述申辩材料或者放弃声明，再登记",
            "add the paper the subject handed in first",
        ));
    }
    take_answer(going, said).await
}

async fn hearing_held(going: &mut Going<'_>, note: &str) -> Result<(), Error> {
    if paper(going.platform, going.case.id, HEARING_RECORD).await?.is_none() {
        return Err(lacking(&[Missing::HearingRecord]));
    }
    let note = case::note(note, "reason")?;
    step(going, Step::HearingHeld)?;
    let mut data: Data = read(&going.case.data)?;
    data.hearing_held = true;
    going.case.data = kept(&data)?;
    going.tell(Step::HearingHeld, &note, "").await
}

/// Enters nobody, also after a decision that was annulled; whoever was told of it is told of the end.
async fn drop_entry(going: &mut Going<'_>, reason: &str) -> Result<(), Error> {
    let reason = case::note(reason, "reason")?;
    let told = is_told(&going.case);
    step(going, Step::Dropped)?;
    going.tell(Step::Dropped, &reason, "").await?;
    if told {
        notice::issue(going, Kind::ListingDropped, &[reason.as_str().into()]).await?;
    }
    Ok(())
}

async fn make_notice(going: &mut Going<'_>) -> Result<(), Error> {
    let facts = facts(going.platform, &going.case).await?;
    need(going.platform, &facts, Goal::Tell)?;
    step(going, Step::Noticed)?;
    going.tell(Step::Noticed, "", "").await?;
    let told = contents(going, &read(&going.case.data)?)?;
    notice::issue(going, Kind::ListingNotice, &told).await?;
    Ok(())
}

async fn take_answer(going: &mut Going<'_>, said: &Said) -> Result<(), Error> {
    let mut data: Data = read(&going.case.data)?;
    let (taken, text) = match said.waives {
        true => (Step::Waived, "当事人书面放弃陈述申辩和听证".to_owned()),
        false => (Step::Stated, case::note(&said.text, "text")?),
    };
    let facts = facts(going.platform, &going.case).await?;
    let until = look(going.platform, &facts, Goal::Decide).terms.statement_until;
    if said.hearing && until.is_none_or(|until| until < going.today) {
        return Err(Error::Refused(Text::new(
            "要求听证的期限已过，仍可以陈述申辩",
            "it is too late to ask for a hearing; a statement is still heard",
        )));
    }
    step(going, taken)?;
    data.answer = if said.waives { Answer::Waived } else { Answer::Made };
    going.tell(taken, &text, "").await?;
    if said.hearing && !said.waives && !data.hearing_asked {
        data.hearing_asked = true;
        going.tell(Step::HearingAsked, "", "").await?;
    }
    going.case.data = kept(&data)?;
    going.end("listing.statement").await
}

/// Whoever proposed an entry does not decide it.
async fn decide(going: &mut Going<'_>, access: &Access, reason: &str) -> Result<(), Error> {
    case::deciding::another(access, &going.case.opened_by)?;
    let mut data: Data = read(&going.case.data)?;
    let reason = case::deciding::reviewed(data.answer, reason)?;
    let facts = facts(going.platform, &going.case).await?;
    let found = need(going.platform, &facts, Goal::Decide)?;
    step(going, Step::Listed)?;
    data.decided_on = Some(going.today);
    going.case.data = kept(&data)?;
    going.tell(Step::Listed, &reason, &kept(&found)?).await?;
    let mut told = contents(going, &data)?;
    let answered = match data.answer {
        Answer::Made => format!("陈述申辩及复核意见：{reason}"),
        Answer::Waived => "当事人放弃陈述申辩。".to_owned(),
        Answer::None => "当事人逾期未提出陈述申辩。".to_owned(),
    };
    told.push(answered.as_str().into());
    notice::issue(going, Kind::ListingDecided, &told).await?;
    going.start("listing.service").await
}

/// What notice and decision both say: facts, basis, measures, term, and how one leaves the list.
fn contents(going: &Going<'_>, data: &Data) -> Result<Vec<Text>, Error> {
    let policy = &going.platform.policy;
    let list = policy.list(&data.list).ok_or_else(|| lacking(&[Missing::List]))?;
    let measures = row::measures(policy, list, &data.measures);
    let until = list.ends_on(policy, data.months, data.decided_on.unwrap_or(going.today));
    let term = match data.decided_on.and(until) {
        Some(until) => format!("列入期限：{} 个月，至 {until}", data.months),
        None => format!("列入期限：自决定之日起 {} 个月", data.months),
    };
    let basis = list.basis_on(going.today).ok_or_else(|| lacking(&[Missing::List]))?;
    let open = if basis.verified { "" } else { "（条号待核）" };
    Ok([
        format!("名单：{}", list.label.zh),
        format!("事实：{}", data.facts),
        format!("依据：{}；{}{}{open}", data.grounds, basis.instrument, basis.article),
        format!("惩戒措施提示：{measures}"),
        term,
        format!("移出条件和程序：{}", list.removal.zh),
    ]
    .iter()
    .map(|line| line.as_str().into())
    .collect())
}

/// Notes the service of a paper the platform made: on a day that is past, with what shows it.
async fn served(
    going: &mut Going<'_>,
    (made, receipt): (&str, &str),
    on: Option<Date>,
    how: &str,
) -> Result<Date, Error> {
    let how = case::note(how, "reason")?;
    let Some(document) = paper(going.platform, going.case.id, made).await? else {
        return Err(not_now(NotNow));
    };
    let shown = paper(going.platform, going.case.id, receipt).await?;
    // What was there before the document does not show that it was served.
    if shown.is_none_or(|shown| shown.id < document.id) {
        return Err(question(
            "file",
            "请先上传送达回证，再登记送达",
            "add the receipt of service first, then note the service",
        ));
    }
    let earliest = going.platform.day(document.added_at);
    let on = on.filter(|on| earliest <= *on && *on <= going.today).ok_or_else(|| {
        question(
            "on",
            &format!("送达日期应在文书日期 {earliest} 和今天之间"),
            &format!("the day of service lies between {earliest} and today"),
        )
    })?;
    let case = going.case.id;
    if !store::case::document::serve(&mut going.write, case, document.id, on, &how).await? {
        return Err(not_now(NotNow));
    }
    Ok(on)
}

/// Hands the record in and closes the case on it.
async fn publish(
    platform: &Platform,
    access: &Access,
    case: &Case,
    found: &Found,
) -> Result<(), Error> {
    let record = row::hand_in(platform, access, case, &found.facts).await?;
    let mut going = begin(platform, access, case.id).await?;
    step(&mut going, Step::Published)?;
    going.case.record = record;
    going.tell(Step::Published, "", &kept(found)?).await?;
    going.finish().await
}

/// What follows when a deadline of an entry ran out: the subject that does not answer has been heard; an
/// organ that serves late stays bound, and its lateness is written down.
pub(crate) async fn lapse(going: &mut Going<'_>, rule: &str) -> Result<(), Error> {
    if rule == "listing.statement" {
        step(going, Step::Unstated)?;
        going.end(rule).await?;
        return going.tell(Step::Unstated, "当事人逾期未提出陈述申辩", rule).await;
    }
    going.tell(Step::Lapsed, "", rule).await
}

/// Whether a case is one its subject may know of: an entry in a list from the service of its notice on.
pub(crate) fn is_told(case: &Case) -> bool {
    case.kind != CaseKind::Listing || read::<Data>(&case.data).is_ok_and(|data| data.told)
}

/// The list of an entry, for the first line of its notices.
pub(crate) fn list_label(platform: &Platform, case: &Case) -> Result<Text, Error> {
    let data: Data = read(&case.data)?;
    let list = platform.policy.list(&data.list).map(|list| list.label.clone());
    Ok(list.unwrap_or_else(|| data.list.as_str().into()))
}

impl Data {
    fn facts(&self) -> Facts {
        Facts {
            list: self.list.clone(),
            measures: self.measures.clone(),
            months: self.months,
            answer: self.answer,
            hearing_asked: self.hearing_asked,
            decided_on: self.decided_on,
            ..Facts::default()
        }
    }
}

/// What is at hand of an entry: what its officers noted, and which papers lie there.
async fn facts(platform: &Platform, case: &Case) -> Result<Facts, Error> {
    let data: Data = read(&case.data)?;
    let papers = store::case::document::of_case(&platform.register, case.id).await?;
    let find = |kind: &str| papers.iter().find(|paper| paper.kind == kind);
    let served = |kind: &str| find(kind).and_then(|paper| paper.served.as_ref()).map(|one| one.0);
    Ok(Facts {
        evidence: find(EVIDENCE).is_some(),
        notice: find(NOTICE).is_some(),
        notice_served_on: served(NOTICE),
        notice_receipt: find(NOTICE_RECEIPT).is_some(),
        hearing_record: data.hearing_held && find(HEARING_RECORD).is_some(),
        decision: find(DECISION).is_some(),
        decision_served_on: served(DECISION),
        decision_receipt: find(DECISION_RECEIPT).is_some(),
        ..data.facts()
    })
}

async fn paper(platform: &Platform, case: CaseId, kind: &str) -> Result<Option<Document>, Error> {
    let papers = store::case::document::of_case(&platform.register, case).await?;
    Ok(papers.into_iter().rfind(|paper| paper.kind == kind))
}

async fn begin<'p>(
    platform: &'p Platform,
    access: &Access,
    id: CaseId,
) -> Result<Going<'p>, Error> {
    Going::begin_of(platform, access, id, CaseKind::Listing).await
}

fn step(going: &mut Going<'_>, step: Step) -> Result<(), Error> {
    let state = State::from_code(&going.case.state).ok_or(Error::NotFound)?;
    let next = state.after(step).map_err(not_now)?;
    going.put(next.code(), next.turn());
    Ok(())
}

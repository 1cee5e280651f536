//! Reports from the public (投诉举报): taken in without a name, read again with the code given once,
//! sorted by the centre and answered by a department. They are no records, and become none.

use domain::{
    access::{Access, Actor},
    case::{CaseKind, Step},
    complaint::State,
    identifier::uscc::UnifiedCode,
    ids::{CaseId, SubjectId},
    sealed::sm3_hex,
    text::{Lang, Text},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use store::case::Case;

use crate::{
    case::{
        self, Hand,
        going::{Going, NO_RECORD, Opening},
        kept, not_now, read,
    },
    error::Error,
    meter::Span,
    network,
    platform::Platform,
    question::question,
    session::limit,
    subject,
};

/// The list of codes of what a report is about.
pub const KINDS: &str = "complaint_kinds";
/// Letters of the code with which a report is read again; 80 random bits.
const CODE_LETTERS: usize = 16;
/// Stands in a report about nobody.
const NOBODY: SubjectId = SubjectId(0);

/// What somebody reports.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Code of `policy/codes/complaint_kinds.toml`.
    pub kind: String,
    /// Unified code of whom it is about; empty where it is about nobody.
    pub about: String,
    pub text: String,
}

/// How a report is found again.
#[derive(Clone, Debug)]
pub struct Slip {
    pub number: String,
    /// Shown once.
    pub code: String,
}

/// A report as whoever sent it reads it again.
#[derive(Clone, Debug)]
pub struct FollowView {
    pub number: String,
    pub kind: String,
    pub state: String,
    pub received_on: Date,
    pub due_on: Option<Date>,
    /// Who answers.
    pub organ: String,
    pub steps: Vec<(Timestamp, Step, String)>,
}

/// What an officer does.
#[derive(Clone, Debug)]
pub enum Act {
    /// To a department, by its id.
    Transfer(String),
    NotAccept(String),
    Extend(String),
    Reply(String),
}

/// What the case keeps beside its row.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Data {
    text: String,
    /// Digest of the code with which it is read again.
    code: String,
}

/// Takes a report in; `address` is counted and not kept.
pub async fn file(platform: &Platform, wanted: &Wanted, address: &str) -> Result<Slip, Error> {
    let kinds = platform.policy.codes.get(KINDS);
    if kinds.is_none_or(|kinds| kinds.find(&wanted.kind).is_none()) {
        return Err(question("kind", "请选择类别", "choose what it is about"));
    }
    let text = case::note(&wanted.text, "text")?;
    count(platform, address)?;
    let subject = about(platform, wanted.about.trim()).await?;
    let code = crate::api_key::random_letters(CODE_LETTERS)?;
    let data = kept(&Data { text: text.clone(), code: sm3_hex(code.as_bytes()) })?;
    let actor = Actor::Public.to_string();
    let opening = Opening {
        kind: CaseKind::Complaint,
        state: (State::Received.code(), State::Received.turn()),
        subject,
        item: &wanted.kind,
        record: NO_RECORD,
        organ: "",
        data,
        ends_on: None,
    };
    let mut going = Going::file(platform, &actor, opening).await?;
    going.tell(Step::Reported, &text, "").await?;
    going.start("complaint.sorting").await?;
    let number = going.case.number.clone();
    going.finish().await?;
    Ok(Slip { number, code })
}

/// Reads a report again; none where there is no such report, or the code is another.
pub async fn follow(
    platform: &Platform,
    number: &str,
    code: &str,
    lang: Lang,
) -> Result<Option<FollowView>, Error> {
    let Some(case) = store::case::by_number(&platform.register, number.trim()).await? else {
        return Ok(None);
    };
    if case.kind != CaseKind::Complaint {
        return Ok(None);
    }
    let code = code.trim().to_uppercase();
    let data: Data = read(&case.data)?;
    if data.code != sm3_hex(code.as_bytes()) {
        return Ok(None);
    }
    let history = store::case::history(&platform.register, case.id).await?;
    Ok(Some(FollowView {
        kind: kind_label(platform, &case, lang),
        state: case::label::state_label(case.kind, &case.state).get(lang).to_owned(),
        received_on: platform.day(case.opened_at),
        due_on: case.due_on,
        organ: case::label::organ_label(platform, &case, lang),
        steps: history.into_iter().map(|one| (one.at, one.step, one.note)).collect(),
        number: case.number,
    }))
}

/// What an officer does with a report.
pub async fn act(platform: &Platform, access: &Access, id: CaseId, act: Act) -> Result<(), Error> {
    let mut going = Going::begin_of(platform, access, id, CaseKind::Complaint).await?;
    match act {
        Act::Transfer(organ) => {
            going.only(&[Hand::Centre])?;
            if platform.place.department(&organ).is_none() {
                return Err(question("organ", "请选择转给哪个单位", "choose the department"));
            }
            step(&mut going, Step::Transferred)?;
            // Whoever takes it over has its own time.
            going.case.organ = organ;
            going.case.handler = None;
            let to = case::label::organ_label(platform, &going.case, Lang::Zh);
            going.tell(Step::Transferred, &to, "").await?;
            going.end("complaint.sorting").await?;
            going.end("complaint.answer").await?;
            going.start("complaint.answer").await?;
        }
        Act::NotAccept(reason) => {
            going.only(&[Hand::Centre])?;
            let reason = case::note(&reason, "reason")?;
            step(&mut going, Step::NotAccepted)?;
            going.tell(Step::NotAccepted, &reason, "").await?;
        }
        Act::Extend(reason) => {
            going.only(&[Hand::Organ])?;
            let reason = case::note(&reason, "reason")?;
            step(&mut going, Step::Extended)?;
            going.extend(&["complaint.answer"]).await?;
            going.tell(Step::Extended, &reason, "").await?;
        }
        Act::Reply(answer) => {
            let received = going.case.state == State::Received.code();
            going.only(&[if received { Hand::Centre } else { Hand::Organ }])?;
            let answer = case::note(&answer, "reason")?;
            step(&mut going, Step::Replied)?;
            going.tell(Step::Replied, &answer, "").await?;
        }
    }
    going.finish().await
}

/// What a report says, for the officer who works on it.
pub fn text(case: &Case) -> Result<String, Error> {
    Ok(read::<Data>(&case.data)?.text)
}

/// What a report is about, in the words of the policy.
pub(crate) fn kind_label(platform: &Platform, case: &Case, lang: Lang) -> String {
    let kinds = platform.policy.codes.get(KINDS);
    kinds.map_or(case.item.as_str(), |kinds| kinds.label(&case.item, lang)).to_owned()
}

/// Whom a report is about; a code that is not known here is told, so that it can be mended.
async fn about(platform: &Platform, code: &str) -> Result<SubjectId, Error> {
    if code.is_empty() {
        return Ok(NOBODY);
    }
    let wrong = || {
        question(
            "about",
            "请核对统一社会信用代码，或者不填",
            "check the unified social credit code, or leave it out",
        )
    };
    let code = UnifiedCode::parse(code).map_err(|_| wrong())?;
    // One that only officers know is not known here.
    if let Err(why) = subject::by_slug(platform, code.as_str(), Lang::Zh).await {
        return Err(if matches!(why, Error::NotFound) { wrong() } else { why });
    }
    match subject::find(platform, code.as_str()).await {
        Ok(found) => Ok(found.id),
        Err(Error::NotFound) => Err(wrong()),
        Err(why) => Err(why),
    }
}

/// So many from one network on a day, so that one cannot bury the others.
fn count(platform: &Platform, address: &str) -> Result<(), Error> {
    let most = limit(platform, "complaints_day")?;
    let who = format!("complaint {}", network::counted(address));
    match platform.meter.count(&who, Span::Day, most, platform.now()) {
        None => Ok(()),
        Some(_) => Err(Error::Refused(Text::new(
            "今天从您的网络提交的投诉举报已达上限，请明天再提交，或者到信用中心窗口办理",
            "too many reports came from your network today: send it tomorrow, or go to the centre",
        ))),
    }
}

/// What follows when a deadline ran out: whoever is late is told to be.
pub(crate) async fn lapse(going: &mut Going<'_>, rule: &str) -> Result<(), Error> {
    going.tell(Step::Lapsed, "", rule).await
}

fn step(going: &mut Going<'_>, step: Step) -> Result<(), Error> {
    let state = State::from_code(&going.case.state).ok_or(Error::NotFound)?;
    let next = state.after(step).map_err(not_now)?;
    going.put(next.code(), next.turn());
    Ok(())
}

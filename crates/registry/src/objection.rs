//! Objection (异议): filed by the subject, looked at by the centre, answered by the source. Marked while
//! it is open; where the source lets its deadline lapse, taken down until it answers.

use domain::{
    access::{Access, Action},
    case::{CaseKind, Step, Turn},
    ids::{CaseId, RecordId},
    notice::NoticeKind as Kind,
    objection::{Against, State},
    standing::Standing,
    text::Text,
};
use serde::{Deserialize, Serialize};
use store::case::Case;

use crate::{
    case::{
        self, Hand, Paper,
        going::{Going, Opening},
        kept, not_now, read,
    },
    error::Error,
    notice,
    platform::Platform,
    question::question,
};

/// Kind of the paper a source answers with.
pub const ANSWER: &str = "answer";
/// Kind of the paper a subject objects with.
pub const EVIDENCE: &str = "evidence";

/// What a subject says is wrong.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub against: Against,
    pub note: String,
    pub paper: Option<Paper>,
}

/// What the case keeps beside its row.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Data {
    against: Against,
    note: String,
    /// Versions the record had when the objection was filed.
    versions: i64,
}

/// What an officer does.
#[derive(Clone, Debug)]
pub enum Act {
    /// The centre found no fault of its own, and asks the source.
    Forward,
    NotAccept(String),
    Extend(String),
    /// A newer version puts it right.
    Corrected(String),
    /// It should not be there, and goes.
    Removed(String),
    /// The record is right as it is; with the paper that shows it.
    Upheld(String),
}

/// What of a case is said to be wrong.
pub(crate) fn against_label(case: &Case) -> Result<Text, Error> {
    Ok(read::<Data>(&case.data)?.against.label())
}

/// Files an objection to a record of one's own.
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
    let last = life.versions().last().ok_or(Error::NotFound)?;
    if last.withdrawn {
        return Err(Error::NotFound);
    }
    let data = kept(&Data { against: wanted.against, note: note.clone(), versions: life.count() })?;
    let actor = access.actor.to_string();
    let opening = Opening {
        kind: CaseKind::Objection,
        state: (State::Filed.code(), State::Filed.turn()),
        subject,
        item: life.item(),
        record,
        organ: &last.department,
        data,
        ends_on: None,
    };
    let mut going = Going::file(platform, &actor, opening).await?;
    going.tell(Step::Filed, &note, "").await?;
    going.start("objection.check").await?;
    going.stand(Standing::Disputed, true).await?;
    if let Some(paper) = wanted.paper {
        going.attach(paper).await?;
    }
    let id = going.case.id;
    going.finish().await?;
    Ok(id)
}

/// Takes an objection back.
pub async fn withdraw(platform: &Platform, access: &Access, id: CaseId) -> Result<(), Error> {
    let mut going = Going::begin_of(platform, access, id, CaseKind::Objection).await?;
    going.only(&[Hand::Subject])?;
    step(&mut going, Step::Withdrawn)?;
    going.tell(Step::Withdrawn, "", "").await?;
    close(&mut going).await?;
    going.finish().await
}

/// What an officer does with an objection.
pub async fn act(platform: &Platform, access: &Access, id: CaseId, act: Act) -> Result<(), Error> {
    let mut going = Going::begin_of(platform, access, id, CaseKind::Objection).await?;
    match act {
        Act::Forward => {
            going.only(&[Hand::Centre])?;
            step(&mut going, Step::Transferred)?;
            let data: Data = read(&going.case.data)?;
            going.tell(Step::Transferred, "", "").await?;
            going.end("objection.check").await?;
            going.start("objection.answer").await?;
            let told = [data.note.as_str().into()];
            notice::issue(&mut going, Kind::ObjectionForwarded, &told).await?;
        }
        Act::NotAccept(reason) => {
            going.only(&[Hand::Centre])?;
            let reason = case::note(&reason, "reason")?;
            step(&mut going, Step::NotAccepted)?;
            going.tell(Step::NotAccepted, &reason, "").await?;
            close(&mut going).await?;
            let told = [reason.as_str().into()];
            notice::issue(&mut going, Kind::ObjectionNotAccepted, &told).await?;
        }
        Act::Extend(reason) => {
            going.only(&[Hand::Organ])?;
            let reason = case::note(&reason, "reason")?;
            step(&mut going, Step::Extended)?;
            going.extend(&["objection.answer"]).await?;
            going.tell(Step::Extended, &reason, "").await?;
        }
        Act::Corrected(answer) => {
            corrected(platform, &going.case).await?;
            answer_with(&mut going, Step::Corrected, &answer).await?;
        }
        Act::Removed(answer) => answer_with(&mut going, Step::Removed, &answer).await?,
        Act::Upheld(answer) => {
            going.only(&[Hand::Organ])?;
            let papers = store::case::document::of_case(&platform.register, id).await?;
            if !papers.iter().any(|paper| paper.kind == ANSWER) {
                return Err(question(
                    "file",
                    "认为信息无误的，请先上传证明文件再答复",
                    "where the record is right, add the paper that shows it before you answer",
                ));
            }
            answer_with(&mut going, Step::Upheld, &answer).await?;
        }
    }
    going.finish().await
}

/// The centre mends only the platform's own faults; the source answers once it was asked.
fn may_answer(going: &Going<'_>) -> Result<(), Error> {
    match State::from_code(&going.case.state).map(State::turn) {
        Some(Turn::Centre) => going.only(&[Hand::Centre]),
        _ => going.only(&[Hand::Organ]),
    }
}

async fn answer_with(going: &mut Going<'_>, taken: Step, answer: &str) -> Result<(), Error> {
    let answer = case::note(answer, "reason")?;
    may_answer(going)?;
    step(going, taken)?;
    going.tell(taken, &answer, "").await?;
    close(going).await?;
    if taken == Step::Removed {
        going.stand(Standing::Annulled, true).await?;
    }
    let label = case::label::state_label(CaseKind::Objection, &going.case.state);
    let told = [Text::new(format!("{}：{answer}", label.zh), String::new())];
    notice::issue(going, Kind::ObjectionAnswered, &told).await?;
    Ok(())
}

/// A correction is a new version of the record: the source hands it in first.
async fn corrected(platform: &Platform, held: &Case) -> Result<(), Error> {
    let data: Data = read(&held.data)?;
    let versions = case::versions(platform, held.subject).await?;
    if data.versions < case::life(&versions, held.record)?.count() {
        return Ok(());
    }
    Err(question(
        "answer",
        "还没有收到更正后的记录：请先按归集渠道报送更正后的内容，再答复“已更正”",
        "no corrected record has come in: hand the correction in first, then answer",
    ))
}

/// Ends what the objection did to the record while it was open.
async fn close(going: &mut Going<'_>) -> Result<(), Error> {
    let versions = case::versions(going.platform, going.case.subject).await?;
    let life = case::life(&versions, going.case.record)?;
    let (case, today) = (going.case.id, going.today);
    let held = life.held(today).into_iter().filter(|held| held.case == case);
    for held in held.collect::<Vec<_>>() {
        if matches!(held.standing, Standing::Disputed | Standing::Unanswered) {
            going.stand(held.standing, false).await?;
        }
    }
    Ok(())
}

/// What follows when a deadline of an objection ran out: where the source let it lapse, the item
/// leaves publication and scoring until it answers. The centre's own lateness passes the objection on.
pub(crate) async fn lapse(going: &mut Going<'_>, rule: &str) -> Result<(), Error> {
    if rule != "objection.answer" {
        step(going, Step::Transferred)?;
        let note = "平台核查逾期，自动转信源单位核实";
        going.tell(Step::Transferred, note, rule).await?;
        going.end(rule).await?;
        going.start("objection.answer").await?;
        let data: Data = read(&going.case.data)?;
        let told = [data.note.as_str().into()];
        notice::issue(going, Kind::ObjectionForwarded, &told).await?;
        return Ok(());
    }
    step(going, Step::Lapsed)?;
    going.stand(Standing::Unanswered, true).await?;
    going.tell(Step::Lapsed, "信源单位逾期未答复，该信息停止公示", rule).await?;
    notice::issue(going, Kind::ObjectionLapsed, &[]).await?;
    Ok(())
}

/// The objection to a record of one's own that is open.
pub async fn open_about(
    platform: &Platform,
    access: &Access,
    record: RecordId,
) -> Result<Option<CaseId>, Error> {
    let subject = case::own_subject(platform, access, Action::ReadOwn).await?;
    let open = store::case::of_record(&platform.register, subject, record).await?;
    let mut open = open.into_iter().filter(|one| one.closed_at.is_none());
    Ok(open.find(|one| one.kind == CaseKind::Objection).map(|one| one.id))
}

fn step(going: &mut Going<'_>, step: Step) -> Result<(), Error> {
    let state = State::from_code(&going.case.state).ok_or(Error::NotFound)?;
    let next = state.after(step).map_err(not_now)?;
    going.put(next.code(), next.turn());
    Ok(())
}

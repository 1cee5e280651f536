//! What a department does about a row that came back or was doubted, and what became of it.

use std::collections::BTreeMap;

use domain::{
    access::{Access, Action},
    audit::Event,
    fault::Level,
    ids::SubmissionId,
    mending::{RowAct, RowState},
    text::{Lang, Text},
};
use store::{mending::RowEvent, submission::Submission};

use crate::{
    case, delivery, error::Error, identity::who, platform::Platform, question::impersonal, receipt,
};

/// What became of a row, as pages show it.
#[derive(Clone, Debug)]
pub struct RowStory {
    pub state: RowState,
    pub events: Vec<EventLine>,
    /// What the department may say now.
    pub acts: Vec<RowAct>,
}

#[derive(Clone, Debug)]
pub struct EventLine {
    pub state: RowState,
    pub note: String,
    pub receipt: Option<String>,
    pub who: String,
    pub at: String,
}

/// Where the rows of a submission stand, from a row on; those nobody has done anything about are open.
pub async fn states(
    platform: &Platform,
    submission: SubmissionId,
    from_row: i64,
) -> Result<BTreeMap<u64, RowState>, Error> {
    Ok(store::mending::states(&platform.register, submission, from_row).await?)
}

/// What became of a row.
pub async fn story(
    platform: &Platform,
    submission: &Submission,
    row: u64,
    lang: Lang,
) -> Result<RowStory, Error> {
    let came_back = receipt::rejected_row(platform, submission.id, row).await?.is_some();
    let found = store::mending::history(&platform.register, (submission.id, row)).await?;
    let state = found.last().map_or(RowState::Open, |event| event.state);
    let mut events = Vec::new();
    for event in found {
        events.push(EventLine {
            state: event.state,
            note: event.note,
            receipt: event.receipt,
            who: who(platform, &event.actor, lang).await?,
            at: platform.minute(event.at),
        });
    }
    Ok(RowStory { state, events, acts: state.acts(came_back).collect() })
}

/// Writes down what the department says of a row.
pub async fn act(
    platform: &Platform,
    access: &Access,
    submission: &Submission,
    row: u64,
    (act, note): (RowAct, &str),
) -> Result<(), Error> {
    delivery::department(platform, access, Action::Deliver)?;
    let note = match act {
        RowAct::Reopen => note.trim().to_owned(),
        _ => case::note(note, "note")?,
    };
    impersonal("note", &note)?;
    let faults = receipt::faults(
        platform,
        submission.id,
        i64::try_from(row).map_err(|_| Error::NotFound)?,
        1,
    )
    .await?;
    if !faults.iter().any(|fault| fault.row == row) {
        return Err(Error::NotFound);
    }
    let came_back = receipt::rejected_row(platform, submission.id, row).await?.is_some()
        || faults.iter().any(|fault| fault.row == row && fault.level == Level::Error);
    let mut write = platform.register.write().await?;
    let known = store::mending::history(&platform.register, (submission.id, row)).await?;
    let state = known.last().map_or(RowState::Open, |event| event.state);
    let Some(next) = state.after(came_back, act) else {
        return Err(Error::Refused(Text::new(
            "这一行的状态已经变了，请刷新页面",
            "this row has moved on; load the page again",
        )));
    };
    let (now, actor) = (platform.now(), access.actor.to_string());
    let event = RowEvent { state: next, note, receipt: None, actor: actor.clone(), at: now };
    store::mending::append(&mut write, (submission.id, row), &event).await?;
    let detail = format!("row={row} state={}", next.code());
    let (event, object) = (Event::RowSettled, &submission.receipt);
    store::audit::append(&mut write, now, &actor, event, object, &detail).await?;
    write.commit().await?;
    Ok(())
}

//! What waits for somebody at their workplace, by its deadline.

use domain::{
    access::{Access, Action},
    case::Turn,
    catalogue::Cycle,
    period::{Period, PeriodState},
    text::{Lang, Text},
};
use jiff::{ToSpan as _, civil::Date};

use crate::{
    case::{self, Hand},
    claim,
    collection::{self, Gathered, PeriodLine, Timeliness, month_text},
    delivery,
    error::Error,
    gate, identity,
    platform::Platform,
    receipt::Brief,
    recipient,
};

/// One thing to be done.
#[derive(Clone, Debug)]
pub struct Task {
    /// None where no period of the law runs.
    pub due: Option<Date>,
    pub title: Text,
    pub href: String,
    pub next: Text,
}

/// How many of the records of an item dated last month came in within the time the law gives.
#[derive(Clone, Debug)]
pub struct Timely {
    pub item: String,
    pub label: Text,
    pub from: Date,
    pub until: Date,
    pub in_time: u64,
    /// Records whose days could be counted.
    pub of: u64,
}

/// The timeliness (及时率) of the department acted for: its records dated last month, counted from
/// their first acceptance, so that a correction makes none late. Items without a limit, and those
/// with no record of that month, are left out.
///
/// Counted at each view: it costs by the records dated last month, which an index finds, and not by how
/// many there are.
pub async fn timely(platform: &Platform, access: &Access) -> Result<Vec<Timely>, Error> {
    let department = delivery::department(platform, access, Action::ReadSubmission)?;
    let until = platform.today().first_of_month().saturating_sub(1.day());
    let from = until.first_of_month();
    let mut timely = Vec::new();
    for item in delivery::items(platform, access)? {
        let counted = collection::timeliness(platform, &department, item, (from, until)).await?;
        if let Some(Timeliness { in_time, of }) = counted {
            let (item, label) = (item.id.to_string(), item.label.clone());
            timely.push(Timely { item, label, from, until, in_time, of });
        }
    }
    Ok(timely)
}

/// Submissions looked through for rows that came back.
const LOOKED_AT: i64 = 50;

/// Everything that waits for somebody in the role they act in, the earliest deadline first.
pub async fn of(platform: &Platform, access: &Access) -> Result<Vec<Task>, Error> {
    let mut tasks = Vec::new();
    if delivery::department(platform, access, Action::ReadSubmission).is_ok() {
        sent_back(platform, access, &mut tasks).await?;
        silent(platform, access, &mut tasks).await?;
        stopped(platform, access, &mut tasks).await?;
    }
    if gate::admit(platform, access, Action::DecideClaim, true).is_ok()
        && let (count, Some(oldest)) = claim::waits(platform, access).await?
    {
        tasks.push(Task {
            due: None,
            title: Text::new(
                format!("认领：{count} 项待确认，最早 {oldest} 提出"),
                format!("Claims waiting: {count}, the oldest of {oldest}"),
            ),
            href: "/console/claims".to_owned(),
            next: Text::new("核对证件后确认或拒绝", "compare the documents, confirm or refuse"),
        });
    }
    identities(platform, access, &mut tasks).await?;
    cases(platform, access, &mut tasks).await?;
    receipts(platform, access, &mut tasks).await?;
    tasks.sort_by_key(|task| (task.due.is_none(), task.due));
    Ok(tasks)
}

/// Pairs that may be of one subject and wait for a person.
async fn identities(
    platform: &Platform,
    access: &Access,
    tasks: &mut Vec<Task>,
) -> Result<(), Error> {
    let count = match identity::waiting(platform, access).await {
        Ok(count) => count,
        Err(Error::Forbidden(_)) => return Ok(()),
        Err(why) => return Err(why),
    };
    if count != 0 {
        tasks.push(Task {
            due: None,
            title: Text::new(
                format!("主体比对：{count} 对待判定"),
                format!("Identities: {count} pairs to be judged"),
            ),
            href: "/console/identities".to_owned(),
            next: Text::new("并排核对后判定", "compare side by side and judge"),
        });
    }
    Ok(())
}

/// Cases whose turn it is with the officer's organ, and how many of them press.
async fn cases(platform: &Platform, access: &Access, tasks: &mut Vec<Task>) -> Result<(), Error> {
    let Ok(hand) = case::officer(platform, access) else { return Ok(()) };
    let (organ, turn) = match hand {
        Hand::Centre => (None, Turn::Centre),
        _ => (access.department(), Turn::Organ),
    };
    let today = platform.today();
    let by = today.saturating_add(case::soon(platform, today).days());
    let (waiting, due) = store::case::waiting(&platform.register, organ, turn, by).await?;
    if waiting == 0 {
        return Ok(());
    }
    tasks.push(Task {
        due: (0 < due).then_some(by),
        title: Text::new(
            format!("办件：{waiting} 件待办，{due} 件即将到期或已逾期"),
            format!("Cases waiting: {waiting}, {due} of them due soon or overdue"),
        ),
        href: format!("/console/cases?turn={}", turn.code()),
        next: Text::new("受理、补正、转办或签署", "accept, send back, pass on or sign"),
    });
    Ok(())
}

/// Take-downs that the organisation has not answered, where it is one that receives records.
async fn receipts(
    platform: &Platform,
    access: &Access,
    tasks: &mut Vec<Task>,
) -> Result<(), Error> {
    if gate::admit(platform, access, Action::FollowFeed, true).is_err() {
        return Ok(());
    }
    let own = recipient::own(platform, access, Lang::Zh).await?;
    let Some(own) = own.filter(|own| !own.held.is_empty()) else { return Ok(()) };
    let count = own.held.len();
    tasks.push(Task {
        due: own.held.first().and_then(|one| one.due_on),
        title: Text::new(
            format!("停止公示回执：{count} 条还没有回执"),
            format!("Take-downs not answered: {count}"),
        ),
        href: "/console/received".to_owned(),
        next: Text::new("停止使用后回执", "drop them, then confirm"),
    });
    Ok(())
}

/// Submissions whose rows came back and were not handed in again since.
async fn sent_back(
    platform: &Platform,
    access: &Access,
    tasks: &mut Vec<Task>,
) -> Result<(), Error> {
    let briefs = delivery::list(platform, access, None, LOOKED_AT).await?;
    for (position, brief) in briefs.iter().enumerate() {
        let count = brief.counts.rejected;
        if count == 0 || mended(brief, &briefs[..position]) {
            continue;
        }
        tasks.push(Task {
            due: None,
            title: Text::new(
                format!("{}：退回 {count} 行", brief.receipt),
                format!("{}: {count} rows sent back", brief.receipt),
            ),
            href: format!("/console/submissions/{}", brief.receipt),
            next: Text::new("改好再报", "mend and hand in again"),
        });
    }
    Ok(())
}

/// Whether later submissions of the item, given newest first, brought at least as many rows without
/// one coming back. No row says which one it mends, so that this is the most that can be told: a
/// task may stay a while, and is gone once everything was handed in again.
fn mended(brief: &Brief, later: &[Brief]) -> bool {
    let later = later.iter().filter(|later| later.item == brief.item);
    let clean = later.filter(|later| later.counts.rejected == 0);
    brief.counts.rejected <= clean.map(|later| later.counts.rows).sum()
}

/// Files of the department's channels that wait for an answer.
async fn stopped(platform: &Platform, access: &Access, tasks: &mut Vec<Task>) -> Result<(), Error> {
    let department = delivery::department(platform, access, Action::ReadSubmission)?;
    let count = store::channel::waiting(&platform.register, &department).await?;
    if count != 0 {
        tasks.push(Task {
            due: None,
            title: Text::new(
                format!("归集通道：{count} 个文件没有入库"),
                format!("Channels: {count} files were not taken in"),
            ),
            href: "/console/channels".to_owned(),
            next: Text::new("核对后确认、重试或放弃", "confirm, try again or give up"),
        });
    }
    Ok(())
}

/// Periods of the department's items for which nothing came and nobody stated that there was nothing
/// (应报未报): the present one where the item has a cycle, the last one, and how many before it.
async fn silent(platform: &Platform, access: &Access, tasks: &mut Vec<Task>) -> Result<(), Error> {
    let department = delivery::department(platform, access, Action::ReadSubmission)?;
    let today = platform.today();
    // What ended last month is still due, and what ends in this one.
    let last = today.first_of_month().saturating_sub(1.day());
    let span = Period { first: last.first_of_month(), last: today.last_of_month() };
    let gathered = Gathered::of(platform, Some(&department), span).await?;
    for item in delivery::items(platform, access)? {
        let waiting: Vec<PeriodLine> = gathered
            .periods(&department, item)
            .await?
            .into_iter()
            .filter(|line| match line.state {
                PeriodState::Open => line.may_state || item.cycle != Cycle::Event,
                PeriodState::Missed => true,
                PeriodState::Delivered | PeriodState::Zero => false,
            })
            .collect();
        let Some(oldest) = waiting.first() else { continue };
        let (label, first, count) = (&item.label, oldest.period.first, waiting.len());
        let ended = waiting.iter().filter(|line| line.may_state).count();
        let (zh, en) = match ended {
            0 => ("本期未报".to_owned(), "nothing handed in for this period".to_owned()),
            1 => (
                format!("{first} 起的一期应报未报"),
                format!("nothing handed in for the period from {first}"),
            ),
            _ => (
                format!("{first} 起有 {ended} 期应报未报"),
                format!("nothing handed in for {ended} periods from {first}"),
            ),
        };
        let due = if ended == 0 { Some(oldest.period.last) } else { oldest.due };
        let next = match (ended, count) {
            (0, _) => Text::new("上传该期文件", "hand in the file of the period"),
            _ => Text::new("补报，确无信息的作零报告", "hand in, or state that there was nothing"),
        };
        let month = month_text(Period { first: oldest.period.last, last: oldest.period.last });
        let href = match ended {
            0 => "/console/submissions#upload".to_owned(),
            _ => format!("/console/collection/{department}/{}?month={month}", item.id),
        };
        let title = Text::new(format!("{}：{zh}", label.zh), format!("{}: {en}", label.en));
        tasks.push(Task { due, title, href, next });
    }
    Ok(())
}

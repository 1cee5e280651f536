//! What waits for somebody at their workplace, by its deadline.

use domain::{
    access::{Access, Action},
    case::Turn,
    catalogue::Cycle,
    text::{Lang, Text},
};
use jiff::{ToSpan as _, civil::Date};

use crate::{
    case::{self, Hand},
    claim, delivery,
    error::Error,
    gate,
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
    let (from, policy) = (until.first_of_month(), &platform.policy);
    let mut timely = Vec::new();
    for item in delivery::items(platform, access)? {
        let Some(key) = item.timeliness.as_deref() else { continue };
        let register = &platform.register;
        let found =
            store::record::first_accepted(register, &department, &item.id, from, until).await?;
        let (mut in_time, mut of) = (0, 0);
        for dated in found {
            let Some(limit) = policy.parameter(key, dated.decided_on) else { continue };
            let received = platform.day(dated.accepted_at);
            // A year without a calendar is not counted rather than guessed.
            let Ok(days) = policy.calendar.working_days_after(dated.decided_on, received) else {
                continue;
            };
            of += dated.records;
            in_time += if days <= limit.value { dated.records } else { 0 };
        }
        if of != 0 {
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
    cases(platform, access, &mut tasks).await?;
    receipts(platform, access, &mut tasks).await?;
    tasks.sort_by_key(|task| (task.due.is_none(), task.due));
    Ok(tasks)
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

/// Items of the department with a cycle and nothing handed in (应报未报): for the last period, whose
/// end has passed, or for the present one, which ends yet.
async fn silent(platform: &Platform, access: &Access, tasks: &mut Vec<Task>) -> Result<(), Error> {
    let department = delivery::department(platform, access, Action::ReadSubmission)?;
    let (register, today) = (&platform.register, platform.today());
    for item in delivery::items(platform, access)? {
        let Some(present) = period(item.cycle, today) else { continue };
        if item.basis_on(today).is_none() {
            continue;
        }
        let last = period(item.cycle, present.first.saturating_sub(1.day())).unwrap_or(present);
        let any = async |since: Date| {
            let since = platform.start_of(since)?;
            Ok::<_, Error>(
                store::submission::any_since(register, &department, &item.id, since).await?,
            )
        };
        if any(present.first).await? {
            continue;
        }
        let (due, zh, en) = match any(last.first).await? {
            true => (present.last, "本期未报", "nothing handed in for this period"),
            false => (last.last, "上期应报未报", "nothing handed in for the last period"),
        };
        tasks.push(Task {
            due: Some(due),
            title: Text::new(
                format!("{}：{zh}", item.label.zh),
                format!("{}: {en}", item.label.en),
            ),
            href: "/console/submissions#upload".to_owned(),
            next: Text::new("上传该期文件", "hand in the file of the period"),
        });
    }
    Ok(())
}

/// The days a cycle runs from and to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Period {
    first: Date,
    last: Date,
}

/// The period of a cycle that a day lies in; none where each decision has its own clock.
fn period(cycle: Cycle, day: Date) -> Option<Period> {
    let month = day.first_of_month();
    let months = |count: i8| {
        let first = month.saturating_sub(i64::from((day.month() - 1) % count).months());
        (first, first.saturating_add(i64::from(count).months()))
    };
    let (first, next) = match cycle {
        Cycle::Event => return None,
        Cycle::Daily => (day, day.saturating_add(1.day())),
        Cycle::Weekly => {
            let monday = i64::from(day.weekday().to_monday_zero_offset());
            let monday = day.saturating_sub(monday.days());
            (monday, monday.saturating_add(1.week()))
        }
        Cycle::Monthly => months(1),
        Cycle::Quarterly => months(3),
        Cycle::HalfYearly => months(6),
        Cycle::Yearly => months(12),
    };
    Some(Period { first, last: next.saturating_sub(1.day()) })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_period_runs_as_the_calendar_says() {
        let on = date(2026, 11, 22);
        for (cycle, first, last) in [
            (Cycle::Daily, on, on),
            (Cycle::Weekly, date(2026, 11, 16), on),
            (Cycle::Monthly, date(2026, 11, 1), date(2026, 11, 30)),
            (Cycle::Quarterly, date(2026, 10, 1), date(2026, 12, 31)),
            (Cycle::HalfYearly, date(2026, 7, 1), date(2026, 12, 31)),
            (Cycle::Yearly, date(2026, 1, 1), date(2026, 12, 31)),
        ] {
            assert_eq!(period(cycle, on), Some(Period { first, last }), "{cycle:?}");
        }
        assert_eq!(period(Cycle::Event, on), None);
    }
}

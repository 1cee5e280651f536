//! Figures of collection (归集指标): for each department and item of a month, which periods were reported,
//! how many rows passed, how soon records came, and which document numbers are missing.
//!
//! Every figure opens what it was counted from, and a department can count it again from what it sent.
//! There is no target for how much is handed in.

pub mod coverage;
pub mod documents;
pub mod numbers;

use std::collections::HashMap;

use domain::{
    access::{Access, Action, Ground},
    catalogue::Item,
    period::{Period, PeriodState},
    role::OrganisationKind,
    text::Lang,
};
use jiff::{ToSpan as _, civil::Date};
use store::{collection::Delivered, zero_report::ZeroReport};

use crate::{error::Error, gate, platform::Platform, question::question};

/// One item of one department in a month.
#[derive(Clone, Debug)]
pub struct CollectionLine {
    pub department: String,
    pub department_label: String,
    pub item: String,
    pub item_label: String,
    pub periods: Vec<PeriodLine>,
    /// Rows of the deliveries received in the month, and how many passed every hard check (合规率).
    pub rows: u64,
    pub passed: u64,
    /// None where no law gives a time, or nothing is dated in the month.
    pub timeliness: Option<Timeliness>,
}

/// A period that ends, or runs, in the month.
#[derive(Clone, Debug)]
pub struct PeriodLine {
    pub period: Period,
    pub state: PeriodState,
    /// Who stated that there was nothing.
    pub stated_by: Option<String>,
    /// Last day on which a zero report is in time; none where the calendar of the year is missing.
    pub due: Option<Date>,
    /// Whether a zero report can be made now.
    pub may_state: bool,
}

/// How many of the records dated in a month came in within the time the law gives (及时率).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeliness {
    pub in_time: u64,
    /// Records whose days could be counted.
    pub of: u64,
}

impl CollectionLine {
    #[must_use]
    pub fn missed(&self) -> usize {
        self.periods.iter().filter(|one| one.state == PeriodState::Missed).count()
    }
}

/// Whose figures somebody may read: all for the centre, one's own for a department.
pub fn whose(platform: &Platform, access: &Access) -> Result<Option<String>, Error> {
    let kind = access.organisation.as_ref().map(|acting| acting.kind);
    let (ground, holds, whose) = match (kind, access.department()) {
        (Some(OrganisationKind::Centre), _) => (Ground::Office, true, None),
        (_, department) => (Ground::Submitted, department.is_some(), department),
    };
    let access = access.clone().on(ground, "归集指标");
    gate::admit(platform, &access, Action::ReadCollection, holds)?;
    Ok(whose.map(str::to_owned))
}

/// The month written as `2026-11`, or that of today where nothing is.
pub fn month(platform: &Platform, text: &str) -> Result<Period, Error> {
    let first = match text.trim() {
        "" => Some(platform.today().first_of_month()),
        text => format!("{text}-01").parse().ok(),
    };
    let first: Date = first.ok_or_else(|| {
        question("month", "月份请写成 2026-11 的样子", "write the month like 2026-11")
    })?;
    Ok(Period { first, last: first.last_of_month() })
}

/// The items of the departments somebody may look at, for a month.
pub async fn lines(
    platform: &Platform,
    access: &Access,
    month: Period,
    lang: Lang,
) -> Result<Vec<CollectionLine>, Error> {
    let whose = whose(platform, access)?;
    let gathered = Gathered::of(platform, whose.as_deref(), month).await?;
    let mut lines = Vec::new();
    for department in &platform.place.departments {
        if whose.as_ref().is_some_and(|own| *own != department.id) {
            continue;
        }
        for item in department.items.iter().filter_map(|item| platform.policy.item(item)) {
            lines.push(gathered.line(&department.id, item, lang).await?);
        }
    }
    Ok(lines)
}

/// One item of a department for a month, where somebody may look at it.
pub async fn line(
    platform: &Platform,
    access: &Access,
    (department, item): (&str, &str),
    month: Period,
    lang: Lang,
) -> Result<CollectionLine, Error> {
    let item = admitted(platform, access, department, item)?;
    let gathered = Gathered::of(platform, Some(department), month).await?;
    gathered.line(department, item, lang).await
}

/// The item, where the department hands it in and somebody may look at its figures.
pub(crate) fn admitted<'p>(
    platform: &'p Platform,
    access: &Access,
    department: &str,
    item: &str,
) -> Result<&'p Item, Error> {
    let whose = whose(platform, access)?;
    if whose.is_some_and(|own| own != department) {
        return Err(Error::NotFound);
    }
    let department = platform.place.department(department).ok_or(Error::NotFound)?;
    let given = department.items.iter().any(|given| **given == *item);
    let item = platform.policy.item(item).filter(|_| given);
    item.map(|item| &**item).ok_or(Error::NotFound)
}

/// The deliveries of a department's item received in a month, and their faults by rule.
pub async fn deliveries(
    platform: &Platform,
    access: &Access,
    (department, item): (&str, &str),
    month: Period,
) -> Result<(Vec<Delivered>, Vec<(String, String, u64)>), Error> {
    admitted(platform, access, department, item)?;
    let span = span(platform, Some(department), month.first, month.last)?;
    let all = store::collection::deliveries(&platform.register, span).await?;
    let faults = store::collection::faults(&platform.register, span, item).await?;
    Ok((all.into_iter().filter(|one| one.item == item).collect(), faults))
}

/// How soon the records of an item dated in a span came, counted from their first acceptance, so that
/// a correction makes none late; none where no law gives a time.
///
/// Counted at each view: it costs by the records dated in the span, which an index finds.
pub async fn timeliness(
    platform: &Platform,
    department: &str,
    item: &Item,
    (from, until): (Date, Date),
) -> Result<Option<Timeliness>, Error> {
    let Some(key) = item.timeliness.as_deref() else { return Ok(None) };
    let register = &platform.register;
    let found = store::record::first_accepted(register, department, &item.id, from, until).await?;
    let mut counted = Timeliness::default();
    for dated in found {
        // A year without a calendar is not counted rather than guessed.
        let taken = taken(platform, key, dated.decided_on, platform.day(dated.accepted_at));
        let Some((days, limit)) = taken else { continue };
        counted.of += dated.records;
        counted.in_time += if days <= limit { dated.records } else { 0 };
    }
    Ok((counted.of != 0).then_some(counted))
}

/// Working days from a decision to the day it came, and how many the law gives.
fn taken(platform: &Platform, key: &str, decided_on: Date, came: Date) -> Option<(i64, i64)> {
    let limit = platform.policy.parameter(key, decided_on)?.value;
    let days = platform.policy.calendar.working_days_after(decided_on, came).ok()?;
    Some((days, limit))
}

fn span<'s>(
    platform: &Platform,
    department: Option<&'s str>,
    first: Date,
    last: Date,
) -> Result<store::collection::Span<'s>, Error> {
    let from = platform.start_of(first)?;
    let until = platform.start_of(last.saturating_add(1.day()))?;
    Ok(store::collection::Span { department, from, until })
}

/// A delivery as periods count it.
struct Came {
    day: Date,
    mends: bool,
    rows: u64,
    rejected: u64,
}

/// What the lines of a month are made from.
pub(crate) struct Gathered<'p> {
    platform: &'p Platform,
    month: Period,
    /// By department and item.
    delivered: HashMap<(String, String), Vec<Came>>,
    stated: Vec<ZeroReport>,
    /// Before this day the platform asked nobody.
    since: Option<Date>,
}

impl<'p> Gathered<'p> {
    pub(crate) async fn of(
        platform: &'p Platform,
        department: Option<&str>,
        month: Period,
    ) -> Result<Gathered<'p>, Error> {
        let register = &platform.register;
        // The longest period that may end in the month begins a year before its end.
        let first = month.first.saturating_sub(1.year());
        let span = span(platform, department, first, month.last)?;
        let mut delivered: HashMap<_, Vec<_>> = HashMap::new();
        for one in store::collection::deliveries(register, span).await? {
            let Delivered { rows, rejected, mends, .. } = one;
            let came = Came { day: platform.day(one.received_at), mends, rows, rejected };
            delivered.entry((one.department, one.item)).or_default().push(came);
        }
        let stated = store::zero_report::standing(register, department, month.first).await?;
        let since = store::collection::first_received(register).await?;
        let since = since.map(|at| platform.day(at));
        Ok(Gathered { platform, month, delivered, stated, since })
    }

    async fn line(
        &self,
        department: &str,
        item: &Item,
        lang: Lang,
    ) -> Result<CollectionLine, Error> {
        let (platform, month) = (self.platform, self.month);
        let came = self.came(department, &item.id);
        let in_month = came.iter().filter(|one| month.holds(one.day));
        let (rows, rejected) =
            in_month.fold((0, 0), |(rows, back), one| (rows + one.rows, back + one.rejected));
        Ok(CollectionLine {
            department: department.to_owned(),
            department_label: platform.department_label(department, lang),
            item: item.id.to_string(),
            item_label: item.label.get(lang).to_owned(),
            periods: self.periods(department, item).await?,
            rows,
            passed: rows - rejected.min(rows),
            timeliness: timeliness(platform, department, item, (month.first, month.last)).await?,
        })
    }

    fn came(&self, department: &str, item: &str) -> &[Came] {
        let key = (department.to_owned(), item.to_owned());
        self.delivered.get(&key).map(Vec::as_slice).unwrap_or_default()
    }

    /// The periods of an item that end in the month or run today, oldest first: those on which it had
    /// a basis and a working day, since the platform began to collect.
    pub(crate) async fn periods(
        &self,
        department: &str,
        item: &Item,
    ) -> Result<Vec<PeriodLine>, Error> {
        let (today, month) = (self.platform.today(), self.month);
        let mut lines = Vec::new();
        let mut next = Period::of(item.zero_report, month.last.min(today));
        while let Some(period) = next.filter(|period| month.first <= period.last) {
            // What runs on beyond a month that is over ends in another one.
            if (period.last <= month.last || period.holds(today)) && self.owes(item, period) {
                lines.push(self.period(department, item, period).await?);
            }
            next = period.before(item.zero_report);
        }
        lines.reverse();
        Ok(lines)
    }

    fn owes(&self, item: &Item, period: Period) -> bool {
        let asked = self.since.is_some_and(|since| since <= period.last);
        let calendar = &self.platform.policy.calendar;
        // Of long periods some day is a working one; where the calendar is missing, the day is asked about.
        let works =
            period.first < period.last || calendar.is_working_day(period.first).unwrap_or(true);
        asked && works && item.basis_on(period.last).is_some()
    }

    async fn period(
        &self,
        department: &str,
        item: &Item,
        period: Period,
    ) -> Result<PeriodLine, Error> {
        let today = self.platform.today();
        let stated = self.stated.iter().find(|one| {
            one.department == department && *one.item == *item.id && one.first_day == period.first
        });
        // A delivery of which every row came back reported nothing, and one that mends is of another
        // period. What is dated in the period and came later reports it too.
        let came = self.came(department, &item.id).iter();
        let mut delivered = came
            .filter(|one| !one.mends && period.holds(one.day))
            .any(|one| one.rejected < one.rows || one.rows == 0);
        if !delivered && period.last < today {
            let (source, days) = ((department, &*item.id), (period.first, period.last));
            let register = &self.platform.register;
            delivered = store::collection::any_dated(register, source, days).await?;
        }
        let due = statement_due(self.platform, period);
        Ok(PeriodLine {
            period,
            state: PeriodState::of(delivered, stated.is_some(), due.unwrap_or(Date::MAX), today),
            stated_by: stated.map(|one| one.name.clone()),
            due,
            may_state: !delivered && stated.is_none() && period.last < today,
        })
    }
}

/// The last day on which a zero report for a period is in time; none where the calendar is missing.
fn statement_due(platform: &Platform, period: Period) -> Option<Date> {
    let policy = &platform.policy;
    let grace = policy.parameter("intake.statement_grace", period.last)?.value;
    policy.calendar.add_working_days(period.last, grace).ok()
}

/// The words of a month: `2026-11`.
#[must_use]
pub fn month_text(month: Period) -> String {
    month.first.strftime("%Y-%m").to_string()
}

//! Deadlines (期限): when a step of a case must be done, by a row of `policy/deadlines.toml`.
//!
//! The day of the event is not counted, the last day is. A deadline is extended at most once, before
//! it has run out; it pauses only where its row says so. Nothing is held in memory: the day is worked
//! out anew from what happened whenever the calendar is.
//!
//! Basis: 《中华人民共和国行政许可法》第八十二条 and 《中华人民共和国行政处罚法》第八十五条 on counting in working days.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Calendar, MissingYear},
    parameter::{Reference, Unit},
    policy::Policy,
    text::Text,
};

/// A row of `policy/deadlines.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlineRule {
    /// Such as `repair.acceptance`.
    pub id: String,
    pub label: Text,
    /// Whose it is: what they let lapse counts in their assessment.
    pub of: Bearer,
    /// Parameter that counts it.
    pub parameter: String,
    /// Parameter that counts its one extension; none where it cannot be extended.
    pub extension: Option<String>,
    /// Whether it stands still while the applicant completes the application.
    pub pauses: bool,
}

/// Who has to keep a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bearer {
    /// The department that decides.
    Organ,
    Centre,
    Subject,
    /// Whoever received a record.
    Recipient,
}

/// A period of the law as it counts for one deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    pub count: i64,
    pub unit: Unit,
    pub reference: Reference,
}

/// A deadline of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    pub rule: String,
    pub started_on: Date,
    /// Last day, included; none while no calendar of its year is known.
    pub due_on: Option<Date>,
    pub extended: bool,
    /// The day since which it stands still.
    pub paused_on: Option<Date>,
    /// The day it was met or dropped.
    pub ended_on: Option<Date>,
    /// Days it has stood still so far.
    pub paused_days: i64,
}

/// How a deadline stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    Overdue,
    /// Today is the last day.
    Due,
    Soon,
    Running,
    Paused,
    Ended,
}

/// Why a deadline cannot be extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotExtendable {
    /// The law allows no extension.
    NoRule,
    Already,
    /// It has run out, or the case does not wait for it.
    Over,
}

impl NotExtendable {
    #[must_use]
    pub fn sentence(self) -> Text {
        match self {
            NotExtendable::NoRule => {
                Text::new("这个期限依法不能延长", "the law allows no extension of this deadline")
            }
            NotExtendable::Already => Text::new("已经延长过一次", "it was extended once already"),
            NotExtendable::Over => Text::new(
                "期限已过，不能再延长；延长应当在届满前告知",
                "it has run out: an extension is told before the last day has passed",
            ),
        }
    }
}

/// The limit a rule sets for a deadline that starts on a day; none where no law of that day does.
#[must_use]
pub fn limit(policy: &Policy, parameter: &str, on: Date) -> Option<Limit> {
    let unit = policy.parameters.get(parameter)?.unit;
    let value = policy.parameter(parameter, on)?;
    Some(Limit { count: value.value, unit, reference: value.reference.clone() })
}

/// The last day of a limit that began with an event; the day of the event is not counted.
pub fn last_day(limit: &Limit, calendar: &Calendar, event: Date) -> Result<Date, MissingYear> {
    match limit.unit {
        Unit::WorkingDays => calendar.add_working_days(event, limit.count),
        unit => unit.after(event, limit.count).ok_or(MissingYear(event.year())),
    }
}

impl Deadline {
    /// Begins a deadline with an event; none where no law sets one.
    #[must_use]
    pub fn start(policy: &Policy, rule: &DeadlineRule, event: Date) -> Option<Deadline> {
        limit(policy, &rule.parameter, event)?;
        let mut deadline = Deadline {
            rule: rule.id.clone(),
            started_on: event,
            due_on: None,
            extended: false,
            paused_on: None,
            ended_on: None,
            paused_days: 0,
        };
        deadline.recompute(policy, rule);
        Some(deadline)
    }

    /// Works the last day out anew: the calendar of a year may have come, or been put right.
    pub fn recompute(&mut self, policy: &Policy, rule: &DeadlineRule) {
        self.due_on = self.last_day(policy, rule);
    }

    fn last_day(&self, policy: &Policy, rule: &DeadlineRule) -> Option<Date> {
        let mut limit = limit(policy, &rule.parameter, self.started_on)?;
        if self.extended {
            let more = rule.extension.as_ref()?;
            limit.count += self::limit(policy, more, self.started_on)?.count;
        }
        limit.count += self.paused_days;
        last_day(&limit, &policy.calendar, self.started_on).ok()
    }

    /// Extends it, once and before it has run out.
    pub fn extend(
        &mut self,
        policy: &Policy,
        rule: &DeadlineRule,
        today: Date,
    ) -> Result<(), NotExtendable> {
        let more = rule.extension.as_ref().ok_or(NotExtendable::NoRule)?;
        limit(policy, more, self.started_on).ok_or(NotExtendable::NoRule)?;
        if self.extended {
            return Err(NotExtendable::Already);
        }
        if self.ended_on.is_some() || self.due_on.is_some_and(|due| due < today) {
            return Err(NotExtendable::Over);
        }
        self.extended = true;
        self.recompute(policy, rule);
        Ok(())
    }

    /// Stands still from a day on, where its row says so.
    pub fn pause(&mut self, rule: &DeadlineRule, today: Date) {
        if rule.pauses && self.ended_on.is_none() && self.paused_on.is_none() {
            self.paused_on = Some(today);
        }
    }

    /// Goes on after standing still.
    pub fn resume(&mut self, policy: &Policy, rule: &DeadlineRule, today: Date) {
        let Some(since) = self.paused_on.take() else { return };
        let working = policy.parameters.get(&rule.parameter).map(|known| known.unit);
        self.paused_days += match working {
            Some(Unit::WorkingDays) => {
                policy.calendar.working_days_after(since, today).unwrap_or_default()
            }
            _ => i64::from((today - since).get_days()),
        };
        self.recompute(policy, rule);
    }

    /// Ends it: what it was for was done, or fell away.
    pub fn end(&mut self, today: Date) {
        self.paused_on = None;
        self.ended_on.get_or_insert(today);
    }

    /// How it stands on a day; `soon` is how many days before the last one it begins to press.
    #[must_use]
    pub fn urgency(&self, today: Date, soon: i64) -> Urgency {
        let left = self.due_on.map(|due| i64::from((due - today).get_days()));
        match (self.ended_on, self.paused_on, left) {
            (Some(_), _, _) => Urgency::Ended,
            (_, Some(_), _) => Urgency::Paused,
            (_, _, Some(left)) if left < 0 => Urgency::Overdue,
            (_, _, Some(0)) => Urgency::Due,
            (_, _, Some(left)) if left <= soon => Urgency::Soon,
            _ => Urgency::Running,
        }
    }

    /// Whether it has run out by a day and nothing was done.
    #[must_use]
    pub fn has_lapsed(&self, today: Date) -> bool {
        self.urgency(today, 0) == Urgency::Overdue
    }
}

impl Urgency {
    #[must_use]
    pub fn label(self) -> Text {
        match self {
            Urgency::Overdue => Text::new("已逾期", "overdue"),
            Urgency::Due => Text::new("今日到期", "due today"),
            Urgency::Soon => Text::new("即将到期", "due soon"),
            Urgency::Running => Text::new("进行中", "running"),
            Urgency::Paused => Text::new("中止计算", "stands still"),
            Urgency::Ended => Text::new("已完成", "done"),
        }
    }
}

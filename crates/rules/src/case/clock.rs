//! Cases of a deadline: the last day that follows from an event, by the calendar of the year.

use domain::{
    deadline::{last_day, limit},
    policy::Policy,
};
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::{
    raw::{Day, Words},
    source::Page,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClock {
    pub(super) name: Words,
    /// A deadline of `deadlines.toml`.
    deadline: Spanned<String>,
    event: Day,
    last_day: Day,
}

/// The last day of a deadline.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    deadline: String,
    event: Date,
    expect: Date,
}

pub(super) fn read(page: &mut Page<'_>, policy: &Policy, raw: RawClock) -> Option<Clock> {
    let deadline = raw.deadline.get_ref();
    if policy.deadline(deadline).is_none() {
        page.fault(raw.deadline.span(), format!("deadlines.toml has no `{deadline}`"));
        return None;
    }
    let deadline = raw.deadline.into_inner();
    Some(Clock { deadline, event: raw.event.0, expect: raw.last_day.0 })
}

impl Clock {
    pub(super) fn run(&self, policy: &Policy) -> Result<(), String> {
        let rule = policy.deadline(&self.deadline).ok_or("there is no such deadline")?;
        let limit = limit(policy, &rule.parameter, self.event).ok_or("no law of that day")?;
        let day = last_day(&limit, &policy.calendar, self.event);
        match day {
            Ok(day) if day == self.expect => Ok(()),
            Ok(day) => Err(format!("expected last_day = {}, counted {day}", self.expect)),
            Err(missing) => Err(format!("there is no calendar of {}", missing.0)),
        }
    }
}

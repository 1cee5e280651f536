//! Values that the law sets, each with the day it begins and the instrument it comes from.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::date;

/// Where a value of the law stands: instrument and article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Title and number of the instrument, such as 《信用修复管理办法》（令第36号）.
    pub instrument: String,
    /// Article, paragraph and item; empty where the source did not give one.
    pub article: String,
    /// False while nobody has compared the value with the text of the instrument (条号待核).
    pub verified: bool,
}

/// A value with the days on which it is the law, both inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated<T> {
    pub from: Date,
    pub until: Option<Date>,
    pub value: T,
    pub reference: Reference,
}

impl<T> Dated<T> {
    #[must_use]
    pub fn in_force(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| on <= until)
    }
}

/// The value in force on a day; where two rows overlap, the one that began later.
#[must_use]
pub fn in_force<T>(values: &[Dated<T>], on: Date) -> Option<&Dated<T>> {
    values.iter().filter(|value| value.in_force(on)).max_by_key(|value| value.from)
}

/// A named number of `policy/parameters/`.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// File stem and key, such as `timeliness.double_publicity`.
    pub key: String,
    pub label: crate::text::Text,
    pub unit: Unit,
    pub values: Vec<Dated<i64>>,
}

impl Parameter {
    /// The value in force on a day; before the first one, the first.
    ///
    /// For limits that must hold on every day, such as the age of majority.
    #[must_use]
    pub fn nearest(&self, on: Date) -> Option<i64> {
        in_force(&self.values, on).or(self.values.first()).map(|value| value.value)
    }
}

/// What a parameter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Seconds,
    Minutes,
    WorkingDays,
    Days,
    Months,
    Years,
    Fen,
    PerMille,
    Count,
}

impl Unit {
    /// The greatest figure a file may give: no period of the law is longer than a century, and a
    /// slip of the pen must not carry a date beyond the calendar. None where nothing is added up.
    #[must_use]
    pub fn limit(self) -> Option<i64> {
        match self {
            Unit::WorkingDays | Unit::Days => Some(36_525),
            Unit::Months => Some(1_200),
            Unit::Years => Some(100),
            // A year.
            Unit::Minutes => Some(525_600),
            Unit::Seconds => Some(31_536_000),
            Unit::Fen | Unit::PerMille | Unit::Count => None,
        }
    }

    /// The same day some of these units on; none where the unit measures no time by itself.
    #[must_use]
    pub fn after(self, from: Date, count: i64) -> Option<Date> {
        match self {
            Unit::Days => {
                let span = jiff::Span::new().try_days(count);
                Some(span.map_or(Date::MAX, |span| from.saturating_add(span)))
            }
            Unit::Months => Some(date::add_months(from, count)),
            Unit::Years => Some(date::add_months(from, count.saturating_mul(12))),
            Unit::Seconds
            | Unit::Minutes
            | Unit::WorkingDays
            | Unit::Fen
            | Unit::PerMille
            | Unit::Count => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn trap_04_periods_are_calendar_periods_and_never_overflow() {
        for (unit, count, expected) in [
            (Unit::Months, 3, Some(date(2026, 11, 30))),
            (Unit::Years, 2, Some(date(2028, 8, 31))),
            (Unit::Days, 30, Some(date(2026, 9, 30))),
            (Unit::Months, i64::MAX, Some(Date::MAX)),
            (Unit::Years, i64::MAX, Some(Date::MAX)),
            (Unit::Days, i64::MAX, Some(Date::MAX)),
            (Unit::WorkingDays, 3, None),
            (Unit::Count, 3, None),
        ] {
            assert_eq!(unit.after(date(2026, 8, 31), count), expected, "{count} {unit:?}");
        }
    }

    #[test]
    fn before_the_first_value_the_first_one_holds() {
        let value = |from: Date, value: i64| Dated {
            from,
            until: None,
            value,
            reference: Reference {
                instrument: String::new(),
                article: String::new(),
                verified: false,
            },
        };
        let age = Parameter {
            key: "age.adult".to_owned(),
            label: crate::text::Text::default(),
            unit: Unit::Years,
            values: vec![value(date(1987, 1, 1), 18), value(date(2021, 1, 1), 17)],
        };
        let on = |year| age.nearest(date(year, 6, 1));
        assert_eq!([on(1980), on(2000), on(2022)], [Some(18), Some(18), Some(17)]);
    }
}

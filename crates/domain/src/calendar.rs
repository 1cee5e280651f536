//! Working days (工作日) as the State Council's yearly holiday notices set them.
//!
//! Weekends are moved (调休), so a Saturday may be a working day and a Monday none. A year with no
//! notice in `policy/calendar/` is refused, never guessed: a statutory deadline computed from
//! plain weekends would be wrong by days.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};

use crate::parameter::Reference;

/// One year's notice: the days off and the make-up working days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    pub year: i16,
    pub reference: Reference,
    /// Holidays, weekends among them or not.
    pub off: Vec<Date>,
    /// Weekend days on which people work (调休上班).
    pub working: Vec<Date>,
}

/// The years known; counting stops at the first unknown one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    years: Vec<Year>,
    /// For each year, how many working days lie before each day of it, and in all of it at the end.
    before: BTreeMap<i16, Vec<i64>>,
}

/// A day was asked for in a year whose notice is not in `policy/calendar/`.
#[derive(thiserror::Error, Debug, Clone, PartialEq, Eq)]
#[error("no working-day calendar for {0} in policy/calendar; refusing to compute")]
pub struct MissingYear(pub i16);

impl Calendar {
    /// Builds the calendar; a notice may also move days at the end of the year before its own.
    #[must_use]
    pub fn new(mut years: Vec<Year>) -> Self {
        years.sort_by_key(|year| year.year);
        let off: BTreeSet<Date> = years.iter().flat_map(|year| year.off.iter().copied()).collect();
        let working: BTreeSet<Date> =
            years.iter().flat_map(|year| year.working.iter().copied()).collect();
        let works = |day: &Date| {
            let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            !off.contains(day) && (!weekend || working.contains(day))
        };
        let before = years.iter().map(|year| {
            let first = Date::new(year.year, 1, 1).unwrap_or(Date::MIN);
            let days = first.series(jiff::Span::new().days(1));
            let mut counts = vec![0];
            let mut count = 0;
            for day in days.take_while(|day| day.year() == year.year) {
                count += i64::from(works(&day));
                counts.push(count);
            }
            (year.year, counts)
        });
        let before = before.collect();
        Calendar { years, before }
    }

    /// The notices, earliest first.
    pub fn years(&self) -> impl Iterator<Item = &Year> {
        self.years.iter()
    }

    /// Whether public bodies work on this day.
    pub fn is_working_day(&self, day: Date) -> Result<bool, MissingYear> {
        Ok(self.before(day)? < self.through(day)?)
    }

    /// The last day of a period of working days; the day of the event is not counted.
    ///
    /// A negative number counts back from the event in the same way.
    pub fn add_working_days(&self, event: Date, days: i64) -> Result<Date, MissingYear> {
        let mut day = event;
        let mut left = days;
        while left != 0 {
            let next = if 0 < left { day.tomorrow() } else { day.yesterday() };
            day = next.map_err(|_| MissingYear(day.year()))?;
            if self.is_working_day(day)? {
                left -= left.signum();
            }
        }
        Ok(day)
    }

    /// How many working days have passed since the event: those after it, up to `until` inclusive.
    ///
    /// None have where `until` is not after the event.
    pub fn working_days_after(&self, event: Date, until: Date) -> Result<i64, MissingYear> {
        if until <= event {
            return Ok(0);
        }
        let first = event.tomorrow().map_err(|_| MissingYear(event.year()))?;
        let mut count = self.through(until)? - self.before(first)?;
        for year in first.year()..until.year() {
            let counts = self.before.get(&year).ok_or(MissingYear(year))?;
            count += counts.last().copied().unwrap_or(0);
        }
        Ok(count)
    }

    /// Working days of the year before this day.
    fn before(&self, day: Date) -> Result<i64, MissingYear> {
        self.count(day, day.day_of_year() - 1)
    }

    /// Working days of the year up to this day inclusive.
    fn through(&self, day: Date) -> Result<i64, MissingYear> {
        self.count(day, day.day_of_year())
    }

    fn count(&self, day: Date, position: i16) -> Result<i64, MissingYear> {
        let counts = self.before.get(&day.year()).ok_or(MissingYear(day.year()))?;
        let position = usize::try_from(position).unwrap_or(0);
        counts.get(position).copied().ok_or(MissingYear(day.year()))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn days(year: i16, month: i8, range: std::ops::RangeInclusive<i8>) -> Vec<Date> {
        range.map(|day| date(year, month, day)).collect()
    }

    fn year(year: i16, off: Vec<Date>, working: Vec<Date>) -> Year {
        let reference = Reference {
            instrument: format!("国务院办公厅关于{year}年部分节假日安排的通知"),
            article: String::new(),
            verified: false,
        };
        Year { year, reference, off, working }
    }

    /// Spring Festival and National Day of 2026 with their make-up days, and a short 2025.
    fn calendar() -> Calendar {
        let off = [days(2026, 1, 1..=3), days(2026, 2, 15..=23), days(2026, 10, 1..=7)].concat();
        let working = vec![
            date(2026, 1, 4),
            date(2026, 2, 14),
            date(2026, 2, 28),
            date(2026, 9, 20),
            date(2026, 10, 10),
        ];
        Calendar::new(vec![
            year(2026, off, working),
            year(
                2025,
                [days(2025, 1, 1..=1), days(2025, 10, 1..=8)].concat(),
                vec![date(2025, 9, 28)],
            ),
        ])
    }

    #[test]
    fn make_up_saturdays_and_sundays_are_working_days() {
        for (day, expected) in [
            (date(2026, 2, 14), true),  // Saturday, made up
            (date(2026, 2, 28), true),  // Saturday, made up
            (date(2026, 1, 4), true),   // Sunday, made up
            (date(2026, 2, 16), false), // Monday, Spring Festival
            (date(2026, 2, 7), false),  // plain Saturday
            (date(2026, 2, 24), true),  // plain Tuesday
            (date(2026, 10, 10), true),
        ] {
            assert_eq!(calendar().is_working_day(day), Ok(expected), "{day}");
        }
    }

    #[test]
    fn trap_11_working_days_follow_the_notice_and_leave_out_the_day_of_the_event() {
        for (event, count, expected) in [
            (date(2026, 3, 2), 7, date(2026, 3, 11)),   // plain weeks
            (date(2026, 2, 13), 7, date(2026, 3, 2)),   // across the festival and both make-up days
            (date(2026, 9, 30), 7, date(2026, 10, 15)), // across National Day
            (date(2025, 12, 31), 1, date(2026, 1, 4)),  // across the year's end
            (date(2026, 2, 16), 1, date(2026, 2, 24)),  // an event on a day off
            (date(2026, 3, 2), 0, date(2026, 3, 2)),
            (date(2026, 2, 24), -1, date(2026, 2, 14)),
        ] {
            assert_eq!(
                calendar().add_working_days(event, count),
                Ok(expected),
                "{event} + {count}"
            );
        }
    }

    #[test]
    fn counting_and_adding_agree_on_every_day() {
        let calendar = calendar();
        let mut event = date(2025, 1, 1);
        while event < date(2026, 10, 1) {
            for count in [1, 3, 7, 20] {
                let until = calendar.add_working_days(event, count).unwrap();
                assert_eq!(calendar.working_days_after(event, until), Ok(count), "{event}");
                let eve = until.yesterday().unwrap();
                assert_eq!(calendar.working_days_after(event, eve), Ok(count - 1), "{event}");
            }
            event = event.tomorrow().unwrap();
        }
    }

    #[test]
    fn nothing_has_passed_by_the_day_of_the_event() {
        let day = date(2026, 3, 2);
        assert_eq!(calendar().working_days_after(day, day), Ok(0));
        assert_eq!(calendar().working_days_after(day, date(2026, 2, 1)), Ok(0));
    }

    #[test]
    fn a_missing_year_is_refused() {
        let calendar = calendar();
        let missing = MissingYear(2027);
        assert_eq!(calendar.is_working_day(date(2027, 1, 4)), Err(missing.clone()));
        assert_eq!(calendar.add_working_days(date(2026, 12, 28), 7), Err(missing.clone()));
        assert_eq!(
            calendar.working_days_after(date(2026, 1, 1), date(2027, 1, 4)),
            Err(missing.clone())
        );
        assert_eq!(
            missing.to_string(),
            "no working-day calendar for 2027 in policy/calendar; refusing to compute"
        );
        let gap = Calendar::new(vec![year(2024, vec![], vec![]), year(2026, vec![], vec![])]);
        let span = gap.working_days_after(date(2024, 6, 1), date(2026, 6, 1));
        assert_eq!(span, Err(MissingYear(2025)));
    }

    #[test]
    fn a_notice_may_move_days_of_the_december_before() {
        let earlier = year(2018, vec![], vec![]);
        let later =
            year(2019, vec![date(2018, 12, 31), date(2019, 1, 1)], vec![date(2018, 12, 29)]);
        let calendar = Calendar::new(vec![later, earlier]);
        assert_eq!(calendar.is_working_day(date(2018, 12, 29)), Ok(true));
        assert_eq!(calendar.is_working_day(date(2018, 12, 31)), Ok(false));
        let years: Vec<_> = calendar.years().map(|year| year.year).collect();
        assert_eq!(years, [2018, 2019]);
    }
}

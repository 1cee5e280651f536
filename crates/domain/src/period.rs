//! Periods of collection (归集期): for which days a provider owes a delivery, or a zero report (零报告).
//!
//! Silence is not a zero report: a period in which nothing came is missed (漏报) until somebody puts
//! their name under the statement that nothing happened.

use jiff::{ToSpan as _, civil::Date};

use crate::catalogue::Cycle;

/// The days a cycle runs from and to, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    pub first: Date,
    pub last: Date,
}

impl Period {
    /// The period of a cycle that a day lies in; none where each decision has its own clock.
    #[must_use]
    pub fn of(cycle: Cycle, day: Date) -> Option<Period> {
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

    /// The period of the same cycle just before.
    #[must_use]
    pub fn before(self, cycle: Cycle) -> Option<Period> {
        Period::of(cycle, self.first.saturating_sub(1.day()))
    }

    #[must_use]
    pub fn holds(self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }
}

words! {
    /// What is known of a period.
    PeriodState {
        /// It has not ended, or not long enough ago.
        Open "open" "未到期" "not due yet";
        Delivered "delivered" "已报送" "handed in";
        /// Somebody stated that there was nothing.
        Zero "zero" "零报告" "zero report";
        /// It has ended, and neither came.
        Missed "missed" "漏报" "missed";
    }
}

impl PeriodState {
    /// Decides from what came in the period; `due` is the last day on which a zero report is in time.
    #[must_use]
    pub fn of(delivered: bool, stated: bool, due: Date, today: Date) -> PeriodState {
        match (delivered, stated) {
            (true, _) => PeriodState::Delivered,
            (false, true) => PeriodState::Zero,
            (false, false) if today <= due => PeriodState::Open,
            (false, false) => PeriodState::Missed,
        }
    }
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
            let period = Period::of(cycle, on).unwrap();
            assert_eq!(period, Period { first, last }, "{cycle:?}");
            let before = period.before(cycle).unwrap();
            assert_eq!(before.last.saturating_add(1.day()), first, "{cycle:?}");
            assert!(period.holds(on) && !before.holds(on), "{cycle:?}");
        }
        assert_eq!(Period::of(Cycle::Event, on), None);
    }

    #[test]
    fn trap_18_silence_is_not_a_zero_report() {
        let due = date(2026, 11, 3);
        for (delivered, stated, today, expected) in [
            (false, false, due, PeriodState::Open),
            (false, false, date(2026, 11, 4), PeriodState::Missed),
            (false, true, date(2026, 11, 4), PeriodState::Zero),
            (true, false, date(2026, 11, 4), PeriodState::Delivered),
            // What came says more than the statement that nothing would.
            (true, true, date(2026, 11, 4), PeriodState::Delivered),
        ] {
            assert_eq!(PeriodState::of(delivered, stated, due, today), expected);
        }
    }
}

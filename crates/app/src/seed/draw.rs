//! Chance with a memory: the same seed gives the same draws on every platform and version.
//!
//! Only whole-number arithmetic on the raw stream of ChaCha8 is used, because the
//! distributions of `rand` may change what they draw from one release to the next.

use jiff::{ToSpan, civil::Date};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One stream of draws.
pub struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream that belongs to one subject of one city.
    #[must_use]
    pub fn of(seed: u64, index: u64) -> Draw {
        Draw(ChaCha8Rng::seed_from_u64(scramble(seed ^ scramble(index))))
    }

    /// A number from 0 to `bound` − 1; 0 where `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// A number between both, included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high - low + 1).unwrap_or_default();
        low + i64::try_from(self.below(width)).unwrap_or_default()
    }

    /// True so many times in a thousand.
    pub fn per_mille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// Any entry of a list that is not empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[usize::try_from(self.below(list.len() as u64)).unwrap_or_default()]
    }

    /// An entry by its weight.
    pub fn weighted<T: Copy>(&mut self, list: &[(T, u64)]) -> T {
        let mut rest = self.below(list.iter().map(|(_, weight)| weight).sum());
        for (entry, weight) in list {
            if rest < *weight {
                return *entry;
            }
            rest -= weight;
        }
        list[0].0
    }

    /// A day between both, included; the first where they are the wrong way round.
    pub fn day(&mut self, first: Date, last: Date) -> Date {
        let days = days_between(first, last).max(0);
        plus_days(first, self.between(0, days))
    }
}

/// The day so many days later, or earlier where the number is negative.
#[must_use]
pub fn plus_days(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

/// The day so many months later; the last of the month where it is shorter.
#[must_use]
pub fn plus_months(day: Date, months: i64) -> Date {
    day.saturating_add(months.months())
}

/// Days from the first to the last; negative where they are the wrong way round.
#[must_use]
pub fn days_between(first: Date, last: Date) -> i64 {
    last.duration_since(first).as_hours() / 24
}

/// Spreads neighbouring numbers over the whole range (the finaliser of splitmix64).
#[must_use]
pub fn scramble(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Maps 0 … `size` − 1 onto itself so that neighbours part; no two numbers meet.
#[must_use]
pub fn shuffle(number: u64, size: u64, salt: u64) -> u64 {
    const STEPS: [u64; 3] = [2_654_435_761, 1_000_000_007, 805_306_457];
    let step = STEPS.into_iter().find(|step| !size.is_multiple_of(*step)).unwrap_or(1);
    let wide = u128::from(number) * u128::from(step) + u128::from(salt % size);
    u64::try_from(wide % u128::from(size)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn repeats_itself_for_the_same_seed() {
        let draws = |seed| {
            let mut draw = Draw::of(seed, 7);
            (draw.below(1000), draw.below(1000), draw.below(1000))
        };
        assert_eq!(draws(1), draws(1));
        assert_ne!(draws(1), draws(2));
    }

    #[test]
    fn shuffles_without_meeting() {
        for size in [1, 7, 3600, 10_000] {
            let places: BTreeSet<u64> = (0..size).map(|number| shuffle(number, size, 99)).collect();
            assert_eq!(places.len() as u64, size);
        }
    }
}

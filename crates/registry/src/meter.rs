//! Counting how often somebody comes: in the memory of a process, forgotten with the period.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use jiff::Timestamp;

/// How often each has come in the present minute and on the present day.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<Counts>>);

/// Of whom and over what: when the period began, and how often.
type Counts = HashMap<(String, Span), (i64, i64)>;

/// What is counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Span {
    Minute,
    Day,
}

/// Counts remembered, at most; then those whose period is over are forgotten.
const REMEMBERED: usize = 50_000;

impl Span {
    fn seconds(self) -> i64 {
        match self {
            Span::Minute => 60,
            Span::Day => 86_400,
        }
    }
}

impl Meter {
    /// Counts one more; the seconds until there is room, where that is one too many.
    #[must_use]
    pub fn count(&self, who: &str, span: Span, most: i64, now: Timestamp) -> Option<u32> {
        let (second, length) = (now.as_second(), span.seconds());
        let begun = second - second.rem_euclid(length);
        let mut counts = self.0.lock().ok()?;
        if REMEMBERED < counts.len() {
            counts.retain(|(_, span), (begun, _)| second < *begun + span.seconds());
        }
        let held = counts.entry((who.to_owned(), span)).or_insert((begun, 0));
        if held.0 != begun {
            *held = (begun, 0);
        }
        held.1 += 1;
        (most < held.1).then(|| u32::try_from(begun + length - second).unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_again_in_the_next_minute() {
        let meter = Meter::default();
        let at = |second: i64| Timestamp::from_second(1_795_593_060 + second).unwrap();
        assert_eq!(meter.count("a", Span::Minute, 2, at(0)), None);
        assert_eq!(meter.count("a", Span::Minute, 2, at(1)), None);
        assert_eq!(meter.count("a", Span::Minute, 2, at(20)), Some(40));
        assert_eq!(meter.count("b", Span::Minute, 2, at(20)), None, "everybody for themselves");
        assert_eq!(meter.count("a", Span::Minute, 2, at(60)), None);
    }
}

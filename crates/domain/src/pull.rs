//! Pulling (前置库抽取): reading what has come in a department's own database since the last time, missing
//! nothing that is committed late, and handing nothing in twice.
//!
//! Rows are told new by a cursor, a number or an instant that grows. A row is given its cursor before it
//! is committed, so that one with a smaller cursor may appear after one with a greater: up to which
//! cursor everything is there is known only once every writer that was at work is done.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How far a library was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Everything up to this cursor was read, and nothing below it can appear any more.
    pub floor: Option<String>,
    pub ahead: Option<Ahead>,
    /// Digest of what was handed in last.
    pub digest: Option<String>,
}

/// The greatest cursor seen once, while writers below it may have been at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ahead {
    pub last: String,
    /// Writers numbered below this had begun.
    pub begun: u64,
    pub at: Timestamp,
}

/// What one reading saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub rows: u64,
    /// The greatest cursor in the library; none where it is empty or has no cursor.
    pub last: Option<String>,
    /// The oldest writer still at work, and the number the next one gets; none where one writes at a
    /// time, so that nothing appears late.
    pub writers: Option<(u64, u64)>,
}

impl Position {
    /// Where the next reading begins once what this one saw was taken in. Between a reading and the one
    /// that settles it `rest` passes, for writers that have a cursor and no number yet.
    #[must_use]
    pub fn after(
        &self,
        seen: &Seen,
        digest: &str,
        now: Timestamp,
        rest: SignedDuration,
    ) -> Position {
        let digest = Some(digest.to_owned());
        let Some((oldest, next)) = seen.writers else {
            let floor = seen.last.clone().or_else(|| self.floor.clone());
            return Position { floor, ahead: None, digest };
        };
        let ahead = |last: &String| Ahead { last: last.clone(), begun: next, at: now };
        match &self.ahead {
            Some(then) if then.begun <= oldest && rest <= now.duration_since(then.at) => Position {
                floor: Some(then.last.clone()),
                ahead: seen.last.as_ref().map(ahead),
                digest,
            },
            Some(then) => Position { floor: self.floor.clone(), ahead: Some(then.clone()), digest },
            None => {
                Position { floor: self.floor.clone(), ahead: seen.last.as_ref().map(ahead), digest }
            }
        }
    }
}

/// The name of a table or view, with its schema where one is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    pub schema: Option<String>,
    pub name: String,
}

impl Relation {
    /// Reads `name` or `schema.name`; none where it could be anything but a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Relation> {
        let (schema, name) = match text.trim().split_once('.') {
            Some((schema, name)) => (Some(schema.to_owned()), name),
            None => (None, text.trim()),
        };
        let fit = is_name(name) && schema.as_deref().is_none_or(is_name);
        fit.then(|| Relation { schema, name: name.to_owned() })
    }
}

/// Longest name of a table or column.
const NAME_MAX: usize = 63;

/// Whether a text is the name of a table or a column: letters, digits and underscores, Han among them.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let first = text.chars().next().is_some_and(|one| one.is_alphabetic() || one == '_');
    first && text.len() <= NAME_MAX && text.chars().all(|one| one.is_alphanumeric() || one == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: SignedDuration = SignedDuration::from_secs(10);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn seen(last: &str, writers: Option<(u64, u64)>) -> Seen {
        Seen { rows: 1, last: Some(last.to_owned()), writers }
    }

    fn floor(position: &Position) -> Option<&str> {
        position.floor.as_deref()
    }

    #[test]
    fn the_floor_rises_only_when_every_writer_of_the_time_is_done() {
        let start = Position::default();
        // Writer 100 is at work below cursor 6.
        let first = start.after(&seen("6", Some((100, 103))), "a", at(0), REST);
        assert_eq!(floor(&first), None);
        let second = first.after(&seen("9", Some((100, 110))), "b", at(60), REST);
        assert_eq!(floor(&second), None, "it still is");
        assert_eq!(second.ahead, first.ahead, "and what is to be settled stays the first");
        let soon = second.after(&seen("9", Some((103, 110))), "b", at(5), REST);
        assert_eq!(floor(&soon), None, "too soon after");
        let third = second.after(&seen("12", Some((103, 120))), "c", at(120), REST);
        assert_eq!(floor(&third), Some("6"));
        assert_eq!(third.ahead.as_ref().map(|ahead| ahead.last.as_str()), Some("12"));
        let fourth = third.after(&seen("12", Some((120, 120))), "c", at(180), REST);
        assert_eq!(floor(&fourth), Some("12"));
    }

    #[test]
    fn where_one_writes_at_a_time_nothing_appears_late() {
        let position = Position::default().after(&seen("6", None), "a", at(0), REST);
        assert_eq!((floor(&position), &position.ahead), (Some("6"), &None));
        let empty = Seen { last: None, ..seen("", None) };
        assert_eq!(floor(&position.after(&empty, "b", at(1), REST)), Some("6"));
    }

    #[test]
    fn only_names_are_names() {
        for (text, fits) in [
            ("xzcf", true),
            ("qzk.xzcf_2026", true),
            ("行政处罚", true),
            ("", false),
            ("1a", false),
            ("a b", false),
            ("a;drop table b", false),
            ("a\"b", false),
            ("a.b.c", false),
        ] {
            assert_eq!(Relation::parse(text).is_some(), fits, "{text}");
        }
    }
}

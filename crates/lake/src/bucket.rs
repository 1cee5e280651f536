//! Buckets: ranges of subjects, the unit in which the lake is written, read and evaluated.
//!
//! A range and no remainder: the number of buckets grows with the population, and nothing has to be
//! written anew for that.

use std::ops::Range;

use domain::ids::SubjectId;

/// Binary digits of a subject's number within its bucket: 65,536 subjects.
const DIGITS: u32 = 16;

/// One range of subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(pub i64);

impl Bucket {
    #[must_use]
    pub fn of(subject: SubjectId) -> Bucket {
        Bucket(subject.0 >> DIGITS)
    }

    /// Numbers of its subjects.
    #[must_use]
    pub fn subjects(self) -> Range<i64> {
        self.0 << DIGITS..(self.0 + 1) << DIGITS
    }

    /// The folder of its files in a table.
    pub(crate) fn folder(self) -> String {
        format!("b{:06}", self.0)
    }

    /// The bucket of a file by its path in the table.
    pub(crate) fn of_path(path: &str) -> Option<Bucket> {
        path.split_once('/')?.0.strip_prefix('b')?.parse().ok().map(Bucket)
    }
}

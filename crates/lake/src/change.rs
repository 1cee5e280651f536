//! What the lake takes from the change feed: records and subjects as they stand now.

use std::sync::Arc;

use domain::{
    ids::{RecordId, SubjectId},
    standing::Standing,
    subject::Kind,
};
use jiff::{Timestamp, civil::Date};

/// A record as it stands at a position of the feed, or later: whoever reads the feed again comes to
/// the same.
#[derive(Clone, Debug)]
pub struct Change {
    pub position: i64,
    pub item: Arc<str>,
    pub record: RecordId,
    /// Whom it stands with.
    pub subject: SubjectId,
    /// Subjects with which the lake may hold it already; empty where it cannot hold it.
    pub before: Vec<SubjectId>,
    pub kind: Kind,
    pub name: String,
    pub department: Arc<str>,
    pub submission: i64,
    pub row: i64,
    pub decided_on: Option<Date>,
    pub effective_from: Option<Date>,
    pub effective_until: Option<Date>,
    /// The last day on which it counts by its term or its removal; none where it has no end.
    pub counts_until: Option<Date>,
    pub withdrawn: bool,
    pub overridden: bool,
    pub known_from: Timestamp,
    /// Since when each state of [`Standing::ALL`] has held.
    pub standings: [Option<Date>; Standing::ALL.len()],
    /// Canonical JSON.
    pub payload: String,
}

/// A subject that records stand with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub subject: SubjectId,
    pub kind: Kind,
    pub name: String,
    pub uscc: Option<String>,
    pub district: Option<String>,
    pub industry: Option<String>,
    pub status: Option<String>,
    /// Struck off or dissolved.
    pub ended: bool,
    pub established_on: Option<Date>,
    /// Fen.
    pub registered_capital: Option<i64>,
}

/// Some changes in the order of the feed, and the subjects they touched.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The last position it holds.
    pub until: i64,
    /// The instant at which it is taken.
    pub at: Timestamp,
    pub changes: Vec<Change>,
    pub profiles: Vec<Profile>,
    /// Touched subjects with which no record stands any more.
    pub gone: Vec<SubjectId>,
}

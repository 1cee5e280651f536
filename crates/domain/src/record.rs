//! The life of a record (信用信息记录): received, accepted, published.
//!
//! A received row is what a department wrote; intake holds it. [`Accepted`] has passed every
//! check of its catalogue item. What the public may see of it is [`crate::publication::Published`],
//! made by a decision of the day and never stored.

use jiff::{Timestamp, civil::Date};

use crate::{
    ids::{RecordId, SubjectId, SubmissionId},
    payload::Payload,
    standing::Change,
    subject,
};

/// How the subject of a row is named, strongest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SubjectKey {
    /// `uscc`, `reg_no`, `cn_id`, or the scheme of a source.
    pub scheme: String,
    /// The value; for a natural person the keyed hash of it.
    pub value: String,
}

/// A row that passed every check, ready for the register.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Line of the file, the heading being line 1.
    pub row: u64,
    pub subject: SubjectKey,
    pub subject_kind: subject::Kind,
    pub subject_name: String,
    /// True where the code failed its check digit and somebody answered for it.
    pub overridden: bool,
    /// SM3 of the natural key, first half.
    pub key: [u8; 16],
    pub decided_on: Option<Date>,
    pub effective_from: Option<Date>,
    pub effective_until: Option<Date>,
    /// Canonical JSON.
    pub payload: String,
    /// SM3 of the canonical text, see [`Payload::canonical`].
    pub digest: [u8; 32],
}

/// A version as the register holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    pub record: RecordId,
    pub no: i64,
    pub item: String,
    /// Whom it is about, by the merges that stand now.
    pub subject: SubjectId,
    /// The subject it was asserted for, the same one unless that was merged.
    pub held_by: SubjectId,
    pub subject_kind: subject::Kind,
    pub subject_name: String,
    pub department: String,
    pub submission: SubmissionId,
    pub row: u64,
    pub decided_on: Option<Date>,
    pub effective_from: Option<Date>,
    pub effective_until: Option<Date>,
    /// True where this version takes the record back (撤回).
    pub withdrawn: bool,
    pub overridden: bool,
    pub payload: Payload,
    pub digest: [u8; 32],
    /// When the platform came to know it: the instant its submission was accepted.
    pub known_from: Timestamp,
    /// When a later version replaced it.
    pub known_until: Option<Timestamp>,
    /// Policy under which it was checked.
    pub policy_version: String,
    /// What cases did to the record, in the order in which it became known.
    pub standings: Vec<Change>,
    /// The subject's own words beside it (本人声明).
    pub statement: Option<String>,
}

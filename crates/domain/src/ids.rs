//! Numbers by which the register knows its rows, one type each so that none is taken for another.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// A background job.
    JobId;
    /// One asserted fact about one subject, through all its versions.
    RecordId;
    /// A credit report as issued; its printed number is [`ReportId`] with the issuing day.
    ReportId;
    /// A credit subject (信用主体).
    SubjectId;
    /// One delivery of a department (归集批次).
    SubmissionId;
}

/// Rows one submission may hold: a record's id is its first submission and row in one number.
const ROWS_PER_SUBMISSION: i64 = 1 << 32;

impl RecordId {
    /// The id of a record first asserted by this row, the same after any kill and resend.
    #[must_use]
    pub fn first_asserted(submission: SubmissionId, ordinal: u32) -> Self {
        RecordId(submission.0 * ROWS_PER_SUBMISSION + i64::from(ordinal))
    }

    /// The submission that first asserted the record.
    #[must_use]
    pub fn first_submission(self) -> SubmissionId {
        SubmissionId(self.0 / ROWS_PER_SUBMISSION)
    }
}

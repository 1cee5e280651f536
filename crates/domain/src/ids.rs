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
    /// A person's account (账号).
    AccountId;
    /// What runs between a subject and an organ (办件).
    CaseId;
    /// A folder from which a department's files are taken (归集通道).
    ChannelId;
    /// A request to act for a subject (认领).
    ClaimId;
    /// What a subject granted to an organisation (授权).
    ConsentId;
    /// A paper of a case.
    DocumentId;
    /// A background job.
    JobId;
    /// A key of a system (接口密钥).
    KeyId;
    /// A matter (办理事项) registered by an organisation about a subject.
    MatterId;
    /// That one subject is read with another (归并).
    MergeId;
    /// A body that people act for.
    OrganisationId;
    /// Two descriptions that may be of one subject (比对对).
    PairId;
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

    /// The submission that first asserted the record, and its place in it.
    #[must_use]
    pub fn first_place(self) -> (SubmissionId, i64) {
        let submission = self.0.div_euclid(ROWS_PER_SUBMISSION);
        (SubmissionId(submission), self.0.rem_euclid(ROWS_PER_SUBMISSION))
    }
}

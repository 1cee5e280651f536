//! Notices (文书): what is told with which step of a case, in the words of `policy/notices.toml`.

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $code:literal;)*) => {
        /// What is told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum NoticeKind {
            $($(#[$doc])* $variant,)*
        }

        impl NoticeKind {
            pub const ALL: &[NoticeKind] = &[$(NoticeKind::$variant,)*];

            /// Its row in `policy/notices.toml`.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(NoticeKind::$variant => $code,)*
                }
            }
        }
    };
}

kinds! {
    /// 信用承诺书, made by the subject.
    Commitment "commitment";
    /// 信用修复告知书, which goes with the decision.
    RepairInformed "repair_informed";
    RepairAccepted "repair_accepted";
    RepairCompletion "repair_completion";
    RepairNotAccepted "repair_not_accepted";
    RepairExtended "repair_extended";
    RepairGranted "repair_granted";
    RepairShielded "repair_shielded";
    RepairRestored "repair_restored";
    RepairRefused "repair_refused";
    RepairRevoked "repair_revoked";
    ObjectionForwarded "objection_forwarded";
    ObjectionNotAccepted "objection_not_accepted";
    ObjectionAnswered "objection_answered";
    ObjectionLapsed "objection_lapsed";
    ListingNotice "listing_notice";
    ListingDecided "listing_decided";
    ListingDropped "listing_dropped";
    /// 信用承诺书 of a matter, made by the subject.
    CommitmentMade "commitment_made";
    CommitmentAccepted "commitment_accepted";
    CommitmentNotAccepted "commitment_not_accepted";
    CommitmentBreachTold "commitment_breach_told";
    CommitmentBreachFound "commitment_breach_found";
    CommitmentCleared "commitment_cleared";
    CommitmentAppealUpheld "commitment_appeal_upheld";
    CommitmentFulfilled "commitment_fulfilled";
}

/// A row of `policy/notices.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeText {
    pub id: String,
    pub title: String,
    /// What it says before its grounds.
    pub body: String,
    /// Whether it decides something against which its addressee may go.
    pub remedies: bool,
    /// Parameter whose instrument it cites.
    pub basis: Option<String>,
}

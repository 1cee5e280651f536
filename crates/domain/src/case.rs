//! Cases (办件): what runs between a subject and an organ until it is decided, step by step.
//!
//! Each kind of case decides in a module of its own; here is what all of them share: a number, the
//! steps of its history, and whose turn it is.

use serde::{Deserialize, Serialize};

use crate::text::Text;

words! {
    /// What a case is about.
    CaseKind {
        /// 信用修复.
        Repair "repair" "信用修复" "repair";
        /// 异议.
        Objection "objection" "异议" "objection";
        /// 列入严重失信主体名单.
        Listing "listing" "列入名单" "list entry";
        /// 信用承诺.
        Commitment "commitment" "信用承诺" "commitment";
        /// 投诉举报.
        Complaint "complaint" "投诉举报" "report from the public";
    }
}

words! {
    /// One step in the history of a case.
    Step {
        Filed "filed" "提出申请" "filed";
        CompletionAsked "completion_asked" "一次性告知补正" "completion asked for";
        Completed "completed" "补正" "completed";
        Accepted "accepted" "受理" "accepted";
        NotAccepted "not_accepted" "不予受理" "not accepted";
        Transferred "transferred" "转办" "passed on";
        Extended "extended" "延长期限" "extended";
        Granted "granted" "准予修复" "granted";
        Shielded "shielded" "暂时屏蔽" "shielded";
        Restored "restored" "恢复公示" "restored";
        Refused "refused" "不予修复" "refused";
        Revoked "revoked" "撤销修复" "revoked";
        Withdrawn "withdrawn" "撤回申请" "withdrawn";
        Ended "ended" "公示期届满，程序终止" "ended with the publication";
        Corrected "corrected" "异议成立，已更正" "corrected";
        Removed "removed" "异议成立，已撤下" "taken down";
        Upheld "upheld" "异议不成立" "upheld";
        Lapsed "lapsed" "逾期未答复" "left unanswered";
        Urged "urged" "催办" "urged";
        DocumentAdded "document_added" "补充材料" "document added";
        NoticeServed "notice_served" "送达文书" "notice served";
        Proposed "proposed" "拟列入" "proposed";
        Noticed "noticed" "制作列入告知书" "notice made";
        Stated "stated" "陈述申辩" "statement and defence";
        Waived "waived" "放弃陈述申辩" "statement waived";
        Unstated "unstated" "逾期未陈述申辩" "no statement in time";
        HearingAsked "hearing_asked" "要求听证" "hearing asked for";
        HearingHeld "hearing_held" "举行听证" "hearing held";
        Listed "listed" "决定列入" "decided to enter";
        Dropped "dropped" "不予列入" "not entered";
        DecisionServed "decision_served" "送达列入决定书" "decision served";
        Published "published" "公布" "published";
        Committed "committed" "作出承诺" "committed";
        Checked "checked" "核查履行情况" "performance looked at";
        Fulfilled "fulfilled" "认定全部履行" "found fulfilled";
        Voided "voided" "承诺失效" "void";
        BreachTold "breach_told" "告知拟认定违诺" "breach told";
        BreachFound "breach_found" "认定违诺" "found broken";
        Cleared "cleared" "不认定违诺" "cleared of it";
        Appealed "appealed" "提出申诉" "appealed";
        Unappealed "unappealed" "逾期未申诉" "no appeal in time";
        AppealUpheld "appeal_upheld" "申诉不成立" "appeal not upheld";
        Reported "reported" "投诉举报" "reported";
        Replied "replied" "答复" "answered";
    }
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// The organ that decides.
    Organ,
    /// The credit centre.
    Centre,
    /// The subject.
    Subject,
    /// Nobody: the case is closed.
    Nobody,
}

impl CaseKind {
    /// Letters a case number begins with.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            CaseKind::Repair => "XF",
            CaseKind::Objection => "YY",
            CaseKind::Listing => "LR",
            CaseKind::Commitment => "CN",
            CaseKind::Complaint => "TS",
        }
    }
}

impl Turn {
    pub const ALL: [Turn; 4] = [Turn::Organ, Turn::Centre, Turn::Subject, Turn::Nobody];

    #[must_use]
    pub fn from_code(code: &str) -> Option<Turn> {
        Turn::ALL.into_iter().find(|turn| turn.code() == code)
    }

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Turn::Organ => "organ",
            Turn::Centre => "centre",
            Turn::Subject => "subject",
            Turn::Nobody => "nobody",
        }
    }
}

/// A step that cannot be taken as the case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotNow;

impl NotNow {
    #[must_use]
    pub fn sentence(self) -> Text {
        Text::new(
            "办件已不在这一步，请刷新后再办",
            "the case is past that step: look at it again before you go on",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for kind in CaseKind::ALL {
            assert_eq!(CaseKind::from_code(kind.code()), Some(*kind));
        }
        for step in Step::ALL {
            assert_eq!(Step::from_code(step.code()), Some(*step));
        }
    }
}

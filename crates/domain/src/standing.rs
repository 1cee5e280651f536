//! Standing (信息状态): what cases have done to a record, beside what its department says of it.
//!
//! A record that was repaired, annulled, shielded or left unanswered keeps its versions; this is laid
//! over them, so that handing the same record in again does not bring it back.
//!
//! Basis: 《信用修复管理办法》（国家发展改革委令第36号） for repair and its effects.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{ids::CaseId, text::Text};

/// One state a case may put a record in; several may hold at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// 已撤销: the document behind it was annulled.
    Annulled,
    /// 已修复: no longer published, shared, scored or acted upon.
    Repaired,
    /// 暂时屏蔽: while a reorganisation plan that a court approved is carried out.
    Shielded,
    /// 异议逾期未答复: its source let the deadline of an objection lapse.
    Unanswered,
    /// 异议中: still shown, with the mark.
    Disputed,
}

impl Standing {
    /// The weightiest first.
    pub const ALL: [Standing; 5] = [
        Standing::Annulled,
        Standing::Repaired,
        Standing::Shielded,
        Standing::Unanswered,
        Standing::Disputed,
    ];

    /// Word in the register and in golden cases.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Standing::Annulled => "annulled",
            Standing::Repaired => "repaired",
            Standing::Shielded => "shielded",
            Standing::Unanswered => "unanswered",
            Standing::Disputed => "disputed",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Standing> {
        Standing::ALL.into_iter().find(|standing| standing.code() == code)
    }

    #[must_use]
    pub fn label(self) -> Text {
        match self {
            Standing::Annulled => Text::new("已撤销", "annulled"),
            Standing::Repaired => Text::new("已修复", "repaired"),
            Standing::Shielded => Text::new("暂时屏蔽", "shielded for the time being"),
            Standing::Unanswered => Text::new("异议逾期未答复", "left unanswered by its source"),
            Standing::Disputed => Text::new("异议处理中", "under objection"),
        }
    }

    /// Whether a record in this state leaves publication, sharing, scoring and measures.
    #[must_use]
    pub fn ends(self) -> bool {
        self != Standing::Disputed
    }
}

/// A case began or ended a state of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub standing: Standing,
    pub begins: bool,
    /// The day from which it counts.
    pub on: Date,
    /// When the platform came to know it.
    pub at: Timestamp,
    pub case: CaseId,
}

/// A state that holds, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub standing: Standing,
    pub since: Date,
    pub case: CaseId,
}

/// What holds on a day by what was known at an instant, the weightiest first; changes come in the
/// order in which they became known.
#[must_use]
pub fn held(changes: &[Change], as_of: Date, known: Timestamp) -> Vec<Held> {
    let counts = |change: &&Change| change.at <= known && change.on <= as_of;
    let last = |standing| changes.iter().filter(counts).rfind(|change| change.standing == standing);
    let began = Standing::ALL.into_iter().filter_map(last).filter(|change| change.begins);
    began
        .map(|change| Held { standing: change.standing, since: change.on, case: change.case })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn change(standing: Standing, begins: bool, day: i8) -> Change {
        let on = date(2026, 5, day);
        let at = format!("2026-05-{day:02}T02:00:00Z").parse().unwrap();
        Change { standing, begins, on, at, case: CaseId(1) }
    }

    #[test]
    fn a_state_holds_from_its_day_until_it_is_ended_and_hides_no_other() {
        use Standing::{Disputed, Repaired, Unanswered};
        let changes = [
            change(Disputed, true, 4),
            change(Unanswered, true, 12),
            change(Repaired, true, 14),
            change(Unanswered, false, 20),
            change(Disputed, false, 20),
        ];
        let on = |day| {
            let held = held(&changes, date(2026, 5, day), Timestamp::MAX);
            held.into_iter().map(|one| one.standing).collect::<Vec<_>>()
        };
        assert_eq!(on(3), []);
        assert_eq!(on(4), [Disputed]);
        assert_eq!(on(13), [Unanswered, Disputed]);
        assert_eq!(on(14), [Repaired, Unanswered, Disputed]);
        assert_eq!(on(21), [Repaired]);
    }

    #[test]
    fn what_was_not_known_yet_did_not_hold() {
        let changes = [change(Standing::Repaired, true, 14)];
        let known = "2026-05-13T00:00:00Z".parse().unwrap();
        assert_eq!(held(&changes, date(2026, 5, 20), known), []);
    }
}

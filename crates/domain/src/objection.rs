//! Objection (异议): the fact is wrong, it is about somebody else, or a repair was not carried out.
//!
//! The item is marked while the objection is open. The centre looks first whether the fault is its
//! own, then asks the source, which answers with its document. Where the source lets its deadline
//! lapse, the item leaves publication and scoring by itself until it is answered.
//!
//! Legal basis: 国办发〔2025〕22号; 《河南省社会信用条例》 at a place of that province.

use serde::{Deserialize, Serialize};

use crate::{
    case::{NotNow, Step, Turn},
    text::Text,
};

/// What is said to be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// A value is wrong or missing.
    Fact,
    /// The record is about somebody else.
    Match,
    /// The result of a repair, or what became of it.
    Repair,
    /// It should not, or no longer, be published.
    Publication,
}

/// Where an objection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 平台核查中: whether the fault is the platform's own.
    Filed,
    /// 信源核实中.
    Asked,
    /// The source let its deadline lapse; the item is shown no longer, and it still must answer.
    Lapsed,
    /// 成立，已更正.
    Corrected,
    /// 成立，已撤下.
    Removed,
    /// 不成立.
    Upheld,
    Withdrawn,
    /// 不予受理.
    NotAccepted,
}

impl Against {
    pub const ALL: [Against; 4] =
        [Against::Fact, Against::Match, Against::Repair, Against::Publication];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Against::Fact => "fact",
            Against::Match => "match",
            Against::Repair => "repair",
            Against::Publication => "publication",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Against> {
        Against::ALL.into_iter().find(|one| one.code() == code)
    }

    #[must_use]
    pub fn label(self) -> Text {
        match self {
            Against::Fact => Text::new("内容有误", "a value is wrong"),
            Against::Match => Text::new("不是本主体的信息", "it is about somebody else"),
            Against::Repair => Text::new("修复结果未落实", "a repair was not carried out"),
            Against::Publication => {
                Text::new("不应公示或者已过公示期", "it should not be published")
            }
        }
    }
}

impl State {
    pub const ALL: [State; 8] = [
        State::Filed,
        State::Asked,
        State::Lapsed,
        State::Corrected,
        State::Removed,
        State::Upheld,
        State::Withdrawn,
        State::NotAccepted,
    ];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            State::Filed => "filed",
            State::Asked => "asked",
            State::Lapsed => "lapsed",
            State::Corrected => "corrected",
            State::Removed => "removed",
            State::Upheld => "upheld",
            State::Withdrawn => "withdrawn",
            State::NotAccepted => "not_accepted",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }

    #[must_use]
    pub fn label(self) -> Text {
        match self {
            State::Filed => Text::new("平台核查中", "looked at by the centre"),
            State::Asked => Text::new("信源单位核实中", "with its source"),
            State::Lapsed => Text::new("信源逾期未答复，已停止公示", "unanswered, taken down"),
            State::Corrected => Text::new("异议成立，已更正", "corrected"),
            State::Removed => Text::new("异议成立，已撤下", "taken down"),
            State::Upheld => Text::new("异议不成立", "upheld"),
            State::Withdrawn => Text::new("申请人已撤回", "withdrawn"),
            State::NotAccepted => Text::new("不予受理", "not accepted"),
        }
    }

    #[must_use]
    pub fn turn(self) -> Turn {
        match self {
            State::Filed => Turn::Centre,
            State::Asked | State::Lapsed => Turn::Organ,
            State::Corrected
            | State::Removed
            | State::Upheld
            | State::Withdrawn
            | State::NotAccepted => Turn::Nobody,
        }
    }

    /// The state after a step; a step that is not the next one changes nothing.
    pub fn after(self, step: Step) -> Result<State, NotNow> {
        match (self, step) {
            (State::Filed, Step::Transferred) => Ok(State::Asked),
            (State::Filed, Step::NotAccepted) => Ok(State::NotAccepted),
            // The platform's own fault is mended by the centre without asking anybody.
            (State::Filed | State::Asked | State::Lapsed, Step::Corrected) => Ok(State::Corrected),
            (State::Filed | State::Asked | State::Lapsed, Step::Removed) => Ok(State::Removed),
            (State::Asked | State::Lapsed, Step::Upheld) => Ok(State::Upheld),
            (State::Asked, Step::Lapsed) => Ok(State::Lapsed),
            (State::Filed | State::Asked | State::Lapsed, Step::Withdrawn) => Ok(State::Withdrawn),
            (State::Asked, Step::Extended) => Ok(State::Asked),
            (State::Filed | State::Asked | State::Lapsed, Step::DocumentAdded | Step::Urged) => {
                Ok(self)
            }
            _ => Err(NotNow),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_comes_late_still_closes_the_objection() {
        let lapsed = State::Asked.after(Step::Lapsed).unwrap();
        assert_eq!(lapsed.turn(), Turn::Organ);
        assert_eq!(lapsed.after(Step::Upheld), Ok(State::Upheld));
        assert_eq!(lapsed.after(Step::Lapsed), Err(NotNow), "it lapses once");
        assert_eq!(State::Upheld.after(Step::Lapsed), Err(NotNow), "what is answered cannot lapse");
    }

    #[test]
    fn nothing_follows_the_end() {
        for state in State::ALL.into_iter().filter(|state| state.turn() == Turn::Nobody) {
            assert!(Step::ALL.iter().all(|step| state.after(*step).is_err()), "{state:?}");
        }
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(state));
        }
        for against in Against::ALL {
            assert_eq!(Against::from_code(against.code()), Some(against));
        }
    }
}

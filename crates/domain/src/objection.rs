//! Objection (异议): the fact is wrong, it is about somebody else, or a repair was not carried out.
//!
//! The item is marked while the objection is open. The centre looks first whether the fault is its
//! own, then asks the source, which answers with its document. Where the source lets its deadline
//! lapse, the item leaves publication and scoring by itself until it is answered.
//!
//! Legal basis: 国办发〔2025〕22号; 《河南省社会信用条例》 at a place of that province.

use crate::case::{NotNow, Step, Turn};

words! {
    /// What is said to be wrong.
    Against {
        /// A value is wrong or missing.
        Fact "fact" "内容有误" "a value is wrong";
        /// The record is about somebody else.
        Match "match" "不是本主体的信息" "it is about somebody else";
        /// The result of a repair, or what became of it.
        Repair "repair" "修复结果未落实" "a repair was not carried out";
        /// It should not, or no longer, be published.
        Publication "publication" "不应公示或者已过公示期" "it should not be published";
    }
}

words! {
    /// Where an objection stands.
    State {
        /// 平台核查中: whether the fault is the platform's own.
        Filed "filed" "平台核查中" "looked at by the centre";
        /// 信源核实中.
        Asked "asked" "信源单位核实中" "with its source";
        /// The source let its deadline lapse; the item is shown no longer, and it still must answer.
        Lapsed "lapsed" "信源逾期未答复，已停止公示" "unanswered, taken down";
        Corrected "corrected" "异议成立，已更正" "corrected";
        Removed "removed" "异议成立，已撤下" "taken down";
        Upheld "upheld" "异议不成立" "upheld";
        Withdrawn "withdrawn" "申请人已撤回" "withdrawn";
        NotAccepted "not_accepted" "不予受理" "not accepted";
    }
}

impl State {
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
        for state in State::ALL.iter().filter(|state| state.turn() == Turn::Nobody) {
            assert!(Step::ALL.iter().all(|step| state.after(*step).is_err()), "{state:?}");
        }
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(*state));
        }
        for against in Against::ALL {
            assert_eq!(Against::from_code(against.code()), Some(*against));
        }
    }
}

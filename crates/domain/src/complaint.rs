//! Reports from the public (投诉举报): taken in without asking who sends them, sorted by the centre,
//! passed on to the department concerned, and answered.
//!
//! What somebody reports is no record of anybody, and becomes none: a department that finds something
//! hands in what it decided, like anything else. Its subject is not told who looked where.
//!
//! Legal basis: 国办发〔2019〕35号 on supervision with the public; 《河南省社会信用条例》 at a place of that province.

use crate::case::{NotNow, Step, Turn};

words! {
    /// Where a report stands.
    State {
        Received "received" "待分办" "to be sorted";
        Assigned "assigned" "已转办，待答复" "passed on, to be answered";
        Replied "replied" "已答复" "answered";
        NotAccepted "not_accepted" "不予受理" "not accepted";
    }
}

impl State {
    #[must_use]
    pub fn turn(self) -> Turn {
        match self {
            State::Received => Turn::Centre,
            State::Assigned => Turn::Organ,
            State::Replied | State::NotAccepted => Turn::Nobody,
        }
    }

    /// The state after a step; a step that is not the next one changes nothing.
    pub fn after(self, step: Step) -> Result<State, NotNow> {
        match (self, step) {
            // What reached the wrong department is passed on again.
            (State::Received | State::Assigned, Step::Transferred) => Ok(State::Assigned),
            (State::Received, Step::NotAccepted) => Ok(State::NotAccepted),
            (State::Assigned, Step::Extended) => Ok(State::Assigned),
            (State::Received | State::Assigned, Step::Replied) => Ok(State::Replied),
            _ => Err(NotNow),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_is_over() {
        let assigned = State::Received.after(Step::Transferred).unwrap();
        assert_eq!(assigned.after(Step::NotAccepted), Err(NotNow), "it was accepted by passing on");
        assert_eq!(assigned.after(Step::Replied), Ok(State::Replied));
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(*state));
            if state.turn() == Turn::Nobody {
                assert!(Step::ALL.iter().all(|step| state.after(*step).is_err()), "{state:?}");
            }
        }
    }
}

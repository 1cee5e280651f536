//! Reports from the public (投诉举报): taken in without asking who sends them, sorted by the centre,
//! passed on to the department concerned, and answered.
//!
//! What somebody reports is no record of anybody, and becomes none: a department that finds something
//! hands in what it decided, like anything else. Its subject is not told who looked where.
//!
//! Legal basis: 国办发〔2019〕35号 on supervision with the public; 《河南省社会信用条例》 at a place of that province.

use serde::{Deserialize, Serialize};

use crate::{
    case::{NotNow, Step, Turn},
    text::Text,
};

/// Where a report stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 待分办.
    Received,
    /// 已转办，待答复.
    Assigned,
    /// 已答复.
    Replied,
    /// 不予受理.
    NotAccepted,
}

impl State {
    pub const ALL: [State; 4] =
        [State::Received, State::Assigned, State::Replied, State::NotAccepted];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            State::Received => "received",
            State::Assigned => "assigned",
            State::Replied => "replied",
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
            State::Received => Text::new("待分办", "to be sorted"),
            State::Assigned => Text::new("已转办，待答复", "passed on, to be answered"),
            State::Replied => Text::new("已答复", "answered"),
            State::NotAccepted => Text::new("不予受理", "not accepted"),
        }
    }

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
            assert_eq!(State::from_code(state.code()), Some(state));
            if state.turn() == Turn::Nobody {
                assert!(Step::ALL.iter().all(|step| state.after(*step).is_err()), "{state:?}");
            }
        }
    }
}

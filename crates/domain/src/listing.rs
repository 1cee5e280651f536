//! Entry in a serious-breach list (列入严重失信主体名单): proposed by the organ that decides, told to the
//! subject, answered by it, decided, served, and only then published.
//!
//! Each step leaves a document, and the next one asks for it: what is missing is named, and nothing is
//! decided or published without it. No count, score or rule of a machine proposes, decides or
//! publishes an entry: every step is an officer's.
//!
//! Legal basis: 国办发〔2020〕49号, and the rules of each list in `policy/lists.toml`.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    case::{NotNow, Step, Turn},
    deadline::{last_day, limit},
    policy::Policy,
    text::Text,
};

words! {
    /// Where an entry stands.
    State {
        /// 拟列入: nobody outside the organ knows of it.
        Proposed "proposed" "拟列入，待告知" "proposed";
        /// 告知书已制作，待送达.
        Noticed "noticed" "告知书待送达" "notice to be served";
        /// 已告知，听取陈述申辩.
        Heard "heard" "听取陈述申辩" "waiting for the subject";
        /// 陈述申辩已收到或者逾期，待决定.
        Answered "answered" "待决定" "to be decided";
        /// 决定书已制作，待送达.
        Decided "decided" "决定书待送达" "decision to be served";
        /// 决定书已送达，待公布.
        Served "served" "已送达，待公布" "to be published";
        Published "published" "已列入并公布" "entered and published";
        Dropped "dropped" "不予列入" "not entered";
    }
}

/// What the subject answered to the notice.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    #[default]
    None,
    /// 书面放弃.
    Waived,
    /// 已提出陈述申辩.
    Made,
}

/// What is at hand of one entry: the documents, and the days they tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub list: String,
    pub measures: Vec<String>,
    pub months: i64,
    /// An effective document it rests on: a judgment, a penalty, a ruling.
    pub evidence: bool,
    /// The notice, and when and by what receipt it was served.
    pub notice: bool,
    pub notice_served_on: Option<Date>,
    pub notice_receipt: bool,
    pub answer: Answer,
    pub hearing_asked: bool,
    /// 听证笔录.
    pub hearing_record: bool,
    pub decided_on: Option<Date>,
    pub decision: bool,
    pub decision_served_on: Option<Date>,
    pub decision_receipt: bool,
}

/// What is about to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// To tell the subject.
    Tell,
    /// To decide.
    Decide,
    /// To publish.
    Publish,
}

/// Why it cannot be done yet, or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// No rules of such a list are in force here.
    List,
    /// A measure that the list does not open, or that no national list holds on the day.
    Measure(String),
    /// A term its rules do not allow.
    Term,
    Evidence,
    Notice,
    NoticeReceipt,
    /// The subject may still answer, until this day.
    StillOpen(Option<Date>),
    HearingRecord,
    Decision,
    DecisionReceipt,
}

impl Missing {
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Missing::List => "list",
            Missing::Measure(_) => "measure",
            Missing::Term => "term",
            Missing::Evidence => "evidence",
            Missing::Notice => "notice",
            Missing::NoticeReceipt => "notice_receipt",
            Missing::StillOpen(_) => "still_open",
            Missing::HearingRecord => "hearing_record",
            Missing::Decision => "decision",
            Missing::DecisionReceipt => "decision_receipt",
        }
    }

    #[must_use]
    pub fn sentence(&self) -> Text {
        match self {
            Missing::List => {
                Text::new("没有现行有效的依据设列这个名单", "no rules in force set this list up")
            }
            Missing::Measure(measure) => Text::new(
                format!("惩戒措施“{measure}”不在这个名单的措施之内，或者不在现行措施清单之内"),
                format!("the measure “{measure}” is not one this list opens, or not in force"),
            ),
            Missing::Term => {
                Text::new("列入期限不在规定之内", "the term is not one its rules allow")
            }
            Missing::Evidence => {
                Text::new("缺据以列入的生效文书", "the effective document it rests on is missing")
            }
            Missing::Notice => Text::new("缺列入告知书", "the notice is missing"),
            Missing::NoticeReceipt => {
                Text::new("缺告知书的送达凭证", "what shows that the notice was served is missing")
            }
            Missing::StillOpen(None) => Text::new(
                "陈述申辩期限还不能计算（缺当年日历），不能决定",
                "the period of the statement cannot be counted without the calendar of its year",
            ),
            Missing::StillOpen(Some(day)) => Text::new(
                format!("当事人在 {day} 以前可以陈述申辩，现在不能决定"),
                format!("the subject may answer until {day}; it cannot be decided before"),
            ),
            Missing::HearingRecord => Text::new(
                "当事人要求听证，缺听证笔录",
                "a hearing was asked for, and its record is missing",
            ),
            Missing::Decision => Text::new("缺列入决定书", "the decision is missing"),
            Missing::DecisionReceipt => Text::new(
                "缺决定书的送达凭证",
                "what shows that the decision was served is missing",
            ),
        }
    }
}

/// What the law of a day says of an entry: kept with its decision, so that it is decided again alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What of it no rules in force allow.
    pub unlawful: Vec<Missing>,
    /// The last day on which the subject may answer; none while it is not told, or no calendar says.
    pub statement_until: Option<Date>,
}

/// What the law says of an entry. That of the day of the decision governs it; until then that of today.
#[must_use]
pub fn terms(policy: &Policy, facts: &Facts, today: Date) -> Terms {
    let statement_until = facts.notice_served_on.and_then(|served| {
        let limit = limit(policy, "listing.statement", served)?;
        last_day(&limit, &policy.calendar, served).ok()
    });
    let unlawful = unlawful(policy, facts, facts.decided_on.unwrap_or(today));
    Terms { unlawful, statement_until }
}

/// Everything that stands against a goal on a day, all at once; nothing where it may be done.
#[must_use]
pub fn missing(terms: &Terms, facts: &Facts, goal: Goal, today: Date) -> Vec<Missing> {
    let day = facts.decided_on.unwrap_or(today);
    let mut missing = terms.unlawful.clone();
    let mut need = |there: bool, what: Missing| {
        if !there {
            missing.push(what);
        }
    };
    need(facts.evidence, Missing::Evidence);
    if goal == Goal::Tell {
        return missing;
    }
    need(facts.notice, Missing::Notice);
    need(facts.notice_receipt && facts.notice_served_on.is_some(), Missing::NoticeReceipt);
    let heard = facts.hearing_asked && facts.hearing_record;
    if facts.notice_served_on.is_some() && facts.answer != Answer::Waived && !heard {
        // To the end of its last day the subject may state its case, add to it, and ask for a hearing.
        let until = terms.statement_until;
        need(until.is_some_and(|until| until < day), Missing::StillOpen(until));
    }
    need(!facts.hearing_asked || facts.hearing_record, Missing::HearingRecord);
    if goal == Goal::Decide {
        return missing;
    }
    need(facts.decision && facts.decided_on.is_some(), Missing::Decision);
    need(facts.decision_receipt && facts.decision_served_on.is_some(), Missing::DecisionReceipt);
    missing
}

/// What of an entry no law of the day allows.
fn unlawful(policy: &Policy, facts: &Facts, day: Date) -> Vec<Missing> {
    let Some(list) = policy.list(&facts.list).filter(|list| list.basis_on(day).is_some()) else {
        return vec![Missing::List];
    };
    let mut unlawful = Vec::new();
    for id in &facts.measures {
        let known = policy.measure(id).filter(|measure| measure.is_in_force(day));
        if known.is_none() || list.measure(id).is_none() {
            unlawful.push(Missing::Measure(id.clone()));
        }
    }
    let term = list.term(policy, day);
    let fits = |months| term.is_some_and(|t| t.shortest <= months && months <= t.longest);
    if !fits(facts.months) {
        unlawful.push(Missing::Term);
    }
    unlawful
}

impl State {
    #[must_use]
    pub fn turn(self) -> Turn {
        match self {
            State::Heard => Turn::Subject,
            State::Published | State::Dropped => Turn::Nobody,
            _ => Turn::Organ,
        }
    }

    /// The state after a step; a step that is not the next one changes nothing.
    pub fn after(self, step: Step) -> Result<State, NotNow> {
        match (self, step) {
            (State::Proposed, Step::Noticed) => Ok(State::Noticed),
            (State::Noticed, Step::NoticeServed) => Ok(State::Heard),
            (State::Heard, Step::Stated | Step::Waived | Step::Unstated) => Ok(State::Answered),
            // What comes late is still heard until it is decided.
            (State::Answered, Step::Stated | Step::HearingHeld) => Ok(State::Answered),
            (State::Answered, Step::Listed) => Ok(State::Decided),
            (State::Decided, Step::DecisionServed) => Ok(State::Served),
            (State::Served, Step::Published) => Ok(State::Published),
            // Until it is published, an entry may be dropped, also one that was decided and then annulled.
            (
                State::Proposed
                | State::Noticed
                | State::Heard
                | State::Answered
                | State::Decided
                | State::Served,
                Step::Dropped,
            ) => Ok(State::Dropped),
            _ => Err(NotNow),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_published_that_was_not_told_answered_decided_and_served() {
        let path = [
            Step::Noticed,
            Step::NoticeServed,
            Step::Stated,
            Step::Listed,
            Step::DecisionServed,
            Step::Published,
        ];
        let mut state = State::Proposed;
        for (position, step) in path.into_iter().enumerate() {
            // None of the steps behind it can be taken before it.
            for later in &path[position + 1..] {
                assert_eq!(state.after(*later), Err(NotNow), "{state:?} {later:?}");
            }
            state = state.after(step).unwrap();
        }
        assert_eq!(state, State::Published);
    }

    #[test]
    fn nothing_follows_the_end() {
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(*state));
            if state.turn() == Turn::Nobody {
                assert!(Step::ALL.iter().all(|step| state.after(*step).is_err()), "{state:?}");
            }
        }
    }
}

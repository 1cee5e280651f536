//! Commitments (信用承诺): made by a subject in the words of a template, received by an organ, and looked at
//! afterwards. One that was kept is said to be kept; one that was not is found broken only on an
//! effective document, after the subject was heard, and is recorded once its appeal is over.
//!
//! Legal basis: 国办发〔2020〕42号 on notice and commitment (告知承诺制); 国办发〔2019〕35号 on the others.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    case::{NotNow, Step, Turn},
    deadline::{last_day, limit},
    listing::Answer,
    parameter::{Dated, Reference, in_force},
    policy::Policy,
    subject::Kind as SubjectKind,
    text::Text,
};

/// A row of `policy/commitments.toml`: what a commitment is made for, and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub id: String,
    /// Code of `policy/codes/commitment_kinds.toml`.
    pub kind: String,
    /// 承诺事由.
    pub label: Text,
    /// Whether the matter is one of notice and commitment (告知承诺制), closed to whoever broke one.
    pub notice_and_commitment: bool,
    pub subject_kinds: Vec<SubjectKind>,
    /// Parameter that counts how long it binds.
    pub term: String,
    pub reference: Reference,
    /// Its words, by the day from which they are in use.
    pub versions: Vec<Dated<Wording>>,
}

/// The words of one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// 承诺内容.
    pub content: String,
    /// 违诺责任.
    pub liability: String,
}

impl Template {
    /// The words in use on a day.
    #[must_use]
    pub fn wording_on(&self, day: Date) -> Option<&Dated<Wording>> {
        in_force(&self.versions, day)
    }

    /// The last day on which a commitment made on a day binds.
    #[must_use]
    pub fn binds_until(&self, policy: &Policy, made_on: Date) -> Option<Date> {
        let limit = limit(policy, &self.term, made_on)?;
        last_day(&limit, &policy.calendar, made_on).ok()
    }
}

words! {
    /// Where a commitment stands.
    State {
        Made "made" "已作出，待受理" "made, to be accepted";
        Performing "performing" "履行中" "being performed";
        Told "told" "拟认定违诺，听取陈述申辩" "breach told, to be answered";
        /// 陈述申辩已收到或者逾期，待认定.
        Answered "answered" "待认定" "finding to be made";
        /// 已认定，可以申诉.
        Found "found" "已认定违诺，可以申诉" "found broken, may be appealed";
        Appealed "appealed" "申诉复核中" "appealed";
        /// 申诉期已过或者申诉不成立，待入库.
        Settled "settled" "认定已确定，待入库" "settled, to be recorded";
        Broken "broken" "违诺已记录" "breach recorded";
        Fulfilled "fulfilled" "全部履行" "fulfilled";
        NotAccepted "not_accepted" "不予受理" "not accepted";
        Withdrawn "withdrawn" "承诺人已撤回" "withdrawn";
        Void "void" "承诺失效" "void";
    }
}

/// How far a commitment was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breach {
    /// 部分履行.
    Partly,
    /// 未履行.
    Breached,
}

/// What became of the right to go against a finding.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Appeal {
    #[default]
    None,
    Made,
    /// 申诉不成立.
    Upheld,
}

/// What is at hand of one commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub template: String,
    pub subject_kind: SubjectKind,
    pub made_on: Date,
    /// Whether a breach of the subject stands that was neither repaired nor taken back.
    pub broke_one: bool,
    /// The effective document (生效文书) a breach rests on, with its number.
    pub document: bool,
    pub told_on: Option<Date>,
    pub answer: Answer,
    pub found_on: Option<Date>,
    pub appeal: Appeal,
}

/// What is about to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// To take it from the subject, and to accept it.
    Accept,
    /// To tell the subject that a breach is to be found.
    Tell,
    /// To find it broken.
    Find,
    /// To record the breach.
    Publish,
}

/// Why it cannot be done yet, or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// No words of such a commitment are in use.
    Template,
    /// It is not made by subjects of this kind.
    SubjectKind,
    /// Notice and commitment is closed to whoever broke one, until that is repaired.
    BrokeOne,
    Document,
    /// The subject was not told.
    Told,
    /// The subject may still answer, until this day.
    StillOpen(Option<Date>),
    /// It was not found broken.
    Finding,
    /// The subject may still appeal, until this day.
    Appealable(Option<Date>),
    /// Its appeal is not decided.
    Undecided,
}

impl Missing {
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Missing::Template => "template",
            Missing::SubjectKind => "subject_kind",
            Missing::BrokeOne => "broke_one",
            Missing::Document => "document",
            Missing::Told => "told",
            Missing::StillOpen(_) => "still_open",
            Missing::Finding => "finding",
            Missing::Appealable(_) => "appealable",
            Missing::Undecided => "undecided",
        }
    }

    #[must_use]
    pub fn sentence(&self) -> Text {
        let until = |day: &Option<Date>| day.map_or_else(|| "——".to_owned(), |day| day.to_string());
        match self {
            Missing::Template => {
                Text::new("没有现行的承诺书格式文本", "no words of such a commitment are in use")
            }
            Missing::SubjectKind => Text::new(
                "这类主体不适用这项承诺",
                "subjects of this kind do not make this commitment",
            ),
            Missing::BrokeOne => Text::new(
                "有违诺认定尚未修复，在修复前不适用告知承诺制，请按一般程序办理",
                "a breach found before is not repaired: until it is, the matter takes its ordinary way",
            ),
            Missing::Document => Text::new(
                "缺认定违诺所依据的生效文书或者文号",
                "the effective document a breach rests on, or its number, is missing",
            ),
            Missing::Told => Text::new("没有告知当事人", "the subject was not told"),
            Missing::StillOpen(day) => Text::new(
                format!("当事人在 {} 以前可以陈述申辩，现在不能认定", until(day)),
                format!("the subject may answer until {}; nothing is found before", until(day)),
            ),
            Missing::Finding => Text::new("没有认定违诺", "it was not found broken"),
            Missing::Appealable(day) => Text::new(
                format!("当事人在 {} 以前可以申诉，现在不能入库", until(day)),
                format!("the subject may appeal until {}; nothing is recorded before", until(day)),
            ),
            Missing::Undecided => {
                Text::new("申诉还没有复核决定", "the appeal of the subject is not decided")
            }
        }
    }
}

/// What the law of a day says of a commitment: kept with a finding, so that it is found again alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What of it no rules in force allow.
    pub unlawful: Vec<Missing>,
    /// The last day on which the subject may answer; none while it is not told, or no calendar says.
    pub statement_until: Option<Date>,
    /// The last day on which it may appeal.
    pub appeal_until: Option<Date>,
}

/// What the law says of a commitment: its words are those of the day on which it was made.
#[must_use]
pub fn terms(policy: &Policy, facts: &Facts) -> Terms {
    let until = |rule: &str, event: Option<Date>| {
        let limit = limit(policy, rule, event?)?;
        last_day(&limit, &policy.calendar, event?).ok()
    };
    let template = policy.template(&facts.template);
    let mut unlawful = Vec::new();
    match template.filter(|one| one.wording_on(facts.made_on).is_some()) {
        None => unlawful.push(Missing::Template),
        Some(template) => {
            if !template.subject_kinds.contains(&facts.subject_kind) {
                unlawful.push(Missing::SubjectKind);
            }
            if template.notice_and_commitment && facts.broke_one {
                unlawful.push(Missing::BrokeOne);
            }
        }
    }
    Terms {
        unlawful,
        statement_until: until("commitment.statement", facts.told_on),
        appeal_until: until("commitment.appeal", facts.found_on),
    }
}

/// Everything that stands against a goal on a day, all at once; nothing where it may be done.
///
/// What stood against making it is looked at while it is made and accepted; a breach is found by what
/// happened since.
#[must_use]
pub fn missing(terms: &Terms, facts: &Facts, goal: Goal, today: Date) -> Vec<Missing> {
    if goal == Goal::Accept {
        return terms.unlawful.clone();
    }
    let mut missing = Vec::new();
    let mut need = |there: bool, what: Missing| {
        if !there {
            missing.push(what);
        }
    };
    need(facts.document, Missing::Document);
    if goal == Goal::Tell {
        return missing;
    }
    need(facts.told_on.is_some(), Missing::Told);
    if facts.told_on.is_some() && facts.answer != Answer::Waived {
        let (day, until) = (facts.found_on.unwrap_or(today), terms.statement_until);
        need(until.is_some_and(|until| until < day), Missing::StillOpen(until));
    }
    if goal == Goal::Find {
        return missing;
    }
    need(facts.found_on.is_some(), Missing::Finding);
    match facts.appeal {
        Appeal::Upheld => {}
        Appeal::Made => need(false, Missing::Undecided),
        Appeal::None if facts.found_on.is_some() => {
            let until = terms.appeal_until;
            need(until.is_some_and(|until| until < today), Missing::Appealable(until));
        }
        Appeal::None => {}
    }
    missing
}

impl Breach {
    /// Code of `policy/codes/fulfilment_states.toml`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Breach::Partly => "partly",
            Breach::Breached => "breached",
        }
    }
}

impl State {
    #[must_use]
    pub fn turn(self) -> Turn {
        match self {
            State::Told | State::Found => Turn::Subject,
            State::Broken
            | State::Fulfilled
            | State::NotAccepted
            | State::Withdrawn
            | State::Void => Turn::Nobody,
            _ => Turn::Organ,
        }
    }

    /// The state after a step; a step that is not the next one changes nothing.
    pub fn after(self, step: Step) -> Result<State, NotNow> {
        match (self, step) {
            (State::Made, Step::Accepted) => Ok(State::Performing),
            (State::Made, Step::NotAccepted) => Ok(State::NotAccepted),
            (State::Made, Step::Withdrawn) => Ok(State::Withdrawn),
            (State::Performing, Step::Checked) => Ok(State::Performing),
            (State::Performing, Step::Fulfilled) => Ok(State::Fulfilled),
            // The licence was given back, the matter ended: there is nothing left to keep.
            (State::Performing, Step::Voided) => Ok(State::Void),
            (State::Performing, Step::BreachTold) => Ok(State::Told),
            (State::Told, Step::Stated | Step::Waived | Step::Unstated) => Ok(State::Answered),
            // What comes late is still heard until the finding.
            (State::Answered, Step::Stated) => Ok(State::Answered),
            // What the subject said may show that it was kept; a finding may not stand the review, and its
            // document may be annulled until it is recorded.
            (
                State::Told | State::Answered | State::Found | State::Appealed | State::Settled,
                Step::Cleared,
            ) => Ok(State::Performing),
            (State::Answered, Step::BreachFound) => Ok(State::Found),
            (State::Found, Step::Appealed) => Ok(State::Appealed),
            (State::Found, Step::Unappealed) | (State::Appealed, Step::AppealUpheld) => {
                Ok(State::Settled)
            }
            (State::Settled, Step::Published) => Ok(State::Broken),
            _ => Err(NotNow),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_breach_is_recorded_that_was_not_told_answered_found_and_open_to_appeal() {
        let path = [
            Step::Accepted,
            Step::BreachTold,
            Step::Unstated,
            Step::BreachFound,
            Step::Unappealed,
            Step::Published,
        ];
        let mut state = State::Made;
        for (position, step) in path.into_iter().enumerate() {
            for later in &path[position + 1..] {
                assert_eq!(state.after(*later), Err(NotNow), "{state:?} {later:?}");
            }
            state = state.after(step).unwrap();
        }
        assert_eq!(state, State::Broken);
    }

    #[test]
    fn a_finding_that_is_cleared_goes_on_as_if_it_had_not_been() {
        let appealed = State::Found.after(Step::Appealed).unwrap();
        assert_eq!(appealed.after(Step::Cleared), Ok(State::Performing));
        assert_eq!(appealed.after(Step::Published), Err(NotNow));
        assert_eq!(State::Performing.after(Step::Fulfilled), Ok(State::Fulfilled));
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

//! Credit repair (信用修复): ending the publication of negative information before its term.
//!
//! Four conditions (最短公示期已满、行为已纠正且义务已履行、已作出承诺、法律法规规定的其他条件). This module
//! decides and nothing else: it reads no clock and no register, and every period comes from
//! `policy/parameters/`. Who decided the record decides on its repair (谁认定、谁修复).
//!
//! Legal basis: 《信用修复管理办法》（国家发展改革委令第36号）, 国办发〔2025〕22号; for older documents the rules of
//! their date.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    case::{NotNow, Step, Turn},
    policy::Policy,
    publication::{self, Publication},
    subject,
    text::Text,
};

words! {
    /// Where an application stands.
    State {
        Filed "filed" "待受理" "waiting for acceptance";
        Completing "completing" "待补正" "waiting for completion";
        Accepted "accepted" "审查中" "under examination";
        Granted "granted" "已准予修复" "granted";
        /// 重整或和解期间暂时屏蔽.
        Shielded "shielded" "暂时屏蔽中" "shielded";
        Refused "refused" "不予修复" "refused";
        NotAccepted "not_accepted" "不予受理" "not accepted";
        /// 申请人撤回.
        Withdrawn "withdrawn" "申请人已撤回" "withdrawn";
        /// 公示期届满, nothing is left to repair.
        Ended "ended" "公示期届满终止" "ended with the publication";
        /// 撤销修复: granted on false material or an untrue commitment.
        Revoked "revoked" "修复已撤销" "revoked";
    }
}

/// On what the application rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Path {
    /// Conduct corrected, duties performed.
    Performed,
    /// A court approved a plan of reorganisation or composition (破产重整、和解).
    Bankruptcy,
}

/// The periods of the law on the day of decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// First day on which repair may be applied for; none where the rules of the record bar it.
    pub repair_from: Option<Date>,
    /// Last day of publication.
    pub published_until: Option<Date>,
}

/// What the register and the papers say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub path: Path,
    /// Every duty of the decision is performed, by a paper or by a record the platform holds.
    pub duties_performed: bool,
    /// The public commitment (信用承诺书) is made.
    pub committed: bool,
    /// The ruling of the court is at hand (破产).
    pub ruling: bool,
    /// Barred from applying until this day, not included.
    pub barred_until: Option<Date>,
    /// The record is repaired, annulled or taken back already.
    pub over: bool,
}

/// The proposal put to the officer (经办人), who signs it or overrides it with a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Grant { effective: Date },
    Shield { effective: Date },
    Refuse(Refusal),
}

/// Every unmet condition, so that the applicant is sent back only once; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Refusal(Vec<Ground>);

/// One unmet condition; each has its own sentence in the notice to the applicant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// 最短公示期未满.
    TooEarly { eligible_on: Date },
    /// The rules of the record's date allow no repair before the end.
    NotRepairable,
    /// 法定义务未履行完毕.
    DutiesOutstanding,
    /// 未作出信用承诺.
    NoCommitment,
    /// 没有法院的裁定.
    NoRuling,
    /// 禁止申请期内.
    Barred { until: Date },
    /// 公示已届满，或者已修复、已撤销.
    Over,
}

impl Refusal {
    #[must_use]
    pub fn grounds(&self) -> &[Ground] {
        &self.0
    }
}

impl Ground {
    /// Word in golden cases.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Ground::TooEarly { .. } => "too_early",
            Ground::NotRepairable => "not_repairable",
            Ground::DutiesOutstanding => "duties_outstanding",
            Ground::NoCommitment => "no_commitment",
            Ground::NoRuling => "no_ruling",
            Ground::Barred { .. } => "barred",
            Ground::Over => "over",
        }
    }

    #[must_use]
    pub fn sentence(&self) -> Text {
        match self {
            Ground::TooEarly { eligible_on } => Text::new(
                format!("最短公示期未满，自 {eligible_on} 起可以申请"),
                format!("the shortest term of publication has not run: from {eligible_on} on"),
            ),
            Ground::NotRepairable => Text::new(
                "按该信息所适用的规则，公示期届满前不予修复",
                "the rules of its date allow no repair before the end",
            ),
            Ground::DutiesOutstanding => Text::new(
                "行政处罚决定等文书确定的义务尚未履行完毕，或者没有证明",
                "the duties of the decision are not performed, or nothing proves it",
            ),
            Ground::NoCommitment => Text::new("没有作出信用承诺", "no commitment was made"),
            Ground::NoRuling => Text::new(
                "没有人民法院批准重整计划或者认可和解协议的裁定",
                "there is no ruling of a court that approves the plan",
            ),
            Ground::Barred { until } => Text::new(
                format!("因此前提供虚假材料等情形，{until} 前不得申请"),
                format!("barred from applying before {until}, after untrue material"),
            ),
            Ground::Over => Text::new(
                "该信息已不再公示，无需修复",
                "it is published no longer: there is nothing to repair",
            ),
        }
    }
}

/// The periods that apply to a record on a day; none where the public is not shown it, so that there
/// is nothing to repair. Records of natural persons are judged as if they were shown.
#[must_use]
pub fn terms(policy: &Policy, facts: &publication::Facts<'_>, today: Date) -> Option<Terms> {
    let facts = publication::Facts { subject_kind: subject::Kind::Organisation, ..facts.clone() };
    let Publication::Public(published) = publication::decide(policy, &facts, today) else {
        return None;
    };
    let repair_from = match published.severity {
        Some(severity) => severity.repair_from,
        None => facts.decided_on.and_then(|decided| minimum(policy, &facts, decided)),
    };
    Some(Terms { repair_from, published_until: published.until })
}

/// The end of the shortest term of an item that is not classified: by the row of its list, else of
/// the item; none where no row allows repair.
fn minimum(policy: &Policy, facts: &publication::Facts<'_>, decided: Date) -> Option<Date> {
    let item = facts.item;
    let list = item.filter.and_then(|at| item.fields.get(at));
    let list = list.and_then(|field| facts.payload.text(&field.name));
    let own = list.map(|list| format!("repair_minimum.{}_{list}", item.id));
    let general = format!("repair_minimum.{}", item.id);
    let mut keys = own.into_iter().chain([general]);
    keys.find_map(|key| {
        let value = policy.parameter(&key, decided)?;
        policy.parameters.get(&key)?.unit.after(decided, value.value)
    })
}

/// Every condition that is not met on a day.
#[must_use]
pub fn unmet(terms: &Terms, facts: &Facts, today: Date) -> Vec<Ground> {
    // Where there is nothing to repair, no condition is left to be met.
    if facts.over || terms.published_until.is_some_and(|until| until < today) {
        return vec![Ground::Over];
    }
    let mut grounds = Vec::new();
    if let Some(until) = facts.barred_until.filter(|until| today < *until) {
        grounds.push(Ground::Barred { until });
    }
    match facts.path {
        Path::Performed => {
            match terms.repair_from {
                None => grounds.push(Ground::NotRepairable),
                Some(eligible_on) if today < eligible_on => {
                    grounds.push(Ground::TooEarly { eligible_on });
                }
                Some(_) => {}
            }
            if !facts.duties_performed {
                grounds.push(Ground::DutiesOutstanding);
            }
        }
        Path::Bankruptcy if !facts.ruling => grounds.push(Ground::NoRuling),
        Path::Bankruptcy => {}
    }
    if !facts.committed {
        grounds.push(Ground::NoCommitment);
    }
    grounds
}

/// Decides one application as of a day.
#[must_use]
pub fn decide(terms: &Terms, facts: &Facts, today: Date) -> Decision {
    let grounds = unmet(terms, facts, today);
    match (grounds.is_empty(), facts.path) {
        (false, _) => Decision::Refuse(Refusal(grounds)),
        (true, Path::Performed) => Decision::Grant { effective: today },
        (true, Path::Bankruptcy) => Decision::Shield { effective: today },
    }
}

impl State {
    #[must_use]
    pub fn turn(self) -> Turn {
        match self {
            State::Filed | State::Accepted | State::Shielded => Turn::Organ,
            State::Completing => Turn::Subject,
            State::Granted
            | State::Refused
            | State::NotAccepted
            | State::Withdrawn
            | State::Ended
            | State::Revoked => Turn::Nobody,
        }
    }

    /// The state after a step; a step that is not the next one changes nothing.
    pub fn after(self, step: Step, asked_before: bool) -> Result<State, NotNow> {
        let open = self.turn() != Turn::Nobody;
        match (self, step) {
            // 一次性告知: whoever asked once may not ask again.
            (State::Filed, Step::CompletionAsked) if !asked_before => Ok(State::Completing),
            (State::Completing, Step::Completed) => Ok(State::Filed),
            (State::Filed, Step::Accepted) => Ok(State::Accepted),
            (State::Filed, Step::NotAccepted) => Ok(State::NotAccepted),
            (State::Accepted, Step::Granted) => Ok(State::Granted),
            (State::Accepted, Step::Shielded) => Ok(State::Shielded),
            (State::Accepted, Step::Refused) => Ok(State::Refused),
            // The plan was carried out, or it failed.
            (State::Shielded, Step::Granted) => Ok(State::Granted),
            (State::Shielded, Step::Restored) => Ok(State::Refused),
            (State::Granted, Step::Revoked) => Ok(State::Revoked),
            (State::Filed | State::Completing | State::Accepted, Step::Withdrawn) => {
                Ok(State::Withdrawn)
            }
            (_, Step::Ended) if open => Ok(State::Ended),
            (
                State::Filed | State::Accepted,
                Step::Transferred | Step::Extended | Step::Urged | Step::DocumentAdded,
            )
            | (State::Completing, Step::DocumentAdded) => Ok(self),
            _ => Err(NotNow),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan as _, civil::date};

    use super::*;

    fn terms() -> Terms {
        Terms { repair_from: Some(date(2026, 7, 15)), published_until: Some(date(2027, 4, 15)) }
    }

    fn facts() -> Facts {
        Facts {
            path: Path::Performed,
            duties_performed: true,
            committed: true,
            ruling: false,
            barred_until: None,
            over: false,
        }
    }

    #[test]
    fn grants_from_the_first_day_and_not_before() {
        let day = date(2026, 7, 15);
        assert_eq!(decide(&terms(), &facts(), day), Decision::Grant { effective: day });
        let grounds = unmet(&terms(), &facts(), day.yesterday().unwrap());
        assert_eq!(grounds, [Ground::TooEarly { eligible_on: day }]);
    }

    #[test]
    fn names_every_ground_at_once() {
        let until = date(2027, 1, 1);
        let facts = Facts {
            duties_performed: false,
            committed: false,
            barred_until: Some(until),
            ..facts()
        };
        let eligible_on = date(2026, 7, 15);
        let expected = [
            Ground::Barred { until },
            Ground::TooEarly { eligible_on },
            Ground::DutiesOutstanding,
            Ground::NoCommitment,
        ];
        assert_eq!(unmet(&terms(), &facts, date(2026, 7, 14)), expected);
    }

    #[test]
    fn what_is_over_needs_no_repair_and_what_is_barred_by_its_rules_gets_none() {
        let last = date(2027, 4, 15);
        assert_eq!(unmet(&terms(), &facts(), last), []);
        assert_eq!(unmet(&terms(), &facts(), last.saturating_add(1.day())), [Ground::Over]);
        let over = Facts { over: true, ..facts() };
        assert_eq!(unmet(&terms(), &over, last), [Ground::Over]);
        let barred = Terms { repair_from: None, ..terms() };
        assert_eq!(unmet(&barred, &facts(), last), [Ground::NotRepairable]);
    }

    #[test]
    fn a_plan_of_the_court_shields_and_waits_for_no_term() {
        let day = date(2026, 5, 6);
        let bankrupt = Facts { path: Path::Bankruptcy, duties_performed: false, ..facts() };
        assert_eq!(unmet(&terms(), &bankrupt, day), [Ground::NoRuling]);
        let ruled = Facts { ruling: true, ..bankrupt };
        assert_eq!(decide(&terms(), &ruled, day), Decision::Shield { effective: day });
    }

    #[test]
    fn completion_is_asked_for_once() {
        assert_eq!(State::Filed.after(Step::CompletionAsked, false), Ok(State::Completing));
        assert_eq!(State::Filed.after(Step::CompletionAsked, true), Err(NotNow));
    }

    #[test]
    fn nothing_follows_the_end_but_what_undoes_a_grant() {
        for state in State::ALL {
            for step in Step::ALL {
                let after = state.after(*step, false);
                if state.turn() == Turn::Nobody && after.is_ok() {
                    assert_eq!((*state, *step), (State::Granted, Step::Revoked));
                }
            }
            assert_eq!(State::from_code(state.code()), Some(*state));
        }
    }
}

//! Cases of an entry in a serious-breach list: what it still lacks on a day, or the last day of its term.

use domain::{
    listing::{self, Answer, Facts, Goal, Missing},
    policy::Policy,
};
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::{
    raw::{Day, Words},
    source::Page,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEntry {
    pub(super) name: Words,
    list: String,
    goal: Goal,
    as_of: Day,
    given: RawGiven,
    expect: Spanned<RawExpect>,
}

/// What is at hand; a paper that is not named is not there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGiven {
    #[serde(default)]
    measures: Vec<String>,
    months: i64,
    #[serde(default)]
    papers: Vec<Paper>,
    notice_served_on: Option<Day>,
    #[serde(default)]
    answer: Answer,
    #[serde(default)]
    hearing_asked: bool,
    decided_on: Option<Day>,
    decision_served_on: Option<Day>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Paper {
    Evidence,
    Notice,
    NoticeReceipt,
    HearingRecord,
    Decision,
    DecisionReceipt,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExpect {
    missing: Option<Vec<String>>,
    ends_on: Option<Day>,
}

/// An entry, and what of it is expected.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    facts: Facts,
    goal: Goal,
    as_of: Date,
    expect: Expect,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Expect {
    Missing(Vec<String>),
    /// Nothing is missing, and it lasts to this day.
    EndsOn(Option<Date>),
}

pub(super) fn read(page: &mut Page<'_>, raw: RawEntry) -> Option<Entry> {
    let RawEntry { list, goal, as_of, given, expect, .. } = raw;
    let span = expect.span();
    let expect = match expect.into_inner() {
        RawExpect { missing: Some(words), ends_on: None } if !words.is_empty() => {
            Expect::Missing(words)
        }
        RawExpect { missing: None, ends_on: Some(day) } => Expect::EndsOn(Some(day.0)),
        _ => {
            page.fault(span, "expected missing = [\"…\"] or ends_on = …");
            return None;
        }
    };
    let has = |paper| given.papers.contains(&paper);
    let facts = Facts {
        evidence: has(Paper::Evidence),
        notice: has(Paper::Notice),
        notice_receipt: has(Paper::NoticeReceipt),
        hearing_record: has(Paper::HearingRecord),
        decision: has(Paper::Decision),
        decision_receipt: has(Paper::DecisionReceipt),
        list,
        measures: given.measures,
        months: given.months,
        notice_served_on: given.notice_served_on.map(|day| day.0),
        answer: given.answer,
        hearing_asked: given.hearing_asked,
        decided_on: given.decided_on.map(|day| day.0),
        decision_served_on: given.decision_served_on.map(|day| day.0),
    };
    Some(Entry { facts, goal, as_of: as_of.0, expect })
}

impl Entry {
    pub(super) fn run(&self, policy: &Policy) -> Result<(), String> {
        let terms = listing::terms(policy, &self.facts, self.as_of);
        let missing = listing::missing(&terms, &self.facts, self.goal, self.as_of);
        let outcome = if missing.is_empty() {
            let day = self.facts.decided_on.unwrap_or(self.as_of);
            let list = policy.list(&self.facts.list);
            Expect::EndsOn(list.and_then(|list| list.ends_on(policy, self.facts.months, day)))
        } else {
            Expect::Missing(missing.iter().map(Missing::code).map(str::to_owned).collect())
        };
        if outcome == self.expect {
            return Ok(());
        }
        Err(format!("expected {:?}, decided {outcome:?}", self.expect))
    }
}

//! Cases of a commitment: what stands against making it, telling, finding or recording a breach on a day.

use domain::{
    commitment::{self, Appeal, Facts, Goal, Missing},
    listing::Answer,
    policy::Policy,
    subject::Kind,
};
use jiff::civil::Date;
use serde::Deserialize;

use crate::raw::{Day, Words};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCommitment {
    pub(super) name: Words,
    template: String,
    goal: Goal,
    as_of: Day,
    given: RawGiven,
    expect: RawExpect,
}

/// What is at hand; a subject that is not named is an organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGiven {
    made_on: Day,
    #[serde(default = "organisation")]
    subject_kind: Kind,
    #[serde(default)]
    broke_one: bool,
    #[serde(default)]
    document: bool,
    told_on: Option<Day>,
    #[serde(default)]
    answer: Answer,
    found_on: Option<Day>,
    #[serde(default)]
    appeal: Appeal,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExpect {
    missing: Vec<String>,
}

fn organisation() -> Kind {
    Kind::Organisation
}

/// A commitment, and everything expected to stand against the goal.
#[derive(Clone, Debug)]
pub(super) struct Commitment {
    facts: Facts,
    goal: Goal,
    as_of: Date,
    missing: Vec<String>,
}

pub(super) fn read(raw: RawCommitment) -> Commitment {
    let RawCommitment { template, goal, as_of, given, expect, .. } = raw;
    let facts = Facts {
        template,
        subject_kind: given.subject_kind,
        made_on: given.made_on.0,
        broke_one: given.broke_one,
        document: given.document,
        told_on: given.told_on.map(|day| day.0),
        answer: given.answer,
        found_on: given.found_on.map(|day| day.0),
        appeal: given.appeal,
    };
    Commitment { facts, goal, as_of: as_of.0, missing: expect.missing }
}

impl Commitment {
    pub(super) fn run(&self, policy: &Policy) -> Result<(), String> {
        let terms = commitment::terms(policy, &self.facts);
        let missing = commitment::missing(&terms, &self.facts, self.goal, self.as_of);
        let missing: Vec<&str> = missing.iter().map(Missing::code).collect();
        if missing == self.missing {
            return Ok(());
        }
        Err(format!("expected {:?}, decided {missing:?}", self.missing))
    }
}

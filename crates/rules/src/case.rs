//! Golden cases of `cases/`: what the law says of one record on one day, as an officer reads it; of an
//! entry in a list, or of a commitment; of the last day of a deadline.

mod clock;
mod commitment;
mod entry;
mod given;

use std::fmt;

use domain::{
    policy::Policy,
    publication::{self, Facts, Publication, Withheld},
    repair::{self, Decision, Terms},
};
use jiff::civil::Date;
use serde::Deserialize;
use toml::{Spanned, Table};

use crate::{
    case::given::{Given, read_given},
    disclosure::Nothing,
    raw::{Day, Words},
    source::Page,
};

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    pub file: String,
    pub line: usize,
    /// A sentence of law.
    pub name: String,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Record(Box<Record>),
    Entry(Box<entry::Entry>),
    Commitment(Box<commitment::Commitment>),
    Clock(clock::Clock),
}

/// A record on a day, and what is expected of it.
#[derive(Clone, Debug)]
struct Record {
    item: String,
    as_of: Date,
    given: Given,
    expect: Expect,
}

/// What the public must see of it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Expect {
    /// The word for the reason.
    Withheld(String),
    /// What becomes of an application for repair made that day: granted, shielded, or every ground
    /// against it.
    Repair(Vec<String>),
    Shown {
        until: Option<Date>,
        class: Option<String>,
        repair_from: Option<Date>,
    },
}

const REASONS: [&str; 17] = [
    "item_not_public",
    "natural_person",
    "basis_lapsed",
    "not_yet",
    "ended",
    "removed",
    "slight",
    "no_rule",
    "unclassified",
    "condition_not_met",
    "withdrawn",
    "subject_ended",
    "annulled",
    "repaired",
    "shielded",
    "unanswered",
    "disputed",
];

impl Case {
    /// Decides the case under a policy, and tells what was expected where that was not the outcome.
    pub fn run(&self, policy: &Policy) -> Result<(), String> {
        let run = match &self.what {
            What::Record(record) => record.run(policy),
            What::Entry(entry) => entry.run(policy),
            What::Commitment(commitment) => commitment.run(policy),
            What::Clock(clock) => clock.run(policy),
        };
        let Case { file, line, name, .. } = self;
        run.map_err(|why| format!("{file}:{line}: {name}: {why}"))
    }
}

impl Record {
    fn run(&self, policy: &Policy) -> Result<(), String> {
        let Some(item) = policy.item(&self.item) else {
            return Err(format!("there is no catalogue item `{}`", self.item));
        };
        let facts = Facts {
            item,
            payload: &self.given.payload,
            subject_kind: self.given.subject_kind,
            subject_ended: self.given.subject_ended,
            decided_on: self.given.decided_on,
            effective_until: self.given.effective_until,
            known_from: self.given.known_from,
            withdrawn: self.given.withdrawn,
            standings: self.given.standings.clone(),
        };
        let outcome = match self.expect {
            Expect::Repair(_) => Expect::Repair(self.applied(policy, &facts)),
            _ => outcome(&publication::decide(policy, &facts, self.as_of), &self.expect),
        };
        if outcome == self.expect {
            return Ok(());
        }
        Err(format!("expected {}, decided {outcome}", self.expect))
    }

    /// What becomes of an application for repair, in the words of an expectation.
    fn applied(&self, policy: &Policy, facts: &Facts<'_>) -> Vec<String> {
        let terms = repair::terms(policy, facts, self.as_of);
        let over = terms.is_none();
        let terms = terms.unwrap_or(Terms { repair_from: None, published_until: None });
        let facts = repair::Facts { over, ..self.given.repair.clone() };
        match repair::decide(&terms, &facts, self.as_of) {
            Decision::Grant { .. } => vec!["granted".to_owned()],
            Decision::Shield { .. } => vec!["shielded".to_owned()],
            Decision::Refuse(refusal) => {
                refusal.grounds().iter().map(|ground| ground.code().to_owned()).collect()
            }
        }
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expect::Withheld(reason) => write!(f, "withheld = {reason}"),
            Expect::Repair(words) => write!(f, "repair = {}", words.join(" ")),
            Expect::Shown { until, class, repair_from } => {
                match until {
                    Some(until) => write!(f, "until = {until}")?,
                    None => f.write_str("open = true")?,
                }
                if let Some(class) = class {
                    write!(f, ", class = {class}")?;
                }
                if let Some(repair_from) = repair_from {
                    write!(f, ", repair_from = {repair_from}")?;
                }
                Ok(())
            }
        }
    }
}

/// The decision in the words of an expectation; what the case is silent about is left out.
fn outcome(decision: &Publication, expect: &Expect) -> Expect {
    let published = match decision {
        Publication::Public(published) => published,
        Publication::Withheld(withheld) => return Expect::Withheld(reason(withheld).to_owned()),
    };
    let (class_asked, repair_asked) = match expect {
        Expect::Shown { class, repair_from, .. } => (class.is_some(), repair_from.is_some()),
        Expect::Withheld(_) | Expect::Repair(_) => (true, false),
    };
    let severity = published.severity.as_ref();
    let class = severity.filter(|_| class_asked).map(|severity| severity.class.zh.clone());
    let repair_from = severity.filter(|_| repair_asked).and_then(|severity| severity.repair_from);
    Expect::Shown { until: published.until, class, repair_from }
}

fn reason(withheld: &Withheld) -> &'static str {
    match withheld {
        Withheld::ItemNotPublic(_) => "item_not_public",
        Withheld::NaturalPerson => "natural_person",
        Withheld::BasisLapsed => "basis_lapsed",
        Withheld::NotYet { .. } => "not_yet",
        Withheld::Ended { .. } => "ended",
        Withheld::Removed { .. } => "removed",
        Withheld::Slight { .. } => "slight",
        Withheld::NoRule { .. } => "no_rule",
        Withheld::Unclassified => "unclassified",
        Withheld::ConditionNotMet => "condition_not_met",
        Withheld::Withdrawn => "withdrawn",
        Withheld::Case(held) => held.standing.code(),
        Withheld::SubjectEnded => "subject_ended",
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCase {
    name: Words,
    item: Spanned<String>,
    as_of: Day,
    given: Spanned<Table>,
    expect: Spanned<RawExpect>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExpect {
    withheld: Option<String>,
    open: Option<bool>,
    until: Option<Day>,
    class: Option<String>,
    repair_from: Option<Day>,
    repair: Option<Vec<String>>,
}

/// Reads the cases of one file.
pub(crate) fn read(page: &mut Page<'_>, policy: &Policy) -> Vec<Case> {
    let Some(mut document) = page.document() else { return Vec::new() };
    let records = document.each::<RawCase>(page, "case");
    let entries = document.each::<entry::RawEntry>(page, "entry");
    let commitments = document.each::<commitment::RawCommitment>(page, "commitment");
    let clocks = document.each::<clock::RawClock>(page, "clock");
    let _: Option<Nothing> = document.rest(page);
    let mut cases: Vec<Case> =
        records.into_iter().filter_map(|case| read_case(page, policy, case)).collect();
    let file = page.source.path.clone();
    let mut keep = |line, name, what| cases.push(Case { file: file.clone(), line, name, what });
    for raw in entries {
        let (line, raw) = (page.source.line(raw.span().start), raw.into_inner());
        let name = raw.name.0.clone();
        if let Some(entry) = entry::read(page, raw) {
            keep(line, name, What::Entry(Box::new(entry)));
        }
    }
    for raw in commitments {
        let (line, raw) = (page.source.line(raw.span().start), raw.into_inner());
        let name = raw.name.0.clone();
        keep(line, name, What::Commitment(Box::new(commitment::read(raw))));
    }
    for raw in clocks {
        let (line, raw) = (page.source.line(raw.span().start), raw.into_inner());
        let name = raw.name.0.clone();
        if let Some(clock) = clock::read(page, policy, raw) {
            keep(line, name, What::Clock(clock));
        }
    }
    cases
}

fn read_case(page: &mut Page<'_>, policy: &Policy, case: Spanned<RawCase>) -> Option<Case> {
    let line = page.source.line(case.span().start);
    let case = case.into_inner();
    let expect = read_expect(page, &case.expect);
    let Some(item) = policy.item(case.item.get_ref()) else {
        let message = format!("there is no catalogue item `{}`", case.item.get_ref());
        page.fault(case.item.span(), message);
        return None;
    };
    let given = match read_given(policy, item, case.given.get_ref(), case.as_of.0) {
        Ok(given) => given,
        Err(messages) => {
            for message in messages {
                page.fault(case.given.span(), message);
            }
            return None;
        }
    };
    let (item, as_of) = (case.item.into_inner(), case.as_of.0);
    let record = Record { item, as_of, given, expect: expect? };
    Some(Case {
        file: page.source.path.clone(),
        line,
        name: case.name.0,
        what: What::Record(Box::new(record)),
    })
}

fn read_expect(page: &mut Page<'_>, raw: &Spanned<RawExpect>) -> Option<Expect> {
    let RawExpect { withheld, open, until, class, repair_from, repair } = raw.get_ref();
    if let Some(words) = repair {
        let unknown = words.iter().find(|word| !OUTCOMES.contains(&word.as_str()));
        let alone = withheld.is_none() && open.is_none() && until.is_none() && class.is_none();
        if let Some(word) = unknown {
            page.fault(raw.span(), format!("`{word}` is none of {}", OUTCOMES.join(" ")));
        } else if !alone || words.is_empty() {
            page.fault(raw.span(), "expected `repair` alone, with one word or more");
        } else {
            return Some(Expect::Repair(words.clone()));
        }
        return None;
    }
    let class = class.clone();
    let repair_from = repair_from.map(|day| day.0);
    match (withheld, open, until) {
        (Some(reason), None, None) if class.is_none() && repair_from.is_none() => {
            if !REASONS.contains(&reason.as_str()) {
                let message =
                    format!("`{reason}` is no reason; expected one of {}", REASONS.join(" "));
                page.fault(raw.span(), message);
                return None;
            }
            Some(Expect::Withheld(reason.clone()))
        }
        (None, Some(true), None) => Some(Expect::Shown { until: None, class, repair_from }),
        (None, None, Some(until)) => {
            Some(Expect::Shown { until: Some(until.0), class, repair_from })
        }
        _ => {
            page.fault(raw.span(), "expected one of withheld = \"…\", until = …, open = true");
            None
        }
    }
}

/// What may become of an application for repair.
const OUTCOMES: [&str; 9] = [
    "barred",
    "duties_outstanding",
    "granted",
    "no_commitment",
    "no_ruling",
    "not_repairable",
    "over",
    "shielded",
    "too_early",
];

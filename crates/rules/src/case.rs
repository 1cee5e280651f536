//! Golden cases of `cases/`: what the law says of one record on one day, as an officer reads it.

use std::fmt;

use domain::{
    catalogue::{Field, FieldKind, Item},
    ids::CaseId,
    payload::Payload,
    policy::Policy,
    publication::{self, Facts, Publication, Withheld},
    repair::{self, Decision, Path, Terms},
    standing::{self, Change, Held, Standing},
    subject,
};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use toml::{Spanned, Table, Value};

use crate::{
    code_list,
    disclosure::Nothing,
    raw::{self, Day, Words},
    source::Page,
};

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    pub file: String,
    pub line: usize,
    /// A sentence of law.
    pub name: String,
    pub item: String,
    pub as_of: Date,
    given: Given,
    expect: Expect,
}

/// The record and its subject.
#[derive(Clone, Debug)]
struct Given {
    payload: Payload,
    subject_kind: subject::Kind,
    subject_ended: bool,
    withdrawn: bool,
    standings: Vec<Held>,
    repair: repair::Facts,
    decided_on: Option<Date>,
    effective_until: Option<Date>,
    known_from: Date,
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
        let Case { file, line, name, expect, .. } = self;
        Err(format!("{file}:{line}: {name}: expected {expect}, decided {outcome}"))
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
    let cases = document.each::<RawCase>(page, "case");
    let _: Option<Nothing> = document.rest(page);
    cases.into_iter().filter_map(|case| read_case(page, policy, case)).collect()
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
    Some(Case {
        file: page.source.path.clone(),
        line,
        name: case.name.0,
        item: case.item.into_inner(),
        as_of: case.as_of.0,
        given,
        expect: expect?,
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

/// Facts about a record that are not among the fields of every item.
const FACTS: [&str; 12] = [
    "bankruptcy",
    "barred_until",
    "committed",
    "decided_on",
    "duties_performed",
    "effective_until",
    "known_from",
    "ruling",
    "standing",
    "subject_ended",
    "subject_kind",
    "withdrawn",
];

/// Reads the record: values of fields by name, and facts by theirs.
fn read_given(
    policy: &Policy,
    item: &Item,
    given: &Table,
    as_of: Date,
) -> Result<Given, Vec<String>> {
    let mut faults = Vec::new();
    let values = read_values(policy, item, given, &mut faults);
    let written = |fact: &str, role: Option<usize>| {
        let by_role = role.and_then(|position| values.get(&item.fields[position].name));
        given.get(fact).or(by_role)
    };
    let mut day = |fact: &str, role: Option<usize>| {
        let value = written(fact, role)?;
        let date = date(value);
        if date.is_none() {
            faults.push(format!("expected `{fact}` to be a date, found {value}"));
        }
        date
    };
    let decided_on = day("decided_on", item.roles.decided_on);
    let effective_until = day("effective_until", item.roles.effective_until);
    let known_from = day("known_from", None).or(decided_on).unwrap_or(as_of);
    let barred_until = day("barred_until", None);
    let mut flag = |fact: &str| {
        let value = given.get(fact);
        if value.is_some_and(|value| !value.is_bool()) {
            faults.push(format!("expected `{fact}` to be true or false"));
        }
        value.and_then(Value::as_bool).unwrap_or(false)
    };
    let (subject_ended, withdrawn) = (flag("subject_ended"), flag("withdrawn"));
    let repair = applying(&mut flag, barred_until);
    let subject_kind = match written("subject_kind", item.roles.subject_kind) {
        None => subject::Kind::Organisation,
        Some(value) => value.as_str().and_then(subject::Kind::from_code).unwrap_or_else(|| {
            let kinds = subject::Kind::ALL.map(subject::Kind::code).join(" ");
            faults.push(format!("expected `subject_kind` to be one of {kinds}"));
            subject::Kind::Organisation
        }),
    };
    let standings = read_standings(given, as_of, &mut faults);
    let payload = values.try_into().map_err(|error| vec![error.to_string()])?;
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Given {
        payload,
        subject_kind,
        subject_ended,
        withdrawn,
        standings,
        repair,
        decided_on,
        effective_until,
        known_from,
    })
}

/// What cases did to the record by the day: `standing = { repaired = 2026-05-14 }`.
fn read_standings(given: &Table, as_of: Date, faults: &mut Vec<String>) -> Vec<Held> {
    let Some(table) = given.get("standing") else { return Vec::new() };
    let Some(table) = table.as_table() else {
        faults.push("expected `standing` to be a table of words and days".to_owned());
        return Vec::new();
    };
    let mut changes = Vec::new();
    for (word, value) in table {
        match (Standing::from_code(word), date(value)) {
            (Some(standing), Some(on)) => {
                let (at, case) = (Timestamp::MIN, CaseId(0));
                changes.push(Change { standing, begins: true, on, at, case });
            }
            _ => faults
                .push(format!("expected a word of standing and a day, found {word} = {value}")),
        }
    }
    standing::held(&changes, as_of, Timestamp::MIN)
}

/// What is said of an application for repair.
fn applying(flag: &mut impl FnMut(&str) -> bool, barred_until: Option<Date>) -> repair::Facts {
    repair::Facts {
        path: if flag("bankruptcy") { Path::Bankruptcy } else { Path::Performed },
        duties_performed: flag("duties_performed"),
        committed: flag("committed"),
        ruling: flag("ruling"),
        barred_until,
        over: false,
    }
}

/// The values of fields; a fact that a role gives to a field stands in that field too.
fn read_values(policy: &Policy, item: &Item, given: &Table, faults: &mut Vec<String>) -> Table {
    let mut values = Table::new();
    for (name, value) in given {
        let role = match name.as_str() {
            "decided_on" => item.roles.decided_on,
            "effective_until" => item.roles.effective_until,
            "subject_kind" => item.roles.subject_kind,
            _ => None,
        };
        match item.field(name).or(role.map(|position| &item.fields[position])) {
            Some(field) => match canonical(policy, field, value) {
                Ok(value) => {
                    values.insert(field.name.clone(), value);
                }
                Err(message) => faults.push(message),
            },
            None if FACTS.contains(&name.as_str()) => {}
            None => faults.push(format!("the item has no field `{name}`")),
        }
    }
    values
}

/// The value as a payload keeps it, or what was expected of it.
fn canonical(policy: &Policy, field: &Field, value: &Value) -> Result<Value, String> {
    let name = &field.name;
    let code = |list: &str, value: &Value| match (value.as_str(), policy.codes.get(list)) {
        (Some(code), Some(list)) if code_list::has_code(list, code) => Ok(()),
        _ => Err(format!("`{name}`: {value} is no code of codes/{list}")),
    };
    match &field.kind {
        FieldKind::Date | FieldKind::DateOpen => date(value)
            .map(|date| Value::String(date.to_string()))
            .ok_or_else(|| format!("expected `{name}` to be a date, found {value}")),
        FieldKind::MoneyWan | FieldKind::MoneyYuan | FieldKind::Integer if !value.is_integer() => {
            Err(format!("expected `{name}` to be a whole number (money in fen), found {value}"))
        }
        FieldKind::Flag if !value.is_bool() => {
            Err(format!("expected `{name}` to be true or false, found {value}"))
        }
        FieldKind::MoneyWan | FieldKind::MoneyYuan | FieldKind::Integer | FieldKind::Flag => {
            Ok(value.clone())
        }
        FieldKind::Code { list } => code(list, value).map(|()| value.clone()),
        FieldKind::Codes { list } => match value.as_array() {
            Some(codes) => codes.iter().try_for_each(|one| code(list, one)).map(|()| value.clone()),
            None => Err(format!("expected `{name}` to be a list of codes, found {value}")),
        },
        FieldKind::PersonId => Err(format!("`{name}` is sealed and never stands in a case")),
        _ if value.is_str() => Ok(value.clone()),
        _ => Err(format!("expected `{name}` to be text, found {value}")),
    }
}

/// A date as TOML has it, or as a payload keeps it.
fn date(value: &Value) -> Option<Date> {
    match value {
        Value::Datetime(written) => raw::day(written),
        Value::String(written) => written.parse().ok(),
        _ => None,
    }
}

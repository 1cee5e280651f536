//! The record of a golden case: values of fields by name, and facts by theirs.

use domain::{
    catalogue::{Field, FieldKind, Item},
    ids::CaseId,
    payload::Payload,
    policy::Policy,
    repair::{self, Path},
    standing::{self, Change, Held, Standing},
    subject,
};
use jiff::{Timestamp, civil::Date};
use toml::{Table, Value};

use crate::{code_list, raw};

/// The record and its subject.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) payload: Payload,
    pub(super) subject_kind: subject::Kind,
    pub(super) subject_ended: bool,
    pub(super) withdrawn: bool,
    pub(super) standings: Vec<Held>,
    pub(super) repair: repair::Facts,
    pub(super) decided_on: Option<Date>,
    pub(super) effective_until: Option<Date>,
    pub(super) known_from: Date,
}

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
pub(super) fn read_given(
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

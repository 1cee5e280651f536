//! Conditions as written in a catalogue: one test on one field.

use domain::condition::{Condition, Test};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    raw::Word,
    scope::{CODED, Scope},
    source::Page,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCondition {
    field: Spanned<String>,
    is: Option<Vec<Spanned<Word>>>,
    is_not: Option<Vec<Spanned<Word>>>,
    has: Option<Vec<Spanned<Word>>>,
    filled: Option<bool>,
    empty: Option<bool>,
}

/// Reads conditions that must all hold.
pub(crate) fn read_all(
    page: &mut Page<'_>,
    scope: &Scope<'_>,
    raw: &[RawCondition],
) -> Vec<Condition> {
    raw.iter().filter_map(|condition| read(page, scope, condition)).collect()
}

fn read(page: &mut Page<'_>, scope: &Scope<'_>, raw: &RawCondition) -> Option<Condition> {
    let test = read_test(page, scope, raw);
    let (position, _) = scope.field(page, &raw.field)?;
    Some(Condition { field: position, test: test? })
}

fn read_test(page: &mut Page<'_>, scope: &Scope<'_>, raw: &RawCondition) -> Option<Test> {
    match (&raw.is, &raw.is_not, &raw.has, raw.filled, raw.empty) {
        (Some(values), None, None, None, None) => {
            check_values(page, scope, &raw.field, values);
            Some(Test::Is(words(values)))
        }
        (None, Some(values), None, None, None) => {
            check_values(page, scope, &raw.field, values);
            Some(Test::IsNot(words(values)))
        }
        (None, None, Some(values), None, None) => {
            scope.fitting(page, &raw.field, CODED)?;
            check_values(page, scope, &raw.field, values);
            Some(Test::Has(words(values)))
        }
        (None, None, None, Some(true), None) => Some(Test::Filled),
        (None, None, None, None, Some(true)) => Some(Test::Empty),
        _ => {
            let expected = "expected one of is, is_not, has = […], filled = true, empty = true";
            page.fault(raw.field.span(), expected);
            None
        }
    }
}

fn check_values(
    page: &mut Page<'_>,
    scope: &Scope<'_>,
    name: &Spanned<String>,
    values: &[Spanned<Word>],
) {
    if values.is_empty() {
        page.fault(name.span(), "expected at least one value to compare with");
    }
    // An unknown name is reported where the condition is built.
    let Some(field) = scope.known(name.get_ref()) else { return };
    for value in values {
        if let Some(reason) = scope.refuse(field, &value.get_ref().0) {
            page.fault(value.span(), reason);
        }
    }
}

fn words(values: &[Spanned<Word>]) -> Vec<String> {
    values.iter().map(|value| value.get_ref().0.clone()).collect()
}

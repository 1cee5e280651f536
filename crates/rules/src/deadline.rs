//! `deadlines.toml`: the deadlines of cases, and which parameters count them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    deadline::DeadlineRule,
    parameter::{Parameter, Unit},
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    disclosure::Nothing,
    raw::{self, Words},
    source::Page,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDeadline {
    id: Spanned<Words>,
    zh: Words,
    en: Words,
    parameter: Spanned<Words>,
    extension: Option<Spanned<Words>>,
    #[serde(default)]
    pauses: bool,
}

/// Reads the deadlines; none where any of them is faulty.
pub(crate) fn read(
    page: &mut Page<'_>,
    parameters: &BTreeMap<String, Option<Parameter>>,
) -> Option<Vec<DeadlineRule>> {
    let before = page.count();
    let mut document = page.document()?;
    let mut ids = BTreeSet::new();
    let mut rules = Vec::new();
    for deadline in document.each::<RawDeadline>(page, "deadline") {
        let deadline = deadline.into_inner();
        let id = deadline.id.get_ref().0.clone();
        if !ids.insert(id.clone()) {
            page.fault(deadline.id.span(), format!("deadline `{id}` is defined twice"));
        }
        let parameter = counted(page, parameters, &deadline.parameter);
        let extension = deadline.extension.map(|named| counted(page, parameters, &named));
        let label = raw::text(deadline.zh, deadline.en);
        rules.push(DeadlineRule { id, label, parameter, extension, pauses: deadline.pauses });
    }
    document.rest::<Nothing>(page)?;
    (before == page.count()).then_some(rules)
}

/// A parameter that counts days or more.
fn counted(
    page: &mut Page<'_>,
    parameters: &BTreeMap<String, Option<Parameter>>,
    named: &Spanned<Words>,
) -> String {
    let key = &named.get_ref().0;
    match parameters.get(key) {
        // What is wrong in a parameter was told where it stands.
        Some(None) => {}
        Some(Some(parameter)) => {
            let counts = matches!(
                parameter.unit,
                Unit::WorkingDays | Unit::Days | Unit::Months | Unit::Years
            );
            if !counts {
                page.fault(named.span(), format!("parameter `{key}` counts no days"));
            }
        }
        None => page.fault(named.span(), format!("there is no parameter `{key}`")),
    }
    key.clone()
}

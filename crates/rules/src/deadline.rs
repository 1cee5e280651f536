//! `deadlines.toml`: the deadlines of cases, and which parameters count them.

use std::collections::BTreeSet;

use domain::{
    deadline::{Bearer, DeadlineRule},
    parameter::Unit,
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    disclosure::Nothing,
    parameter::{Parameters, counted},
    raw::{self, Words},
    source::Page,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDeadline {
    id: Spanned<Words>,
    of: Bearer,
    zh: Words,
    en: Words,
    parameter: Spanned<Words>,
    extension: Option<Spanned<Words>>,
    #[serde(default)]
    pauses: bool,
}

/// What a deadline may count in.
const SPANS: [Unit; 4] = [Unit::WorkingDays, Unit::Days, Unit::Months, Unit::Years];

/// Reads the deadlines; none where any of them is faulty.
pub(crate) fn read(page: &mut Page<'_>, parameters: &Parameters) -> Option<Vec<DeadlineRule>> {
    let before = page.count();
    let mut document = page.document()?;
    let mut ids = BTreeSet::new();
    let mut rules = Vec::new();
    for deadline in document.each::<RawDeadline>(page, "deadline") {
        let deadline = deadline.into_inner();
        let id = raw::unique(page, &mut ids, "deadline", &deadline.id);
        let parameter = counted(page, parameters, &deadline.parameter, &SPANS);
        let extension = deadline.extension.map(|named| counted(page, parameters, &named, &SPANS));
        let label = raw::text(deadline.zh, deadline.en);
        let (of, pauses) = (deadline.of, deadline.pauses);
        rules.push(DeadlineRule { id, label, of, parameter, extension, pauses });
    }
    document.rest::<Nothing>(page)?;
    (before == page.count()).then_some(rules)
}

//! `parameters/<topic>.toml`: every number of the law, dated and with its reference.

use std::collections::BTreeMap;

use domain::{
    parameter::{Dated, Parameter, Unit},
    text::Text,
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    dated::{self, Period},
    document::Table,
    raw::{self, Day, RawReference, Words},
    source::{Folder, Page},
};

/// Parameters by key; a key whose rows are faulty is known but gives nothing.
pub(crate) type Parameters = BTreeMap<String, Option<Parameter>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawParameter {
    zh: Words,
    en: Words,
    unit: Unit,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawValue {
    from: Spanned<Day>,
    until: Option<Spanned<Day>>,
    value: Spanned<i64>,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

/// Reads every topic.
pub(crate) fn read_all(folder: &Folder, report: &mut crate::source::Report) -> Parameters {
    let mut parameters = BTreeMap::new();
    for (topic, source) in folder.stems("parameters") {
        let page = &mut Page { source, report };
        let Some(document) = page.document() else { continue };
        for (key, table) in document.into_tables(page) {
            let key = format!("{topic}.{}", key.get_ref());
            let before = page.count();
            let parameter = read(page, &key, table);
            parameters.insert(key, parameter.filter(|_| before == page.count()));
        }
    }
    parameters
}

/// A parameter that is named elsewhere and counts in one of some units.
pub(crate) fn counted(
    page: &mut Page<'_>,
    parameters: &Parameters,
    named: &Spanned<Words>,
    units: &[Unit],
) -> String {
    let key = &named.get_ref().0;
    match parameters.get(key) {
        // What is wrong in a parameter was told where it stands.
        Some(None) => {}
        Some(Some(parameter)) if units.contains(&parameter.unit) => {}
        Some(Some(_)) => {
            page.fault(named.span(), format!("parameter `{key}` counts in another unit"));
        }
        None => page.fault(named.span(), format!("there is no parameter `{key}`")),
    }
    key.clone()
}

fn read(page: &mut Page<'_>, key: &str, mut table: Table<'_>) -> Option<Parameter> {
    let values = table.each::<RawValue>(page, "value");
    let span = table.span();
    let raw: RawParameter = table.rest(page)?;
    if values.is_empty() {
        page.fault(span, "expected at least one [[value]] with its reference");
    }
    let label: Text = raw::text(raw.zh, raw.en);
    let (mut periods, mut dated) = (Vec::new(), Vec::new());
    for value in values {
        let value = value.into_inner();
        let figure = *value.value.get_ref();
        if figure < 0 {
            page.fault(value.value.span(), "expected a number that is not negative");
        }
        if let Some(limit) = raw.unit.limit().filter(|limit| *limit < figure) {
            page.fault(value.value.span(), format!("expected at most {limit} of this unit"));
        }
        let period = Period::read(page, &value.from, value.until.as_ref());
        let reference = RawReference {
            span: value.instrument.span(),
            instrument: &value.instrument.get_ref().0,
            article: value.article.as_deref(),
            verified: value.verified,
        };
        let what = format!("{} = {figure} ({key}, from {})", label.zh, period.from);
        let reference = reference.read(page, &what);
        dated.push(Dated { from: period.from, until: period.until, value: figure, reference });
        periods.push(period);
    }
    dated::check_overlaps(page, &periods);
    dated.sort_by_key(|value| value.from);
    Some(Parameter { key: key.to_owned(), label, unit: raw.unit, values: dated })
}

//! Checks of a catalogue item, each rule with the keys that belong to it and no others.

use std::ops::Range;

use domain::{
    catalogue::{FieldKind, Item},
    check::{Check, CheckRule},
    fault::Level,
    parameter::{Parameter, Unit},
    subject,
};
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::{
    condition::{self, RawCondition},
    dated,
    document::Table,
    parameter::Parameters,
    raw::{self, Day, RawReference, Words},
    scope::{ANY_DATE, DATE, Fit, MONEY, ONE_CODE, PERSON_ID, Scope, TEXT, USCC},
    source::Page,
    wall::Walls,
};

const DEPARTMENT: Fit = (|kind| matches!(kind, FieldKind::Uscc | FieldKind::Text), "uscc or text");

/// What the checks refer to beside the fields of their item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Law<'a> {
    pub(crate) walls: &'a Option<Walls>,
    pub(crate) parameters: &'a Parameters,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDateOrder {
    first: Spanned<String>,
    then: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    field: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNotBefore {
    field: Spanned<String>,
    date: Day,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAmountUnit {
    amount: Spanned<String>,
    text: Spanned<String>,
    limit_fen: Spanned<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFields {
    fields: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCodeFitsKind {
    code: Spanned<String>,
    kind: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRefuse {
    when: Spanned<Vec<RawCondition>>,
    zh: Words,
    en: Words,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMinor {
    field: Spanned<String>,
    on: Spanned<String>,
    age: Spanned<String>,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawForbidden {
    fields: Vec<Spanned<String>>,
    phrases: Spanned<String>,
}

/// Reads one `[[check]]`.
pub(crate) fn read(
    page: &mut Page<'_>,
    scope: &Scope<'_>,
    law: Law<'_>,
    mut table: Table<'_>,
) -> Option<Check> {
    let span = table.span();
    let level = table.take::<Level>(page, "level");
    let (from, until) = (table.take::<Day>(page, "from"), table.take::<Day>(page, "until"));
    dated::check_order(page, from.as_ref(), until.as_ref());
    let Some(rule) = table.take::<String>(page, "rule") else {
        page.fault(span, "expected rule = \"…\"");
        return None;
    };
    let name = rule.get_ref().as_str();
    if matches!(name, "refuse" | "minor" | "forbidden")
        && let Some(level) = level.as_ref().filter(|level| *level.get_ref() == Level::Warning)
    {
        page.fault(level.span(), format!("`{name}` returns the row; it cannot be a warning"));
    }
    if matches!(name, "refuse" | "minor") && from.is_none() {
        page.fault(span, format!("expected from = …, the day since which `{name}` is law"));
    }
    let rule = read_rule(page, scope, law, &rule, table)?;
    let day = |day: Option<Spanned<Day>>| -> Option<Date> { day.map(|day| day.get_ref().0) };
    let level = level.map_or(Level::Error, Spanned::into_inner);
    Some(Check { rule, level, from: day(from), until: day(until) })
}

fn read_rule(
    page: &mut Page<'_>,
    scope: &Scope<'_>,
    law: Law<'_>,
    rule: &Spanned<String>,
    table: Table<'_>,
) -> Option<CheckRule> {
    Some(match rule.get_ref().as_str() {
        "date_order" => {
            let raw: RawDateOrder = table.rest(page)?;
            let first = scope.fitting(page, &raw.first, ANY_DATE);
            let then = scope.fitting(page, &raw.then, ANY_DATE);
            CheckRule::DateOrder { first: first?, then: then? }
        }
        "not_future" => {
            let raw: RawField = table.rest(page)?;
            CheckRule::NotFuture { field: scope.fitting(page, &raw.field, ANY_DATE)? }
        }
        "not_before" => {
            let raw: RawNotBefore = table.rest(page)?;
            let field = scope.fitting(page, &raw.field, ANY_DATE)?;
            CheckRule::NotBefore { field, date: raw.date.0 }
        }
        "amount_unit" => read_amount_unit(page, scope, table)?,
        "personal_data" => {
            let raw: RawFields = table.rest(page)?;
            CheckRule::PersonalData { fields: scope.all_fitting(page, &raw.fields, TEXT) }
        }
        "registered_department" => {
            let raw: RawField = table.rest(page)?;
            let field = scope.fitting(page, &raw.field, DEPARTMENT)?;
            CheckRule::RegisteredDepartment { field }
        }
        "code_fits_kind" => {
            let raw: RawCodeFitsKind = table.rest(page)?;
            let code = scope.fitting(page, &raw.code, USCC);
            let kind = scope.fitting(page, &raw.kind, ONE_CODE);
            CheckRule::CodeFitsKind { code: code?, kind: kind? }
        }
        "refuse" => read_refuse(page, scope, table)?,
        "minor" => read_minor(page, scope, law, table)?,
        "forbidden" => read_forbidden(page, scope, law, table)?,
        other => {
            page.fault(rule.span(), format!("there is no check `{other}`"));
            return None;
        }
    })
}

fn read_amount_unit(page: &mut Page<'_>, scope: &Scope<'_>, table: Table<'_>) -> Option<CheckRule> {
    let raw: RawAmountUnit = table.rest(page)?;
    let amount = scope.fitting(page, &raw.amount, MONEY);
    let text = scope.fitting(page, &raw.text, TEXT);
    let limit_fen = *raw.limit_fen.get_ref();
    if limit_fen < 1 {
        page.fault(raw.limit_fen.span(), "expected an amount above nothing");
    }
    Some(CheckRule::AmountUnit { amount: amount?, text: text?, limit_fen })
}

fn read_refuse(page: &mut Page<'_>, scope: &Scope<'_>, table: Table<'_>) -> Option<CheckRule> {
    let raw: RawRefuse = table.rest(page)?;
    if raw.when.get_ref().is_empty() {
        page.fault(raw.when.span(), "expected at least one condition, or every row is refused");
    }
    let when = condition::read_all(page, scope, raw.when.get_ref());
    let reference = RawReference {
        span: raw.instrument.span(),
        instrument: &raw.instrument.get_ref().0,
        article: raw.article.as_deref(),
        verified: raw.verified,
    };
    let reference = reference.read(page, &raw.zh.0);
    Some(CheckRule::Refuse { when, reason: raw::text(raw.zh, raw.en), reference })
}

fn read_minor(
    page: &mut Page<'_>,
    scope: &Scope<'_>,
    law: Law<'_>,
    table: Table<'_>,
) -> Option<CheckRule> {
    let raw: RawMinor = table.rest(page)?;
    let field = scope.fitting(page, &raw.field, PERSON_ID);
    let on = scope.fitting(page, &raw.on, DATE);
    let reference = RawReference {
        span: raw.instrument.span(),
        instrument: &raw.instrument.get_ref().0,
        article: raw.article.as_deref(),
        verified: raw.verified,
    };
    let reference = reference.read(page, "未成年人");
    let age = age(page, &raw.age, law.parameters);
    Some(CheckRule::Minor { field: field?, on: on?, age: age?, reference })
}

/// The parameter of an age; a faulty one is reported where it stands.
fn age(page: &mut Page<'_>, key: &Spanned<String>, parameters: &Parameters) -> Option<Parameter> {
    let Some(parameter) = parameters.get(key.get_ref()) else {
        page.fault(key.span(), format!("there is no parameter `{}`", key.get_ref()));
        return None;
    };
    let parameter = parameter.as_ref()?;
    if parameter.unit != Unit::Years {
        page.fault(key.span(), format!("expected `{}` to count years", parameter.key));
    }
    Some(parameter.clone())
}

fn read_forbidden(
    page: &mut Page<'_>,
    scope: &Scope<'_>,
    law: Law<'_>,
    table: Table<'_>,
) -> Option<CheckRule> {
    let raw: RawForbidden = table.rest(page)?;
    let fields = scope.all_fitting(page, &raw.fields, TEXT);
    let phrases = &law.walls.as_ref()?.phrases;
    let Some(words) = phrases.get(raw.phrases.get_ref()) else {
        let message = format!("walls.toml has no phrases `{}`", raw.phrases.get_ref());
        page.fault(raw.phrases.span(), message);
        return None;
    };
    Some(CheckRule::Forbidden { fields, words: words.clone() })
}

/// Reports what an item of its kind may not do without.
///
/// Persons: the check for minors. Texts shown to the public: the search for personal data and for
/// matter that may not be recorded, but for what names the subject, the organ and the document.
pub(crate) fn report_missing(page: &mut Page<'_>, span: &Range<usize>, item: &Item) {
    let roles = &item.roles;
    let minor = |check: &Check| match &check.rule {
        CheckRule::Minor { field, .. } => roles.subject_person_id.is_none_or(|own| own == *field),
        _ => false,
    };
    let persons = item.subject_kinds.contains(&subject::Kind::NaturalPerson);
    if persons && !item.checks.iter().any(minor) {
        page.fault(span.clone(), "the item takes natural persons: expected a check `minor`");
    }
    let names = [roles.subject_name, roles.organ, roles.document_number];
    for (position, field) in item.fields.iter().enumerate() {
        let prose = field.kind == FieldKind::Text && item.is_public(field);
        if !prose || names.contains(&Some(position)) {
            continue;
        }
        let searched = |for_person: bool| {
            item.checks.iter().any(|check| {
                let fields = match &check.rule {
                    CheckRule::PersonalData { fields } if for_person => fields,
                    CheckRule::Forbidden { fields, .. } if !for_person => fields,
                    _ => return false,
                };
                check.level == Level::Error && fields.contains(&position)
            })
        };
        for (rule, found) in [("personal_data", searched(true)), ("forbidden", searched(false))] {
            if !found {
                let message = format!(
                    "`{}` is shown to the public: expected a check `{rule}` of it",
                    field.name
                );
                page.fault(span.clone(), message);
            }
        }
    }
}

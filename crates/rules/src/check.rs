//! Checks of a catalogue item, each rule with the keys that belong to it and no others.

use domain::{
    catalogue::FieldKind,
    check::{Check, CheckRule},
    fault::Level,
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    condition::{self, RawCondition},
    document::Table,
    raw::{self, Day, RawReference, Words},
    scope::{ANY_DATE, DATE, Fit, MONEY, ONE_CODE, PERSON_ID, Scope, TEXT, USCC},
    source::Page,
};

const DEPARTMENT: Fit = (|kind| matches!(kind, FieldKind::Uscc | FieldKind::Text), "uscc or text");

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
    age: Spanned<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawForbidden {
    fields: Vec<Spanned<String>>,
    words: Spanned<Vec<Words>>,
}

/// Reads one `[[check]]`.
pub(crate) fn read(page: &mut Page<'_>, scope: &Scope<'_>, mut table: Table<'_>) -> Option<Check> {
    let level = table.take::<Level>(page, "level").map_or(Level::Error, Spanned::into_inner);
    let Some(rule) = table.take::<String>(page, "rule") else {
        page.fault(table.span(), "expected rule = \"…\"");
        return None;
    };
    let rule = match rule.get_ref().as_str() {
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
        "minor" => read_minor(page, scope, table)?,
        "forbidden" => read_forbidden(page, scope, table)?,
        other => {
            page.fault(rule.span(), format!("there is no check `{other}`"));
            return None;
        }
    };
    Some(Check { rule, level })
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

fn read_minor(page: &mut Page<'_>, scope: &Scope<'_>, table: Table<'_>) -> Option<CheckRule> {
    let raw: RawMinor = table.rest(page)?;
    let field = scope.fitting(page, &raw.field, PERSON_ID);
    let on = scope.fitting(page, &raw.on, DATE);
    let age = *raw.age.get_ref();
    if age < 1 {
        page.fault(raw.age.span(), "expected an age in years");
    }
    Some(CheckRule::Minor { field: field?, on: on?, age })
}

fn read_forbidden(page: &mut Page<'_>, scope: &Scope<'_>, table: Table<'_>) -> Option<CheckRule> {
    let raw: RawForbidden = table.rest(page)?;
    if raw.words.get_ref().is_empty() {
        page.fault(raw.words.span(), "expected at least one word");
    }
    let fields = scope.all_fitting(page, &raw.fields, TEXT);
    let words = raw.words.into_inner().into_iter().map(|word| word.0).collect();
    Some(CheckRule::Forbidden { fields, words })
}

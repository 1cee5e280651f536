//! Whom a row is about: the strongest identifier it gives, never a name or a placeholder.

use domain::{
    catalogue::FieldKind,
    fault::{Level, Rule},
    identifier::{self, Eighteen, resident_id::ResidentId, uscc::UnifiedCode},
    pack::SubjectScheme,
    record::SubjectKey,
    subject::Kind,
};

use super::Context;
use crate::{
    batch::RowBatch,
    faults::Faults,
    plan::Plan,
    values::{self, Column, Typed},
};

/// The subject of a row as the row names it.
#[derive(Debug)]
pub struct Named {
    pub key: SubjectKey,
    pub kind: Kind,
    pub name: String,
    pub overridden: bool,
}

/// Finds the subject of a row, or notes why it cannot be found.
pub fn find(
    plan: &Plan,
    batch: &RowBatch,
    columns: &[Column<'_>],
    row: usize,
    context: &Context,
    faults: &mut Faults<'_>,
) -> Option<Named> {
    let roles = &plan.item.roles;
    let text = |role: Option<usize>| role.map(|field| columns[field].text[row]).unwrap_or_default();
    let name = text(roles.subject_name).to_owned();
    if let Some(scheme) = plan.pack.as_ref().and_then(|pack| pack.subject.as_ref()) {
        return foreign(plan, scheme, batch, row, name, faults);
    }
    let kind = kind(plan, columns, row, faults)?;
    if kind == Kind::NaturalPerson {
        return person(plan, columns, row, context, faults).map(|key| Named {
            key,
            kind,
            name,
            overridden: false,
        });
    }
    let uscc = roles.subject_uscc.map(|field| (&columns[field].typed, columns[field].text[row]));
    if let Some((Typed::Usccs(fits), code)) = uscc
        && let Some(fits) = fits[row]
    {
        let key = SubjectKey { scheme: "uscc".to_owned(), value: code.to_ascii_uppercase() };
        // The digit is judged again where the cell was skipped as a repeat of the one above.
        let overridden = !fits && UnifiedCode::parse(code).is_err();
        return Some(Named { key, kind, name, overridden });
    }
    let reg_no = text(roles.subject_reg_no);
    if kind == Kind::IndividualBusiness
        && !reg_no.is_empty()
        && let Ok(value) = identifier::accept("reg_no", reg_no)
    {
        let key = SubjectKey { scheme: "reg_no".to_owned(), value };
        return Some(Named { key, kind, name, overridden: false });
    }
    if !faults.rejected[row] {
        let why = match kind {
            Kind::IndividualBusiness => "个体工商户应填统一社会信用代码或 15 位工商注册号",
            _ => "法人及非法人组织应填统一社会信用代码",
        };
        faults.add_row(row, Rule::SubjectMissing, &name, why);
    }
    None
}

/// The subject as a source without unified codes names it.
fn foreign(
    plan: &Plan,
    scheme: &SubjectScheme,
    batch: &RowBatch,
    row: usize,
    name: String,
    faults: &mut Faults<'_>,
) -> Option<Named> {
    let cells =
        plan.subject_columns.iter().map(|column| values::written(plan, batch.cell(row, *column)));
    let joined = cells.filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ");
    let value = crate::clean::clean(joined, &scheme.clean);
    match identifier::accept(&scheme.scheme, &value) {
        Ok(value) => {
            let key = SubjectKey { scheme: scheme.scheme.clone(), value };
            // Where a source knows its subjects by name, the name is what they are found by.
            let by_name = name.is_empty() && key.scheme.ends_with("_name");
            let name = if by_name { key.value.clone() } else { name };
            Some(Named { key, kind: scheme.kind, name, overridden: false })
        }
        Err(why) => {
            faults.add_row(row, Rule::SubjectMissing, &value, why);
            None
        }
    }
}

fn kind(plan: &Plan, columns: &[Column<'_>], row: usize, faults: &mut Faults<'_>) -> Option<Kind> {
    let kinds = &plan.item.subject_kinds;
    let Some(field) = plan.item.roles.subject_kind else {
        let uscc =
            plan.item.roles.subject_uscc.map(|field| columns[field].text[row]).unwrap_or_default();
        let individual = uscc.starts_with("92") && kinds.contains(&Kind::IndividualBusiness);
        return if individual { Some(Kind::IndividualBusiness) } else { kinds.first().copied() };
    };
    let list = plan.fields[field].codes.as_ref()?;
    let entry = list.entries.get(columns[field].code(row)? as usize)?;
    let kind = Kind::from_code(&entry.code)?;
    if kinds.contains(&kind) {
        return Some(kind);
    }
    faults.add(row, field, Rule::SubjectKind, Level::Error, kind.exchanged(), "");
    None
}

/// 居民身份证 in the list of identity documents.
const RESIDENT_IDENTITY_CARD: &str = "id_card";

/// A natural person is looked up by the keyed hash of the number; the number itself goes no further.
fn person(
    plan: &Plan,
    columns: &[Column<'_>],
    row: usize,
    context: &Context,
    faults: &mut Faults<'_>,
) -> Option<SubjectKey> {
    let field = plan.item.roles.subject_person_id?;
    debug_assert_eq!(plan.item.fields[field].kind, FieldKind::PersonId);
    let text = columns[field].text[row];
    if text.is_empty() {
        if !faults.rejected[row] {
            faults.add(row, field, Rule::Required, Level::Error, "", "");
        }
        return None;
    }
    let declared = plan.item.position(&format!("{}_kind", plan.item.fields[field].name));
    let document = declared.and_then(|position| {
        let list = plan.fields[position].codes.as_ref()?;
        list.entries.get(columns[position].code(row)? as usize).map(|entry| entry.code.as_str())
    });
    let declared = declared.map(|position| columns[position].text[row]).unwrap_or_default();
    let resident = document.is_none_or(|code| code == RESIDENT_IDENTITY_CARD);
    if declared.is_empty() && identifier::classify_eighteen(text) == Eighteen::Both {
        faults.add(row, field, Rule::AmbiguousId, Level::Error, text, "");
        return None;
    }
    let value = if resident {
        match ResidentId::parse(text) {
            Ok(id) => id.as_str().to_owned(),
            Err(_) => {
                faults.add(row, field, Rule::PersonId, Level::Error, text, "");
                return None;
            }
        }
    } else {
        text.to_uppercase()
    };
    let Some(keys) = &context.keys else {
        faults.add_row(row, Rule::Refused, "", "没有封存密钥，不能接收自然人证件号码");
        return None;
    };
    let scheme = if resident { "cn_id" } else { "person_document" };
    Some(SubjectKey { scheme: scheme.to_owned(), value: keys.lookup(scheme, &value) })
}

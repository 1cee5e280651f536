//! Whom a row is about: the strongest identifier it gives, never a name or a placeholder.

use std::borrow::Cow;

use domain::{
    fault::{Level, Rule},
    identifier::{
        self,
        reg_no::{Holder, RegNo},
        uscc::UnifiedCode,
    },
    name,
    pack::SubjectScheme,
    record::SubjectKey,
    subject::Kind,
    text::Text,
};

use super::Context;
use crate::{
    batch::RowBatch,
    blank::Blank,
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

/// Fills in what the source leaves to be told from other columns: the category of the subject
/// from its identifiers, the code of the organ from its name.
pub fn complete<'b>(plan: &Plan, columns: &mut [Column<'b>], context: &'b Context) {
    if let Some(field) = plan.item.roles.subject_kind.filter(|_| plan.derives_kind) {
        derive_kinds(plan, columns, field);
    }
    let Some(organ) = plan.organ_by_name else { return };
    let Typed::Usccs(mut fits) = std::mem::replace(&mut columns[organ.code].typed, Typed::Text)
    else {
        return;
    };
    let mut last: (String, Option<&'b str>) = (String::new(), None);
    for (row, fits) in fits.iter_mut().enumerate() {
        let written = &columns[organ.name].text[row];
        if *written != last.0 {
            last = (written.to_string(), context.departments.code_of(written));
        }
        if let Some(code) = last.1 {
            columns[organ.code].text[row] = Cow::Borrowed(code);
            *fits = Some(true);
        }
    }
    columns[organ.code].typed = Typed::Usccs(fits);
}

fn derive_kinds(plan: &Plan, columns: &mut [Column<'_>], field: usize) {
    let Some(list) = plan.fields[field].codes.as_ref() else { return };
    let kinds: Vec<Kind> =
        (0..columns[field].text.len()).map(|row| kind_told(plan, columns, row)).collect();
    let position = |kind: &Kind| list.position(kind.code());
    columns[field].typed = Typed::Codes(kinds.iter().map(position).collect());
    columns[field].text = kinds.iter().map(|kind| Cow::Borrowed(kind.exchanged())).collect();
}

/// The category by the identifiers of a row; an organisation where there are none, because that
/// is what must then have one.
fn kind_told(plan: &Plan, columns: &[Column<'_>], row: usize) -> Kind {
    let roles = &plan.item.roles;
    let text = |role: Option<usize>| role.map_or("", |field| &*columns[field].text[row]);
    let code = text(roles.subject_uscc);
    if !code.is_empty() {
        let individual =
            UnifiedCode::parse_overridden(code).is_ok_and(|code| code.is_individual_business());
        return if individual { Kind::IndividualBusiness } else { Kind::Organisation };
    }
    match RegNo::parse(text(roles.subject_reg_no)).map(|number| number.holder()) {
        Ok(Holder::IndividualBusiness) => Kind::IndividualBusiness,
        Ok(_) => Kind::Organisation,
        Err(_) if text(roles.subject_person_id).is_empty() => Kind::Organisation,
        Err(_) => Kind::NaturalPerson,
    }
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
    let text = |role: Option<usize>| role.map_or("", |field| &*columns[field].text[row]);
    let name = text(roles.subject_name).to_owned();
    if let Some(scheme) = plan.pack.as_ref().and_then(|pack| pack.subject.as_ref()) {
        return foreign(plan, scheme, batch, row, name, faults);
    }
    let kind = kind(plan, columns, row, faults)?;
    if kind == Kind::NaturalPerson {
        let key = person(plan, columns, row, context, faults)?;
        return Some(Named { key, kind, name, overridden: false });
    }
    let uscc = roles.subject_uscc.map(|field| (&columns[field].typed, &columns[field].text[row]));
    if let Some((Typed::Usccs(stands), code)) = uscc
        && let Some(stands) = stands[row]
    {
        let key = SubjectKey { scheme: "uscc".to_owned(), value: code.to_string() };
        return Some(Named { key, kind, name, overridden: !stands });
    }
    if kind == Kind::IndividualBusiness
        && let Ok(value) = identifier::accept("reg_no", text(roles.subject_reg_no))
    {
        let key = SubjectKey { scheme: "reg_no".to_owned(), value };
        return Some(Named { key, kind, name, overridden: false });
    }
    if let Some(key) = by_name(plan, columns, row, &name, context, faults) {
        return Some(Named { key, kind, name, overridden: false });
    }
    missing(plan, kind, &name, row, faults);
    None
}

/// The subject a department names without a code, where the item takes such rows and no code that
/// would have named it is faulty itself. A name alone joins nothing: it is one department's.
fn by_name(
    plan: &Plan,
    columns: &[Column<'_>],
    row: usize,
    name: &str,
    context: &Context,
    faults: &mut Faults<'_>,
) -> Option<SubjectKey> {
    let roles = &plan.item.roles;
    let mut codes = roles.subject_uscc.into_iter().chain(roles.subject_reg_no);
    if !plan.item.without_code || codes.any(|field| faults.has_error(row, field)) {
        return None;
    }
    identifier::accept(identifier::UNIT_NAME, name).ok()?;
    let address = roles.address.map_or("", |field| &*columns[field].text[row]);
    let mut value = format!("{}:{}", context.department, name::normalise(name));
    if !address.is_empty() {
        value.push('@');
        value.push_str(&name::normalise(address));
    }
    faults.doubt_row(row, Rule::ByName, name);
    Some(SubjectKey { scheme: identifier::UNIT_NAME.to_owned(), value })
}

/// Says that no code names the subject, unless a code that would have is faulty itself.
fn missing(plan: &Plan, kind: Kind, name: &str, row: usize, faults: &mut Faults<'_>) {
    let roles = &plan.item.roles;
    let number = roles.subject_reg_no.filter(|_| kind == Kind::IndividualBusiness);
    if roles.subject_uscc.into_iter().chain(number).any(|field| faults.has_error(row, field)) {
        return;
    }
    let why = match kind {
        Kind::IndividualBusiness => Text::new(
            "个体工商户应填统一社会信用代码或 15 位工商注册号",
            "an individual business needs its unified code or a registration number of 15 digits",
        ),
        _ => Text::new(
            "法人及非法人组织应填统一社会信用代码",
            "an organisation needs its unified social credit code",
        ),
    };
    faults.add_row(row, Rule::SubjectMissing, name, why);
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
    let says_nothing = |cell: &&str| plan.blanks.find(cell) == Some(Blank::Placeholder);
    let cells =
        plan.subject_columns.iter().map(|column| values::written(plan, batch.cell(row, *column)));
    let cells = cells.filter(|cell| !cell.is_empty() && !says_nothing(cell));
    let joined = cells.collect::<Vec<_>>().join(" ");
    let value = crate::clean::clean(Cow::Owned(joined), &scheme.clean);
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
        let code = plan.item.roles.subject_uscc.map_or("", |field| &*columns[field].text[row]);
        let individual = code.starts_with("92") && kinds.contains(&Kind::IndividualBusiness);
        return if individual { Some(Kind::IndividualBusiness) } else { kinds.first().copied() };
    };
    let list = plan.fields[field].codes.as_ref()?;
    let Some(position) = columns[field].code(row) else {
        // A row that names no category must not vanish without a word.
        if !faults.has_error(row, field) {
            faults.add(row, field, Rule::Required, Level::Error, "", "");
        }
        return None;
    };
    let kind = Kind::from_code(&list.entries.get(position as usize)?.code)?;
    if kinds.contains(&kind) || plan.key_only {
        return Some(kind);
    }
    faults.add(row, field, Rule::SubjectKind, Level::Error, kind.exchanged(), "");
    None
}

/// A natural person is looked up by the keyed hash of the number; the number itself goes no further.
fn person(
    plan: &Plan,
    columns: &[Column<'_>],
    row: usize,
    context: &Context,
    faults: &mut Faults<'_>,
) -> Option<SubjectKey> {
    let field = plan.item.roles.subject_person_id?;
    let Typed::Persons(schemes) = &columns[field].typed else { return None };
    let Some(scheme) = schemes[row] else {
        if !faults.has_error(row, field) {
            faults.add(row, field, Rule::Required, Level::Error, "", "");
        }
        return None;
    };
    let Some(keys) = &context.keys else {
        let why = Text::new(
            "没有封存密钥，不能接收自然人证件号码",
            "without sealing keys no identity number of a person can be taken",
        );
        faults.add_row(row, Rule::Refused, "", why);
        return None;
    };
    let value = keys.lookup(scheme, &columns[field].text[row]);
    Some(SubjectKey { scheme: scheme.to_owned(), value })
}

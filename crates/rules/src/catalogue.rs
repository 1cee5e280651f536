//! `catalogue/<item>.toml`: what may be recorded, field by field, and on what legal basis.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use domain::{
    catalogue::{
        Cycle, Field, FieldKind, Item, Openness, Polarity, PublicationRule, Required, Section,
    },
    check::{Check, CheckRule},
    condition::Test,
    disclosure::{Audience, Disclosure, Verdict},
    parameter::{Dated, Unit},
    subject,
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    check,
    code_list::Codes,
    condition::{self, RawCondition},
    dated::Period,
    document::Table,
    parameter::Parameters,
    publication::{self, RawPublication},
    raw::{self, Day, RawReference, Wording, Words},
    role::{self, RawRoles},
    scope::{CODED, Scope},
    source::Page,
    wall::Walls,
};

/// The list of the categories of 全国公共信用信息基础目录 and of what is recognised beside them.
const CATEGORIES: &str = "categories";

/// The entry above the categories that belong to no catalogue of this country.
const OUTSIDE: &str = "outside";

/// What the items refer to. A file that was faulty is none, and names in it are not questioned.
#[derive(Debug)]
pub(crate) struct Shelf<'a> {
    pub(crate) walls: &'a Option<Walls>,
    pub(crate) disclosures: &'a Option<Vec<Disclosure>>,
    pub(crate) codes: &'a Codes,
    pub(crate) parameters: &'a Parameters,
}

/// Catalogue items by id; an item whose file is faulty is known but gives nothing.
pub(crate) type Items = BTreeMap<String, Option<Item>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    zh: Words,
    en: Words,
    category: Spanned<Words>,
    about: Wording,
    section: Section,
    polarity: Polarity,
    openness: Openness,
    cycle: Cycle,
    zero_report: Option<Cycle>,
    timeliness: Option<Spanned<String>>,
    filter: Option<Spanned<String>>,
    providers: Spanned<Vec<Words>>,
    subject_kinds: Spanned<Vec<subject::Kind>>,
    #[serde(default)]
    natural_key: Vec<Spanned<String>>,
    without_code: Option<Spanned<bool>>,
    #[serde(default)]
    role: RawRoles,
    contrary: Option<RawContrary>,
    publication: RawPublication,
}

/// What an item is compared with, and by which instrument.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawContrary {
    items: Vec<Words>,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBasis {
    from: Spanned<Day>,
    until: Option<Spanned<Day>>,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    code: Spanned<Words>,
    #[serde(default)]
    aliases: Vec<Words>,
    name: Spanned<String>,
    zh: Spanned<Words>,
    en: Words,
    #[serde(rename = "type")]
    kind: Spanned<String>,
    max: Option<Spanned<u32>>,
    required: Option<bool>,
    required_when: Option<Spanned<Vec<Vec<RawCondition>>>>,
    #[serde(default)]
    empty_when: Vec<RawCondition>,
    disclose: Spanned<String>,
}

/// The tables of an item, read.
struct Tables {
    basis: Vec<Dated<()>>,
    fields: Vec<Field>,
    checks: Vec<Check>,
    /// Every field is readable, so that an unknown name is a fault.
    complete: bool,
    /// Every check and class is too: what a faulty one would have said is not missed as well.
    whole: bool,
}

/// Reads one item; none where anything in its file is faulty.
pub(crate) fn read(page: &mut Page<'_>, id: &str, shelf: &Shelf<'_>) -> Option<Item> {
    let before = page.count();
    let mut document = page.document()?;
    let span = document.span();
    let tables = read_tables(page, id, &mut document, shelf);
    let raw: RawItem = document.rest(page)?;
    if raw.providers.get_ref().is_empty() {
        page.fault(raw.providers.span(), "expected at least one kind of provider");
    }
    if raw.subject_kinds.get_ref().is_empty() {
        page.fault(raw.subject_kinds.span(), "expected at least one kind of subject");
    }
    let scope = Scope::new(&tables.fields, tables.complete, shelf.codes);
    let roles = role::read(page, &scope, &raw.role, shelf.codes);
    let publication =
        publication::read(page, &scope, &raw.publication, &raw.role, shelf.parameters)?;
    let natural_key = read_key(page, &scope, &raw.natural_key);
    let timeliness = read_timeliness(page, raw.timeliness.as_ref(), shelf.parameters);
    let filter = raw.filter.as_ref().and_then(|name| scope.fitting(page, name, CODED));
    let contrary = raw.contrary.map(|raw| read_contrary(page, raw, id)).unwrap_or_default();
    let (category, filter_name) = (raw.category, raw.filter);
    let item = Item {
        id: Arc::from(id),
        label: raw::text(raw.zh, raw.en),
        about: raw.about.into(),
        section: raw.section,
        polarity: raw.polarity,
        openness: raw.openness,
        cycle: raw.cycle,
        zero_report: raw.zero_report.unwrap_or(raw.cycle),
        providers: raw.providers.into_inner().into_iter().map(|provider| provider.0).collect(),
        subject_kinds: raw.subject_kinds.into_inner(),
        natural_key,
        without_code: raw.without_code.as_ref().is_some_and(|flag| *flag.get_ref()),
        roles,
        checks: tables.checks,
        publication,
        basis: tables.basis,
        category: category.get_ref().0.clone(),
        fields: tables.fields,
        timeliness,
        filter,
        contrary,
    };
    check_category(page, &item, &category, shelf.codes);
    if let Some(flag) = raw.without_code.filter(|_| item.without_code) {
        check_without_code(page, &item, &flag);
    }
    if tables.whole {
        check_filter(page, &item, filter_name.as_ref());
        check::report_missing(page, &span, &item);
    }
    refuse_at_walls(page, &span, &item, shelf);
    (before == page.count()).then_some(item)
}

fn read_contrary(page: &mut Page<'_>, raw: RawContrary, id: &str) -> Vec<String> {
    let reference = RawReference {
        span: raw.instrument.span(),
        instrument: &raw.instrument.get_ref().0,
        article: raw.article.as_deref(),
        verified: raw.verified,
    };
    reference.read(page, &format!("{id}: contrary"));
    raw.items.into_iter().map(|item| item.0).collect()
}

/// Names of items that an item is compared with and that are not there, by the item's id.
pub(crate) fn unknown_contraries(items: &Items) -> Vec<(String, String)> {
    let known = items.iter().filter_map(|(id, item)| Some((id, item.as_ref()?)));
    let named = known.flat_map(|(id, item)| item.contrary.iter().map(move |one| (id, one)));
    let unknown = named.filter(|(_, one)| !items.contains_key(*one));
    unknown.map(|(id, one)| (id.clone(), one.clone())).collect()
}

fn read_tables(
    page: &mut Page<'_>,
    id: &str,
    document: &mut Table<'_>,
    shelf: &Shelf<'_>,
) -> Tables {
    let basis = document.each(page, "basis");
    let basis = read_basis(page, id, basis);
    if basis.is_empty() {
        let message = "expected at least one [[basis]]: nothing is recorded without one";
        page.fault(document.span(), message);
    }
    let read_so_far = page.count();
    let raw_fields: Vec<Spanned<RawField>> = document.each(page, "field");
    let complete = read_so_far == page.count();
    let mut fields = read_fields(page, &raw_fields, shelf);
    if fields.is_empty() && complete {
        page.fault(document.span(), "expected at least one [[field]]");
    }
    read_conditions(page, &raw_fields, &mut fields, complete, shelf);
    let scope = Scope::new(&fields, complete, shelf.codes);
    let law = check::Law { walls: shelf.walls, parameters: shelf.parameters };
    let written = document.tables(page, "check");
    let count = written.len();
    let checks = written.into_iter().filter_map(|table| check::read(page, &scope, law, table));
    let checks: Vec<Check> = checks.collect();
    let whole = complete && count == checks.len() && shelf.disclosures.is_some();
    Tables { basis, fields, checks, complete, whole }
}

fn read_timeliness(
    page: &mut Page<'_>,
    key: Option<&Spanned<String>>,
    parameters: &Parameters,
) -> Option<String> {
    let key = key?;
    match parameters.get(key.get_ref()) {
        None => page.fault(key.span(), format!("there is no parameter `{}`", key.get_ref())),
        Some(Some(parameter)) if parameter.unit != Unit::WorkingDays => {
            page.fault(key.span(), format!("expected `{}` to count working days", parameter.key));
        }
        Some(_) => {}
    }
    Some(key.get_ref().clone())
}

/// A name is no identity: what is shown to the public, or is about persons, bears a code.
fn check_without_code(page: &mut Page<'_>, item: &Item, flag: &Spanned<bool>) {
    if item.openness == Openness::Public || item.publication != PublicationRule::Never {
        page.fault(flag.span(), "an item that is published takes no row without a code");
    }
    if item.subject_kinds.contains(&subject::Kind::NaturalPerson) {
        page.fault(flag.span(), "an item about natural persons takes no row without a code");
    }
    if item.roles.subject_name.is_none() {
        page.fault(flag.span(), "expected the role subject_name beside without_code");
    }
}

/// A filter lets the public ask what a field says: only of a field that it may read.
fn check_filter(page: &mut Page<'_>, item: &Item, name: Option<&Spanned<String>>) {
    let (Some(position), Some(name)) = (item.filter, name) else { return };
    let field = &item.fields[position];
    if !item.is_public(field) || field.disclosure.verdict(Audience::Public) != Verdict::Show {
        let name_written = name.get_ref();
        let message =
            format!("`{name_written}` is not shown to the public; no list is filtered by it");
        page.fault(name.span(), message);
    }
}

/// The category must be one the catalogue in force knows, or one that is recognised beside it.
/// What belongs to no catalogue of this country is never public and takes no subject of this country.
fn check_category(page: &mut Page<'_>, item: &Item, name: &Spanned<Words>, codes: &Codes) {
    let Some(list) = codes.get(CATEGORIES) else {
        page.fault(name.span(), format!("there is no code list codes/{CATEGORIES}.toml"));
        return;
    };
    let Some(list) = list else { return };
    let Some(entry) = list.find(&name.get_ref().0) else {
        let message = format!("`{}` is no category of codes/{CATEGORIES}", name.get_ref().0);
        page.fault(name.span(), message);
        return;
    };
    if entry.parent.as_deref() != Some(OUTSIDE) {
        return;
    }
    if item.openness == Openness::Public || item.publication != PublicationRule::Never {
        page.fault(name.span(), "an item outside the catalogue is never public");
    }
    let refused = |uscc: usize| {
        item.checks.iter().any(|check| match &check.rule {
            CheckRule::Refuse { when, .. } => {
                when.len() == 1 && when[0].field == uscc && when[0].test == Test::Filled
            }
            _ => false,
        })
    };
    if item.roles.subject_uscc.is_some_and(|uscc| !refused(uscc)) {
        let message = "an item outside the catalogue refuses every row with a unified code";
        page.fault(name.span(), message);
    }
}

/// Positions of the fields of a natural key, none of them twice.
pub(crate) fn read_key(
    page: &mut Page<'_>,
    scope: &Scope<'_>,
    names: &[Spanned<String>],
) -> Vec<usize> {
    let mut key = Vec::new();
    for name in names {
        let Some((position, _)) = scope.field(page, name) else { continue };
        if key.contains(&position) {
            page.fault(name.span(), format!("`{}` stands in the key twice", name.get_ref()));
        }
        key.push(position);
    }
    key
}

/// Reads the bases. Two may be in force at once: an item can rest on several instruments.
fn read_basis(page: &mut Page<'_>, id: &str, raw: Vec<Spanned<RawBasis>>) -> Vec<Dated<()>> {
    let mut basis = Vec::new();
    for raw in raw {
        let raw = raw.into_inner();
        let period = Period::read(page, &raw.from, raw.until.as_ref());
        let reference = RawReference {
            span: raw.instrument.span(),
            instrument: &raw.instrument.get_ref().0,
            article: raw.article.as_deref(),
            verified: raw.verified,
        };
        let reference = reference.read(page, &format!("basis of {id} from {}", period.from));
        basis.push(Dated { from: period.from, until: period.until, value: (), reference });
    }
    basis.sort_by_key(|basis| basis.from);
    basis
}

/// Reads the fields without their conditions, which may name any of them.
fn read_fields(page: &mut Page<'_>, raw: &[Spanned<RawField>], shelf: &Shelf<'_>) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for raw in raw {
        let raw = raw.get_ref();
        let code = &raw.code.get_ref().0;
        if fields.iter().any(|field| field.code == *code) {
            page.fault(raw.code.span(), format!("code `{code}` belongs to another field already"));
        }
        let name = raw.name.get_ref();
        if fields.iter().any(|field| field.name == *name) {
            page.fault(raw.name.span(), format!("name `{name}` belongs to another field already"));
        }
        if !is_snake_case(name) {
            page.fault(raw.name.span(), format!("expected a name in snake_case, found `{name}`"));
        }
        let written = [code, name, &raw.zh.get_ref().0, &raw.en.0].map(String::as_str);
        let aliases = raw.aliases.iter().map(|alias| alias.0.as_str());
        if let Some(walls) = shelf.walls {
            walls.refuse_any(page, raw.zh.span(), written.into_iter().chain(aliases));
        }
        let kind = read_kind(page, &raw.kind, shelf.codes);
        if let Some(max) = &raw.max
            && kind != FieldKind::Text
        {
            page.fault(max.span(), "only a field of type text has a max");
        }
        fields.push(Field {
            code: code.clone(),
            aliases: raw.aliases.iter().map(|alias| alias.0.clone()).collect(),
            name: name.clone(),
            label: raw::text(raw.zh.get_ref().clone(), raw.en.clone()),
            disclosure: read_disclosure(page, &raw.disclose, &kind, shelf),
            kind,
            max: raw.max.as_ref().map(|max| *max.get_ref()),
            required: Required::Never,
            empty_when: Vec::new(),
        });
    }
    fields
}

fn read_kind(page: &mut Page<'_>, written: &Spanned<String>, codes: &Codes) -> FieldKind {
    let kind = written.get_ref().as_str();
    let plain = match kind {
        "text" => Some(FieldKind::Text),
        "date" => Some(FieldKind::Date),
        "date_open" => Some(FieldKind::DateOpen),
        "money_wan" => Some(FieldKind::MoneyWan),
        "money_yuan" => Some(FieldKind::MoneyYuan),
        "integer" => Some(FieldKind::Integer),
        "decimal" => Some(FieldKind::Decimal),
        "flag" => Some(FieldKind::Flag),
        "uscc" => Some(FieldKind::Uscc),
        "org_code" => Some(FieldKind::OrgCode),
        "reg_no" => Some(FieldKind::RegNo),
        "person_id" => Some(FieldKind::PersonId),
        _ => None,
    };
    if let Some(kind) = plain {
        return kind;
    }
    let (list, coded) = match (kind.strip_prefix("code:"), kind.strip_prefix("codes:")) {
        (Some(list), _) => (list, FieldKind::Code { list: list.to_owned() }),
        (_, Some(list)) => (list, FieldKind::Codes { list: list.to_owned() }),
        _ => {
            page.fault(written.span(), format!("there is no field type `{kind}`"));
            return FieldKind::Text;
        }
    };
    if !codes.contains_key(list) {
        page.fault(written.span(), format!("there is no code list codes/{list}.toml"));
    }
    coded
}

fn read_disclosure(
    page: &mut Page<'_>,
    name: &Spanned<String>,
    kind: &FieldKind,
    shelf: &Shelf<'_>,
) -> Disclosure {
    let withheld = || Disclosure::new(name.get_ref().clone(), [Verdict::Withhold; 5]);
    let Some(classes) = shelf.disclosures else { return withheld() };
    let Some(class) = classes.iter().find(|class| class.name == *name.get_ref()) else {
        page.fault(name.span(), format!("disclosure.toml has no class `{}`", name.get_ref()));
        return withheld();
    };
    if *kind == FieldKind::PersonId && class.verdict(Audience::Public) == Verdict::Show {
        page.fault(name.span(), "an identity number of a person is never shown to the public");
    }
    class.clone()
}

/// Puts the conditions on fields that are all known by now.
fn read_conditions(
    page: &mut Page<'_>,
    raw: &[Spanned<RawField>],
    fields: &mut [Field],
    complete: bool,
    shelf: &Shelf<'_>,
) {
    let scope = Scope::new(fields, complete, shelf.codes);
    let conditions: Vec<_> = raw
        .iter()
        .map(|raw| {
            let required = read_required(page, &scope, raw.get_ref());
            (required, condition::read_all(page, &scope, &raw.get_ref().empty_when))
        })
        .collect();
    for (field, (required, empty_when)) in fields.iter_mut().zip(conditions) {
        field.required = required;
        field.empty_when = empty_when;
    }
}

fn read_required(page: &mut Page<'_>, scope: &Scope<'_>, raw: &RawField) -> Required {
    let Some(groups) = &raw.required_when else {
        return if raw.required == Some(true) { Required::Always } else { Required::Never };
    };
    if raw.required.is_some() {
        page.fault(groups.span(), "expected required or required_when, not both");
    }
    if groups.get_ref().iter().any(Vec::is_empty) || groups.get_ref().is_empty() {
        page.fault(groups.span(), "expected at least one condition in every group");
    }
    let groups = groups.get_ref().iter();
    Required::When(groups.map(|group| condition::read_all(page, scope, group)).collect())
}

/// What the item as a whole says it records, and the codes its fields can say.
fn refuse_at_walls(page: &mut Page<'_>, span: &Range<usize>, item: &Item, shelf: &Shelf<'_>) {
    let Some(walls) = shelf.walls else { return };
    let (label, about) = (&item.label, &item.about);
    let written = [&*item.id, &label.zh, &label.en, &about.zh, &about.en];
    walls.refuse_any(page, span.clone(), written);
    walls.refuse_codes(page, span, item, shelf.codes);
}

fn is_snake_case(name: &str) -> bool {
    let plain = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_';
    name.starts_with(|one: char| one.is_ascii_lowercase()) && name.chars().all(plain)
}

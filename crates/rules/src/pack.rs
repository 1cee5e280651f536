//! `packs/<pack>.toml`: how a foreign or legacy file maps to a catalogue item.

use std::collections::BTreeMap;

use domain::{
    catalogue::{Field, FieldKind, Item, PublicationRule},
    condition::Condition,
    date, identifier,
    pack::{Clean, Format, Mapping, Pack, Source, SubjectScheme},
    subject,
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    catalogue::{self, Items},
    code_list::Codes,
    place::Places,
    raw::{self, Wording, Words},
    scope::Scope,
    source::Page,
};

/// What the packs refer to.
#[derive(Debug)]
pub(crate) struct Shelf<'a> {
    pub(crate) items: &'a Items,
    pub(crate) codes: &'a Codes,
    pub(crate) places: &'a Places,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPack {
    zh: Words,
    en: Words,
    item: Spanned<String>,
    department: Option<Spanned<String>>,
    source: Wording,
    #[serde(default)]
    detect: Vec<Words>,
    format: Option<RawFormat>,
    subject: Option<RawSubject>,
    #[serde(default)]
    natural_key: Vec<Spanned<String>>,
    absent: Option<RawAbsent>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFormat {
    encoding: Option<Spanned<String>>,
    delimiter: Option<Spanned<String>>,
    quoted: Option<bool>,
    #[serde(default)]
    null_words: Vec<String>,
    #[serde(default)]
    dates: Vec<Words>,
    #[serde(default)]
    permanent_dates: Vec<Spanned<Words>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSubject {
    scheme: Spanned<Words>,
    columns: Spanned<Vec<Words>>,
    #[serde(default)]
    clean: Vec<RawClean>,
    kind: Spanned<subject::Kind>,
    #[serde(default)]
    by_name: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAbsent {
    fields: Vec<Spanned<String>>,
    /// For whoever reads the file: why the source cannot give them.
    #[serde(rename = "zh")]
    _zh: Words,
    #[serde(rename = "en")]
    _en: Words,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    field: Spanned<String>,
    from: Option<String>,
    first_of: Option<Vec<String>>,
    join: Option<Vec<String>>,
    with: Option<String>,
    constant: Option<Spanned<String>>,
    #[serde(default)]
    clean: Vec<RawClean>,
    #[serde(default)]
    map: BTreeMap<String, Spanned<String>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawClean {
    StripDecimal,
    Squeeze,
    Uppercase,
    AmountFromProse,
}

/// Reads one pack; none where anything in its file is faulty.
pub(crate) fn read(page: &mut Page<'_>, id: &str, shelf: &Shelf<'_>) -> Option<Pack> {
    let before = page.count();
    let mut document = page.document()?;
    let columns = document.each::<RawColumn>(page, "column");
    let raw: RawPack = document.rest(page)?;
    if let Some(department) = &raw.department {
        check_department(page, department, shelf.places);
    }
    let format = read_format(page, raw.format);
    let item = find_item(page, &raw.item, shelf.items)?;
    if let Some(subject) = &raw.subject {
        check_subject(page, subject, item);
    }
    let scope = Scope::of(item, shelf.codes);
    let columns = read_columns(page, &scope, columns);
    let natural_key = catalogue::read_key(page, &scope, &raw.natural_key);
    let absent = read_absent(page, &scope, raw.absent, &columns, item);
    let pack = Pack {
        id: id.to_owned(),
        label: raw::text(raw.zh, raw.en),
        item: raw.item.into_inner(),
        department: raw.department.map(Spanned::into_inner),
        detect: raw.detect.into_iter().map(|heading| heading.0).collect(),
        format,
        columns,
        subject: raw.subject.map(scheme),
        natural_key,
        absent,
        source: raw.source.into(),
    };
    (before == page.count()).then_some(pack)
}

fn find_item<'i>(page: &mut Page<'_>, id: &Spanned<String>, items: &'i Items) -> Option<&'i Item> {
    let found = items.get(id.get_ref());
    if found.is_none() {
        page.fault(id.span(), format!("there is no catalogue item `{}`", id.get_ref()));
    }
    found?.as_ref()
}

/// A department may be named that some place has; a faulty place is not questioned.
fn check_department(page: &mut Page<'_>, id: &Spanned<String>, places: &Places) {
    let known = places
        .values()
        .any(|place| place.as_ref().is_none_or(|place| place.department(id.get_ref()).is_some()));
    if !known {
        page.fault(id.span(), format!("no place has a department `{}`", id.get_ref()));
    }
}

/// A subject may be named by a scheme that is known, and only as what the item takes. A natural
/// person never is: the number is sealed, and no column of a source's own can be.
fn check_subject(page: &mut Page<'_>, raw: &RawSubject, item: &Item) {
    if raw.columns.get_ref().is_empty() {
        page.fault(raw.columns.span(), "expected at least one column");
    }
    let scheme = &raw.scheme.get_ref().0;
    if identifier::scheme(scheme).is_none() {
        page.fault(raw.scheme.span(), format!("there is no identifier scheme `{scheme}`"));
    }
    let kind = *raw.kind.get_ref();
    if kind == subject::Kind::NaturalPerson || scheme == "cn_id" {
        let message = "a natural person is found by the sealed number of the item's own field only";
        page.fault(raw.kind.span(), message);
    } else if !item.subject_kinds.contains(&kind) {
        page.fault(raw.kind.span(), format!("the item takes no subject of kind `{}`", kind.code()));
    }
}

fn read_format(page: &mut Page<'_>, raw: Option<RawFormat>) -> Format {
    let Some(raw) = raw else { return Format { quoted: true, ..Format::default() } };
    if let Some(encoding) = &raw.encoding
        && !matches!(encoding.get_ref().as_str(), "utf-8" | "gb18030")
    {
        page.fault(encoding.span(), "expected utf-8 or gb18030");
    }
    let delimiter = raw.delimiter.and_then(|written| match *written.get_ref().as_bytes() {
        [byte] => Some(byte),
        _ => {
            page.fault(written.span(), "expected one ASCII character");
            None
        }
    });
    for written in &raw.permanent_dates {
        // A word (长期) is taken as it stands; what has figures in it must be a day.
        let word = &written.get_ref().0;
        if word.contains(|one: char| one.is_ascii_digit()) && date::parse(word).is_none() {
            page.fault(written.span(), format!("`{word}` is neither a word nor a date"));
        }
    }
    let permanent = raw.permanent_dates.into_iter().map(Spanned::into_inner).collect();
    let words = |words: Vec<Words>| words.into_iter().map(|word| word.0).collect();
    Format {
        encoding: raw.encoding.map(Spanned::into_inner),
        delimiter,
        quoted: raw.quoted.unwrap_or(true),
        null_words: raw.null_words,
        dates: words(raw.dates),
        permanent_dates: words(permanent),
    }
}

fn scheme(raw: RawSubject) -> SubjectScheme {
    SubjectScheme {
        scheme: raw.scheme.into_inner().0,
        columns: raw.columns.into_inner().into_iter().map(|column| column.0).collect(),
        clean: raw.clean.into_iter().map(clean).collect(),
        kind: raw.kind.into_inner(),
        by_name: raw.by_name,
    }
}

fn read_columns(
    page: &mut Page<'_>,
    scope: &Scope<'_>,
    raw: Vec<Spanned<RawColumn>>,
) -> Vec<Mapping> {
    let mut columns: Vec<Mapping> = Vec::new();
    for raw in raw {
        let raw = raw.into_inner();
        let found = scope.field(page, &raw.field);
        check_values(page, scope, found.map(|(_, field)| field), &raw);
        let source = read_source(page, &raw);
        let (Some((field, _)), Some(from)) = (found, source) else { continue };
        if columns.iter().any(|column| column.field == field) {
            page.fault(raw.field.span(), format!("`{}` is mapped twice", raw.field.get_ref()));
        }
        let map = raw.map.into_iter().map(|(from, to)| (from, to.into_inner())).collect();
        let clean = raw.clean.into_iter().map(clean).collect();
        columns.push(Mapping { field, from, clean, map });
    }
    columns
}

/// A constant or a mapped word for a coded field must be one the field's list takes.
fn check_values(page: &mut Page<'_>, scope: &Scope<'_>, field: Option<&Field>, raw: &RawColumn) {
    let Some(FieldKind::Code { list }) = field.map(|field| &field.kind) else { return };
    let Some(list) = scope.list(list) else { return };
    for value in raw.constant.iter().chain(raw.map.values()) {
        let word = value.get_ref();
        if !word.is_empty() && list.find(word).is_none() {
            page.fault(value.span(), format!("`{word}` is no code or label of codes/{}", list.id));
        }
    }
}

fn read_source(page: &mut Page<'_>, raw: &RawColumn) -> Option<Source> {
    let source = match (&raw.from, &raw.first_of, &raw.join, &raw.constant) {
        (Some(column), None, None, None) => Source::Column(column.clone()),
        (None, Some(columns), None, None) => Source::FirstOf(columns.clone()),
        (None, None, Some(columns), None) => {
            let with = raw.with.clone().unwrap_or_else(|| " ".to_owned());
            Source::Join { columns: columns.clone(), with }
        }
        (None, None, None, Some(value)) => Source::Constant(value.get_ref().clone()),
        _ => {
            page.fault(raw.field.span(), "expected one of from, first_of, join, constant");
            return None;
        }
    };
    if raw.with.is_some() && raw.join.is_none() {
        page.fault(raw.field.span(), "only join has a with");
    }
    Some(source)
}

fn read_absent(
    page: &mut Page<'_>,
    scope: &Scope<'_>,
    raw: Option<RawAbsent>,
    columns: &[Mapping],
    item: &Item,
) -> Vec<usize> {
    let Some(raw) = raw else { return Vec::new() };
    let mut absent = Vec::new();
    for name in &raw.fields {
        let Some((position, _)) = scope.field(page, name) else { continue };
        let name_written = name.get_ref();
        if columns.iter().any(|column| column.field == position) {
            page.fault(name.span(), format!("`{name_written}` is mapped and said to be absent"));
        }
        let deciding = [item.roles.simplified_procedure, item.roles.penalty_kinds];
        let conditions = published_when(item).iter().map(|condition| Some(condition.field));
        if conditions.chain(deciding).any(|field| field == Some(position)) {
            let message = format!(
                "`{name_written}` decides whether a record is published: no pack may lack it"
            );
            page.fault(name.span(), message);
        }
        absent.push(position);
    }
    absent
}

/// The conditions without which the item publishes nothing.
fn published_when(item: &Item) -> &[Condition] {
    match &item.publication {
        PublicationRule::Never => &[],
        PublicationRule::Standing { when }
        | PublicationRule::Validity { when }
        | PublicationRule::Term { when, .. }
        | PublicationRule::Classified { when } => when,
    }
}

fn clean(raw: RawClean) -> Clean {
    match raw {
        RawClean::StripDecimal => Clean::StripDecimal,
        RawClean::Squeeze => Clean::Squeeze,
        RawClean::Uppercase => Clean::Uppercase,
        RawClean::AmountFromProse => Clean::AmountFromProse,
    }
}

//! `packs/<pack>.toml`: how a foreign or legacy file maps to a catalogue item.

use std::collections::BTreeMap;

use domain::{
    catalogue::{Field, FieldKind, Item},
    pack::{Clean, Format, Mapping, Pack, Source, SubjectScheme},
    subject,
    text::Text,
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
    permanent_dates: Vec<Words>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSubject {
    scheme: Words,
    columns: Spanned<Vec<Words>>,
    #[serde(default)]
    clean: Vec<RawClean>,
    kind: subject::Kind,
    #[serde(default)]
    by_name: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAbsent {
    fields: Vec<Spanned<String>>,
    zh: Words,
    en: Words,
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
    if let Some(subject) = &raw.subject
        && subject.columns.get_ref().is_empty()
    {
        page.fault(subject.columns.span(), "expected at least one column");
    }
    let item = find_item(page, &raw.item, shelf.items)?;
    let scope = Scope::of(item, shelf.codes);
    let columns = read_columns(page, &scope, columns);
    let natural_key = catalogue::read_key(page, &scope, &raw.natural_key);
    let (absent, absent_reason) = read_absent(page, &scope, raw.absent, &columns);
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
        absent_reason,
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
    let words = |words: Vec<Words>| words.into_iter().map(|word| word.0).collect();
    Format {
        encoding: raw.encoding.map(Spanned::into_inner),
        delimiter,
        quoted: raw.quoted.unwrap_or(true),
        null_words: raw.null_words,
        dates: words(raw.dates),
        permanent_dates: words(raw.permanent_dates),
    }
}

fn scheme(raw: RawSubject) -> SubjectScheme {
    SubjectScheme {
        scheme: raw.scheme.0,
        columns: raw.columns.into_inner().into_iter().map(|column| column.0).collect(),
        clean: raw.clean.into_iter().map(clean).collect(),
        kind: raw.kind,
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
) -> (Vec<usize>, Text) {
    let Some(raw) = raw else { return (Vec::new(), Text::default()) };
    let mut absent = Vec::new();
    for name in &raw.fields {
        let Some((position, _)) = scope.field(page, name) else { continue };
        if columns.iter().any(|column| column.field == position) {
            page.fault(
                name.span(),
                format!("`{}` is mapped and said to be absent", name.get_ref()),
            );
        }
        absent.push(position);
    }
    (absent, raw::text(raw.zh, raw.en))
}

fn clean(raw: RawClean) -> Clean {
    match raw {
        RawClean::StripDecimal => Clean::StripDecimal,
        RawClean::Squeeze => Clean::Squeeze,
        RawClean::Uppercase => Clean::Uppercase,
        RawClean::AmountFromProse => Clean::AmountFromProse,
    }
}

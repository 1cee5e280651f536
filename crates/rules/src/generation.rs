//! `parameters/publication/<generation>.toml`: how long a classified record is public, by its date.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use domain::{
    code_list::CodeList,
    parameter::{Reference, Unit},
    publication::{Class, Classification, Generation, Simplified},
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    code_list::{self, Codes},
    dated::Period,
    raw::{self, Day, RawReference, Words},
    source::{Folder, Page, Report},
};

/// The list whose codes are classified.
const PENALTY_KINDS: &str = "penalty_kinds";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGeneration {
    id: Spanned<String>,
    zh: Words,
    en: Words,
    from: Spanned<Day>,
    until: Option<Spanned<Day>>,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
    simplified: Option<Spanned<String>>,
    #[serde(default)]
    simplified_kinds: Vec<Spanned<Words>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClass {
    id: Spanned<String>,
    zh: Words,
    en: Words,
    published: bool,
    minimum_months: i64,
    maximum_months: Spanned<i64>,
    #[serde(default = "yes")]
    repairable: bool,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKind {
    code: Spanned<Words>,
    class: Spanned<String>,
    article: Option<String>,
    verified: Option<bool>,
}

fn yes() -> bool {
    true
}

/// Reads every generation, oldest first; no two may claim one day.
pub(crate) fn read_all(folder: &Folder, report: &mut Report, codes: &Codes) -> Vec<Generation> {
    let mut earlier: Vec<(&str, Generation)> = Vec::new();
    for (stem, source) in folder.stems("parameters/publication") {
        let page = &mut Page { source, report };
        let Some((generation, period)) = read(page, stem, codes) else { continue };
        for (other, _) in earlier.iter().filter(|(_, other)| overlap(other, &generation)) {
            page.fault(period.span(), format!("overlaps parameters/publication/{other}.toml"));
        }
        earlier.push((stem, generation));
    }
    let mut generations: Vec<Generation> =
        earlier.into_iter().map(|(_, generation)| generation).collect();
    generations.sort_by_key(|generation| generation.from);
    generations
}

/// One without an end lasts until the next begins, so only a written end can reach too far.
fn overlap(one: &Generation, other: &Generation) -> bool {
    let (earlier, later) = if one.from <= other.from { (one, other) } else { (other, one) };
    earlier.until.map_or(later.from == earlier.from, |until| later.from <= until)
}

fn read(page: &mut Page<'_>, stem: &str, codes: &Codes) -> Option<(Generation, Period)> {
    let mut document = page.document()?;
    let classes = document.each::<RawClass>(page, "class");
    let kinds = document.each::<RawKind>(page, "kind");
    let span = document.span();
    let raw: RawGeneration = document.rest(page)?;
    if raw.id.get_ref() != stem {
        page.fault(raw.id.span(), format!("expected the name of the file, `{stem}`"));
    }
    let period = Period::read(page, &raw.from, raw.until.as_ref());
    let instrument = raw.instrument.get_ref().0.as_str();
    let reference = RawReference {
        span: raw.instrument.span(),
        instrument,
        article: raw.article.as_deref(),
        verified: raw.verified,
    };
    let reference = reference.read(page, &raw.zh.0);
    if classes.is_empty() {
        page.fault(span.clone(), "expected at least one [[class]], lightest first");
    }
    let classes = read_classes(page, classes, instrument);
    let kinds = read_kinds(page, kinds, &classes, codes, &span);
    let simplified =
        read_simplified(page, raw.simplified.as_ref(), &raw.simplified_kinds, &classes, codes);
    let label = raw::text(raw.zh, raw.en);
    let (from, until) = (period.from, period.until);
    let id = raw.id.into_inner();
    Some((Generation { id, label, from, until, reference, classes, kinds, simplified }, period))
}

fn read_classes(page: &mut Page<'_>, raw: Vec<Spanned<RawClass>>, instrument: &str) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    for class in raw {
        let span = class.span();
        let class = class.into_inner();
        if classes.iter().any(|other| other.id == *class.id.get_ref()) {
            page.fault(class.id.span(), format!("class `{}` is defined twice", class.id.get_ref()));
        }
        let (minimum, maximum) = (class.minimum_months, *class.maximum_months.get_ref());
        if minimum < 0 || maximum < minimum {
            let message =
                format!("expected 0 ≤ minimum_months {minimum} ≤ maximum_months {maximum}");
            page.fault(class.maximum_months.span(), message);
        }
        if let Some(limit) = Unit::Months.limit().filter(|limit| *limit < maximum) {
            page.fault(class.maximum_months.span(), format!("expected at most {limit} months"));
        }
        let what = format!("{}: {minimum} to {maximum} months", class.zh.0);
        let reference = referred(page, span, instrument, class.article, class.verified, &what);
        classes.push(Class {
            id: class.id.into_inner(),
            label: raw::text(class.zh, class.en),
            published: class.published,
            minimum_months: minimum,
            maximum_months: maximum,
            repairable: class.repairable,
            reference,
        });
    }
    classes
}

/// The class of penalties by simplified procedure, with the kinds it can impose.
fn read_simplified(
    page: &mut Page<'_>,
    class: Option<&Spanned<String>>,
    kinds: &[Spanned<Words>],
    classes: &[Class],
    codes: &Codes,
) -> Option<Simplified> {
    let Some(written) = class else {
        if let Some(kind) = kinds.first() {
            page.fault(kind.span(), "expected simplified = \"…\", the class of these kinds");
        }
        return None;
    };
    if kinds.is_empty() {
        page.fault(written.span(), "expected simplified_kinds, the kinds this procedure imposes");
    }
    let list = codes.get(PENALTY_KINDS).and_then(Option::as_deref);
    let known = |kind: &Words| list.is_none_or(|list| code_list::has_code(list, &kind.0));
    for kind in kinds.iter().filter(|kind| !known(kind.get_ref())) {
        let message = format!("`{}` is no code of codes/{PENALTY_KINDS}", kind.get_ref().0);
        page.fault(kind.span(), message);
    }
    let class = position(page, classes, written)?;
    let kinds: BTreeSet<String> = kinds.iter().map(|kind| kind.get_ref().0.clone()).collect();
    Some(Simplified { class, kinds })
}

fn read_kinds(
    page: &mut Page<'_>,
    raw: Vec<Spanned<RawKind>>,
    classes: &[Class],
    codes: &Codes,
    whole: &Range<usize>,
) -> BTreeMap<String, Classification> {
    let list = codes.get(PENALTY_KINDS);
    if list.is_none() {
        page.fault(whole.clone(), format!("there is no code list codes/{PENALTY_KINDS}.toml"));
    }
    let list = list.and_then(Option::as_deref);
    let before = page.count();
    let mut kinds = BTreeMap::new();
    for kind in raw {
        let span = kind.span();
        let kind = kind.into_inner();
        let code = kind.code.get_ref().0.clone();
        let entry = list.and_then(|list| list.find(&code)).filter(|entry| entry.code == code);
        if list.is_some() && entry.is_none() {
            page.fault(kind.code.span(), format!("`{code}` is no code of codes/{PENALTY_KINDS}"));
        }
        if entry.is_some_and(|entry| !entry.maps_to.is_empty()) {
            let message =
                format!("`{code}` is several kinds in one word: its class follows from theirs");
            page.fault(kind.code.span(), message);
        }
        let Some(position) = position(page, classes, &kind.class) else { continue };
        let own = &classes[position].reference;
        let reference = match kind.article {
            Some(article) => {
                let what = format!("kind {code} is {}", kind.class.get_ref());
                let verified = kind.verified.unwrap_or(false);
                referred(page, span, &own.instrument, Some(article), verified, &what)
            }
            None => own.clone(),
        };
        if kinds.insert(code.clone(), Classification::Class { position, reference }).is_some() {
            page.fault(kind.code.span(), format!("kind `{code}` is classified twice"));
        }
    }
    if let Some(list) = list.filter(|_| before == page.count()) {
        merge(page, list, &mut kinds, whole);
    }
    kinds
}

/// Classes the words that merge several kinds by those kinds, and reports codes without a class.
fn merge(
    page: &mut Page<'_>,
    list: &CodeList,
    kinds: &mut BTreeMap<String, Classification>,
    whole: &Range<usize>,
) {
    for entry in &list.entries {
        if entry.maps_to.is_empty() {
            if !kinds.contains_key(&entry.code) {
                page.fault(whole.clone(), format!("kind `{}` has no class here", entry.code));
            }
            continue;
        }
        let of_each = entry.maps_to.iter().filter_map(|code| match kinds.get(code) {
            Some(Classification::Class { position, reference }) => Some((*position, reference)),
            _ => None,
        });
        let of_each: Vec<(usize, &Reference)> = of_each.collect();
        let heaviest = of_each.iter().map(|(position, _)| *position).max();
        let Some(heaviest) = heaviest.filter(|_| of_each.len() == entry.maps_to.len()) else {
            page.fault(whole.clone(), format!("kind `{}` has no class here", entry.code));
            continue;
        };
        let one_class = of_each.iter().all(|(position, _)| *position == heaviest);
        // Of several references, one that nobody has compared with the text is told.
        let told = of_each.iter().min_by_key(|(_, reference)| reference.verified);
        let classification = match told.filter(|_| one_class) {
            Some((position, reference)) => {
                Classification::Class { position: *position, reference: (*reference).clone() }
            }
            None => Classification::Unclassifiable { heaviest },
        };
        kinds.insert(entry.code.clone(), classification);
    }
}

fn position(page: &mut Page<'_>, classes: &[Class], id: &Spanned<String>) -> Option<usize> {
    let found = classes.iter().position(|class| class.id == *id.get_ref());
    if found.is_none() {
        page.fault(id.span(), format!("there is no class `{}` here", id.get_ref()));
    }
    found
}

fn referred(
    page: &mut Page<'_>,
    span: Range<usize>,
    instrument: &str,
    article: Option<String>,
    verified: bool,
    what: &str,
) -> Reference {
    RawReference { span, instrument, article: article.as_deref(), verified }.read(page, what)
}

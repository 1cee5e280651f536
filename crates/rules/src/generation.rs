//! `parameters/publication/<generation>.toml`: how long a classified record is public, by its date.

use std::{collections::BTreeMap, ops::Range};

use domain::{
    parameter::Reference,
    publication::{Class, Classification, Generation},
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
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKind {
    code: Spanned<Words>,
    class: Option<Spanned<String>>,
    #[serde(default)]
    unclassifiable: bool,
    article: Option<String>,
    verified: Option<bool>,
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
        page.fault(span, "expected at least one [[class]], lightest first");
    }
    let classes = read_classes(page, classes, instrument);
    let kinds = read_kinds(page, kinds, &classes, codes);
    let simplified = raw.simplified.and_then(|class| position(page, &classes, &class));
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
        let what = format!("{}: {minimum} to {maximum} months", class.zh.0);
        let reference = referred(page, span, instrument, class.article, class.verified, &what);
        classes.push(Class {
            id: class.id.into_inner(),
            label: raw::text(class.zh, class.en),
            published: class.published,
            minimum_months: minimum,
            maximum_months: maximum,
            reference,
        });
    }
    classes
}

fn read_kinds(
    page: &mut Page<'_>,
    raw: Vec<Spanned<RawKind>>,
    classes: &[Class],
    codes: &Codes,
) -> BTreeMap<String, Classification> {
    let list = codes.get(PENALTY_KINDS);
    if let (None, Some(kind)) = (list, raw.first()) {
        page.fault(kind.span(), format!("there is no code list codes/{PENALTY_KINDS}.toml"));
    }
    let list = list.and_then(Option::as_ref);
    let mut kinds = BTreeMap::new();
    for kind in raw {
        let span = kind.span();
        let kind = kind.into_inner();
        let code = kind.code.get_ref().0.clone();
        if list.is_some_and(|list| !code_list::has_code(list, &code)) {
            page.fault(kind.code.span(), format!("`{code}` is no code of codes/{PENALTY_KINDS}"));
        }
        let classification = match (kind.class, kind.unclassifiable) {
            (Some(class), false) => {
                let Some(position) = position(page, classes, &class) else { continue };
                let own = &classes[position].reference;
                let reference = match kind.article {
                    Some(article) => {
                        let what = format!("kind {code} is {}", class.get_ref());
                        let verified = kind.verified.unwrap_or(false);
                        referred(page, span, &own.instrument, Some(article), verified, &what)
                    }
                    None => own.clone(),
                };
                Classification::Class { position, reference }
            }
            (None, true) => Classification::Unclassifiable,
            _ => {
                page.fault(span, "expected class = \"…\" or unclassifiable = true");
                continue;
            }
        };
        if kinds.insert(code.clone(), classification).is_some() {
            page.fault(kind.code.span(), format!("kind `{code}` is classified twice"));
        }
    }
    kinds
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

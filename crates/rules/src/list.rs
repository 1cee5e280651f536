//! `measures.toml` and `lists.toml`: the measures there are, the lists one may be entered in here, and
//! which measures each of them opens.

use std::collections::BTreeSet;

use domain::{
    list::{List, ListMeasure, Measure, MeasureKind},
    matter::MatterKind,
    parameter::{Dated, Unit},
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    code_list::Codes,
    dated::Period,
    disclosure::Nothing,
    parameter::{Parameters, counted},
    raw::{self, Day, RawReference, Wording, Words},
    source::Page,
};

/// The list of codes a list is one of.
const KINDS: &str = "list_kinds";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMeasure {
    id: Spanned<Words>,
    zh: Words,
    en: Words,
    kind: Spanned<Words>,
    matters: Vec<Spanned<Words>>,
    from: Spanned<Day>,
    until: Option<Spanned<Day>>,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    id: Spanned<Words>,
    shortest: Spanned<Words>,
    longest: Spanned<Words>,
    removal: Wording,
    from: Spanned<Day>,
    until: Option<Spanned<Day>>,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
    measure: Vec<RawListMeasure>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawListMeasure {
    id: Spanned<Words>,
    mandatory: bool,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

/// What a list refers to.
pub(crate) struct Shelf<'a> {
    pub(crate) codes: &'a Codes,
    pub(crate) parameters: &'a Parameters,
    pub(crate) measures: Option<&'a [Measure]>,
}

/// Reads the measures; none where any of them is faulty.
pub(crate) fn read_measures(
    page: &mut Page<'_>,
    matters: Option<&[MatterKind]>,
) -> Option<Vec<Measure>> {
    let before = page.count();
    let mut document = page.document()?;
    let mut ids = BTreeSet::new();
    let mut measures = Vec::new();
    for measure in document.each::<RawMeasure>(page, "measure") {
        let measure = measure.into_inner();
        let id = raw::unique(page, &mut ids, "measure", &measure.id);
        let kind = MeasureKind::from_code(&measure.kind.get_ref().0);
        if kind.is_none() {
            page.fault(measure.kind.span(), "expected reduces_rights, management or voluntary");
        }
        for matter in &measure.matters {
            let named = &matter.get_ref().0;
            let known = |all: &[MatterKind]| all.iter().any(|kind| kind.id == *named);
            if !matters.is_none_or(known) {
                page.fault(matter.span(), format!("there is no kind of matter `{named}`"));
            }
        }
        let label = raw::text(measure.zh, measure.en);
        let reference = RawReference {
            span: measure.instrument.span(),
            instrument: &measure.instrument.get_ref().0,
            article: measure.article.as_deref(),
            verified: measure.verified,
        };
        let basis = dated(page, (&measure.from, measure.until.as_ref()), reference, &label.zh);
        let matters = measure.matters.into_iter().map(|matter| matter.into_inner().0).collect();
        let kind = kind.unwrap_or(MeasureKind::Voluntary);
        measures.push(Measure { id, label, kind, matters, basis: vec![basis] });
    }
    document.rest::<Nothing>(page)?;
    (before == page.count()).then_some(measures)
}

/// Reads the lists; none where any of them is faulty.
pub(crate) fn read_lists(page: &mut Page<'_>, shelf: &Shelf<'_>) -> Option<Vec<List>> {
    let before = page.count();
    let mut document = page.document()?;
    let mut ids = BTreeSet::new();
    let mut lists = Vec::new();
    for list in document.each::<RawList>(page, "list") {
        let list = list.into_inner();
        let id = raw::unique(page, &mut ids, "list", &list.id);
        let kinds = shelf.codes.get(KINDS).and_then(Option::as_ref);
        let label = kinds.and_then(|kinds| kinds.entries.iter().find(|entry| entry.code == id));
        let label = label.map(|entry| entry.label.clone());
        if kinds.is_some() && label.is_none() {
            page.fault(list.id.span(), format!("codes/{KINDS}.toml has no kind `{id}`"));
        }
        let label = label.unwrap_or_else(|| id.as_str().into());
        let [shortest, longest] = [&list.shortest, &list.longest]
            .map(|named| counted(page, shelf.parameters, named, &[Unit::Months]));
        let reference = RawReference {
            span: list.instrument.span(),
            instrument: &list.instrument.get_ref().0,
            article: list.article.as_deref(),
            verified: list.verified,
        };
        let basis = dated(page, (&list.from, list.until.as_ref()), reference, &label.zh);
        let mut measures = Vec::new();
        for measure in &list.measure {
            measures.push(opened(page, shelf.measures, measure, &label.zh));
        }
        let removal = list.removal.into();
        lists.push(List { id, label, basis: vec![basis], shortest, longest, removal, measures });
    }
    document.rest::<Nothing>(page)?;
    (before == page.count()).then_some(lists)
}

/// A measure that a list opens: one there is, and never one left to others.
fn opened(
    page: &mut Page<'_>,
    measures: Option<&[Measure]>,
    measure: &RawListMeasure,
    list: &str,
) -> ListMeasure {
    let id = measure.id.get_ref().0.clone();
    let known = measures.and_then(|all| all.iter().find(|one| one.id == id));
    match known {
        None if measures.is_some() => {
            page.fault(measure.id.span(), format!("measures.toml has no measure `{id}`"));
        }
        Some(known) if measure.mandatory && known.kind == MeasureKind::Voluntary => {
            page.fault(measure.id.span(), format!("`{id}` is voluntary: nobody is told to"));
        }
        _ => {}
    }
    let reference = RawReference {
        span: measure.instrument.span(),
        instrument: &measure.instrument.get_ref().0,
        article: measure.article.as_deref(),
        verified: measure.verified,
    };
    let reference = reference.read(page, &format!("{list}: {id}"));
    ListMeasure { id, mandatory: measure.mandatory, reference }
}

fn dated(
    page: &mut Page<'_>,
    (from, until): (&Spanned<Day>, Option<&Spanned<Day>>),
    reference: RawReference<'_>,
    what: &str,
) -> Dated<()> {
    let Period { from, until, .. } = Period::read(page, from, until);
    Dated { from, until, value: (), reference: reference.read(page, what) }
}

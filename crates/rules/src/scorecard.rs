//! `scorecards/<card>@<no>.toml`: one version of a scorecard, readable on one screen.
//!
//! What is read here is all but the SQL of the indicators: that is planned against the columns of the
//! lake by whoever evaluates, with the lines kept here.

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    catalogue::{Item, Openness},
    scorecard::{Band, Card, Dimension, FULL, Grade, Indicator, ValueUnit},
    subject::Kind,
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    catalogue::Items,
    raw::{self, Day, RawReference, Words},
    source::{Folder, Page, Report},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCard {
    zh: Words,
    en: Words,
    about: raw::Wording,
    from: Option<Spanned<Day>>,
    until: Option<Spanned<Day>>,
    subject_kinds: Vec<Spanned<Words>>,
    #[serde(default)]
    industries: Vec<Words>,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGrade {
    id: Spanned<Words>,
    from: Spanned<i64>,
    zh: Words,
    en: Words,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDimension {
    id: Spanned<Words>,
    zh: Words,
    en: Words,
    weight: Spanned<i64>,
    start: Spanned<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIndicator {
    id: Spanned<Words>,
    dimension: Spanned<Words>,
    zh: Words,
    en: Words,
    item: Spanned<Words>,
    #[serde(rename = "where")]
    filter: Words,
    value: Words,
    unit: ValueUnit,
    reason: raw::Wording,
    bands: Spanned<Vec<RawBand>>,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBand {
    from: Option<Spanned<i64>>,
    points: Spanned<i64>,
    at_best: Option<Spanned<Words>>,
}

/// Reads every card, the versions of one behind each other.
pub(crate) fn read_all(folder: &Folder, report: &mut Report, items: &Items) -> Vec<Arc<Card>> {
    let read = folder.each("scorecards", report, |page, stem| read(page, stem, items));
    let mut cards: Vec<Arc<Card>> = read.into_values().flatten().map(Arc::new).collect();
    cards.sort_by(|a, b| (&a.id, a.no).cmp(&(&b.id, b.no)));
    cards
}

fn read(page: &mut Page<'_>, stem: &str, items: &Items) -> Option<Card> {
    let before = page.count();
    let named = stem.split_once('@').and_then(|(id, no)| Some((id, no.parse::<u32>().ok()?)));
    let Some((id, no)) = named else {
        page.fault_on(0, "expected a file name such as comprehensive@1.toml");
        return None;
    };
    let mut document = page.document()?;
    let written = document.each(page, "grade");
    let grades = grades(page, written);
    let written = document.each(page, "dimension");
    let dimensions = dimensions(page, written);
    let indicators = document.each::<RawIndicator>(page, "indicator");
    let span = document.span();
    let raw = document.rest::<RawCard>(page)?;
    if indicators.is_empty() {
        page.fault(span, "a card has at least one [[indicator]]");
    }
    let shelf = Shelf { grades: &grades, dimensions: &dimensions, items };
    let mut ids = BTreeSet::new();
    let indicators =
        indicators.into_iter().map(|one| indicator(page, &mut ids, one, &shelf)).collect();
    let label = raw::text(raw.zh, raw.en);
    let reference = RawReference {
        span: raw.instrument.span(),
        instrument: &raw.instrument.get_ref().0,
        article: raw.article.as_deref(),
        verified: raw.verified,
    };
    let reference = reference.read(page, &label.zh);
    let card = Card {
        id: id.to_owned(),
        no,
        label,
        about: raw.about.into(),
        from: raw.from.map(|day| day.into_inner().0),
        until: raw.until.map(|day| day.into_inner().0),
        subject_kinds: kinds(page, &raw.subject_kinds),
        industries: raw.industries.into_iter().map(|code| code.0).collect(),
        reference,
        grades,
        dimensions,
        indicators,
    };
    (before == page.count()).then_some(card)
}

/// Whom the card is for: no natural person, whatever is written.
fn kinds(page: &mut Page<'_>, written: &[Spanned<Words>]) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for named in written {
        match Kind::from_code(&named.get_ref().0) {
            Some(Kind::NaturalPerson) => page.fault(
                named.span(),
                "natural persons are not evaluated: 国办发〔2020〕49号 leaves no ground for it",
            ),
            Some(kind) => kinds.push(kind),
            None => page.fault(named.span(), "there is no such kind of subject"),
        }
    }
    kinds
}

fn grades(page: &mut Page<'_>, written: Vec<Spanned<RawGrade>>) -> Vec<Grade> {
    let mut ids = BTreeSet::new();
    let mut grades: Vec<Grade> = Vec::new();
    for grade in written {
        let span = grade.span();
        let raw = grade.into_inner();
        let id = raw::unique(page, &mut ids, "grade", &raw.id);
        let from = *raw.from.get_ref();
        if grades.last().is_some_and(|better| better.from <= from) {
            page.fault(span, "grades stand from the best to the worst, each from a lower total");
        }
        grades.push(Grade { id, label: raw::text(raw.zh, raw.en), from });
    }
    if grades.last().is_none_or(|last| last.from != 0) {
        page.fault_on(0, "the last [[grade]] is from 0: every total has a grade");
    }
    grades
}

fn dimensions(page: &mut Page<'_>, written: Vec<Spanned<RawDimension>>) -> Vec<Dimension> {
    let mut ids = BTreeSet::new();
    let mut dimensions = Vec::new();
    for dimension in written {
        let raw = dimension.into_inner();
        let id = raw::unique(page, &mut ids, "dimension", &raw.id);
        let (weight, start) = (*raw.weight.get_ref(), *raw.start.get_ref());
        if !(1..=1000).contains(&weight) {
            page.fault(raw.weight.span(), "a weight is from 1 to 1000, and all come to 1000");
        }
        if !(0..=FULL).contains(&start) {
            page.fault(raw.start.span(), format!("a dimension starts between 0 and {FULL}"));
        }
        dimensions.push(Dimension { id, label: raw::text(raw.zh, raw.en), weight, start });
    }
    let all: i64 = dimensions.iter().map(|one| one.weight).sum();
    if all != 1000 {
        page.fault_on(0, format!("the weights of the dimensions come to {all}, expected 1000"));
    }
    dimensions
}

/// What an indicator names of its card and of the catalogue.
struct Shelf<'s> {
    grades: &'s [Grade],
    dimensions: &'s [Dimension],
    items: &'s Items,
}

fn indicator(
    page: &mut Page<'_>,
    ids: &mut BTreeSet<String>,
    written: Spanned<RawIndicator>,
    shelf: &Shelf<'_>,
) -> Indicator {
    let line = page.source.line(written.span().start);
    let raw = written.into_inner();
    let id = raw::unique(page, ids, "indicator", &raw.id);
    let named = &raw.dimension.get_ref().0;
    let dimension = shelf.dimensions.iter().position(|one| one.id == *named);
    if dimension.is_none() {
        page.fault(raw.dimension.span(), format!("the card has no dimension `{named}`"));
    }
    let item = raw.item.get_ref().0.clone();
    if let Some(why) = unusable(shelf.items.get(&item).map(Option::as_ref), &item) {
        page.fault(raw.item.span(), why);
    }
    let label = raw::text(raw.zh, raw.en);
    let reference = RawReference {
        span: raw.instrument.span(),
        instrument: &raw.instrument.get_ref().0,
        article: raw.article.as_deref(),
        verified: raw.verified,
    };
    let reference = reference.read(page, &label.zh);
    let bands = bands(page, raw.bands, shelf.grades);
    Indicator {
        id,
        dimension: dimension.unwrap_or(0),
        label,
        item,
        filter: raw.filter.0,
        value: raw.value.0,
        unit: raw.unit,
        reason: raw.reason.into(),
        bands,
        reference,
        line,
    }
}

/// Why nothing may be counted of an item; an item that has faults of its own is told there.
fn unusable(item: Option<Option<&Item>>, id: &str) -> Option<String> {
    match item {
        None => Some(format!("`{id}` is not in the catalogue: nothing outside it is evaluated")),
        Some(Some(item)) if item.openness == Openness::Authorised => {
            Some(format!("`{id}` is read on the subject's consent only, and not evaluated"))
        }
        Some(Some(item)) if !item.subject_kinds.contains(&Kind::Organisation) => {
            Some(format!("`{id}` is of no organisation"))
        }
        Some(_) => None,
    }
}

/// Bands that leave no value out: the first open below, each of the others from a higher value.
fn bands(page: &mut Page<'_>, written: Spanned<Vec<RawBand>>, grades: &[Grade]) -> Vec<Band> {
    let span = written.span();
    let mut bands: Vec<Band> = Vec::new();
    for raw in written.into_inner() {
        let at = raw.from.as_ref().map_or_else(|| raw.points.span(), Spanned::span);
        let from = raw.from.map(Spanned::into_inner);
        match (bands.last(), from) {
            (None, Some(_)) => {
                page.fault(at, "the first band has no `from`: what is below it has no points");
            }
            (Some(_), None) => page.fault(at, "only the first band is without `from`"),
            (Some(before), Some(from)) if before.from.is_some_and(|least| least >= from) => {
                page.fault(at, "bands stand from the least value to the greatest");
            }
            _ => {}
        }
        let points = *raw.points.get_ref();
        if !(-FULL..=FULL).contains(&points) {
            page.fault(raw.points.span(), format!("points are from -{FULL} to {FULL}"));
        }
        let at_best = raw.at_best.as_ref().and_then(|named| {
            let place = grades.iter().position(|grade| grade.id == named.get_ref().0);
            if place.is_none() {
                page.fault(named.span(), "the card has no such grade");
            }
            place
        });
        bands.push(Band { from, points, at_best });
    }
    if bands.is_empty() {
        page.fault(span, "an indicator has at least one band");
    }
    bands
}

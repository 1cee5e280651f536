//! `linkage.toml`: how descriptions without a code are compared, and which scores join them.

use std::collections::BTreeSet;

use domain::{
    identifier,
    linkage::{
        Thresholds,
        derive::Derive,
        model::{Field, Level, Measure, Model, Odds},
        plan::{Drawn, Key, KeyPart, Limits, Linkage, Take, Written},
    },
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    disclosure::Nothing,
    document::Table,
    raw::{self, RawReference, Words},
    source::Page,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLinkage {
    id: Spanned<Words>,
    zh: Words,
    en: Words,
    schemes: Vec<Spanned<Words>>,
    exact: Vec<Spanned<Words>>,
    same: f32,
    review: Spanned<f32>,
    share: f64,
    limits: Limits,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    name: Spanned<Words>,
    zh: Words,
    en: Words,
    of: Written,
    derive: Derive,
    measure: Measure,
    rarest: Option<f64>,
    levels: Vec<Level>,
    unlike: Odds,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    parts: Vec<RawPart>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPart {
    field: Spanned<Words>,
    take: Take,
}

/// Reads the kinds of linkage; none where any of them is faulty.
pub(crate) fn read(page: &mut Page<'_>) -> Option<Vec<Linkage>> {
    let before = page.count();
    let mut document = page.document()?;
    let mut ids = BTreeSet::new();
    let mut linkages = Vec::new();
    for table in document.tables(page, "linkage") {
        linkages.extend(read_one(page, table, &mut ids));
    }
    document.rest::<Nothing>(page)?;
    (before == page.count()).then_some(linkages)
}

fn read_one(
    page: &mut Page<'_>,
    mut table: Table<'_>,
    ids: &mut BTreeSet<String>,
) -> Option<Linkage> {
    let span = table.span();
    let fields = table.each::<RawField>(page, "field");
    let keys = table.each::<RawKey>(page, "key");
    let raw: RawLinkage = table.rest(page)?;
    let id = raw::unique(page, ids, "linkage", &raw.id);
    let (mut drawn, mut modelled) = (Vec::new(), Vec::new());
    let mut names = BTreeSet::new();
    for field in fields {
        let field = field.into_inner();
        let name = raw::unique(page, &mut names, "field", &field.name);
        let RawField { zh, en, of, derive, measure, rarest, levels, unlike, .. } = field;
        drawn.push(Drawn { label: raw::text(zh, en), of, derive });
        modelled.push(Field { name, measure, rarest, levels, unlike });
    }
    let model = Model { id: id.clone(), share: raw.share, fields: modelled };
    for fault in model.check() {
        page.fault(span.clone(), fault.to_string());
    }
    if keys.is_empty() {
        page.fault(span, "expected at least one [[linkage.key]]");
    }
    let keys = keys.into_iter().map(|key| read_key(page, key.into_inner(), &model)).collect();
    let thresholds = Thresholds { same: raw.same, review: *raw.review.get_ref() };
    if thresholds.same < thresholds.review {
        page.fault(raw.review.span(), "expected review not above same");
    }
    let exact = raw.exact.iter().filter_map(|name| position(page, &model, name)).collect();
    let schemes = raw.schemes.iter().map(|scheme| read_scheme(page, scheme)).collect();
    let label = raw::text(raw.zh, raw.en);
    let reference = RawReference {
        span: raw.instrument.span(),
        instrument: &raw.instrument.get_ref().0,
        article: raw.article.as_deref(),
        verified: raw.verified,
    };
    let reference = reference.read(page, &label.zh);
    Some(Linkage {
        id,
        label,
        schemes,
        thresholds,
        model,
        exact,
        drawn,
        keys,
        limits: raw.limits,
        reference,
    })
}

fn read_scheme(page: &mut Page<'_>, scheme: &Spanned<Words>) -> String {
    let id = &scheme.get_ref().0;
    if identifier::scheme(id).is_none() {
        page.fault(scheme.span(), format!("there is no identifier scheme `{id}`"));
    }
    id.clone()
}

fn read_key(page: &mut Page<'_>, key: RawKey, model: &Model) -> Key {
    let mut parts = Vec::new();
    for part in key.parts {
        let field = position(page, model, &part.field);
        parts.extend(field.map(|field| KeyPart { field, take: part.take }));
    }
    Key { parts }
}

/// The place of a field in the model.
fn position(page: &mut Page<'_>, model: &Model, name: &Spanned<Words>) -> Option<usize> {
    let written = &name.get_ref().0;
    let found = model.fields.iter().position(|field| field.name == *written);
    if found.is_none() {
        page.fault(name.span(), format!("there is no field `{written}`"));
    }
    found
}

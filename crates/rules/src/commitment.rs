//! `commitments.toml`: what commitments are made for, and their words, version by version.

use std::collections::BTreeSet;

use domain::{
    commitment::{Template, Wording},
    parameter::{Dated, Unit},
    subject::Kind,
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    code_list::Codes,
    dated::{Period, check_overlaps},
    disclosure::Nothing,
    parameter::{Parameters, counted},
    raw::{self, Day, RawReference, Words},
    source::Page,
};

/// The list of codes a commitment is one of.
const KINDS: &str = "commitment_kinds";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTemplate {
    id: Spanned<Words>,
    kind: Spanned<Words>,
    zh: Words,
    en: Words,
    #[serde(default)]
    notice_and_commitment: bool,
    subject_kinds: Vec<Spanned<Words>>,
    term: Spanned<Words>,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
    version: Vec<RawVersion>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVersion {
    from: Spanned<Day>,
    until: Option<Spanned<Day>>,
    content: Words,
    liability: Words,
}

/// Reads the templates; none where any of them is faulty.
pub(crate) fn read(
    page: &mut Page<'_>,
    codes: &Codes,
    parameters: &Parameters,
) -> Option<Vec<Template>> {
    let before = page.count();
    let mut document = page.document()?;
    let mut ids = BTreeSet::new();
    let mut templates = Vec::new();
    for template in document.each::<RawTemplate>(page, "template") {
        let raw = template.into_inner();
        let id = raw::unique(page, &mut ids, "template", &raw.id);
        let kind = raw.kind.get_ref().0.clone();
        let kinds = codes.get(KINDS).and_then(Option::as_ref);
        if kinds.is_some_and(|kinds| kinds.find(&kind).is_none()) {
            page.fault(raw.kind.span(), format!("codes/{KINDS}.toml has no kind `{kind}`"));
        }
        let label = raw::text(raw.zh, raw.en);
        let mut subject_kinds = Vec::new();
        for named in &raw.subject_kinds {
            match Kind::from_code(&named.get_ref().0) {
                Some(kind) => subject_kinds.push(kind),
                None => page.fault(named.span(), "there is no such kind of subject"),
            }
        }
        let reference = RawReference {
            span: raw.instrument.span(),
            instrument: &raw.instrument.get_ref().0,
            article: raw.article.as_deref(),
            verified: raw.verified,
        };
        let reference = reference.read(page, &label.zh);
        let units = [Unit::Days, Unit::Months, Unit::Years];
        let term = counted(page, parameters, &raw.term, &units);
        let mut periods = Vec::new();
        let mut versions = Vec::new();
        for version in raw.version {
            let period = Period::read(page, &version.from, version.until.as_ref());
            let value = Wording { content: version.content.0, liability: version.liability.0 };
            let (from, until, reference) = (period.from, period.until, reference.clone());
            versions.push(Dated { from, until, value, reference });
            periods.push(period);
        }
        check_overlaps(page, &periods);
        let notice_and_commitment = raw.notice_and_commitment;
        templates.push(Template {
            id,
            kind,
            label,
            notice_and_commitment,
            subject_kinds,
            term,
            reference,
            versions,
        });
    }
    document.rest::<Nothing>(page)?;
    (before == page.count()).then_some(templates)
}

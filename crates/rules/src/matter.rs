//! `matters.toml`: kinds of matters, and the sections of a file that each opens.

use std::collections::BTreeSet;

use domain::{catalogue::Section, matter::MatterKind};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    disclosure::Nothing,
    raw::{self, RawReference, Words},
    source::Page,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMatter {
    id: Spanned<Words>,
    zh: Words,
    en: Words,
    sections: Vec<Spanned<Words>>,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

/// Reads the kinds of matters; none where any of them is faulty.
pub(crate) fn read(page: &mut Page<'_>) -> Option<Vec<MatterKind>> {
    let before = page.count();
    let mut document = page.document()?;
    let mut ids = BTreeSet::new();
    let mut kinds = Vec::new();
    for matter in document.each::<RawMatter>(page, "matter") {
        let matter = matter.into_inner();
        let id = raw::unique(page, &mut ids, "matter", &matter.id);
        let mut sections = Vec::new();
        for word in matter.sections {
            let code = &word.get_ref().0;
            match Section::ALL.into_iter().find(|section| section.code() == code) {
                Some(section) => sections.push(section),
                None => page.fault(word.span(), format!("no section of a file is called `{code}`")),
            }
        }
        if sections.is_empty() {
            page.fault(matter.id.span(), "expected at least one section");
        }
        let label = raw::text(matter.zh, matter.en);
        let reference = RawReference {
            span: matter.instrument.span(),
            instrument: &matter.instrument.get_ref().0,
            article: matter.article.as_deref(),
            verified: matter.verified,
        };
        let reference = reference.read(page, &label.zh);
        kinds.push(MatterKind { id, label, sections, reference });
    }
    document.rest::<Nothing>(page)?;
    (before == page.count()).then_some(kinds)
}

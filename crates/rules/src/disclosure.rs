//! `disclosure.toml`, who sees what, and `placeholders.toml`, the words that mean nothing.

use std::collections::BTreeSet;

use domain::disclosure::{Disclosure, Verdict};
use serde::Deserialize;
use toml::Spanned;

use crate::{raw::Words, source::Page};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClass {
    name: Spanned<Words>,
    public: RawVerdict,
    subject: RawVerdict,
    consent: RawVerdict,
    officer: RawVerdict,
    auditor: RawVerdict,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawVerdict {
    Show,
    Mask,
    Withhold,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlaceholders {
    words: Vec<Spanned<Words>>,
    #[serde(default)]
    permanent: Vec<Words>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Reads the disclosure classes; none where any of them is faulty.
pub(crate) fn read(page: &mut Page<'_>) -> Option<Vec<Disclosure>> {
    let before = page.count();
    let mut document = page.document()?;
    let mut names = BTreeSet::new();
    let mut classes = Vec::new();
    for class in document.each::<RawClass>(page, "class") {
        let class = class.into_inner();
        let name = class.name.get_ref().0.clone();
        if !names.insert(name.clone()) {
            page.fault(class.name.span(), format!("disclosure class `{name}` is defined twice"));
        }
        let verdicts =
            [class.public, class.subject, class.consent, class.officer, class.auditor].map(verdict);
        classes.push(Disclosure::new(name, verdicts));
    }
    document.rest::<Nothing>(page)?;
    (before == page.count()).then_some(classes)
}

/// Reads the words that mean nothing was written, in the form they are compared in, and the end
/// dates that mean none.
pub(crate) fn read_placeholders(page: &mut Page<'_>) -> Option<(Vec<String>, Vec<String>)> {
    let raw: RawPlaceholders = page.document()?.rest(page)?;
    let mut words = Vec::new();
    for word in raw.words {
        let canonical = word.get_ref().0.trim().to_lowercase();
        if canonical != word.get_ref().0 {
            page.fault(
                word.span(),
                format!("expected `{canonical}`: trimmed, letters in lower case"),
            );
        }
        words.push(canonical);
    }
    Some((words, raw.permanent.into_iter().map(|word| word.0).collect()))
}

fn verdict(raw: RawVerdict) -> Verdict {
    match raw {
        RawVerdict::Show => Verdict::Show,
        RawVerdict::Mask => Verdict::Mask,
        RawVerdict::Withhold => Verdict::Withhold,
    }
}

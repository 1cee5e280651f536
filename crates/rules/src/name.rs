//! `names.toml`: words by which names are taken apart, with the divisions of the code list.

use domain::name::forms::{BranchWords, FormWords, Forms, Words as NameWords};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    code_list::Codes,
    disclosure::Nothing,
    document::Table,
    raw::{RawReference, Words},
    source::Page,
};

/// The code list whose names may stand before the name of an organisation.
const DIVISIONS: &str = "divisions";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawForm {
    id: Spanned<Words>,
    words: Vec<Spanned<Words>>,
    #[serde(default)]
    leading: bool,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBranch {
    words: Vec<Spanned<Words>>,
    #[serde(default)]
    only_numbered: bool,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWriting {
    traditional: Vec<Spanned<Words>>,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

/// Reads the words; none where any row is faulty.
pub(crate) fn read(page: &mut Page<'_>, codes: &Codes) -> Option<Forms> {
    let before = page.count();
    let mut document = page.document()?;
    let at = document.span();
    let mut words = NameWords::default();
    let mut written = Vec::new();
    for form in document.each::<RawForm>(page, "form") {
        words.form.push(read_form(page, form.into_inner(), &mut written));
    }
    for branch in document.each::<RawBranch>(page, "branch") {
        words.branch.push(read_branch(page, branch.into_inner()));
    }
    match document.take::<RawWriting>(page, "writing") {
        Some(writing) => words.traditional = read_writing(page, writing.into_inner()),
        None => page.fault(at, "expected [writing] with its reference"),
    }
    let lists = [
        ("division_ending", &mut words.division_ending),
        ("former", &mut words.former),
        ("trading", &mut words.trading),
        ("filler", &mut words.filler),
        ("numbered", &mut words.numbered),
    ];
    for (key, list) in lists {
        *list = read_list(page, &mut document, key);
    }
    document.rest::<Nothing>(page)?;
    let divisions = codes.get(DIVISIONS).and_then(Option::as_deref);
    let divisions = divisions.into_iter().flat_map(|list| &list.entries);
    let forms = Forms::new(&words, divisions.map(|entry| entry.label.zh.as_str()));
    let twice = forms.as_ref().err().cloned().unwrap_or_default();
    for word in written.iter().filter(|word| twice.contains(&word.get_ref().0)) {
        let text = &word.get_ref().0;
        page.fault(word.span(), format!("`{text}` is also a writing of another form"));
    }
    forms.ok().filter(|_| before == page.count())
}

fn read_form(page: &mut Page<'_>, form: RawForm, written: &mut Vec<Spanned<Words>>) -> FormWords {
    if form.words.is_empty() {
        page.fault(form.id.span(), "expected at least one word");
    }
    let id = form.id.into_inner().0;
    let reference = RawReference {
        span: form.instrument.span(),
        instrument: &form.instrument.get_ref().0,
        article: form.article.as_deref(),
        verified: form.verified,
    };
    reference.read(page, &id);
    let words = form.words.iter().map(|word| word.get_ref().0.clone()).collect();
    written.extend(form.words);
    FormWords { id, words, leading: form.leading }
}

fn read_branch(page: &mut Page<'_>, branch: RawBranch) -> BranchWords {
    let words: Vec<String> = branch.words.into_iter().map(|word| word.into_inner().0).collect();
    let reference = RawReference {
        span: branch.instrument.span(),
        instrument: &branch.instrument.get_ref().0,
        article: branch.article.as_deref(),
        verified: branch.verified,
    };
    reference.read(page, &words.join("、"));
    BranchWords { words, only_numbered: branch.only_numbered }
}

fn read_writing(page: &mut Page<'_>, writing: RawWriting) -> Vec<String> {
    for line in &writing.traditional {
        if line.get_ref().0.chars().count() % 2 == 1 {
            page.fault(line.span(), "expected characters in pairs, traditional and simplified");
        }
    }
    let reference = RawReference {
        span: writing.instrument.span(),
        instrument: &writing.instrument.get_ref().0,
        article: writing.article.as_deref(),
        verified: writing.verified,
    };
    reference.read(page, "traditional");
    writing.traditional.into_iter().map(|line| line.into_inner().0).collect()
}

fn read_list(page: &mut Page<'_>, document: &mut Table<'_>, key: &str) -> Vec<String> {
    let at = document.span();
    let Some(list) = document.take::<Vec<Words>>(page, key) else {
        page.fault(at, format!("expected {key} = [\"…\"]"));
        return Vec::new();
    };
    list.into_inner().into_iter().map(|word| word.0).collect()
}

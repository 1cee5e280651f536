//! `notices.toml`: the words of notices, one row for each kind there is.

use std::collections::BTreeSet;

use domain::notice::{NoticeKind, NoticeText};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    disclosure::Nothing,
    parameter::Parameters,
    raw::{self, Words},
    source::Page,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNotice {
    id: Spanned<Words>,
    title: Words,
    body: Spanned<Words>,
    remedies: bool,
    basis: Option<Spanned<Words>>,
}

/// Reads the notices; none where any is faulty or missing.
pub(crate) fn read(page: &mut Page<'_>, parameters: &Parameters) -> Option<Vec<NoticeText>> {
    let before = page.count();
    let mut document = page.document()?;
    let span = document.span();
    let mut ids = BTreeSet::new();
    let mut notices = Vec::new();
    for notice in document.each::<RawNotice>(page, "notice") {
        let notice = notice.into_inner();
        let id = raw::unique(page, &mut ids, "notice", &notice.id);
        if !NoticeKind::ALL.iter().any(|kind| kind.code() == id) {
            page.fault(notice.id.span(), format!("there is no kind of notice `{id}`"));
        }
        if let Some(basis) = &notice.basis
            && !parameters.contains_key(&basis.get_ref().0)
        {
            let key = &basis.get_ref().0;
            page.fault(basis.span(), format!("there is no parameter `{key}`"));
        }
        for key in
            notice.body.get_ref().0.split('{').skip(1).filter_map(|part| part.split('}').next())
        {
            if !parameters.contains_key(key) {
                page.fault(notice.body.span(), format!("there is no parameter `{key}`"));
            }
        }
        notices.push(NoticeText {
            id,
            title: notice.title.0,
            body: notice.body.into_inner().0,
            remedies: notice.remedies,
            basis: notice.basis.map(|basis| basis.into_inner().0),
        });
    }
    document.rest::<Nothing>(page)?;
    for kind in NoticeKind::ALL.iter().filter(|kind| !ids.contains(kind.code())) {
        page.fault(span.clone(), format!("expected a notice `{}`", kind.code()));
    }
    (before == page.count()).then_some(notices)
}

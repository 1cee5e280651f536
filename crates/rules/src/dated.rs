//! Days on which a value is the law: each value ends after it begins and before the next begins.

use std::ops::Range;

use jiff::civil::Date;
use toml::Spanned;

use crate::{raw::Day, source::Page};

/// From when until when, both inclusive, and where the file says so.
#[derive(Debug)]
pub(crate) struct Period {
    span: Range<usize>,
    pub(crate) from: Date,
    pub(crate) until: Option<Date>,
}

impl Period {
    /// A period that does not end before it begins.
    pub(crate) fn read(
        page: &mut Page<'_>,
        from: &Spanned<Day>,
        until: Option<&Spanned<Day>>,
    ) -> Period {
        check_order(page, Some(from), until);
        let Day(first) = *from.get_ref();
        let last = until.map(|until| until.get_ref().0);
        Period { span: from.span(), from: first, until: last }
    }

    /// Where the file gives the first day.
    pub(crate) fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

/// Reports an end before its beginning.
pub(crate) fn check_order(
    page: &mut Page<'_>,
    from: Option<&Spanned<Day>>,
    until: Option<&Spanned<Day>>,
) {
    let (Some(from), Some(until)) = (from, until) else { return };
    let (first, last) = (from.get_ref().0, until.get_ref().0);
    if last < first {
        page.fault(until.span(), format!("until {last} is before from {first}"));
    }
}

/// Reports periods that share a day. One without an end lasts until the next begins.
pub(crate) fn check_overlaps<'p>(
    page: &mut Page<'_>,
    periods: impl IntoIterator<Item = &'p Period>,
) {
    let mut periods: Vec<&Period> = periods.into_iter().collect();
    periods.sort_by_key(|period| period.from);
    for pair in periods.windows(2) {
        let [earlier, later] = pair else { continue };
        let shared = match earlier.until {
            Some(until) => later.from <= until,
            None => later.from == earlier.from,
        };
        if shared {
            let lasts = earlier.until.map_or_else(String::new, |until| format!(" until {until}"));
            let message =
                format!("from {} overlaps the value from {}{lasts}", later.from, earlier.from);
            page.fault(later.span.clone(), message);
        }
    }
}

//! `calendar/<year>.toml`: the State Council's notice on the holidays of one year.

use std::collections::BTreeSet;

use domain::calendar::Year;
use jiff::civil::{Date, Weekday};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    raw::{Day, RawReference, Words},
    source::Page,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawYear {
    year: Spanned<i16>,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
    off: Vec<Spanned<Day>>,
    working: Vec<Spanned<Day>>,
}

/// Reads one year; the file is named after it.
pub(crate) fn read(page: &mut Page<'_>, stem: &str) -> Option<Year> {
    let raw: RawYear = page.document()?.rest(page)?;
    let year = *raw.year.get_ref();
    if year.to_string() != stem {
        page.fault(raw.year.span(), format!("expected the year the file is named after, {stem}"));
    }
    let reference = RawReference {
        span: raw.instrument.span(),
        instrument: &raw.instrument.get_ref().0,
        article: raw.article.as_deref(),
        verified: raw.verified,
    };
    let reference = reference.read(page, &format!("calendar of {year}"));
    let mut seen = BTreeSet::new();
    let mut days = |page: &mut Page<'_>, written: &[Spanned<Day>]| -> Vec<Date> {
        for day in written {
            let Day(date) = *day.get_ref();
            if !is_of(year, date) {
                page.fault(day.span(), format!("{date} is not a day of {year}"));
            }
            if !seen.insert(date) {
                page.fault(day.span(), format!("{date} stands here twice"));
            }
        }
        written.iter().map(|day| day.get_ref().0).collect()
    };
    let off = days(page, &raw.off);
    let working = days(page, &raw.working);
    for day in &raw.working {
        let Day(date) = *day.get_ref();
        if !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            page.fault(day.span(), format!("{date} is no weekend day: people work on it anyway"));
        }
    }
    Some(Year { year, reference, off, working })
}

/// A notice may also move days at the end of the year before its own (2022-12-31 for 2023).
fn is_of(year: i16, date: Date) -> bool {
    date.year() == year || (date.year() + 1 == year && date.month() == 12)
}

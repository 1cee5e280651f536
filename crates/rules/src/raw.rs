//! Raw pieces that stand in files of several kinds: dates, wording, words of a condition, references.

use std::{collections::BTreeSet, fmt, ops::Range};

use domain::{parameter::Reference, text::Text};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de};
use toml::{Spanned, value::Datetime};

use crate::source::Page;

/// A TOML date without a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(pub(crate) Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Datetime::deserialize(deserializer)?;
        day(&written).map(Day).ok_or_else(|| {
            de::Error::custom(format!("expected a date such as 2026-04-01, found {written}"))
        })
    }
}

/// The calendar day a TOML date names, or none where it has a time or names no day.
pub(crate) fn day(written: &Datetime) -> Option<Date> {
    let date = written.date.filter(|_| written.time.is_none() && written.offset.is_none())?;
    let year = i16::try_from(date.year).ok()?;
    let month = i8::try_from(date.month).ok()?;
    Date::new(year, month, i8::try_from(date.day).ok()?).ok()
}

/// Wording that is there: never blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words(pub(crate) String);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        if written.trim().is_empty() {
            return Err(de::Error::custom("expected some wording, found none"));
        }
        Ok(Words(written))
    }
}

/// Wording in both languages, written as one table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wording {
    zh: Words,
    en: Words,
}

impl From<Wording> for Text {
    fn from(wording: Wording) -> Text {
        text(wording.zh, wording.en)
    }
}

pub(crate) fn text(zh: Words, en: Words) -> Text {
    Text::new(zh.0, en.0)
}

/// A canonical value in a condition: text, or `true` and `false` with or without quotation marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word(pub(crate) String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor)
    }
}

struct WordVisitor;

impl de::Visitor<'_> for WordVisitor {
    type Value = Word;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value in quotation marks, true or false")
    }

    fn visit_str<E: de::Error>(self, written: &str) -> Result<Word, E> {
        Ok(Word(written.to_owned()))
    }

    fn visit_bool<E: de::Error>(self, written: bool) -> Result<Word, E> {
        Ok(Word(written.to_string()))
    }
}

/// An id that stands once among its kind.
pub(crate) fn unique(
    page: &mut Page<'_>,
    ids: &mut BTreeSet<String>,
    what: &str,
    named: &Spanned<Words>,
) -> String {
    let id = named.get_ref().0.clone();
    if !ids.insert(id.clone()) {
        page.fault(named.span(), format!("{what} `{id}` is defined twice"));
    }
    id
}

/// Instrument and article as written beside one value.
#[derive(Debug)]
pub(crate) struct RawReference<'r> {
    pub(crate) span: Range<usize>,
    pub(crate) instrument: &'r str,
    pub(crate) article: Option<&'r str>,
    pub(crate) verified: bool,
}

impl RawReference<'_> {
    /// The reference of `what`, which is put on the list of unverified values where it belongs there.
    pub(crate) fn read(self, page: &mut Page<'_>, what: &str) -> Reference {
        let article = self.article.unwrap_or_default().to_owned();
        let instrument = self.instrument.to_owned();
        if !self.verified {
            page.unverified(self.span, format!("{what}: {instrument}{article}"));
        }
        Reference { instrument, article, verified: self.verified }
    }
}

//! Public lists of records by date: 双公示 and the rest.

use domain::{
    catalogue::{Field, Item, Openness},
    record::Version,
    text::{Lang, Text},
};
use jiff::civil::Date;
use serde::Serialize;
use store::record::ListQuery;

use crate::{
    error::Error,
    platform::Platform,
    record::{Of, RecordView, Viewing},
    subject,
    version::{Clocks, Life},
};

/// A list as asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub item: String,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub department: Option<String>,
    /// Value of the coded field that the item's lists are filtered by: penalty kind, licence kind.
    pub code: Option<String>,
    pub district: Option<String>,
    /// Where the last page ended.
    pub after: Option<String>,
    pub clocks: Clocks,
    pub lang: Lang,
    pub limit: usize,
}

impl Asked {
    /// The newest records of an item, unfiltered, as they stand now.
    #[must_use]
    pub fn newest(platform: &Platform, item: &str, lang: Lang, limit: usize) -> Asked {
        Asked {
            item: item.to_owned(),
            from: None,
            until: None,
            department: None,
            code: None,
            district: None,
            after: None,
            clocks: Clocks::present(platform),
            lang,
            limit,
        }
    }

    fn is_filtered(&self) -> bool {
        let dated = self.from.is_some() || self.until.is_some();
        dated || self.department.is_some() || self.code.is_some() || self.district.is_some()
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize)]
pub struct ListView {
    pub item: String,
    pub label: String,
    pub about: String,
    pub as_of: Date,
    pub records: Vec<RecordView>,
    /// How many are published of the item, where the whole list of today is asked for.
    pub total: Option<i64>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// True where looking stopped before the page was full; `next` goes on from there.
    pub partial: bool,
}

/// Rows looked at for one page before the reader is asked to go on.
const LOOKED_AT_MAX: usize = 2_000;
const LOOKED_AT_ONCE: usize = 500;

/// Where a page ended: day, subject and record of its last row.
type Cursor = (String, i64, i64);

/// The published records of an item, newest document first.
pub async fn list(platform: &Platform, asked: &Asked) -> Result<ListView, Error> {
    let item = platform.policy.item(&asked.item).ok_or(Error::NotFound)?;
    if item.openness != Openness::Public {
        return Err(Error::NotFound);
    }
    if asked.from.zip(asked.until).is_some_and(|(from, until)| until < from) {
        let text =
            Text::new("起始日期不能晚于截止日期。", "The first day must not be after the last.");
        return Err(Error::Question { name: "from", text });
    }
    let after = asked.after.as_deref().map(read_cursor).transpose()?;
    let page = page(platform, asked, item, after).await?;
    let whole = !asked.clocks.is_past && !asked.is_filtered();
    let figures = store::figure::latest(&platform.register, platform.today());
    let total = if whole { figures.await? } else { Vec::new() };
    let total = total.into_iter().find(|figure| figure.item == asked.item);
    Ok(ListView {
        item: asked.item.clone(),
        label: item.label.get(asked.lang).to_owned(),
        about: item.about.get(asked.lang).to_owned(),
        as_of: asked.clocks.as_of,
        total: total.map(|figure| figure.published),
        partial: page.next.is_some() && page.records.len() < asked.limit,
        next: page.next.map(|(day, subject, record)| format!("{day}.{subject}.{record}")),
        records: page.records,
    })
}

struct Page {
    records: Vec<RecordView>,
    next: Option<Cursor>,
}

async fn page(
    platform: &Platform,
    asked: &Asked,
    item: &Item,
    mut after: Option<Cursor>,
) -> Result<Page, Error> {
    let mut records: Vec<(Cursor, RecordView)> = Vec::new();
    let mut looked = 0;
    // Where the first rows are not enough, most are left out, and many are read at a time.
    let narrow = asked.code.is_some() || asked.district.is_some();
    let mut at_once = if narrow { LOOKED_AT_ONCE } else { asked.limit + 1 };
    while looked < LOOKED_AT_MAX {
        let query = ListQuery {
            item: asked.item.clone(),
            from: asked.from,
            until: asked.until,
            department: asked.department.clone(),
            as_of: asked.clocks.as_of,
            known_at: asked.clocks.known(),
            after: after.clone(),
            limit: i64::try_from(at_once).unwrap_or(i64::MAX),
        };
        let versions = store::record::list(&platform.register, &query).await?;
        looked += versions.len();
        let more = versions.len() == at_once;
        for (cursor, record) in views(platform, asked, item, &versions).await? {
            if records.len() == asked.limit {
                let next = records.last().map(|(last, _)| last.clone());
                return Ok(Page { records: plain(records), next });
            }
            records.push((cursor, record));
        }
        after = versions.last().map(cursor_of).or(after);
        if !more {
            return Ok(Page { records: plain(records), next: None });
        }
        at_once = LOOKED_AT_ONCE;
    }
    Ok(Page { records: plain(records), next: after })
}

fn plain(records: Vec<(Cursor, RecordView)>) -> Vec<RecordView> {
    records.into_iter().map(|(_, record)| record).collect()
}

/// Those of some rows that fit and that the public may see, with what it takes to decide read at once.
async fn views(
    platform: &Platform,
    asked: &Asked,
    item: &Item,
    versions: &[Version],
) -> Result<Vec<(Cursor, RecordView)>, Error> {
    let subjects: Vec<_> = versions.iter().map(|version| version.subject).collect();
    let items = [&*item.id, subject::REGISTRATION];
    let held = store::record::of_subjects(&platform.register, &subjects, &items).await?;
    let holders = store::subject::of(&platform.register, &subjects).await?;
    let (clocks, lang) = (asked.clocks, asked.lang);
    let viewing = Viewing::public(platform, lang, clocks);
    let mut views = Vec::new();
    for version in versions {
        let (Some(all), Some(holder)) = (held.get(&version.subject), holders.get(&version.subject))
        else {
            continue;
        };
        let Some(life) = Life::of(all, version.record) else { continue };
        if !fits(platform, asked, item, version, all) {
            continue;
        }
        let slug = subject::code(holder, lang).slug();
        let of = Of {
            slug: &slug,
            ended: subject::has_ended(platform, all, clocks),
            ended_today: subject::has_ended(platform, all, Clocks::present(platform)),
        };
        if let Some(record) = viewing.record(&life, of).await? {
            views.push((cursor_of(version), record));
        }
    }
    Ok(views)
}

fn cursor_of(version: &Version) -> Cursor {
    let day = version.decided_on.map(|day| day.to_string()).unwrap_or_default();
    (day, version.held_by.0, version.record.0)
}

/// Reads what a page gave out as `next`; anything else would begin again unsaid.
fn read_cursor(text: &str) -> Result<Cursor, Error> {
    let parts: Vec<&str> = text.split('.').collect();
    let read = || {
        let [day, subject, record] = parts[..] else { return None };
        // Records without a date come last, under an empty day.
        let dated = day.is_empty() || day.parse::<Date>().is_ok();
        dated.then_some((day.to_owned(), subject.parse().ok()?, record.parse().ok()?))
    };
    read().ok_or_else(|| {
        let text = Text::new("请用上一页给出的 next。", "Use the next of the page before.");
        Error::Question { name: "after", text }
    })
}

fn fits(
    platform: &Platform,
    asked: &Asked,
    item: &Item,
    version: &Version,
    all: &[Version],
) -> bool {
    let code_fits = asked.code.as_ref().is_none_or(|code| {
        filter_field(item)
            .is_some_and(|field| version.payload.codes(&field.name).any(|has| has == code))
    });
    let district_fits = asked.district.as_ref().is_none_or(|district| {
        let life = subject::registration(platform, all);
        let registered = life.and_then(|life| subject::registered(&life, asked.clocks));
        let coded = |version| subject::coded(platform, version, |roles| roles.district, asked.lang);
        registered.and_then(coded).is_some_and(|(code, _)| code == *district)
    });
    code_fits && district_fits
}

/// The coded field by which the lists of an item are filtered: one that the public may see.
#[must_use]
pub fn filter_field(item: &Item) -> Option<&Field> {
    item.filter.and_then(|position| item.fields.get(position))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_given_out_is_a_cursor() {
        assert!(read_cursor("2026-05-01.12.4294967297").is_ok());
        for text in ["", "2026-05-01", "2026-05-01.1", "x.1.2", "2026-05-01.1.2.3"] {
            assert!(read_cursor(text).is_err(), "{text}");
        }
    }
}

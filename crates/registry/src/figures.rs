//! What began, ended and stands in publication on a day, for the home page.
//!
//! A record began today where the public sees it and did not see it when yesterday ended, by what
//! the platform knew then; it ended where it is the other way round: by its last day, by a
//! withdrawal, with its subject, or with the basis of its item. A correction is neither.

use std::collections::{HashMap, HashSet};

use domain::{
    catalogue::{Item, Openness, Polarity, Section},
    ids::SubjectId,
    record::Version,
    text::Lang,
};
use jiff::{Timestamp, ToSpan as _, civil::Date};
use store::{figure::Figure, record::ListQuery};

use crate::{
    error::Error,
    platform::Platform,
    record,
    subject::{self, REGISTRATION},
    version::{Clocks, Life, lives},
};

/// The job that computes the figures of one item.
pub const JOB: &str = "refresh_figures";

/// Rows looked at between two breaths.
const PAGE: usize = 2_000;

/// Recomputes the figures of one item for today.
///
/// A registration may end its subject and with it the publication of what speaks against it, so
/// that a delivery of registrations asks for the figures of those items.
pub async fn refresh(platform: &Platform, item: &str) -> Result<(), Error> {
    if item == REGISTRATION {
        let negative = |item: &&Item| item.polarity == Polarity::Negative;
        let items = public_items(platform).filter(negative).map(|item| item.id.to_string());
        return enqueue(platform, items.collect()).await;
    }
    let Some(item) = platform.policy.item(item) else { return Ok(()) };
    if item.openness != Openness::Public {
        return Ok(());
    }
    let days = Days::of(platform)?;
    let mut figure = Figure {
        day: days.today,
        item: item.id.to_string(),
        began: 0,
        ended: 0,
        published: 0,
        computed_at: platform.now(),
    };
    count_standing(platform, item, &days, &mut figure).await?;
    count_withdrawn(platform, item, &days, &mut figure).await?;
    store::figure::replace(&platform.register, &figure).await?;
    Ok(())
}

/// Asks for the figures of today of every public item that has none: after midnight, and at start.
pub async fn ask_for_missing(platform: &Platform) -> Result<(), Error> {
    let today = platform.today();
    let figures = store::figure::latest(&platform.register, today).await?;
    let there: HashSet<&str> =
        figures.iter().filter(|one| one.day == today).map(|one| one.item.as_str()).collect();
    let missing = public_items(platform).filter(|item| !there.contains(&*item.id));
    enqueue(platform, missing.map(|item| item.id.to_string()).collect()).await
}

async fn enqueue(platform: &Platform, items: Vec<String>) -> Result<(), Error> {
    if items.is_empty() {
        return Ok(());
    }
    let mut write = platform.register.write().await?;
    for item in items {
        store::job::enqueue(&mut write, JOB, &item, platform.now()).await?;
    }
    write.commit().await?;
    Ok(())
}

/// Items with figures: those open to the public, but for the registrations, which are no news.
fn public_items(platform: &Platform) -> impl Iterator<Item = &Item> {
    let items = platform.policy.items.values().map(|item| &**item);
    items.filter(|item| item.openness == Openness::Public && *item.id != *REGISTRATION)
}

/// The day the figures are of, and how the one before ended.
struct Days {
    today: Date,
    yesterday: Clocks,
    midnight: Timestamp,
}

impl Days {
    fn of(platform: &Platform) -> Result<Days, Error> {
        let today = platform.today();
        let midnight = platform.start_of(today)?;
        let last = midnight.checked_sub(1.nanosecond()).unwrap_or(midnight);
        let as_of = today.saturating_sub(1.day());
        let yesterday = Clocks { as_of, known_at: Some(last), is_past: true };
        Ok(Days { today, yesterday, midnight })
    }

    /// Whether the public saw the record when yesterday ended, by what was known then.
    fn was_public(&self, platform: &Platform, life: &Life<'_>, all: &[Version]) -> bool {
        let ended = subject::had_ended(platform, all, self.yesterday);
        let known = life.known(self.yesterday.known());
        record::is_public(platform, &known, ended, self.yesterday.as_of)
    }

    fn is_public(&self, platform: &Platform, life: &Life<'_>, all: &[Version]) -> bool {
        let ended = subject::has_ended(platform, all, Clocks::present(platform));
        record::is_public(platform, life, ended, self.today)
    }
}

async fn count_standing(
    platform: &Platform,
    item: &Item,
    days: &Days,
    figure: &mut Figure,
) -> Result<(), Error> {
    let mut after = None;
    loop {
        let query = ListQuery {
            item: item.id.to_string(),
            from: None,
            until: None,
            department: None,
            as_of: days.today,
            known_at: Timestamp::MAX,
            after,
            limit: i64::try_from(PAGE).unwrap_or(i64::MAX),
        };
        let versions = store::record::list(&platform.register, &query).await?;
        let held = held(platform, item, versions.iter().map(|version| version.subject)).await?;
        for version in &versions {
            let Some(all) = held.get(&version.subject) else { continue };
            let Some(life) = Life::of(all, version.record) else { continue };
            let is = days.is_public(platform, &life, all);
            match (days.was_public(platform, &life, all), is) {
                (false, true) => figure.began += 1,
                (true, false) => figure.ended += 1,
                _ => {}
            }
            figure.published += i64::from(is);
        }
        let Some(last) = versions.last().filter(|_| versions.len() == PAGE) else { break };
        let day = last.decided_on.map(|day| day.to_string()).unwrap_or_default();
        after = Some((day, last.held_by.0, last.record.0));
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// What was taken back today is in no list: it is looked up by the deliveries that took it back.
async fn count_withdrawn(
    platform: &Platform,
    item: &Item,
    days: &Days,
    figure: &mut Figure,
) -> Result<(), Error> {
    let since = days.midnight;
    let subjects = store::record::withdrawn_since(&platform.register, &item.id, since).await?;
    for subjects in subjects.chunks(PAGE) {
        let held = held(platform, item, subjects.iter().copied()).await?;
        for all in held.values() {
            let gone = lives(all).filter(|life| life.item() == &*item.id);
            let gone = gone.filter(|life| life.earliest().is_none());
            let ended = gone.filter(|life| days.was_public(platform, life, all)).count();
            figure.ended += i64::try_from(ended).unwrap_or(i64::MAX);
        }
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// The versions of the item and of the registration of some subjects.
async fn held(
    platform: &Platform,
    item: &Item,
    subjects: impl Iterator<Item = SubjectId>,
) -> Result<HashMap<SubjectId, Vec<Version>>, Error> {
    let subjects: Vec<SubjectId> = subjects.collect();
    let items = [&*item.id, REGISTRATION];
    Ok(store::record::of_subjects(&platform.register, &subjects, &items).await?)
}

/// One line of the home page's table.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Line {
    /// The day the figures are of: an earlier one until those of today are there.
    pub on: Date,
    pub item: String,
    pub label: String,
    pub began: i64,
    pub ended: i64,
    pub published: i64,
    pub basis: String,
}

/// The newest figures of each public item, in the order of the file.
pub async fn newest(platform: &Platform, lang: Lang) -> Result<Vec<Line>, Error> {
    let mut lines: Vec<(Section, Line)> = Vec::new();
    for figure in store::figure::latest(&platform.register, platform.today()).await? {
        let Some(item) = public_items(platform).find(|item| *item.id == *figure.item) else {
            continue;
        };
        let basis = item.basis_on(figure.day).map(|basis| basis.instrument.clone());
        let line = Line {
            on: figure.day,
            item: figure.item,
            label: item.label.get(lang).to_owned(),
            began: figure.began,
            ended: figure.ended,
            published: figure.published,
            basis: basis.unwrap_or_default(),
        };
        lines.push((item.section, line));
    }
    lines.sort_by(|(a, one), (b, other)| (a, &one.item).cmp(&(b, &other.item)));
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

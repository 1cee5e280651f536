//! The change feed (变更流) as the public may read it: numbered, resumable, without a gap.
//!
//! Each entry says what the record is now, not what it was then: whoever reads an old position
//! late never sees what has left publication since. A record that was never public is told by its
//! position alone, whatever the reason.

use std::collections::HashMap;

use domain::{ids::SubjectId, record::Version, text::Lang};
use jiff::civil::Date;
use serde::Serialize;
use store::subject::Subject;

use crate::{
    error::Error,
    platform::Platform,
    record::{self, Of, RecordView, Viewing},
    subject::{self, REGISTRATION},
    version::{Clocks, Life, lives},
};

/// One page of the feed.
#[derive(Clone, Debug, Serialize)]
pub struct Changes {
    pub changes: Vec<Change>,
    /// Ask from here next.
    pub next: i64,
    /// The last position given out.
    pub last: i64,
}

/// One change.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    pub position: i64,
    pub action: Action,
    /// Absent with `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<i64>,
    /// With `publish`: the last day of publication, after which the record is dropped unasked; null
    /// while the record stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Option<Date>>,
    /// Records that are no longer public because this change ended their subject.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub affects: Vec<i64>,
    /// Present with `publish` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<RecordView>,
}

/// What whoever follows the feed has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Take it over.
    Publish,
    /// Drop it.
    Remove,
    /// Nothing: it never was public.
    None,
}

/// Changes from a position on.
pub async fn changes(
    platform: &Platform,
    from: i64,
    limit: i64,
    lang: Lang,
) -> Result<Changes, Error> {
    let read = store::feed::read(&platform.register, from, limit).await?;
    let ids: Vec<SubjectId> = read.iter().map(|change| change.version.subject).collect();
    let register = &platform.register;
    let feed = Feed {
        viewing: Viewing::public(platform, lang, Clocks::present(platform)),
        versions: store::record::of_subjects(register, &ids, &[]).await?,
        subjects: store::subject::of(register, &ids).await?,
    };
    let mut changes = Vec::with_capacity(read.len());
    let mut next = from.max(1);
    for change in read {
        next = change.position + 1;
        changes.push(feed.change(change.position, &change.version).await?);
    }
    Ok(Changes { changes, next, last: store::feed::last(register).await? })
}

/// What it takes to say what the changes of a page mean.
struct Feed<'p> {
    viewing: Viewing<'p>,
    versions: HashMap<SubjectId, Vec<Version>>,
    subjects: HashMap<SubjectId, Subject>,
}

impl Feed<'_> {
    async fn change(&self, position: i64, version: &Version) -> Result<Change, Error> {
        let all = self.versions.get(&version.subject).map_or(&[][..], Vec::as_slice);
        let mut change = Change {
            position,
            action: Action::None,
            record: None,
            until: None,
            affects: Vec::new(),
            content: None,
        };
        let Some(life) = Life::of(all, version.record) else { return Ok(change) };
        change.content = self.content(version.subject, &life, all).await?;
        if let Some(content) = &change.content {
            change.action = Action::Publish;
            change.until = Some(content.publication.until);
        } else if was_public(self.viewing.platform, &life, all) {
            change.action = Action::Remove;
        }
        change.record = (change.action != Action::None).then_some(version.record.0);
        if version.item == REGISTRATION {
            change.affects = ended_with_subject(self.viewing.platform, all);
        }
        Ok(change)
    }

    async fn content(
        &self,
        subject: SubjectId,
        life: &Life<'_>,
        all: &[Version],
    ) -> Result<Option<RecordView>, Error> {
        let Some(held) = self.subjects.get(&subject) else { return Ok(None) };
        let slug = subject::code(held, self.viewing.lang).slug();
        let ended = subject::has_ended(self.viewing.platform, all, self.viewing.clocks);
        self.viewing.record(life, Of { slug: &slug, ended, ended_today: ended }).await
    }
}

/// Records of a subject that is no more which were public and are not any longer.
fn ended_with_subject(platform: &Platform, all: &[Version]) -> Vec<i64> {
    let today = Clocks::present(platform);
    let ended = subject::has_ended(platform, all, today);
    if !ended {
        return Vec::new();
    }
    let gone = lives(all)
        .filter(|life| !record::is_public(platform, life, ended, today.as_of))
        .filter(|life| was_public(platform, life, all));
    let mut records: Vec<i64> =
        gone.filter_map(|life| life.record()).map(|record| record.0).collect();
    records.sort_unstable();
    records
}

/// Whether the public ever saw the record: after one of its changes, or of its subject's.
fn was_public(platform: &Platform, life: &Life<'_>, all: &[Version]) -> bool {
    let registration = subject::registration(platform, all);
    let registered = registration.iter().flat_map(|life| life.versions());
    life.versions().iter().chain(registered).any(|change| {
        let at = change.known_from;
        let as_of = platform.day(at);
        let then = Clocks { as_of, known_at: Some(at), is_past: true };
        let ended = subject::had_ended(platform, all, then);
        record::is_public(platform, &life.known(at), ended, as_of)
    })
}

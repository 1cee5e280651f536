//! The change feed (变更流) as the public may read it: numbered, resumable, without a gap.
//!
//! Each entry says what the record is now, not what it was then: whoever reads an old position
//! late never sees what has left publication since.

use domain::{disclosure::Audience, text::Lang};
use serde::Serialize;

use crate::{
    error::Error,
    platform::Platform,
    record::{RecordView, Viewing},
    subject,
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
    /// `publish`: take it over; `remove`: drop it if you hold it.
    pub action: &'static str,
    pub record: i64,
    /// Present with `publish` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<RecordView>,
}

/// Changes from a position on.
pub async fn changes(
    platform: &Platform,
    from: i64,
    limit: i64,
    lang: Lang,
) -> Result<Changes, Error> {
    let read = store::feed::read(&platform.register, from, limit).await?;
    let viewing = Viewing { platform, audience: Audience::Public, lang, as_of: platform.today() };
    let mut changes = Vec::with_capacity(read.len());
    let mut next = from.max(1);
    let known_at = platform.known_now().await?;
    for change in read {
        next = change.position + 1;
        let version = &change.version;
        let versions =
            store::record::of_subject(&platform.register, version.subject, known_at).await?;
        let now = versions
            .iter()
            .find(|held| held.record == version.record && held.known_until.is_none());
        let mut content = None;
        if let (Some(now), Some(holder)) =
            (now, store::subject::get(&platform.register, version.subject).await?)
        {
            let head = subject::head(platform, &holder, &versions, lang);
            content = viewing.record(now, &head.code.slug(), head.ended, now.no).await?;
        }
        let action = if content.is_some() { "publish" } else { "remove" };
        changes.push(Change {
            position: change.position,
            action,
            record: version.record.0,
            content,
        });
    }
    Ok(Changes { changes, next, last: store::feed::last(&platform.register).await? })
}

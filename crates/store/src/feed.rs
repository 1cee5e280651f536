//! The change feed (变更流): every version in the order it was accepted, every change of standing, and every
//! record that a merge or its end moved, numbered without a gap.
//!
//! A submission takes its numbers when it is accepted: the first, and as many as it has versions.
//! The number of a version is the submission's first plus the version's place in it.

pub mod slice;

use domain::{
    ids::{RecordId, SubjectId},
    record::Version,
};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{error::Error, record, register::Register, submission};

/// One entry of the feed.
#[derive(Clone, Debug)]
pub struct Change {
    pub position: i64,
    pub version: Version,
}

/// Up to `limit` changes from `position` on; positions begin at 1.
pub async fn read(register: &Register, position: i64, limit: i64) -> Result<Vec<Change>, Error> {
    let mut changes = Vec::new();
    let mut next = position.max(1);
    let want = usize::try_from(limit).unwrap_or_default();
    while changes.len() < want {
        let submission = submission::holding(register, next).await?;
        let Some((submission, first)) = submission.and_then(|s| s.feed_first.map(|at| (s.id, at)))
        else {
            let Some(version) = moved_at(register, next).await? else { break };
            changes.push(Change { position: next, version });
            next += 1;
            continue;
        };
        let from = (next - first).max(0);
        let left = limit - i64::try_from(changes.len()).unwrap_or_default();
        let versions = record::of_submission(register, submission, from, left).await?;
        if versions.is_empty() {
            return Err(Error::Corrupt(format!("feed position {next} has no version")));
        }
        for (ordinal, version) in versions {
            changes.push(Change { position: first + ordinal, version });
            next = first + ordinal + 1;
        }
    }
    Ok(changes)
}

/// The last version of the record whose standing changed at a position, or that a merge moved there.
async fn moved_at(register: &Register, position: i64) -> Result<Option<Version>, Error> {
    let Some((subject, number)) = holding(register, position).await? else { return Ok(None) };
    let versions = record::of_subject(register, subject, Timestamp::MAX).await?;
    let last = versions.into_iter().rfind(|version| version.record == number);
    last.map(Some).ok_or_else(|| Error::Corrupt(format!("feed position {position} has no record")))
}

/// The record whose standing changed at a position, or that a merge moved there.
pub(crate) async fn holding(
    register: &Register,
    position: i64,
) -> Result<Option<(SubjectId, RecordId)>, Error> {
    let statement = "\
        select subject_id, record_id from standing where feed_at = $1
        union all select subject_id, record_id from merge_change where feed_at = $1";
    let row = sqlx::query(statement).bind(position).fetch_optional(&register.pool).await?;
    let read = |row: AnyRow| -> Result<_, Error> {
        Ok((SubjectId(row.try_get(0)?), RecordId(row.try_get(1)?)))
    };
    row.map(read).transpose()
}

/// The last position given out; 0 where nothing was accepted yet.
pub async fn last(register: &Register) -> Result<i64, Error> {
    let next: i64 = sqlx::query_scalar("select next from counter where name = 'feed'")
        .fetch_one(&register.pool)
        .await?;
    Ok(next - 1)
}

#[cfg(test)]
mod tests;

//! The access log (查询日志): audit events about a subject, as the subject reads them.

use domain::{audit::Event, ids::SubjectId};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{error::Error, merge, record::binds, register::Register, stamp};

/// One entry, as it was written.
#[derive(Clone, Debug)]
pub struct Entry {
    pub seq: i64,
    pub at: Timestamp,
    pub actor: String,
    pub event: Event,
    pub detail: String,
}

/// Entries about a subject and whoever stands in it, newest first, those before a number where one is given.
pub async fn of_subject(
    register: &Register,
    subject: SubjectId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    let statement = format!(
        "select seq, at, actor, event, detail from audit_event
         where subject_id in {} and seq < $2 order by seq desc limit $3",
        merge::members("$1")
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(subject.0)
        .bind(before.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// Entries of some kinds about some subjects in a span, oldest first.
pub async fn between(
    register: &Register,
    subjects: &[SubjectId],
    (from, until): (Timestamp, Timestamp),
    events: &[Event],
) -> Result<Vec<Entry>, Error> {
    let statement = format!(
        "select seq, at, actor, event, detail from audit_event
         where at >= $1 and at <= $2 and subject_id in ({}) and event in ({}) order by seq",
        binds(3, subjects.len()),
        binds(3 + subjects.len(), events.len())
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(stamp::instant(from))
        .bind(stamp::instant(until));
    for subject in subjects {
        query = query.bind(subject.0);
    }
    for event in events {
        query = query.bind(event.code());
    }
    query.fetch_all(&register.pool).await?.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Entry, Error> {
    let (at, event): (String, String) = (row.try_get(1)?, row.try_get(3)?);
    Ok(Entry {
        seq: row.try_get(0)?,
        at: stamp::read_instant(&at)?,
        actor: row.try_get(2)?,
        event: Event::from_code(&event)
            .ok_or_else(|| Error::Corrupt(format!("audit event {event}")))?,
        detail: row.try_get(4)?,
    })
}

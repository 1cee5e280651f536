//! The feed in long slices, for whoever copies the whole of it: payloads stay text.

use domain::{
    ids::{RecordId, SubjectId},
    subject::Kind,
};
use jiff::{Timestamp, civil::Date};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use crate::{error::Error, record, register::Register, stamp, submission};

/// Some positions in a row.
#[derive(Debug, Default)]
pub struct Slice {
    /// The last position it holds.
    pub until: i64,
    /// Records at the position at which they were first accepted.
    pub firsts: Vec<First>,
    /// Everything else: a later version, a change of standing, a record moved by a merge or its end.
    pub later: Vec<Later>,
}

/// A record as it was first accepted, with the subject it stands in now.
#[derive(Debug)]
pub struct First {
    pub position: i64,
    pub record: RecordId,
    pub item: String,
    pub subject: SubjectId,
    pub kind: Kind,
    pub subject_name: String,
    pub department: String,
    pub submission: i64,
    pub row: i64,
    pub decided_on: Option<Date>,
    pub effective_from: Option<Date>,
    pub effective_until: Option<Date>,
    pub overridden: bool,
    pub known_from: Timestamp,
    pub payload: String,
}

/// A record that something happened to, and the subject it was asserted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Later {
    pub position: i64,
    pub held_by: SubjectId,
    pub record: RecordId,
}

const VERSIONS: &str = concat!(
    "select s.feed_first + v.ordinal as position, v.record_id, v.item, v.subject_id as held_by, ",
    stands_in!("v.subject_id"),
    " as subject_id, u.kind, v.subject_name, s.department, v.submission_id, v.ordinal, v.row_no,
      v.decided_on, v.effective_from, v.effective_until, s.accepted_at, v.payload,
      case when v.overridden then 1 else 0 end as overridden
    from submission s join record_version v on v.submission_id = s.id
    join subject u on u.id = v.subject_id
    where s.feed_count > 0 and s.feed_first >= $1 and s.feed_first <= $3
      and v.ordinal >= $2 - s.feed_first and v.ordinal <= $3 - s.feed_first"
);

/// Up to `limit` positions from one on; none where the feed has no more.
pub async fn slice(register: &Register, from: i64, limit: i64) -> Result<Slice, Error> {
    let from = from.max(1);
    let until = super::last(register).await?.min(from + limit - 1);
    let mut slice = Slice { until: until.max(from - 1), ..Slice::default() };
    if until < from {
        return Ok(slice);
    }
    let first = submission::holding(register, from).await?.and_then(|one| one.feed_first);
    let rows = sqlx::query(VERSIONS)
        .bind(first.unwrap_or(from))
        .bind(from)
        .bind(until)
        .fetch_all(&register.pool)
        .await?;
    for row in rows {
        let record = RecordId(row.try_get("record_id")?);
        let (submission, ordinal) = record.first_place();
        let here: (i64, i64) = (row.try_get("submission_id")?, row.try_get("ordinal")?);
        match (submission.0, ordinal) == here {
            true => slice.firsts.push(read(&row, record)?),
            false => slice.later.push(Later {
                position: row.try_get("position")?,
                held_by: SubjectId(row.try_get("held_by")?),
                record,
            }),
        }
    }
    slice.later.extend(changed(register, from, until).await?);
    slice.later.sort_unstable_by_key(|later| later.position);
    Ok(slice)
}

/// Records whose standing changed, or that a merge or its end moved.
async fn changed(register: &Register, from: i64, until: i64) -> Result<Vec<Later>, Error> {
    let statement = "\
        select feed_at, subject_id, record_id from standing where feed_at between $1 and $2
        union all
        select feed_at, subject_id, record_id from merge_change where feed_at between $1 and $2";
    let rows = sqlx::query(AssertSqlSafe(statement))
        .bind(from)
        .bind(until)
        .fetch_all(&register.pool)
        .await?;
    let read = |row: &AnyRow| -> Result<Later, Error> {
        Ok(Later {
            position: row.try_get(0)?,
            held_by: SubjectId(row.try_get(1)?),
            record: RecordId(row.try_get(2)?),
        })
    };
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow, record: RecordId) -> Result<First, Error> {
    let kind: String = row.try_get("kind")?;
    let accepted_at: String = row.try_get("accepted_at")?;
    let day = |column: &str| -> Result<Option<Date>, Error> {
        let day: Option<String> = row.try_get(column)?;
        stamp::read_day(day.as_deref().filter(|day| !day.is_empty()))
    };
    Ok(First {
        position: row.try_get("position")?,
        record,
        item: row.try_get("item")?,
        subject: SubjectId(row.try_get("subject_id")?),
        kind: Kind::from_code(&kind).ok_or_else(|| Error::Corrupt(format!("kind {kind}")))?,
        subject_name: row.try_get("subject_name")?,
        department: row.try_get("department")?,
        submission: row.try_get("submission_id")?,
        row: row.try_get("row_no")?,
        decided_on: day("decided_on")?,
        effective_from: day("effective_from")?,
        effective_until: day("effective_until")?,
        overridden: record::flag(row, "overridden")?,
        known_from: stamp::read_instant(&accepted_at)?,
        payload: row.try_get("payload")?,
    })
}

#[cfg(test)]
mod tests;

//! What was collected (归集), by department and item: the deliveries of a span of time, their faults by
//! rule, and the documents behind the figures.

use domain::ids::{RecordId, SubjectId, SubmissionId};
use jiff::{Timestamp, civil::Date};
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    record::{FIRST_ACCEPTED_AT, NOTHING_LATER},
    register::Register,
    stamp,
};

/// The span asked about, and of whom; the first instant counts, the last does not.
#[derive(Clone, Copy, Debug)]
pub struct Span<'s> {
    /// None for all.
    pub department: Option<&'s str>,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// One accepted delivery.
#[derive(Clone, Debug)]
pub struct Delivered {
    pub department: String,
    pub item: String,
    pub receipt: String,
    pub received_at: Timestamp,
    /// Whether it only mends rows of another.
    pub mends: bool,
    pub rows: u64,
    pub rejected: u64,
    pub created: u64,
}

/// One record, and when it was first accepted.
#[derive(Clone, Debug)]
pub struct Document {
    pub record: RecordId,
    pub subject: SubjectId,
    pub decided_on: Date,
    pub accepted_at: Timestamp,
    /// Of the version that stands.
    pub receipt: String,
    pub row: u64,
    pub payload: String,
}

/// Accepted deliveries received in the span, oldest first; what was taken back is none.
pub async fn deliveries(register: &Register, span: Span<'_>) -> Result<Vec<Delivered>, Error> {
    let statement = "\
        select department, item, receipt, case when mends is null then 0 else 1 end, received_at,
          row_count, rejected, created from submission
        where accepted_at is not null and received_at >= $1 and received_at < $2 and mode <> 'withdraw'
          and ($3 = '' or department = $3) order by id";
    let rows = sqlx::query(statement)
        .bind(stamp::instant(span.from))
        .bind(stamp::instant(span.until))
        .bind(span.department.unwrap_or_default())
        .fetch_all(&register.pool)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Delivered {
                department: row.try_get(0)?,
                item: row.try_get(1)?,
                receipt: row.try_get(2)?,
                mends: row.try_get::<i64, _>(3)? != 0,
                received_at: instant(row, 4)?,
                rows: count(row, 5)?,
                rejected: count(row, 6)?,
                created: count(row, 7)?,
            })
        })
        .collect()
}

/// When anything was first received.
pub async fn first_received(register: &Register) -> Result<Option<Timestamp>, Error> {
    let statement = "select min(received_at) from submission where accepted_at is not null";
    let first: Option<String> = sqlx::query_scalar(statement).fetch_one(&register.pool).await?;
    first.as_deref().map(stamp::read_instant).transpose()
}

/// A place among records in the order of their days.
pub type Place = (Date, RecordId);

/// Records a department holds of an item, dated from a place on to a day, a page at a time in the order
/// of their days. The set that [`crate::record::first_accepted`] counts.
pub async fn documents(
    register: &Register,
    (department, item): (&str, &str),
    (from, after): Place,
    until: Date,
    limit: i64,
) -> Result<Vec<Document>, Error> {
    let statement = format!(
        "select v.record_id, v.subject_id, v.decided_on, s.receipt, v.row_no, v.payload,
           {FIRST_ACCEPTED_AT} as accepted_at
         from record_version v join submission s on s.id = v.submission_id
         where v.item = $1 and v.decided_on >= $2 and v.decided_on <= $3 and s.department = $4
           and s.feed_first is not null and v.withdrawn = false
           and (v.decided_on > $2 or v.record_id > $5) and {NOTHING_LATER}
         order by v.decided_on, v.record_id limit $6"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(item)
        .bind(from.to_string())
        .bind(until.to_string())
        .bind(department)
        .bind(after.0)
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Document {
                record: RecordId(row.try_get(0)?),
                subject: SubjectId(row.try_get(1)?),
                decided_on: day(row, 2)?,
                receipt: row.try_get(3)?,
                row: count(row, 4)?,
                payload: row.try_get(5)?,
                accepted_at: instant(row, 6)?,
            })
        })
        .collect()
}

/// What a department ever handed in of an item, dated from a place on to a day, also what it took back
/// since: record, day and payload, a page at a time in the order of their days.
pub async fn handed_in(
    register: &Register,
    (department, item): (&str, &str),
    (from, after): Place,
    until: Date,
    limit: i64,
) -> Result<Vec<(RecordId, Date, String)>, Error> {
    let statement = "\
        select v.record_id, v.decided_on, v.payload
        from record_version v join submission s on s.id = v.submission_id
        where v.item = $1 and v.decided_on >= $2 and v.decided_on <= $3 and s.department = $4
          and s.feed_first is not null and (v.decided_on > $2 or v.record_id > $5)
          and v.record_id = v.submission_id * $6 + v.ordinal
        order by v.decided_on, v.record_id limit $7";
    let rows = sqlx::query(statement)
        .bind(item)
        .bind(from.to_string())
        .bind(until.to_string())
        .bind(department)
        .bind(after.0)
        .bind(RecordId::first_asserted(SubmissionId(1), 0).0)
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(|row| Ok((RecordId(row.try_get(0)?), day(row, 1)?, row.try_get(2)?))).collect()
}

/// Whether a department holds a record of an item dated in a span of days.
pub async fn any_dated(
    register: &Register,
    (department, item): (&str, &str),
    (from, until): (Date, Date),
) -> Result<bool, Error> {
    let found = documents(register, (department, item), (from, RecordId(0)), until, 1).await?;
    Ok(!found.is_empty())
}

/// Faults of a department's item in the span, by rule and level, the most first.
pub async fn faults(
    register: &Register,
    span: Span<'_>,
    item: &str,
) -> Result<Vec<(String, String, u64)>, Error> {
    let statement = "\
        select f.rule, f.level, count(*) as n
        from submission s join fault f on f.submission_id = s.id
        where s.accepted_at is not null and s.received_at >= $1 and s.received_at < $2
          and s.department = $3 and s.item = $4
        group by f.rule, f.level order by n desc, f.rule";
    let rows = sqlx::query(statement)
        .bind(stamp::instant(span.from))
        .bind(stamp::instant(span.until))
        .bind(span.department.unwrap_or_default())
        .bind(item)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, count(row, 2)?))).collect()
}

fn count(row: &AnyRow, at: usize) -> Result<u64, Error> {
    Ok(u64::try_from(row.try_get::<i64, _>(at)?).unwrap_or_default())
}

fn day(row: &AnyRow, at: usize) -> Result<Date, Error> {
    let text: String = row.try_get(at)?;
    stamp::read_day(Some(&text))?
        .ok_or_else(|| Error::Corrupt("record_version.decided_on".to_owned()))
}

fn instant(row: &AnyRow, at: usize) -> Result<Timestamp, Error> {
    stamp::read_instant(&row.try_get::<String, _>(at)?)
}

#[cfg(test)]
mod tests;

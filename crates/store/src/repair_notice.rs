//! Repair notices (信用修复告知书): one for a record, and how it was served.

use domain::ids::{RecordId, SubjectId};
use jiff::{Timestamp, civil::Date};
use sqlx::Row as _;

use crate::{
    error::Error,
    merge,
    register::{Register, Write, take_numbers},
    stamp,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepairNotice {
    pub record: RecordId,
    pub subject: SubjectId,
    /// XG20261127-000001.
    pub number: String,
    /// SM3 of its document.
    pub digest: String,
    pub made_at: Timestamp,
    /// On which day, and how.
    pub served: Option<(Date, String)>,
}

/// A notice as it is kept.
#[derive(Clone, Debug)]
pub struct NewRepairNotice<'n> {
    pub record: RecordId,
    pub subject: SubjectId,
    pub number: &'n str,
    pub digest: &'n str,
    pub content: &'n [u8],
    pub by: &'n str,
    pub at: Timestamp,
}

/// The number the next notice of a day bears.
pub async fn number(write: &mut Write, day: Date) -> Result<String, Error> {
    let next = take_numbers(write, "repair_notice", 1).await?;
    Ok(format!("XG{}-{next:06}", day.strftime("%Y%m%d")))
}

/// Keeps a notice; false where the record has one.
pub async fn keep(write: &mut Write, new: &NewRepairNotice<'_>) -> Result<bool, Error> {
    let subject = merge::holder(write, new.subject, new.record).await?;
    let statement = "\
        insert into repair_notice (record_id, subject_id, number, digest, content, made_by, made_at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
    let done = sqlx::query(statement)
        .bind(new.record.0)
        .bind(subject.0)
        .bind(new.number)
        .bind(new.digest)
        .bind(new.content)
        .bind(new.by)
        .bind(stamp::instant(new.at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The notice of a record, and its document.
pub async fn get(
    register: &Register,
    record: RecordId,
) -> Result<Option<(RepairNotice, Vec<u8>)>, Error> {
    let statement = format!(
        "select repair_notice.*, {} as stands_in from repair_notice where record_id = $1",
        stands_in!("repair_notice.subject_id")
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(record.0)
        .fetch_optional(&register.pool)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let made_at: String = row.try_get("made_at")?;
    let on: Option<String> = row.try_get("served_on")?;
    let how: Option<String> = row.try_get("served_how")?;
    let notice = RepairNotice {
        record,
        subject: SubjectId(row.try_get("stands_in")?),
        number: row.try_get("number")?,
        digest: row.try_get("digest")?,
        made_at: stamp::read_instant(&made_at)?,
        served: stamp::read_day(on.as_deref())?.zip(how),
    };
    Ok(Some((notice, row.try_get("content")?)))
}

/// Notes how a notice was served; false where there is none, or it was noted before.
pub async fn serve(
    write: &mut Write,
    record: RecordId,
    (on, how): (Date, &str),
    by: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    let statement = "\
        update repair_notice set served_on = $2, served_how = $3, served_by = $4, served_at = $5
        where record_id = $1 and served_on is null";
    let done = sqlx::query(statement)
        .bind(record.0)
        .bind(on.to_string())
        .bind(how)
        .bind(by)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

//! What deliveries are compared with before they count: the rows of those before them, and whether the
//! very same file came already.

use jiff::Timestamp;
use sqlx::Row as _;

use crate::{
    error::Error,
    load::Mode,
    register::{Register, Write},
    stamp,
};

/// Rows of the newest accepted deliveries of a department's item handed in one way, from the last
/// one that somebody found right in spite of its volume; those that only mend rows are left out.
pub async fn history(
    register: &Register,
    (department, item): (&str, &str),
    mode: Mode,
    limit: i64,
) -> Result<Vec<u64>, Error> {
    let statement = "\
        select row_count from submission
        where department = $1 and item = $2 and mode = $3 and accepted_at is not null
          and mends is null and id >= (
          select coalesce(max(submission_id), 0) from volume_baseline
          where department = $1 and item = $2 and mode = $3)
        order by id desc limit $4";
    let rows = sqlx::query(statement)
        .bind(department)
        .bind(item)
        .bind(mode.code())
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    let count = |row: &sqlx::any::AnyRow| -> Result<u64, Error> {
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default())
    };
    rows.iter().map(count).collect()
}

/// An accepted delivery of the very same file.
#[derive(Clone, Debug)]
pub struct SameFile {
    pub receipt: String,
    pub accepted_at: Timestamp,
    /// Whether nothing of the source was accepted since.
    pub newest: bool,
}

/// The newest accepted delivery of the very same file.
pub async fn same_file(
    register: &Register,
    (department, item): (&str, &str),
    mode: Mode,
    digest: &str,
) -> Result<Option<SameFile>, Error> {
    let statement = "\
        select receipt, accepted_at, (
          select count(*) from submission later
          where later.department = $1 and later.item = $2 and later.accepted_at is not null
            and later.id > submission.id) as later
        from submission
        where department = $1 and item = $2 and mode = $3 and file_digest = $4
          and accepted_at is not null order by id desc limit 1";
    let row = sqlx::query(statement)
        .bind(department)
        .bind(item)
        .bind(mode.code())
        .bind(digest)
        .fetch_optional(&register.pool)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (accepted_at, later): (String, i64) = (row.try_get(1)?, row.try_get(2)?);
    let accepted_at = stamp::read_instant(&accepted_at)?;
    Ok(Some(SameFile { receipt: row.try_get(0)?, accepted_at, newest: later == 0 }))
}

/// Begins the history of a department's item anew with a submission, for a reason.
pub(crate) async fn rebase(
    write: &mut Write,
    (department, item, mode): (&str, &str, Mode),
    submission: i64,
    (reason, actor): (&str, &str),
    at: Timestamp,
) -> Result<(), Error> {
    let statement = "\
        insert into volume_baseline (department, item, mode, submission_id, reason, actor, decided_at)
        values ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(statement)
        .bind(department)
        .bind(item)
        .bind(mode.code())
        .bind(submission)
        .bind(reason)
        .bind(actor)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

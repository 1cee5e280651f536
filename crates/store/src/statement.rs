//! Own statements (本人声明): a subject's own words beside a record, one in force at a time.

use domain::ids::{RecordId, SubjectId};
use jiff::Timestamp;

use crate::{
    error::Error,
    merge,
    register::{Write, take_numbers},
    stamp,
};

/// Keeps a statement in place of the one before; that one stays in the register.
pub async fn make(
    write: &mut Write,
    (subject, record): (SubjectId, RecordId),
    text: &str,
    by: &str,
    at: Timestamp,
) -> Result<i64, Error> {
    withdraw(write, (subject, record), at).await?;
    let holder = merge::holder(write, subject, record).await?;
    let id = take_numbers(write, "statement", 1).await?;
    let statement = "\
        insert into statement (id, subject_id, record_id, text, made_by, made_at, made_for)
        values ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(statement)
        .bind(id)
        .bind(holder.0)
        .bind(record.0)
        .bind(text)
        .bind(by)
        .bind(stamp::instant(at))
        .bind(subject.0)
        .execute(&mut *write.tx)
        .await?;
    Ok(id)
}

/// Takes the statement back; false where there is none.
pub async fn withdraw(
    write: &mut Write,
    (subject, record): (SubjectId, RecordId),
    at: Timestamp,
) -> Result<bool, Error> {
    let subject = merge::holder(write, subject, record).await?;
    let statement = "\
        update statement set withdrawn_at = $3
        where subject_id = $1 and record_id = $2 and withdrawn_at is null";
    let done = sqlx::query(statement)
        .bind(subject.0)
        .bind(record.0)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

//! Jobs: written in the transaction that caused them, run once, again after a failure.

use jiff::Timestamp;
use sqlx::Row as _;

use crate::{
    error::Error,
    register::{Register, Write},
    stamp,
};

/// A job taken for running.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: i64,
    pub kind: String,
    pub payload: String,
}

/// Times a failing job is tried.
const ATTEMPTS: i64 = 5;

/// Enqueues a job unless the same one is waiting already.
pub async fn enqueue(
    write: &mut Write,
    kind: &str,
    payload: &str,
    run_at: Timestamp,
) -> Result<(), Error> {
    let statement = "\
        insert into job (id, kind, payload, run_at, state, attempts, last_error)
        select (select coalesce(max(id), 0) + 1 from job), $1, $2, $3, 'waiting', 0, ''
        where not exists (select 1 from job where kind = $1 and payload = $2 and state = 'waiting')";
    sqlx::query(statement)
        .bind(kind)
        .bind(payload)
        .bind(stamp::instant(run_at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Takes the next job that is due. Every writer of the job table holds the pen (SQLite) or takes
/// the row (PostgreSQL): the update counts only for the one that changed the state.
pub async fn take(register: &Register, now: Timestamp) -> Result<Option<Job>, Error> {
    let due = "select id, kind, payload from job where state = 'waiting' and run_at <= $1 order by run_at, id limit 1";
    let row = sqlx::query(due).bind(stamp::instant(now)).fetch_optional(&register.pool).await?;
    let Some(row) = row else { return Ok(None) };
    let job = Job { id: row.try_get(0)?, kind: row.try_get(1)?, payload: row.try_get(2)? };
    let mut write = register.write().await?;
    let take = "update job set state = 'running', attempts = attempts + 1 where id = $1 and state = 'waiting'";
    let taken = sqlx::query(take).bind(job.id).execute(&mut *write.tx).await?;
    write.commit().await?;
    Ok((taken.rows_affected() == 1).then_some(job))
}

/// Ends a job, or puts it back to be tried again.
pub async fn finish(register: &Register, id: i64, error: Option<&str>) -> Result<(), Error> {
    let mut write = register.write().await?;
    let statement = match error {
        None => "delete from job where id = $1 and $2 = '' and $3 > 0",
        Some(_) => {
            "update job set last_error = $2, state = case when attempts < $3 then 'waiting' else 'failed' end
             where id = $1"
        }
    };
    sqlx::query(statement)
        .bind(id)
        .bind(error.unwrap_or_default())
        .bind(ATTEMPTS)
        .execute(&mut *write.tx)
        .await?;
    write.commit().await
}

/// Puts jobs back that were running when the last worker stopped.
pub async fn recover(register: &Register) -> Result<(), Error> {
    let mut write = register.write().await?;
    sqlx::query("update job set state = 'waiting' where state = 'running'")
        .execute(&mut *write.tx)
        .await?;
    write.commit().await
}

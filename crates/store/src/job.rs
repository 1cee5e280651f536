//! Jobs: written in the transaction that caused them, run once, again after a failure.
//!
//! A job that is taken belongs to its worker for a while only. A worker that was killed is not
//! heard of again; when its lease has run out, the next worker takes the job.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row as _;

use crate::{
    error::Error,
    register::{Register, Write, take_numbers},
    stamp,
};

/// A job taken for running.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: i64,
    pub kind: String,
    pub payload: String,
    /// Which attempt this is, the first being 1.
    pub attempt: i64,
}

/// Times a failing job is tried.
const ATTEMPTS: i64 = 5;
/// How long a job belongs to the worker that took it.
const LEASE: SignedDuration = SignedDuration::from_mins(10);
/// How long a job waits after its first failure; four times as long after each further one.
const BACK_OFF: SignedDuration = SignedDuration::from_secs(10);

/// Enqueues a job. One that is waiting already does for both: it is held until this transaction
/// ends, so that nobody takes it before it can see what this one wrote.
pub async fn enqueue(
    write: &mut Write,
    kind: &str,
    payload: &str,
    run_at: Timestamp,
) -> Result<(), Error> {
    let merge = "\
        update job set run_at = case when run_at < $3 then run_at else $3 end
        where kind = $1 and payload = $2 and state = 'waiting'";
    let run_at = stamp::instant(run_at);
    let merged =
        sqlx::query(merge).bind(kind).bind(payload).bind(&run_at).execute(&mut *write.tx).await?;
    if 0 < merged.rows_affected() {
        return Ok(());
    }
    let id = take_numbers(write, "job", 1).await?;
    let statement = "\
        insert into job (id, kind, payload, run_at, state, attempts, last_error)
        values ($1, $2, $3, $4, 'waiting', 0, '')";
    sqlx::query(statement)
        .bind(id)
        .bind(kind)
        .bind(payload)
        .bind(run_at)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Takes the next job that is due or whose worker is gone; of several that want it, one gets it.
pub async fn take(register: &Register, now: Timestamp) -> Result<Option<Job>, Error> {
    let due = "\
        select id, kind, payload, attempts, run_at, state from job
        where state in ('waiting', 'running') and run_at <= $1 order by run_at, id limit 1";
    let take = "\
        update job set state = $5, attempts = $6, run_at = $7,
          last_error = case when $8 = '' then last_error else $8 end
        where id = $1 and state = $2 and run_at = $3 and attempts = $4";
    loop {
        let row = sqlx::query(due).bind(stamp::instant(now)).fetch_optional(&register.pool).await?;
        let Some(row) = row else { return Ok(None) };
        let attempts: i64 = row.try_get(3)?;
        let (run_at, state): (String, String) = (row.try_get(4)?, row.try_get(5)?);
        let job = Job {
            id: row.try_get(0)?,
            kind: row.try_get(1)?,
            payload: row.try_get(2)?,
            attempt: attempts + 1,
        };
        let given_up = ATTEMPTS < job.attempt;
        let (next, attempt, why) = match given_up {
            true => ("failed", attempts, "its worker stopped each time"),
            false => ("running", job.attempt, ""),
        };
        let mut write = register.write().await?;
        let taken = sqlx::query(take)
            .bind(job.id)
            .bind(state)
            .bind(run_at)
            .bind(attempts)
            .bind(next)
            .bind(attempt)
            .bind(stamp::instant(now.saturating_add(LEASE).unwrap_or(now)))
            .bind(why)
            .execute(&mut *write.tx)
            .await?;
        write.commit().await?;
        if taken.rows_affected() == 1 && !given_up {
            return Ok(Some(job));
        }
    }
}

/// Ends a job that was done.
pub async fn done(register: &Register, job: &Job) -> Result<(), Error> {
    let mut write = register.write().await?;
    sqlx::query("delete from job where id = $1").bind(job.id).execute(&mut *write.tx).await?;
    write.commit().await
}

/// Puts a job that failed back to be tried again later, unless the same one is waiting already or
/// another worker has it by now.
pub async fn failed(
    register: &Register,
    job: &Job,
    now: Timestamp,
    error: &str,
) -> Result<(), Error> {
    let mut write = register.write().await?;
    let merge = "\
        delete from job where id = $1 and attempts = $2 and exists (
          select 1 from job o where o.kind = $3 and o.payload = $4 and o.state = 'waiting')";
    sqlx::query(merge)
        .bind(job.id)
        .bind(job.attempt)
        .bind(&job.kind)
        .bind(&job.payload)
        .execute(&mut *write.tx)
        .await?;
    let again = "\
        update job set state = $3, run_at = $4, last_error = $5
        where id = $1 and attempts = $2 and state = 'running'";
    let times = u32::try_from(job.attempt - 1).unwrap_or_default();
    let wait = BACK_OFF.saturating_mul(4_i32.saturating_pow(times));
    sqlx::query(again)
        .bind(job.id)
        .bind(job.attempt)
        .bind(if job.attempt < ATTEMPTS { "waiting" } else { "failed" })
        .bind(stamp::instant(now.saturating_add(wait).unwrap_or(now)))
        .bind(error)
        .execute(&mut *write.tx)
        .await?;
    write.commit().await
}

#[cfg(test)]
mod tests;

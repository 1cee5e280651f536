//! Sign-ins that failed, by where they came from and by the name that was tried; both as keyed hashes.

use jiff::Timestamp;
use sqlx::Row as _;

use crate::{
    error::Error,
    register::{Register, Write},
    stamp,
};

/// How often somebody failed, and when the last time.
pub async fn get(
    register: &Register,
    scope: &str,
    who: &str,
) -> Result<Option<(i64, Timestamp)>, Error> {
    let statement = "select failed, last_at from sign_in_attempt where scope = $1 and who = $2";
    let row = sqlx::query(statement).bind(scope).bind(who).fetch_optional(&register.pool).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((row.try_get(0)?, stamp::read_instant(&row.try_get::<String, _>(1)?)?)))
}

/// Counts one more failure.
pub async fn add(write: &mut Write, scope: &str, who: &str, at: Timestamp) -> Result<(), Error> {
    let statement = "\
        insert into sign_in_attempt (scope, who, failed, last_at) values ($1, $2, 1, $3)
        on conflict (scope, who) do update set failed = sign_in_attempt.failed + 1, last_at = $3";
    sqlx::query(statement)
        .bind(scope)
        .bind(who)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Forgets failures, also those kept apart by where they came from: `who`, a point, and the place.
pub async fn forget(write: &mut Write, scope: &str, who: &str) -> Result<(), Error> {
    let statement =
        "delete from sign_in_attempt where scope = $1 and (who = $2 or who like $2 || '.%')";
    sqlx::query(statement).bind(scope).bind(who).execute(&mut *write.tx).await?;
    Ok(())
}

/// Forgets every failure older than an instant.
pub async fn clear(write: &mut Write, before: Timestamp) -> Result<u64, Error> {
    let done = sqlx::query("delete from sign_in_attempt where last_at < $1")
        .bind(stamp::instant(before))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected())
}

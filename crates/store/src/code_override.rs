//! Codes that fail their check digit and that somebody has answered for.

use std::collections::HashSet;

use jiff::Timestamp;
use sqlx::Row as _;

use crate::{
    error::Error,
    register::{Register, Write},
    stamp,
};

/// Keeps the decision on a code; false where one is kept already.
pub async fn insert(
    write: &mut Write,
    scheme: &str,
    value: &str,
    reason: &str,
    actor: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    let statement = "\
        insert into code_override (scheme, value, reason, actor, decided_at) values ($1, $2, $3, $4, $5)
        on conflict do nothing";
    let done = sqlx::query(statement)
        .bind(scheme)
        .bind(value)
        .bind(reason)
        .bind(actor)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn all(register: &Register, scheme: &str) -> Result<HashSet<String>, Error> {
    let rows = sqlx::query("select value from code_override where scheme = $1")
        .bind(scheme)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(|row| row.try_get(0).map_err(Error::from)).collect()
}

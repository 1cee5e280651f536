//! Codes that fail their check digit and that somebody has answered for.

use std::collections::HashSet;

use jiff::Timestamp;
use sqlx::Row as _;

use crate::{
    error::Error,
    register::{Register, Write},
    stamp,
};

pub async fn insert(
    write: &mut Write,
    scheme: &str,
    value: &str,
    reason: &str,
    actor: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let statement = "\
        insert into code_override (scheme, value, reason, actor, decided_at) values ($1, $2, $3, $4, $5)
        on conflict do nothing";
    sqlx::query(statement)
        .bind(scheme)
        .bind(value)
        .bind(reason)
        .bind(actor)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

pub async fn all(register: &Register, scheme: &str) -> Result<HashSet<String>, Error> {
    let rows = sqlx::query("select value from code_override where scheme = $1")
        .bind(scheme)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(|row| row.try_get(0).map_err(Error::from)).collect()
}

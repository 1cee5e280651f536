//! Keys with which a department's system hands in deliveries; only their digests are kept.

use jiff::Timestamp;
use sqlx::Row as _;

use crate::{
    error::Error,
    register::{Register, Write},
    stamp,
};

/// Whom a key in force belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub department: String,
    /// The system of the department that uses the key.
    pub label: String,
}

/// Keeps a new key; false where the department has one of that label in force.
pub async fn insert(
    write: &mut Write,
    digest: &str,
    holder: &Holder,
    at: Timestamp,
) -> Result<bool, Error> {
    let statement = "\
        insert into api_key (digest, department, label, created_at) values ($1, $2, $3, $4)
        on conflict do nothing";
    let done = sqlx::query(statement)
        .bind(digest)
        .bind(&holder.department)
        .bind(&holder.label)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Whom a key belongs to, where it is in force.
pub async fn holder(register: &Register, digest: &str) -> Result<Option<Holder>, Error> {
    let statement =
        "select department, label from api_key where digest = $1 and revoked_at is null";
    let row = sqlx::query(statement).bind(digest).fetch_optional(&register.pool).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Holder { department: row.try_get(0)?, label: row.try_get(1)? }))
}

/// Makes a key useless from now on; false where there is none in force.
pub async fn revoke(write: &mut Write, holder: &Holder, at: Timestamp) -> Result<bool, Error> {
    let statement = "\
        update api_key set revoked_at = $3
        where department = $1 and label = $2 and revoked_at is null";
    let done = sqlx::query(statement)
        .bind(&holder.department)
        .bind(&holder.label)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(0 < done.rows_affected())
}

#[cfg(test)]
mod tests;

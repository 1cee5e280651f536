//! Keys with which a department's system hands in deliveries; only their digests are kept.

use jiff::Timestamp;
use sqlx::Row as _;

use crate::{
    error::Error,
    register::{Register, Write},
    stamp,
};

pub async fn insert(
    write: &mut Write,
    digest: &str,
    department: &str,
    label: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let statement =
        "insert into api_key (digest, department, label, created_at) values ($1, $2, $3, $4)";
    sqlx::query(statement)
        .bind(digest)
        .bind(department)
        .bind(label)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// The department a key in force belongs to.
pub async fn department(register: &Register, digest: &str) -> Result<Option<String>, Error> {
    let statement = "select department from api_key where digest = $1 and revoked_at is null";
    let row = sqlx::query(statement).bind(digest).fetch_optional(&register.pool).await?;
    row.map(|row| row.try_get(0)).transpose().map_err(Error::from)
}

pub async fn revoke(write: &mut Write, label: &str, at: Timestamp) -> Result<bool, Error> {
    let statement = "update api_key set revoked_at = $2 where label = $1 and revoked_at is null";
    let done =
        sqlx::query(statement).bind(label).bind(stamp::instant(at)).execute(&mut *write.tx).await?;
    Ok(0 < done.rows_affected())
}

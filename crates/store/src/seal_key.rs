//! Which sealing keys the register was written under; never the keys themselves.

use sqlx::Row as _;

use crate::{error::Error, register::Register};

/// The check value kept for a key; the first one to come is kept.
pub async fn keep(register: &Register, id: &str, check_value: &str) -> Result<String, Error> {
    let kept = "select check_value from seal_key where id = $1";
    if let Some(row) = sqlx::query(kept).bind(id).fetch_optional(&register.pool).await? {
        return Ok(row.try_get(0)?);
    }
    let mut write = register.write().await?;
    let statement = "insert into seal_key (id, check_value) values ($1, $2) on conflict do nothing";
    sqlx::query(statement).bind(id).bind(check_value).execute(&mut *write.tx).await?;
    let row = sqlx::query(kept).bind(id).fetch_one(&mut *write.tx).await?;
    write.commit().await?;
    Ok(row.try_get(0)?)
}

/// Whether the register was written under any key.
pub async fn any(register: &Register) -> Result<bool, Error> {
    let count: i64 =
        sqlx::query_scalar("select count(*) from seal_key").fetch_one(&register.pool).await?;
    Ok(count != 0)
}

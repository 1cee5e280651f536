//! Who is known at a provider of identities by which name.

use domain::ids::AccountId;
use jiff::Timestamp;
use sqlx::Row as _;

use crate::{
    error::Error,
    register::{Register, Write},
    stamp,
};

/// The account an outside identity is linked to.
pub async fn account(
    register: &Register,
    issuer: &str,
    subject: &str,
) -> Result<Option<AccountId>, Error> {
    let statement = "\
        select account_id from outside_identity where issuer = $1 and outside_subject = $2";
    let row =
        sqlx::query(statement).bind(issuer).bind(subject).fetch_optional(&register.pool).await?;
    row.map(|row| Ok(AccountId(row.try_get(0)?))).transpose()
}

/// Links an outside identity to an account; false where it is linked already, to whomever.
pub async fn link(
    write: &mut Write,
    issuer: &str,
    subject: &str,
    account: AccountId,
    at: Timestamp,
) -> Result<bool, Error> {
    let statement = "\
        insert into outside_identity (issuer, outside_subject, account_id, linked_at)
        values ($1, $2, $3, $4) on conflict do nothing";
    let done = sqlx::query(statement)
        .bind(issuer)
        .bind(subject)
        .bind(account.0)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Unlinks every outside identity of an account; answers how many there were.
pub async fn unlink(write: &mut Write, account: AccountId) -> Result<u64, Error> {
    let done = sqlx::query("delete from outside_identity where account_id = $1")
        .bind(account.0)
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected())
}

/// How many outside identities are linked to an account.
pub async fn count(register: &Register, account: AccountId) -> Result<i64, Error> {
    let statement = "select count(*) from outside_identity where account_id = $1";
    Ok(sqlx::query_scalar(statement).bind(account.0).fetch_one(&register.pool).await?)
}

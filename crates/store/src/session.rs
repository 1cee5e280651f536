//! Sessions: kept by the digest of what the browser holds.

use domain::{
    ids::{AccountId, OrganisationId},
    role::Role,
};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    account::{self, Account},
    error::Error,
    organisation::{self, Organisation},
    register::{Register, Write},
    stamp,
};

#[derive(Clone, Debug)]
pub struct Session {
    /// Digest of the token.
    pub token: String,
    pub account: AccountId,
    pub organisation: Option<OrganisationId>,
    /// Both factors were shown.
    pub second_factor: bool,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub address: String,
    pub agent: String,
}

/// Flags are read as numbers: the driver for both engines reads none of SQLite.
const COLUMNS: &str = "\
    token, session.account_id, session.organisation_id, case when second_factor then 1 else 0 end as second_factor,
    session.created_at as begun_at, seen_at, address, agent";

pub async fn insert(write: &mut Write, session: &Session) -> Result<(), Error> {
    let statement = "\
        insert into session (token, account_id, organisation_id, second_factor, created_at, seen_at,
          address, agent)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    sqlx::query(statement)
        .bind(&session.token)
        .bind(session.account.0)
        .bind(session.organisation.map(|id| id.0))
        .bind(session.second_factor)
        .bind(stamp::instant(session.created_at))
        .bind(stamp::instant(session.seen_at))
        .bind(&session.address)
        .bind(&session.agent)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

pub async fn get(register: &Register, token: &str) -> Result<Option<Session>, Error> {
    let statement = format!("select {COLUMNS} from session where token = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(token)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Whose session it is, and the open organisations they act for with the roles they hold there.
#[derive(Clone, Debug)]
pub struct Holder {
    pub session: Session,
    pub account: Account,
    pub organisations: Vec<(Organisation, Vec<Role>)>,
}

/// Who holds a session: asked for every page of a workplace, and so in one statement.
pub async fn holder(register: &Register, token: &str) -> Result<Option<Holder>, Error> {
    let statement = format!(
        "select {COLUMNS}, {}, {} from session join account on account.id = session.account_id
         left join membership m on m.account_id = account.id
         left join organisation o on o.id = m.organisation_id and o.closed_at is null
         where token = $1 order by o.id, m.role",
        account::COLUMNS,
        organisation::COLUMNS,
    );
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(statement)).bind(token).fetch_all(&register.pool).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let organisations = organisation::with_roles(&rows)?;
    Ok(Some(Holder { session: read(row)?, account: account::read(row)?, organisations }))
}

/// Notes that the session was used.
pub async fn touch(write: &mut Write, token: &str, at: Timestamp) -> Result<(), Error> {
    sqlx::query("update session set seen_at = $2 where token = $1")
        .bind(token)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Ends a session; false where it was over.
pub async fn end(write: &mut Write, token: &str) -> Result<bool, Error> {
    let done = sqlx::query("delete from session where token = $1")
        .bind(token)
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends every session of an account.
pub async fn end_all(write: &mut Write, account: AccountId) -> Result<u64, Error> {
    let done = sqlx::query("delete from session where account_id = $1")
        .bind(account.0)
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected())
}

/// Ends every session in which somebody acts for an organisation.
pub async fn end_acting(write: &mut Write, organisation: OrganisationId) -> Result<u64, Error> {
    let done = sqlx::query("delete from session where organisation_id = $1")
        .bind(organisation.0)
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected())
}

/// The sessions of an account, the last used first.
pub async fn of_account(register: &Register, account: AccountId) -> Result<Vec<Session>, Error> {
    let statement =
        format!("select {COLUMNS} from session where account_id = $1 order by seen_at desc, token");
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(account.0)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// Clears away sessions that were begun, or last used, before these instants.
pub async fn clear(
    write: &mut Write,
    created_before: Timestamp,
    seen_before: Timestamp,
) -> Result<u64, Error> {
    let done = sqlx::query("delete from session where created_at < $1 or seen_at < $2")
        .bind(stamp::instant(created_before))
        .bind(stamp::instant(seen_before))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected())
}

fn read(row: &AnyRow) -> Result<Session, Error> {
    let (created_at, seen_at): (String, String) =
        (row.try_get("begun_at")?, row.try_get("seen_at")?);
    let organisation: Option<i64> = row.try_get("organisation_id")?;
    Ok(Session {
        token: row.try_get("token")?,
        account: AccountId(row.try_get("account_id")?),
        organisation: organisation.map(OrganisationId),
        second_factor: row.try_get::<i64, _>("second_factor")? != 0,
        created_at: stamp::read_instant(&created_at)?,
        seen_at: stamp::read_instant(&seen_at)?,
        address: row.try_get("address")?,
        agent: row.try_get("agent")?,
    })
}

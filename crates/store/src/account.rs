//! Accounts and the roles they hold.

use std::collections::BTreeMap;

use domain::{
    ids::{AccountId, OrganisationId, SubjectId},
    role::{Membership, Role},
};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    register::{Register, Write, take_numbers},
    stamp,
};

#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    pub login: String,
    pub name: String,
    /// PHC string of argon2id; none where the person signs in elsewhere.
    pub password: Option<String>,
    pub password_changed_at: Option<Timestamp>,
    pub must_change: bool,
    /// Sealed secret of the second factor.
    pub totp: Option<String>,
    /// The last step of time a code was accepted for.
    pub totp_step: i64,
    pub failed: i64,
    pub locked_until: Option<Timestamp>,
    pub one_session: bool,
    /// The natural person whose account it is, where that was confirmed.
    pub subject: Option<SubjectId>,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

/// Flags are read as numbers: the driver for both engines reads none of SQLite.
pub(crate) const COLUMNS: &str = "\
    account.id, login, account.name, password, password_changed_at, totp, totp_step, failed,
    locked_until, account.subject_id, account.created_at, account.closed_at,
    case when must_change then 1 else 0 end as must_change,
    case when one_session then 1 else 0 end as one_session";

/// Opens an account; none where the login is taken.
pub async fn insert(
    write: &mut Write,
    login: &str,
    name: &str,
    at: Timestamp,
) -> Result<Option<AccountId>, Error> {
    let id = take_numbers(write, "account", 1).await?;
    let statement = "\
        insert into account (id, login, name, must_change, totp_step, failed, one_session, created_at)
        values ($1, $2, $3, $4, 0, 0, $5, $6) on conflict do nothing";
    let done = sqlx::query(statement)
        .bind(id)
        .bind(login)
        .bind(name)
        .bind(false)
        .bind(false)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok((done.rows_affected() == 1).then_some(AccountId(id)))
}

pub async fn get(register: &Register, id: AccountId) -> Result<Option<Account>, Error> {
    let row =
        sqlx::query(sqlx::AssertSqlSafe(format!("select {COLUMNS} from account where id = $1")))
            .bind(id.0)
            .fetch_optional(&register.pool)
            .await?;
    row.as_ref().map(read).transpose()
}

/// The account, held until the transaction ends: whoever else wants to hold it waits, and then reads
/// what was written here.
pub async fn held(write: &mut Write, id: AccountId) -> Result<Option<Account>, Error> {
    sqlx::query("update account set failed = failed where id = $1")
        .bind(id.0)
        .execute(&mut *write.tx)
        .await?;
    let row =
        sqlx::query(sqlx::AssertSqlSafe(format!("select {COLUMNS} from account where id = $1")))
            .bind(id.0)
            .fetch_optional(&mut *write.tx)
            .await?;
    row.as_ref().map(read).transpose()
}

pub async fn by_login(register: &Register, login: &str) -> Result<Option<Account>, Error> {
    let row =
        sqlx::query(sqlx::AssertSqlSafe(format!("select {COLUMNS} from account where login = $1")))
            .bind(login)
            .fetch_optional(&register.pool)
            .await?;
    row.as_ref().map(read).transpose()
}

const MEMBERSHIPS: &str = "\
    select account_id, organisation_id, role from membership where account_id = $1
    order by organisation_id, role";

/// Notes that its holder opened an account.
pub async fn note_own(write: &mut Write, id: AccountId, at: Timestamp) -> Result<(), Error> {
    sqlx::query("insert into own_account (account_id, opened_at) values ($1, $2)")
        .bind(id.0)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Whether its holder opened an account.
pub async fn is_own(write: &mut Write, id: AccountId) -> Result<bool, Error> {
    let count: i64 = sqlx::query_scalar("select count(*) from own_account where account_id = $1")
        .bind(id.0)
        .fetch_one(&mut *write.tx)
        .await?;
    Ok(count != 0)
}

/// The roles of an account, in the order of its organisations.
pub async fn memberships(register: &Register, id: AccountId) -> Result<Vec<Membership>, Error> {
    let rows = sqlx::query(MEMBERSHIPS).bind(id.0).fetch_all(&register.pool).await?;
    rows.iter().map(membership).collect()
}

/// The same of an account that is held: nobody gives it another meanwhile.
pub async fn memberships_held(write: &mut Write, id: AccountId) -> Result<Vec<Membership>, Error> {
    let rows = sqlx::query(MEMBERSHIPS).bind(id.0).fetch_all(&mut *write.tx).await?;
    rows.iter().map(membership).collect()
}

/// Gives a role; false where it was held.
pub async fn grant(
    write: &mut Write,
    membership: &Membership,
    by: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    let statement = "\
        insert into membership (account_id, organisation_id, role, granted_by, granted_at)
        values ($1, $2, $3, $4, $5) on conflict do nothing";
    let done = sqlx::query(statement)
        .bind(membership.account.0)
        .bind(membership.organisation.0)
        .bind(membership.role.code())
        .bind(by)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a role; false where it was not held.
pub async fn withdraw(write: &mut Write, membership: &Membership) -> Result<bool, Error> {
    let statement = "\
        delete from membership where account_id = $1 and organisation_id = $2 and role = $3";
    let done = sqlx::query(statement)
        .bind(membership.account.0)
        .bind(membership.organisation.0)
        .bind(membership.role.code())
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// An account with its roles, each with the name of its organisation.
pub type Listed = (Account, Vec<(Membership, String)>);

const FOUND: &str = "\
    where login like $1 escape '!' or lower(name) like $1 escape '!' order by login limit $2";

/// Accounts whose login or name holds a text, by login.
pub async fn find(register: &Register, text: &str, limit: i64) -> Result<Vec<Listed>, Error> {
    let text = text.to_lowercase();
    let literal = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let pattern = format!("%{literal}%");
    let accounts = format!("select {COLUMNS} from account {FOUND}");
    let accounts = sqlx::query(sqlx::AssertSqlSafe(accounts)).bind(&pattern).bind(limit);
    let roles = format!(
        "select account_id, organisation_id, role, organisation.name as organisation
         from membership join organisation on organisation.id = organisation_id
         where account_id in (select id from account {FOUND})
         order by account_id, organisation_id, role"
    );
    let roles = sqlx::query(sqlx::AssertSqlSafe(roles)).bind(&pattern).bind(limit);
    let mut held: BTreeMap<i64, Vec<(Membership, String)>> = BTreeMap::new();
    for row in roles.fetch_all(&register.pool).await? {
        let membership = membership(&row)?;
        let named = (membership, row.try_get("organisation")?);
        held.entry(membership.account.0).or_default().push(named);
    }
    let rows = accounts.fetch_all(&register.pool).await?;
    let listed = rows.iter().map(|row| {
        let account = read(row)?;
        let roles = held.remove(&account.id.0).unwrap_or_default();
        Ok((account, roles))
    });
    listed.collect()
}

/// Whether anybody holds a role whose account is not closed.
pub async fn is_held(register: &Register, role: Role) -> Result<bool, Error> {
    let statement = "\
        select count(*) from membership join account on account.id = membership.account_id
        where role = $1 and closed_at is null";
    let count: i64 =
        sqlx::query_scalar(statement).bind(role.code()).fetch_one(&register.pool).await?;
    Ok(count != 0)
}

/// Keeps a new password, as a PHC string.
pub async fn set_password(
    write: &mut Write,
    id: AccountId,
    password: &str,
    must_change: bool,
    at: Timestamp,
) -> Result<(), Error> {
    let statement = "\
        update account set password = $2, must_change = $3, password_changed_at = $4, failed = 0,
          locked_until = null
        where id = $1";
    sqlx::query(statement)
        .bind(id.0)
        .bind(password)
        .bind(must_change)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Notes failed tries, and until when the account is locked.
pub async fn set_failed(
    write: &mut Write,
    id: AccountId,
    failed: i64,
    locked_until: Option<Timestamp>,
) -> Result<(), Error> {
    sqlx::query("update account set failed = $2, locked_until = $3 where id = $1")
        .bind(id.0)
        .bind(failed)
        .bind(locked_until.map(stamp::instant))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Keeps the sealed secret of the second factor, or none.
pub async fn set_totp(write: &mut Write, id: AccountId, sealed: Option<&str>) -> Result<(), Error> {
    sqlx::query("update account set totp = $2, totp_step = 0 where id = $1")
        .bind(id.0)
        .bind(sealed)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Uses up a step of time; false where it, or a later one, was used before.
pub async fn use_step(write: &mut Write, id: AccountId, step: i64) -> Result<bool, Error> {
    let done = sqlx::query("update account set totp_step = $2 where id = $1 and totp_step < $2")
        .bind(id.0)
        .bind(step)
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Says that a sign-in ends every other session of the account, or that it does not.
pub async fn set_one_session(write: &mut Write, id: AccountId, one: bool) -> Result<(), Error> {
    sqlx::query("update account set one_session = $2 where id = $1")
        .bind(id.0)
        .bind(one)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Says which natural person the account belongs to.
pub async fn set_subject(
    write: &mut Write,
    id: AccountId,
    subject: SubjectId,
) -> Result<(), Error> {
    sqlx::query("update account set subject_id = $2 where id = $1")
        .bind(id.0)
        .bind(subject.0)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Closes an account; false where it was closed.
pub async fn close(write: &mut Write, id: AccountId, at: Timestamp) -> Result<bool, Error> {
    let statement = "update account set closed_at = $2 where id = $1 and closed_at is null";
    let done =
        sqlx::query(statement).bind(id.0).bind(stamp::instant(at)).execute(&mut *write.tx).await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps new recovery codes by their digests; those before are worth nothing.
pub async fn set_recovery_codes(
    write: &mut Write,
    id: AccountId,
    digests: &[String],
) -> Result<(), Error> {
    sqlx::query("delete from recovery_code where account_id = $1")
        .bind(id.0)
        .execute(&mut *write.tx)
        .await?;
    for digest in digests {
        sqlx::query("insert into recovery_code (account_id, digest) values ($1, $2)")
            .bind(id.0)
            .bind(digest)
            .execute(&mut *write.tx)
            .await?;
    }
    Ok(())
}

/// Uses up a recovery code; false where it is none, or was used.
pub async fn use_recovery_code(
    write: &mut Write,
    id: AccountId,
    digest: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    let statement = "\
        update recovery_code set used_at = $3
        where account_id = $1 and digest = $2 and used_at is null";
    let done = sqlx::query(statement)
        .bind(id.0)
        .bind(digest)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Recovery codes still to be used.
pub async fn recovery_codes(register: &Register, id: AccountId) -> Result<i64, Error> {
    let statement = "select count(*) from recovery_code where account_id = $1 and used_at is null";
    Ok(sqlx::query_scalar(statement).bind(id.0).fetch_one(&register.pool).await?)
}

fn membership(row: &AnyRow) -> Result<Membership, Error> {
    let role: String = row.try_get("role")?;
    Ok(Membership {
        account: AccountId(row.try_get("account_id")?),
        organisation: OrganisationId(row.try_get("organisation_id")?),
        role: Role::from_code(&role).ok_or_else(|| Error::Corrupt(format!("role {role}")))?,
    })
}

pub(crate) fn read(row: &AnyRow) -> Result<Account, Error> {
    let instant = |name: &str| -> Result<Option<Timestamp>, Error> {
        let text: Option<String> = row.try_get(name)?;
        text.as_deref().map(stamp::read_instant).transpose()
    };
    let subject: Option<i64> = row.try_get("subject_id")?;
    Ok(Account {
        id: AccountId(row.try_get("id")?),
        login: row.try_get("login")?,
        name: row.try_get("name")?,
        password: row.try_get("password")?,
        password_changed_at: instant("password_changed_at")?,
        must_change: row.try_get::<i64, _>("must_change")? != 0,
        totp: row.try_get("totp")?,
        totp_step: row.try_get("totp_step")?,
        failed: row.try_get("failed")?,
        locked_until: instant("locked_until")?,
        one_session: row.try_get::<i64, _>("one_session")? != 0,
        subject: subject.map(SubjectId),
        created_at: instant("created_at")?
            .ok_or_else(|| Error::Corrupt("account without an instant".to_owned()))?,
        closed_at: instant("closed_at")?,
    })
}

#[cfg(test)]
mod tests {
    use domain::role::OrganisationKind;

    use super::*;
    use crate::{
        organisation::{self, NewOrganisation},
        samples::{Sample, each, now},
    };

    async fn opened(register: &Register) -> AccountId {
        let mut write = register.write().await.unwrap();
        let id = insert(&mut write, "shili", "示例甲", now()).await.unwrap();
        write.commit().await.unwrap();
        id.unwrap()
    }

    #[tokio::test]
    async fn whoever_counts_with_the_account_held_counts_everybody_before() {
        for Sample { register, folder: _folder } in each().await {
            let id = opened(&register).await;
            let fail = async || {
                let mut write = register.write().await.unwrap();
                let failed = held(&mut write, id).await.unwrap().unwrap().failed;
                set_failed(&mut write, id, failed + 1, None).await.unwrap();
                write.commit().await.unwrap();
            };
            tokio::join!(fail(), fail(), fail(), fail());
            assert_eq!(get(&register, id).await.unwrap().unwrap().failed, 4);
        }
    }

    #[tokio::test]
    async fn accounts_are_found_by_login_or_name_with_their_roles() {
        for Sample { register, folder: _folder } in each().await {
            let account = opened(&register).await;
            let mut write = register.write().await.unwrap();
            insert(&mut write, "other_one", "示例Yi", now()).await.unwrap();
            let new = NewOrganisation {
                kind: OrganisationKind::Hall,
                code: "1".to_owned(),
                name: "示例大厅".to_owned(),
                department: None,
                subject: None,
            };
            let hall = organisation::insert(&mut write, &new, now()).await.unwrap().unwrap();
            let new = Membership { account, organisation: hall, role: Role::HallClerk };
            grant(&mut write, &new, "示例", now()).await.unwrap();
            write.commit().await.unwrap();
            for (text, limit, logins) in [
                ("", 9, &["other_one", "shili"][..]),
                ("", 1, &["other_one"]),
                ("SHI", 9, &["shili"]),
                ("甲", 9, &["shili"]),
                ("yI", 9, &["other_one"]),
                ("_", 9, &["other_one"]),
                ("%", 9, &[]),
                ("!", 9, &[]),
            ] {
                let found = find(&register, text, limit).await.unwrap();
                let found: Vec<&str> = found.iter().map(|(one, _)| one.login.as_str()).collect();
                assert_eq!(found, logins, "{text}");
            }
            let found = find(&register, "shili", 9).await.unwrap();
            assert_eq!(found[0].1, [(new, "示例大厅".to_owned())]);
        }
    }

    #[tokio::test]
    async fn whoever_gives_a_role_with_the_account_held_sees_those_given_before() {
        for Sample { register, folder: _folder } in each().await {
            let account = opened(&register).await;
            let give = async |role| {
                let mut write = register.write().await.unwrap();
                held(&mut write, account).await.unwrap();
                let before = memberships_held(&mut write, account).await.unwrap();
                let new = Membership { account, organisation: OrganisationId(1), role };
                if before.iter().all(|one| one.role.goes_with(role)) {
                    grant(&mut write, &new, "示例", now()).await.unwrap();
                }
                write.commit().await.unwrap();
            };
            tokio::join!(give(Role::SystemAdministrator), give(Role::AuditAdministrator));
            assert_eq!(memberships(&register, account).await.unwrap().len(), 1);
        }
    }
}

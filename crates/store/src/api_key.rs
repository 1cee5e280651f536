//! Keys with which systems come (接口密钥); of a key itself only the digest is kept.

use domain::ids::{KeyId, OrganisationId};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    register::{Register, Write, take_numbers},
    stamp,
};

/// Whom a key belongs to: a department by its id, any other organisation as `kind:code`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub department: String,
    /// The system that uses the key.
    pub label: String,
}

/// What a key may be used for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// None for a key of a department from before there were organisations.
    pub organisation: Option<OrganisationId>,
    /// Words of actions.
    pub scopes: Vec<String>,
    pub per_minute: Option<i64>,
    pub per_day: Option<i64>,
    /// Addresses and networks it may come from; any where there are none.
    pub addresses: Vec<String>,
    pub expires_at: Option<Timestamp>,
    /// Sealed secret of signed requests.
    pub secret: Option<String>,
    /// Public key of signed requests, hexadecimal.
    pub public_key: Option<String>,
    pub signed_only: bool,
}

/// A key in force or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// None for a key from before keys had numbers.
    pub id: Option<KeyId>,
    pub digest: String,
    pub holder: Holder,
    pub terms: Terms,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

const KEY: &str = "select * from api_key";

/// Keeps a new key; none where the holder has one of that label in force.
pub async fn insert(
    write: &mut Write,
    digest: &str,
    holder: &Holder,
    terms: &Terms,
    at: Timestamp,
) -> Result<Option<KeyId>, Error> {
    let id = take_numbers(write, "key", 1).await?;
    let statement = "\
        insert into api_key (digest, department, label, created_at, id, organisation_id, scopes, per_minute,
          per_day, addresses, expires_at, secret, public_key, signed_only)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict do nothing";
    let done = sqlx::query(statement)
        .bind(digest)
        .bind(&holder.department)
        .bind(&holder.label)
        .bind(stamp::instant(at))
        .bind(id)
        .bind(terms.organisation.map(|id| id.0))
        .bind(terms.scopes.join(" "))
        .bind(terms.per_minute)
        .bind(terms.per_day)
        .bind(terms.addresses.join(" "))
        .bind(terms.expires_at.map(stamp::instant))
        .bind(terms.secret.as_deref())
        .bind(terms.public_key.as_deref())
        .bind(i64::from(terms.signed_only))
        .execute(&mut *write.tx)
        .await?;
    Ok((done.rows_affected() == 1).then_some(KeyId(id)))
}

/// The key of a digest, where it is not revoked.
pub async fn by_digest(register: &Register, digest: &str) -> Result<Option<Key>, Error> {
    let statement = format!("{KEY} where digest = $1 and revoked_at is null");
    let row = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(digest)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The key of a number, where it is not revoked.
pub async fn by_id(register: &Register, id: KeyId) -> Result<Option<Key>, Error> {
    let statement = format!("{KEY} where id = $1 and revoked_at is null");
    let row = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(id.0)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Every key, those in force first, by holder and label.
pub async fn all(register: &Register) -> Result<Vec<Key>, Error> {
    let statement = format!(
        "{KEY} order by case when revoked_at is null then 0 else 1 end, department, label, created_at"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement)).fetch_all(&register.pool).await?;
    rows.iter().map(read).collect()
}

/// Makes a key useless from now on; false where there is none in force.
pub async fn revoke(write: &mut Write, holder: &Holder, at: Timestamp) -> Result<bool, Error> {
    let statement = "\
        update api_key set revoked_at = $3
        where department = $1 and revoked_at is null
          and (label = $2 or substr(label, 1, length($2) + 7) = $2 || ' until ')";
    let done = sqlx::query(statement)
        .bind(&holder.department)
        .bind(&holder.label)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(0 < done.rows_affected())
}

/// Gives a key another label and an earlier end, so that its successor can take the label over.
pub async fn retire(
    write: &mut Write,
    digest: &str,
    label: &str,
    expires_at: Timestamp,
) -> Result<(), Error> {
    sqlx::query("update api_key set label = $2, expires_at = $3 where digest = $1")
        .bind(digest)
        .bind(label)
        .bind(stamp::instant(expires_at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Notes that a key was used.
pub async fn touch(write: &mut Write, digest: &str, at: Timestamp) -> Result<(), Error> {
    sqlx::query("update api_key set last_used_at = $2 where digest = $1")
        .bind(digest)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Uses a nonce up; false where the key used it before.
pub async fn use_nonce(
    write: &mut Write,
    digest: &str,
    nonce: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    let statement =
        "insert into key_nonce (digest, nonce, at) values ($1, $2, $3) on conflict do nothing";
    let done = sqlx::query(statement)
        .bind(digest)
        .bind(nonce)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets nonces whose time is no longer accepted.
pub async fn clear_nonces(write: &mut Write, before: Timestamp) -> Result<u64, Error> {
    let done = sqlx::query("delete from key_nonce where at < $1")
        .bind(stamp::instant(before))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected())
}

fn read(row: &AnyRow) -> Result<Key, Error> {
    let text = |name: &str| -> Result<Option<String>, Error> { Ok(row.try_get(name)?) };
    let instant = |name: &str| -> Result<Option<Timestamp>, Error> {
        text(name)?.as_deref().map(stamp::read_instant).transpose()
    };
    let words = |name: &str| -> Result<Vec<String>, Error> {
        let text = text(name)?.unwrap_or_default();
        Ok(text.split_whitespace().map(str::to_owned).collect())
    };
    let number = |name: &str| -> Result<Option<i64>, Error> { Ok(row.try_get(name)?) };
    Ok(Key {
        id: number("id")?.map(KeyId),
        digest: row.try_get("digest")?,
        holder: Holder { department: row.try_get("department")?, label: row.try_get("label")? },
        terms: Terms {
            organisation: number("organisation_id")?.map(OrganisationId),
            scopes: words("scopes")?,
            per_minute: number("per_minute")?,
            per_day: number("per_day")?,
            addresses: words("addresses")?,
            expires_at: instant("expires_at")?,
            secret: text("secret")?,
            public_key: text("public_key")?,
            signed_only: number("signed_only")?.is_some_and(|flag| flag != 0),
        },
        created_at: instant("created_at")?
            .ok_or_else(|| Error::Corrupt("key without an instant".to_owned()))?,
        last_used_at: instant("last_used_at")?,
        revoked_at: instant("revoked_at")?,
    })
}

#[cfg(test)]
mod tests;

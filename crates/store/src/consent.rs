//! Consents (授权), and what became of them.

use domain::{
    consent::{State, Terms},
    ids::{ConsentId, OrganisationId, SubjectId},
};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    register::{Register, Write, take_numbers},
    stamp,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub id: ConsentId,
    pub terms: Terms,
    pub state: State,
    pub granted_by: String,
    pub granted_at: Timestamp,
    pub digest: String,
}

/// Flags are read as numbers: the driver for both engines reads none of SQLite.
const CONSENT: &str = "\
    select id, subject_id, organisation_id, purpose, items, from_at, until_at, granted_by, granted_at,
      digest, used_at, revoked_at, case when single_use then 1 else 0 end as single_use
    from consent";

pub async fn insert(
    write: &mut Write,
    terms: &Terms,
    by: &str,
    at: Timestamp,
) -> Result<ConsentId, Error> {
    let id = take_numbers(write, "consent", 1).await?;
    let items = serde_json::to_string(&terms.items)
        .map_err(|why| Error::Corrupt(format!("items of a consent: {why}")))?;
    let statement = "\
        insert into consent (id, subject_id, organisation_id, purpose, items, from_at, until_at,
          single_use, granted_by, granted_at, digest)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    sqlx::query(statement)
        .bind(id)
        .bind(terms.subject.0)
        .bind(terms.organisation.0)
        .bind(&terms.purpose)
        .bind(items)
        .bind(stamp::instant(terms.from))
        .bind(stamp::instant(terms.until))
        .bind(terms.single_use)
        .bind(by)
        .bind(stamp::instant(at))
        .bind(terms.digest())
        .execute(&mut *write.tx)
        .await?;
    Ok(ConsentId(id))
}

pub async fn get(register: &Register, id: ConsentId) -> Result<Option<Consent>, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{CONSENT} where id = $1")))
        .bind(id.0)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The consents of a subject, newest first.
pub async fn of_subject(register: &Register, subject: SubjectId) -> Result<Vec<Consent>, Error> {
    of(register, "subject_id", subject.0).await
}

/// The consents granted to an organisation, newest first.
pub async fn of_organisation(
    register: &Register,
    organisation: OrganisationId,
) -> Result<Vec<Consent>, Error> {
    of(register, "organisation_id", organisation.0).await
}

async fn of(register: &Register, column: &str, id: i64) -> Result<Vec<Consent>, Error> {
    let statement = format!("{CONSENT} where {column} = $1 order by id desc limit 1000");
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(statement)).bind(id).fetch_all(&register.pool).await?;
    rows.iter().map(read).collect()
}

/// Takes a consent back; false where it was.
pub async fn revoke(write: &mut Write, id: ConsentId, at: Timestamp) -> Result<bool, Error> {
    mark(write, "revoked_at", id, at).await
}

/// Notes that a consent was used, and takes its one use where it is good for one; false where that
/// was taken, or the consent was taken back, before.
pub async fn take_use(
    write: &mut Write,
    id: ConsentId,
    single_use: bool,
    at: Timestamp,
) -> Result<bool, Error> {
    let still = if single_use { "and used_at is null" } else { "" };
    let statement =
        format!("update consent set used_at = $2 where id = $1 and revoked_at is null {still}");
    let done = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(id.0)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

async fn mark(
    write: &mut Write,
    column: &str,
    id: ConsentId,
    at: Timestamp,
) -> Result<bool, Error> {
    let statement = format!("update consent set {column} = $2 where id = $1 and {column} is null");
    let done = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(id.0)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &AnyRow) -> Result<Consent, Error> {
    let instant = |name: &str| -> Result<Option<Timestamp>, Error> {
        let text: Option<String> = row.try_get(name)?;
        text.as_deref().map(stamp::read_instant).transpose()
    };
    let must = |name: &str| -> Result<Timestamp, Error> {
        instant(name)?.ok_or_else(|| Error::Corrupt(format!("consent without {name}")))
    };
    let items: String = row.try_get("items")?;
    Ok(Consent {
        id: ConsentId(row.try_get("id")?),
        terms: Terms {
            subject: SubjectId(row.try_get("subject_id")?),
            organisation: OrganisationId(row.try_get("organisation_id")?),
            purpose: row.try_get("purpose")?,
            items: serde_json::from_str(&items)
                .map_err(|_| Error::Corrupt("items of a consent".to_owned()))?,
            from: must("from_at")?,
            until: must("until_at")?,
            single_use: row.try_get::<i64, _>("single_use")? != 0,
        },
        state: State { used_at: instant("used_at")?, revoked_at: instant("revoked_at")? },
        granted_by: row.try_get("granted_by")?,
        granted_at: must("granted_at")?,
        digest: row.try_get("digest")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn terms(single_use: bool) -> Terms {
        Terms {
            subject: SubjectId(5),
            organisation: OrganisationId(1),
            purpose: "loan".to_owned(),
            items: vec!["utility_payment".to_owned()],
            from: Timestamp::UNIX_EPOCH,
            until: "2026-12-01T00:00:00Z".parse().unwrap(),
            single_use,
        }
    }

    async fn grant(register: &Register, single_use: bool) -> ConsentId {
        let mut write = register.write().await.unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let id = insert(&mut write, &terms(single_use), "account:1", now).await.unwrap();
        write.commit().await.unwrap();
        id
    }

    async fn used(register: &Register, id: ConsentId, single_use: bool) -> bool {
        let mut write = register.write().await.unwrap();
        let done = take_use(&mut write, id, single_use, Timestamp::UNIX_EPOCH).await.unwrap();
        write.commit().await.unwrap();
        done
    }

    async fn taken_back(register: &Register, id: ConsentId) -> bool {
        let mut write = register.write().await.unwrap();
        let done = revoke(&mut write, id, Timestamp::UNIX_EPOCH).await.unwrap();
        write.commit().await.unwrap();
        done
    }

    #[tokio::test]
    async fn a_consent_is_kept_word_for_word_and_found_from_both_sides() {
        for sample in samples::each().await {
            let register = &sample.register;
            let id = grant(register, true).await;
            let kept = get(register, id).await.unwrap().unwrap();
            assert_eq!(kept.terms, terms(true));
            assert_eq!(kept.digest, terms(true).digest());
            assert_eq!(kept.state, State::default());
            let sides = [
                of_subject(register, SubjectId(5)).await.unwrap(),
                of_organisation(register, OrganisationId(1)).await.unwrap(),
            ];
            assert!(sides.iter().all(|found| found.as_slice() == std::slice::from_ref(&kept)));
            assert_eq!(of_organisation(register, OrganisationId(2)).await.unwrap(), []);
        }
    }

    #[tokio::test]
    async fn one_use_is_taken_once_and_none_after_the_consent_was_taken_back() {
        for sample in samples::each().await {
            let register = &sample.register;
            let single = grant(register, true).await;
            assert!(used(register, single, true).await);
            assert!(!used(register, single, true).await);
            let many = grant(register, false).await;
            assert!(used(register, many, false).await && used(register, many, false).await);
            assert!(taken_back(register, many).await);
            assert!(!taken_back(register, many).await, "taken back once");
            assert!(!used(register, many, false).await);
        }
    }
}

//! Claims (认领): who asks to act for a subject, and what was decided.

use domain::{
    ids::{AccountId, ClaimId, OrganisationId, SubjectId},
    role::OrganisationKind,
};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    register::{Register, Write, take_numbers},
    stamp,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub id: ClaimId,
    pub account: AccountId,
    /// 0 where a number or code was given that belongs to nobody here.
    pub subject: SubjectId,
    /// The code of the company as it was given; empty for oneself.
    pub code: String,
    /// `representative`, `agent`, or `person` for oneself.
    pub role: String,
    pub note: String,
    /// `filed`, `confirmed`, `refused` or `withdrawn`.
    pub state: String,
    pub filed_at: Timestamp,
    pub decided_by: Option<String>,
    pub decided_at: Option<Timestamp>,
    pub reason: Option<String>,
}

/// A claim as it is filed.
#[derive(Clone, Copy, Debug)]
pub struct NewClaim<'c> {
    pub account: AccountId,
    pub subject: SubjectId,
    pub code: &'c str,
    pub role: &'c str,
    pub note: &'c str,
}

/// Files a claim; none where one of this account and code waits already, or for oneself any other
/// for oneself.
pub async fn insert(
    write: &mut Write,
    claim: NewClaim<'_>,
    at: Timestamp,
) -> Result<Option<ClaimId>, Error> {
    let waiting = "\
        select count(*) from claim
        where account_id = $1 and state = 'filed'
          and ((role <> 'person' and code = $2) or (role = 'person' and role = $3))";
    let waiting: i64 = sqlx::query_scalar(waiting)
        .bind(claim.account.0)
        .bind(claim.code)
        .bind(claim.role)
        .fetch_one(&mut *write.tx)
        .await?;
    if waiting != 0 {
        return Ok(None);
    }
    let id = take_numbers(write, "claim", 1).await?;
    let statement = "\
        insert into claim (id, account_id, subject_id, code, role, note, state, filed_at)
        values ($1, $2, $3, $4, $5, $6, 'filed', $7)";
    sqlx::query(statement)
        .bind(id)
        .bind(claim.account.0)
        .bind(claim.subject.0)
        .bind(claim.code)
        .bind(claim.role)
        .bind(claim.note)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(Some(ClaimId(id)))
}

pub async fn get(register: &Register, id: ClaimId) -> Result<Option<Claim>, Error> {
    let row = sqlx::query("select * from claim where id = $1")
        .bind(id.0)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The claims of an account, newest first.
pub async fn of_account(register: &Register, account: AccountId) -> Result<Vec<Claim>, Error> {
    let rows = sqlx::query("select * from claim where account_id = $1 order by id desc limit 100")
        .bind(account.0)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// How many claims wait for a decision, and since when the oldest does.
pub async fn waits(register: &Register) -> Result<(u64, Option<Timestamp>), Error> {
    let row = sqlx::query("select count(*), min(filed_at) from claim where state = 'filed'")
        .fetch_one(&register.pool)
        .await?;
    let oldest: Option<String> = row.try_get(1)?;
    let count = u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default();
    Ok((count, oldest.as_deref().map(stamp::read_instant).transpose()?))
}

/// The organisation a subject is, an open one before a closed one. Its code may have been corrected
/// since it was opened, and does not find it.
pub async fn company(
    register: &Register,
    subject: SubjectId,
) -> Result<Option<OrganisationId>, Error> {
    let statement = "\
        select id from organisation where kind = $1 and subject_id = $2
        order by case when closed_at is null then 0 else 1 end, id limit 1";
    let id: Option<i64> = sqlx::query_scalar(statement)
        .bind(OrganisationKind::Company.code())
        .bind(subject.0)
        .fetch_optional(&register.pool)
        .await?;
    Ok(id.map(OrganisationId))
}

/// Claims that wait for a decision, the oldest first; those on a subject where one is given.
pub async fn waiting(register: &Register, subject: Option<SubjectId>) -> Result<Vec<Claim>, Error> {
    let statement = "\
        select * from claim where state = 'filed' and ($1 = 0 or subject_id = $1) order by id limit 500";
    let rows = sqlx::query(statement)
        .bind(subject.map_or(0, |subject| subject.0))
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// Decides a claim that waits; false where none does.
pub async fn decide(
    write: &mut Write,
    id: ClaimId,
    state: &str,
    by: &str,
    reason: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    let statement = "\
        update claim set state = $2, decided_by = $3, reason = $4, decided_at = $5
        where id = $1 and state = 'filed'";
    let done = sqlx::query(statement)
        .bind(id.0)
        .bind(state)
        .bind(by)
        .bind(reason)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &AnyRow) -> Result<Claim, Error> {
    let filed_at: String = row.try_get("filed_at")?;
    let decided_at: Option<String> = row.try_get("decided_at")?;
    Ok(Claim {
        id: ClaimId(row.try_get("id")?),
        account: AccountId(row.try_get("account_id")?),
        subject: SubjectId(row.try_get("subject_id")?),
        code: row.try_get("code")?,
        role: row.try_get("role")?,
        note: row.try_get("note")?,
        state: row.try_get("state")?,
        filed_at: stamp::read_instant(&filed_at)?,
        decided_by: row.try_get("decided_by")?,
        decided_at: decided_at.as_deref().map(stamp::read_instant).transpose()?,
        reason: row.try_get("reason")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    async fn file(register: &Register, account: i64, subject: i64, role: &str) -> Option<ClaimId> {
        let mut write = register.write().await.unwrap();
        let (account, subject) = (AccountId(account), SubjectId(subject));
        let code = if role == "person" { String::new() } else { subject.to_string() };
        let claim = NewClaim { account, subject, code: &code, role, note: "" };
        let id = insert(&mut write, claim, Timestamp::UNIX_EPOCH).await;
        write.commit().await.unwrap();
        id.unwrap()
    }

    async fn settle(register: &Register, id: ClaimId, state: &str) -> bool {
        let mut write = register.write().await.unwrap();
        let done = decide(&mut write, id, state, "account:9", "示例", Timestamp::UNIX_EPOCH)
            .await
            .unwrap();
        write.commit().await.unwrap();
        done
    }

    #[tokio::test]
    async fn one_claim_of_an_account_and_a_subject_waits_at_a_time() {
        for sample in samples::each().await {
            let register = &sample.register;
            let first = file(register, 1, 5, "agent").await.unwrap();
            assert_eq!(file(register, 1, 5, "representative").await, None);
            assert!(file(register, 1, 6, "agent").await.is_some(), "another subject");
            assert!(file(register, 2, 5, "agent").await.is_some(), "another account");
            assert!(settle(register, first, "refused").await);
            assert!(!settle(register, first, "confirmed").await, "decided once");
            assert!(file(register, 1, 5, "agent").await.is_some());
            assert_eq!(get(register, first).await.unwrap().unwrap().state, "refused");
            assert_eq!(waiting(register, Some(SubjectId(5))).await.unwrap().len(), 2);
            assert_eq!(waiting(register, None).await.unwrap().len(), 3);
            assert_eq!(waits(register).await.unwrap(), (3, Some(Timestamp::UNIX_EPOCH)));
        }
    }

    #[tokio::test]
    async fn an_account_tries_one_number_at_a_time_whether_somebody_has_it_or_not() {
        for sample in samples::each().await {
            let register = &sample.register;
            let nobody = file(register, 1, 0, "person").await.unwrap();
            assert_eq!(file(register, 1, 5, "person").await, None);
            assert!(file(register, 1, 6, "agent").await.is_some());
            assert!(settle(register, nobody, "withdrawn").await);
            assert!(file(register, 1, 5, "person").await.is_some());
            assert_eq!(file(register, 1, 0, "person").await, None);
        }
    }
}

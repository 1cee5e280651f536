//! Credit reports (公共信用信息报告) as issued.

use domain::ids::SubjectId;
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    policy_version,
    record::binds,
    register::{Register, Write, take_numbers},
    stamp,
};

/// A report with its canonical data and its document, byte for byte as handed out.
#[derive(Clone, Debug)]
pub struct Report {
    pub number: String,
    pub verification_code: String,
    pub subject: SubjectId,
    pub state: String,
    pub issued_at: Timestamp,
    pub policy_version: String,
    pub data: String,
    pub data_digest: String,
    pub document_digest: String,
    pub document: Vec<u8>,
}

/// The next running number of reports.
pub async fn next_number(write: &mut Write) -> Result<i64, Error> {
    take_numbers(write, "report", 1).await
}

pub async fn insert(write: &mut Write, report: &Report) -> Result<(), Error> {
    policy_version::note(write, &report.policy_version, report.issued_at).await?;
    let statement = "\
        insert into report (number, verification_code, subject_id, state, issued_at, policy_version, data,
          data_digest, document_digest, document)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    sqlx::query(statement)
        .bind(&report.number)
        .bind(&report.verification_code)
        .bind(report.subject.0)
        .bind(&report.state)
        .bind(stamp::instant(report.issued_at))
        .bind(&report.policy_version)
        .bind(&report.data)
        .bind(&report.data_digest)
        .bind(&report.document_digest)
        .bind(&report.document)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

pub async fn by_number(register: &Register, number: &str) -> Result<Option<Report>, Error> {
    let row = sqlx::query("select * from report where number = $1")
        .bind(number)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

pub async fn by_code(register: &Register, code: &str) -> Result<Option<Report>, Error> {
    let row = sqlx::query("select * from report where verification_code = $1")
        .bind(code)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The newest report on a subject issued since an instant and not revoked.
pub async fn newest_of_subject(
    register: &Register,
    subject: SubjectId,
    since: Timestamp,
) -> Result<Option<Report>, Error> {
    let statement = "\
        select * from report where subject_id = $1 and issued_at >= $2 and state = 'issued'
        order by issued_at desc, number desc limit 1";
    let row = sqlx::query(statement)
        .bind(subject.0)
        .bind(stamp::instant(since))
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// A report without its data and document, for lists.
#[derive(Clone, Debug)]
pub struct Brief {
    pub number: String,
    pub verification_code: String,
    pub state: String,
    pub issued_at: Timestamp,
}

/// The reports on a subject, newest first.
pub async fn of_subject(register: &Register, subject: SubjectId) -> Result<Vec<Brief>, Error> {
    let statement = "\
        select number, verification_code, state, issued_at from report
        where subject_id = $1 order by issued_at desc, number desc limit 200";
    let rows = sqlx::query(statement).bind(subject.0).fetch_all(&register.pool).await?;
    rows.iter()
        .map(|row| {
            let issued_at: String = row.try_get(3)?;
            Ok(Brief {
                number: row.try_get(0)?,
                verification_code: row.try_get(1)?,
                state: row.try_get(2)?,
                issued_at: stamp::read_instant(&issued_at)?,
            })
        })
        .collect()
}

/// The reports on some subjects issued in a span, oldest first.
pub async fn issued_between(
    register: &Register,
    subjects: &[SubjectId],
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Report>, Error> {
    let statement = format!(
        "select * from report where issued_at >= $1 and issued_at <= $2 and subject_id in ({})
         order by issued_at, number",
        binds(3, subjects.len())
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(stamp::instant(from))
        .bind(stamp::instant(until));
    for subject in subjects {
        query = query.bind(subject.0);
    }
    query.fetch_all(&register.pool).await?.iter().map(read).collect()
}

/// Declares a report no longer to be relied on; false where it was so already, or is none.
pub async fn revoke(write: &mut Write, number: &str) -> Result<bool, Error> {
    let done =
        sqlx::query("update report set state = 'revoked' where number = $1 and state <> 'revoked'")
            .bind(number)
            .execute(&mut *write.tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &AnyRow) -> Result<Report, Error> {
    let issued_at: String = row.try_get("issued_at")?;
    Ok(Report {
        number: row.try_get("number")?,
        verification_code: row.try_get("verification_code")?,
        subject: SubjectId(row.try_get("subject_id")?),
        state: row.try_get("state")?,
        issued_at: stamp::read_instant(&issued_at)?,
        policy_version: row.try_get("policy_version")?,
        data: row.try_get("data")?,
        data_digest: row.try_get("data_digest")?,
        document_digest: row.try_get("document_digest")?,
        document: row.try_get("document")?,
    })
}

#[cfg(test)]
mod tests;

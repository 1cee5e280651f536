//! Papers of a case (材料、文书): what is handed in with it, and the notices made of its steps.

use domain::ids::{CaseId, DocumentId};
use jiff::{Timestamp, civil::Date};
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    register::{Register, Write, take_numbers},
    stamp,
};

/// A paper of a case, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub id: DocumentId,
    pub case: CaseId,
    pub kind: String,
    /// Number of a notice; empty for what was handed in.
    pub number: String,
    pub file_name: String,
    pub media_type: String,
    pub digest: String,
    pub added_by: String,
    pub added_at: Timestamp,
    /// The day it was served, and how.
    pub served: Option<(Date, String)>,
}

/// A paper as it comes in.
#[derive(Clone, Copy, Debug)]
pub struct NewDocument<'d> {
    pub case: CaseId,
    pub kind: &'d str,
    pub number: &'d str,
    pub file_name: &'d str,
    pub media_type: &'d str,
    pub digest: &'d str,
    pub content: &'d [u8],
    pub by: &'d str,
    pub at: Timestamp,
}

/// Keeps a paper.
pub async fn add(write: &mut Write, new: &NewDocument<'_>) -> Result<DocumentId, Error> {
    let id = take_numbers(write, "case_document", 1).await?;
    let statement = "\
        insert into case_document (id, case_id, kind, number, file_name, media_type, digest, content,
          added_by, added_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    sqlx::query(statement)
        .bind(id)
        .bind(new.case.0)
        .bind(new.kind)
        .bind(new.number)
        .bind(new.file_name)
        .bind(new.media_type)
        .bind(new.digest)
        .bind(new.content)
        .bind(new.by)
        .bind(stamp::instant(new.at))
        .execute(&mut *write.tx)
        .await?;
    Ok(DocumentId(id))
}

/// Notes that a paper was served; false where it was before, or is none of the case.
pub async fn serve(
    write: &mut Write,
    case: CaseId,
    id: DocumentId,
    on: Date,
    how: &str,
) -> Result<bool, Error> {
    let statement = "\
        update case_document set served_on = $3, served_how = $4
        where id = $1 and case_id = $2 and served_on is null";
    let done = sqlx::query(statement)
        .bind(id.0)
        .bind(case.0)
        .bind(on.to_string())
        .bind(how)
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

const DOCUMENT: &str = "\
    select id, case_id, kind, number, file_name, media_type, digest, added_by, added_at, served_on,
      served_how
    from case_document";

/// The papers of a case, oldest first.
pub async fn of_case(register: &Register, case: CaseId) -> Result<Vec<Document>, Error> {
    let statement = format!("{DOCUMENT} where case_id = $1 order by id");
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(statement)).bind(case.0).fetch_all(&register.pool).await?;
    rows.iter().map(read).collect()
}

/// A paper of a case, with its bytes.
pub async fn get(
    register: &Register,
    case: CaseId,
    id: DocumentId,
) -> Result<Option<(Document, Vec<u8>)>, Error> {
    let statement = format!("{DOCUMENT} where case_id = $1 and id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(case.0)
        .bind(id.0)
        .fetch_optional(&register.pool)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let content: Vec<u8> = sqlx::query_scalar("select content from case_document where id = $1")
        .bind(id.0)
        .fetch_one(&register.pool)
        .await?;
    Ok(Some((read(&row)?, content)))
}

fn read(row: &AnyRow) -> Result<Document, Error> {
    let added_at: String = row.try_get("added_at")?;
    let served_on: Option<String> = row.try_get("served_on")?;
    let served_how: Option<String> = row.try_get("served_how")?;
    Ok(Document {
        id: DocumentId(row.try_get("id")?),
        case: CaseId(row.try_get("case_id")?),
        kind: row.try_get("kind")?,
        number: row.try_get("number")?,
        file_name: row.try_get("file_name")?,
        media_type: row.try_get("media_type")?,
        digest: row.try_get("digest")?,
        added_by: row.try_get("added_by")?,
        added_at: stamp::read_instant(&added_at)?,
        served: stamp::read_day(served_on.as_deref())?.zip(served_how),
    })
}

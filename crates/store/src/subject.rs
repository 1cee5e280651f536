//! Subjects (信用主体) and their identifiers.

use domain::{ids::SubjectId, subject::Kind};
use sqlx::Row as _;

use crate::{error::Error, register::Register};

/// A subject with the identifiers it is known by, in the order they came.
#[derive(Clone, Debug)]
pub struct Subject {
    pub id: SubjectId,
    pub kind: Kind,
    /// Scheme and value; of a natural person the value is a keyed hash.
    pub identifiers: Vec<(String, String)>,
}

/// Finds the subject an identifier belongs to.
pub async fn find(
    register: &Register,
    scheme: &str,
    value: &str,
) -> Result<Option<SubjectId>, Error> {
    let statement = "select subject_id from identifier where scheme = $1 and value = $2";
    let id: Option<i64> = sqlx::query_scalar(statement)
        .bind(scheme)
        .bind(value)
        .fetch_optional(&register.pool)
        .await?;
    Ok(id.map(SubjectId))
}

pub async fn get(register: &Register, id: SubjectId) -> Result<Option<Subject>, Error> {
    let statement = "\
        select u.kind, i.scheme, i.value from subject u left join identifier i on i.subject_id = u.id
        where u.id = $1";
    let rows = sqlx::query(statement).bind(id.0).fetch_all(&register.pool).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let kind: String = first.try_get(0)?;
    let kind = Kind::from_code(&kind).ok_or_else(|| Error::Corrupt(format!("kind {kind}")))?;
    let mut identifiers = Vec::with_capacity(rows.len());
    for row in &rows {
        if let (Some(scheme), Some(value)) = (row.try_get(1)?, row.try_get(2)?) {
            identifiers.push((scheme, value));
        }
    }
    Ok(Some(Subject { id, kind, identifiers }))
}

//! Subjects (信用主体) and their identifiers.

use std::collections::HashMap;

use domain::{ids::SubjectId, subject::Kind};
use sqlx::Row as _;

use crate::{error::Error, merge, record::binds, register::Register};

/// A subject with the identifiers it is known by, in the order they came.
#[derive(Clone, Debug)]
pub struct Subject {
    pub id: SubjectId,
    pub kind: Kind,
    /// Scheme and value; of a natural person the value is a keyed hash.
    pub identifiers: Vec<(String, String)>,
}

/// Finds the subject an identifier belongs to, by the merges that stand.
pub async fn find(
    register: &Register,
    scheme: &str,
    value: &str,
) -> Result<Option<SubjectId>, Error> {
    let statement = format!(
        "select {} from identifier i where i.scheme = $1 and i.value = $2",
        merge::now("i.subject_id")
    );
    let id: Option<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .bind(scheme)
        .bind(value)
        .fetch_optional(&register.pool)
        .await?;
    Ok(id.map(SubjectId))
}

pub async fn get(register: &Register, id: SubjectId) -> Result<Option<Subject>, Error> {
    Ok(of(register, &[id]).await?.remove(&id))
}

/// Some subjects at once, each with the identifiers of whoever stands in it.
pub async fn of(
    register: &Register,
    ids: &[SubjectId],
) -> Result<HashMap<SubjectId, Subject>, Error> {
    let mut found: HashMap<SubjectId, Subject> = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(500) {
        let statement = format!(
            "select u.id, u.kind, i.scheme, i.value, 0 as joined from subject u
             left join identifier i on i.subject_id = u.id where u.id in ({0})
             union all
             select u.id, u.kind, i.scheme, i.value, 1 from merge_member g
             join subject u on u.id = g.into_id join identifier i on i.subject_id = g.subject_id
             where g.into_id in ({0}) and g.until_at is null
             order by 5",
            binds(1, ids.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
        for id in ids {
            query = query.bind(id.0);
        }
        for row in query.fetch_all(&register.pool).await? {
            let (id, kind) = (SubjectId(row.try_get(0)?), row.try_get::<String, _>(1)?);
            let kind =
                Kind::from_code(&kind).ok_or_else(|| Error::Corrupt(format!("kind {kind}")))?;
            let subject = found.entry(id).or_insert(Subject { id, kind, identifiers: Vec::new() });
            if let (Some(scheme), Some(value)) = (row.try_get(2)?, row.try_get(3)?) {
                subject.identifiers.push((scheme, value));
            }
        }
    }
    Ok(found)
}

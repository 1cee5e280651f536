//! Subjects (信用主体) and their identifiers.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use domain::{ids::SubjectId, subject::Kind};
use sqlx::Row as _;

use crate::{
    error::Error,
    record::{AT_ONCE, binds},
    register::Register,
};

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
        stands_in!("i.subject_id")
    );
    let id: Option<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .bind(scheme)
        .bind(value)
        .fetch_optional(&register.pool)
        .await?;
    Ok(id.map(SubjectId))
}

/// Names met last for some subjects, as written in deliveries that were accepted.
pub async fn last_names(
    register: &Register,
    ids: &[SubjectId],
) -> Result<HashMap<SubjectId, String>, Error> {
    let mut names = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(AT_ONCE) {
        let statement = format!(
            "select n.subject_id, n.name from subject_name n
             join submission s on s.id = n.submission_id
             where n.subject_id in ({}) and s.feed_first is not null
             order by s.feed_first, n.norm",
            binds(1, ids.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
        for id in ids {
            query = query.bind(id.0);
        }
        for row in query.fetch_all(&register.pool).await? {
            names.insert(SubjectId(row.try_get(0)?), row.try_get(1)?);
        }
    }
    Ok(names)
}

/// Which of some subjects have an accepted record of an item that was asserted for themselves.
pub async fn with_item(
    register: &Register,
    ids: &[SubjectId],
    item: &str,
) -> Result<HashSet<SubjectId>, Error> {
    let mut found = HashSet::new();
    for ids in ids.chunks(AT_ONCE) {
        let statement = format!(
            "select distinct v.subject_id from record_version v
             join submission s on s.id = v.submission_id
             where v.subject_id in ({}) and v.item = ${} and s.feed_first is not null",
            binds(1, ids.len()),
            ids.len() + 1
        );
        let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(statement));
        for id in ids {
            query = query.bind(id.0);
        }
        let ids: Vec<i64> = query.bind(item.to_owned()).fetch_all(&register.pool).await?;
        found.extend(ids.into_iter().map(SubjectId));
    }
    Ok(found)
}

/// The subjects of a range of numbers that stand for themselves, and of which a record was accepted.
pub async fn standing_in(register: &Register, range: Range<i64>) -> Result<Vec<SubjectId>, Error> {
    let statement = "\
        select u.id from subject u where u.id >= $1 and u.id < $2
          and not exists (select 1 from merge_member g
            where g.subject_id = u.id and g.until_at is null)
          and exists (select 1 from record_version v join submission s on s.id = v.submission_id
            where s.feed_first is not null and (v.subject_id = u.id or v.subject_id in (
              select g.subject_id from merge_member g where g.into_id = u.id and g.until_at is null)))
        order by u.id";
    let ids: Vec<i64> = sqlx::query_scalar(statement)
        .bind(range.start)
        .bind(range.end)
        .fetch_all(&register.pool)
        .await?;
    Ok(ids.into_iter().map(SubjectId).collect())
}

/// The greatest number a subject has; 0 where there is none.
pub async fn greatest(register: &Register) -> Result<i64, Error> {
    let statement = "select cast(coalesce(max(id), 0) as bigint) from subject";
    Ok(sqlx::query_scalar(statement).fetch_one(&register.pool).await?)
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
    for ids in ids.chunks(AT_ONCE) {
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

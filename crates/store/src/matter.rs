//! Matters (办理事项) registered by organisations.

use domain::{
    ids::{MatterId, OrganisationId, SubjectId},
    matter::Matter,
};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    register::{Register, Write, take_numbers},
    stamp,
};

/// Registers a matter, whose id is given out here; answers the one the organisation has of this number
/// and subject, in whatever state it is, and whether it is new.
pub async fn register(write: &mut Write, matter: &Matter) -> Result<(Matter, bool), Error> {
    let id = take_numbers(write, "matter", 1).await?;
    let statement = "\
        insert into matter (id, kind, number, organisation_id, subject_id, opened_by, opened_at, until_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing";
    let done = sqlx::query(statement)
        .bind(id)
        .bind(&matter.kind)
        .bind(&matter.number)
        .bind(matter.organisation.0)
        .bind(matter.subject.0)
        .bind(&matter.opened_by)
        .bind(stamp::instant(matter.opened_at))
        .bind(stamp::instant(matter.until))
        .execute(&mut *write.tx)
        .await?;
    let known = "\
        select * from matter where organisation_id = $1 and number = $2 and subject_id = $3";
    let row = sqlx::query(known)
        .bind(matter.organisation.0)
        .bind(&matter.number)
        .bind(matter.subject.0)
        .fetch_one(&mut *write.tx)
        .await?;
    Ok((read(&row)?, done.rows_affected() == 1))
}

pub async fn get(register: &Register, id: MatterId) -> Result<Option<Matter>, Error> {
    let row = sqlx::query("select * from matter where id = $1")
        .bind(id.0)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The matters of an organisation, newest first.
pub async fn of_organisation(
    register: &Register,
    organisation: OrganisationId,
    limit: i64,
) -> Result<Vec<Matter>, Error> {
    let statement = "\
        select * from matter where organisation_id = $1 order by opened_at desc, id desc limit $2";
    let rows =
        sqlx::query(statement).bind(organisation.0).bind(limit).fetch_all(&register.pool).await?;
    rows.iter().map(read).collect()
}

/// Closes a matter of an organisation; false where there is none open.
pub async fn close(
    write: &mut Write,
    id: MatterId,
    organisation: OrganisationId,
    at: Timestamp,
) -> Result<bool, Error> {
    let statement = "\
        update matter set closed_at = $3 where id = $1 and organisation_id = $2 and closed_at is null";
    let done = sqlx::query(statement)
        .bind(id.0)
        .bind(organisation.0)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &AnyRow) -> Result<Matter, Error> {
    let (opened_at, until): (String, String) =
        (row.try_get("opened_at")?, row.try_get("until_at")?);
    let closed_at: Option<String> = row.try_get("closed_at")?;
    Ok(Matter {
        id: MatterId(row.try_get("id")?),
        kind: row.try_get("kind")?,
        number: row.try_get("number")?,
        organisation: OrganisationId(row.try_get("organisation_id")?),
        subject: SubjectId(row.try_get("subject_id")?),
        opened_by: row.try_get("opened_by")?,
        opened_at: stamp::read_instant(&opened_at)?,
        until: stamp::read_instant(&until)?,
        closed_at: closed_at.as_deref().map(stamp::read_instant).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{Sample, each, now, number};

    #[tokio::test]
    async fn one_case_registered_by_many_at_once_is_one_matter() {
        let matter = Matter {
            id: MatterId(0),
            kind: "licence".to_owned(),
            number: "示办〔2026〕1号".to_owned(),
            organisation: OrganisationId(1),
            subject: SubjectId(5),
            opened_by: "示例".to_owned(),
            opened_at: now(),
            until: now(),
            closed_at: None,
        };
        for Sample { register, folder: _folder } in each().await {
            let mut writers = tokio::task::JoinSet::new();
            for _ in 0..8 {
                let (registry, matter) = (register.clone(), matter.clone());
                writers.spawn(async move {
                    let mut write = registry.write().await.unwrap();
                    let (found, new) = super::register(&mut write, &matter).await.unwrap();
                    write.commit().await.unwrap();
                    (found.id, new)
                });
            }
            let answers = writers.join_all().await;
            assert!(answers.iter().all(|(id, _)| *id == answers[0].0), "{answers:?}");
            assert_eq!(answers.iter().filter(|(_, new)| *new).count(), 1, "{answers:?}");
            assert_eq!(number(&register, "select count(*) from matter").await, 1);
        }
    }
}

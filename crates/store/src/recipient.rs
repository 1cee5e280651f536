//! Recipients of the change feed (接收方): how far each says it carried the feed out, and what it still
//! holds that is public no longer.

use domain::ids::{OrganisationId, RecordId, SubjectId};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    register::{Register, Write},
    stamp,
};

/// A recipient, and the last position it confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub organisation: OrganisationId,
    pub confirmed: i64,
    /// When it confirmed last; none where it never did.
    pub told_at: Option<Timestamp>,
}

/// A record that was taken down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenDown {
    pub position: i64,
    pub subject: SubjectId,
    pub record: RecordId,
    pub item: String,
    /// Word of its standing; `withdrawn` where its source took it back.
    pub why: String,
    pub at: Timestamp,
}

/// Notes how far a recipient carried the feed out; never back.
pub async fn confirm(
    write: &mut Write,
    organisation: OrganisationId,
    position: i64,
    by: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let statement = "\
        insert into feed_recipient (organisation_id, confirmed, told_by, told_at)
        values ($1, $2, $3, $4)
        on conflict (organisation_id) do update set confirmed = $2, told_by = $3, told_at = $4
        where feed_recipient.confirmed <= $2";
    sqlx::query(statement)
        .bind(organisation.0)
        .bind(position)
        .bind(by)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Every recipient, by its organisation.
pub async fn all(register: &Register) -> Result<Vec<Recipient>, Error> {
    let statement =
        "select organisation_id, confirmed, told_at from feed_recipient order by organisation_id";
    let rows = sqlx::query(statement).fetch_all(&register.pool).await?;
    let read = |row: &AnyRow| -> Result<Recipient, Error> {
        Ok(Recipient {
            organisation: OrganisationId(row.try_get(0)?),
            confirmed: row.try_get(1)?,
            told_at: Some(stamp::read_instant(&row.try_get::<String, _>(2)?)?),
        })
    };
    rows.iter().map(read).collect()
}

/// What was taken down behind a position, the oldest first: by a case, or by its source.
pub async fn taken_down(
    register: &Register,
    after: i64,
    limit: i64,
) -> Result<Vec<TakenDown>, Error> {
    let statement = "\
        select feed_at, subject_id, record_id, item, standing, at from standing
        where feed_at > $1 and begins and standing <> 'disputed'
          and not exists (select 1 from standing e where e.subject_id = standing.subject_id
            and e.record_id = standing.record_id and e.standing = standing.standing
            and e.seq > standing.seq and not e.begins)
        union all
        select s.feed_first + v.ordinal, v.subject_id, v.record_id, v.item, 'withdrawn', s.accepted_at
        from submission s join record_version v on v.submission_id = s.id
        where s.withdrawn > 0 and s.feed_first + s.feed_count > $1 and v.withdrawn
          and s.feed_first + v.ordinal > $1
        order by 1 limit $2";
    let rows = sqlx::query(statement).bind(after).bind(limit).fetch_all(&register.pool).await?;
    let read = |row: &AnyRow| -> Result<TakenDown, Error> {
        Ok(TakenDown {
            position: row.try_get(0)?,
            subject: SubjectId(row.try_get(1)?),
            record: RecordId(row.try_get(2)?),
            item: row.try_get(3)?,
            why: row.try_get(4)?,
            at: stamp::read_instant(&row.try_get::<String, _>(5)?)?,
        })
    };
    rows.iter().map(read).collect()
}

//! Replays (政策试算): what was tried, what it came to, and who adopted it.

use jiff::{Timestamp, civil::Date};
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    register::{Register, Write, take_numbers},
    stamp,
};

/// One replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    pub id: i64,
    /// Cards with their versions.
    pub live: String,
    pub candidate: String,
    pub policy_version: String,
    pub as_of: Date,
    pub feed_position: i64,
    /// JSON.
    pub summary: String,
    pub made_by: String,
    pub made_at: Timestamp,
    pub adopted: Option<Adopted>,
}

/// Who said that the candidate shall bind, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    pub by: String,
    pub at: Timestamp,
    pub reason: String,
}

/// A number for a replay that is about to run: its movers are kept under it before it is told.
pub async fn number(write: &mut Write) -> Result<i64, Error> {
    take_numbers(write, "replay", 1).await
}

/// Keeps what a replay came to.
pub async fn keep(write: &mut Write, replay: &Replay) -> Result<(), Error> {
    let statement = "\
        insert into replay (id, live, candidate, policy_version, as_of, feed_position, summary, made_by, made_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    sqlx::query(statement)
        .bind(replay.id)
        .bind(&*replay.live)
        .bind(&*replay.candidate)
        .bind(&*replay.policy_version)
        .bind(replay.as_of.to_string())
        .bind(replay.feed_position)
        .bind(&*replay.summary)
        .bind(&*replay.made_by)
        .bind(stamp::instant(replay.made_at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Writes down who adopts the candidate; false where it was adopted already, or is none.
pub async fn adopt(write: &mut Write, id: i64, adopted: &Adopted) -> Result<bool, Error> {
    let statement = "\
        update replay set adopted_by = $2, adopted_at = $3, reason = $4
        where id = $1 and adopted_at is null";
    let done = sqlx::query(statement)
        .bind(id)
        .bind(&*adopted.by)
        .bind(stamp::instant(adopted.at))
        .bind(&*adopted.reason)
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn get(register: &Register, id: i64) -> Result<Option<Replay>, Error> {
    let row = sqlx::query("select * from replay where id = $1")
        .bind(id)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The newest first.
pub async fn list(register: &Register, limit: i64) -> Result<Vec<Replay>, Error> {
    let rows = sqlx::query("select * from replay order by id desc limit $1")
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Replay, Error> {
    let by: Option<String> = row.try_get("adopted_by")?;
    let adopted = match by {
        Some(by) => Some(Adopted {
            by,
            at: stamp::read_instant(&row.try_get::<String, _>("adopted_at")?)?,
            reason: row.try_get("reason")?,
        }),
        None => None,
    };
    let as_of: String = row.try_get("as_of")?;
    Ok(Replay {
        id: row.try_get("id")?,
        live: row.try_get("live")?,
        candidate: row.try_get("candidate")?,
        policy_version: row.try_get("policy_version")?,
        as_of: stamp::read_day(Some(&as_of))?
            .ok_or_else(|| Error::Corrupt("replay.as_of".to_owned()))?,
        feed_position: row.try_get("feed_position")?,
        summary: row.try_get("summary")?,
        made_by: row.try_get("made_by")?,
        made_at: stamp::read_instant(&row.try_get::<String, _>("made_at")?)?,
        adopted,
    })
}

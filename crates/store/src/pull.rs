//! Channels that pull from a front-end library: what is read, when next, and how far.

use domain::{
    ids::ChannelId,
    pull::{Position, Relation},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    register::{Register, Write},
    stamp,
};

/// What a channel pulls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    pub channel: ChannelId,
    /// The library, by its name in the settings.
    pub library: String,
    pub relation: Relation,
    /// None where everything is read and compared.
    pub cursor: Option<String>,
    pub every_minutes: u32,
    pub next_at: Timestamp,
    /// Failures in a row, and what the last one said.
    pub attempts: u32,
    pub failure: Option<String>,
    pub read_at: Option<Timestamp>,
    pub position: Position,
    /// Where it goes on once a run is taken in.
    pub pending: Option<Pending>,
}

/// What a run that is being taken in brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub run: i64,
    pub position: Position,
}

/// A channel is to pull.
#[derive(Clone, Copy, Debug)]
pub struct NewPull<'p> {
    pub channel: ChannelId,
    pub library: &'p str,
    pub relation: &'p str,
    pub cursor: Option<&'p str>,
    pub every_minutes: u32,
    pub at: Timestamp,
}

pub async fn insert(write: &mut Write, new: &NewPull<'_>) -> Result<(), Error> {
    let statement = "\
        insert into channel_pull (channel_id, library, relation, cursor_column, every_minutes, next_at,
          attempts, position)
        values ($1, $2, $3, $4, $5, $6, 0, $7)";
    sqlx::query(statement)
        .bind(new.channel.0)
        .bind(new.library)
        .bind(new.relation)
        .bind(new.cursor)
        .bind(i64::from(new.every_minutes))
        .bind(stamp::instant(new.at))
        .bind(text(&Position::default())?)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// What a channel pulls; none of a channel that is a folder.
pub async fn of(register: &Register, channel: ChannelId) -> Result<Option<Pull>, Error> {
    let row = sqlx::query("select * from channel_pull where channel_id = $1")
        .bind(channel.0)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Keeps what a reading came to.
pub async fn keep(write: &mut Write, pull: &Pull) -> Result<(), Error> {
    let statement = "\
        update channel_pull set next_at = $2, attempts = $3, failure = $4, read_at = $5, position = $6,
          pending = $7
        where channel_id = $1";
    sqlx::query(statement)
        .bind(pull.channel.0)
        .bind(stamp::instant(pull.next_at))
        .bind(i64::from(pull.attempts))
        .bind(&pull.failure)
        .bind(pull.read_at.map(stamp::instant))
        .bind(text(&pull.position)?)
        .bind(pull.pending.as_ref().map(text).transpose()?)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Makes a reading due; false where the channel does not pull.
pub async fn hurry(write: &mut Write, channel: ChannelId, at: Timestamp) -> Result<bool, Error> {
    let statement = "update channel_pull set next_at = $2 where channel_id = $1";
    let done = sqlx::query(statement)
        .bind(channel.0)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

fn text(kept: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(kept).map_err(|why| Error::Corrupt(format!("channel_pull: {why}")))
}

fn read(row: &AnyRow) -> Result<Pull, Error> {
    let corrupt = |what: &str| Error::Corrupt(format!("channel_pull.{what}"));
    let (relation, position): (String, String) =
        (row.try_get("relation")?, row.try_get("position")?);
    let pending: Option<String> = row.try_get("pending")?;
    let (next_at, read_at): (String, Option<String>) =
        (row.try_get("next_at")?, row.try_get("read_at")?);
    let number = |name: &str| -> Result<u32, Error> {
        Ok(u32::try_from(row.try_get::<i64, _>(name)?).unwrap_or_default())
    };
    Ok(Pull {
        channel: ChannelId(row.try_get("channel_id")?),
        library: row.try_get("library")?,
        relation: Relation::parse(&relation).ok_or_else(|| corrupt("relation"))?,
        cursor: row.try_get("cursor_column")?,
        every_minutes: number("every_minutes")?,
        next_at: stamp::read_instant(&next_at)?,
        attempts: number("attempts")?,
        failure: row.try_get("failure")?,
        read_at: read_at.as_deref().map(stamp::read_instant).transpose()?,
        position: serde_json::from_str(&position).map_err(|_| corrupt("position"))?,
        pending: pending
            .as_deref()
            .map(serde_json::from_str)
            .transpose()
            .map_err(|_| corrupt("pending"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{Sample, each, now};

    #[tokio::test]
    async fn what_a_channel_pulls_and_how_far_is_kept() {
        for Sample { register, folder: _folder } in each().await {
            let new = NewPull {
                channel: ChannelId(3),
                library: "qzk",
                relation: "public.xzcf",
                cursor: Some("id"),
                every_minutes: 30,
                at: now(),
            };
            let mut write = register.write().await.unwrap();
            insert(&mut write, &new).await.unwrap();
            write.commit().await.unwrap();
            let mut pull = of(&register, ChannelId(3)).await.unwrap().unwrap();
            assert_eq!((pull.relation.name.as_str(), pull.every_minutes), ("xzcf", 30));
            assert_eq!(pull.position, Position::default());
            let position = Position { floor: Some("9".to_owned()), ..Position::default() };
            pull.pending = Some(Pending { run: 7, position });
            pull.failure = Some("示例".to_owned());
            let mut write = register.write().await.unwrap();
            keep(&mut write, &pull).await.unwrap();
            assert!(hurry(&mut write, ChannelId(3), now()).await.unwrap());
            assert!(!hurry(&mut write, ChannelId(4), now()).await.unwrap());
            write.commit().await.unwrap();
            assert_eq!(of(&register, ChannelId(3)).await.unwrap().unwrap(), pull);
            assert!(of(&register, ChannelId(4)).await.unwrap().is_none());
        }
    }
}

//! Channels (归集通道) and the files that came through them.

use domain::{channel::RunState, ids::ChannelId};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    load::Mode,
    register::{Register, Write, take_numbers},
    stamp,
};

#[derive(Clone, Debug)]
pub struct Channel {
    pub id: ChannelId,
    pub department: String,
    pub item: String,
    pub mode: Mode,
    pub paused_at: Option<Timestamp>,
}

/// One file.
#[derive(Clone, Debug)]
pub struct Run {
    pub id: i64,
    pub channel: ChannelId,
    pub file_name: String,
    pub state: RunState,
    pub found_at: Timestamp,
    pub attempts: u32,
    pub next_at: Timestamp,
    pub settled_at: Option<Timestamp>,
    pub receipt: Option<String>,
    /// The question, or why it was refused, as JSON.
    pub detail: String,
    /// What the department said when asked.
    pub reason: Option<String>,
    pub answered_by: Option<String>,
}

/// Opens a channel for a department's item; none where there is one.
pub async fn open(
    write: &mut Write,
    (department, item): (&str, &str),
    mode: Mode,
    by: &str,
    at: Timestamp,
) -> Result<Option<ChannelId>, Error> {
    let id = take_numbers(write, "channel", 1).await?;
    let statement = "\
        insert into channel (id, department, item, mode, created_by, created_at)
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    let done = sqlx::query(statement)
        .bind(id)
        .bind(department)
        .bind(item)
        .bind(mode.code())
        .bind(by)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok((done.rows_affected() == 1).then_some(ChannelId(id)))
}

/// Stops a channel from taking files, or lets it go on; false where it is so already.
pub async fn pause(write: &mut Write, id: ChannelId, at: Option<Timestamp>) -> Result<bool, Error> {
    let statement = "\
        update channel set paused_at = $2
        where id = $1 and case when paused_at is null then 0 else 1 end <> $3";
    let done = sqlx::query(statement)
        .bind(id.0)
        .bind(at.map(stamp::instant))
        .bind(i64::from(at.is_some()))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The channels, of one department or of all.
pub async fn list(register: &Register, department: Option<&str>) -> Result<Vec<Channel>, Error> {
    let statement = "\
        select id, department, item, mode, paused_at from channel
        where $1 = '' or department = $1 order by department, item";
    let rows = sqlx::query(statement)
        .bind(department.unwrap_or_default())
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

pub async fn get(register: &Register, id: ChannelId) -> Result<Option<Channel>, Error> {
    let statement = "select id, department, item, mode, paused_at from channel where id = $1";
    let row = sqlx::query(statement).bind(id.0).fetch_optional(&register.pool).await?;
    row.as_ref().map(read).transpose()
}

/// Takes a channel until an instant, where no worker has it; of several that want it, one gets it.
pub async fn hold(
    register: &Register,
    id: ChannelId,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, Error> {
    let mut write = register.write().await?;
    let statement = "\
        update channel set busy_until = $3
        where id = $1 and (busy_until is null or busy_until <= $2) and paused_at is null";
    let done = sqlx::query(statement)
        .bind(id.0)
        .bind(stamp::instant(now))
        .bind(stamp::instant(until))
        .execute(&mut *write.tx)
        .await?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps a channel that one holds until an instant for longer, or gives it up where `until` is none;
/// false where another worker has it by now.
pub async fn keep(
    register: &Register,
    id: ChannelId,
    held: Timestamp,
    until: Option<Timestamp>,
) -> Result<bool, Error> {
    let mut write = register.write().await?;
    let statement = "update channel set busy_until = $3 where id = $1 and busy_until = $2";
    let done = sqlx::query(statement)
        .bind(id.0)
        .bind(stamp::instant(held))
        .bind(until.map(stamp::instant))
        .execute(&mut *write.tx)
        .await?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// Notes a file that was found, before it is touched.
pub async fn found(
    register: &Register,
    channel: ChannelId,
    file_name: &str,
    at: Timestamp,
) -> Result<i64, Error> {
    let mut write = register.write().await?;
    let id = found_in(&mut write, channel, file_name, at).await?;
    write.commit().await?;
    Ok(id)
}

/// The same in a transaction.
pub async fn found_in(
    write: &mut Write,
    channel: ChannelId,
    file_name: &str,
    at: Timestamp,
) -> Result<i64, Error> {
    let id = take_numbers(write, "channel_run", 1).await?;
    let statement = "\
        insert into channel_run (id, channel_id, file_name, state, found_at, attempts, next_at, detail)
        values ($1, $2, $3, $4, $5, 0, $5, '')";
    sqlx::query(statement)
        .bind(id)
        .bind(channel.0)
        .bind(file_name)
        .bind(RunState::Taking.code())
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(id)
}

/// Writes down what became of a file that was in a state; false where it has moved on meanwhile.
pub async fn settle(write: &mut Write, was: RunState, run: &Run) -> Result<bool, Error> {
    let statement = "\
        update channel_run set state = $2, attempts = $3, next_at = $4, settled_at = $5, receipt = $6,
          detail = $7, reason = $8, answered_by = $9
        where id = $1 and state = $10";
    let done = sqlx::query(statement)
        .bind(run.id)
        .bind(run.state.code())
        .bind(i64::from(run.attempts))
        .bind(stamp::instant(run.next_at))
        .bind(run.settled_at.map(stamp::instant))
        .bind(&run.receipt)
        .bind(&run.detail)
        .bind(&run.reason)
        .bind(&run.answered_by)
        .bind(was.code())
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The files of a channel: those that wait for an answer, then the others, each newest first.
pub async fn runs(register: &Register, id: ChannelId, limit: i64) -> Result<Vec<Run>, Error> {
    let statement = "\
        select * from channel_run where channel_id = $1
        order by case when state in ('waiting', 'refused') then 0 else 1 end, id desc limit $2";
    let rows = sqlx::query(statement).bind(id.0).bind(limit).fetch_all(&register.pool).await?;
    rows.iter().map(read_run).collect()
}

/// How many files of a department's channels wait for an answer.
pub async fn waiting(register: &Register, department: &str) -> Result<i64, Error> {
    let statement = "\
        select count(*) from channel_run r join channel c on c.id = r.channel_id
        where c.department = $1 and r.state in ('waiting', 'refused')";
    let count = sqlx::query_scalar(statement).bind(department).fetch_one(&register.pool).await?;
    Ok(count)
}

/// Whether a file that came after another was taken in.
pub async fn overtaken(write: &mut Write, run: &Run) -> Result<bool, Error> {
    let statement = "\
        select count(*) from channel_run where channel_id = $1 and id > $2 and state = $3";
    let later: i64 = sqlx::query_scalar(statement)
        .bind(run.channel.0)
        .bind(run.id)
        .bind(RunState::Done.code())
        .fetch_one(&mut *write.tx)
        .await?;
    Ok(later != 0)
}

/// The files of a channel in a state, oldest first.
pub async fn in_state(
    register: &Register,
    id: ChannelId,
    state: RunState,
) -> Result<Vec<Run>, Error> {
    let statement = "select * from channel_run where state = $1 and channel_id = $2 order by id";
    let rows =
        sqlx::query(statement).bind(state.code()).bind(id.0).fetch_all(&register.pool).await?;
    rows.iter().map(read_run).collect()
}

pub async fn run(register: &Register, id: i64) -> Result<Option<Run>, Error> {
    let statement = "select * from channel_run where id = $1";
    let row = sqlx::query(statement).bind(id).fetch_optional(&register.pool).await?;
    row.as_ref().map(read_run).transpose()
}

/// A file as it stands now, held against whoever else answers at the same moment.
pub async fn run_held(write: &mut Write, id: i64) -> Result<Option<Run>, Error> {
    // The update takes the row's lock; on SQLite the writer is alone anyway.
    let lock = "update channel_run set attempts = attempts where id = $1";
    sqlx::query(lock).bind(id).execute(&mut *write.tx).await?;
    let statement = "select * from channel_run where id = $1";
    let row = sqlx::query(statement).bind(id).fetch_optional(&mut *write.tx).await?;
    row.as_ref().map(read_run).transpose()
}

fn read(row: &AnyRow) -> Result<Channel, Error> {
    let (mode, paused_at): (String, Option<String>) = (row.try_get(3)?, row.try_get(4)?);
    Ok(Channel {
        id: ChannelId(row.try_get(0)?),
        department: row.try_get(1)?,
        item: row.try_get(2)?,
        mode: Mode::from_code(&mode).ok_or_else(|| Error::Corrupt("channel.mode".to_owned()))?,
        paused_at: paused_at.as_deref().map(stamp::read_instant).transpose()?,
    })
}

fn read_run(row: &AnyRow) -> Result<Run, Error> {
    let (state, found_at): (String, String) = (row.try_get("state")?, row.try_get("found_at")?);
    let next_at: String = row.try_get("next_at")?;
    let settled_at: Option<String> = row.try_get("settled_at")?;
    let state = RunState::from_code(&state);
    Ok(Run {
        id: row.try_get("id")?,
        channel: ChannelId(row.try_get("channel_id")?),
        file_name: row.try_get("file_name")?,
        state: state.ok_or_else(|| Error::Corrupt("channel_run.state".to_owned()))?,
        found_at: stamp::read_instant(&found_at)?,
        attempts: u32::try_from(row.try_get::<i64, _>("attempts")?).unwrap_or_default(),
        next_at: stamp::read_instant(&next_at)?,
        settled_at: settled_at.as_deref().map(stamp::read_instant).transpose()?,
        receipt: row.try_get("receipt")?,
        detail: row.try_get("detail")?,
        reason: row.try_get("reason")?,
        answered_by: row.try_get("answered_by")?,
    })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::samples::{DEPARTMENT, Sample, each, now};

    #[tokio::test]
    async fn of_two_workers_one_takes_a_channel_and_a_killed_one_loses_it() {
        for Sample { register, folder: _folder } in each().await {
            let mut write = register.write().await.unwrap();
            let source = (DEPARTMENT, "penalty");
            let id = open(&mut write, source, Mode::Changes, "account:1", now()).await.unwrap();
            let twice = open(&mut write, source, Mode::Full, "account:1", now()).await.unwrap();
            write.commit().await.unwrap();
            let id = id.unwrap();
            assert!(twice.is_none(), "one for each item");
            let minute = |minutes| now() + SignedDuration::from_mins(minutes);
            let hold = async |at, until| hold(&register, id, at, until).await.unwrap();
            assert!(hold(now(), minute(2)).await);
            assert!(!hold(minute(1), minute(3)).await);
            assert!(hold(minute(2), minute(4)).await, "its worker is not heard of any more");
            assert!(!keep(&register, id, minute(2), None).await.unwrap(), "no longer its own");
            assert!(keep(&register, id, minute(4), None).await.unwrap());
            let pause = async |at| {
                let mut write = register.write().await.unwrap();
                let done = pause(&mut write, id, at).await.unwrap();
                write.commit().await.unwrap();
                done
            };
            assert!(pause(Some(now())).await && !pause(Some(now())).await);
            assert!(!hold(minute(5), minute(6)).await, "paused");
            assert!(pause(None).await && hold(minute(5), minute(6)).await);
        }
    }

    #[tokio::test]
    async fn what_became_of_a_file_is_kept() {
        for Sample { register, folder: _folder } in each().await {
            let channel = ChannelId(1);
            let first = found(&register, channel, "处罚.csv", now()).await.unwrap();
            found(&register, channel, "许可.csv", now()).await.unwrap();
            let taking = in_state(&register, channel, RunState::Taking).await.unwrap();
            assert_eq!(taking.iter().map(|run| run.id).collect::<Vec<_>>(), [first, first + 1]);
            let mut write = register.write().await.unwrap();
            let held = run_held(&mut write, first).await.unwrap().unwrap();
            let done = Run {
                state: RunState::Done,
                settled_at: Some(now()),
                receipt: Some("示市监-20261122-000001".to_owned()),
                ..held
            };
            assert!(settle(&mut write, RunState::Taking, &done).await.unwrap());
            let late = Run { state: RunState::Refused, ..done.clone() };
            assert!(!settle(&mut write, RunState::Taking, &late).await.unwrap(), "it is done");
            write.commit().await.unwrap();
            let kept = run(&register, first).await.unwrap().unwrap();
            assert_eq!((kept.state, kept.receipt), (RunState::Done, done.receipt));
            let newest = runs(&register, channel, 1).await.unwrap();
            assert_eq!(newest[0].file_name, "许可.csv");
        }
    }
}

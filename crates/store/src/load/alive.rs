//! Telling a load under way from one that was killed: its lock is the operating system's (SQLite)
//! or the loading session's (PostgreSQL), and either goes with the process.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use domain::ids::SubmissionId;
use sqlx::PgConnection;

use super::postgres;
use crate::{
    error::Error,
    register::{Engine, Register},
};

/// Held by a load as long as it lives.
pub enum Alive {
    File(#[expect(dead_code, reason = "the open file is the lock")] File),
    /// The session that holds the lock also loads: without it, nothing more is written.
    Session(Box<PgConnection>),
}

/// What a lock will be held by. It is opened before any row is locked, since a session takes a
/// while to open.
pub enum Keeper {
    Beside(PathBuf),
    Session(Box<PgConnection>),
}

/// First half of the two-part advisory lock, so that other users of the server do not collide.
const LOCK_SPACE: i32 = 0x5848;

/// Rows deleted in one transaction, so that nobody waits long.
const PART: u64 = 4_000;

impl Keeper {
    pub async fn open(register: &Register) -> Result<Keeper, Error> {
        Ok(match register.engine() {
            Engine::Sqlite(path) => Keeper::Beside(path.clone()),
            Engine::Postgres(url) => Keeper::Session(Box::new(postgres::connect(url).await?)),
        })
    }

    /// Takes the lock of a submission; none where somebody holds it.
    pub async fn hold(self, id: SubmissionId) -> Result<Option<Alive>, Error> {
        match self {
            Keeper::Beside(path) => {
                let file = File::create(lock_file(&path, id))?;
                Ok(file.try_lock().is_ok().then_some(Alive::File(file)))
            }
            Keeper::Session(mut session) => {
                let low = i32::try_from(id.0 & 0x7fff_ffff).unwrap_or_default();
                let held: bool = sqlx::query_scalar("select pg_try_advisory_lock($1, $2)")
                    .bind(LOCK_SPACE)
                    .bind(low)
                    .fetch_one(&mut *session)
                    .await?;
                Ok(held.then_some(Alive::Session(session)))
            }
        }
    }
}

/// Clears away loads whose process is gone, in no more than so many parts.
pub async fn clear_killed(register: &Register, mut parts: u64) -> Result<(), Error> {
    let unfinished: Vec<i64> =
        sqlx::query_scalar("select id from submission where state in ('loading', 'clearing')")
            .fetch_all(&register.pool)
            .await?;
    for id in unfinished.into_iter().map(SubmissionId) {
        if parts == 0 {
            break;
        }
        parts = clear_if_killed(register, id, parts).await?;
    }
    Ok(())
}

/// Clears a load away where its process is gone, and says how many parts are left to do.
pub async fn clear_if_killed(
    register: &Register,
    id: SubmissionId,
    parts: u64,
) -> Result<u64, Error> {
    match Keeper::open(register).await?.hold(id).await? {
        Some(alive) => clear(register, id, &alive, parts).await,
        None => Ok(parts),
    }
}

/// Removes what a load wrote, with its lock held, and says how many parts are left to do. A load
/// that was accepted since it was listed stays as it is.
///
/// Subjects and identifiers that it made stay too, and harm nobody: another load may be about to
/// use them, and a subject without a record is in no list, file or search.
pub async fn clear(
    register: &Register,
    id: SubmissionId,
    _alive: &Alive,
    mut parts: u64,
) -> Result<u64, Error> {
    let mut write = register.write().await?;
    let mark = "\
        update submission set state = 'clearing' where id = $1 and state in ('loading', 'clearing')";
    let marked = sqlx::query(mark).bind(id.0).execute(&mut *write.tx).await?;
    write.commit().await?;
    if marked.rows_affected() == 0 {
        return Ok(parts);
    }
    let statements = [
        "delete from record_version where submission_id = $1 and ordinal in (
           select ordinal from record_version where submission_id = $1 limit 4000)",
        "delete from fault where submission_id = $1 and row_no in (
           select row_no from fault where submission_id = $1 limit 4000)",
        "delete from rejected_row where submission_id = $1 and row_no in (
           select row_no from rejected_row where submission_id = $1 limit 4000)",
        "delete from subject_name where submission_id = $1 and subject_id in (
           select subject_id from subject_name where submission_id = $1 limit 4000)",
        "delete from submission where id = $1 and state = 'clearing'",
    ];
    for statement in statements {
        loop {
            if parts == 0 {
                return Ok(0);
            }
            parts -= 1;
            let mut write = register.write().await?;
            let gone = sqlx::query(statement).bind(id.0).execute(&mut *write.tx).await?;
            write.commit().await?;
            if gone.rows_affected() < PART {
                break;
            }
        }
    }
    forget(register, id);
    Ok(parts)
}

/// Removes the lock file of a load that has ended; the lock itself goes with its holder.
pub fn forget(register: &Register, id: SubmissionId) {
    if let Engine::Sqlite(path) = register.engine() {
        let _ = std::fs::remove_file(lock_file(path, id));
    }
}

fn lock_file(register: &Path, id: SubmissionId) -> PathBuf {
    register.with_extension(format!("load-{id}"))
}

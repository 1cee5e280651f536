//! Telling a load under way from one that was killed: its lock is the operating system's (SQLite)
//! or the session's (PostgreSQL), and either goes with the process.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use domain::ids::SubmissionId;
use sqlx::{Connection as _, PgConnection};

use crate::{
    error::Error,
    register::{Engine, Register},
};

/// Held by a load as long as it lives.
pub enum Alive {
    File(#[expect(dead_code, reason = "the open file is the lock")] File),
    Session(#[expect(dead_code, reason = "the open session is the lock")] Box<PgConnection>),
}

/// First half of the two-part advisory lock, so that other users of the server do not collide.
const LOCK_SPACE: i32 = 0x5848;

impl Alive {
    pub async fn hold(register: &Register, id: SubmissionId) -> Result<Alive, Error> {
        Alive::try_hold(register, id)
            .await?
            .ok_or_else(|| Error::Refused(format!("submission {id} is held")))
    }

    async fn try_hold(register: &Register, id: SubmissionId) -> Result<Option<Alive>, Error> {
        match register.engine() {
            Engine::Sqlite(path) => {
                let file = File::create(lock_file(path, id))?;
                Ok(file.try_lock().is_ok().then_some(Alive::File(file)))
            }
            Engine::Postgres(url) => {
                let mut session = PgConnection::connect(url).await?;
                let low = i32::try_from(id.0 & 0x7fff_ffff).unwrap_or_default();
                let held: bool = sqlx::query_scalar("select pg_try_advisory_lock($1, $2)")
                    .bind(LOCK_SPACE)
                    .bind(low)
                    .fetch_one(&mut session)
                    .await?;
                Ok(held.then(|| Alive::Session(Box::new(session))))
            }
        }
    }
}

/// Clears away every load whose process is gone.
pub async fn clear_killed(register: &Register) -> Result<(), Error> {
    let loading: Vec<i64> =
        sqlx::query_scalar("select id from submission where state in ('loading', 'clearing')")
            .fetch_all(&register.pool)
            .await?;
    for id in loading.into_iter().map(SubmissionId) {
        if let Some(alive) = Alive::try_hold(register, id).await? {
            clear(register, id).await?;
            drop(alive);
        }
    }
    Ok(())
}

/// Removes what a load wrote, a part at a time so that nobody waits long.
pub async fn clear(register: &Register, id: SubmissionId) -> Result<(), Error> {
    let parts = [
        "delete from record_version where submission_id = $1 and ordinal in (
           select ordinal from record_version where submission_id = $1 limit 4000)",
        "delete from fault where submission_id = $1 and row_no in (
           select row_no from fault where submission_id = $1 limit 4000)",
        "delete from rejected_row where submission_id = $1 and row_no in (
           select row_no from rejected_row where submission_id = $1 limit 4000)",
        "delete from submission where id = $1 and state in ('loading', 'clearing')",
    ];
    for statement in parts {
        loop {
            let mut write = register.write().await?;
            let gone = sqlx::query(statement).bind(id.0).execute(&mut *write.tx).await?;
            write.commit().await?;
            if gone.rows_affected() < 4_000 {
                break;
            }
        }
    }
    forget(register, id);
    Ok(())
}

/// Removes the lock file of a load that has ended; the lock itself went with its holder.
pub fn forget(register: &Register, id: SubmissionId) {
    if let Engine::Sqlite(path) = register.engine() {
        let _ = std::fs::remove_file(lock_file(path, id));
    }
}

fn lock_file(register: &Path, id: SubmissionId) -> PathBuf {
    register.with_extension(format!("load-{id}"))
}

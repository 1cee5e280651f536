//! Loading a submission, chunk by chunk, unseen until it is accepted.
//!
//! Rows go in under the submission's id in short transactions; nothing already in the register is
//! touched. Accepting the submission is one short transaction that gives it its instant and its
//! place in the change feed, and with that every reader sees all of it. A killed load leaves rows
//! that nobody sees; the worker and later loads find that its lock is free and clear them away.

mod accept;
pub(crate) mod alive;
mod chunk;
mod missing;
mod postgres;
mod sqlite;

use std::collections::{HashMap, HashSet};

use domain::{
    audit::Event,
    fault::Fault,
    ids::{SubjectId, SubmissionId},
    mending::RowState,
    record::{Accepted, SubjectKey},
};
use jiff::Timestamp;

use crate::{
    error::Error,
    load::alive::{Alive, Keeper},
    mending::{self, RowEvent},
    policy_version,
    register::{Engine, Register, Write, take_numbers},
    stamp,
};

/// What a delivery means for records it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// New and changed rows; the rest stays.
    Changes,
    /// The whole live set of this department, item and pack: what is missing is withdrawn.
    Full,
    /// Every row is taken back.
    Withdraw,
}

impl Mode {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Mode::Changes => "changes",
            Mode::Full => "full",
            Mode::Withdraw => "withdraw",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Mode> {
        [Mode::Changes, Mode::Full, Mode::Withdraw].into_iter().find(|mode| mode.code() == code)
    }
}

/// A delivery before its first row.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    /// Beginning of the receipt number, such as 示市监-20261122.
    pub receipt_prefix: String,
    pub item: String,
    pub department: String,
    pub pack: Option<String>,
    pub mode: Mode,
    pub file_name: String,
    pub file_digest: String,
    /// Told to the department alone.
    pub file_salt: String,
    pub file_bytes: u64,
    pub heading: Vec<String>,
    pub policy_version: String,
    pub actor: String,
    pub received_at: Timestamp,
    /// The receipt of the delivery whose rows it mends.
    pub mends: Option<String>,
}

/// What goes in together.
#[derive(Debug, Default)]
pub struct Chunk {
    pub accepted: Vec<Accepted>,
    pub faults: Vec<Fault>,
    /// Row number and cells; the caller has sealed what must be.
    pub rejected: Vec<(u64, String)>,
}

/// Rows by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub rows: u64,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub withdrawn: u64,
    pub rejected: u64,
    pub warned: u64,
}

/// A load under way. Its methods take it mutably: the connection to SQLite may go from one thread to
/// another, but not be looked at by two.
pub struct Load {
    pub id: SubmissionId,
    pub receipt: String,
    pub counts: Counts,
    /// What else is to be told of this delivery when it is accepted: audit event and detail.
    pub events: Vec<(Event, String)>,
    /// Why the delivery is right in spite of its volume: the history of volumes begins anew with it.
    pub baseline: Option<String>,
    register: Register,
    new: NewSubmission,
    alive: Alive,
    /// The connection that loads into SQLite; taken out while a chunk is written on another thread.
    sqlite: Option<rusqlite::Connection>,
    state: State,
    /// Where the change feed went on when the load began: what was accepted from there on was
    /// perhaps not yet to be seen when a row was decided.
    base: i64,
}

/// What the load remembers between chunks.
struct State {
    submission: SubmissionId,
    item: String,
    department: String,
    mode: Mode,
    ordinal: u32,
    subjects: HashMap<SubjectKey, Subject>,
    /// In a full delivery: records found as they were.
    unchanged: HashSet<(i64, [u8; 16])>,
    /// Subject numbers taken in advance.
    numbers: std::ops::Range<i64>,
    names_matter: bool,
}

/// A subject met in this load, with the names it is known by.
#[derive(Clone, Debug)]
struct Subject {
    id: SubjectId,
    fresh: bool,
    names: Vec<String>,
}

/// Subjects remembered between chunks at most.
const SUBJECTS_MAX: usize = 500_000;
/// Parts of killed loads that a new one clears away before it begins; the worker does the rest.
const PARTS_AT_BEGIN: u64 = 25;

/// Clears away what killed loads left.
pub async fn clear_killed(register: &Register) -> Result<(), Error> {
    alive::clear_killed(register, u64::MAX).await
}

impl Load {
    /// Begins a load: clears away some of what killed ones left, and takes a receipt number.
    pub async fn begin(
        register: &Register,
        new: NewSubmission,
        registration: bool,
    ) -> Result<Load, Error> {
        if let Some(same) = same_file(&mut *register.pool.acquire().await?, &new).await? {
            // A killed one is no longer loading; its rows may stay for now.
            alive::clear_if_killed(register, same, 0).await?;
        }
        alive::clear_killed(register, PARTS_AT_BEGIN).await?;
        let keeper = Keeper::open(register).await?;
        let mut write = register.write().await?;
        let id = SubmissionId(take_numbers(&mut write, "submission", 1).await?);
        if let Some(same) = same_file(&mut write.tx, &new).await? {
            write.roll_back().await?;
            return Err(Error::SameFileLoading(same.0));
        }
        let held = keeper.hold(id).await?;
        let alive = held.ok_or_else(|| Error::Corrupt(format!("submission {id} is held")))?;
        let receipt = format!("{}-{:06}", new.receipt_prefix, id.0);
        insert(&mut write, id, &receipt, &new).await?;
        let base: i64 = sqlx::query_scalar("select next from counter where name = 'feed'")
            .fetch_one(&mut *write.tx)
            .await?;
        write.commit().await?;
        let sqlite = match register.engine() {
            Engine::Sqlite(path) => Some(sqlite::connect(path)?),
            Engine::Postgres(_) => None,
        };
        let state = State { names_matter: !registration, ..State::new(id, &new) };
        let (counts, events, register) = (Counts::default(), Vec::new(), register.clone());
        let baseline = None;
        Ok(Load {
            id,
            receipt,
            counts,
            events,
            baseline,
            register,
            new,
            alive,
            sqlite,
            state,
            base,
        })
    }

    /// Writes one chunk and returns the faults that only the register can see.
    pub async fn write(&mut self, mut chunk: Chunk) -> Result<Vec<Fault>, Error> {
        if SUBJECTS_MAX < self.state.subjects.len() {
            self.state.subjects.clear();
        }
        if self.new.mode != Mode::Withdraw {
            self.reserve_numbers(chunk.accepted.len()).await?;
        }
        let outcome = match &mut self.alive {
            Alive::File(_) => {
                let Some(mut connection) = self.sqlite.take() else {
                    return Err(Error::Refused("an earlier chunk of this load failed".to_owned()));
                };
                let held = self.register.pen().await?;
                let none = State::new(self.id, &self.new);
                let mut state = std::mem::replace(&mut self.state, none);
                let work = move || {
                    let outcome = sqlite::write(&mut connection, &mut state, &mut chunk);
                    drop(held);
                    (connection, state, outcome)
                };
                let (connection, state, outcome) = tokio::task::spawn_blocking(work).await?;
                self.state = state;
                self.sqlite = Some(connection);
                outcome?
            }
            Alive::Session(session) => {
                postgres::write(session, &mut self.state, &mut chunk).await?
            }
        };
        self.counts.created += outcome.created;
        self.counts.changed += outcome.changed;
        self.counts.unchanged += outcome.unchanged;
        self.counts.withdrawn += outcome.withdrawn;
        Ok(outcome.faults)
    }

    /// Keeps rows that only the register could refuse, with their cells as the caller sealed them.
    pub async fn keep_rejected(&mut self, rows: &[(u64, String)]) -> Result<(), Error> {
        let statement = "\
            insert into rejected_row (submission_id, row_no, cells) values ($1, $2, $3)
            on conflict do nothing";
        for part in rows.chunks(AT_ONCE) {
            let mut write = self.register.write().await?;
            for (row, cells) in part {
                sqlx::query(statement)
                    .bind(self.id.0)
                    .bind(number(*row))
                    .bind(cells)
                    .execute(&mut *write.tx)
                    .await?;
            }
            write.commit().await?;
        }
        Ok(())
    }

    /// Notes rows of an earlier submission that came again in this one and passed.
    pub async fn note_mended(
        &mut self,
        submission: SubmissionId,
        rows: &[u64],
        at: Timestamp,
    ) -> Result<(), Error> {
        for part in rows.chunks(AT_ONCE) {
            let mut write = self.register.write().await?;
            for row in part {
                let event = RowEvent {
                    state: RowState::Mended,
                    note: String::new(),
                    receipt: Some(self.receipt.clone()),
                    actor: self.new.actor.clone(),
                    at,
                };
                mending::append(&mut write, (submission, *row), &event).await?;
            }
            write.commit().await?;
        }
        Ok(())
    }

    /// Makes sure that new subjects of the next chunk have numbers waiting.
    async fn reserve_numbers(&mut self, rows: usize) -> Result<(), Error> {
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        if self.state.numbers.end - self.state.numbers.start < rows {
            let count = rows.max(10_000);
            let mut write = self.register.write().await?;
            let first = take_numbers(&mut write, "subject", count).await?;
            write.commit().await?;
            self.state.numbers = first..first + count;
        }
        Ok(())
    }

    /// Gives the load up; what it wrote is cleared away.
    pub async fn abandon(self) -> Result<(), Error> {
        alive::clear(&self.register, self.id, &self.alive, u64::MAX).await?;
        Ok(())
    }
}

/// Rows written one by one in a transaction, so that nobody waits long.
const AT_ONCE: usize = 500;

impl State {
    fn new(submission: SubmissionId, new: &NewSubmission) -> Self {
        State {
            submission,
            item: new.item.clone(),
            department: new.department.clone(),
            mode: new.mode,
            ordinal: 0,
            subjects: HashMap::new(),
            unchanged: HashSet::new(),
            numbers: 0..0,
            names_matter: true,
        }
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The load of the very same file that is under way, or seems to be.
async fn same_file(
    connection: &mut sqlx::AnyConnection,
    new: &NewSubmission,
) -> Result<Option<SubmissionId>, Error> {
    let loading = "\
        select id from submission
        where state = 'loading' and item = $1 and department = $2 and file_digest = $3";
    let same: Option<i64> = sqlx::query_scalar(loading)
        .bind(&new.item)
        .bind(&new.department)
        .bind(&new.file_digest)
        .fetch_optional(connection)
        .await?;
    Ok(same.map(SubmissionId))
}

async fn insert(
    write: &mut Write,
    id: SubmissionId,
    receipt: &str,
    new: &NewSubmission,
) -> Result<(), Error> {
    let received_at = stamp::instant(new.received_at);
    policy_version::note(write, &new.policy_version, new.received_at).await?;
    let statement = "\
        insert into submission (id, receipt, item, department, pack, mode, file_name, file_digest, file_salt, file_bytes,
          heading, policy_version, actor, state, received_at, mends, feed_count, row_count, created, changed,
          unchanged, withdrawn, rejected, warned)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'loading', $14, $15, 0, 0, 0, 0, 0, 0, 0, 0)";
    sqlx::query(statement)
        .bind(id.0)
        .bind(receipt)
        .bind(&new.item)
        .bind(&new.department)
        .bind(&new.pack)
        .bind(new.mode.code())
        .bind(&new.file_name)
        .bind(&new.file_digest)
        .bind(&new.file_salt)
        .bind(number(new.file_bytes))
        .bind(serde_json::Value::from(new.heading.clone()).to_string())
        .bind(&new.policy_version)
        .bind(&new.actor)
        .bind(received_at)
        .bind(&new.mends)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests;

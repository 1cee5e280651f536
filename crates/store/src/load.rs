//! Loading a submission, chunk by chunk, unseen until it is accepted.
//!
//! Rows go in under the submission's id in short transactions; nothing already in the register is
//! touched. Accepting the submission is one short transaction that gives it its instant and its
//! place in the change feed, and with that every reader sees all of it. A killed load leaves rows
//! that nobody sees; the next load finds that their lock is free and clears them away.

pub(crate) mod alive;
mod chunk;
mod postgres;
mod sqlite;

use std::collections::{HashMap, HashSet};

use domain::{
    fault::Fault,
    ids::{SubjectId, SubmissionId},
    record::{Accepted, SubjectKey},
};
use jiff::Timestamp;
use sqlx::Row as _;

use crate::{
    error::Error,
    register::{Engine, Register, take_numbers},
    stamp,
};

/// What a delivery means for records it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// New and changed rows; the rest stays.
    Changes,
    /// The whole live set of this department and item: what is missing is withdrawn.
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
    pub file_bytes: u64,
    pub heading: Vec<String>,
    pub policy_version: String,
    pub actor: String,
    pub received_at: Timestamp,
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

/// A load under way.
pub struct Load {
    pub id: SubmissionId,
    pub receipt: String,
    pub counts: Counts,
    register: Register,
    new: NewSubmission,
    engine: LoadEngine,
    state: State,
    _alive: alive::Alive,
}

enum LoadEngine {
    /// Taken out while a chunk is written on another thread.
    Sqlite(Option<rusqlite::Connection>),
    Postgres(Box<sqlx::PgConnection>),
}

/// What the load remembers between chunks.
struct State {
    submission: SubmissionId,
    item: String,
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

impl Load {
    /// Begins a load: clears away what killed ones left, and takes a receipt number.
    pub async fn begin(
        register: &Register,
        new: NewSubmission,
        registration: bool,
    ) -> Result<Load, Error> {
        alive::clear_killed(register).await?;
        let mut write = register.write().await?;
        let loading =
            "select id from submission where state = 'loading' and item = $1 and file_digest = $2";
        let same: Option<i64> = sqlx::query_scalar(loading)
            .bind(&new.item)
            .bind(&new.file_digest)
            .fetch_optional(&mut *write.tx)
            .await?;
        if let Some(same) = same {
            return Err(Error::SameFileLoading(same));
        }
        let id = SubmissionId(take_numbers(&mut write, "submission", 1).await?);
        let alive = alive::Alive::hold(register, id).await?;
        let receipt = format!("{}-{:06}", new.receipt_prefix, id.0);
        insert(&mut write, id, &receipt, &new).await?;
        write.commit().await?;
        let engine = match register.engine() {
            Engine::Sqlite(path) => LoadEngine::Sqlite(Some(sqlite::connect(path)?)),
            Engine::Postgres(url) => LoadEngine::Postgres(Box::new(postgres::connect(url).await?)),
        };
        let state = State {
            submission: id,
            item: new.item.clone(),
            mode: new.mode,
            ordinal: 0,
            subjects: HashMap::new(),
            unchanged: HashSet::new(),
            numbers: 0..0,
            names_matter: !registration,
        };
        let counts = Counts::default();
        Ok(Load {
            id,
            receipt,
            counts,
            register: register.clone(),
            new,
            engine,
            state,
            _alive: alive,
        })
    }

    /// Writes one chunk and returns the faults that only the register can see.
    pub async fn write(&mut self, mut chunk: Chunk) -> Result<Vec<Fault>, Error> {
        if SUBJECTS_MAX < self.state.subjects.len() {
            self.state.subjects.clear();
        }
        self.reserve_numbers(chunk.accepted.len()).await?;
        let outcome = match &mut self.engine {
            LoadEngine::Sqlite(slot) => {
                let Some(mut connection) = slot.take() else {
                    return Err(Error::Refused("an earlier chunk of this load failed".to_owned()));
                };
                let held = self.register.pen().await?;
                let mut state = std::mem::replace(&mut self.state, State::empty());
                let work = move || {
                    let outcome = sqlite::write(&mut connection, &mut state, &mut chunk);
                    drop(held);
                    (connection, state, outcome)
                };
                let (connection, state, outcome) = tokio::task::spawn_blocking(work).await?;
                self.state = state;
                *slot = Some(connection);
                outcome?
            }
            LoadEngine::Postgres(connection) => {
                postgres::write(connection, &mut self.state, &mut chunk).await?
            }
        };
        self.counts.created += outcome.created;
        self.counts.changed += outcome.changed;
        self.counts.unchanged += outcome.unchanged;
        self.counts.withdrawn += outcome.withdrawn;
        Ok(outcome.faults)
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

    /// The live set of this department and item, and how many of it a full delivery leaves out.
    pub async fn missing(&self) -> Result<Missing, Error> {
        let heads = sqlx::query(CURRENT_OF_SOURCE)
            .bind(&self.new.item)
            .bind(&self.new.department)
            .fetch_all(&self.register.pool)
            .await?;
        let own =
            sqlx::query("select subject_id, key from record_version where submission_id = $1")
                .bind(self.id.0)
                .fetch_all(&self.register.pool)
                .await?;
        let mut named: HashSet<(i64, [u8; 16])> = self.state.unchanged.clone();
        for row in &own {
            named.insert((row.try_get(0)?, chunk::key(row.try_get(1)?)?));
        }
        let mut gone = Vec::new();
        for row in &heads {
            let (subject, key, base): (i64, Vec<u8>, i64) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let key = chunk::key(key)?;
            if !named.contains(&(subject, key)) {
                gone.push(Withdrawal {
                    subject: SubjectId(subject),
                    key,
                    base: SubmissionId(base),
                    row: 0,
                });
            }
        }
        Ok(Missing { live: heads.len() as u64, gone })
    }

    /// How many current records this department has of the item.
    pub async fn live(&self) -> Result<u64, Error> {
        let heads = sqlx::query(CURRENT_OF_SOURCE)
            .bind(&self.new.item)
            .bind(&self.new.department)
            .fetch_all(&self.register.pool)
            .await?;
        Ok(heads.len() as u64)
    }

    /// Takes back the records a full delivery leaves out.
    pub async fn withdraw(&mut self, gone: &[Withdrawal]) -> Result<(), Error> {
        for part in gone.chunks(1_000) {
            let mut write = self.register.write().await?;
            for withdrawal in part {
                self.state.ordinal += 1;
                chunk::withdraw(
                    &mut write,
                    self.id,
                    self.state.ordinal - 1,
                    &self.new.item,
                    withdrawal,
                )
                .await?;
                self.counts.withdrawn += 1;
            }
            write.commit().await?;
        }
        Ok(())
    }

    /// Accepts the submission: from here on everybody sees all of it.
    pub async fn accept(self, now: Timestamp) -> Result<Timestamp, Error> {
        let mut write = self.register.write().await?;
        let feed_count = i64::from(self.state.ordinal);
        // On PostgreSQL this row lock puts acceptances one after the other.
        let feed_first = take_numbers(&mut write, "feed", feed_count).await?;
        let last: Option<String> = sqlx::query_scalar("select max(accepted_at) from submission")
            .fetch_one(&mut *write.tx)
            .await?;
        let last = last.as_deref().map(stamp::read_instant).transpose()?;
        let tick = jiff::SignedDuration::from_micros(1);
        let accepted_at = match last {
            Some(last) if now <= last => last.saturating_add(tick).unwrap_or(now),
            _ => now,
        };
        let counts = self.counts;
        sqlx::query(ACCEPT)
            .bind(self.id.0)
            .bind(stamp::instant(accepted_at))
            .bind(feed_first)
            .bind(feed_count)
            .bind(number(counts.rows))
            .bind(number(counts.created))
            .bind(number(counts.changed))
            .bind(number(counts.unchanged))
            .bind(number(counts.withdrawn))
            .bind(number(counts.rejected))
            .bind(number(counts.warned))
            .execute(&mut *write.tx)
            .await?;
        let detail = format!(
            "item={} department={} rows={}",
            self.new.item, self.new.department, counts.rows
        );
        let (at, actor) = (accepted_at, self.new.actor.clone());
        crate::audit::append(&mut write, at, &actor, "submission_accepted", &self.receipt, &detail)
            .await?;
        crate::job::enqueue(&mut write, "refresh_figures", &self.new.item, at).await?;
        write.commit().await?;
        alive::forget(&self.register, self.id);
        Ok(accepted_at)
    }

    /// Gives the load up; what it wrote is cleared away.
    pub async fn abandon(self) -> Result<(), Error> {
        let (register, id) = (self.register.clone(), self.id);
        drop(self);
        alive::clear(&register, id).await
    }
}

impl State {
    fn empty() -> Self {
        State {
            submission: SubmissionId(0),
            item: String::new(),
            mode: Mode::Changes,
            ordinal: 0,
            subjects: HashMap::new(),
            unchanged: HashSet::new(),
            numbers: 0..0,
            names_matter: true,
        }
    }
}

/// What a full delivery leaves out.
#[derive(Debug)]
pub struct Missing {
    pub live: u64,
    pub gone: Vec<Withdrawal>,
}

/// A record to take back: which, and the version it stands on.
#[derive(Clone, Copy, Debug)]
pub struct Withdrawal {
    pub subject: SubjectId,
    pub key: [u8; 16],
    pub base: SubmissionId,
    pub row: u64,
}

const CURRENT_OF_SOURCE: &str = "\
    select v.subject_id, v.key, v.submission_id
    from submission s join record_version v on v.submission_id = s.id
    where s.item = $1 and s.department = $2 and s.feed_first is not null and v.withdrawn = false
      and not exists (
        select 1 from record_version w join submission t on t.id = w.submission_id
        where w.subject_id = v.subject_id and w.item = v.item and w.key = v.key
          and t.feed_first > s.feed_first)";

const ACCEPT: &str = "\
    update submission set state = 'accepted', accepted_at = $2, feed_first = $3, feed_count = $4,
      row_count = $5, created = $6, changed = $7, unchanged = $8, withdrawn = $9, rejected = $10, warned = $11
    where id = $1";

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

async fn insert(
    write: &mut crate::register::Write,
    id: SubmissionId,
    receipt: &str,
    new: &NewSubmission,
) -> Result<(), Error> {
    let policy = "insert into policy_version (version, first_used_at) values ($1, $2) on conflict do nothing";
    let received_at = stamp::instant(new.received_at);
    sqlx::query(policy)
        .bind(&new.policy_version)
        .bind(&received_at)
        .execute(&mut *write.tx)
        .await?;
    let statement = "\
        insert into submission (id, receipt, item, department, pack, mode, file_name, file_digest, file_bytes,
          heading, policy_version, actor, state, received_at, feed_count, row_count, created, changed,
          unchanged, withdrawn, rejected, warned)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'loading', $13, 0, 0, 0, 0, 0, 0, 0, 0)";
    sqlx::query(statement)
        .bind(id.0)
        .bind(receipt)
        .bind(&new.item)
        .bind(&new.department)
        .bind(&new.pack)
        .bind(new.mode.code())
        .bind(&new.file_name)
        .bind(&new.file_digest)
        .bind(number(new.file_bytes))
        .bind(serde_json::Value::from(new.heading.clone()).to_string())
        .bind(&new.policy_version)
        .bind(&new.actor)
        .bind(received_at)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

//! Opening the register and writing to it.

use std::{
    collections::BTreeSet,
    ops::{Deref, DerefMut, Range},
    path::{Path, PathBuf},
    sync::LazyLock,
};

use sqlx::{
    Any, AnyConnection, AnyPool, SqlSafeStr as _, Transaction,
    any::AnyPoolOptions,
    migrate::{Migrate as _, Migration, MigrationType, Migrator},
};

use crate::{
    backup,
    error::Error,
    turn::{Held, Turn},
};

/// Numbered from 1, never edited after a release. The macro of sqlx would read the folder by itself,
/// and build both drivers a second time for that.
static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    let texts = [
        ("register", include_str!("../migrations/0001_register.sql")),
        ("account", include_str!("../migrations/0002_account.sql")),
        ("log", include_str!("../migrations/0003_log.sql")),
        ("key", include_str!("../migrations/0004_key.sql")),
        ("subject_centre", include_str!("../migrations/0005_subject_centre.sql")),
        ("matter", include_str!("../migrations/0006_matter.sql")),
        ("case", include_str!("../migrations/0007_case.sql")),
        ("own_account", include_str!("../migrations/0008_own_account.sql")),
        ("claim_code", include_str!("../migrations/0009_claim_code.sql")),
        ("listing", include_str!("../migrations/0010_listing.sql")),
        ("joint", include_str!("../migrations/0011_joint.sql")),
        ("recipient", include_str!("../migrations/0012_recipient.sql")),
        ("repair_notice", include_str!("../migrations/0013_repair_notice.sql")),
        ("collection", include_str!("../migrations/0014_collection.sql")),
        ("channel", include_str!("../migrations/0015_channel.sql")),
        ("merge", include_str!("../migrations/0016_merge.sql")),
        ("pull", include_str!("../migrations/0017_pull.sql")),
        ("mending", include_str!("../migrations/0018_mending.sql")),
        ("code_doubt", include_str!("../migrations/0019_code_doubt.sql")),
        ("replay", include_str!("../migrations/0020_replay.sql")),
    ];
    let numbered = (1..).zip(texts).map(|(number, (what, text))| {
        Migration::new(number, what.into(), MigrationType::Simple, text.into_sql_str(), false)
    });
    Migrator::with_migrations(numbered.collect())
});

/// Where the register lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Engine {
    /// Reads a `DATABASE_URL`: `postgres://…`, `sqlite:PATH`, or a path.
    #[must_use]
    pub fn from_url(url: &str) -> Engine {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Engine::Postgres(url.to_owned());
        }
        let path =
            url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
        Engine::Sqlite(PathBuf::from(path))
    }

    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgresql",
        }
    }
}

/// The open register.
#[derive(Clone, Debug)]
pub struct Register {
    pub(crate) engine: Engine,
    pub(crate) pool: AnyPool,
    /// Connections of writers alone: readers never keep a writer waiting, nor writers a reader.
    writers: AnyPool,
    pub(crate) turn: Option<Turn>,
}

/// A transaction that may write; on SQLite it also holds the pen.
#[derive(Debug)]
pub struct Write {
    pub(crate) tx: Tx,
}

/// The transaction with its pen, which is passed on only once what was written is kept or undone: a
/// writer that came in between would find the register locked, and SQLite lets none wait that has read.
#[derive(Debug)]
pub(crate) struct Tx {
    /// None once it is over.
    open: Option<Transaction<'static, Any>>,
    held: Option<Held>,
}

impl Deref for Tx {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        self.open.as_ref().unwrap_or_else(|| unreachable!("a transaction that is over"))
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.open.as_mut().unwrap_or_else(|| unreachable!("a transaction that is over"))
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if let (Some(open), Ok(runtime)) = (self.open.take(), tokio::runtime::Handle::try_current())
        {
            // What cannot be undone here is undone by the engine, with the connection.
            runtime.spawn(end(open, self.held.take(), End::RollBack));
        }
    }
}

/// How a transaction ends.
#[derive(Clone, Copy)]
enum End {
    Commit,
    RollBack,
}

async fn end(
    open: Transaction<'static, Any>,
    held: Option<Held>,
    how: End,
) -> Result<(), sqlx::Error> {
    let done = match how {
        End::Commit => open.commit().await,
        End::RollBack => open.rollback().await,
    };
    drop(held);
    done
}

impl Write {
    pub async fn commit(self) -> Result<(), Error> {
        self.end(End::Commit).await
    }

    /// Undoes what was written, at once and not when the connection is next used.
    pub async fn roll_back(self) -> Result<(), Error> {
        self.end(End::RollBack).await
    }

    /// In a task of its own, which comes to its end though nobody waits for it any more.
    async fn end(mut self, how: End) -> Result<(), Error> {
        let Some(open) = self.tx.open.take() else { return Ok(()) };
        Ok(tokio::spawn(end(open, self.tx.held.take(), how)).await??)
    }
}

impl Register {
    /// Opens the register, making an empty one ready; an older one, a newer one, and one that a
    /// killed restore left are left alone.
    pub async fn open(engine: Engine) -> Result<Register, Error> {
        let register = Register::open_to_restore(engine).await?;
        if backup::is_half_restored(&register).await? {
            return Err(Error::HalfRestored);
        }
        Ok(register)
    }

    /// Opens the register for a restore, which alone may go on where a killed one stopped.
    pub async fn open_to_restore(engine: Engine) -> Result<Register, Error> {
        let register = Register::connect(engine, READERS).await?;
        match register.version().await? {
            Version::Ours => Ok(register),
            Version::Empty => {
                register.migrate().await?;
                Ok(register)
            }
            // Killed while it was made ready, it is as good as empty, and made ready to the end.
            Version::Older if register.is_untouched().await? => {
                register.migrate().await?;
                Ok(register)
            }
            Version::Older => Err(Error::OldVersion),
            Version::Newer => Err(Error::NewVersion),
        }
    }

    /// Whether nothing was ever written.
    async fn is_untouched(&self) -> Result<bool, Error> {
        let statement = "select count(*) from counter where next > 1";
        let written: i64 = sqlx::query_scalar(statement).fetch_one(&self.pool).await?;
        Ok(written == 0)
    }

    /// Connects without looking at the version.
    pub async fn connect(engine: Engine, connections: u32) -> Result<Register, Error> {
        sqlx::any::install_default_drivers();
        let (url, turn) = match &engine {
            Engine::Sqlite(path) => {
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                (format!("sqlite://{}?mode=rwc", path.display()), Some(Turn::beside(path)))
            }
            Engine::Postgres(url) => (url.clone(), None),
        };
        // Turning a new file to WAL fails where another process does so at the same moment.
        let _held = pen(turn.as_ref()).await?;
        let pool = self::pool(connections, turn.is_some()).connect(&url).await?;
        let writers = self::pool(WRITERS, turn.is_some()).connect_lazy(&url)?;
        Ok(Register { engine, pool, writers, turn })
    }

    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Begins a transaction that may write.
    ///
    /// The connection comes first, since whoever holds the pen must wait for nothing; a transaction
    /// on SQLite sees the register as it is at its first statement, with the pen held.
    pub async fn write(&self) -> Result<Write, Error> {
        let tx = self.writers.begin().await?;
        let held = self.pen().await?;
        Ok(Write { tx: Tx { open: Some(tx), held } })
    }

    /// The pen of SQLite; an engine with many writers has none.
    pub(crate) async fn pen(&self) -> Result<Option<Held>, Error> {
        pen(self.turn.as_ref()).await
    }

    /// Brings the register to this program's version; false where it was.
    pub async fn migrate(&self) -> Result<bool, Error> {
        let before = self.version().await?;
        let mut connection = self.writers.acquire().await?;
        let _held = self.pen().await?;
        MIGRATOR.run(&mut *connection).await?;
        Ok(!matches!(before, Version::Ours))
    }

    async fn version(&self) -> Result<Version, Error> {
        let mut connection = self.pool.acquire().await?;
        let applied = match connection.list_applied_migrations("_sqlx_migrations").await {
            Ok(applied) => applied,
            Err(_) => {
                // Two processes that meet an empty database must not make the table both at once.
                let _held = self.pen().await?;
                connection.lock().await?;
                let ensured = connection.ensure_migrations_table("_sqlx_migrations").await;
                connection.unlock().await?;
                ensured?;
                connection.list_applied_migrations("_sqlx_migrations").await?
            }
        };
        let applied: BTreeSet<i64> = applied.iter().map(|migration| migration.version).collect();
        let ours: BTreeSet<i64> = MIGRATOR.iter().map(|migration| migration.version).collect();
        Ok(if applied.is_empty() {
            Version::Empty
        } else if !applied.is_subset(&ours) {
            Version::Newer
        } else if applied != ours {
            Version::Older
        } else {
            Version::Ours
        })
    }

    pub async fn close(&self) {
        self.writers.close().await;
        self.pool.close().await;
    }

    /// The folder of a SQLite register, for the files that go with it.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.engine {
            Engine::Sqlite(path) => path.parent(),
            Engine::Postgres(_) => None,
        }
    }
}

async fn pen(turn: Option<&Turn>) -> Result<Option<Held>, Error> {
    match turn {
        Some(turn) => Ok(Some(turn.wait().await?)),
        None => Ok(None),
    }
}

fn pool(connections: u32, sqlite: bool) -> AnyPoolOptions {
    // A file is always there; a server may have gone while a connection lay idle.
    let options = AnyPoolOptions::new().max_connections(connections).test_before_acquire(!sqlite);
    options.after_connect(move |connection, _| {
        Box::pin(async move {
            if sqlite {
                for pragma in SQLITE_PRAGMAS {
                    sqlx::query(*pragma).execute(&mut *connection).await?;
                }
            }
            Ok(())
        })
    })
}

/// Connections of a process that reads and of one that writes, at most.
const READERS: u32 = 8;
const WRITERS: u32 = 4;

/// How the tables there are stand to those of this program.
enum Version {
    Empty,
    Older,
    Ours,
    /// Some of them only a newer program knows.
    Newer,
}

/// Readers never wait for a writer (WAL); what is accepted is on disk before it is confirmed (full).
const SQLITE_PRAGMAS: &[&str] = &[
    "pragma busy_timeout = 10000",
    "pragma journal_mode = wal",
    "pragma synchronous = full",
    "pragma cache_size = -16000",
    "pragma temp_store = memory",
];

/// Takes the next number of a counter, and `count - 1` more.
///
/// On PostgreSQL the row stays locked until the transaction ends, so the numbers follow each other
/// without a gap. Whoever takes several takes them in the order feed, audit, job, so that two
/// never wait for each other; the others are taken alone.
pub(crate) async fn take_numbers(
    write: &mut Write,
    counter: &str,
    count: i64,
) -> Result<i64, Error> {
    let statement = "update counter set next = next + $2 where name = $1 returning next";
    let next: i64 =
        sqlx::query_scalar(statement).bind(counter).bind(count).fetch_one(&mut *write.tx).await?;
    Ok(next - count)
}

/// Gives numbers back that were not used, unless somebody took others since.
pub(crate) async fn give_back(
    write: &mut Write,
    counter: &str,
    unused: &Range<i64>,
) -> Result<(), Error> {
    let statement = "update counter set next = $2 where name = $1 and next = $3";
    sqlx::query(statement)
        .bind(counter)
        .bind(unused.start)
        .bind(unused.end)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests;

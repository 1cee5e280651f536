//! Backup and restore: the whole register in one file that either engine can read.
//!
//! The file is gzip of JSON lines: a header, then for each table a line that names it and a line
//! per row, then a trailer with the counts and the SM3 digest of every line before it. It shows one
//! instant of the register. Submissions still loading are left out: nobody has seen them, and their
//! departments hold no receipt for them yet. A file counts as a backup only when it is complete and
//! on disk; before that it bears another name.

mod file;
mod table;

use std::{fs::File, path::Path};

use domain::ids::SubmissionId;
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use serde_json::Value;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Transaction};
use tokio::{sync::mpsc, task};

use crate::{
    backup::{
        file::{Batch, Counts, Header, Part},
        table::{TABLES, Table},
    },
    error::Error,
    load::alive::Keeper,
    register::{Engine, Register},
    stamp,
};

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Engine of the register the backup was taken of.
    pub engine: String,
    pub taken_at: Timestamp,
    /// Rows by table.
    pub tables: Vec<(String, u64)>,
    /// SM3 of the lines, as the trailer says it.
    pub digest: String,
}

/// Is told the table and how many of its rows are done.
pub type Progress<'a> = &'a mut (dyn FnMut(&str, u64) + Send);

/// Counter that is there from the first row of a restore to its last, so that a killed one is known.
const RESTORING: &str = "restoring";
/// Bytes handed to the writer at a time.
const PART: usize = 256 * 1024;
/// Parts or batches waiting between the register and the file.
const WAITING: usize = 4;
/// Rows of one insert statement.
const ROWS: usize = 100;

/// Writes a backup of the register as it stands now; an older file of that name is replaced once
/// the new one is on disk.
pub async fn backup(
    register: &Register,
    path: &Path,
    taken_at: Timestamp,
    progress: Progress<'_>,
) -> Result<Summary, Error> {
    let mut tx = snapshot(register).await?;
    if is_restoring(&mut tx).await? {
        let why = "this register is half restored: run the restore again before taking a backup";
        return Err(Error::Refused(why.to_owned()));
    }
    let migrations = migrations(&mut tx).await?;
    let engine = register.engine().name().to_owned();
    let header = Header::new(engine.clone(), stamp::instant(taken_at), migrations);
    let (sender, parts) = mpsc::channel(WAITING);
    let target = path.to_owned();
    let writer = task::spawn_blocking(move || file::write(&target, &header, parts));
    let sent = send_tables(&mut tx, sender, progress).await;
    let written = writer.await?;
    let counts = sent?;
    let digest = written?;
    Ok(Summary { engine, taken_at, tables: file::in_order(counts)?, digest })
}

/// Fills an empty register from a backup. The file is checked from end to end before anything is
/// touched; a restore that was killed can be run again and begins afresh.
pub async fn restore(
    register: &Register,
    path: &Path,
    progress: Progress<'_>,
) -> Result<Summary, Error> {
    let file = File::open(path)?;
    let (file, checked) =
        task::spawn_blocking(move || file::check(&file).map(|checked| (file, checked))).await??;
    let taken_at = stamp::read_instant(&checked.header.taken_at)?;
    let Some(alone) = Keeper::open(register).await?.hold(RESTORE_LOCK).await? else {
        let why = "another restore into this register is under way";
        return Err(Error::Refused(why.to_owned()));
    };
    begin(register, &checked.header).await?;
    let (sender, batches) = mpsc::channel(WAITING);
    let reader = task::spawn_blocking(move || file::read(file, &sender));
    let loaded = load(register, batches, progress).await;
    let read = reader.await?;
    let (counts, counters) = loaded?;
    read?;
    let tables = file::in_order(counts)?;
    if tables != checked.tables {
        return Err(Error::Corrupt("the backup changed while it was read".to_owned()));
    }
    end(register, counters).await?;
    drop(alone);
    if let Engine::Sqlite(register) = register.engine() {
        let _ = std::fs::remove_file(register.with_extension(format!("load-{RESTORE_LOCK}")));
    }
    Ok(Summary { engine: checked.header.engine, taken_at, tables, digest: checked.digest })
}

/// No submission has this number, so its lock serves the restore.
const RESTORE_LOCK: SubmissionId = SubmissionId(0);

/// A transaction that reads one instant of the register, whatever others write meanwhile.
pub(crate) async fn snapshot(register: &Register) -> Result<Transaction<'static, Any>, Error> {
    let begin = match register.engine() {
        Engine::Sqlite(_) => "begin deferred",
        Engine::Postgres(_) => "begin isolation level repeatable read read only",
    };
    Ok(register.pool.begin_with(begin).await?)
}

/// Whether a restore was begun here and did not end.
pub(crate) async fn is_half_restored(register: &Register) -> Result<bool, Error> {
    let mut tx = snapshot(register).await?;
    let restoring = is_restoring(&mut tx).await?;
    tx.commit().await?;
    Ok(restoring)
}

async fn is_restoring(tx: &mut Transaction<'static, Any>) -> Result<bool, Error> {
    let statement = "select count(*) from counter where name = $1";
    let count: i64 = sqlx::query_scalar(statement).bind(RESTORING).fetch_one(&mut **tx).await?;
    Ok(0 < count)
}

async fn migrations(tx: &mut Transaction<'static, Any>) -> Result<Vec<i64>, Error> {
    let statement = "select version from _sqlx_migrations order by version";
    Ok(sqlx::query_scalar(statement).fetch_all(&mut **tx).await?)
}

/// Hands every row to the writer; stops early, without an error, where the writer has stopped.
async fn send_tables(
    tx: &mut Transaction<'static, Any>,
    sender: mpsc::Sender<Part>,
    progress: Progress<'_>,
) -> Result<Counts, Error> {
    let mut counts = Counts::new();
    let mut lines = Vec::with_capacity(PART + PART / 4);
    for table in TABLES {
        file::put_table(&mut lines, table)?;
        let mut count = 0;
        let mut rows = sqlx::query(AssertSqlSafe(table.select())).fetch(&mut **tx);
        while let Some(row) = rows.try_next().await? {
            file::put_row(&mut lines, &table.read(&row)?)?;
            count += 1;
            if PART <= lines.len() {
                progress(table.name, count);
                let full = std::mem::replace(&mut lines, Vec::with_capacity(PART + PART / 4));
                if sender.send(Part::Lines(full)).await.is_err() {
                    return Ok(counts);
                }
            }
        }
        progress(table.name, count);
        counts.insert(table.name.to_owned(), count);
    }
    let _ = sender.send(Part::Lines(lines)).await;
    let _ = sender.send(Part::End(counts.clone())).await;
    Ok(counts)
}

/// Refuses what cannot be restored, clears what a killed restore left, and marks the register.
async fn begin(register: &Register, header: &Header) -> Result<(), Error> {
    let mut tx = snapshot(register).await?;
    let migrations = migrations(&mut tx).await?;
    let killed = is_restoring(&mut tx).await?;
    tx.commit().await?;
    if migrations != header.migrations {
        return Err(Error::Refused(format!(
            "the backup was taken by another version of the program (its tables are of {:?}, those \
             here of {migrations:?}): restore it with that version into an empty register, then run \
             `xinheng migrate` with this one",
            header.migrations
        )));
    }
    if killed {
        for table in TABLES.iter().filter(|table| !table.is_counter()) {
            let mut write = register.write().await?;
            sqlx::query(AssertSqlSafe(format!("delete from {}", table.name)))
                .execute(&mut *write.tx)
                .await?;
            write.commit().await?;
        }
        return Ok(());
    }
    let mut write = register.write().await?;
    let mut filled = Vec::new();
    for table in TABLES.iter().filter(|table| !table.is_counter()) {
        let statement = format!("select count(*) from (select 1 from {} limit 1) one", table.name);
        let some: i64 =
            sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(&mut *write.tx).await?;
        if 0 < some {
            filled.push(table.name);
        }
    }
    if !filled.is_empty() {
        return Err(Error::Refused(format!(
            "the register is not empty ({} hold rows) and a restore overwrites nothing: name a new \
             file or an empty database in DATABASE_URL and restore there",
            filled.join(", ")
        )));
    }
    let mark = "insert into counter (name, next) values ($1, 0)";
    sqlx::query(mark).bind(RESTORING).execute(&mut *write.tx).await?;
    write.commit().await
}

type Rows = Vec<Vec<Value>>;

/// Inserts the rows, a batch in a transaction; the counters are kept back for the end.
async fn load(
    register: &Register,
    mut batches: mpsc::Receiver<Batch>,
    progress: Progress<'_>,
) -> Result<(Counts, Rows), Error> {
    let mut counts = Counts::new();
    let mut counters = Vec::new();
    while let Some(batch) = batches.recv().await {
        let count = counts.entry(batch.table.name.to_owned()).or_default();
        *count += batch.rows.len() as u64;
        let count = *count;
        if batch.rows.is_empty() {
            continue;
        }
        if batch.table.is_counter() {
            counters.extend(batch.rows);
            continue;
        }
        let mut write = register.write().await?;
        for rows in batch.rows.chunks(ROWS) {
            insert(&mut write.tx, register.engine(), batch.table, rows).await?;
        }
        write.commit().await?;
        progress(batch.table.name, count);
    }
    Ok((counts, counters))
}

async fn insert(
    connection: &mut AnyConnection,
    engine: &Engine,
    table: &Table,
    rows: &[Vec<Value>],
) -> Result<(), Error> {
    let mut query = sqlx::query(AssertSqlSafe(table.insert(rows.len())));
    for row in rows {
        query = table.bind(query, row, engine)?;
    }
    query.execute(connection).await?;
    Ok(())
}

/// Puts the counters in and with that takes the mark off, at once.
async fn end(register: &Register, counters: Rows) -> Result<(), Error> {
    let mut write = register.write().await?;
    sqlx::query("delete from counter").execute(&mut *write.tx).await?;
    for table in TABLES.iter().filter(|table| table.is_counter()) {
        for rows in counters.chunks(ROWS) {
            insert(&mut write.tx, register.engine(), table, rows).await?;
        }
    }
    write.commit().await
}

#[cfg(test)]
mod tests;

//! The file of a backup: writing it whole or not at all, checking it, reading it.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, BufWriter, Seek as _, Write as _},
    path::{Path, PathBuf},
};

use domain::sealed::hex;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sm3::{Digest as _, Sm3};
use tokio::sync::mpsc;

use super::table::{TABLES, Table};
use crate::error::Error;

/// First line of the file.
#[derive(Debug, Serialize, Deserialize)]
pub struct Header {
    format: String,
    version: u32,
    pub engine: String,
    pub taken_at: String,
    /// Numbers of the migrations behind the tables.
    pub migrations: Vec<i64>,
}

/// Line before the rows of a table.
#[derive(Debug, Serialize, Deserialize)]
struct Opening {
    table: String,
    columns: Vec<String>,
}

/// Last line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Trailer {
    counts: Counts,
    /// SM3 of every line before this one, their line ends included.
    sm3: String,
}

/// Rows by table.
pub type Counts = BTreeMap<String, u64>;

/// What the writer is handed.
pub enum Part {
    Lines(Vec<u8>),
    End(Counts),
}

/// Some rows of one table.
pub struct Batch {
    pub table: &'static Table,
    pub rows: Vec<Vec<Value>>,
}

/// What the first pass over a file has proven.
pub struct Checked {
    pub header: Header,
    pub tables: Vec<(String, u64)>,
    pub digest: String,
}

const FORMAT: &str = "xinheng-backup";
const VERSION: u32 = 1;
/// Rows and bytes of one batch at most.
const BATCH_ROWS: usize = 4_000;
const BATCH_BYTES: usize = 2 << 20;

impl Header {
    pub fn new(engine: String, taken_at: String, migrations: Vec<i64>) -> Header {
        Header { format: FORMAT.to_owned(), version: VERSION, engine, taken_at, migrations }
    }
}

pub fn put_table(lines: &mut Vec<u8>, table: &Table) -> Result<(), Error> {
    let columns = table.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
    put(lines, &Opening { table: table.name.to_owned(), columns })
}

pub fn put_row(lines: &mut Vec<u8>, row: &[Value]) -> Result<(), Error> {
    put(lines, row)
}

fn put<T: Serialize + ?Sized>(lines: &mut Vec<u8>, value: &T) -> Result<(), Error> {
    serde_json::to_writer(&mut *lines, value).map_err(io::Error::from)?;
    lines.push(b'\n');
    Ok(())
}

/// The counts in the order of the tables.
pub fn in_order(mut counts: Counts) -> Result<Vec<(String, u64)>, Error> {
    let take =
        |table: &Table| counts.remove(table.name).map(|count| (table.name.to_owned(), count));
    let tables: Vec<_> = TABLES.iter().filter_map(take).collect();
    match counts.first_key_value() {
        Some((table, _)) => Err(unknown(table)),
        None => Ok(tables),
    }
}

/// Writes the file beside its place and moves it there when it is complete and on disk.
pub fn write(path: &Path, header: &Header, parts: mpsc::Receiver<Part>) -> Result<String, Error> {
    let partial = partial(path)?;
    let file = create(&partial)?;
    let written = write_parts(&file, header, parts).and_then(|digest| {
        file.sync_all()?;
        fs::rename(&partial, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(digest)
    });
    if written.is_err() {
        let _ = fs::remove_file(&partial);
    }
    written
}

fn partial(path: &Path) -> Result<PathBuf, Error> {
    let name = path
        .file_name()
        .ok_or_else(|| Error::Refused("the backup needs a file name".to_owned()))?;
    let mut name = name.to_owned();
    name.push(".partial");
    Ok(path.with_file_name(name))
}

/// Opens the unfinished file for this backup alone and for nobody else's eyes.
fn create(partial: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(partial)?;
    if file.try_lock().is_err() {
        let why = format!("another backup is being written to {}", partial.display());
        return Err(Error::Refused(why));
    }
    file.set_len(0)?;
    Ok(file)
}

fn write_parts(
    file: &File,
    header: &Header,
    mut parts: mpsc::Receiver<Part>,
) -> Result<String, Error> {
    let mut out = GzEncoder::new(BufWriter::with_capacity(1 << 20, file), Compression::new(3));
    let mut digest = Sm3::new();
    let mut first = Vec::new();
    put(&mut first, header)?;
    digest.update(&first);
    out.write_all(&first)?;
    loop {
        match parts.blocking_recv() {
            Some(Part::Lines(lines)) => {
                digest.update(&lines);
                out.write_all(&lines)?;
            }
            Some(Part::End(counts)) => {
                let sm3 = hex(&digest.finalize());
                let mut last = Vec::new();
                put(&mut last, &Trailer { counts, sm3: sm3.clone() })?;
                out.write_all(&last)?;
                out.finish()?.flush()?;
                return Ok(sm3);
            }
            None => return Err(Error::Refused("the backup was given up".to_owned())),
        }
    }
}

/// Proves that the file is complete and as it was written.
pub fn check(file: &File) -> Result<Checked, Error> {
    let mut lines = lines(file);
    let mut digest = Sm3::new();
    let (mut line, mut next) = (Vec::new(), Vec::new());
    read_line(&mut lines, &mut line)?;
    let header: Header = serde_json::from_slice(&line).map_err(|_| foreign())?;
    if header.format != FORMAT || header.version != VERSION {
        return Err(foreign());
    }
    let mut counts = Counts::new();
    let mut table: Option<&Table> = None;
    while read_line(&mut lines, &mut next)? {
        digest.update(&line);
        std::mem::swap(&mut line, &mut next);
        if line.starts_with(b"[") {
            let table = table.ok_or_else(damaged)?;
            *counts.entry(table.name.to_owned()).or_default() += 1;
        } else if let Ok(opening) = serde_json::from_slice::<Opening>(&line) {
            let opened = find(&opening)?;
            counts.insert(opened.name.to_owned(), 0);
            table = Some(opened);
        }
    }
    let trailer: Trailer = serde_json::from_slice(&line).map_err(|_| damaged())?;
    if trailer.sm3 != hex(&digest.finalize()) || trailer.counts != counts {
        return Err(damaged());
    }
    Ok(Checked { header, tables: in_order(counts)?, digest: trailer.sm3 })
}

/// Hands out the rows of a checked file; stops without an error where nobody takes them.
pub fn read(mut file: File, batches: &mpsc::Sender<Batch>) -> Result<(), Error> {
    file.rewind()?;
    let mut lines = lines(&file);
    let mut line = Vec::new();
    let mut batch: Option<Batch> = None;
    let mut bytes = 0;
    read_line(&mut lines, &mut line)?;
    while read_line(&mut lines, &mut line)? {
        if line.starts_with(b"[") {
            let batch = batch.as_mut().ok_or_else(damaged)?;
            batch.rows.push(serde_json::from_slice(&line).map_err(|_| damaged())?);
            bytes += line.len();
            if batch.rows.len() < BATCH_ROWS && bytes < BATCH_BYTES {
                continue;
            }
            let full = Batch { table: batch.table, rows: std::mem::take(&mut batch.rows) };
            bytes = 0;
            if batches.blocking_send(full).is_err() {
                return Ok(());
            }
            continue;
        }
        bytes = 0;
        if let Some(rest) = batch.take()
            && batches.blocking_send(rest).is_err()
        {
            return Ok(());
        }
        if let Ok(opening) = serde_json::from_slice::<Opening>(&line) {
            batch = Some(Batch { table: find(&opening)?, rows: Vec::new() });
        }
    }
    Ok(())
}

fn find(opening: &Opening) -> Result<&'static Table, Error> {
    let table = TABLES.iter().find(|table| table.name == opening.table);
    let table = table.ok_or_else(|| unknown(&opening.table))?;
    if !table.columns.iter().map(|(name, _)| *name).eq(opening.columns.iter().map(String::as_str)) {
        return Err(unknown(&opening.table));
    }
    Ok(table)
}

fn lines(file: &File) -> impl BufRead {
    BufReader::with_capacity(1 << 20, GzDecoder::new(BufReader::with_capacity(1 << 20, file)))
}

/// Reads the next line with its end; false where there is none.
fn read_line(lines: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, Error> {
    line.clear();
    let read = lines.read_until(b'\n', line).map_err(|_| damaged())?;
    Ok(0 < read)
}

fn damaged() -> Error {
    let why = "the backup is damaged or cut short, and nothing was restored: use another copy";
    Error::Refused(why.to_owned())
}

fn foreign() -> Error {
    Error::Refused("the file is no backup that this version of the program can read".to_owned())
}

fn unknown(table: &str) -> Error {
    Error::Refused(format!(
        "the backup holds a table {table} as this version of the program does not know it"
    ))
}

//! The lake as a whole: opened, fed, checked.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{Hash as _, Hasher as _},
    sync::Arc,
};

use datafusion::arrow::{
    array::RecordBatch,
    row::{RowConverter, SortField},
};
use domain::{catalogue::Item, ids::RecordId};
use jiff::Timestamp;
use url::Url;

use crate::{
    bucket::Bucket,
    change::{Batch, Change, Profile},
    columns::{Columns, SUBJECT},
    error::Error,
    parquet_file::{self, Commit},
    rows,
    table::{Table, Work},
};

/// The open lake.
#[derive(Debug)]
pub struct Lake {
    tables: BTreeMap<Arc<str>, Table>,
    subjects: Table,
}

/// What one bucket of a table holds, however it came there: rows, and a sum over them in which their
/// order and their place in the feed do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub rows: u64,
    pub content: u64,
}

/// Sums of the buckets of a table.
pub type Sums = BTreeMap<Bucket, Sum>;

impl Lake {
    /// Opens the lake at a place, a folder's or a store's address, and makes the tables it lacks.
    pub async fn open<'i>(
        place: &Url,
        items: impl IntoIterator<Item = &'i Item>,
    ) -> Result<Lake, Error> {
        let mut tables = BTreeMap::new();
        for item in items {
            let table = Table::open(place, Columns::of(item)).await?;
            tables.insert(item.id.clone(), table);
        }
        let subjects = Table::open(place, Columns::of_subjects()).await?;
        Ok(Lake { tables, subjects })
    }

    /// How far the feed is read: what the table of subjects says, which is always written last.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.subjects.position
    }

    /// The lake as it was when it had read the feed no further than a position.
    pub async fn at(&self, position: i64) -> Result<Lake, Error> {
        let mut tables = BTreeMap::new();
        for (item, table) in &self.tables {
            tables.insert(item.clone(), table.at(position).await?);
        }
        Ok(Lake { tables, subjects: self.subjects.at(position).await? })
    }

    /// A table whose columns are not those the catalogue asks for.
    pub fn unfit(&self) -> Result<Option<&str>, Error> {
        for table in self.all() {
            if !table.fits()? {
                return Ok(Some(&table.columns.table));
            }
        }
        Ok(None)
    }

    /// Takes what the feed told. Killed at any moment, it goes on where each table is: what a table has
    /// is not put there again.
    pub async fn take(&mut self, batch: &Batch) -> Result<(), Error> {
        if let Some(table) = self.unfit()? {
            return Err(Error::OtherColumns(table.to_owned()));
        }
        let commit = Commit { position: batch.until, at: batch.at, data_change: true };
        let mut by_item: HashMap<&Arc<str>, Vec<&Change>> = HashMap::new();
        for change in &batch.changes {
            by_item.entry(&change.item).or_default().push(change);
        }
        for (item, mut changes) in by_item {
            // An item no longer in the catalogue: nothing asks for it.
            let Some(table) = self.tables.get_mut(item) else { continue };
            changes.retain(|change| change.position > table.position);
            if !changes.is_empty() {
                let work = records(&table.columns, changes)?;
                table.write(work, commit).await?;
            }
        }
        let work = subjects(&self.subjects.columns, batch)?;
        self.subjects.write(work, commit).await
    }

    /// Empties every table: the feed is read from its beginning. The subjects first, so that a lake
    /// half emptied says that it has read nothing.
    pub async fn empty(&mut self, at: Timestamp) -> Result<(), Error> {
        let commit = Commit { position: 0, at, data_change: true };
        self.subjects.empty(commit).await?;
        for table in self.tables.values_mut() {
            table.empty(commit).await?;
        }
        Ok(())
    }

    /// Folds small files together, and takes away what no version of the last `hours` needs; answers
    /// the buckets folded and the files taken away.
    pub async fn tidy(&mut self, at: Timestamp, hours: i64) -> Result<(usize, usize), Error> {
        let (mut folded, mut gone) = (0, 0);
        for table in self.tables.values_mut().chain([&mut self.subjects]) {
            let commit = Commit { position: table.position, at, data_change: false };
            folded += table.compact(commit).await?;
            gone += table.vacuum(hours).await?;
        }
        Ok((folded, gone))
    }

    /// What every bucket of a table holds; every file is read, and has to be as it was written.
    pub async fn sums(&self, table: &str) -> Result<Sums, Error> {
        let table = self.table(table)?;
        let mut sums = Sums::new();
        for (bucket, files) in table.files()? {
            let sum: &mut Sum = sums.entry(bucket).or_default();
            let mut seen = HashSet::new();
            for file in files {
                let rows = table.read(std::slice::from_ref(&file)).await?;
                for rows in rows {
                    look_at(table, bucket, &rows, &mut seen)
                        .map_err(|what| Error::Corrupt(format!("{}: {what}", file.path)))?;
                    add(sum, &table.columns, &rows)?;
                }
            }
        }
        Ok(sums)
    }

    /// What a bucket of a table would hold if it were written from these records.
    pub fn sum_of_records(&self, table: &str, mut changes: Vec<&Change>) -> Result<Sum, Error> {
        let columns = &self.table(table)?.columns;
        let mut sum = Sum::default();
        changes.sort_unstable_by_key(|change| (change.subject, change.record));
        add(&mut sum, columns, &rows::records(columns, &changes)?)?;
        Ok(sum)
    }

    /// What a bucket of the table of subjects would hold.
    pub fn sum_of_subjects(&self, profiles: &[Profile]) -> Result<Sum, Error> {
        let columns = &self.subjects.columns;
        let mut sum = Sum::default();
        let profiles: Vec<&Profile> = profiles.iter().collect();
        add(&mut sum, columns, &rows::subjects(columns, &profiles)?)?;
        Ok(sum)
    }

    /// Names of the tables, that of subjects last.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all().map(|table| &*table.columns.table)
    }

    fn all(&self) -> impl Iterator<Item = &Table> {
        self.tables.values().chain([&self.subjects])
    }

    pub(crate) fn table(&self, name: &str) -> Result<&Table, Error> {
        match name {
            SUBJECT => Ok(&self.subjects),
            _ => self.tables.get(name).ok_or_else(|| Error::Corrupt(format!("no table {name}"))),
        }
    }
}

/// The work on each bucket that changes of one item ask for; of a record's changes the last counts.
fn records(columns: &Columns, changes: Vec<&Change>) -> Result<BTreeMap<Bucket, Work>, Error> {
    // What came first in this very batch is not in the table yet.
    let first: HashSet<RecordId> = changes
        .iter()
        .filter(|change| change.before.is_empty())
        .map(|change| change.record)
        .collect();
    let mut seen = HashSet::with_capacity(changes.len());
    let mut last: Vec<&Change> =
        changes.into_iter().rev().filter(|change| seen.insert(change.record)).collect();
    last.sort_unstable_by_key(|change| (change.subject, change.record));
    let mut work: BTreeMap<Bucket, Work> = BTreeMap::new();
    for change in last.iter().filter(|change| !first.contains(&change.record)) {
        for &subject in &change.before {
            work.entry(Bucket::of(subject)).or_default().replaced.insert(change.record.0);
        }
    }
    let buckets: Vec<&[&Change]> =
        last.chunk_by(|a, b| Bucket::of(a.subject) == Bucket::of(b.subject)).collect();
    let built = in_parallel(&buckets, |bucket| rows::records(columns, bucket))?;
    for (bucket, rows) in buckets.iter().zip(built) {
        work.entry(Bucket::of(bucket[0].subject)).or_default().rows.push(rows);
    }
    Ok(work)
}

/// Does the same with every part, on as many threads as there are cores, and keeps their order.
fn in_parallel<P: Sync, R: Send>(
    parts: &[P],
    each: impl Fn(&P) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = parts.len().div_ceil(threads).max(1);
    let done: Vec<Result<Vec<R>, Error>> = std::thread::scope(|scope| {
        let each = &each;
        let running: Vec<_> = parts
            .chunks(share)
            .map(|parts| scope.spawn(move || parts.iter().map(each).collect()))
            .collect();
        let lost = |_| Err(Error::Corrupt("a thread was lost".to_owned()));
        running.into_iter().map(|one| one.join().unwrap_or_else(lost)).collect()
    });
    let mut all = Vec::with_capacity(parts.len());
    for part in done {
        all.extend(part?);
    }
    Ok(all)
}

fn subjects(columns: &Columns, batch: &Batch) -> Result<BTreeMap<Bucket, Work>, Error> {
    let mut work: BTreeMap<Bucket, Work> = BTreeMap::new();
    let touched = batch.profiles.iter().map(|profile| profile.subject);
    for subject in touched.chain(batch.gone.iter().copied()) {
        work.entry(Bucket::of(subject)).or_default().replaced.insert(subject.0);
    }
    let mut profiles: Vec<_> = batch.profiles.iter().collect();
    profiles.sort_unstable_by_key(|profile| profile.subject);
    for bucket in profiles.chunk_by(|a, b| Bucket::of(a.subject) == Bucket::of(b.subject)) {
        let rows = rows::subjects(columns, bucket)?;
        work.entry(Bucket::of(bucket[0].subject)).or_default().rows.push(rows);
    }
    Ok(work)
}

/// Whether rows of a file are those of its bucket, sorted, none of them in it twice.
fn look_at(
    table: &Table,
    bucket: Bucket,
    rows: &RecordBatch,
    seen: &mut HashSet<i64>,
) -> Result<(), &'static str> {
    let column = |name: &str| -> Option<&[i64]> {
        use datafusion::arrow::{array::AsArray as _, datatypes::Int64Type};
        Some(rows.column_by_name(name)?.as_primitive::<Int64Type>().values())
    };
    if !parquet_file::is_sorted(&table.columns, rows) {
        return Err("its rows are not sorted");
    }
    let subjects = column("subject").unwrap_or_default();
    if subjects.iter().any(|subject| !bucket.subjects().contains(subject)) {
        return Err("it holds subjects of another bucket");
    }
    let keys = column(table.key()).unwrap_or_default();
    match keys.iter().all(|&key| seen.insert(key)) {
        true => Ok(()),
        false => Err("it holds a row that another file of its bucket holds"),
    }
}

/// Adds rows to a sum; where they stand in the feed does not count.
fn add(sum: &mut Sum, columns: &Columns, rows: &RecordBatch) -> Result<(), Error> {
    let counted: Vec<usize> = (0..rows.num_columns())
        .filter(|&at| columns.schema.field(at).name() != "position")
        .collect();
    let rows = rows.project(&counted)?;
    let fields =
        rows.schema().fields().iter().map(|f| SortField::new(f.data_type().clone())).collect();
    let converted = RowConverter::new(fields)?.convert_columns(rows.columns())?;
    for row in &converted {
        let mut content = std::hash::DefaultHasher::new();
        row.as_ref().hash(&mut content);
        sum.content = sum.content.wrapping_add(content.finish());
        sum.rows += 1;
    }
    Ok(())
}

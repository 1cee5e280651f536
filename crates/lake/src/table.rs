//! One Delta table of the lake: its files by bucket, and commits keyed by the position of the feed.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    pin::Pin,
};

use datafusion::arrow::{
    array::{AsArray as _, BooleanArray, RecordBatch},
    compute::filter_record_batch,
    datatypes::Int64Type,
};
use deltalake::{
    DeltaTable, DeltaTableBuilder, Path,
    kernel::{
        Action, StructType, Transaction,
        engine::arrow_conversion::TryIntoKernel as _,
        new_metadata,
        transaction::{CommitBuilder, CommitProperties},
    },
    operations::create::CreateBuilder,
    protocol::{DeltaOperation, SaveMode},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use url::Url;

use crate::{
    bucket::Bucket,
    columns::Columns,
    error::Error,
    parquet_file::{self, Commit},
};

/// Under this name each commit says how far the feed is read.
const FEED: &str = "feed";

/// Files of one bucket from which on small ones are folded into one.
const FOLD: usize = 8;

/// One table, as it was when it was last loaded or written.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) columns: Columns,
    delta: DeltaTable,
    /// How far the feed is read in it.
    pub(crate) position: i64,
}

/// A file of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    /// In the table's folder.
    pub(crate) path: String,
    size: i64,
}

/// What is to be done with one bucket.
#[derive(Debug, Default)]
pub(crate) struct Work {
    /// Rows to be there afterwards, in no order.
    pub(crate) rows: Vec<RecordBatch>,
    /// Keys whose rows, where there are any, are replaced or go.
    pub(crate) replaced: HashSet<i64>,
}

impl Table {
    /// Opens a table, or makes it.
    pub(crate) async fn open(place: &Url, columns: Columns) -> Result<Table, Error> {
        let url = place.join(&format!("{}/", columns.table)).map_err(|_| bad_place(place))?;
        let mut delta = DeltaTableBuilder::from_url(url)?.build()?;
        if delta.verify_deltatable_existence().await? {
            delta.load().await?;
        } else {
            let create = CreateBuilder::new()
                .with_log_store(delta.log_store())
                .with_columns(delta_schema(&columns)?.fields().cloned())
                .with_save_mode(SaveMode::Ignore);
            delta = create.await?;
        }
        let position = position(&delta).await?;
        Ok(Table { columns, delta, position })
    }

    /// Whether its columns are those the catalogue asks for.
    pub(crate) fn fits(&self) -> Result<bool, Error> {
        let schema = self.delta.snapshot()?.schema();
        Ok(*schema == delta_schema(&self.columns)?)
    }

    /// Its files, by bucket.
    pub(crate) fn files(&self) -> Result<BTreeMap<Bucket, Vec<File>>, Error> {
        let mut files: BTreeMap<Bucket, Vec<File>> = BTreeMap::new();
        for file in self.delta.snapshot()?.log_data().iter() {
            let file = File { path: file.path().into_owned(), size: file.size() };
            let bucket = Bucket::of_path(&file.path)
                .ok_or_else(|| Error::Corrupt(format!("file {} of no bucket", file.path)))?;
            files.entry(bucket).or_default().push(file);
        }
        Ok(files)
    }

    /// Address of a file as queries read it.
    pub(crate) fn address(&self, file: &File) -> Result<Url, Error> {
        let root = self.delta.table_url();
        root.join(&file.path).map_err(|_| bad_place(root))
    }

    /// The table as its last commit left it that had read the feed no further than a position.
    pub(crate) async fn at(&self, until: i64) -> Result<Table, Error> {
        let mut delta = self.delta.clone();
        let mut read = self.position;
        while read > until {
            match delta.version().unwrap_or(0).checked_sub(1) {
                Some(earlier) => delta.load_version(earlier).await?,
                None => break,
            }
            read = position(&delta).await?;
        }
        Ok(Table { columns: self.columns.clone(), delta, position: read })
    }

    /// Every row of a bucket.
    pub(crate) async fn read(&self, files: &[File]) -> Result<Vec<RecordBatch>, Error> {
        let store = self.delta.object_store();
        let mut rows = Vec::new();
        for file in files {
            let path = Path::from(file.path.as_str());
            rows.extend(parquet_file::read(&*store, &path, &self.columns).await?);
        }
        Ok(rows)
    }

    /// Does the work on each bucket in one commit, which says how far the feed is read with it; buckets
    /// are written as many at once as there are cores.
    pub(crate) async fn write(
        &mut self,
        work: BTreeMap<Bucket, Work>,
        commit: Commit,
    ) -> Result<(), Error> {
        let files = self.files()?;
        let at_once = std::thread::available_parallelism().map_or(1, usize::from);
        let table = &*self;
        // Boxed, or the compiler cannot tell that they may move between threads.
        let writing = work.into_iter().map(|(bucket, work)| {
            let held = files.get(&bucket).cloned().unwrap_or_default();
            let writing = table.write_bucket(bucket, work, held, commit);
            Box::pin(writing)
                as Pin<Box<dyn Future<Output = Result<Vec<Action>, Error>> + Send + '_>>
        });
        let writing: Vec<_> = writing.collect();
        let written: Vec<Vec<Action>> =
            stream::iter(writing).buffered(at_once).try_collect().await?;
        let actions = written.into_iter().flatten().collect();
        self.commit(actions, SaveMode::Append, commit.position).await
    }

    /// Does the work on one bucket: its rows are appended, unless some are replaced, or there are many
    /// files; then they are written anew together.
    async fn write_bucket(
        &self,
        bucket: Bucket,
        mut work: Work,
        held: Vec<File>,
        commit: Commit,
    ) -> Result<Vec<Action>, Error> {
        let anew = if work.replaced.is_empty() { to_fold(held) } else { held };
        for rows in self.read(&anew).await? {
            work.rows.push(without(&rows, self.key(), &work.replaced)?);
        }
        let mut actions: Vec<Action> = anew.iter().map(|file| removal(file, commit)).collect();
        let columns = self.columns.clone();
        let encoding = move || -> Result<_, Error> {
            let rows = parquet_file::sorted(&columns, &work.rows)?;
            let some = rows.num_rows() > 0;
            some.then(|| parquet_file::encode(&columns, &rows)).transpose()
        };
        let encoded = tokio::task::spawn_blocking(encoding).await;
        if let Some(encoded) = encoded.map_err(|why| Error::Corrupt(why.to_string()))?? {
            let (store, name) = (self.delta.object_store(), commit.name());
            actions.push(parquet_file::put(&*store, (bucket, &name), encoded, commit).await?);
        }
        Ok(actions)
    }

    /// Writes a file of a bucket in place of those whose name begins alike, which are of an earlier
    /// reading of the same.
    pub(crate) async fn put(
        &mut self,
        (bucket, name): (Bucket, &str),
        alike: &str,
        rows: &RecordBatch,
        commit: Commit,
    ) -> Result<(), Error> {
        let store = self.delta.object_store();
        let encoded = parquet_file::encode(&self.columns, rows)?;
        let file = parquet_file::put(&*store, (bucket, name), encoded, commit).await?;
        let before = self.named(bucket, alike)?;
        // Written again as it was: there is nothing to take away.
        let path = if let Action::Add(add) = &file { add.path.clone() } else { String::new() };
        if before.iter().any(|file| file.path == path) {
            return Ok(());
        }
        let mut actions = vec![file];
        actions.extend(before.iter().map(|file| removal(file, commit)));
        self.commit(actions, SaveMode::Append, commit.position).await
    }

    /// Files of a bucket whose name begins so.
    pub(crate) fn named(&self, bucket: Bucket, start: &str) -> Result<Vec<File>, Error> {
        let start = format!("{}/{start}", bucket.folder());
        let mut files = self.files()?.remove(&bucket).unwrap_or_default();
        files.retain(|file| file.path.starts_with(&start));
        Ok(files)
    }

    /// Folds every bucket of several files into one file.
    pub(crate) async fn compact(&mut self, mut commit: Commit) -> Result<usize, Error> {
        commit.data_change = false;
        let store = self.delta.object_store();
        let mut actions = Vec::new();
        let mut folded = 0;
        for (bucket, held) in self.files()?.into_iter().filter(|(_, held)| held.len() > 1) {
            let rows = parquet_file::sorted(&self.columns, &self.read(&held).await?)?;
            let (name, encoded) = (commit.name(), parquet_file::encode(&self.columns, &rows)?);
            let file = parquet_file::put(&*store, (bucket, &name), encoded, commit);
            actions.push(file.await?);
            actions.extend(held.iter().map(|file| removal(file, commit)));
            folded += 1;
        }
        if !actions.is_empty() {
            self.commit(actions, SaveMode::Append, commit.position).await?;
        }
        Ok(folded)
    }

    /// Empties the table and gives it the columns of the catalogue; the feed is read from its beginning.
    pub(crate) async fn empty(&mut self, commit: Commit) -> Result<(), Error> {
        let mut actions: Vec<Action> =
            self.files()?.values().flatten().map(|file| removal(file, commit)).collect();
        let nothing: [(&str, &str); 0] = [];
        let metadata = new_metadata(&delta_schema(&self.columns)?, [""; 0], nothing)?;
        actions.push(Action::Metadata(metadata));
        self.commit(actions, SaveMode::Overwrite, 0).await
    }

    /// Takes away files that no version of the last `hours` needs.
    pub(crate) async fn vacuum(&mut self, hours: i64) -> Result<usize, Error> {
        let kept = chrono::Duration::hours(hours);
        let vacuum = self.delta.clone().vacuum().with_retention_period(kept);
        let (delta, told) = vacuum.with_enforce_retention_duration(false).await?;
        self.delta = delta;
        Ok(told.files_deleted.len())
    }

    /// The column that tells one row from another.
    pub(crate) fn key(&self) -> &'static str {
        self.columns.order().last().copied().unwrap_or("subject")
    }

    async fn commit(
        &mut self,
        actions: Vec<Action>,
        mode: SaveMode,
        position: i64,
    ) -> Result<(), Error> {
        let said = CommitProperties::default()
            .with_application_transaction(Transaction::new(FEED, position))
            .with_max_retries(0);
        let operation = DeltaOperation::Write { mode, partition_by: None, predicate: None };
        let state = self.delta.snapshot()?;
        let build = CommitBuilder::from(said).with_actions(actions);
        build.build(Some(state), self.delta.log_store(), operation).await?;
        self.delta.update_state().await?;
        self.position = position;
        Ok(())
    }
}

/// How far the feed is read in a version of a table.
async fn position(delta: &DeltaTable) -> Result<i64, Error> {
    let state = delta.snapshot()?;
    Ok(state.transaction_version(&*delta.log_store(), FEED).await?.unwrap_or(0))
}

/// The files that are written anew with the next one: the small ones where there are many, so that a row
/// is written again only a few times however many come.
fn to_fold(mut held: Vec<File>) -> Vec<File> {
    if held.len() + 1 < FOLD {
        return Vec::new();
    }
    held.sort_by_key(|file| file.size);
    let mut small = 0;
    let mut sum = 0;
    for file in &held {
        // One far larger than all the smaller ones together stays.
        if small >= FOLD / 2 && file.size > sum {
            break;
        }
        sum += file.size;
        small += 1;
    }
    held.truncate(small);
    held
}

fn removal(file: &File, commit: Commit) -> Action {
    Action::Remove(deltalake::kernel::Remove {
        path: file.path.clone(),
        data_change: commit.data_change,
        deletion_timestamp: Some(commit.at.as_millisecond()),
        extended_file_metadata: Some(true),
        size: Some(file.size),
        partition_values: Some(HashMap::new()),
        ..Default::default()
    })
}

/// Rows whose key is none of those replaced.
fn without(rows: &RecordBatch, key: &str, replaced: &HashSet<i64>) -> Result<RecordBatch, Error> {
    if replaced.is_empty() {
        return Ok(rows.clone());
    }
    let keys = rows.column_by_name(key).ok_or_else(|| Error::Corrupt(format!("no {key}")))?;
    let kept: BooleanArray = keys
        .as_primitive::<Int64Type>()
        .values()
        .iter()
        .map(|key| Some(!replaced.contains(key)))
        .collect();
    Ok(filter_record_batch(rows, &kept)?)
}

fn delta_schema(columns: &Columns) -> Result<StructType, Error> {
    Ok(columns.schema.as_ref().try_into_kernel()?)
}

fn bad_place(place: &Url) -> Error {
    Error::Place(format!("{place} is no place of a lake"))
}

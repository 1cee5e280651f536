//! Parquet files of the lake: written in one piece, sorted, and read whole.

use std::{collections::HashMap, hash::Hasher as _};

use datafusion::object_store::ObjectStoreExt as _;
use datafusion::{
    arrow::{
        array::{AsArray as _, RecordBatch},
        compute::{SortColumn, cast, concat_batches, lexsort_to_indices, take_record_batch},
        datatypes::Int64Type,
    },
    parquet::{
        arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder},
        basic::{Compression, ZstdLevel},
        file::{metadata::SortingColumn, properties::WriterProperties},
    },
};
use deltalake::{
    ObjectStore, Path,
    kernel::{Action, Add},
};
use jiff::Timestamp;
use serde_json::json;

use crate::{bucket::Bucket, columns::Columns, error::Error};

/// Rows of one group: what one subject's reading has to unpack, and what one thread reads at once.
const GROUP: usize = 131_072;

/// What files are written for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Commit {
    /// How far the feed is read with it.
    pub(crate) position: i64,
    pub(crate) at: Timestamp,
    /// False where rows are only written anew.
    pub(crate) data_change: bool,
}

impl Commit {
    /// The name of files that hold records, by how far the feed was read.
    pub(crate) fn name(self) -> String {
        format!("{:012}", self.position)
    }
}

/// Rows sorted as the files of a table are.
pub(crate) fn sorted(columns: &Columns, batches: &[RecordBatch]) -> Result<RecordBatch, Error> {
    let all = concat_batches(&columns.schema, batches)?;
    if is_sorted(columns, &all) {
        return Ok(all);
    }
    let keys: Vec<SortColumn> = columns
        .order()
        .iter()
        .filter_map(|name| all.column_by_name(name))
        .map(|values| SortColumn { values: values.clone(), options: None })
        .collect();
    let order = lexsort_to_indices(&keys, None)?;
    Ok(take_record_batch(&all, &order)?)
}

/// Whether rows are sorted as the files of a table are, no key standing twice.
pub(crate) fn is_sorted(columns: &Columns, rows: &RecordBatch) -> bool {
    let keys = columns.order().iter().filter_map(|name| rows.column_by_name(name));
    let keys: Vec<&[i64]> =
        keys.map(|values| &values.as_primitive::<Int64Type>().values()[..]).collect();
    (1..rows.num_rows()).all(|at| {
        let of = |at: usize| keys.iter().map(move |values| values[at]);
        of(at - 1).lt(of(at))
    })
}

/// A file as it will be written, and what the log will say of it.
#[derive(Debug)]
pub(crate) struct Encoded {
    bytes: Vec<u8>,
    stats: String,
}

/// Puts a file of a bucket under a name and answers what adds it to its table.
pub(crate) async fn put(
    store: &dyn ObjectStore,
    (bucket, name): (Bucket, &str),
    encoded: Encoded,
    commit: Commit,
) -> Result<Action, Error> {
    // By its content: what an interrupted commit left behind is written over by the same, and two that
    // write at once do not write over each other.
    let mut content = std::hash::DefaultHasher::new();
    content.write(&encoded.bytes);
    let (folder, content) = (bucket.folder(), content.finish());
    let path = format!("{folder}/{name}-{content:016x}.parquet");
    let size = i64::try_from(encoded.bytes.len()).unwrap_or(i64::MAX);
    store.put(&Path::from(path.as_str()), encoded.bytes.into()).await?;
    Ok(Action::Add(Add {
        path,
        size,
        partition_values: HashMap::new(),
        modification_time: commit.at.as_millisecond(),
        data_change: commit.data_change,
        stats: Some(encoded.stats),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    }))
}

/// Sorted rows as a file.
pub(crate) fn encode(columns: &Columns, rows: &RecordBatch) -> Result<Encoded, Error> {
    let place = |name: &&str| columns.schema.index_of(name).ok();
    let order = columns.order().iter().filter_map(place).map(|at| SortingColumn {
        column_idx: i32::try_from(at).unwrap_or(0),
        descending: false,
        nulls_first: false,
    });
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(GROUP))
        .set_sorting_columns(Some(order.collect()))
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, columns.schema.clone(), Some(properties))?;
    writer.write(rows)?;
    writer.close()?;
    Ok(Encoded { bytes, stats: stats(columns, rows) })
}

/// What the log of the table says of a file: rows, and the range of each sorted column.
fn stats(columns: &Columns, rows: &RecordBatch) -> String {
    let mut least = serde_json::Map::new();
    let mut most = serde_json::Map::new();
    for name in columns.order() {
        let Some(values) = rows.column_by_name(name) else { continue };
        let values = values.as_primitive::<Int64Type>();
        least.insert((*name).to_owned(), json!(values.iter().flatten().min()));
        most.insert((*name).to_owned(), json!(values.iter().flatten().max()));
    }
    let rows = rows.num_rows();
    json!({"numRecords": rows, "minValues": least, "maxValues": most, "nullCount": {}}).to_string()
}

/// Every row of a file.
pub(crate) async fn read(
    store: &dyn ObjectStore,
    path: &Path,
    columns: &Columns,
) -> Result<Vec<RecordBatch>, Error> {
    let bytes = store.get(path).await?.bytes().await?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)?.with_batch_size(GROUP).build()?;
    let batches = reader.collect::<Result<Vec<_>, _>>()?;
    // The files name their columns as the schema does; what differs is what Parquet does not keep.
    batches
        .into_iter()
        .map(|batch| {
            let fields = columns.schema.fields().iter().zip(batch.columns());
            let arrays = fields.map(|(field, array)| cast(array, field.data_type()));
            let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
            Ok(RecordBatch::try_new(columns.schema.clone(), arrays)?)
        })
        .collect()
}

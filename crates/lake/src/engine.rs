//! The engine: DataFusion with our functions, over files of the lake or over rows in memory.

use std::{collections::HashMap, sync::Arc};

use datafusion::{
    arrow::array::RecordBatch,
    catalog::TableProvider,
    datasource::{
        MemTable,
        file_format::parquet::ParquetFormat,
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
    },
    prelude::{SessionConfig, SessionContext, col},
};
use domain::calendar::Calendar;
use url::Url;

use crate::{
    bucket::Bucket,
    change::Change,
    columns::{Columns, SUBJECT},
    error::Error,
    evaluation::Tables,
    function,
    lake::Lake,
    rows,
    scorecard::Items,
};

/// A session of the engine.
pub type Session = SessionContext;

/// A session with our functions, whose plans run in so many parts at once.
#[must_use]
pub fn session(calendar: &Arc<Calendar>, parts: usize) -> SessionContext {
    let mut config = SessionConfig::new().with_target_partitions(parts);
    config.options_mut().execution.parquet.pushdown_filters = false;
    let session = SessionContext::new_with_config(config);
    for function in function::all(calendar) {
        session.register_udf(function.as_ref().clone());
    }
    session
}

/// Files of one table as queries read them, sorted as they are.
pub(crate) fn listing(columns: &Columns, files: &[Url]) -> Result<Arc<dyn TableProvider>, Error> {
    if files.is_empty() {
        let nothing = RecordBatch::new_empty(columns.schema.clone());
        return Ok(Arc::new(MemTable::try_new(columns.schema.clone(), vec![vec![nothing]])?));
    }
    let order = columns.order().iter().map(|name| col(*name).sort(true, false)).collect();
    let options = ListingOptions::new(Arc::new(ParquetFormat::default()))
        .with_file_extension(".parquet")
        .with_file_sort_order(vec![order]);
    let paths = files.iter().map(ListingTableUrl::parse).collect::<Result<Vec<_>, _>>()?;
    let config = ListingTableConfig::new_with_multi_paths(paths)
        .with_listing_options(options)
        .with_schema(columns.schema.clone());
    Ok(Arc::new(ListingTable::try_new(config)?))
}

impl Lake {
    /// The tables of some items in some buckets; none of an item of which there is nothing.
    pub fn tables_of<'i>(
        &self,
        items: impl IntoIterator<Item = &'i str>,
        buckets: &[Bucket],
    ) -> Result<Tables, Error> {
        let mut tables = Tables::new();
        for item in items {
            let table = self.table(item)?;
            let all = table.files()?;
            let files = buckets.iter().filter_map(|bucket| all.get(bucket)).flatten();
            let files = files.map(|file| table.address(file)).collect::<Result<Vec<_>, _>>()?;
            if !files.is_empty() {
                tables.insert(item.into(), listing(&table.columns, &files)?);
            }
        }
        Ok(tables)
    }

    /// The buckets in which there are subjects.
    pub fn buckets(&self) -> Result<Vec<Bucket>, Error> {
        Ok(self.table(SUBJECT)?.files()?.into_keys().collect())
    }

    /// The subjects of some buckets.
    pub fn table_of_subjects(&self, buckets: &[Bucket]) -> Result<Arc<dyn TableProvider>, Error> {
        match self.tables_of([SUBJECT], buckets)?.remove(SUBJECT) {
            Some(table) => Ok(table),
            None => listing(&self.table(SUBJECT)?.columns, &[]),
        }
    }
}

/// The tables of a few subjects' records, from the changes that would put them into the lake.
pub fn tables_in_memory(items: &Items, changes: &[Change]) -> Result<Tables, Error> {
    let mut by_item: HashMap<&Arc<str>, Vec<&Change>> = HashMap::new();
    for change in changes {
        by_item.entry(&change.item).or_default().push(change);
    }
    let mut tables = Tables::new();
    for (id, changes) in by_item {
        let Some(item) = items.get(&**id) else { continue };
        let columns = Columns::of(item);
        let rows = rows::records(&columns, &changes)?;
        let table = MemTable::try_new(columns.schema.clone(), vec![vec![rows]])?;
        tables.insert(id.clone(), Arc::new(table));
    }
    Ok(tables)
}

//! Rows of a Parquet file.

use std::{fmt::Write as _, fs::File, path::Path};

use arrow_array::{Array, ArrayRef, RecordBatch, cast::AsArray as _};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::{
    batch::RowBatch,
    decode::{Options, Unreadable, kind::Unsupported, tidy_heading},
};

/// Rows decoded at once; few, because a cell may be long.
const DECODED_ROWS: usize = 1024;

/// Stands between the values of a list.
const JOIN: char = ';';

/// The rows of a Parquet file.
pub struct Columnar {
    reader: ParquetRecordBatchReader,
    batch_rows: usize,
    /// Rows decoded and not yet handed on, and where among them the next is.
    decoded: Option<RecordBatch>,
    at: usize,
    /// Rows handed on, of how many.
    done: u64,
    rows: u64,
}

impl Columnar {
    /// Opens the file and reads the names of its columns.
    pub fn open(path: &Path, options: &Options) -> Result<(Vec<String>, Columnar), Unreadable> {
        let file = File::open(path)?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(broken)?;
        let schema = builder.schema().clone();
        let columns = tidy_heading(schema.fields().iter().map(|field| field.name().as_str()))?;
        if !schema.fields().iter().all(|field| is_flat(field.data_type(), true)) {
            return Err(Unreadable::NotSupported(Unsupported::NestedColumns));
        }
        let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
        let reader = builder.with_batch_size(DECODED_ROWS).build().map_err(broken)?;
        let batch_rows = options.batch_rows;
        Ok((columns, Columnar { reader, batch_rows, decoded: None, at: 0, done: 0, rows }))
    }

    /// Rows handed on so far, of how many.
    pub fn share(&self) -> (u64, u64) {
        (self.done, self.rows)
    }

    /// Adds rows until the batch is full or the file ends.
    pub fn fill(&mut self, into: &mut RowBatch) -> Result<(), Unreadable> {
        while !into.is_full(self.batch_rows) {
            let Some(decoded) = self.decoded.take() else {
                let Some(decoded) = self.reader.next().transpose().map_err(broken)? else { break };
                self.decoded = Some(decoded);
                self.at = 0;
                continue;
            };
            let columns: Vec<Column<'_>> =
                decoded.columns().iter().map(Column::new).collect::<Result<_, _>>()?;
            while self.at < decoded.num_rows() && !into.is_full(self.batch_rows) {
                for column in columns.iter().take(into.width()) {
                    column.write(self.at, into.open_cell()).map_err(broken)?;
                    into.end_cell();
                }
                self.at += 1;
                self.done += 1;
                // The names of the columns are line 1, as in a sheet.
                into.end_row(self.done + 1);
            }
            drop(columns);
            self.decoded = (self.at < decoded.num_rows()).then_some(decoded);
        }
        Ok(())
    }
}

/// Whether a column holds one value a row, or a list of them.
fn is_flat(kind: &DataType, lists: bool) -> bool {
    match kind {
        DataType::List(item) | DataType::LargeList(item) => {
            lists && is_flat(item.data_type(), false)
        }
        DataType::Dictionary(_, value) => is_flat(value, false),
        kind => !kind.is_nested(),
    }
}

/// One column of decoded rows, ready to be written out.
enum Column<'a> {
    Plain { values: ArrayFormatter<'a>, kind: &'a DataType },
    List { lists: &'a ArrayRef, kind: &'a DataType },
}

impl<'a> Column<'a> {
    fn new(array: &'a ArrayRef) -> Result<Column<'a>, Unreadable> {
        if let DataType::List(item) | DataType::LargeList(item) = array.data_type() {
            return Ok(Column::List { lists: array, kind: item.data_type() });
        }
        let values = formatter(array.as_ref()).map_err(broken)?;
        Ok(Column::Plain { values, kind: array.data_type() })
    }

    fn write(&self, row: usize, into: &mut String) -> Result<(), ArrowError> {
        match self {
            Column::Plain { values, kind } => write_value(values, kind, row, into),
            Column::List { lists, .. } if lists.is_null(row) => Ok(()),
            Column::List { lists, kind } => {
                let list = match lists.data_type() {
                    DataType::LargeList(_) => lists.as_list::<i64>().value(row),
                    _ => lists.as_list::<i32>().value(row),
                };
                let values = formatter(list.as_ref())?;
                for item in 0..list.len() {
                    if item > 0 {
                        into.push(JOIN);
                    }
                    write_value(&values, kind, item, into)?;
                }
                Ok(())
            }
        }
    }
}

fn formatter(array: &dyn Array) -> Result<ArrayFormatter<'_>, ArrowError> {
    ArrayFormatter::try_new(array, &FormatOptions::new().with_display_error(false))
}

/// Writes a value as a person would: whole numbers without a point, midnight as a mere date.
fn write_value(
    values: &ArrayFormatter<'_>,
    kind: &DataType,
    row: usize,
    into: &mut String,
) -> Result<(), ArrowError> {
    let start = into.len();
    write!(into, "{}", values.value(row)).map_err(|_| {
        ArrowError::CastError(format!("a value of type {kind} cannot be written as text"))
    })?;
    let idle = match kind {
        DataType::Float16 | DataType::Float32 | DataType::Float64 => ".0",
        DataType::Timestamp(_, None) | DataType::Date64 => "T00:00:00",
        _ => return Ok(()),
    };
    if into[start..].ends_with(idle) {
        into.truncate(into.len() - idle.len());
    }
    Ok(())
}

fn broken(error: impl std::fmt::Display) -> Unreadable {
    Unreadable::Broken(error.to_string())
}

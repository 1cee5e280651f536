//! Rows of a Parquet file.

use std::{fmt::Write as _, fs::File, path::Path, str, sync::Arc};

use arrow_array::{
    Array, ArrayRef, BinaryViewArray, RecordBatch, StringViewArray, cast::AsArray as _,
};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use domain::fault::Rule;
use parquet::{
    arrow::arrow_reader::{
        ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
        ParquetRecordBatchReaderBuilder,
    },
    file::metadata::ParquetMetaData,
};

use crate::{
    batch::RowBatch,
    decode::{Options, Unreadable, archive, kind::Unsupported, tidy_heading},
};

/// Rows decoded at once; few, because a cell may be long.
const DECODED_ROWS: usize = 1024;

/// Rows a file may have whatever its size; beyond, a row takes a byte at least.
const ROWS_FREE: u64 = 1_000_000;

/// Bytes of a value of fixed length; text has none.
const FIXED_MAX: i32 = 1024;

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
        let plain = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let written = ArrowReaderMetadata::load(&file, plain.clone()).map_err(broken)?;
        let fields = written.schema().fields();
        let columns = tidy_heading(fields.iter().map(|field| field.name().as_str()))?;
        if !fields.iter().all(|field| is_flat(field.data_type())) {
            return Err(Unreadable::NotSupported(Unsupported::NestedColumns));
        }
        let rows = rows_of(written.metadata(), file.metadata()?.len())?;
        let options_of_view = plain.with_schema(in_views(written.schema()));
        let viewed = ArrowReaderMetadata::try_new(Arc::clone(written.metadata()), options_of_view)
            .map_err(broken)?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, viewed);
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
                // The names of the columns are line 1, as in a sheet.
                write_row(&columns, self.at, self.done + 2, into)?;
                self.at += 1;
                self.done += 1;
            }
            drop(columns);
            self.decoded = (self.at < decoded.num_rows()).then_some(decoded);
        }
        Ok(())
    }
}

fn write_row(
    columns: &[Column<'_>],
    row: usize,
    number: u64,
    into: &mut RowBatch,
) -> Result<(), Unreadable> {
    for column in columns.iter().take(into.width()) {
        if !column.write(row, into).map_err(broken)? {
            into.drop_row();
            into.push_bad(number, Rule::Encoding, [String::new(), "UTF-8".to_owned()], "");
            return Ok(());
        }
    }
    into.end_row(number);
    Ok(())
}

/// Rows the file says it has. Columns of one value, or of none at all, cost next to nothing, and
/// a file could promise more rows than anybody lives to read.
fn rows_of(metadata: &ParquetMetaData, packed: u64) -> Result<u64, Unreadable> {
    let (mut rows, mut expanded) = (0u64, 0u64);
    for group in metadata.row_groups() {
        let counted = u64::try_from(group.num_rows()).ok();
        let unpacked = u64::try_from(group.total_byte_size()).ok();
        let (counted, unpacked) =
            counted.zip(unpacked).ok_or_else(|| broken("a row group of negative size"))?;
        rows = rows.saturating_add(counted);
        expanded = expanded.saturating_add(unpacked);
    }
    let too_many = ROWS_FREE.max(packed) < rows;
    if too_many || archive::is_bomb(packed, expanded) {
        return Err(Unreadable::BombSuspected { packed, expanded: expanded.max(rows) });
    }
    Ok(rows)
}

/// The columns with text in views, which share one value between rows where a copy for each row
/// could be made to fill any memory.
fn in_views(schema: &SchemaRef) -> SchemaRef {
    let viewed = |field: &arrow_schema::FieldRef| {
        let kind = match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
            DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
            kind => kind.clone(),
        };
        Arc::new(field.as_ref().clone().with_data_type(kind))
    };
    let fields: Vec<_> = schema.fields().iter().map(viewed).collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

/// Whether a column holds one value a row.
fn is_flat(kind: &DataType) -> bool {
    match kind {
        DataType::FixedSizeBinary(length) => *length <= FIXED_MAX,
        kind => !kind.is_nested(),
    }
}

/// One column of decoded rows, ready to be written out.
enum Column<'a> {
    Text(&'a StringViewArray),
    /// Text by a writer that did not say so.
    Bytes(&'a BinaryViewArray),
    Plain {
        values: ArrayFormatter<'a>,
        kind: &'a DataType,
    },
}

impl<'a> Column<'a> {
    fn new(array: &'a ArrayRef) -> Result<Column<'a>, Unreadable> {
        Ok(match array.data_type() {
            DataType::Utf8View => Column::Text(array.as_string_view()),
            DataType::BinaryView => Column::Bytes(array.as_binary_view()),
            kind => Column::Plain { values: formatter(array.as_ref()).map_err(broken)?, kind },
        })
    }

    /// Adds the cell of a row; false where its bytes are no text.
    fn write(&self, row: usize, into: &mut RowBatch) -> Result<bool, ArrowError> {
        match self {
            Column::Text(values) if values.is_null(row) => into.end_cell(),
            Column::Text(values) => into.push_cell(values.value(row)),
            Column::Bytes(values) if values.is_null(row) => into.end_cell(),
            Column::Bytes(values) => match str::from_utf8(values.value(row)) {
                Ok(text) => into.push_cell(text),
                Err(_) => return Ok(false),
            },
            Column::Plain { values, kind } => {
                write_value(values, kind, row, into.open_cell())?;
                into.end_cell();
            }
        }
        Ok(true)
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

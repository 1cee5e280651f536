//! Evaluation: a card over the subjects of a bucket, or over a few subjects; the very same plan.

use std::{collections::HashMap, ops::Range, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array as _, AsArray as _, RecordBatch},
        datatypes::Int64Type,
    },
    catalog::TableProvider,
    prelude::SessionContext,
};
use domain::scorecard::Value;
use futures_util::StreamExt as _;
use jiff::civil::Date;

use crate::{
    error::Error,
    scorecard::{Prepared, Reading, plan},
};

/// Tables of records by item; an item that has none has nothing to count.
pub type Tables = HashMap<Arc<str>, Arc<dyn TableProvider>>;

/// Values of every indicator that has records, for each subject of a range.
#[derive(Debug)]
pub struct Values {
    first: i64,
    of: Vec<Vec<Value>>,
}

impl Values {
    fn new(subjects: &Range<i64>) -> Values {
        let count = usize::try_from(subjects.end - subjects.start).unwrap_or_default();
        Values { first: subjects.start, of: vec![Vec::new(); count] }
    }

    fn of_mut(&mut self, subject: i64) -> Option<&mut Vec<Value>> {
        self.of.get_mut(usize::try_from(subject - self.first).ok()?)
    }

    /// Those of one subject, in the order of the card.
    #[must_use]
    pub fn take(&mut self, subject: i64) -> Vec<Value> {
        let mut values = self.of_mut(subject).map(std::mem::take).unwrap_or_default();
        values.sort_unstable_by_key(|value| value.indicator);
        values
    }
}

/// Counts what a card counts, of subjects of a range.
pub async fn values(
    session: &SessionContext,
    prepared: &Prepared,
    tables: &Tables,
    subjects: &Range<i64>,
    as_of: Date,
) -> Result<Values, Error> {
    let mut values = Values::new(subjects);
    for reading in &prepared.readings {
        let Some(table) = tables.get(&reading.item) else { continue };
        let table = session.read_table(table.clone())?;
        let view = reading.view.over(table, as_of, &prepared.card.subject_kinds)?;
        let counted = plan(view, &reading.counted, as_of)?;
        let mut batches = counted.execute_stream().await?;
        while let Some(batch) = batches.next().await {
            keep(&mut values, reading, &batch?);
        }
    }
    Ok(values)
}

/// Puts rows of subject, value and records, value and records … where they belong.
fn keep(values: &mut Values, reading: &Reading, rows: &RecordBatch) {
    let subjects = rows.column(0).as_primitive::<Int64Type>();
    for (place, counted) in reading.counted.iter().enumerate() {
        let value = rows.column(1 + 2 * place).as_primitive::<Int64Type>();
        let records = rows.column(2 + 2 * place).as_list::<i32>();
        let numbers = records.values().as_primitive::<Int64Type>().values();
        let offsets = records.value_offsets();
        for row in 0..rows.num_rows() {
            let (from, until) = (offsets[row] as usize, offsets[row + 1] as usize);
            if records.is_null(row) || from == until {
                continue;
            }
            let Some(of) = values.of_mut(subjects.value(row)) else { continue };
            let mut records = numbers[from..until].to_vec();
            records.sort_unstable();
            let value = if value.is_null(row) { 0 } else { value.value(row) };
            of.push(Value { indicator: counted.indicator, value, records });
        }
    }
}

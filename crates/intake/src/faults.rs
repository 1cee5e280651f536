//! Collecting the faults of a batch.

use std::collections::HashSet;

use domain::{
    catalogue::FieldKind,
    disclosure,
    fault::{Fault, Level, Rule},
};

use crate::{batch::RowBatch, plan::Plan};

/// Longest raw value kept with a fault, in characters.
const RAW_MAX: usize = 120;

/// The faults of one batch and the rows they keep out.
pub struct Faults<'c> {
    plan: &'c Plan,
    batch: &'c RowBatch,
    pub overrides: &'c HashSet<String>,
    /// Whether any cell of the batch holds `<` or a control character at all.
    pub suspicious: bool,
    pub list: Vec<Fault>,
    pub rejected: Vec<bool>,
}

impl<'c> Faults<'c> {
    #[must_use]
    pub fn new(plan: &'c Plan, batch: &'c RowBatch, overrides: &'c HashSet<String>) -> Self {
        let suspicious =
            batch.text().bytes().any(|byte| byte < b' ' || byte == b'<' || byte == 0x7f);
        let rejected = vec![false; batch.len()];
        Faults { plan, batch, overrides, suspicious, list: Vec::new(), rejected }
    }

    /// Notes a fault of a field of a row; an identity number is masked.
    pub fn add(
        &mut self,
        row: usize,
        field: usize,
        rule: Rule,
        level: Level,
        raw: &str,
        detail: impl Into<String>,
    ) {
        let sealed = self.plan.item.fields[field].kind == FieldKind::PersonId;
        let raw = if sealed { disclosure::mask(raw) } else { raw.chars().take(RAW_MAX).collect() };
        self.push(row, self.plan.fields[field].heading.clone(), rule, level, raw, detail.into());
    }

    /// Notes a fault of the row as a whole.
    pub fn add_row(&mut self, row: usize, rule: Rule, raw: &str, detail: impl Into<String>) {
        self.push(row, String::new(), rule, Level::Error, raw.to_owned(), detail.into());
    }

    fn push(
        &mut self,
        row: usize,
        column: String,
        rule: Rule,
        level: Level,
        raw: String,
        detail: String,
    ) {
        self.rejected[row] |= level == Level::Error;
        let row = self.batch.row_number(row);
        self.list.push(Fault { row, column, rule, level, detail, raw });
    }
}

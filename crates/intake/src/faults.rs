//! Collecting the faults of a batch.

use std::collections::{HashMap, HashSet};

use domain::{
    catalogue::FieldKind,
    disclosure,
    fault::{Fault, Level, Rule},
    text::Text,
};

use crate::{batch::RowBatch, plan::Plan, screen};

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
    /// The gravest fault of a field of a row, so that one mistake is told once.
    of_field: HashMap<(usize, usize), Level>,
}

impl<'c> Faults<'c> {
    #[must_use]
    pub fn new(plan: &'c Plan, batch: &'c RowBatch, overrides: &'c HashSet<String>) -> Self {
        let suspicious =
            batch.text().bytes().any(|byte| byte < b' ' || byte == b'<' || byte == 0x7f);
        let rejected = vec![false; batch.len()];
        let of_field = HashMap::new();
        Faults { plan, batch, overrides, suspicious, list: Vec::new(), rejected, of_field }
    }

    /// Notes a fault of a field of a row; an identity number is masked.
    pub fn add(
        &mut self,
        row: usize,
        field: usize,
        rule: Rule,
        level: Level,
        raw: &str,
        detail: impl Into<Text>,
    ) {
        let sealed = self.plan.item.fields[field].kind == FieldKind::PersonId;
        let raw = if sealed { masked(raw) } else { shown(raw) };
        let gravest = self.of_field.entry((row, field)).or_insert(level);
        if level == Level::Error {
            *gravest = level;
        }
        self.push(row, self.plan.fields[field].heading.clone(), rule, level, raw, detail.into());
    }

    /// Notes a fault of the row as a whole.
    pub fn add_row(&mut self, row: usize, rule: Rule, raw: &str, detail: impl Into<Text>) {
        self.push(row, String::new(), rule, Level::Error, shown(raw), detail.into());
    }

    /// Whether a field of a row has an error, from which others only follow.
    #[must_use]
    pub fn has_error(&self, row: usize, field: usize) -> bool {
        self.of_field.get(&(row, field)) == Some(&Level::Error)
    }

    fn push(
        &mut self,
        row: usize,
        column: String,
        rule: Rule,
        level: Level,
        raw: String,
        detail: Text,
    ) {
        self.rejected[row] |= level == Level::Error;
        let row = self.batch.row_number(row);
        let detail = Text::new(screen::scrub(&detail.zh), screen::scrub(&detail.en));
        self.list.push(Fault { row, column, rule, level, detail, raw });
    }
}

fn masked(number: &str) -> String {
    disclosure::mask(&number.chars().take(RAW_MAX).collect::<String>())
}

/// A text as a fault may show it: no number of a person in it, and no longer than need be.
#[must_use]
pub fn shown(text: &str) -> String {
    screen::scrub(text).chars().take(RAW_MAX).collect()
}

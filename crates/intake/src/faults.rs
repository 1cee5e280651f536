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
        // Every byte is looked at, many at a time: an early end would make them one at a time.
        let odd = |byte: &u8| *byte < b' ' || *byte == b'<' || *byte == 0x7f;
        let has_odd = |part: &[u8]| part.iter().fold(false, |found, byte| found | odd(byte));
        let suspicious = batch.text().as_bytes().chunks(4096).any(has_odd);
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
        let gravest = self.of_field.entry((row, field)).or_insert(level);
        if level == Level::Error {
            *gravest = level;
        }
        let sealed = self.plan.item.fields[field].kind == FieldKind::PersonId;
        let raw: &str = if sealed { &masked(raw) } else { raw };
        self.push(row, self.plan.fields[field].heading.clone(), rule, level, raw, &detail.into());
    }

    /// Notes a fault of the row as a whole.
    pub fn add_row(&mut self, row: usize, rule: Rule, raw: &str, detail: impl Into<Text>) {
        self.push(row, String::new(), rule, Level::Error, raw, &detail.into());
    }

    /// Notes a doubt about the row as a whole, which is taken all the same.
    pub fn doubt_row(&mut self, row: usize, rule: Rule, raw: &str) {
        self.push(row, String::new(), rule, Level::Warning, raw, &Text::default());
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
        raw: &str,
        detail: &Text,
    ) {
        self.rejected[row] |= level == Level::Error;
        let row = self.batch.row_number(row);
        self.list.push(Fault { column, ..scrubbed(row, rule, level, raw, detail) });
    }
}

/// The fault of a row, with no number of a person in it, whatever the rule and the field.
#[must_use]
pub fn scrubbed(row: u64, rule: Rule, level: Level, raw: &str, detail: &Text) -> Fault {
    let raw = screen::scrub(raw).chars().take(RAW_MAX).collect();
    let detail = Text::new(screen::scrub(&detail.zh), screen::scrub(&detail.en));
    Fault { row, column: String::new(), rule, level, detail, raw }
}

fn masked(number: &str) -> String {
    disclosure::mask(&number.chars().take(RAW_MAX).collect::<String>())
}

#[cfg(test)]
mod tests {
    use domain::text::Lang;

    use super::*;

    #[test]
    fn trap_16_no_rule_shows_a_number_of_a_person() {
        let detail = Text::new("应为410402199001010019", "expected 13800138000");
        for rule in Rule::ALL {
            for raw in ["410402199001010019", "４１０４０２19900101001x", "13800138000"] {
                let fault = scrubbed(2, *rule, Level::Error, raw, &detail);
                let told = [fault.message(Lang::Zh), fault.message(Lang::En), fault.raw].concat();
                assert!(!told.contains("19900101") && !told.contains("138001"), "{told}");
            }
            let code = scrubbed(2, *rule, Level::Error, "91110000600037341L", &Text::default());
            assert_eq!(code.raw, "91110000600037341L");
        }
    }
}

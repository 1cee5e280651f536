//! What the gate and the register must hold in the end: the truth about the city.

use std::collections::BTreeMap;

use domain::fault::Level;
use serde::Serialize;

use super::plant::Plant;

/// What is expected of one catalogue item after all files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows in all files, withdrawals not among them.
    pub rows: u64,
    /// Rows taken, those with warnings among them.
    pub accepted: u64,
    /// Rows returned.
    pub returned: u64,
    /// Rows taken with a warning.
    pub warned: u64,
    /// Distinct records, withdrawn ones among them.
    pub records: u64,
    /// Versions of them, withdrawals not among them.
    pub versions: u64,
    /// Records withdrawn in the end.
    pub withdrawn: u64,
}

/// One planted defect.
#[derive(Clone, Debug, Serialize)]
pub struct Defect {
    pub file: String,
    /// Line of the file, the heading being line 1.
    pub row: u64,
    /// Exchanged code; empty where the row as a whole is meant.
    pub column: &'static str,
    pub rule: &'static str,
    pub level: Level,
}

/// One way in which rows of an item are spoilt.
#[derive(Clone, Debug, Serialize)]
pub struct Kind {
    pub item: &'static str,
    pub column: &'static str,
    pub rule: &'static str,
}

/// One row decided more than seven working days before its file was delivered.
#[derive(Clone, Debug, Serialize)]
pub struct Late {
    pub file: String,
    pub row: u64,
    pub item: &'static str,
}

/// One row that gives no code, and the code of the subject it is about.
#[derive(Clone, Debug, Serialize)]
pub struct Nameless {
    pub file: String,
    pub row: u64,
    pub code: String,
}

/// A subject worth opening in a demonstration.
#[derive(Clone, Debug, Serialize)]
pub struct Sample {
    pub code: String,
    pub name: String,
    pub records: u64,
}

/// Everything expected, written to `truth.json`.
#[derive(Debug, Default, Serialize)]
pub struct Truth {
    pub seed: u64,
    pub subjects: u64,
    pub as_of: String,
    pub items: BTreeMap<&'static str, Counts>,
    pub defects: Vec<Defect>,
    /// Every kind of defect that is planted, whether or not a small city came to have it.
    pub kinds: Vec<Kind>,
    pub late: Vec<Late>,
    pub nameless: Vec<Nameless>,
    /// Why a subject is worth opening, and the subject.
    pub samples: BTreeMap<&'static str, Sample>,
}

impl Truth {
    pub fn counts(&mut self, item: &'static str) -> &mut Counts {
        self.items.entry(item).or_default()
    }

    pub fn defect(&mut self, file: &str, row: u64, plant: &Plant) {
        let Plant { rule, level, column, .. } = *plant;
        self.defects.push(Defect { file: file.to_owned(), row, column, rule: rule.id(), level });
    }
}

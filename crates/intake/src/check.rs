//! Checking a delivery: every fault of every row, and what is left as accepted records.
//!
//! A batch is checked a column at a time: texts become typed values, then the rules across
//! columns run, then each row left without an error names its subject and its natural key.

mod accept;
mod cross;
mod presence;
mod subject;

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState},
    sync::Arc,
};

use domain::{
    catalogue::Item,
    fault::{Fault, Level, Rule},
    name,
    pack::Pack,
    place::Place,
    policy::Policy,
    record::{Accepted, SubjectKey},
    sealed::Keys,
};
use jiff::civil::Date;

use crate::{
    batch::RowBatch,
    faults::{self, Faults},
    plan::{HeadingFault, Plan},
    values,
};

/// What the check knows beside policy and file.
#[derive(Clone)]
pub struct Context {
    /// Day of receipt.
    pub today: Date,
    /// The department that hands in.
    pub department: String,
    pub departments: Arc<Departments>,
    /// Codes that fail their check digit and that somebody has answered for.
    pub overrides: Arc<HashSet<String>>,
    /// Without keys, a row with an identity number cannot be taken.
    pub keys: Option<Arc<Keys>>,
}

/// The departments registered at the place, by code and by name.
#[derive(Debug, Default)]
pub struct Departments {
    codes: HashSet<String>,
    by_name: HashMap<String, String>,
}

impl Departments {
    /// Those of a place that have a code.
    #[must_use]
    pub fn of(place: &Place) -> Departments {
        let mut all = Departments::default();
        for department in &place.departments {
            if let Some(code) = &department.uscc {
                all.codes.insert(code.clone());
                all.by_name.insert(name::normalise(&department.label.zh), code.clone());
            }
        }
        all
    }

    #[must_use]
    fn have(&self, code: &str) -> bool {
        self.codes.contains(code)
    }

    #[must_use]
    fn code_of(&self, label: &str) -> Option<&str> {
        self.by_name.get(&name::normalise(label)).map(String::as_str)
    }
}

/// Rows remembered to find duplicates before the register does; beyond, the register finds them.
const SEEN_MAX: usize = 8_000_000;

/// Checks the batches of one file against one catalogue item; several threads may do so at once.
pub struct Checker<'p> {
    policy: &'p Policy,
    pub plan: Plan,
    context: Context,
    cross: cross::Cross,
    hashers: [RandomState; 2],
}

/// The natural keys of a file by their hash, and the row in which each came first.
#[derive(Default)]
pub struct Seen(HashMap<KeyHash, u32, BuildHasherDefault<Itself>>);

/// 96 bits under keys of this run: two of eight million rows meet by chance once in 10^15 files.
type KeyHash = [u32; 3];

/// A key that is a hash already is its own.
#[derive(Default)]
struct Itself(u64);

impl Hasher for Itself {
    fn write(&mut self, bytes: &[u8]) {
        let whole = bytes.first_chunk().copied().map_or(0, u64::from_le_bytes);
        self.0 ^= whole;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// One batch of which every row has been checked by itself.
#[derive(Debug)]
pub struct Examined {
    batch: RowBatch,
    faults: Vec<Fault>,
    rejected: Vec<bool>,
    /// The rows without an error, in their order, and the key of each.
    passed: Vec<(usize, KeyHash)>,
    /// Their records, where they are wanted.
    records: Vec<Accepted>,
}

/// The outcome of one batch.
#[derive(Debug, Default)]
pub struct Checked {
    /// Rows read, good or not.
    pub rows: u64,
    pub accepted: Vec<Accepted>,
    /// Rows that passed; the same as `accepted.len()` unless only a check was asked for.
    pub passed: u64,
    pub faults: Vec<Fault>,
    /// The cells of rows with errors, as written.
    pub rejected: Vec<Rejected>,
}

/// A row sent back.
#[derive(Debug)]
pub struct Rejected {
    pub row: u64,
    pub cells: Vec<String>,
}

/// Whether the accepted records are wanted or only the faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    Records,
    FaultsOnly,
}

impl<'p> Checker<'p> {
    /// Prepares to check a file with this heading; `key_only` for rows that are to be taken back
    /// and need no more than subject and natural key.
    pub fn new(
        policy: &'p Policy,
        item: &Arc<Item>,
        pack: Option<&Arc<Pack>>,
        heading: &[String],
        context: Context,
        key_only: bool,
    ) -> Result<Self, HeadingFault> {
        let plan = Plan::new(policy, item, pack, heading, key_only)?;
        let cross = cross::Cross::new(policy, item);
        let hashers = [RandomState::new(), RandomState::new()];
        Ok(Checker { policy, plan, context, cross, hashers })
    }

    /// Checks each row of a batch by itself.
    #[must_use]
    pub fn examine(&self, batch: RowBatch, want: Want) -> Examined {
        let plan = &self.plan;
        let mut faults = Faults::new(plan, &batch, &self.context.overrides);
        let mut columns = values::columns(plan, &batch, &mut faults);
        subject::complete(plan, &mut columns, &self.context);
        presence::expired(plan, &mut columns, &mut faults);
        presence::presence(plan, &columns, &mut faults);
        // What a newer rule forbids must still be taken back by its own row.
        if !plan.key_only {
            self.cross.run(plan, &columns, &batch, &self.context, &mut faults);
        }

        let mut passed = Vec::with_capacity(batch.len());
        let mut records = Vec::new();
        let (mut key_text, mut whole_key) = (String::new(), String::new());
        for row in 0..batch.len() {
            let Some(subject) =
                subject::find(plan, &batch, &columns, row, &self.context, &mut faults)
            else {
                continue;
            };
            if faults.rejected[row] {
                continue;
            }
            accept::natural_key(plan, &columns, row, &mut key_text);
            whole_key.clear();
            let SubjectKey { scheme, value } = &subject.key;
            whole_key.extend([scheme, "\u{1f}", value, "\u{1f}", &key_text]);
            passed.push((row, hash(&self.hashers, &whole_key)));
            if want == Want::Records {
                let number = batch.row_number(row);
                let row = accept::Row { plan, columns: &columns, row, number };
                records.push(row.accept(subject, &key_text, self.context.keys.as_deref()));
            }
        }
        let Faults { list, rejected, .. } = faults;
        Examined { batch, faults: list, rejected, passed, records }
    }

    /// The policy under which this checker works.
    #[must_use]
    pub fn policy(&self) -> &'p Policy {
        self.policy
    }
}

fn hash(hashers: &[RandomState; 2], key: &str) -> KeyHash {
    let (one, other) = (hashers[0].hash_one(key), hashers[1].hash_one(key));
    [one as u32, (one >> 32) as u32, other as u32]
}

impl Examined {
    /// Holds the rows against those before them in the file; batches come in its order. Hands the
    /// rows back as they were written.
    #[must_use]
    pub fn settle(self, seen: &mut Seen) -> (Checked, RowBatch) {
        let Examined { batch, faults, mut rejected, passed, records } = self;
        let rows = (batch.len() + batch.bad().len()) as u64;
        let mut checked = Checked { rows, faults, ..Checked::default() };
        let mut records = records.into_iter();
        for (row, hash) in passed {
            let record = records.next();
            let number = batch.row_number(row);
            if let Some(first) = seen.0.get(&hash) {
                let first = first.to_string().into();
                checked.faults.push(faults::scrubbed(
                    number,
                    Rule::Duplicate,
                    Level::Error,
                    "",
                    &first,
                ));
                rejected[row] = true;
                continue;
            }
            if let Ok(number) = u32::try_from(number)
                && seen.0.len() < SEEN_MAX
            {
                seen.0.insert(hash, number);
            }
            checked.passed += 1;
            checked.accepted.extend(record);
        }
        collect(&batch, &rejected, &mut checked);
        (checked, batch)
    }
}

/// Adds the rows that were no rows, and keeps the cells of every row sent back.
fn collect(batch: &RowBatch, rejected: &[bool], checked: &mut Checked) {
    for (row, _) in rejected.iter().enumerate().filter(|(_, rejected)| **rejected) {
        let cells = batch.row(row).map(str::to_owned).collect();
        checked.rejected.push(Rejected { row: batch.row_number(row), cells });
    }
    for bad in batch.bad() {
        let detail = bad.detail.as_str().into();
        let (row, rule) = (bad.row_number, bad.rule);
        checked.faults.push(faults::scrubbed(row, rule, Level::Error, &bad.raw, &detail));
        checked.rejected.push(Rejected { row: bad.row_number, cells: bad.cells.clone() });
    }
    checked.faults.sort_by_key(|fault| fault.row);
    checked.rejected.sort_by_key(|rejected| rejected.row);
}

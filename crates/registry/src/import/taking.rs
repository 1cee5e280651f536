//! The writing side of an import: what the check let pass goes into the register, and what either
//! sends back is kept and handed back with every fault.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use domain::{
    catalogue::Item,
    fault::{Fault, Level, Rule},
    ids::SubmissionId,
};
use intake::{batch::RowBatch, check::Checked, check::Rejected};
use store::load::{Chunk, Counts, Load, Mode};
use tokio::sync::mpsc;

use super::{FAULTS_SHOWN, Imported, Progress, RejectedRow, Watch, contrary, looking::Reasons};
use crate::{error::Error, platform::Platform, receipt};

/// A batch as the reading thread hands it on.
pub struct Read {
    pub checked: Checked,
    /// The rows as written, for those that only the register can refuse.
    pub rows: RowBatch,
    /// Bytes of the file read so far.
    pub position: u64,
}

/// Rules by which the law keeps a row out: that somebody tried is reported.
const BY_LAW: [Rule; 3] = [Rule::Refused, Rule::Forbidden, Rule::Minor];

pub struct Taking<'w, 'p> {
    platform: &'p Platform,
    item: Arc<Item>,
    /// Whether rows are compared with other items; what is taken back is not.
    compares: bool,
    progress: Progress,
    watch: &'w mut dyn Watch,
    pub imported: Imported,
    /// Rows that the law keeps out, by rule.
    pub by_law: BTreeMap<&'static str, u64>,
    pub reasons: Reasons,
    /// The submission whose rows come again, and the column that says which.
    pub mends: Option<(SubmissionId, usize)>,
}

impl<'w, 'p> Taking<'w, 'p> {
    pub fn new(
        item: &Arc<Item>,
        mode: Mode,
        platform: &'p Platform,
        size: u64,
        watch: &'w mut dyn Watch,
    ) -> Self {
        let imported = Imported {
            item: item.id.to_string(),
            pack: None,
            department: String::new(),
            receipt: None,
            counts: Counts::default(),
            passed: 0,
            faults: Vec::new(),
            fault_count: 0,
            unused: Vec::new(),
        };
        let progress = Progress { size, ..Progress::default() };
        let (item, compares) = (Arc::clone(item), mode != Mode::Withdraw);
        let (by_law, reasons) = (BTreeMap::new(), Reasons::default());
        let mends = None;
        Taking { platform, item, compares, progress, watch, imported, by_law, reasons, mends }
    }

    /// Takes every batch in its turn, up to the first failure.
    pub async fn all(
        &mut self,
        mut load: Option<&mut Load>,
        batches: &mut mpsc::Receiver<Result<Read, Error>>,
    ) -> Result<(), Error> {
        while let Some(batch) = batches.recv().await {
            self.take(load.as_deref_mut(), batch?).await?;
        }
        Ok(())
    }

    async fn take(&mut self, load: Option<&mut Load>, read: Read) -> Result<(), Error> {
        let Read { mut checked, rows, position } = read;
        self.progress.rows += checked.rows;
        self.progress.bytes = position;
        self.imported.counts.rows += checked.rows;
        self.imported.passed += checked.passed;
        let kept_out = match self.compares {
            true => contrary::keep_out(self.platform, &self.item, &mut checked.accepted).await?,
            false => Vec::new(),
        };
        let (mut faults, mut rejected) = (checked.faults, checked.rejected);
        self.imported.passed -= kept_out.len() as u64;
        rejected.extend(refused(&kept_out, &rows));
        rejected.sort_by_key(|row| row.row);
        faults.extend(kept_out);
        faults.sort_by_key(|fault| fault.row);
        if let Some(load) = load {
            let passed: Vec<u64> = checked.accepted.iter().map(|row| row.row).collect();
            let chunk = Chunk {
                accepted: checked.accepted,
                faults: faults.clone(),
                rejected: self.sealed(&rejected),
            };
            let found = load.write(chunk).await?;
            let refused = refused(&found, &rows);
            if let Some((submission, column)) = self.mends {
                let mended = mended(&passed, &refused, (&rows, column));
                load.note_mended(submission, &mended, self.platform.now()).await?;
            }
            load.keep_rejected(&self.sealed(&refused)).await?;
            self.imported.passed -= refused.len() as u64;
            rejected.extend(refused);
            rejected.sort_by_key(|row| row.row);
            faults.extend(found.into_iter().map(|fault| receipt::named(self.platform, fault)));
            faults.sort_by_key(|fault| fault.row);
        }
        self.note(&faults, &rejected);
        self.hand_back(faults, rejected);
        Ok(())
    }

    /// Counts; a row is counted once however many faults it has, and one sent back is in no doubt.
    fn note(&mut self, faults: &[Fault], rejected: &[Rejected]) {
        self.imported.fault_count += faults.len() as u64;
        self.reasons.add(faults);
        let room = FAULTS_SHOWN.saturating_sub(self.imported.faults.len());
        self.imported.faults.extend(faults.iter().take(room).cloned());
        self.imported.counts.rejected += rejected.len() as u64;
        let rejected: HashSet<u64> = rejected.iter().map(|row| row.row).collect();
        let doubts = faults.iter().filter(|fault| fault.level == Level::Warning);
        let warned: HashSet<u64> = doubts.map(|fault| fault.row).collect();
        self.imported.counts.warned += warned.difference(&rejected).count() as u64;
        let by_law = faults.iter().filter(|fault| BY_LAW.contains(&fault.rule));
        let by_law: HashSet<(u64, Rule)> = by_law.map(|fault| (fault.row, fault.rule)).collect();
        for (_, rule) in by_law {
            *self.by_law.entry(rule.id()).or_default() += 1;
        }
    }

    fn hand_back(&mut self, faults: Vec<Fault>, rejected: Vec<Rejected>) {
        let mut by_row: HashMap<u64, Vec<Fault>> = HashMap::new();
        for fault in faults {
            by_row.entry(fault.row).or_default().push(fault);
        }
        let with_faults = |rejected: Rejected| {
            let faults = by_row.remove(&rejected.row).unwrap_or_default();
            RejectedRow { row: rejected.row, cells: rejected.cells, faults }
        };
        self.watch.rejected(rejected.into_iter().map(with_faults).collect());
        self.watch.progress(self.progress);
    }

    fn sealed(&self, rejected: &[Rejected]) -> Vec<(u64, String)> {
        rejected.iter().map(|row| (row.row, self.cells(&row.cells))).collect()
    }

    /// Cells of a row sent back, sealed: a number of a person may stand in any of them.
    fn cells(&self, cells: &[String]) -> String {
        let json = serde_json::Value::from(cells.to_vec()).to_string();
        self.platform
            .keys
            .as_ref()
            .map_or_else(|| "[]".to_owned(), |keys| keys.seal("rejected_row", &json))
    }
}

/// The numbers by which rows that passed say which rows of an earlier submission they are.
fn mended(passed: &[u64], refused: &[Rejected], (rows, column): (&RowBatch, usize)) -> Vec<u64> {
    let passed = passed.iter().filter(|row| refused.iter().all(|one| one.row != **row));
    passed.filter_map(|row| rows.cell(rows.find(*row)?, column).trim().parse().ok()).collect()
}

/// The rows that the register refused, as they were written.
fn refused(found: &[Fault], rows: &RowBatch) -> Vec<Rejected> {
    let errors = found.iter().filter(|fault| fault.level == Level::Error);
    let numbers: HashSet<u64> = errors.map(|fault| fault.row).collect();
    let written = |row: u64| {
        let at = rows.find(row);
        at.map(|at| rows.row(at).map(str::to_owned).collect()).unwrap_or_default()
    };
    numbers.into_iter().map(|row| Rejected { row, cells: written(row) }).collect()
}

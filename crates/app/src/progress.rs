//! What a terminal shows while something runs.

use indicatif::{ProgressBar, ProgressStyle};
use registry::import::{Progress, RejectedRow, Watch};

/// A bar with rate and time left; nothing where the output is not a terminal.
pub struct Bar {
    bar: ProgressBar,
    /// Rows sent back, kept for the file the caller asked for.
    pub rejected: Option<render::faults::RejectedRows>,
}

impl Bar {
    #[must_use]
    pub fn new(quiet: bool, keep_rejected: bool) -> Bar {
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
        let form = "{elapsed_precise} {bar:30} {percent:>3}% {msg}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(form) {
            bar.set_style(style);
        }
        let empty = || render::faults::RejectedRows { headings: Vec::new(), rows: Vec::new() };
        Bar { bar, rejected: keep_rejected.then(empty) }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Bar {
    fn heading(&mut self, heading: &[String]) {
        if let Some(rejected) = &mut self.rejected {
            rejected.headings = heading.to_vec();
        }
    }

    fn progress(&mut self, progress: Progress) {
        self.bar.set_length(progress.size);
        self.bar.set_position(progress.bytes);
        let seconds = self.bar.elapsed().as_secs_f64().max(0.001);
        let rate = progress.rows as f64 / seconds;
        self.bar.set_message(format!("{} rows, {rate:.0} rows/s", progress.rows));
    }

    fn rejected(&mut self, rows: Vec<RejectedRow>) {
        let Some(kept) = &mut self.rejected else { return };
        for row in rows {
            let faults = row.faults.iter().map(registry::receipt::row_fault);
            kept.rows.push(render::faults::RejectedRow {
                row: row.row,
                cells: row.cells,
                faults: faults.collect(),
            });
        }
    }
}

/// A bar of steps; nothing where the output is not a terminal.
pub struct Steps(ProgressBar);

impl Steps {
    #[must_use]
    pub fn new(quiet: bool) -> Steps {
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
        let form = "{elapsed_precise} {bar:30} {pos}/{len}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(form) {
            bar.set_style(style);
        }
        Steps(bar)
    }

    pub fn at(&self, step: i64, of: i64) {
        self.0.set_length(of.unsigned_abs());
        self.0.set_position(step.unsigned_abs());
    }

    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

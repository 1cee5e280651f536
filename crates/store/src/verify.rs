//! Verifying the register: whether everything in it still is what was written and fits together.
//!
//! Reads one instant of the register, changes nothing, and names every problem at once. A digest
//! that fails means that somebody or something changed a row behind the platform's back.

mod feed;
mod row;

use crate::{backup, error::Error, register::Register};

/// What was looked at and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Rows looked at by kind of check.
    pub checked: Vec<(String, u64)>,
    /// The first [`PROBLEMS_MAX`] problems.
    pub problems: Vec<Problem>,
    /// Problems beyond those.
    pub more: u64,
}

/// One thing that is not as the platform writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub what: What,
    /// The row, in words by which it can be found.
    pub place: String,
    pub detail: String,
}

/// The promise that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The digest of a version is not that of its payload.
    VersionDigest,
    /// A row names a subject, a submission or a policy that is not there or does not fit.
    Reference,
    /// The versions of a record bear different numbers.
    Record,
    /// The change feed has a gap, an overlap or a wrong order.
    Feed,
    /// The versions of a submission are not numbered without a gap.
    Ordinal,
    /// The counts on a receipt are not those of its rows.
    Count,
    /// A counter would give out a number that is taken.
    Counter,
    /// Audit events are missing.
    Audit,
    /// The digest of a report is not that of its data or its document.
    ReportDigest,
    /// A decision on a case comes out otherwise on the facts it was made on.
    Decision,
}

impl Findings {
    /// How many problems there are, those not listed among them.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.problems.len() as u64 + self.more
    }
}

impl What {
    /// The word printed and logged.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            What::VersionDigest => "version_digest",
            What::Reference => "reference",
            What::Record => "record",
            What::Feed => "feed",
            What::Ordinal => "ordinal",
            What::Count => "count",
            What::Counter => "counter",
            What::Audit => "audit",
            What::ReportDigest => "report_digest",
            What::Decision => "decision",
        }
    }
}

/// Problems kept; the rest is counted.
pub const PROBLEMS_MAX: usize = 1_000;
/// Rows between two words of progress.
const PROGRESS_EVERY: u64 = 10_000;

/// Looks at every row and says everything that is wrong. The progress is told the kind of check
/// and how many rows it has seen.
pub async fn verify(
    register: &Register,
    progress: &mut (dyn FnMut(&str, u64) + Send),
) -> Result<Findings, Error> {
    let mut tx = backup::snapshot(register).await?;
    let mut check = Check { findings: Findings::default(), progress };
    row::versions(&mut tx, &mut check).await?;
    row::records(&mut tx, &mut check).await?;
    row::references(&mut tx, &mut check).await?;
    row::reports(&mut tx, &mut check).await?;
    row::audit_events(&mut tx, &mut check).await?;
    feed::submissions(&mut tx, &mut check).await?;
    feed::counters(&mut tx, &mut check).await?;
    tx.commit().await?;
    Ok(check.findings)
}

/// The findings so far, and who is told how far it is.
struct Check<'a> {
    findings: Findings,
    progress: &'a mut (dyn FnMut(&str, u64) + Send),
}

impl Check<'_> {
    fn problem(&mut self, what: What, place: String, detail: impl Into<String>) {
        if self.findings.problems.len() < PROBLEMS_MAX {
            self.findings.problems.push(Problem { what, place, detail: detail.into() });
        } else {
            self.findings.more += 1;
        }
    }

    fn seen(&mut self, kind: &str, count: u64) {
        if count.is_multiple_of(PROGRESS_EVERY) {
            (self.progress)(kind, count);
        }
    }

    fn done(&mut self, kind: &str, count: u64) {
        (self.progress)(kind, count);
        self.findings.checked.push((kind.to_owned(), count));
    }
}

#[cfg(test)]
mod tests;

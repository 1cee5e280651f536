//! Receipts of submissions: what a department is told, and the rows it gets back.

use domain::{
    fault::{Fault, Rule},
    ids::SubmissionId,
};
use jiff::Timestamp;
use render::faults::{RejectedRow, RejectedRows, RowFault};
use serde::Serialize;
use store::submission::Submission;

use crate::{error::Error, platform::Platform, subject::is_open};

/// A receipt in a list.
#[derive(Clone, Debug)]
pub struct Brief {
    pub receipt: String,
    pub item: String,
    pub mode: String,
    pub file_name: String,
    pub received_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub counts: Counts,
}

/// What became of the rows.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Counts {
    pub rows: u64,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub withdrawn: u64,
    pub rejected: u64,
    pub warned: u64,
}

impl Counts {
    #[must_use]
    pub fn of(counts: &store::load::Counts) -> Counts {
        let store::load::Counts { rows, created, changed, unchanged, withdrawn, rejected, warned } =
            *counts;
        Counts { rows, created, changed, unchanged, withdrawn, rejected, warned }
    }
}

/// The submission of a receipt number, for the department that handed it in.
pub async fn find(
    platform: &Platform,
    receipt: &str,
    department: &str,
) -> Result<Submission, Error> {
    let found = accepted(platform, receipt).await?;
    found.filter(|submission| submission.department == department).ok_or(Error::NotFound)
}

/// The submission of a receipt number, where its item is open to the public.
pub async fn find_public(platform: &Platform, receipt: &str) -> Result<Submission, Error> {
    let found = accepted(platform, receipt).await?;
    found.filter(|submission| is_open(platform, &submission.item)).ok_or(Error::NotFound)
}

async fn accepted(platform: &Platform, receipt: &str) -> Result<Option<Submission>, Error> {
    let found = store::submission::by_receipt(&platform.register, receipt).await?;
    Ok(found.filter(|submission| submission.accepted_at.is_some()))
}

/// The submissions of a department, newest first, those before a receipt where one is given.
pub async fn list(
    platform: &Platform,
    department: &str,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Brief>, Error> {
    let before = match before {
        Some(receipt) => Some(find(platform, receipt, department).await?.id),
        None => None,
    };
    let register = &platform.register;
    let found = store::submission::of_department(register, department, before, limit).await?;
    let briefs = found.into_iter().map(|submission| Brief {
        counts: Counts::of(&submission.counts),
        receipt: submission.receipt,
        item: submission.item,
        mode: submission.mode,
        file_name: submission.file_name,
        received_at: submission.received_at,
        accepted_at: submission.accepted_at,
    });
    Ok(briefs.collect())
}

/// One page of the faults of a submission, from a row on.
pub async fn faults(
    platform: &Platform,
    id: SubmissionId,
    from_row: i64,
    limit: i64,
) -> Result<Vec<Fault>, Error> {
    let faults = store::fault::of_submission(&platform.register, id, from_row, limit).await?;
    Ok(faults.into_iter().map(|fault| named(platform, fault)).collect())
}

/// The fault with the name of the department that answers for the record; the register knows its
/// id alone.
#[must_use]
pub fn named(platform: &Platform, fault: Fault) -> Fault {
    match fault.rule {
        Rule::OtherDepartment => {
            Fault { detail: platform.department_name(&fault.detail.zh), ..fault }
        }
        _ => fault,
    }
}

/// The rows sent back, as the file to be mended.
pub async fn rejected(platform: &Platform, submission: &Submission) -> Result<RejectedRows, Error> {
    const PAGE: i64 = 2_000;
    let mut rows: Vec<RejectedRow> = Vec::new();
    let mut from = 0;
    loop {
        let page = store::fault::rejected(&platform.register, submission.id, from, PAGE).await?;
        let full = i64::try_from(page.len()).unwrap_or_default() == PAGE;
        for (row, cells) in page {
            from = i64::try_from(row).unwrap_or_default() + 1;
            rows.push(RejectedRow { row, cells: open(platform, &cells), faults: Vec::new() });
        }
        if !full {
            break;
        }
    }
    let mut from = 0;
    loop {
        let page = faults(platform, submission.id, from, PAGE).await?;
        let Some(last) = page.last().map(|fault| fault.row) else { break };
        for fault in &page {
            if let Ok(at) = rows.binary_search_by_key(&fault.row, |row| row.row) {
                let fault = row_fault(fault);
                let faults = &mut rows[at].faults;
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
        }
        let next = i64::try_from(last).unwrap_or_default();
        // A row's faults may be split between pages; the row is read again until nothing new comes.
        from = if next == from { next + 1 } else { next };
    }
    Ok(RejectedRows { headings: submission.heading.clone(), rows })
}

/// The cells of one row that was sent back; none where there is no such row.
pub async fn rejected_row(
    platform: &Platform,
    id: SubmissionId,
    row: u64,
) -> Result<Option<Vec<String>>, Error> {
    let from = i64::try_from(row).map_err(|_| Error::NotFound)?;
    let found = store::fault::rejected(&platform.register, id, from, 1).await?;
    let found = found.into_iter().find(|(number, _)| *number == row);
    Ok(found.map(|(_, cells)| open(platform, &cells)))
}

/// A fault as the file to be mended tells it.
#[must_use]
pub fn row_fault(fault: &Fault) -> RowFault {
    RowFault {
        column: fault.column.clone(),
        rule: fault.rule.id(),
        message: fault.message(domain::text::Lang::Zh),
    }
}

fn open(platform: &Platform, cells: &str) -> Vec<String> {
    let opened = platform.keys.as_ref().and_then(|keys| keys.open("rejected_row", cells).ok());
    opened.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

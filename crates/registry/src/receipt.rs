//! Receipts of submissions: what a department is told, and the rows it gets back.

use domain::{
    fault::{Fault, Rule},
    ids::SubmissionId,
};
use render::faults::{RejectedRow, RejectedRows};
use store::submission::Submission;

use crate::{error::Error, platform::Platform};

/// The submission of a receipt number or id, for its department or for anybody.
pub async fn find(
    platform: &Platform,
    receipt: &str,
    department: Option<&str>,
) -> Result<Submission, Error> {
    let by_receipt = store::submission::by_receipt(&platform.register, receipt).await?;
    let found = match (by_receipt, receipt.parse::<i64>()) {
        (Some(submission), _) => Some(submission),
        (None, Ok(id)) => store::submission::get(&platform.register, SubmissionId(id)).await?,
        (None, Err(_)) => None,
    };
    let found = found.filter(|submission| submission.accepted_at.is_some());
    let found =
        found.filter(|submission| department.is_none_or(|own| own == submission.department));
    found.ok_or(Error::NotFound)
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
            Fault { detail: platform.department_label(&fault.detail), ..fault }
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
                let message = fault.message(domain::text::Lang::Zh);
                let faults = &mut rows[at].faults;
                if !faults.contains(&(fault.column.clone(), message.clone())) {
                    faults.push((fault.column.clone(), message));
                }
            }
        }
        let next = i64::try_from(last).unwrap_or_default();
        // A row's faults may be split between pages; the row is read again until nothing new comes.
        from = if next == from { next + 1 } else { next };
    }
    Ok(RejectedRows { headings: submission.heading.clone(), rows })
}

fn open(platform: &Platform, cells: &str) -> Vec<String> {
    if let Ok(cells) = serde_json::from_str(cells) {
        return cells;
    }
    let opened = platform.keys.as_ref().and_then(|keys| keys.open("rejected_row", cells).ok());
    opened.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

//! Deliveries as a clerk sees them in the console: what was handed in, what came back, and a row mended
//! in a form.

use domain::{
    access::{Access, Action, Ground},
    catalogue::Item,
    fault::Fault,
    ids::{AccountId, SubmissionId},
    text::{Lang, Text},
};
use store::submission::Submission;

use crate::{
    error::Error,
    gate,
    platform::Platform,
    receipt::{self, Brief},
};

/// A row that was sent back, to be mended in a form.
#[derive(Clone, Debug)]
pub struct RowToMend {
    pub row: u64,
    /// Heading and cell, in the order of the file.
    pub cells: Vec<(String, String)>,
    pub faults: Vec<Fault>,
}

/// The department acted for, where it may hand in and look.
pub fn department(platform: &Platform, access: &Access, action: Action) -> Result<String, Error> {
    let access = access.clone().on(Ground::Submitted, "");
    let department = access.department().map(str::to_owned);
    gate::admit(platform, &access, action, department.is_some())?;
    department.ok_or(Error::Forbidden(action))
}

/// The items the department hands in, by their labels' order in the catalogue.
pub fn items<'p>(platform: &'p Platform, access: &Access) -> Result<Vec<&'p Item>, Error> {
    let id = department(platform, access, Action::Deliver)?;
    let department = platform.place.department(&id).ok_or(Error::NotFound)?;
    let items = department.items.iter().filter_map(|item| platform.policy.item(item));
    Ok(items.map(|item| &**item).collect())
}

/// The submissions of the department, newest first, those before a receipt where one is given.
pub async fn list(
    platform: &Platform,
    access: &Access,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Brief>, Error> {
    let department = department(platform, access, Action::ReadSubmission)?;
    receipt::list(platform, &department, before, limit).await
}

/// A submission of the department.
pub async fn find(platform: &Platform, access: &Access, number: &str) -> Result<Submission, Error> {
    let department = department(platform, access, Action::ReadSubmission)?;
    receipt::find(platform, number, &department).await
}

/// The deliveries that mend rows of a submission, each with the name of whoever handed it in, or what
/// the log calls them.
pub async fn mending(
    platform: &Platform,
    submission: &Submission,
) -> Result<Vec<(Submission, String)>, Error> {
    let found = store::submission::mending(&platform.register, &submission.receipt).await?;
    let mut mending = Vec::with_capacity(found.len());
    for one in found {
        let account = one.actor.strip_prefix("account:").and_then(|id| id.parse().ok());
        let account = match account {
            Some(id) => store::account::get(&platform.register, AccountId(id)).await?,
            None => None,
        };
        let by = account.map_or_else(|| one.actor.clone(), |account| account.name);
        mending.push((one, by));
    }
    Ok(mending)
}

/// The row of a submission that was sent back.
pub async fn row(
    platform: &Platform,
    submission: &Submission,
    row: u64,
) -> Result<RowToMend, Error> {
    let cells = receipt::rejected_row(platform, submission.id, row).await?;
    let cells = cells.ok_or(Error::NotFound)?;
    let from = i64::try_from(row).map_err(|_| Error::NotFound)?;
    let faults = receipt::faults(platform, submission.id, from, FAULTS_OF_A_ROW).await?;
    Ok(RowToMend {
        row,
        cells: submission.heading.iter().cloned().zip(cells).collect(),
        faults: faults.into_iter().filter(|fault| fault.row == row).collect(),
    })
}

/// Faults one row can have, more or less.
const FAULTS_OF_A_ROW: i64 = 2_000;

/// A mended row as a file of its own, under the heading of the file it came from.
pub fn mended(submission: &Submission, cells: &[String]) -> Result<Vec<u8>, Error> {
    if cells.len() != submission.heading.len() {
        let text = Text::new("表单里的栏数不对", "the form has another number of cells");
        return Err(Error::Question { name: "cells", text });
    }
    let heading: Vec<&str> = submission.heading.iter().map(String::as_str).collect();
    Ok(render::table::csv(&heading, &[cells.to_vec()])?)
}

/// The first rows that were sent back, each with its faults.
pub async fn first_faults(
    platform: &Platform,
    id: SubmissionId,
    from_row: i64,
    limit: i64,
) -> Result<Vec<Fault>, Error> {
    receipt::faults(platform, id, from_row, limit).await
}

/// The workbook a department fills in.
pub fn template(platform: &Platform, access: &Access, item: &str) -> Result<Vec<u8>, Error> {
    let items = items(platform, access)?;
    let item = items.into_iter().find(|one| *one.id == *item).ok_or(Error::NotFound)?;
    Ok(render::template::template(item, &platform.policy.codes)?)
}

/// The label of an item.
#[must_use]
pub fn item_label(platform: &Platform, item: &str, lang: Lang) -> String {
    platform.policy.item(item).map_or(item, |item| item.label.get(lang)).to_owned()
}

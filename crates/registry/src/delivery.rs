//! Deliveries as a clerk sees them in the console: what was handed in, what came back, and a row mended
//! in a form.

use domain::{
    access::{Access, Action, Ground},
    catalogue::{Field, FieldKind, Item, Required},
    fault::Fault,
    ids::{AccountId, SubmissionId},
    text::{Lang, Text},
};
use render::faults::ROW_NUMBER;
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
    /// Heading and cell, in the order of the file; none where the row was taken and only doubted.
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
    let cells = cells.unwrap_or_default();
    let from = i64::try_from(row).map_err(|_| Error::NotFound)?;
    let mut faults = receipt::faults(platform, submission.id, from, FAULTS_OF_A_ROW).await?;
    faults.retain(|fault| fault.row == row);
    if faults.is_empty() {
        return Err(Error::NotFound);
    }
    let cells = submission.heading.iter().cloned().zip(cells).collect();
    Ok(RowToMend { row, cells, faults })
}

/// Faults one row can have, more or less.
const FAULTS_OF_A_ROW: i64 = 2_000;

/// A mended row as a file of its own, under the heading of the file it came from, with its number there.
pub fn mended(submission: &Submission, row: u64, cells: &[String]) -> Result<Vec<u8>, Error> {
    if cells.len() != submission.heading.len() {
        let text = Text::new("表单里的栏数不对", "the form has another number of cells");
        return Err(Error::Question { name: "cells", text });
    }
    let own = submission.heading.iter().map(String::as_str);
    let named: Vec<(&str, String)> = own
        .zip(cells.iter().cloned())
        .filter(|(heading, _)| *heading != ROW_NUMBER)
        .chain([(ROW_NUMBER, row.to_string())])
        .collect();
    let (heading, cells): (Vec<&str>, Vec<String>) = named.into_iter().unzip();
    Ok(render::table::csv(&heading, &[cells])?)
}

/// What a form asks of a new row: every field of an item, with its codes.
#[derive(Clone, Debug)]
pub struct EntryField {
    pub code: String,
    pub label: String,
    pub kind: Text,
    pub required: bool,
    pub max: Option<u32>,
    pub is_date: bool,
    /// Codes to choose from, with their labels; empty where anything may be written.
    pub codes: Vec<(String, String)>,
    /// Several of them may be written.
    pub several: bool,
}

/// Codes offered to choose from; of a longer list the code is written.
const CODES_MAX: usize = 200;

/// The fields of an item that the department hands in, for a form; what is out of use is not offered.
pub fn entry(
    platform: &Platform,
    access: &Access,
    item: &str,
    lang: Lang,
) -> Result<(String, Vec<EntryField>), Error> {
    let items = items(platform, access)?;
    let item = items.into_iter().find(|one| *one.id == *item).ok_or(Error::NotFound)?;
    let today = platform.today();
    let field = |field: &Field| {
        let (list, several) = match &field.kind {
            FieldKind::Code { list } => (Some(list), false),
            FieldKind::Codes { list } => (Some(list), true),
            _ => (None, false),
        };
        let list = list.and_then(|list| platform.policy.codes.get(list));
        let list = list.filter(|list| list.entries.len() <= CODES_MAX);
        let codes = list.map(|list| {
            let in_use = list.entries.iter().filter(|entry| entry.is_in_use(today));
            in_use.map(|entry| (entry.code.clone(), entry.label.get(lang).to_owned())).collect()
        });
        EntryField {
            code: field.code.clone(),
            label: field.label.get(lang).to_owned(),
            kind: field.kind.label(),
            required: field.required == Required::Always,
            max: field.max,
            is_date: field.kind == FieldKind::Date,
            codes: codes.unwrap_or_default(),
            several,
        }
    };
    Ok((item.label.get(lang).to_owned(), item.fields.iter().map(field).collect()))
}

/// A row entered in a form, as a file of its own.
pub fn entered(fields: &[EntryField], cells: &[String]) -> Result<Vec<u8>, Error> {
    let heading: Vec<&str> = fields.iter().map(|field| field.code.as_str()).collect();
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

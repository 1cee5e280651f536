//! The documents behind the timeliness of a month: when each was decided, when it came, and how many
//! working days that took.

use domain::{access::Access, catalogue::Item, ids::RecordId, payload::Payload, period::Period};
use jiff::civil::Date;
use store::collection::Document;

use crate::{
    collection::{admitted, taken},
    error::Error,
    platform::Platform,
};

/// Records read at a time.
const PAGE: i64 = 2_000;
/// Late documents shown on a page; the file has all.
pub const SHOWN: usize = 100;

/// A document and how long it took.
#[derive(Clone, Debug)]
pub struct TimedDocument {
    /// Its number, or none where it bears none.
    pub number: Option<String>,
    pub decided_on: Date,
    pub came_on: Date,
    /// Working days taken, and the days the law gives; none where they cannot be counted.
    pub taken: Option<(i64, i64)>,
    pub receipt: String,
    pub row: u64,
}

impl TimedDocument {
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.taken.is_some_and(|(days, limit)| limit < days)
    }
}

/// The first documents of a month that came late.
pub async fn late(
    platform: &Platform,
    access: &Access,
    source: (&str, &str),
    month: Period,
) -> Result<Vec<TimedDocument>, Error> {
    let mut late = Vec::new();
    if admitted(platform, access, source.0, source.1)?.timeliness.is_none() {
        return Ok(late);
    }
    each(platform, access, source, month, |document| {
        if document.is_late() {
            late.push(document);
        }
        late.len() < SHOWN
    })
    .await?;
    Ok(late)
}

/// Every document of a month as CSV, so that the department counts again.
pub async fn csv(
    platform: &Platform,
    access: &Access,
    source: (&str, &str),
    month: Period,
) -> Result<Vec<u8>, Error> {
    let mut rows = Vec::new();
    each(platform, access, source, month, |document| {
        let (days, limit) = document.taken.unzip();
        let text = |number: Option<i64>| number.map(|days| days.to_string()).unwrap_or_default();
        let verdict = match document.taken {
            None => "未计",
            Some(_) if document.is_late() => "迟报",
            Some(_) => "及时",
        };
        rows.push(vec![
            document.number.unwrap_or_default(),
            document.decided_on.to_string(),
            document.came_on.to_string(),
            text(days),
            text(limit),
            verdict.to_owned(),
            document.receipt,
            document.row.to_string(),
        ]);
        true
    })
    .await?;
    let headings =
        ["文书号", "文书日期", "首次入档", "用时（工作日）", "时限", "是否及时", "批次", "行号"];
    Ok(render::table::csv(&headings, &rows)?)
}

/// Goes through the documents of a month in the order of their days, while `take` wants more.
async fn each(
    platform: &Platform,
    access: &Access,
    (department, item): (&str, &str),
    month: Period,
    mut take: impl FnMut(TimedDocument) -> bool,
) -> Result<(), Error> {
    let item = admitted(platform, access, department, item)?;
    let (source, register) = ((department, &*item.id), &platform.register);
    let mut after = (month.first, RecordId(0));
    loop {
        let found = store::collection::documents(register, source, after, month.last, PAGE).await?;
        let Some(last) = found.last() else { return Ok(()) };
        after = (last.decided_on, last.record);
        for document in found {
            if !take(timed(platform, item, document)) {
                return Ok(());
            }
        }
    }
}

fn timed(platform: &Platform, item: &Item, document: Document) -> TimedDocument {
    let field = item.roles.document_number.map(|at| item.fields[at].name.as_str());
    let payload: Payload = serde_json::from_str(&document.payload).unwrap_or_default();
    let came_on = platform.day(document.accepted_at);
    let key = item.timeliness.as_deref();
    TimedDocument {
        number: field.and_then(|field| payload.text(field)).map(str::to_owned),
        decided_on: document.decided_on,
        came_on,
        taken: key.and_then(|key| taken(platform, key, document.decided_on, came_on)),
        receipt: document.receipt,
        row: document.row,
    }
}

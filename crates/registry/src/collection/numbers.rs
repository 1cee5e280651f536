//! Gaps in a department's document numbers (文书号断号): decisions that may not have been handed in.

use domain::{
    access::Access,
    document_number::{DocumentNumber, GapTerms, Numbers, Sequence},
    ids::RecordId,
    payload::Payload,
    period::Period,
};
use jiff::civil::Date;

use crate::{collection::admitted, error::Error, platform::Platform};

/// Records read at a time.
const PAGE: i64 = 2_000;

/// The sequences of a department's numbers with gaps, for the year of a month. One organ may number
/// several kinds of documents in one sequence, so that all it hands in is looked at together, and
/// those are told in which the item has numbers.
pub async fn gaps(
    platform: &Platform,
    access: &Access,
    (department, item): (&str, &str),
    month: Period,
) -> Result<Vec<Sequence>, Error> {
    let asked = admitted(platform, access, department, item)?;
    let Some(terms) = terms(platform) else { return Ok(Vec::new()) };
    let year = month.first.year();
    let provider = platform.place.department(department).ok_or(Error::NotFound)?;
    let (mut all, mut own) = (Numbers::default(), Vec::new());
    for given in &provider.items {
        let Some(item) = platform.policy.item(given) else { continue };
        let Some(field) = item.roles.document_number.map(|at| item.fields[at].name.as_str()) else {
            continue;
        };
        let until = Date::constant(year, 12, 31);
        let mut after = (Date::constant(year, 1, 1), RecordId(0));
        loop {
            let (register, source) = (&platform.register, (department, &*item.id));
            let found = store::collection::handed_in(register, source, after, until, PAGE).await?;
            let Some((last, day, _)) = found.last() else { break };
            after = (*day, *last);
            for (_, day, payload) in &found {
                let payload: Payload = serde_json::from_str(payload).unwrap_or_default();
                let number = payload.text(field).and_then(DocumentNumber::parse);
                let Some(number) = number.filter(|number| number.year == year) else { continue };
                if *item.id == *asked.id && !own.contains(&number.series) {
                    own.push(number.series.clone());
                }
                all.add(number, Some(*day));
            }
        }
    }
    let mut gaps = all.gaps(terms);
    gaps.retain(|sequence| own.contains(&sequence.series));
    Ok(gaps)
}

fn terms(platform: &Platform) -> Option<GapTerms> {
    let today = platform.today();
    let value = |key| Some(platform.policy.parameter(key, today)?.value);
    Some(GapTerms {
        high: value("intake.gap_high")?,
        medium: value("intake.gap_medium")?,
        least: value("intake.gap_least")?,
    })
}

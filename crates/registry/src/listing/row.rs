//! The record an entry becomes: one row, handed in by the department through the door of every other.

use domain::{
    access::Access,
    ids::RecordId,
    list::List,
    listing::{Answer, Facts},
    policy::Policy,
};
use serde_json::Value;
use store::case::Case;

use super::{DECISION, Data, ITEM, NOTICE, found::lacking};
use crate::{
    case::read,
    error::Error,
    handing::{self, Values},
    platform::Platform,
};

/// The measures of an entry, each with its article, as record and decision say them.
pub(super) fn measures(policy: &Policy, list: &List, chosen: &[String]) -> String {
    let told = chosen.iter().filter_map(|id| {
        let (known, measure) = (list.measure(id)?, policy.measure(id)?);
        let reference = &known.reference;
        let must = if known.mandatory { "" } else { "（由有关机关依法裁量）" };
        Some(format!("{}{must}，{}{}", measure.label.zh, reference.instrument, reference.article))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        "名单办法没有规定惩戒措施".to_owned()
    } else {
        told.join("；")
    }
}

/// Hands the row in, and answers the record it became.
pub(super) async fn hand_in(
    platform: &Platform,
    access: &Access,
    case: &Case,
    facts: &Facts,
) -> Result<RecordId, Error> {
    let values = values(platform, case, facts).await?;
    handing::hand_in(platform, access, case, ITEM, &values).await
}

/// Looks whether the row would be taken as things stand; what is not there yet stands for itself.
pub(super) async fn rehearse(
    platform: &Platform,
    access: &Access,
    case: &Case,
    facts: &Facts,
) -> Result<(), Error> {
    let today = platform.today();
    let whole = Facts {
        notice_served_on: facts.notice_served_on.or(Some(today)),
        decided_on: facts.decided_on.or(Some(today)),
        decision_served_on: facts.decision_served_on.or(Some(today)),
        ..facts.clone()
    };
    let mut values = values(platform, case, &whole).await?;
    for number in ["notice_number", "document_number"] {
        if values.get(number).is_none_or(|value| value.as_str() == Some("")) {
            values.insert(number.to_owned(), Value::from(case.number.clone()));
        }
    }
    handing::rehearse(platform, access, case, ITEM, &values).await
}

/// What the row says, by the names of the item's fields.
async fn values(platform: &Platform, case: &Case, facts: &Facts) -> Result<Values, Error> {
    let data: Data = read(&case.data)?;
    let policy = &platform.policy;
    let list = policy.list(&data.list).ok_or_else(|| lacking(&[domain::listing::Missing::List]))?;
    let papers = store::case::document::of_case(&platform.register, case.id).await?;
    let number = |kind: &str| {
        let made = papers.iter().find(|paper| paper.kind == kind);
        made.map(|paper| paper.number.clone()).unwrap_or_default()
    };
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let ends_on = facts.decided_on.and_then(|day| list.ends_on(policy, data.months, day));
    let basis = facts.decided_on.and_then(|day| list.basis_on(day));
    let basis = basis.map(|basis| format!("；{}{}", basis.instrument, basis.article));
    let row = [
        ("list_kind", data.list.clone()),
        ("facts", data.facts),
        ("grounds", format!("{}{}", data.grounds, basis.unwrap_or_default())),
        ("notice_number", number(NOTICE)),
        ("notice_served_on", day(facts.notice_served_on)),
        ("hearing", heard(facts).to_owned()),
        ("document_number", number(DECISION)),
        ("decided_on", day(facts.decided_on)),
        ("decision_served_on", day(facts.decision_served_on)),
        ("measures", measures(policy, list, &data.measures)),
        ("removal_conditions", list.removal.zh.clone()),
        ("ends_on", day(ends_on)),
    ];
    let common = handing::common(platform, case, &data.representative).await?;
    Ok(handing::values(row.into_iter().chain(common)))
}

/// 陈述申辩情况, as the record says it.
fn heard(facts: &Facts) -> &'static str {
    match (facts.answer, facts.hearing_asked) {
        (Answer::None, _) => "逾期未提出陈述申辩",
        (Answer::Waived, _) => "放弃陈述申辩",
        (Answer::Made, false) => "已提出陈述申辩，已复核",
        (Answer::Made, true) => "已提出陈述申辩并举行听证，已复核",
    }
}

//! The record an entry becomes: one row, handed in by the department through the door of every other.

use std::io::Write as _;

use domain::{
    access::Access,
    catalogue::Item,
    ids::RecordId,
    list::List,
    listing::{Answer, Facts},
    policy::Policy,
    text::{Lang, Text},
};
use serde_json::{Map, Value};
use store::{case::Case, load::Mode};

use super::{DECISION, Data, ITEM, NOTICE, found::lacking};
use crate::{
    api_use,
    case::{self, read},
    error::Error,
    import::{self, Delivery, Unwatched},
    matter,
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

/// Hands the row in, and answers the record it became; a row that comes back is told with its faults.
pub(super) async fn hand_in(
    platform: &Platform,
    access: &Access,
    case: &Case,
    facts: &Facts,
) -> Result<RecordId, Error> {
    let values = values(platform, case, facts).await?;
    send(platform, access, case, &values, false).await?;
    let item = platform.policy.item(ITEM).ok_or(Error::NotFound)?;
    let number = values.get("document_number").and_then(Value::as_str).unwrap_or_default();
    record(platform, item, case, number).await
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
    send(platform, access, case, &values, true).await
}

async fn send(
    platform: &Platform,
    access: &Access,
    case: &Case,
    values: &Map<String, Value>,
    dry_run: bool,
) -> Result<(), Error> {
    let item = platform.policy.item(ITEM).ok_or(Error::NotFound)?;
    let row: Map<String, Value> = item
        .fields
        .iter()
        .map(|field| {
            let value = values.get(field.name.as_str()).cloned().unwrap_or_default();
            (field.code.clone(), value)
        })
        .collect();
    let text = Value::Object(row).to_string();
    let folder = api_use::spool_folder(platform)?;
    let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile_in(folder)?;
    writeln!(file, "{text}")?;
    let delivery = Delivery {
        path: file.path().to_owned(),
        file_name: format!("{}.jsonl", case.number),
        item: Some(ITEM.to_owned()),
        pack: None,
        department: Some(case.organ.clone()),
        mode: Mode::Changes,
        confirmed: false,
        dry_run,
        actor: access.actor.to_string(),
    };
    let imported = import::import(platform, &delivery, &mut Unwatched).await?;
    if 0 < imported.counts.rejected {
        let told: Vec<String> =
            imported.faults.iter().map(|fault| fault.message(Lang::Zh)).collect();
        let told_en: Vec<String> =
            imported.faults.iter().map(|fault| fault.message(Lang::En)).collect();
        return Err(Error::Refused(Text::new(told.join("；"), told_en.join("; "))));
    }
    Ok(())
}

/// The record of a decision.
async fn record(
    platform: &Platform,
    item: &Item,
    case: &Case,
    number: &str,
) -> Result<RecordId, Error> {
    let versions = case::versions(platform, case.subject).await?;
    let found = versions.iter().rev().find(|version| {
        version.item == *item.id
            && version.department == case.organ
            && version.payload.text("document_number") == Some(number)
    });
    found.map(|version| version.record).ok_or(Error::NotFound)
}

/// What the row says, by the names of the item's fields.
async fn values(
    platform: &Platform,
    case: &Case,
    facts: &Facts,
) -> Result<Map<String, Value>, Error> {
    let data: Data = read(&case.data)?;
    let policy = &platform.policy;
    let list = policy.list(&data.list).ok_or_else(|| lacking(&[domain::listing::Missing::List]))?;
    let organ = platform.place.department(&case.organ).ok_or(Error::NotFound)?;
    let organ_code = organ.uscc.clone().ok_or_else(|| {
        Error::Refused(Text::new(
            format!("“{}”还没有登记统一社会信用代码，请信用中心补登后再公布", organ.label.zh),
            format!("“{}” has no unified code registered; have the centre add it", organ.label.en),
        ))
    })?;
    let found = store::subject::get(&platform.register, case.subject).await?;
    let subject = found.ok_or(Error::NotFound)?;
    let identifier = |scheme: &str| {
        let held = subject.identifiers.iter().find(|(known, _)| known == scheme);
        held.map(|(_, value)| value.clone()).unwrap_or_default()
    };
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
        ("subject_name", matter::name(platform, case.subject, Lang::Zh).await?),
        ("subject_kind", subject.kind.code().to_owned()),
        ("subject_uscc", identifier("uscc")),
        ("subject_reg_no", identifier("reg_no")),
        ("representative", data.representative),
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
        ("deciding_organ", organ.label.zh.clone()),
        ("deciding_organ_code", organ_code.clone()),
        ("source_department", organ.label.zh.clone()),
        ("source_department_code", organ_code),
    ];
    Ok(row.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect())
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

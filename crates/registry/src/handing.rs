//! The record a case becomes: one row, handed in by its department through the door of every other.

use std::io::Write as _;

use domain::{
    access::Access,
    ids::RecordId,
    text::{Lang, Text},
};
use serde_json::{Map, Value};
use store::{case::Case, load::Mode};

use crate::{
    api_use, case,
    error::Error,
    import::{self, Delivery, Unwatched},
    matter,
    platform::Platform,
};

/// What a row says, by the names of the fields of its item.
pub(crate) type Values = Map<String, Value>;

/// Hands a row in, and answers the record it became; a row that comes back is told with its faults.
pub(crate) async fn hand_in(
    platform: &Platform,
    access: &Access,
    case: &Case,
    item: &str,
    values: &Values,
) -> Result<RecordId, Error> {
    send(platform, access, case, (item, values), false).await?;
    let number = values.get("document_number").and_then(Value::as_str).unwrap_or_default();
    let versions = case::versions(platform, case.subject).await?;
    let found = versions.iter().rev().find(|version| {
        version.item == item
            && version.department == case.organ
            && version.payload.text("document_number") == Some(number)
    });
    found.map(|version| version.record).ok_or(Error::NotFound)
}

/// Looks whether a row would be taken as things stand.
pub(crate) async fn rehearse(
    platform: &Platform,
    access: &Access,
    case: &Case,
    item: &str,
    values: &Values,
) -> Result<(), Error> {
    send(platform, access, case, (item, values), true).await
}

async fn send(
    platform: &Platform,
    access: &Access,
    case: &Case,
    (item, values): (&str, &Values),
    dry_run: bool,
) -> Result<(), Error> {
    let known = platform.policy.item(item).ok_or(Error::NotFound)?;
    let row: Values = known
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
        item: Some(item.to_owned()),
        pack: None,
        department: Some(case.organ.clone()),
        mode: Mode::Changes,
        confirmed: None,
        dry_run,
        actor: access.actor.to_string(),
        mends: None,
        piecemeal: true,
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

/// What every such row says of its subject and of the department that decided it.
pub(crate) async fn common(
    platform: &Platform,
    case: &Case,
    representative: &str,
) -> Result<Vec<(&'static str, String)>, Error> {
    let organ = platform.place.department(&case.organ).ok_or(Error::NotFound)?;
    let organ_code = organ.uscc.clone().ok_or_else(|| {
        Error::Refused(Text::new(
            format!("“{}”还没有登记统一社会信用代码，请信用中心补登后再办", organ.label.zh),
            format!("“{}” has no unified code registered; have the centre add it", organ.label.en),
        ))
    })?;
    let found = store::subject::get(&platform.register, case.subject).await?;
    let subject = found.ok_or(Error::NotFound)?;
    let identifier = |scheme: &str| {
        let held = subject.identifiers.iter().find(|(known, _)| known == scheme);
        held.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    Ok(vec![
        ("subject_name", matter::name(platform, case.subject, Lang::Zh).await?),
        ("subject_kind", subject.kind.code().to_owned()),
        ("subject_uscc", identifier("uscc")),
        ("subject_reg_no", identifier("reg_no")),
        ("representative", representative.to_owned()),
        ("deciding_organ", organ.label.zh.clone()),
        ("deciding_organ_code", organ_code.clone()),
        ("source_department", organ.label.zh.clone()),
        ("source_department_code", organ_code),
    ])
}

/// Words and their names as a row says them.
pub(crate) fn values(rows: impl IntoIterator<Item = (&'static str, String)>) -> Values {
    rows.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

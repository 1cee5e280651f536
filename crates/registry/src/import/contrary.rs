//! Comparing before publication (交叉比对): an honour is not taken in for a subject of which the public reads
//! what its rules compare with.

use std::collections::HashMap;

use domain::{
    catalogue::Item,
    fault::{Fault, Level, Rule},
    ids::SubjectId,
    record::{Accepted, SubjectKey, Version},
    text::Text,
};

use crate::{
    error::Error,
    platform::Platform,
    record, subject,
    version::{Clocks, lives},
};

/// Takes the rows out that the comparison keeps out, and answers a fault for each.
pub async fn keep_out(
    platform: &Platform,
    item: &Item,
    accepted: &mut Vec<Accepted>,
) -> Result<Vec<Fault>, Error> {
    if item.contrary.is_empty() || accepted.is_empty() {
        return Ok(Vec::new());
    }
    let mut known: HashMap<SubjectKey, SubjectId> = HashMap::new();
    for row in accepted.iter() {
        let SubjectKey { scheme, value } = &row.subject;
        if known.contains_key(&row.subject) {
            continue;
        }
        if let Some(id) = store::subject::find(&platform.register, scheme, value).await? {
            known.insert(row.subject.clone(), id);
        }
    }
    let ids: Vec<SubjectId> = known.values().copied().collect();
    let versions = store::record::of_subjects(&platform.register, &ids, &[]).await?;
    let published: HashMap<SubjectId, Text> = versions
        .iter()
        .filter_map(|(id, versions)| Some((*id, contrary(platform, item, versions)?)))
        .collect();
    let column = item.roles.subject_name.map(|at| item.fields[at].label.zh.clone());
    let mut faults = Vec::new();
    accepted.retain(|row| {
        let found = known.get(&row.subject).and_then(|id| Some((published.get(id)?, id)));
        let Some((detail, id)) = found else { return true };
        // What is there already may be put right.
        if versions.get(id).is_some_and(|versions| is_there(item, versions, row)) {
            return true;
        }
        faults.push(Fault {
            row: row.row,
            column: column.clone().unwrap_or_default(),
            rule: Rule::Contrary,
            level: Level::Error,
            detail: detail.clone(),
            raw: row.subject_name.clone(),
        });
        false
    });
    Ok(faults)
}

/// Whether the register holds the record of a row already, by the number of its document.
fn is_there(item: &Item, versions: &[Version], row: &Accepted) -> bool {
    let Some(field) = item.roles.document_number.map(|at| item.fields[at].name.as_str()) else {
        return false;
    };
    let payload: serde_json::Value = serde_json::from_str(&row.payload).unwrap_or_default();
    let number = payload.get(field).and_then(serde_json::Value::as_str);
    let own = versions.iter().filter(|version| version.item == *item.id && !version.withdrawn);
    number.is_some() && own.into_iter().any(|version| version.payload.text(field) == number)
}

/// The item of which the public reads a record today, among those compared with.
fn contrary(platform: &Platform, item: &Item, versions: &[Version]) -> Option<Text> {
    let ended = subject::has_ended(platform, versions, Clocks::present(platform));
    let today = platform.today();
    let stands = |life: &crate::version::Life<'_>| {
        item.contrary.iter().any(|one| one == life.item())
            && record::is_public(platform, life, ended, today)
    };
    let found = lives(versions).into_iter().find(stands)?;
    Some(platform.policy.item(found.item())?.label.clone())
}

//! The records a commitment becomes: that it was made, and what became of it. Those of a natural person
//! stay in the case: nothing of them is handed in.

use domain::{access::Access, ids::RecordId, subject::Kind as SubjectKind, text::Lang};
use store::case::Case;

use super::{Data, FULFILMENT, ITEM};
use crate::{
    error::Error,
    handing::{self, Values},
    platform::Platform,
};

/// Hands the commitment in, and answers the record it became.
pub(super) async fn commitment(
    platform: &Platform,
    access: &Access,
    case: &Case,
    data: &Data,
) -> Result<Option<RecordId>, Error> {
    let Some(template) = platform.policy.template(&data.template).filter(|_| hands_in(data)) else {
        return Ok(None);
    };
    let row = [
        ("document_number", case.number.clone()),
        ("commitment_kind", template.kind.clone()),
        ("matter", template.label.get(Lang::Zh).to_owned()),
        ("content", data.wording.content.clone()),
        ("liability", data.wording.liability.clone()),
        ("decided_on", data.made_on.to_string()),
        ("valid_until", data.until.map(|day| day.to_string()).unwrap_or_default()),
        ("openness", "public".to_owned()),
    ];
    let common = handing::common(platform, case, &data.representative).await?;
    let values = handing::values(row.into_iter().chain(common));
    Ok(Some(handing::hand_in(platform, access, case, ITEM, &values).await?))
}

/// Hands in what became of it: kept, or the breach that was found.
pub(super) async fn fulfilment(
    platform: &Platform,
    access: &Access,
    case: &Case,
    data: &Data,
) -> Result<Option<RecordId>, Error> {
    if !hands_in(data) {
        return Ok(None);
    }
    let values = values(platform, case, data).await?;
    Ok(Some(handing::hand_in(platform, access, case, FULFILMENT, &values).await?))
}

/// Looks whether the row of a breach would be taken.
pub(super) async fn rehearse(
    platform: &Platform,
    access: &Access,
    case: &Case,
    data: &Data,
) -> Result<(), Error> {
    if !hands_in(data) {
        return Ok(());
    }
    let values = values(platform, case, data).await?;
    handing::rehearse(platform, access, case, FULFILMENT, &values).await
}

fn hands_in(data: &Data) -> bool {
    data.subject_kind != SubjectKind::NaturalPerson
}

async fn values(platform: &Platform, case: &Case, data: &Data) -> Result<Values, Error> {
    let breach = data.breach.as_ref();
    let state = breach.map_or("fulfilled", |breach| breach.breach.code());
    let found_on = breach.and_then(|breach| breach.found_on);
    let decided_on = found_on.or(data.handing).unwrap_or(platform.today());
    let row = [
        ("document_number", case.number.clone()),
        ("state", state.to_owned()),
        ("decided_on", decided_on.to_string()),
        ("finding_number", breach.map(|breach| breach.number.clone()).unwrap_or_default()),
        ("facts", breach.map(|breach| breach.facts.clone()).unwrap_or_default()),
        ("result", breach.map(|_| data.wording.liability.clone()).unwrap_or_default()),
    ];
    let common = handing::common(platform, case, &data.representative).await?;
    Ok(handing::values(row.into_iter().chain(common)))
}

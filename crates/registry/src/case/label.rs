//! A case in words: its state, what and whom it is about, who decides it and who did a step.

use domain::{
    case::CaseKind,
    ids::{AccountId, SubjectId},
    text::{Lang, Text},
};
use store::case::Case;

use crate::{commitment, complaint, error::Error, matter, platform::Platform};

/// The state of a case in words.
#[must_use]
pub fn state_label(kind: CaseKind, state: &str) -> Text {
    let known = match kind {
        CaseKind::Repair => domain::repair::State::from_code(state).map(|state| state.label()),
        CaseKind::Objection => {
            domain::objection::State::from_code(state).map(|state| state.label())
        }
        CaseKind::Listing => domain::listing::State::from_code(state).map(|state| state.label()),
        CaseKind::Commitment => {
            domain::commitment::State::from_code(state).map(|state| state.label())
        }
        CaseKind::Complaint => {
            domain::complaint::State::from_code(state).map(|state| state.label())
        }
    };
    known.unwrap_or_else(|| state.into())
}

/// Whom a case is about; a report from the public may be about nobody.
pub(super) async fn subject_name(
    platform: &Platform,
    case: &Case,
    lang: Lang,
) -> Result<String, Error> {
    match case.subject {
        SubjectId(0) => Ok(lang.t("未指明主体", "nobody named").to_owned()),
        subject => matter::name(platform, subject, lang).await,
    }
}

/// What a case is about.
pub(super) fn item_label(platform: &Platform, case: &Case, lang: Lang) -> Result<String, Error> {
    match case.kind {
        CaseKind::Complaint => Ok(complaint::kind_label(platform, case, lang)),
        CaseKind::Commitment => Ok(commitment::matter_label(platform, case)?.get(lang).to_owned()),
        CaseKind::Repair | CaseKind::Objection | CaseKind::Listing => {
            let item = platform.policy.item(&case.item);
            Ok(item.map_or(case.item.as_str(), |item| item.label.get(lang)).to_owned())
        }
    }
}

/// Who decides a case: a department, or the centre.
pub(crate) fn organ_label(platform: &Platform, case: &Case, lang: Lang) -> String {
    match case.organ.as_str() {
        "" => platform.place.operator.get(lang).to_owned(),
        organ => platform.department_label(organ, lang),
    }
}

/// The full name of who decides a case, as a notice signs it.
pub(crate) fn organ_name(platform: &Platform, case: &Case) -> String {
    match case.organ.as_str() {
        "" => platform.place.operator.zh.clone(),
        organ => platform.department_name(organ).zh,
    }
}

/// Who did a step, as the other side may read it: the organ or the subject, never an officer's name.
pub(super) async fn who(
    platform: &Platform,
    case: &Case,
    actor: &str,
    lang: Lang,
) -> Result<String, Error> {
    if actor == "platform" {
        return Ok(lang.t("平台", "the platform").to_owned());
    }
    if actor == case.opened_by && case.kind == CaseKind::Complaint {
        return Ok(lang.t("举报人", "whoever reported it").to_owned());
    }
    if actor == case.opened_by && case.kind != CaseKind::Listing {
        return matter::name(platform, case.subject, lang).await;
    }
    let Some(id) = actor.strip_prefix("account:").and_then(|id| id.parse().ok()) else {
        return Ok(lang.t("平台运维", "an operator").to_owned());
    };
    let held = store::account::memberships(&platform.register, AccountId(id)).await?;
    let Some(console) = held.iter().find(|one| one.role.is_console()) else {
        // An officer who has left, or somebody of the subject.
        let officers = matches!(case.kind, CaseKind::Complaint) || case.subject == SubjectId(0);
        let proposed = case.kind == CaseKind::Listing && actor == case.opened_by;
        return match officers || proposed || !is_of(platform, case, AccountId(id)).await? {
            true => Ok(organ_label(platform, case, lang)),
            false => matter::name(platform, case.subject, lang).await,
        };
    };
    let organisation = store::organisation::get(&platform.register, console.organisation).await?;
    Ok(organisation.map(|one| one.name).unwrap_or_default())
}

/// Whether an account is its subject, or acts for it.
async fn is_of(platform: &Platform, case: &Case, id: AccountId) -> Result<bool, Error> {
    let subject = Some(case.filed_for);
    let account = store::account::get(&platform.register, id).await?;
    if account.is_some_and(|account| account.subject == subject) {
        return Ok(true);
    }
    let acted_for = store::organisation::acted_for(&platform.register, id).await?;
    Ok(acted_for.iter().any(|(organisation, _)| organisation.subject == subject))
}

//! What stands against the next step of a commitment, looked at before it, kept with it, and looked at
//! again by `xinheng verify`.

use domain::{
    case::{CaseKind, Step},
    commitment::{self, Breach, Facts, Goal, Missing, Terms},
    ids::{CaseId, SubjectId},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::register::Register;

use super::{FINDING, FULFILMENT};
use crate::{
    case::{self, replay},
    error::Error,
    platform::Platform,
    record, subject,
    version::{Clocks, Life, lives},
};

/// What was looked at before a step, under which law, and what stood against it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Found {
    today: Date,
    terms: Terms,
    facts: Facts,
    goal: Goal,
    missing: Vec<Missing>,
}

pub(super) fn look(platform: &Platform, facts: &Facts, goal: Goal) -> Found {
    let today = platform.today();
    let terms = commitment::terms(&platform.policy, facts);
    let missing = commitment::missing(&terms, facts, goal, today);
    Found { today, terms, facts: facts.clone(), goal, missing }
}

impl Found {
    pub(super) fn missing(self) -> Vec<Missing> {
        self.missing
    }
}

/// Refuses where anything stands against it, and names all of it.
pub(super) fn need(platform: &Platform, facts: &Facts, goal: Goal) -> Result<Found, Error> {
    let found = look(platform, facts, goal);
    if found.missing.is_empty() {
        return Ok(found);
    }
    Err(case::deciding::lacking(found.missing.iter().map(Missing::sentence)))
}

/// The newest effective document that lies with the case.
pub(super) async fn newest_document(
    platform: &Platform,
    case: CaseId,
) -> Result<Option<i64>, Error> {
    let papers = store::case::document::of_case(&platform.register, case).await?;
    Ok(papers.iter().filter(|paper| paper.kind == FINDING).map(|paper| paper.id.0).max())
}

/// Whether a breach of a subject stands that was neither repaired, corrected nor taken back.
pub async fn broke_one(platform: &Platform, subject: SubjectId) -> Result<bool, Error> {
    let versions = case::versions(platform, subject).await?;
    let ended = subject::has_ended(platform, &versions, Clocks::present(platform));
    let today = platform.today();
    let breached = Some(Breach::Breached.code());
    let stands = |life: Life<'_>| {
        let state = life.chosen(today).and_then(|version| version.payload.text("state"));
        life.item() == FULFILMENT
            && state == breached
            && record::is_public(platform, &life, ended, today)
    };
    Ok(lives(&versions).any(stands))
}

/// Looks again, on what each breach was found and recorded on, whether anything stood against it: how
/// many there are, and the numbers of those that lacked something.
pub async fn replay(register: &Register) -> Result<(u64, Vec<String>), Error> {
    let steps = [Step::BreachFound, Step::Published];
    replay::replay(register, CaseKind::Commitment, &steps, false, |kept: Found| {
        let again = commitment::missing(&kept.terms, &kept.facts, kept.goal, kept.today);
        again.is_empty() && kept.missing.is_empty()
    })
    .await
}

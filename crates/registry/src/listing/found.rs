//! What an entry still lacks, looked at before each step, kept with it, and looked at again by
//! `xinheng verify`.

use domain::{
    case::{CaseKind, Step},
    listing::{self, Facts, Goal, Missing, Terms},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::register::Register;

use crate::{
    case::{self, replay},
    error::Error,
    platform::Platform,
};

/// What was looked at before a step, under which law, and what it lacked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) today: Date,
    pub(super) terms: Terms,
    pub(super) facts: Facts,
    pub(super) goal: Goal,
    pub(super) missing: Vec<Missing>,
}

pub(super) fn look(platform: &Platform, facts: &Facts, goal: Goal) -> Found {
    let today = platform.today();
    let terms = listing::terms(&platform.policy, facts, today);
    let missing = listing::missing(&terms, facts, goal, today);
    Found { today, terms, facts: facts.clone(), goal, missing }
}

/// Refuses where anything is missing, and names all of it.
pub(super) fn need(platform: &Platform, facts: &Facts, goal: Goal) -> Result<Found, Error> {
    let found = look(platform, facts, goal);
    if found.missing.is_empty() { Ok(found) } else { Err(lacking(&found.missing)) }
}

pub(super) fn lacking(missing: &[Missing]) -> Error {
    case::deciding::lacking(missing.iter().map(Missing::sentence))
}

/// Looks again, on what each entry was decided and published on, whether anything was missing: how many
/// there are, and the numbers of those that lacked something.
pub async fn replay(register: &Register) -> Result<(u64, Vec<String>), Error> {
    let steps = [Step::Listed, Step::Published];
    replay::replay(register, CaseKind::Listing, &steps, false, |kept: Found| {
        let Found { terms, facts, goal, today, missing } = kept;
        let again = listing::missing(&terms, &facts, goal, today);
        again.is_empty() && missing.is_empty()
    })
    .await
}

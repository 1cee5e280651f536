//! The reconciler: goes through what ran out, and does what follows from it. Nothing waits in memory for a
//! deadline; whatever was missed, by a platform that was down or killed, is found at the next run.

use domain::{case::CaseKind, ids::CaseId};

use crate::{
    case::going::Going, commitment, complaint, error::Error, joint, listing, objection,
    platform::Platform, repair,
};

/// Deadlines looked at between two breaths.
const PAGE: i64 = 500;

/// What one run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Deadlines that ran out and from which something followed.
    pub lapsed: u64,
    /// Applications that ended with the publication of their record.
    pub ended: u64,
    /// Measures to be lifted, because their entry is gone.
    pub lifted: u64,
}

/// Goes through every deadline that has run out, and every application whose record is published no
/// longer. Each case is its own transaction: killed in between, the next run goes on.
pub async fn run(platform: &Platform) -> Result<Done, Error> {
    let mut done = Done::default();
    let today = platform.today();
    let mut after = (CaseId(0), 0);
    loop {
        let found = store::case::deadline::overdue(&platform.register, today, after, PAGE).await?;
        for running in &found {
            done.lapsed += u64::from(lapse(platform, running.case, &running.deadline.rule).await?);
        }
        let Some(last) = found.last().filter(|_| is_full(found.len())) else { break };
        after = (last.case, last.seq);
    }
    let (kind, mut after) = (CaseKind::Repair, CaseId(0));
    loop {
        let register = &platform.register;
        let found = store::case::perhaps_over(register, kind, today, after, PAGE).await?;
        for case in &found {
            done.ended += u64::from(repair::end_with_publication(platform, *case).await?);
        }
        let Some(last) = found.last().filter(|_| is_full(found.len())) else { break };
        after = *last;
    }
    done.lifted = joint::lift_ended(platform).await?;
    if done != Done::default() {
        let Done { lapsed, ended, lifted } = done;
        tracing::info!(lapsed, ended, lifted, "cases reconciled");
    }
    Ok(done)
}

/// Whether a page may have another one behind it.
fn is_full(found: usize) -> bool {
    i64::try_from(found).is_ok_and(|found| PAGE <= found)
}

/// What follows from one deadline; false where its last day was not known, or has not passed.
async fn lapse(platform: &Platform, case: CaseId, rule: &str) -> Result<bool, Error> {
    let mut going = Going::by_platform(platform, case).await?;
    going.recompute().await?;
    let lapsed = going.lapse(rule).await?;
    if lapsed {
        match going.case.kind {
            CaseKind::Repair => repair::lapse(&mut going, rule).await?,
            CaseKind::Objection => objection::lapse(&mut going, rule).await?,
            CaseKind::Listing => listing::lapse(&mut going, rule).await?,
            CaseKind::Commitment => commitment::lapse(&mut going, rule).await?,
            CaseKind::Complaint => complaint::lapse(&mut going, rule).await?,
        }
    }
    going.finish().await?;
    Ok(lapsed)
}

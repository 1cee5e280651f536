//! Every decision on cases of a kind once more, on what was kept with it.

use domain::case::{CaseKind, Step};
use serde::de::DeserializeOwned;
use store::{case::CaseQuery, register::Register};

use super::read;
use crate::error::Error;

/// How many decisions there are, and the numbers of the cases whose decision `stands` no longer.
pub(crate) async fn replay<T: DeserializeOwned>(
    register: &Register,
    kind: CaseKind,
    steps: &[Step],
    // Whether a step of these may have been taken without a decision to look at again.
    may_be_bare: bool,
    stands: impl Fn(T) -> bool,
) -> Result<(u64, Vec<String>), Error> {
    let (mut decided, mut other) = (0, Vec::new());
    for closed in [false, true] {
        let query = CaseQuery { kind: Some(kind), closed, limit: i64::MAX, ..CaseQuery::default() };
        for case in store::case::queue(register, &query).await? {
            for happened in store::case::history(register, case.id).await? {
                let bare = happened.detail.is_empty();
                if !steps.contains(&happened.step) || (bare && may_be_bare) {
                    continue;
                }
                decided += 1;
                if bare || !stands(read(&happened.detail)?) {
                    other.push(case.number.clone());
                }
            }
        }
    }
    Ok((decided, other))
}

//! Merges (归并): what came under two descriptions is read as one subject, without being rewritten, so
//! that ending a merge restores exactly what was.
//!
//! People judge pairs; a judgement is kept for ever. Nothing here weighs likeness, which is
//! [`crate::linkage`]'s; this module says what a judgement may bring about.

use crate::{
    catalogue::{Item, Polarity, Section},
    ids::SubjectId,
    linkage::veto::Veto,
};

words! {
    /// What a person says of a pair.
    Judgement {
        Same "same" "同一主体" "one subject";
        Different "different" "不是同一主体" "two subjects";
        /// Nothing follows; the pair waits for more to be known.
        Unsure "unsure" "不能确定" "not sure";
    }
}

words! {
    /// Where a pair stands.
    PairState {
        Open "open" "待判定" "to be judged";
        /// Judged one subject, and waits for a second person.
        Proposed "proposed" "待复核" "waits for a second person";
        Merged "merged" "已归并" "merged";
        Parted "parted" "已区分" "kept apart";
        Unsure "unsure" "不能确定" "not sure";
    }
}

/// What is known of a pair when somebody judges it.
#[derive(Clone, Debug)]
pub struct Facts<'f> {
    pub state: PairState,
    /// The two stand in one subject already, by this pair or by others.
    pub joined: bool,
    /// Why the two may never be joined.
    pub veto: Option<Veto>,
    /// Some pair between the two sides, this one not counted, was judged to be two subjects.
    pub parted: bool,
    /// Penalties or list entries would come to stand against another subject.
    pub grave: bool,
    /// Who judged it one subject before.
    pub proposed_by: Option<&'f str>,
}

/// What a judgement brings about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Merge,
    /// A second person must look.
    Propose,
    Part,
    Wait,
}

/// Why a judgement cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    Veto(Veto),
    /// Judged apart before, through another pair of the two sides.
    Parted,
    /// The second person must be another one.
    SamePerson,
    /// A merge is ended, not judged again.
    Merged,
}

/// Decides what a judgement of a pair brings about.
pub fn judge(facts: &Facts<'_>, judgement: Judgement, by: &str) -> Result<Outcome, Bar> {
    if facts.joined {
        return Err(Bar::Merged);
    }
    match judgement {
        Judgement::Different => return Ok(Outcome::Part),
        Judgement::Unsure => return Ok(Outcome::Wait),
        Judgement::Same => {}
    }
    if let Some(veto) = facts.veto {
        return Err(Bar::Veto(veto));
    }
    if facts.parted {
        return Err(Bar::Parted);
    }
    match (facts.grave, facts.state) {
        (false, _) => Ok(Outcome::Merge),
        (true, PairState::Proposed) if facts.proposed_by == Some(by) => Err(Bar::SamePerson),
        (true, PairState::Proposed) => Ok(Outcome::Merge),
        (true, _) => Ok(Outcome::Propose),
    }
}

/// One side of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    pub subject: SubjectId,
    /// Whether it is known by a unified code.
    pub coded: bool,
}

/// Which of two is joined, and which stands: the one with a code, or the older one.
#[must_use]
pub fn standing(one: Side, other: Side) -> (SubjectId, SubjectId) {
    let older = one.subject < other.subject;
    let first_stands = if one.coded == other.coded { older } else { one.coded };
    if first_stands { (other.subject, one.subject) } else { (one.subject, other.subject) }
}

/// Whether joining a record of an item with another subject needs a second pair of eyes: it speaks
/// against whoever it stands with, or lists them.
#[must_use]
pub fn is_grave(item: &Item) -> bool {
    item.polarity == Polarity::Negative
        || matches!(
            item.section,
            Section::Penalties | Section::SeriousBreach | Section::Abnormal | Section::Honours
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(state: PairState, grave: bool) -> Facts<'static> {
        let proposed_by = (state == PairState::Proposed).then_some("account:1");
        let joined = state == PairState::Merged;
        Facts { state, joined, veto: None, parted: false, grave, proposed_by }
    }

    #[test]
    fn what_touches_penalties_and_lists_takes_two_persons() {
        let open = facts(PairState::Open, true);
        assert_eq!(judge(&open, Judgement::Same, "account:1"), Ok(Outcome::Propose));
        let proposed = facts(PairState::Proposed, true);
        assert_eq!(judge(&proposed, Judgement::Same, "account:1"), Err(Bar::SamePerson));
        assert_eq!(judge(&proposed, Judgement::Same, "account:2"), Ok(Outcome::Merge));
        assert_eq!(judge(&proposed, Judgement::Different, "account:1"), Ok(Outcome::Part));
        let plain = facts(PairState::Open, false);
        assert_eq!(judge(&plain, Judgement::Same, "account:1"), Ok(Outcome::Merge));
    }

    #[test]
    fn nobody_joins_against_a_veto_or_a_judgement_that_stands() {
        let vetoed = Facts { veto: Some(Veto::OtherCode), ..facts(PairState::Open, false) };
        let barred = Err(Bar::Veto(Veto::OtherCode));
        assert_eq!(judge(&vetoed, Judgement::Same, "account:1"), barred);
        let parted = Facts { parted: true, ..facts(PairState::Open, false) };
        assert_eq!(judge(&parted, Judgement::Same, "account:1"), Err(Bar::Parted));
        assert_eq!(judge(&parted, Judgement::Different, "account:1"), Ok(Outcome::Part));
        let merged = facts(PairState::Merged, false);
        assert_eq!(judge(&merged, Judgement::Different, "account:1"), Err(Bar::Merged));
        let otherwise = Facts { joined: true, ..facts(PairState::Open, false) };
        assert_eq!(judge(&otherwise, Judgement::Different, "account:1"), Err(Bar::Merged));
    }

    #[test]
    fn the_one_with_a_code_stands_and_of_two_alike_the_older() {
        let side = |subject, coded| Side { subject: SubjectId(subject), coded };
        for (one, other, joined, stands) in [
            (side(1, false), side(2, true), 1, 2),
            (side(2, true), side(1, false), 1, 2),
            (side(1, false), side(2, false), 2, 1),
            (side(2, true), side(1, true), 2, 1),
        ] {
            assert_eq!(standing(one, other), (SubjectId(joined), SubjectId(stands)));
        }
    }
}

//! Clusters (聚类): pairs joined, the surest first, never across a veto.

use std::collections::HashMap;

use domain::linkage::{score::Scorer, value::Prepared};

use super::scan::{Pair, Sides};

/// Who belongs together. Records of the right side are counted after those of the left.
#[derive(Debug)]
pub struct Clusters {
    /// The cluster of each record: the number of one of its members.
    pub of: Vec<u32>,
    /// Joins that a veto between two members forbade.
    pub vetoed: u64,
    /// Joins that the other members spoke against.
    pub outvoted: u64,
    /// Joins that would have made a cluster too large.
    pub too_large: u64,
}

/// Joins pairs of at least `least` bits, where the pairs between the two clusters reach them on average.
///
/// Joining all that hangs together by one pair would join two subjects by one error.
#[must_use]
pub fn cluster(
    sides: Sides<'_>,
    pairs: &[Pair],
    scorer: &Scorer<'_>,
    least: f32,
    most_members: usize,
) -> Clusters {
    let offset = sides.right.map_or(0, |_| sides.left.records.len());
    let mut order: Vec<&Pair> = pairs.iter().filter(|pair| least <= pair.bits).collect();
    order.sort_by(|one, other| {
        let place = |pair: &Pair| (pair.left, pair.right);
        other.bits.total_cmp(&one.bits).then_with(|| place(one).cmp(&place(other)))
    });
    let total = offset + sides.other().records.len();
    let mut of: Vec<u32> = (0..u32::try_from(total).unwrap_or(u32::MAX)).collect();
    // Members of clusters of more than one, by the cluster's number.
    let mut members: HashMap<u32, Vec<u32>> = HashMap::new();
    let (mut vetoed, mut outvoted, mut too_large) = (0, 0, 0);
    for pair in order {
        let right = usize::try_from(pair.right).unwrap_or_default() + offset;
        let [one, other] = [of[pair.left as usize], of[right]];
        if one == other {
            continue;
        }
        let own = members.remove(&one).unwrap_or_else(|| vec![one]);
        let others = members.remove(&other).unwrap_or_else(|| vec![other]);
        let refused = most_members < own.len() + others.len();
        too_large += u64::from(refused);
        let spoken = if refused { None } else { average(sides, offset, scorer, &own, &others) };
        vetoed += u64::from(!refused && spoken.is_none());
        outvoted += u64::from(spoken.is_some_and(|bits| bits < least));
        if spoken.is_none_or(|bits| bits < least) {
            members.insert(one, own);
            members.insert(other, others);
            continue;
        }
        let (mut kept, moved, number) =
            if others.len() <= own.len() { (own, others, one) } else { (others, own, other) };
        for member in &moved {
            of[*member as usize] = number;
        }
        kept.extend(moved);
        members.insert(number, kept);
    }
    Clusters { of, vetoed, outvoted, too_large }
}

/// What the pairs between two clusters score on average; none where a veto stands between any two.
fn average(
    sides: Sides<'_>,
    offset: usize,
    scorer: &Scorer<'_>,
    own: &[u32],
    others: &[u32],
) -> Option<f32> {
    let record = |member: u32| -> &Prepared {
        let member = member as usize;
        match member.checked_sub(offset).filter(|_| sides.right.is_some()) {
            Some(right) => &sides.other().records[right],
            None => &sides.left.records[member],
        }
    };
    let (mut sum, mut count) = (0.0f32, 0.0f32);
    for one in own {
        for other in others {
            let (one, other) = (record(*one), record(*other));
            if one.marks.veto(&other.marks).is_some() {
                return None;
            }
            sum += scorer.score(one, other).bits;
            count += 1.0;
        }
    }
    Some(sum / count.max(1.0))
}

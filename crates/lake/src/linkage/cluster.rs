//! Clusters (聚类): pairs joined, the surest first, never across a veto.

use domain::linkage::veto::Marks;

use super::scan::{Pair, Sides};

/// Who belongs together. Records of the right side are counted after those of the left.
#[derive(Debug)]
pub struct Clusters {
    /// The cluster of each record: the number of one of its members.
    pub of: Vec<u32>,
    /// Joins that a veto between two members forbade.
    pub vetoed: u64,
    /// Joins that would have made a cluster too large.
    pub too_large: u64,
}

/// Joins pairs of at least `least` bits.
#[must_use]
pub fn cluster(sides: Sides<'_>, pairs: &[Pair], least: f32, most_members: usize) -> Clusters {
    let offset = sides.right.map_or(0, |_| sides.left.records.len());
    let mut order: Vec<&Pair> = pairs.iter().filter(|pair| least <= pair.bits).collect();
    order.sort_by(|one, other| {
        let place = |pair: &Pair| (pair.left, pair.right);
        other.bits.total_cmp(&one.bits).then_with(|| place(one).cmp(&place(other)))
    });
    let total = offset + sides.other().records.len();
    let mut of: Vec<u32> = (0..u32::try_from(total).unwrap_or(u32::MAX)).collect();
    // Members of clusters of more than one, by the cluster's number.
    let mut members: std::collections::HashMap<u32, Vec<u32>> = std::collections::HashMap::new();
    let (mut vetoed, mut too_large) = (0, 0);
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
        let barred = !refused && is_vetoed(sides, offset, &own, &others);
        vetoed += u64::from(barred);
        if refused || barred {
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
    Clusters { of, vetoed, too_large }
}

/// Whether a veto stands between any two members.
fn is_vetoed(sides: Sides<'_>, offset: usize, own: &[u32], others: &[u32]) -> bool {
    let marks = |member: u32| -> &Marks {
        let member = member as usize;
        match member.checked_sub(offset).filter(|_| sides.right.is_some()) {
            Some(right) => &sides.other().records[right].marks,
            None => &sides.left.records[member].marks,
        }
    };
    own.iter().any(|one| others.iter().any(|other| marks(*one).veto(marks(*other)).is_some()))
}

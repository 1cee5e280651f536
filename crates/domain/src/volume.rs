//! The volume assertion (报送量核对): a delivery that is much smaller or larger than the department's
//! deliveries of its kind before, or of which hardly a row passes, waits until somebody looked.
//!
//! The bounds come from the source's own history and are no target: who looks and finds it right
//! says why, and what follows is held against that from then on.

/// From `policy/parameters/intake.toml`.
#[derive(Clone, Copy, Debug)]
pub struct VolumeTerms {
    /// Deliveries looked back on.
    pub window: i64,
    /// Deliveries there must be before anything is said.
    pub least: i64,
    /// Of the smallest and of the largest of them, in parts of a thousand.
    pub lower: i64,
    pub upper: i64,
    /// Rows more or less that are never worth a question.
    pub slack: i64,
}

/// Rows a delivery is expected to have, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub lower: u64,
    pub upper: u64,
    /// Deliveries they come from.
    pub seen: usize,
}

impl Bounds {
    /// From the rows of the deliveries before; none where there were too few.
    #[must_use]
    pub fn of(history: &[u64], terms: VolumeTerms) -> Option<Bounds> {
        if i64::try_from(history.len()).is_ok_and(|count| count < terms.least) {
            return None;
        }
        let (least, most) = (history.iter().min()?, history.iter().max()?);
        let part = |rows: u64, per_mille: i64| {
            rows.saturating_mul(u64::try_from(per_mille).unwrap_or_default()) / 1000
        };
        let slack = u64::try_from(terms.slack).unwrap_or_default();
        Some(Bounds {
            lower: part(*least, terms.lower).min(least.saturating_sub(slack)),
            upper: part(*most, terms.upper).max(most.saturating_add(slack)),
            seen: history.len(),
        })
    }

    #[must_use]
    pub fn admit(self, rows: u64) -> bool {
        self.lower <= rows && rows <= self.upper
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: VolumeTerms =
        VolumeTerms { window: 12, least: 3, lower: 600, upper: 2000, slack: 20 };

    #[test]
    fn bounds_come_from_the_own_history() {
        let bounds = Bounds::of(&[1000, 1100, 900], TERMS).unwrap();
        assert_eq!(bounds, Bounds { lower: 540, upper: 2200, seen: 3 });
        for (rows, admitted) in [(0, false), (450, false), (540, true), (2200, true), (2201, false)]
        {
            assert_eq!(bounds.admit(rows), admitted, "{rows}");
        }
    }

    #[test]
    fn few_deliveries_and_few_rows_raise_no_question() {
        assert_eq!(Bounds::of(&[1000, 1000], TERMS), None);
        let bounds = Bounds::of(&[3, 5, 8], TERMS).unwrap();
        assert!((0..=28).all(|rows| bounds.admit(rows)));
    }
}

//! Doubts about codes (重错码疑点): where identifiers, names and divisions disagree, and what share of
//! subjects that is (重错码率).
//!
//! A doubt is a question to people; nothing is changed by it.

use crate::identifier::uscc::UnifiedCode;

words! {
    /// What is doubted.
    DoubtKind {
        /// Several codes on one subject: one name, registered under each.
        SharedName "shared_name" "同名多码" "one name under several codes";
        /// One code on several subjects: a department names it otherwise than the registration.
        OtherName "other_name" "一码多名" "one code under several names";
        CheckDigit "check_digit" "校验位不符" "check character that does not fit";
        /// The division in the code is not that of the address.
        Division "division" "码址不符" "division of the code and of the address differ";
    }
}

impl DoubtKind {
    /// Whether it counts as a repeated or wrong code (重错码). A department may misname, and a subject
    /// may move: those are asked about and count for nothing.
    #[must_use]
    pub fn counts(self) -> bool {
        matches!(self, DoubtKind::SharedName | DoubtKind::CheckDigit)
    }
}

/// Repeated and wrong codes among all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DoubtRate {
    pub doubted: u64,
    pub of: u64,
}

impl DoubtRate {
    /// In hundredths of a per mille, rounded up: what is above the target must not look like it.
    #[must_use]
    pub fn hundredths(self) -> Option<u64> {
        self.doubted
            .checked_mul(100_000)?
            .checked_add(self.of.checked_sub(1)?)?
            .checked_div(self.of)
    }

    /// Whether it is within a target in per mille.
    #[must_use]
    pub fn is_within(self, per_mille: u64) -> bool {
        self.doubted.saturating_mul(1_000) <= per_mille.saturating_mul(self.of)
    }
}

/// Whether a division of six digits lies in that of a code, which may name a county, a city or a
/// province alone.
#[must_use]
pub fn is_in_division(code: &UnifiedCode, division: &str) -> bool {
    let own = code.parts()[1];
    let level = match own {
        own if own.ends_with("0000") => 2,
        own if own.ends_with("00") => 4,
        _ => 6,
    };
    let of_code = own.get(..level);
    let (short, long) = (division.trim_end_matches("00"), of_code.unwrap_or(own));
    // A city's own division stands for every county of it.
    division.get(..level) == of_code || long.starts_with(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_division_lies_in_that_of_the_code() {
        let code = |division: &str| {
            let first = format!("91{division}MA000001");
            let organ = crate::identifier::org_code::check_character("MA000001").unwrap();
            let first = format!("{first}{organ}");
            let last = crate::identifier::uscc::check_character(&first).unwrap();
            UnifiedCode::parse(&format!("{first}{last}")).unwrap()
        };
        for (of_code, division, fits) in [
            ("419901", "419901", true),
            ("419901", "419902", false),
            ("419900", "419902", true),
            ("410000", "419902", true),
            ("419901", "419900", true),
            ("110000", "419902", false),
        ] {
            assert_eq!(is_in_division(&code(of_code), division), fits, "{of_code} {division}");
        }
    }

    #[test]
    fn the_rate_is_told_with_both_numbers_and_never_made_smaller() {
        let rate = DoubtRate { doubted: 1, of: 3_000 };
        assert_eq!(rate.hundredths(), Some(34));
        assert!(rate.is_within(1) && !DoubtRate { doubted: 4, of: 3_000 }.is_within(1));
        assert_eq!(DoubtRate::default().hundredths(), None);
    }
}

//! Accounts (账号): which password is good enough, and when somebody must wait before the next try.
//!
//! Pure decisions; every number comes from `policy/parameters/access.toml`, but for the length that
//! bounds the work of hashing.
//!
//! Basis: GB/T 22239-2019 8.1.4.1 身份鉴别.

use jiff::{Span, Timestamp};

use crate::text::Text;

/// What a password is held to.
#[derive(Clone, Copy, Debug)]
pub struct PasswordTerms<'t> {
    /// Characters, at least.
    pub shortest: usize,
    /// Characters it must have beside a common word in it.
    pub beside_common: usize,
    /// Different characters, at least.
    pub different: usize,
    /// Words it may not be made of, in small letters.
    pub common: &'t [String],
}

/// One reason why a password is not good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    TooShort {
        shortest: usize,
    },
    /// Longer than anybody types; hashing it would cost too much.
    TooLong {
        longest: usize,
    },
    /// It holds the login or the name of its owner.
    NamesOwner,
    /// It is little more than a word everybody tries first.
    Common,
    /// It is made of very few different characters.
    Monotonous,
}

/// Characters of a password, at most.
pub const PASSWORD_MAX: usize = 200;

/// Every reason against a password; none where it is good enough.
#[must_use]
pub fn weaknesses(
    terms: PasswordTerms<'_>,
    password: &str,
    login: &str,
    name: &str,
) -> Vec<Weakness> {
    let (length, lower) = (password.chars().count(), password.to_lowercase());
    let owner = [login, name].into_iter().map(str::to_lowercase);
    let mut owner = owner.filter(|word| 2 <= word.chars().count());
    let common = terms.common.iter().filter(|word| lower.contains(word.as_str()));
    let longest = common.map(|word| word.chars().count()).max().unwrap_or_default();
    let mut letters: Vec<char> = lower.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    let reasons = [
        (length < terms.shortest, Weakness::TooShort { shortest: terms.shortest }),
        (PASSWORD_MAX < length, Weakness::TooLong { longest: PASSWORD_MAX }),
        (owner.any(|word| lower.contains(&word)), Weakness::NamesOwner),
        (0 < longest && length < longest + terms.beside_common, Weakness::Common),
        (letters.len() < terms.different, Weakness::Monotonous),
    ];
    reasons.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
}

impl Weakness {
    #[must_use]
    pub fn sentence(self) -> Text {
        match self {
            Weakness::TooShort { shortest } => Text::new(
                format!("至少要 {shortest} 个字符"),
                format!("{shortest} characters or longer"),
            ),
            Weakness::TooLong { longest } => Text::new(
                format!("最多 {longest} 个字符"),
                format!("{longest} characters or shorter"),
            ),
            Weakness::NamesOwner => {
                Text::new("不能包含登录名或姓名", "without the login or the name in it")
            }
            Weakness::Common => {
                Text::new("不能由常见口令组成", "more than a word everybody tries first")
            }
            Weakness::Monotonous => Text::new("不同的字符太少", "with more different characters"),
        }
    }
}

/// Whether a password set at an instant must be changed after so many days.
#[must_use]
pub fn is_old(set_at: Timestamp, days: i64, now: Timestamp) -> bool {
    let end =
        Span::new().try_hours(days.saturating_mul(24)).and_then(|life| set_at.checked_add(life));
    end.is_ok_and(|end| end <= now)
}

/// What failed sign-ins lead to.
#[derive(Clone, Copy, Debug)]
pub struct LockTerms {
    /// Failures after which one must wait.
    pub after: i64,
    /// For how long, the first time; each further failure doubles it.
    pub minutes: i64,
    /// How often it is doubled, at most.
    pub doublings: i64,
}

/// Until when somebody must wait who has failed so often, the last time at an instant; none where
/// they need not.
#[must_use]
pub fn wait_until(terms: LockTerms, failed: i64, last: Timestamp) -> Option<Timestamp> {
    let beyond = failed.checked_sub(terms.after).filter(|beyond| 0 <= *beyond)?;
    let doublings = u32::try_from(beyond.min(terms.doublings)).unwrap_or_default();
    let factor = 2i64.saturating_pow(doublings);
    let wait = Span::new().try_minutes(terms.minutes.saturating_mul(factor)).ok()?;
    last.checked_add(wait).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(password: &str) -> Vec<Weakness> {
        let common = ["password".to_owned(), "123456".to_owned()];
        let terms = PasswordTerms { shortest: 12, beside_common: 6, different: 5, common: &common };
        weaknesses(terms, password, "shili01", "示例甲")
    }

    #[test]
    fn every_reason_is_told_at_once() {
        assert_eq!(reasons("aaaa"), [Weakness::TooShort { shortest: 12 }, Weakness::Monotonous]);
        assert_eq!(reasons("Shili01-water-jar"), [Weakness::NamesOwner]);
        assert_eq!(reasons("示例甲的口令真的很长了呀"), [Weakness::NamesOwner]);
        assert_eq!(reasons("Password1234"), [Weakness::Common]);
        assert_eq!(reasons("Password-and-a-long-tail"), []);
        assert_eq!(reasons("山重水复疑无路柳暗花明又一村"), []);
        assert_eq!(reasons(&"长短".repeat(150)).len(), 2);
    }

    #[test]
    fn a_password_is_old_after_its_days() {
        let set_at: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        let now = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(!is_old(set_at, 180, now("2027-05-20T23:59:59Z")));
        assert!(is_old(set_at, 180, now("2027-05-21T00:00:00Z")));
        assert!(!is_old(set_at, i64::MAX, Timestamp::MAX));
    }

    #[test]
    fn the_wait_doubles_and_ends() {
        let terms = LockTerms { after: 5, minutes: 15, doublings: 5 };
        let last: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        let minutes = |failed| {
            wait_until(terms, failed, last).map(|end| (end.as_second() - last.as_second()) / 60)
        };
        assert_eq!([minutes(0), minutes(4)], [None, None]);
        assert_eq!([minutes(5), minutes(6), minutes(7)], [Some(15), Some(30), Some(60)]);
        assert_eq!(minutes(1_000_000), Some(480));
    }
}

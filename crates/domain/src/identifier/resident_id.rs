//! The resident identity number (居民身份号码): held only as long as it takes to seal it.
//!
//! Standard: GB 11643-1999; check character by MOD 11-2. The division in front is never checked:
//! counties are abolished and a person keeps the number for life.

use std::fmt;

use jiff::civil::Date;
use zeroize::Zeroizing;

use crate::{disclosure, text::Text};

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// An identity number of 18 characters that passed its check; wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct ResidentId(Zeroizing<[u8; 18]>);

/// Why a text is no identity number; says nothing of what was written.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidResidentId {
    #[error("expected 18 or 15 characters, found {0}")]
    Length(usize),
    #[error("expected digits, and a digit or X at the end")]
    Alphabet,
    #[error("expected a date of birth in the middle")]
    Birth,
    #[error("the check character does not fit")]
    CheckDigit,
}

impl ResidentId {
    /// Reads a number of 18 characters, or one of 15 digits as they were given until 1999.
    pub fn parse(text: &str) -> Result<ResidentId, InvalidResidentId> {
        let mut canonical = Zeroizing::new([0; 18]);
        match text.len() {
            18 => canonical.copy_from_slice(text.as_bytes()),
            15 => {
                let (division, rest) = text.as_bytes().split_at(6);
                canonical[..6].copy_from_slice(division);
                canonical[6..8].copy_from_slice(century(rest));
                canonical[8..17].copy_from_slice(rest);
            }
            _ => return Err(InvalidResidentId::Length(text.chars().count())),
        }
        canonical.make_ascii_uppercase();
        let expected = check_byte(&canonical).ok_or(InvalidResidentId::Alphabet)?;
        if text.len() == 15 {
            canonical[17] = expected;
        }
        if !matches!(canonical[17], b'0'..=b'9' | b'X') {
            return Err(InvalidResidentId::Alphabet);
        }
        if birth_of(&canonical).is_none() {
            return Err(InvalidResidentId::Birth);
        }
        if canonical[17] != expected {
            return Err(InvalidResidentId::CheckDigit);
        }
        Ok(ResidentId(canonical))
    }

    /// The whole number; the caller seals or hashes it and lets nothing else see it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.0.as_slice()).unwrap_or_default()
    }

    #[must_use]
    pub fn birth(&self) -> Date {
        birth_of(&self.0).unwrap_or(Date::ZERO)
    }

    /// Full years of age (周岁) on a day; negative before birth.
    #[must_use]
    pub fn age_on(&self, day: Date) -> i64 {
        let birth = self.birth();
        let had_birthday = (birth.month(), birth.day()) <= (day.month(), day.day());
        i64::from(day.year()) - i64::from(birth.year()) - i64::from(!had_birthday)
    }

    /// First and last character, the rest starred: all that a page may ever show.
    #[must_use]
    pub fn masked(&self) -> String {
        disclosure::mask(self.as_str())
    }
}

impl InvalidResidentId {
    /// The reason in both languages, for the clerk who mends the row.
    #[must_use]
    pub fn reason(&self) -> Text {
        let zh = match self {
            InvalidResidentId::Length(found) => format!("应为 18 位或 15 位，写了 {found} 位"),
            InvalidResidentId::Alphabet => "应为数字，末位可为 X".to_owned(),
            InvalidResidentId::Birth => "中间应为出生日期".to_owned(),
            InvalidResidentId::CheckDigit => "校验码不符".to_owned(),
        };
        Text::new(zh, self.to_string())
    }
}

impl fmt::Debug for ResidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResidentId(…)")
    }
}

/// Numbers of 15 digits belong to the 1900s, save the sequences kept for those born before.
fn century(rest: &[u8]) -> &'static [u8; 2] {
    match rest {
        [.., b'9', b'9', b'6'..=b'9'] => b"18",
        _ => b"19",
    }
}

fn birth_of(canonical: &[u8; 18]) -> Option<Date> {
    let digits = |range: std::ops::Range<usize>| {
        canonical.get(range)?.iter().try_fold(0i16, |value, byte| {
            byte.is_ascii_digit().then(|| value * 10 + i16::from(byte - b'0'))
        })
    };
    let year = digits(6..10).filter(|year| (1800..=2199).contains(year))?;
    let month = i8::try_from(digits(10..12)?).ok()?;
    Date::new(year, month, i8::try_from(digits(12..14)?).ok()?).ok()
}

/// The check byte of the first 17, or none where they are not all digits.
fn check_byte(canonical: &[u8; 18]) -> Option<u8> {
    let mut sum = 0;
    for (byte, weight) in canonical.iter().zip(WEIGHTS) {
        if !byte.is_ascii_digit() {
            return None;
        }
        sum += u32::from(byte - b'0') * weight;
    }
    Some(b"10X98765432"[usize::try_from(sum % 11).ok()?])
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    // The example of the standard, and a synthetic number; no number of a living person.
    const STANDARD: &str = "11010519491231002X";
    const SYNTHETIC: &str = "410402199001010019";

    fn check(cases: &[(&str, Result<&str, InvalidResidentId>)]) {
        for (text, expected) in cases {
            let number = ResidentId::parse(text);
            assert_eq!(
                number.as_ref().map(ResidentId::as_str),
                expected.as_ref().copied(),
                "{text}"
            );
        }
    }

    #[test]
    fn worked_examples_pass() {
        check(&[
            (STANDARD, Ok(STANDARD)),
            ("11010519491231002x", Ok(STANDARD)),
            (SYNTHETIC, Ok(SYNTHETIC)),
            ("110105491231002", Ok(STANDARD)),
        ]);
    }

    #[test]
    fn an_unknown_division_is_no_fault() {
        // 81: Hong Kong residents' permits; 999999: no such place; 9…: permanent residents' cards.
        for first17 in ["81000019900101001", "99999919900101001", "93315619900101001"] {
            let mut canonical = [b'0'; 18];
            canonical[..17].copy_from_slice(first17.as_bytes());
            let check = char::from(check_byte(&canonical).unwrap());
            assert!(ResidentId::parse(&format!("{first17}{check}")).is_ok(), "{first17}");
        }
    }

    #[test]
    fn sequences_from_996_mean_the_century_before() {
        for (text, year) in
            [("110105491231995", 1949), ("110105851231996", 1885), ("110105851231999", 1885)]
        {
            assert_eq!(
                ResidentId::parse(text).map(|number| number.birth().year()),
                Ok(year),
                "{text}"
            );
        }
    }

    #[test]
    fn every_fault_is_named() {
        check(&[
            ("110105194912310021", Err(InvalidResidentId::CheckDigit)),
            ("11010519491331002X", Err(InvalidResidentId::Birth)),
            ("11010500001231002X", Err(InvalidResidentId::Birth)),
            ("110105491331002", Err(InvalidResidentId::Birth)),
            ("1101051949123100XX", Err(InvalidResidentId::Alphabet)),
            ("11010519491231002A", Err(InvalidResidentId::Alphabet)),
            ("00000000000000000X", Err(InvalidResidentId::Birth)),
            ("1101051949", Err(InvalidResidentId::Length(10))),
            ("", Err(InvalidResidentId::Length(0))),
            ("身份证号码无", Err(InvalidResidentId::Alphabet)),
        ]);
    }

    #[test]
    fn age_turns_on_the_birthday() {
        let number = ResidentId::parse(SYNTHETIC).unwrap();
        assert_eq!(number.birth(), date(1990, 1, 1));
        for (day, age) in [
            (date(2007, 12, 31), 17),
            (date(2008, 1, 1), 18),
            (date(2026, 5, 14), 36),
            (date(1989, 12, 31), -1),
        ] {
            assert_eq!(number.age_on(day), age, "{day}");
        }
    }

    #[test]
    fn nothing_but_the_ends_is_ever_shown() {
        let number = ResidentId::parse(STANDARD).unwrap();
        assert_eq!(number.masked(), "1****************X");
        assert_eq!(format!("{number:?}"), "ResidentId(…)");
        assert!(!format!("{:?}", ResidentId::parse("110105194912310021")).contains("1949"));
    }

    #[test]
    fn every_single_wrong_character_and_every_swap_of_neighbours_is_noticed() {
        let right: Vec<char> = SYNTHETIC.chars().collect();
        for position in 0..18 {
            for letter in "0123456789X".chars().filter(|letter| *letter != right[position]) {
                let mut wrong = right.clone();
                wrong[position] = letter;
                let text: String = wrong.iter().collect();
                assert!(ResidentId::parse(&text).is_err(), "{text}");
            }
        }
        for position in 1..18 {
            let mut wrong = right.clone();
            wrong.swap(position - 1, position);
            let text: String = wrong.iter().collect();
            assert_eq!(ResidentId::parse(&text).is_ok(), wrong == right, "{text}");
        }
    }
}

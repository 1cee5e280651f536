//! The business registration number (工商注册号), 15 digits; older forms are only recognised.
//!
//! Standard: GS 15-2006; check digit by GB/T 17710, MOD 11,10.

use std::fmt;

use crate::{identifier, text::Text};

/// A registration number that passed its check.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegNo([u8; 15]);

/// Why a text is no registration number.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidRegNo {
    #[error("expected 15 digits, found {0} characters")]
    Length(usize),
    #[error("“{0}” is no digit")]
    NotDigit(char),
    #[error("the check digit should be “{expected}”")]
    CheckDigit { expected: char },
    #[error("a placeholder, not a number")]
    Placeholder,
}

/// The kind of business a number was given to, by the first digit of its sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    DomesticEnterprise,
    ForeignEnterprise,
    IndividualBusiness,
}

impl RegNo {
    pub fn parse(text: &str) -> Result<RegNo, InvalidRegNo> {
        if identifier::is_placeholder_code(text) {
            return Err(InvalidRegNo::Placeholder);
        }
        if let Some(letter) = text.chars().find(|letter| !letter.is_ascii_digit()) {
            return Err(InvalidRegNo::NotDigit(letter));
        }
        let digits: [u8; 15] =
            text.as_bytes().try_into().map_err(|_| InvalidRegNo::Length(text.len()))?;
        let [body @ .., check] = digits;
        let expected = check_byte(&body);
        if check != expected {
            return Err(InvalidRegNo::CheckDigit { expected: char::from(expected) });
        }
        Ok(RegNo(digits))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    #[must_use]
    pub fn holder(&self) -> Holder {
        match self.0[6] {
            b'0'..=b'3' => Holder::DomesticEnterprise,
            b'4' | b'5' => Holder::ForeignEnterprise,
            _ => Holder::IndividualBusiness,
        }
    }
}

impl fmt::Debug for RegNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegNo({})", self.as_str())
    }
}

impl fmt::Display for RegNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl InvalidRegNo {
    /// The reason in both languages, for the clerk who mends the row.
    #[must_use]
    pub fn reason(&self) -> Text {
        let zh = match self {
            InvalidRegNo::Length(found) => format!("应为 15 位数字，写了 {found} 位"),
            InvalidRegNo::NotDigit(letter) => format!("“{letter}”不是数字"),
            InvalidRegNo::CheckDigit { expected } => format!("校验码应为“{expected}”"),
            InvalidRegNo::Placeholder => "是占位字样".to_owned(),
        };
        Text::new(zh, self.to_string())
    }
}

/// Whether a text may be a number of the forms given before 2007, such as `4104001000000` and
/// `企独豫总字第000123号`. They have no check digit and were given anew by every county: a record
/// keeps one as written, and no subject is found by it.
#[must_use]
pub fn is_older_form(text: &str) -> bool {
    let length = text.chars().count();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let other_code = matches!(length, 9 | 15 | 18) && text.is_ascii();
    (6..=50).contains(&length)
        && 4 <= digits
        && !other_code
        && !identifier::is_placeholder_code(text)
}

/// The check digit of the fourteen digits before it.
#[must_use]
pub fn check_digit(body: &str) -> Option<char> {
    let body: &[u8; 14] = body.as_bytes().try_into().ok()?;
    body.iter().all(u8::is_ascii_digit).then(|| char::from(check_byte(body)))
}

fn check_byte(body: &[u8; 14]) -> u8 {
    let mut product = 10;
    for digit in body {
        let sum = (product + (digit - b'0')) % 10;
        product = if sum == 0 { 10 } else { sum } * 2 % 11;
    }
    b'0' + (11 - product) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cases: &[(&str, Result<&str, InvalidRegNo>)]) {
        for (text, expected) in cases {
            let number = RegNo::parse(text);
            assert_eq!(number.as_ref().map(RegNo::as_str), expected.as_ref().copied(), "{text}");
        }
    }

    #[test]
    fn the_worked_example_ends_in_six() {
        assert_eq!(check_digit("11010800000001"), Some('6'));
        assert_eq!(check_digit("1101080000000"), None);
        assert_eq!(check_digit("1101080000000x"), None);
        check(&[("110108000000016", Ok("110108000000016"))]);
    }

    #[test]
    fn every_fault_is_named() {
        check(&[
            ("110108000000017", Err(InvalidRegNo::CheckDigit { expected: '6' })),
            ("4104001000000", Err(InvalidRegNo::Length(13))),
            ("1101080000O0016", Err(InvalidRegNo::NotDigit('O'))),
            ("１10108000000016", Err(InvalidRegNo::NotDigit('１'))),
            ("000000000000000", Err(InvalidRegNo::Placeholder)),
            ("无", Err(InvalidRegNo::NotDigit('无'))),
            ("", Err(InvalidRegNo::Length(0))),
        ]);
    }

    #[test]
    fn older_forms_are_recognised() {
        for text in ["4104001000000", "企独豫总字第000123号", "410402-1-000123"] {
            assert_eq!(is_older_form(text), text != "410402-1-000123", "{text}");
        }
        for text in
            ["110108000000017", "410402199001010019", "600037341", "0000000000000", "无", "12345"]
        {
            assert!(!is_older_form(text), "{text}");
        }
    }

    #[test]
    fn the_sequence_tells_the_holder() {
        for (first, expected) in [
            ('0', Holder::DomesticEnterprise),
            ('3', Holder::DomesticEnterprise),
            ('4', Holder::ForeignEnterprise),
            ('5', Holder::ForeignEnterprise),
            ('6', Holder::IndividualBusiness),
            ('9', Holder::IndividualBusiness),
        ] {
            let body = format!("410402{first}0000001");
            let text = format!("{body}{}", check_digit(&body).unwrap());
            assert_eq!(RegNo::parse(&text).map(|number| number.holder()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn every_single_wrong_digit_is_noticed() {
        let right = "110108000000016";
        for position in 0..15 {
            for digit in '0'..='9' {
                let mut letters: Vec<char> = right.chars().collect();
                letters[position] = digit;
                let text: String = letters.into_iter().collect();
                assert_eq!(RegNo::parse(&text).is_ok(), text == right, "{text}");
            }
        }
    }
}

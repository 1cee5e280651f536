//! The organisation code (组织机构代码): eight characters and a check character.
//!
//! Standard: GB 11714-1997. Its alphabet has all 36 letters and digits, five more than that of the
//! unified code which carries it in positions 9 to 17.

use std::fmt;

use crate::{identifier, text::Text};

const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// An organisation code that passed its check, without hyphen, in upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrgCode([u8; 9]);

/// Why a text is no organisation code.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidOrgCode {
    #[error("expected 9 characters, found {0}")]
    Length(usize),
    #[error("“{0}” is not used in organisation codes")]
    Alphabet(char),
    #[error("the check character should be “{expected}”")]
    CheckDigit { expected: char },
    #[error("a placeholder, not a code")]
    Placeholder,
}

impl OrgCode {
    /// Reads a code with or without the hyphen before its check character.
    pub fn parse(text: &str) -> Result<OrgCode, InvalidOrgCode> {
        if identifier::is_placeholder_code(text) {
            return Err(InvalidOrgCode::Placeholder);
        }
        let bytes = match text.as_bytes() {
            [a, b, c, d, e, f, g, h, b'-', check] => [*a, *b, *c, *d, *e, *f, *g, *h, *check],
            bytes => bytes.try_into().map_err(|_| InvalidOrgCode::Length(text.chars().count()))?,
        };
        let code = bytes.map(|byte| byte.to_ascii_uppercase());
        if let Some(letter) = text.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return Err(InvalidOrgCode::Alphabet(letter));
        }
        let [body @ .., check] = code;
        let expected = check_byte(&body).ok_or(InvalidOrgCode::Alphabet('-'))?;
        if check != expected {
            return Err(InvalidOrgCode::CheckDigit { expected: char::from(expected) });
        }
        Ok(OrgCode(code))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for OrgCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrgCode({})", self.as_str())
    }
}

impl fmt::Display for OrgCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl InvalidOrgCode {
    /// The reason in both languages, for the clerk who mends the row.
    #[must_use]
    pub fn reason(&self) -> Text {
        let zh = match self {
            InvalidOrgCode::Length(found) => format!("应为 9 位，写了 {found} 位"),
            InvalidOrgCode::Alphabet(letter) => format!("不用字符“{letter}”"),
            InvalidOrgCode::CheckDigit { expected } => format!("校验码应为“{expected}”"),
            InvalidOrgCode::Placeholder => "是占位字样".to_owned(),
        };
        Text::new(zh, self.to_string())
    }
}

/// The check character of the eight characters before it.
#[must_use]
pub fn check_character(body: &str) -> Option<char> {
    let body: &[u8; 8] = body.as_bytes().try_into().ok()?;
    check_byte(&body.map(|byte| byte.to_ascii_uppercase())).map(char::from)
}

/// The check byte, or none where a byte is outside the alphabet of digits and upper-case letters.
pub(super) fn check_byte(body: &[u8; 8]) -> Option<u8> {
    let mut sum = 0;
    for (byte, weight) in body.iter().zip(WEIGHTS) {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            _ => return None,
        };
        sum += u32::from(value) * weight;
    }
    // 11 minus the remainder, ten written X and eleven written 0.
    Some(b"0X987654321"[usize::try_from(sum % 11).ok()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cases: &[(&str, Result<&str, InvalidOrgCode>)]) {
        for (text, expected) in cases {
            let code = OrgCode::parse(text);
            assert_eq!(code.as_ref().map(OrgCode::as_str), expected.as_ref().copied(), "{text}");
        }
    }

    #[test]
    fn bodies_of_the_worked_examples_have_their_check_characters() {
        for (body, expected) in [
            ("60003734", '1'),
            ("MA1B3N1N", '2'),
            ("00175530", '9'),
            ("12345678", '8'),
            ("10000018", 'X'),
        ] {
            assert_eq!(check_character(body), Some(expected), "{body}");
        }
        assert_eq!(check_character("6000373"), None);
        assert_eq!(check_character("6000-734"), None);
    }

    #[test]
    fn a_hyphen_and_lower_case_are_forgiven() {
        check(&[
            ("600037341", Ok("600037341")),
            ("60003734-1", Ok("600037341")),
            ("ma1b3n1n-2", Ok("MA1B3N1N2")),
            ("10000018-x", Ok("10000018X")),
        ]);
    }

    #[test]
    fn every_fault_is_named() {
        check(&[
            ("600037342", Err(InvalidOrgCode::CheckDigit { expected: '1' })),
            ("60003734", Err(InvalidOrgCode::Length(8))),
            ("6000-37341", Err(InvalidOrgCode::Length(10))),
            ("6000373４1", Err(InvalidOrgCode::Length(9))),
            ("6000 7341", Err(InvalidOrgCode::Alphabet(' '))),
            ("6000-7341", Err(InvalidOrgCode::Alphabet('-'))),
            ("000000000", Err(InvalidOrgCode::Placeholder)),
            ("00000000X", Err(InvalidOrgCode::Placeholder)),
            ("无", Err(InvalidOrgCode::Length(1))),
        ]);
    }

    #[test]
    fn trap_02_all_36_letters_and_digits_may_stand_in_the_body() {
        for letter in ('0'..='9').chain('A'..='Z') {
            let body = format!("{letter}1234567");
            let check = check_character(&body).unwrap();
            assert!(OrgCode::parse(&format!("{body}{check}")).is_ok(), "{letter}");
        }
    }
}

//! Identity numbers of persons, recognised so that no answer repeats one.

use domain::identifier::{resident_id::ResidentId, uscc::UnifiedCode};

/// What stands in an answer for a text that may hold an identity number.
const VEIL: &str = "******";

/// The text as an answer may repeat it.
#[must_use]
pub fn veiled(text: &str) -> String {
    if may_hold_id(text) { VEIL.to_owned() } else { text.to_owned() }
}

/// Whether a text may hold an identity number, also a mistyped one: 15 or 18 digits, or 17 and X.
#[must_use]
pub fn may_hold_id(text: &str) -> bool {
    let joined: String = text.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
    joined.split(|letter: char| !letter.is_ascii_alphanumeric()).any(looks_like_id)
}

/// An address with every part veiled that may hold an identity number.
#[must_use]
pub fn veiled_path(path: &str) -> String {
    path.split('/').map(veiled).collect::<Vec<_>>().join("/")
}

fn looks_like_id(word: &str) -> bool {
    let Some((last, first)) = word.as_bytes().split_last() else { return false };
    let figures = matches!(word.len(), 15 | 18) && first.iter().all(u8::is_ascii_digit);
    let ends_well = last.is_ascii_digit() || (word.len() == 18 && matches!(last, b'X' | b'x'));
    let only_a_code = UnifiedCode::parse(word).is_ok() && ResidentId::parse(word).is_err();
    figures && ends_well && !only_a_code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_number_is_seen_in_any_dress() {
        for text in [
            "11010519491231002X",
            "11010519491231002x",
            "cn_id:11010519491231002X",
            "110105 19491231 002X",
            "某人 11010519491231002X",
            "110105194912310021",
            "130503670401001",
        ] {
            assert_eq!(veiled(text), VEIL, "{text}");
        }
    }

    #[test]
    fn names_and_unified_codes_stay() {
        for text in ["示例商贸有限公司", "11419900419900016T", "2026", "xn--"] {
            assert_eq!(veiled(text), text);
        }
        assert_eq!(
            veiled_path("/api/v1/subjects/11010519491231002X/file"),
            "/api/v1/subjects/******/file"
        );
    }
}

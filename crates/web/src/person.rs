//! Identity numbers of persons, recognised so that no page and no answer repeats one.

use domain::{
    identifier::{resident_id::ResidentId, uscc::UnifiedCode},
    text::Lang,
};
use registry::{
    error::Error,
    platform::Platform,
    search::{self, Hit},
};

/// What stands in an answer for a text that may hold an identity number.
pub const VEIL: &str = "******";

/// The text as an answer may repeat it.
#[must_use]
pub fn veiled(text: &str) -> String {
    if may_hold_id(text) { VEIL.to_owned() } else { text.to_owned() }
}

/// Whether a text may hold an identity number, also a mistyped one: 15 or 18 digits, or 17 and X.
#[must_use]
pub fn may_hold_id(text: &str) -> bool {
    let parts = |letter: &char| letter.is_whitespace() || *letter == '-';
    let joined: String = text.chars().filter(|letter| !parts(letter)).map(narrow).collect();
    joined.split(|letter: char| !letter.is_ascii_alphanumeric()).any(looks_like_id)
}

/// Half width for full width.
fn narrow(letter: char) -> char {
    match u32::from(letter) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(letter),
        _ => letter,
    }
}

/// What is found, and whether the question may be the identity number of a person: such a one is
/// not searched for. A 15-digit registration number may have the shape of an old identity number,
/// so that it is looked up, and taken for a person's where it is none.
pub async fn search(
    platform: &Platform,
    query: &str,
    lang: Lang,
    limit: usize,
) -> Result<(Vec<Hit>, bool), Error> {
    let person = may_hold_id(query);
    let reg_no = query.len() == 15 && query.bytes().all(|byte| byte.is_ascii_digit());
    if query.is_empty() || (person && !reg_no) {
        return Ok((Vec::new(), person));
    }
    let hits = search::search(platform, query, lang, limit).await?.hits;
    let person = person && hits.is_empty();
    Ok((hits, person))
}

/// An address with every part veiled that may hold an identity number.
#[must_use]
pub fn veiled_path(path: &str) -> String {
    path.split('/')
        .map(|part| if may_hold_id(&decoded(part)) { VEIL } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

/// A part of an address as it was meant; what is no text counts as it stands.
#[must_use]
pub fn decoded(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        let hex = |digit: Option<u8>| char::from(digit?).to_digit(16);
        let ahead = rest.clone();
        match (byte, hex(rest.next()), hex(rest.next())) {
            (b'%', Some(high), Some(low)) => bytes.push((high * 16 + low) as u8),
            _ => {
                rest = ahead;
                bytes.push(if byte == b'+' { b' ' } else { byte });
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
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
            "１１０１０５１９４９１２３１００２Ｘ",
            "110105\u{3000}19491231\u{3000}002X",
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
        assert_eq!(veiled_path("/x/%31%31010519491231002X"), "/x/******");
        assert_eq!(veiled_path("/x/%EF%BC%91%zz"), "/x/%EF%BC%91%zz");
    }
}

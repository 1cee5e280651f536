//! Matching keys of names and document numbers; what was written is kept elsewhere as written.
//!
//! [`normalise`] gives a name one writing; [`forms`] and [`parts`] take it apart into what tells one
//! organisation from another and what many share.

pub mod forms;
pub mod numeral;
pub mod parts;
pub mod writing;

/// The matching key of a name: one writing for full and half width, brackets, case and white space.
///
/// For matching only, never for display. White space next to a Chinese character is dropped, other
/// white space becomes one space.
#[must_use]
pub fn normalise(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    let mut space = false;
    for letter in name.chars().filter(|letter| !is_invisible(*letter)) {
        if letter.is_whitespace() {
            space = true;
            continue;
        }
        let letter = one_writing(letter);
        let parts_words = key.chars().next_back().is_some_and(|last| !is_han(last));
        if space && parts_words && !is_han(letter) {
            key.push(' ');
        }
        space = false;
        key.push(letter);
    }
    key
}

/// The matching key of a document number (文号): `示市监罚〔2026〕12号` in whatever brackets and width.
///
/// A document number is unique within one organ and year at most, so the key matches together
/// with the organ and never alone.
#[must_use]
pub fn document_number_key(text: &str) -> String {
    document_number_letters(text).collect()
}

/// The letters of [`document_number_key`], for a key that is part of a longer one.
pub fn document_number_letters(text: &str) -> impl Iterator<Item = char> {
    let written = |letter: &char| !letter.is_whitespace() && !is_invisible(*letter);
    text.chars().filter(written).map(one_writing)
}

/// Half width for full width, round brackets for all brackets, upper case for ASCII.
fn one_writing(letter: char) -> char {
    let letter = match u32::from(letter) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(letter),
        _ => letter,
    };
    match letter {
        '〔' | '【' | '[' => '(',
        '〕' | '】' | ']' => ')',
        other => other.to_ascii_uppercase(),
    }
}

/// Zero-width characters that copying from web pages leaves behind.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

pub(crate) fn is_han(letter: char) -> bool {
    matches!(u32::from(letter), 0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3040..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: fn(&str) -> String, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(key(text), *expected, "{text}");
            assert_eq!(key(expected), *expected, "a key is its own key");
        }
    }

    #[test]
    fn names_have_one_writing() {
        check(
            normalise,
            &[
                ("平顶山市（示例）商贸有限公司", "平顶山市(示例)商贸有限公司"),
                (" 平顶山市 示例　商贸有限公司\t", "平顶山市示例商贸有限公司"),
                ("平顶山ＡＢＣ科技有限公司", "平顶山ABC科技有限公司"),
                ("abc  Trading   co., ltd.", "ABC TRADING CO., LTD."),
                ("平顶山 abc 公司", "平顶山ABC公司"),
                ("【集团】示例〔北〕[南]［东］公司", "(集团)示例(北)(南)(东)公司"),
                ("示例\u{200B}公司\u{FEFF}", "示例公司"),
                ("阿卜杜·示例", "阿卜杜·示例"),
                ("株式会社 サンプル", "株式会社サンプル"),
                ("   ", ""),
                ("", ""),
            ],
        );
    }

    #[test]
    fn document_numbers_match_in_any_bracket() {
        let expected = "平市监罚(2026)12号";
        for (open, close) in
            [("〔", "〕"), ("［", "］"), ("[", "]"), ("【", "】"), ("(", ")"), ("（", "）")]
        {
            let text = format!(" 平市监罚{open}2026{close} 12 号");
            assert_eq!(document_number_key(&text), expected, "{text}");
        }
        check(document_number_key, &[("ｘｋ〔２０２６〕０１２号", "XK(2026)012号")]);
    }
}

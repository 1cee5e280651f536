//! One writing for the letters of a name: simplified for traditional, no diacritics, words apart.

use unicode_normalization::UnicodeNormalization;

use super::{is_han, is_invisible};

/// First letter of the table of simplified writings; what is before it has none.
const FIRST: u32 = 0x3400;

/// Simplified characters by traditional ones.
#[derive(Clone, Debug, Default)]
pub struct Simplified(Vec<u16>);

impl Simplified {
    /// Reads pairs, traditional and simplified in turn. Those outside the basic plane are left out.
    #[must_use]
    pub fn new(pairs: impl Iterator<Item = (char, char)>) -> Self {
        let mut table = Vec::new();
        for (traditional, simplified) in pairs {
            let place = u32::from(traditional).checked_sub(FIRST);
            let place = place.and_then(|place| usize::try_from(place).ok());
            let simple = u16::try_from(u32::from(simplified));
            let (Some(place), Ok(simple)) = (place, simple) else { continue };
            if usize::from(u16::MAX) < place {
                continue;
            }
            if table.len() <= place {
                table.resize(place + 1, 0);
            }
            table[place] = simple;
        }
        Simplified(table)
    }

    /// The simplified writing of a letter, or the letter where it has no other.
    #[must_use]
    pub fn of(&self, letter: char) -> char {
        let place = u32::from(letter).checked_sub(FIRST).and_then(|at| usize::try_from(at).ok());
        let simple = place.and_then(|place| self.0.get(place)).copied().unwrap_or_default();
        if simple == 0 { letter } else { char::from_u32(u32::from(simple)).unwrap_or(letter) }
    }
}

/// The one writing of a name: upper case, half width, no diacritics, `(` and `)` for all brackets,
/// `&` as a word, words parted by one space and Chinese characters by none.
#[must_use]
pub fn fold(simplified: &Simplified, text: &str) -> String {
    if text.is_ascii() {
        return fold_ascii(text);
    }
    let mut folded = Folded { text: String::with_capacity(text.len()), gap: false };
    if text.chars().all(is_plain) {
        text.chars().for_each(|letter| folded.push(simplified, letter));
    } else {
        // Compatibility forms (㈱, full width, ligatures) come apart, and so do diacritics.
        text.nfkd().filter(|letter| !is_mark(*letter)).nfc().for_each(|letter| {
            folded.push(simplified, letter);
        });
    }
    folded.text
}

/// The same for the letters most names in the world are written in, in a fraction of the time.
fn fold_ascii(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let (mut gap, mut word) = (false, false);
    for byte in text.bytes() {
        match byte {
            b'.' | b'\'' | b'`' => {}
            b'(' | b'[' | b')' | b']' | b':' => {
                let mark = match byte {
                    b'(' | b'[' => '(',
                    b':' => ':',
                    _ => ')',
                };
                folded.push(mark);
                (gap, word) = (false, false);
            }
            b'&' | b'#' => {
                if word {
                    folded.push(' ');
                }
                folded.push_str(if byte == b'&' { "AND" } else { "#" });
                (gap, word) = (true, true);
            }
            _ if byte.is_ascii_alphanumeric() => {
                if gap && word {
                    folded.push(' ');
                }
                folded.push(char::from(byte.to_ascii_uppercase()));
                (gap, word) = (false, true);
            }
            _ => gap = true,
        }
    }
    folded
}

/// Whether a letter needs no decomposition.
fn is_plain(letter: char) -> bool {
    letter.is_ascii() || matches!(letter, '\u{3400}'..='\u{9FFF}' | '（' | '）')
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}')
}

#[derive(Debug)]
struct Folded {
    text: String,
    gap: bool,
}

impl Folded {
    fn push(&mut self, simplified: &Simplified, letter: char) {
        match letter {
            // Dots and apostrophes stand within words: S.A., L'Example.
            '.' | '\'' | '’' | '‘' | '`' | '´' => {}
            _ if is_invisible(letter) => {}
            '(' | '（' | '[' | '【' | '〔' | '［' => self.mark('('),
            ')' | '）' | ']' | '】' | '〕' | '］' => self.mark(')'),
            '&' | '＆' => self.word("AND"),
            '#' => self.word("#"),
            ':' | '：' => self.mark(':'),
            _ if is_han(letter) => self.letter(simplified.of(letter)),
            'ß' | 'ẞ' => self.letters("SS"),
            'Æ' | 'æ' => self.letters("AE"),
            'Œ' | 'œ' => self.letters("OE"),
            'Ø' | 'ø' => self.letter('O'),
            'Ł' | 'ł' => self.letter('L'),
            'Đ' | 'đ' | 'Ð' | 'ð' => self.letter('D'),
            'Þ' | 'þ' => self.letters("TH"),
            _ if letter.is_alphanumeric() => letter.to_uppercase().for_each(|one| self.letter(one)),
            _ => self.gap = true,
        }
    }

    fn letter(&mut self, letter: char) {
        if self.gap && !is_han(letter) && self.text.chars().next_back().is_some_and(is_word) {
            self.text.push(' ');
        }
        self.gap = false;
        self.text.push(letter);
    }

    fn letters(&mut self, letters: &str) {
        letters.chars().for_each(|one| self.letter(one));
    }

    fn word(&mut self, word: &str) {
        self.gap = true;
        if self.text.chars().next_back().is_some_and(is_word) {
            self.text.push(' ');
        }
        self.gap = false;
        self.text.push_str(word);
        self.gap = true;
    }

    fn mark(&mut self, mark: char) {
        self.gap = false;
        self.text.push(mark);
    }
}

fn is_word(letter: char) -> bool {
    !is_han(letter) && !matches!(letter, '(' | ')' | ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded() {
        let simplified = Simplified::new([('東', '东'), ('號', '号'), ('會', '会')].into_iter());
        let rows = [
            ("示例（東方）２號有限公司", "示例(东方)2号有限公司"),
            ("㈱示例", "(株)示例"),
            ("株式会社 サンプル", "株式会社サンプル"),
            ("Société Générale d'Exemple, S.A.", "SOCIETE GENERALE DEXEMPLE SA"),
            ("A & B  Müller-Straße GmbH", "A AND B MULLER STRASSE GMBH"),
            ("Store #12", "STORE # 12"),
            ("A&B [Holdings]: no. 7#8 (x) y", "A AND B(HOLDINGS):NO 7 # 8(X)Y"),
            ("示例 ABC 公司", "示例ABC公司"),
            ("示例\u{200B}店", "示例店"),
            ("", ""),
        ];
        for (text, expected) in rows {
            assert_eq!(fold(&simplified, text), expected, "{text}");
            if text.is_ascii() {
                let mut slow = Folded { text: String::new(), gap: false };
                text.chars().for_each(|letter| slow.push(&simplified, letter));
                assert_eq!(slow.text, expected, "letter by letter: {text}");
            }
        }
    }
}

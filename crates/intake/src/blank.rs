//! Words that mean nothing was written, told from the rest in a few steps per cell.

/// What a word that says nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    /// The pack says that its source writes nothing so.
    Null,
    /// Somebody filled a cell to get past a check (无, -, null).
    Placeholder,
}

/// The null words of a pack and the placeholders of the policy.
#[derive(Debug)]
pub struct Blanks {
    words: Vec<(String, Blank)>,
    /// Bytes of the longest word: most cells are settled by their length.
    longest: usize,
    /// Bits of the [`slot`]s in which there is a word: nearly all others are by it.
    slots: [u64; SLOTS / 64],
}

const SLOTS: usize = 8192;

impl Blanks {
    #[must_use]
    pub fn new(null_words: &[String], placeholders: &[String]) -> Blanks {
        let nulls = null_words.iter().map(|word| (word.clone(), Blank::Null));
        let placeholders = placeholders.iter().map(|word| (word.clone(), Blank::Placeholder));
        let words: Vec<(String, Blank)> = nulls.chain(placeholders).collect();
        let longest = words.iter().map(|(word, _)| word.len()).max().unwrap_or_default();
        let mut blanks = Blanks { words, longest, slots: [0; SLOTS / 64] };
        for (word, _) in &blanks.words {
            let slot = slot(word);
            blanks.slots[slot / 64] |= 1 << (slot % 64);
        }
        blanks
    }

    /// What a trimmed text is, if it says nothing.
    #[inline]
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Blank> {
        if self.longest < text.len() {
            return None;
        }
        let slot = slot(text);
        if self.slots[slot / 64] & (1 << (slot % 64)) == 0 {
            return None;
        }
        let found = self.words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        found.map(|(_, blank)| *blank)
    }
}

/// A place by length and ends, the same for both cases of a letter.
fn slot(text: &str) -> usize {
    let bytes = text.as_bytes();
    let end = |byte: Option<&u8>| byte.map_or(0, |byte| usize::from(byte.to_ascii_lowercase()));
    (end(bytes.first()) * 31 + end(bytes.last()) * 7 + bytes.len() * 131) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_words_in_any_case_and_nothing_else() {
        let words =
            |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let blanks = Blanks::new(&words(&["NULL", "-0-"]), &words(&["无", "null", "-", "n/a"]));
        for (text, expected) in [
            ("null", Some(Blank::Null)),
            ("-0-", Some(Blank::Null)),
            ("无", Some(Blank::Placeholder)),
            ("N/A", Some(Blank::Placeholder)),
            ("", None),
            ("无锡", None),
            ("--", None),
            ("nail", None),
        ] {
            assert_eq!(blanks.find(text), expected, "{text}");
        }
    }
}

//! Code lists (代码集): what a coded field may say, when, and how older words map to newer.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::{parameter::Reference, text::Text};

/// One code list of `policy/codes/`.
#[derive(Clone, Debug)]
pub struct CodeList {
    pub id: String,
    pub label: Text,
    pub reference: Reference,
    pub entries: Vec<Entry>,
    /// Whether any code is in use on some days only.
    pub dated: bool,
    /// Whether the list is known to be incomplete: a code it lacks is a doubt and no error.
    pub open: bool,
    /// Exchanged word (code, label or alias) to position in `entries`.
    words: HashMap<String, u32>,
}

/// One code with its label and the days on which it may be used.
#[derive(Clone, Debug)]
pub struct Entry {
    pub code: String,
    pub label: Text,
    pub aliases: Vec<String>,
    pub from: Option<Date>,
    pub until: Option<Date>,
    /// The code one level up, such as the city of a county.
    pub parent: Option<String>,
}

impl CodeList {
    /// Builds the list, or names the words that stand for two codes.
    pub fn new(
        id: String,
        label: Text,
        reference: Reference,
        entries: Vec<Entry>,
    ) -> Result<Self, Vec<String>> {
        let mut words: HashMap<String, u32> = HashMap::new();
        let mut twice = Vec::new();
        for (position, entry) in (0u32..).zip(&entries) {
            let own = [&entry.code, &entry.label.zh];
            for word in own.into_iter().chain(&entry.aliases) {
                let earlier = words.insert(word.clone(), position);
                let clashes = earlier.is_some_and(|earlier| earlier != position);
                // A label that served an older code too (a renamed county) is no clash: codes decide.
                if clashes && *word == entry.code {
                    twice.push(word.clone());
                }
            }
        }
        for (position, entry) in (0u32..).zip(&entries) {
            words.insert(entry.code.clone(), position);
        }
        let dated = entries.iter().any(|entry| entry.from.is_some() || entry.until.is_some());
        if twice.is_empty() {
            Ok(CodeList { id, label, reference, entries, dated, open: false, words })
        } else {
            Err(twice)
        }
    }

    /// Finds the entry for a code, a label or an alias.
    #[must_use]
    pub fn find(&self, word: &str) -> Option<&Entry> {
        self.words.get(word).map(|&position| &self.entries[position as usize])
    }

    /// Position of the entry for a code, a label or an alias.
    #[must_use]
    pub fn position(&self, word: &str) -> Option<u32> {
        self.words.get(word).copied()
    }

    /// The label of a code, or the code itself where the list does not know it.
    #[must_use]
    pub fn label<'a>(&'a self, code: &'a str, lang: crate::text::Lang) -> &'a str {
        self.find(code).map_or(code, |entry| entry.label.get(lang))
    }
}

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
    /// Whether any code is in use on some days only, and may not be written on others.
    pub dated: bool,
    /// Whether the list is known to be incomplete: a code it lacks is a doubt and no error.
    pub open: bool,
    /// The list whose codes [`Entry::maps_to`] names; the list itself where none is given.
    pub maps_into: Option<String>,
    /// Exchanged word (code, label or alias) to position in `entries`.
    words: HashMap<String, u32>,
    /// Beginnings after which anything may follow (`其他-`), to position in `entries`.
    prefixes: Vec<(String, u32)>,
}

/// How a list stands to the words it lacks and to the days of its codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// See [`CodeList::open`].
    pub open: bool,
    /// A code once given keeps standing: its days are told and not enforced.
    pub lasting: bool,
    /// See [`CodeList::maps_into`].
    pub maps_into: Option<String>,
}

/// One code with its label and the days on which it may be used.
#[derive(Clone, Debug)]
pub struct Entry {
    pub code: String,
    pub label: Text,
    pub aliases: Vec<String>,
    /// A word that begins so is taken for this code, whatever follows.
    pub prefix: Option<String>,
    pub from: Option<Date>,
    pub until: Option<Date>,
    /// The code one level up, such as the city of a county.
    pub parent: Option<String>,
    /// The codes one of which is meant; several where an older word merged them.
    pub maps_to: Vec<String>,
}

impl Entry {
    /// Whether the code may be written on a day.
    #[must_use]
    pub fn is_in_use(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

impl CodeList {
    /// Builds the list, or names the words that stand for two codes.
    ///
    /// Two clashes are none. An entry and one below it may share a word (P and P83, 教育), and the
    /// narrower is meant. A code that has ended leaves its words to one that stands; a word that
    /// only ended codes share finds none of them, because nobody can tell which.
    pub fn new(
        id: String,
        label: Text,
        reference: Reference,
        entries: Vec<Entry>,
        manner: Manner,
    ) -> Result<Self, Vec<String>> {
        let mut claims: HashMap<&str, Vec<u32>> = HashMap::new();
        for (position, entry) in (0u32..).zip(&entries) {
            let own = [&entry.code, &entry.label.zh];
            for word in own.into_iter().chain(&entry.aliases).chain(&entry.prefix) {
                let claims = claims.entry(word).or_default();
                if claims.last() != Some(&position) {
                    claims.push(position);
                }
            }
        }
        let mut twice = Vec::new();
        let mut words = HashMap::new();
        for (word, claims) in claims {
            match settle(&entries, &claims) {
                Ok(Some(position)) => drop(words.insert(word.to_owned(), position)),
                Ok(None) => {}
                Err(()) => twice.push(word.to_owned()),
            }
        }
        if !twice.is_empty() {
            twice.sort();
            return Err(twice);
        }
        let prefixes = (0u32..).zip(&entries);
        let prefixes = prefixes.filter_map(|(at, entry)| Some((entry.prefix.clone()?, at)));
        let prefixes = prefixes.collect();
        let in_days = |entry: &Entry| entry.from.is_some() || entry.until.is_some();
        let dated = !manner.lasting && entries.iter().any(in_days);
        let Manner { open, maps_into, .. } = manner;
        Ok(CodeList { id, label, reference, entries, dated, open, maps_into, words, prefixes })
    }

    /// Finds the entry for a code, a label or an alias.
    #[must_use]
    pub fn find(&self, word: &str) -> Option<&Entry> {
        self.position(word).map(|position| &self.entries[position as usize])
    }

    /// Position of the entry for a code, a label or an alias.
    #[must_use]
    pub fn position(&self, word: &str) -> Option<u32> {
        let by_prefix = || {
            let found = self.prefixes.iter().find(|(prefix, _)| word.starts_with(prefix.as_str()));
            found.map(|(_, position)| *position)
        };
        self.words.get(word).copied().or_else(by_prefix)
    }

    /// The label of a code, or the code itself where the list does not know it.
    #[must_use]
    pub fn label<'a>(&'a self, code: &'a str, lang: crate::text::Lang) -> &'a str {
        self.find(code).map_or(code, |entry| entry.label.get(lang))
    }
}

/// Which of the entries that claim a word it means; none where only ended ones share it.
fn settle(entries: &[Entry], claims: &[u32]) -> Result<Option<u32>, ()> {
    let at = |position: u32| &entries[position as usize];
    let standing: Vec<u32> =
        claims.iter().copied().filter(|position| at(*position).until.is_none()).collect();
    match (claims, standing.as_slice()) {
        ([only], _) | (_, [only]) => Ok(Some(*only)),
        (_, []) => Ok(None),
        (_, several) => {
            let below_all = |one: &&u32| {
                several
                    .iter()
                    .all(|other| *one == other || is_below(entries, at(**one), at(*other)))
            };
            several.iter().find(below_all).map(|one| Some(*one)).ok_or(())
        }
    }
}

/// Whether `entry` stands somewhere below `other` in the list.
fn is_below(entries: &[Entry], entry: &Entry, other: &Entry) -> bool {
    let mut parent = entry.parent.as_ref();
    // A list of mutual parents would go round for ever; no list is deeper than it is long.
    for _ in 0..entries.len() {
        let Some(code) = parent else { return false };
        if *code == other.code {
            return true;
        }
        parent = entries.iter().find(|one| one.code == *code).and_then(|one| one.parent.as_ref());
    }
    false
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn entry(code: &str, label: &str, aliases: &[&str]) -> Entry {
        Entry {
            code: code.to_owned(),
            label: Text::new(label, label),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            prefix: None,
            from: None,
            until: None,
            parent: None,
            maps_to: Vec::new(),
        }
    }

    fn list(entries: Vec<Entry>, manner: Manner) -> Result<CodeList, Vec<String>> {
        let reference =
            Reference { instrument: String::new(), article: String::new(), verified: false };
        CodeList::new("list".to_owned(), Text::new("", ""), reference, entries, manner)
    }

    #[test]
    fn a_word_that_stands_for_two_codes_is_refused() {
        let rows: [(&[Entry], &[&str]); 4] = [
            (&[entry("1", "警告", &[]), entry("2", "罚款", &[])], &[]),
            (&[entry("1", "警告", &[]), entry("2", "警告", &[])], &["警告"]),
            (&[entry("1", "警告", &["训诫"]), entry("2", "罚款", &["训诫", "1"])], &["1", "训诫"]),
            (&[entry("1", "警告", &["警告", "训诫", "训诫"])], &[]),
        ];
        for (entries, expected) in rows {
            let clashes = list(entries.to_vec(), Manner::default()).err().unwrap_or_default();
            assert_eq!(clashes, expected, "{entries:?}");
        }
    }

    #[test]
    fn a_word_shared_with_an_entry_above_means_the_narrower() {
        let below = Entry { parent: Some("P83".to_owned()), ..entry("P831", "教育", &[]) };
        let middle = Entry { parent: Some("P".to_owned()), ..entry("P83", "教育", &[]) };
        let list = list(vec![below, entry("P", "教育", &[]), middle], Manner::default()).unwrap();
        assert_eq!(list.find("教育").unwrap().code, "P831");
        assert_eq!(list.find("P").unwrap().code, "P");
    }

    #[test]
    fn an_ended_code_leaves_its_words_to_one_that_stands() {
        let ended = |code: &str| Entry {
            until: Some(date(1997, 12, 31)),
            ..entry(code, "襄城县", &["襄城"])
        };
        let standing = entry("411025", "襄城县", &[]);
        let list =
            list(vec![ended("410426"), standing, ended("419999")], Manner::default()).unwrap();
        assert_eq!(list.find("襄城县").unwrap().code, "411025");
        assert_eq!(list.find("410426").unwrap().code, "410426");
        assert!(list.find("襄城").is_none(), "two ended codes share it");
        assert!(list.dated);
    }

    #[test]
    fn days_of_a_lasting_list_are_told_and_not_enforced() {
        let ended = Entry { until: Some(date(1997, 12, 31)), ..entry("410426", "襄城县", &[]) };
        let manner = Manner { lasting: true, ..Manner::default() };
        let list = list(vec![ended], manner).unwrap();
        assert!(!list.dated);
        assert_eq!(list.find("襄城县").unwrap().until, Some(date(1997, 12, 31)));
    }

    #[test]
    fn a_prefix_takes_any_word_that_begins_so() {
        let other = Entry { prefix: Some("其他-".to_owned()), ..entry("99", "其他", &[]) };
        let list = list(vec![entry("1", "普通", &[]), other], Manner::default()).unwrap();
        let found = |word: &str| list.find(word).map(|entry| entry.code.as_str());
        assert_eq!(found("其他-备案"), Some("99"));
        assert_eq!(found("其他"), Some("99"));
        assert_eq!(found("其他备案"), None);
        assert_eq!(list.label("7", crate::text::Lang::Zh), "7");
    }
}

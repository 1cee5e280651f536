//! Words that many names share: legal forms, words of branches, divisions, former and trading names.
//!
//! The words are data of `policy/names.toml`; this module looks them up and knows none itself.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::{
    is_han,
    writing::{Simplified, fold},
};

/// The words as they are listed, before they are made ready for looking up.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Words {
    /// Legal forms.
    pub form: Vec<FormWords>,
    /// Words of branches and shops.
    pub branch: Vec<BranchWords>,
    /// What stands before a former name (曾用名).
    pub former: Vec<String>,
    /// What stands before the name a business trades under (DBA).
    pub trading: Vec<String>,
    /// Words that tell nothing: the, and, 集团.
    pub filler: Vec<String>,
    /// What stands before the number of a shop.
    pub numbered: Vec<String>,
    /// Endings of the names of divisions, which a name may leave out: 省, 市, 县.
    pub division_ending: Vec<String>,
    /// Characters in two writings, the traditional one first.
    pub traditional: Vec<String>,
}

/// One legal form in all its writings.
#[derive(Clone, Debug, Deserialize)]
pub struct FormWords {
    pub id: String,
    pub words: Vec<String>,
    /// Whether the form may also stand before the name: 株式会社, PT.
    #[serde(default)]
    pub leading: bool,
}

/// Words that make what is before them the parent of a branch.
#[derive(Clone, Debug, Deserialize)]
pub struct BranchWords {
    pub words: Vec<String>,
    /// Whether the words make a branch only behind a number or in brackets: 二店, (人民路店).
    #[serde(default)]
    pub only_numbered: bool,
}

/// A legal form by its place in the list; [`Forms::form`] gives its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Form(u16);

/// The words made ready: taking a name apart looks each of its ends up once.
#[derive(Clone, Debug, Default)]
pub struct Forms {
    pub(super) simplified: Simplified,
    ids: Vec<String>,
    /// Forms in Chinese characters by their last one, the longest first.
    endings: HashMap<char, Vec<(String, Form)>>,
    /// Forms that may lead, in Chinese characters.
    leading: Vec<(String, Form)>,
    /// Forms in letters: their words joined by a space, and whether they may lead.
    lettered: HashMap<String, (Form, bool)>,
    pub(super) longest: usize,
    /// First and last words of forms in letters: a name with none of them at its ends has no form.
    pub(super) edges: HashSet<String>,
    /// Words of branches, the longest first, and whether they need a number.
    pub(super) branches: Vec<(String, bool)>,
    pub(super) former: Vec<String>,
    pub(super) trading: Vec<String>,
    pub(super) filler: Vec<String>,
    pub(super) numbered: Vec<String>,
    /// Short names of divisions by every writing.
    divisions: HashMap<String, String>,
    longest_division: usize,
}

impl Forms {
    /// Makes the words ready, with the names of the divisions in use.
    ///
    /// A writing that stands for two forms is returned instead: nobody could tell which is meant.
    pub fn new<'d>(
        words: &Words,
        divisions: impl IntoIterator<Item = &'d str>,
    ) -> Result<Self, Vec<String>> {
        let pairs = words.traditional.iter().flat_map(|line| pairs(line));
        let mut forms = Forms { simplified: Simplified::new(pairs), ..Forms::default() };
        let mut twice = Vec::new();
        for (place, form) in (0u16..).zip(&words.form) {
            forms.ids.push(form.id.clone());
            for word in &form.words {
                if !forms.add(word, Form(place), form.leading) {
                    twice.push(word.clone());
                }
            }
        }
        if !twice.is_empty() {
            return Err(twice);
        }
        for words in forms.endings.values_mut() {
            words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        forms.leading.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        forms.add_marks(words);
        forms.add_divisions(words, divisions);
        Ok(forms)
    }

    /// The id of a form, as the list has it.
    #[must_use]
    pub fn form(&self, form: Form) -> &str {
        self.ids.get(usize::from(form.0)).map_or("", String::as_str)
    }

    /// A text in the one writing in which words and names are compared.
    #[must_use]
    pub fn fold(&self, text: &str) -> String {
        fold(&self.simplified, text)
    }

    /// Adds one writing of a form; false where another form has it.
    fn add(&mut self, word: &str, form: Form, leads: bool) -> bool {
        let word = fold(&self.simplified, word).replace(['(', ')'], "");
        let Some(last) = word.chars().next_back() else { return false };
        if !word.chars().any(is_han) {
            self.longest = self.longest.max(word.split(' ').count());
            let own = [word.split(' ').next(), word.split(' ').next_back()];
            self.edges.extend(own.into_iter().flatten().map(str::to_owned));
            let before = self.lettered.insert(word, (form, leads));
            return before.is_none_or(|(other, _)| other == form);
        }
        if leads {
            self.leading.push((word.clone(), form));
        }
        let own = self.endings.entry(last).or_default();
        let clash = own.iter().any(|(other, of)| *other == word && *of != form);
        own.push((word, form));
        !clash
    }

    fn add_marks(&mut self, words: &Words) {
        let simplified = self.simplified.clone();
        let fold = |word: &String| fold(&simplified, word);
        let branches = words.branch.iter();
        let branches = branches.flat_map(|one| one.words.iter().map(|w| (w, one.only_numbered)));
        self.branches = branches.map(|(word, only)| (fold(word), only)).collect();
        self.branches.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        self.former = words.former.iter().map(fold).collect();
        self.trading = words.trading.iter().map(|word| format!(" {} ", fold(word))).collect();
        self.filler = words.filler.iter().map(fold).collect();
        self.numbered = words.numbered.iter().map(fold).collect();
    }

    fn add_divisions<'d>(&mut self, words: &Words, names: impl IntoIterator<Item = &'d str>) {
        for name in names {
            let name = fold(&self.simplified, name);
            let ending = words.division_ending.iter().find(|ending| name.ends_with(*ending));
            let short = ending.and_then(|ending| name.strip_suffix(ending.as_str()));
            let short = short.filter(|short| 1 < short.chars().count()).unwrap_or(&name).to_owned();
            self.longest_division = self.longest_division.max(name.chars().count());
            self.divisions.insert(name, short.clone());
            self.divisions.entry(short.clone()).or_insert(short);
        }
    }

    /// The short name of a division that `text` is.
    pub(super) fn division(&self, text: &str) -> Option<&str> {
        self.divisions.get(text).map(String::as_str)
    }

    /// Takes the longest name of a division off the beginning.
    pub(super) fn leading_division<'t>(&self, text: &'t str) -> Option<(&str, &'t str)> {
        let ends = text.char_indices().skip(1).map(|(at, _)| at).take(self.longest_division);
        let ends: Vec<usize> = ends.collect();
        ends.into_iter().rev().find_map(|end| {
            let short = self.division(&text[..end])?;
            Some((short, &text[end..]))
        })
    }

    /// Takes a form in Chinese characters off the end or the beginning.
    pub(super) fn han_form<'t>(&self, text: &'t str) -> Option<(&'t str, Form)> {
        let last = text.chars().next_back()?;
        let ended = self.endings.get(&last).and_then(|forms| {
            forms.iter().find_map(|(word, form)| Some((text.strip_suffix(word.as_str())?, *form)))
        });
        ended.or_else(|| {
            let mut leading = self.leading.iter();
            leading.find_map(|(word, form)| Some((text.strip_prefix(word.as_str())?, *form)))
        })
    }

    /// Where the last form in Chinese characters ends.
    pub(super) fn last_form_end(&self, text: &str) -> Option<usize> {
        let words = self.endings.values().flatten();
        words.filter_map(|(word, _)| Some(text.rfind(word.as_str())? + word.len())).max()
    }

    /// The form that words in letters are, and whether it may lead.
    pub(super) fn lettered(&self, words: &str) -> Option<(Form, bool)> {
        self.lettered.get(words).copied()
    }
}

/// The pairs of a line: traditional and simplified in turn.
fn pairs(line: &str) -> impl Iterator<Item = (char, char)> {
    let mut letters = line.chars().filter(|letter| !letter.is_whitespace());
    std::iter::from_fn(move || Some((letters.next()?, letters.next()?)))
}

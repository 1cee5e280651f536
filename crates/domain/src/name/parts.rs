//! A name taken apart: what tells one organisation from another, and what many share.

use std::borrow::Cow;

use super::{
    forms::{Form, Forms},
    is_han, numeral,
    writing::fold,
};

/// How many divisions may stand before a name: province, city, county.
const DIVISIONS: usize = 3;

/// Digits that still are the number of a shop and not a year or a telephone.
const NUMBER_DIGITS: usize = 6;

/// The parts of a name. For comparison only, never for display.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The name in one writing, without former and trading names.
    pub key: String,
    /// What is left when everything shared is taken off; the whole key where nothing is left.
    pub core: String,
    /// Divisions named before or in the name, short, from large to small, parted by a space.
    pub division: Option<String>,
    pub form: Option<Form>,
    pub branch: Option<Branch>,
    /// The number of the branch or shop.
    pub number: Option<u32>,
    /// Names it had before, in one writing.
    pub former: Vec<String>,
    /// The name it trades under, in one writing.
    pub trading: Option<String>,
}

/// That a name is a branch's, and what it says of its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The name before the words of the branch, in one writing.
    pub parent: String,
    /// What tells this branch from others of the parent, beside its number; may be empty.
    pub place: String,
    /// Whether [`Branch::place`] is a division of the table.
    pub divided: bool,
    /// One for a branch, two for a branch of a branch.
    pub depth: u8,
}

impl Forms {
    /// Takes a name apart.
    #[must_use]
    pub fn parts(&self, name: &str) -> Parts {
        let folded = fold(&self.simplified, name);
        let (folded, former) = self.without_former(&folded);
        let (folded, trading) = self.without_trading(&folded);
        let parts = if folded.chars().any(is_han) { self.han(folded) } else { self.latin(folded) };
        Parts { former, trading, ..parts }
    }

    /// Takes former names out: (曾用名:…), (原…有限公司), or 曾用名:… to the end.
    fn without_former<'t>(&self, text: &'t str) -> (Cow<'t, str>, Vec<String>) {
        let mut former = Vec::new();
        if !text.contains(['(', ':']) {
            return (Cow::Borrowed(text), former);
        }
        let mut kept = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, group, after)) = bracketed(rest) {
            kept.push_str(before);
            match self.former_in(group) {
                Some(name) => former.push(name.to_owned()),
                None => kept.extend(["(", group, ")"]),
            }
            rest = after;
        }
        let tail = self.former.iter().find_map(|mark| {
            let at = rest.find(mark.as_str())?;
            Some((at, rest[at + mark.len()..].strip_prefix(':')?))
        });
        if let Some((at, name)) = tail {
            former.push(name.to_owned());
            rest = &rest[..at];
        }
        kept.push_str(rest);
        (Cow::Owned(kept), former)
    }

    /// The former name in a bracket. A mark without a colon counts before a whole name only: (原平).
    fn former_in<'t>(&self, group: &'t str) -> Option<&'t str> {
        self.former.iter().find_map(|mark| {
            let name = group.strip_prefix(mark.as_str())?;
            name.strip_prefix(':').or_else(|| self.han_form(name).map(|_| name))
        })
    }

    fn without_trading<'t>(&self, text: &'t str) -> (&'t str, Option<String>) {
        // Byte by byte: words are short, and to look for the next space costs more than to come to it.
        let spaces = text.bytes().enumerate().filter(|(_, byte)| *byte == b' ');
        let split = spaces.map(|(at, _)| at).find_map(|at| {
            let rest = &text[at..];
            let after = self.trading.iter().find_map(|mark| rest.strip_prefix(mark.as_str()))?;
            (0 < at && !after.is_empty()).then_some((&text[..at], after))
        });
        match split {
            Some((before, after)) => (before, Some(after.to_owned())),
            None => (text, None),
        }
    }

    fn han(&self, text: &str) -> Parts {
        let mut divisions: Vec<&str> = Vec::new();
        let mut form = None;
        let mut plain = String::with_capacity(text.len());
        let mut rest = text;
        let mut shop = None;
        while let Some((before, group, after)) = bracketed(rest) {
            plain.push_str(before);
            if let Some(division) = self.division(group) {
                divisions.push(division);
            } else if let Some(("", of)) = self.han_form(group) {
                form = Some(of);
            } else if after.is_empty() && self.branch_of(group, true).is_some() {
                shop = Some((plain.len(), group));
            } else {
                plain.push_str(group);
            }
            rest = after;
        }
        plain.push_str(rest);
        let plain = plain.replace(['(', ')', ':'], "");
        let (head, branch, number) = match shop {
            Some((end, group)) => {
                let (before, number) = self.branch_of(group, true).unwrap_or((group, None));
                let divided = self.division(before).is_some();
                let parent = plain[..end.min(plain.len())].to_owned();
                let (place, depth) = (before.to_owned(), 1 + self.depth(&parent));
                let branch = Branch { parent: parent.clone(), place, divided, depth };
                (parent, Some(branch), number)
            }
            None => self.branch(&plain),
        };
        let mut body = head.as_str();
        if let Some((rest, of)) = self.han_form(body).filter(|(rest, _)| !rest.is_empty()) {
            (body, form) = (rest, form.or(Some(of)));
        }
        for _ in 0..DIVISIONS {
            let Some((division, rest)) = self.leading_division(body) else { break };
            if rest.chars().nth(1).is_none() {
                break;
            }
            divisions.push(division);
            body = rest;
        }
        let core = self.filler.iter().fold(body.to_owned(), |core, filler| {
            let ended = core.strip_suffix(filler.as_str()).filter(|rest| !rest.is_empty());
            ended.map(str::to_owned).unwrap_or(core)
        });
        let core = if core.is_empty() { plain.clone() } else { core.replace(' ', "") };
        let division = (!divisions.is_empty()).then(|| divisions.join(" "));
        let key = match shop {
            Some((_, group)) => format!("{plain}{group}"),
            None => plain,
        };
        Parts { key, core, division, form, branch, number, ..Parts::default() }
    }

    /// The parent, the branch and its number; the whole where it is none.
    fn branch(&self, plain: &str) -> (String, Option<Branch>, Option<u32>) {
        let Some((before, number)) = self.branch_of(plain, false) else {
            let digits = plain.trim_end_matches(|one: char| one.is_ascii_digit());
            let number = plain[digits.len()..].parse().ok().filter(|_| !digits.is_empty());
            let head = if number.is_some() { digits } else { plain };
            return (head.to_owned(), None, number);
        };
        let end = self.last_form_end(before).filter(|end| *end <= before.len());
        let (parent, place) = before.split_at(end.unwrap_or(before.len()));
        let divided = self.division(place).is_some();
        let (parent, depth) = (parent.to_owned(), 1 + self.depth(parent));
        let branch = Branch { parent: parent.clone(), place: place.to_owned(), divided, depth };
        (parent, Some(branch), number)
    }

    /// One where the parent of a branch is itself one.
    fn depth(&self, parent: &str) -> u8 {
        u8::from(self.branch_of(parent, false).is_some())
    }

    /// What is before the words of a branch, and its number; none where it is no branch.
    fn branch_of<'t>(&self, text: &'t str, in_brackets: bool) -> Option<(&'t str, Option<u32>)> {
        self.branches.iter().find_map(|(word, only_numbered)| {
            let before = text.strip_suffix(word.as_str())?;
            let (rest, number) = numeral::split_end(before);
            let counts = !only_numbered || in_brackets || (number.is_some() && !rest.is_empty());
            (counts && (in_brackets || !before.is_empty())).then_some((rest, number))
        })
    }

    fn latin(&self, text: &str) -> Parts {
        let plain = match text.contains(['(', ')', ':']) {
            true => Cow::Owned(text.replace(['(', ')', ':'], " ")),
            false => Cow::Borrowed(text),
        };
        let mut words: Vec<&str> = plain.split_ascii_whitespace().collect();
        let (key, all) = (words.join(" "), words.len());
        let number = self.take_number(&mut words);
        let last = words.last().filter(|_| 1 < words.len());
        let branch =
            self.branches.iter().any(|(word, only)| !only && last.is_some_and(|l| l == word));
        let branch = branch.then(|| {
            words.pop();
            Branch { parent: words.join(" "), place: String::new(), divided: false, depth: 1 }
        });
        let shorter = (words.len() < all).then(|| words.join(" "));
        let (mut rest, mut form) = (shorter.as_deref().unwrap_or(&key), None);
        while let Some((left, of)) = self.lettered_form(rest) {
            (rest, form) = (left, form.or(Some(of)));
        }
        let mut core = String::with_capacity(rest.len());
        for word in
            rest.split_ascii_whitespace().filter(|word| !self.filler.iter().any(|one| one == word))
        {
            if !core.is_empty() {
                core.push(' ');
            }
            core.push_str(word);
        }
        if core.is_empty() {
            core.clone_from(&key);
        }
        Parts { key, core, form, branch, number, ..Parts::default() }
    }

    /// Takes the number of a shop out: `# 12` and `STORE 12` anywhere, a bare number at the end.
    fn take_number(&self, words: &mut Vec<&str>) -> Option<u32> {
        let digits = |word: &str| {
            let short = !word.is_empty() && word.len() <= NUMBER_DIGITS;
            (short && word.bytes().all(|one| one.is_ascii_digit())).then(|| word.parse().ok())?
        };
        for at in 1..words.len() {
            let marked = self.is_numbered(words[at - 1]);
            let Some(number) = digits(words[at]) else { continue };
            if marked || at + 1 == words.len() {
                let mut first = at;
                while 1 < first && self.is_numbered(words[first - 1]) {
                    first -= 1;
                }
                words.drain(first..=at);
                return Some(number);
            }
        }
        None
    }

    fn is_numbered(&self, word: &str) -> bool {
        self.numbered.iter().any(|one| one == word)
    }

    /// Takes the longest legal form off the end or the beginning, where something is left.
    fn lettered_form<'t>(&self, body: &'t str) -> Option<(&'t str, Form)> {
        let (first, last) = (body.find(' ')?, body.rfind(' ')?);
        if self.edges.contains(&body[last + 1..]) {
            let spaces = body.rmatch_indices(' ').take(self.longest);
            let found = spaces.filter_map(|(at, _)| Some((at, self.lettered(&body[at + 1..])?.0)));
            if let Some((at, form)) = found.last() {
                return Some((&body[..at], form));
            }
        }
        if self.edges.contains(&body[..first]) {
            let spaces = body.match_indices(' ').take(self.longest);
            let found = spaces.filter_map(|(at, _)| Some((at, self.lettered(&body[..at])?)));
            let leading = found.filter(|(_, (_, leads))| *leads).last();
            return leading.map(|(at, (form, _))| (&body[at + 1..], form));
        }
        None
    }
}

/// The first bracket without another inside: before, inside, after.
fn bracketed(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.find('(')?;
    let close = open + text[open..].find(')')?;
    let open = text[..close].rfind('(')?;
    Some((&text[..open], &text[open + 1..close], &text[close + 1..]))
}

#[cfg(test)]
mod tests;

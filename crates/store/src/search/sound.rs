//! Names by how they are read (拼音): whole syllables, or the first letter of each.

use std::{collections::BTreeSet, sync::LazyLock};

use domain::name;
use pinyin::ToPinyinMulti as _;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::Match;

/// One sound of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sound {
    First(char),
    Whole(String),
}

/// Shortest and longest question in letters.
const LETTERS: std::ops::RangeInclusive<usize> = 2..=60;
/// Letters of the longest syllable: zhuang.
const SYLLABLE_MAX: usize = 6;
/// Ways of cutting a question into syllables that are followed.
const WAYS_MAX: usize = 8;
/// Stands before first letters, so that they are told from whole syllables.
const FIRST: char = '~';

/// Every syllable there is.
static SYLLABLES: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| ('\u{4E00}'..='\u{9FFF}').flat_map(readings).collect());

/// The readings of a character, without tones; a letter or a figure is read as itself.
fn readings(letter: char) -> Vec<String> {
    let Some(all) = letter.to_pinyin_multi() else { return vec![letter.to_string()] };
    let mut found: Vec<String> = Vec::new();
    for reading in all {
        // ü is written v where letters are typed.
        let plain = reading.plain().replace('ü', "v");
        if !found.contains(&plain) {
            found.push(plain);
        }
    }
    found
}

/// The ways in which a question of letters can be meant, whole syllables before first letters; none
/// where it holds anything else.
pub fn meant(query: &str) -> Vec<Vec<Sound>> {
    let letters: String =
        query.chars().filter(|one| !matches!(one, ' ' | '\'' | '’' | '-')).collect();
    let letters = letters.to_lowercase();
    if !LETTERS.contains(&letters.len()) || !letters.chars().all(|one| one.is_ascii_alphabetic()) {
        return Vec::new();
    }
    let mut ways: Vec<Vec<Sound>> = cut(&letters)
        .into_iter()
        .filter(|way| 1 < way.len())
        .map(|way| way.into_iter().map(|one| Sound::Whole(one.to_owned())).collect())
        .collect();
    ways.push(letters.chars().map(Sound::First).collect());
    ways
}

/// Ways of cutting letters into syllables, long syllables first.
fn cut(letters: &str) -> Vec<Vec<&str>> {
    // Only places from which the end can be reached are followed, so that no way is begun in vain.
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); letters.len()];
    for from in (0..letters.len()).rev() {
        let until = letters.len().min(from + SYLLABLE_MAX);
        next[from] = (from + 1..=until)
            .filter(|to| next.get(*to).is_none_or(|further| !further.is_empty()))
            .filter(|to| SYLLABLES.contains(&letters[from..*to]))
            .collect();
    }
    let mut whole = Vec::new();
    let mut open: Vec<(usize, Vec<&str>)> = vec![(0, Vec::new())];
    while let Some((from, way)) = open.pop()
        && whole.len() < WAYS_MAX
    {
        let Some(further) = next.get(from) else {
            whole.push(way);
            continue;
        };
        // Short before long, so that the longest is followed first.
        for to in further {
            open.push((*to, [way.as_slice(), &[&letters[from..*to]]].concat()));
        }
    }
    whole
}

/// The pairs of sounds a name must have.
pub fn pairs(way: &[Sound]) -> Vec<String> {
    let mut pairs: Vec<String> = way
        .windows(2)
        .filter_map(|pair| match pair {
            [Sound::First(one), Sound::First(next)] => Some(format!("{FIRST}{one}{next}")),
            [Sound::Whole(one), Sound::Whole(next)] => Some(format!("{one} {next}")),
            _ => None,
        })
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Whether a name is read so, or a part of it.
pub fn compare(way: &[Sound], key: &[char]) -> Option<Match> {
    let read = |(sound, letter): (&Sound, &char)| match sound {
        Sound::First(first) => readings(*letter).iter().any(|one| one.starts_with(*first)),
        Sound::Whole(whole) => readings(*letter).contains(whole),
    };
    let mut parts = key.windows(way.len().max(1));
    parts.any(|part| way.iter().zip(part).all(read)).then_some(Match::Sound)
}

/// Cuts a name into the pairs of its sounds.
#[derive(Clone)]
pub struct Sounds;

pub struct SoundStream {
    pairs: Vec<String>,
    token: Token,
}

impl Tokenizer for Sounds {
    type TokenStream<'a> = SoundStream;

    fn token_stream(&mut self, text: &str) -> SoundStream {
        let key: Vec<Vec<String>> = name::normalise(text).chars().map(readings).collect();
        let mut pairs = BTreeSet::new();
        for pair in key.windows(2) {
            for one in &pair[0] {
                for next in &pair[1] {
                    pairs.insert(format!("{one} {next}"));
                    let first = |text: &String| text.chars().next().unwrap_or_default();
                    pairs.insert(format!("{FIRST}{}{}", first(one), first(next)));
                }
            }
        }
        SoundStream { pairs: pairs.into_iter().collect(), token: Token::default() }
    }
}

impl TokenStream for SoundStream {
    fn advance(&mut self) -> bool {
        let Some(pair) = self.pairs.pop() else { return false };
        self.token.position = self.token.position.wrapping_add(1);
        self.token.text = pair;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_cut_into_every_way_they_can_be_meant() {
        let whole = |query: &str| -> Vec<String> {
            meant(query)
                .iter()
                .map(|way| {
                    let sounds = way.iter().map(|sound| match sound {
                        Sound::First(first) => first.to_string(),
                        Sound::Whole(whole) => whole.clone(),
                    });
                    sounds.collect::<Vec<_>>().join(" ")
                })
                .collect()
        };
        assert_eq!(whole("shili"), ["shi li", "s h i l i"]);
        assert!(whole("Xi'an").contains(&"xi an".to_owned()));
        assert_eq!(whole("slhs"), ["s l h s"]);
        for none in ["示例", "a", "abc1", &"a".repeat(61)] {
            assert!(whole(none).is_empty(), "{none}");
        }
        // However many ways lead nowhere, they are not walked.
        let long = format!("{}b", "xian".repeat(14));
        assert_eq!(whole(&long).len(), 1, "first letters alone");
        assert_eq!(whole(&"xian".repeat(15)).len(), WAYS_MAX + 1);
    }

    #[test]
    fn every_reading_of_a_character_counts() {
        let key: Vec<char> = "重庆示例".chars().collect();
        for query in ["chongqing", "zhongqing", "cqsl", "qingshi", "zqsl"] {
            let fits = meant(query).iter().any(|way| compare(way, &key).is_some());
            assert!(fits, "{query}");
        }
        assert!(meant("chongshi").iter().all(|way| compare(way, &key).is_none()));
    }
}

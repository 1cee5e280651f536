//! The pairs of characters by which names are found, of documents and of questions alike.

use domain::name;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Stands before the first character of a name and after the last; no name holds it.
const EDGE: char = '\u{1}';

/// The pairs inside a question; of a single character, that character.
pub fn inner(key: &[char]) -> Vec<String> {
    match key {
        [letter] => vec![letter.to_string()],
        _ => distinct(key.windows(2)),
    }
}

/// The pairs that are left of a question when the character at a place is wrong or too many, or
/// one before it is missing.
pub fn without(key: &[char], place: usize) -> Vec<String> {
    let pairs = key.windows(2).enumerate();
    distinct(pairs.filter(|(at, _)| *at != place && at + 1 != place).map(|(_, pair)| pair))
}

fn distinct<'a>(pairs: impl Iterator<Item = &'a [char]>) -> Vec<String> {
    let mut grams: Vec<String> = pairs.map(|pair| pair.iter().collect()).collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

/// What a name that begins as the question does must have.
pub fn start(key: &[char]) -> Option<String> {
    key.first().map(|letter| [EDGE, *letter].iter().collect())
}

/// What a name that ends as the question does must have.
pub fn end(key: &[char]) -> Option<String> {
    key.last().map(|letter| [*letter, EDGE].iter().collect())
}

/// Cuts a name into its pairs, its edges and its single characters.
#[derive(Clone)]
pub struct Grams;

pub struct GramStream {
    grams: Vec<String>,
    token: Token,
}

impl Tokenizer for Grams {
    type TokenStream<'a> = GramStream;

    fn token_stream(&mut self, text: &str) -> GramStream {
        let key: Vec<char> = name::normalise(text).chars().collect();
        let mut grams = inner(&key);
        grams.extend(start(&key));
        grams.extend(end(&key));
        grams.extend(key.iter().map(char::to_string));
        GramStream { grams, token: Token { position: 0, ..Token::default() } }
    }
}

impl TokenStream for GramStream {
    fn advance(&mut self) -> bool {
        let Some(gram) = self.grams.pop() else { return false };
        self.token.position += 1;
        self.token.text = gram;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

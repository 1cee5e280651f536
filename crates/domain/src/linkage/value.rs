//! Values made ready for comparison, each prepared once and compared many times.

use super::{model::Measure, veto::Marks};

/// One description of a subject: the values of each field of the model, and what vetoes are told by.
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    /// By the model's order. Several values where a subject has several names; none where missing.
    pub fields: Box<[Box<[Value]>]>,
    pub marks: Marks,
}

/// One value of one field.
#[derive(Clone, Debug)]
pub struct Value {
    /// By which equal values are told.
    pub hash: u64,
    /// The share of the population that has the value too, a pair that agrees on it not counted.
    pub others: f32,
    pub content: Content,
}

/// What a measure compares.
#[derive(Clone, Debug)]
pub enum Content {
    /// Nothing but the hash.
    Hash,
    Text(Box<str>),
    /// Hashes of two letters in sequence, in order.
    Grams(Box<[u32]>),
    /// Words by hash, in order.
    Words(Box<[Word]>),
    /// Metres east and north of the null meridian and the equator, at the place itself.
    Point {
        east: f32,
        north: f32,
    },
}

/// A word and how much it tells.
#[derive(Clone, Debug)]
pub struct Word {
    pub hash: u32,
    /// The less usual a word is, the more it weighs.
    pub weight: f32,
    pub text: Box<str>,
}

/// Metres of one degree of latitude.
const DEGREE: f64 = 111_195.0;

impl Value {
    /// Prepares a text for a measure; none where the text says nothing the measure can compare.
    ///
    /// `weigh` gives the weight of a word.
    #[must_use]
    pub fn new(
        measure: Measure,
        text: &str,
        others: f32,
        weigh: &mut dyn FnMut(&str) -> f32,
    ) -> Option<Value> {
        if text.is_empty() {
            return None;
        }
        let content = match measure {
            Measure::Equal => Content::Hash,
            Measure::JaroWinkler | Measure::Edit => Content::Text(text.into()),
            Measure::Bigrams => Content::Grams(grams(text)),
            Measure::Words | Measure::Contained => Content::Words(words(text, weigh)),
            Measure::Near => point(text)?,
        };
        Some(Value { hash: hash(text), others, content })
    }
}

/// Hashes of each two letters in sequence, the edges of the text counting as letters.
fn grams(text: &str) -> Box<[u32]> {
    let edge = std::iter::once('\u{0}');
    let letters: Vec<char> = edge.clone().chain(text.chars()).chain(edge).collect();
    let mut grams: Vec<u32> = letters
        .windows(2)
        .map(|pair| {
            let [first, second] = [u32::from(pair[0]), u32::from(pair[1])];
            first.wrapping_mul(0x9E37_79B1) ^ second.wrapping_mul(0x85EB_CA77).rotate_left(13)
        })
        .collect();
    grams.sort_unstable();
    grams.into()
}

fn words(text: &str, weigh: &mut dyn FnMut(&str) -> f32) -> Box<[Word]> {
    let mut words: Vec<Word> = text
        .split_ascii_whitespace()
        .map(|word| Word { hash: short_hash(word), weight: weigh(word), text: word.into() })
        .collect();
    words.sort_by(|one, other| (one.hash, &one.text).cmp(&(other.hash, &other.text)));
    words.dedup_by(|one, other| one.text == other.text);
    words.into()
}

/// Latitude and longitude in degrees, parted by a space.
fn point(text: &str) -> Option<Content> {
    let (latitude, longitude) = text.split_once(' ')?;
    let latitude: f64 = latitude.parse().ok()?;
    let longitude: f64 = longitude.parse().ok()?;
    let east = longitude * DEGREE * latitude.to_radians().cos();
    Some(Content::Point { east: narrow(east), north: narrow(latitude * DEGREE) })
}

#[expect(clippy::cast_possible_truncation, reason = "metres of the earth, to a metre")]
fn narrow(metres: f64) -> f32 {
    metres as f32
}

/// Hash of a text (FNV-1a, 64 bits), the same on every machine.
#[must_use]
pub fn hash(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// Hash of a word in 32 bits.
#[must_use]
pub fn short_hash(text: &str) -> u32 {
    let whole = hash(text);
    u32::try_from((whole ^ (whole >> 32)) & 0xFFFF_FFFF).unwrap_or_default()
}

//! Measures of likeness, each from 0 to 1 and the same both ways round.

use rapidfuzz::distance::{jaro_winkler, osa};

use super::value::{Content, Value, Word};
use crate::linkage::model::Measure;

/// From which likeness on two words count as one written wrongly.
const SLIP: f64 = 0.8;

/// Shortest word in which a slip is told from another word.
const SLIP_LETTERS: usize = 4;

/// Distance at which two places are half alike, in metres.
const HALF_WAY: f32 = 100.0;

/// How alike two values are.
#[must_use]
pub fn likeness(measure: Measure, one: &Value, other: &Value) -> f32 {
    match (&one.content, &other.content) {
        (Content::Point { east, north }, Content::Point { east: e, north: n }) => {
            HALF_WAY / (HALF_WAY + (east - e).hypot(north - n))
        }
        _ if one.hash == other.hash => 1.0,
        (Content::Text(one), Content::Text(other)) => {
            // Jaro's counting may depend on the order of the two.
            let (first, second) = if one <= other { (one, other) } else { (other, one) };
            narrow(text(measure, first, second))
        }
        (Content::Grams(one), Content::Grams(other)) => dice(one, other),
        (Content::Words(one), Content::Words(other)) => {
            shared(one, other, measure == Measure::Contained)
        }
        _ => 0.0,
    }
}

fn text(measure: Measure, one: &str, other: &str) -> f64 {
    let letters = one.is_ascii() && other.is_ascii();
    match (measure, letters) {
        (Measure::Edit, true) => osa::normalized_similarity(one.bytes(), other.bytes()),
        (Measure::Edit, false) => osa::normalized_similarity(one.chars(), other.chars()),
        (_, true) => jaro_winkler::similarity(one.bytes(), other.bytes()),
        (_, false) => jaro_winkler::similarity(one.chars(), other.chars()),
    }
}

/// Twice the shared grams by all grams.
fn dice(one: &[u32], other: &[u32]) -> f32 {
    let (mut left, mut right, mut both) = (0, 0, 0u16);
    while let (Some(a), Some(b)) = (one.get(left), other.get(right)) {
        both += u16::from(a == b);
        left += usize::from(a <= b);
        right += usize::from(b <= a);
    }
    let all = u16::try_from(one.len() + other.len()).unwrap_or(u16::MAX);
    2.0 * f32::from(both) / f32::from(all.max(1))
}

/// The weight of shared words by that of all, or by that of the lighter side.
fn shared(one: &[Word], other: &[Word], contained: bool) -> f32 {
    let total = |words: &[Word]| words.iter().map(|word| word.weight).sum::<f32>();
    let (mut left, mut right, mut both) = (0, 0, 0.0);
    let (mut alone, mut apart) = (Vec::new(), Vec::new());
    while let (Some(a), Some(b)) = (one.get(left), other.get(right)) {
        match (a.hash, &a.text).cmp(&(b.hash, &b.text)) {
            std::cmp::Ordering::Equal => {
                both += a.weight;
                (left, right) = (left + 1, right + 1);
            }
            std::cmp::Ordering::Less => {
                alone.push(a);
                left += 1;
            }
            std::cmp::Ordering::Greater => {
                apart.push(b);
                right += 1;
            }
        }
    }
    alone.extend(&one[left..]);
    apart.extend(&other[right..]);
    both += slips(alone, apart);
    let (one, other) = (total(one), total(other));
    let all = if contained { one.min(other) } else { one + other - both };
    if 0.0 < all { (both / all).min(1.0) } else { 0.0 }
}

/// The weight of words that differ by a slip of writing.
fn slips(alone: Vec<&Word>, apart: Vec<&Word>) -> f32 {
    let long = |word: &&Word| SLIP_LETTERS <= word.text.len();
    let alone: Vec<&Word> = alone.into_iter().filter(long).collect();
    let apart: Vec<&Word> = apart.into_iter().filter(long).collect();
    let mut pairs = Vec::new();
    for (first, a) in alone.iter().enumerate() {
        for (second, b) in apart.iter().enumerate() {
            let alike = osa::normalized_similarity(a.text.bytes(), b.text.bytes());
            if SLIP <= alike {
                pairs.push((narrow(alike) * a.weight.min(b.weight), first, second));
            }
        }
    }
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut taken, mut given) = (vec![false; alone.len()], vec![false; apart.len()]);
    let mut sum = 0.0;
    for (weight, first, second) in pairs {
        if !taken[first] && !given[second] {
            (taken[first], given[second]) = (true, true);
            sum += weight;
        }
    }
    sum
}

#[expect(clippy::cast_possible_truncation, reason = "a likeness needs no more digits")]
fn narrow(likeness: f64) -> f32 {
    likeness as f32
}

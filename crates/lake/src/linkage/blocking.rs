//! Blocking (分块): which pairs are compared at all. Comparing every pair of a million is out of reach.

use domain::linkage::{
    plan::{Key, KeyPart, Plan, Take},
    value::hash,
};

use super::{
    draft::Draft,
    population::{Frequencies, Population, bigrams},
};

/// Bits of a hash that hold the number of its key, so that a report can name it.
const KEY_BITS: u64 = 0xF;

/// Most keys a plan may have.
pub const MOST_KEYS: usize = 16;

/// Bits by which the index is entered.
const ENTRY_BITS: u32 = 18;

/// Metres of one degree of latitude.
const DEGREE: f64 = 111_195.0;

/// The keys of one side in order, by which the other side finds its candidates.
#[derive(Debug)]
pub struct Index {
    hashes: Vec<u64>,
    records: Vec<u32>,
    /// Where hashes of each beginning start.
    entries: Vec<u32>,
}

/// Blocks too large to be compared, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    pub blocks: [u64; MOST_KEYS],
    pub pairs: [u64; MOST_KEYS],
}

impl Index {
    /// Puts the keys of a side in order.
    #[must_use]
    pub fn new(population: &Population) -> Self {
        let mut sorted: Vec<(u64, u32)> = Vec::with_capacity(population.key_count());
        for (record, number) in (0..population.records.len()).zip(0u32..) {
            sorted.extend(population.keys(record).iter().map(|key| (*key, number)));
        }
        sorted.sort_unstable();
        let mut entries = Vec::with_capacity((1 << ENTRY_BITS) + 1);
        let mut at = 0u32;
        for (key, _) in &sorted {
            while entries.len() <= entry(*key) {
                entries.push(at);
            }
            at += 1;
        }
        entries.resize((1 << ENTRY_BITS) + 1, at);
        let (hashes, records) = sorted.into_iter().unzip();
        Index { hashes, records, entries }
    }

    /// The records that have a key.
    #[must_use]
    pub fn block(&self, key: u64) -> &[u32] {
        let entry = entry(key);
        let (start, end) = (self.entries[entry] as usize, self.entries[entry + 1] as usize);
        let own = &self.hashes[start..end];
        let first = own.partition_point(|hash| *hash < key);
        let count = own[first..].iter().take_while(|hash| **hash == key).count();
        &self.records[start + first..start + first + count]
    }

    /// Counts the blocks that are skipped.
    #[must_use]
    pub fn oversized(&self, most: usize) -> Skipped {
        let mut skipped = Skipped::default();
        for block in self.hashes.chunk_by(|one, other| one == other) {
            if most < block.len() {
                skipped.blocks[number(block[0])] += 1;
            }
        }
        skipped
    }
}

impl Skipped {
    /// Notes a record whose block was skipped.
    pub(super) fn note(&mut self, key: u64, block: usize) {
        self.pairs[number(key)] += u64::try_from(block).unwrap_or(u64::MAX);
    }

    pub(super) fn add(&mut self, other: &Skipped) {
        for (own, more) in self.pairs.iter_mut().zip(other.pairs) {
            *own += more;
        }
    }
}

fn entry(key: u64) -> usize {
    usize::try_from(key >> (u64::BITS - ENTRY_BITS)).unwrap_or_default()
}

fn number(key: u64) -> usize {
    usize::try_from(key & KEY_BITS).unwrap_or_default()
}

/// Adds the keys of a record.
pub(super) fn keys_of(plan: &Plan, frequencies: &Frequencies, draft: &Draft, keys: &mut Vec<u64>) {
    for (number, key) in (0u64..).zip(plan.keys.iter().take(MOST_KEYS)) {
        for joined in combined(key, frequencies, draft) {
            keys.push((mixed(joined ^ number) & !KEY_BITS) | number);
        }
    }
}

/// Every combination of what the parts of a key give; nothing where one gives nothing.
fn combined(key: &Key, frequencies: &Frequencies, draft: &Draft) -> Vec<u64> {
    let mut joined = vec![0u64];
    for part in &key.parts {
        let mut own = Vec::new();
        for text in draft.values(part.field) {
            taken(part, frequencies, text, &mut own);
        }
        let with = |before: u64| own.iter().map(move |hash| mixed(before.rotate_left(7) ^ hash));
        joined = joined.into_iter().flat_map(with).collect();
    }
    joined
}

fn taken(part: &KeyPart, frequencies: &Frequencies, text: &str, hashes: &mut Vec<u64>) {
    let field = part.field;
    match part.take {
        Take::Whole => hashes.push(hash(text)),
        Take::First(count) => hashes.push(hash(first(text, count))),
        Take::Last(count) => {
            let from = text.char_indices().rev().nth(count.saturating_sub(1));
            hashes.push(hash(from.map_or(text, |(at, _)| &text[at..])));
        }
        Take::Deletions => {
            hashes.push(hash(text));
            let mut shorter = String::with_capacity(text.len());
            for (at, letter) in text.char_indices() {
                shorter.clear();
                shorter.push_str(&text[..at]);
                shorter.push_str(&text[at + letter.len_utf8()..]);
                hashes.push(hash(&shorter));
            }
        }
        Take::RareWords(count) => {
            let mut words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
            words.sort_by_key(|word| frequencies.word(field, word));
            hashes.extend(words.into_iter().take(count).map(hash));
        }
        Take::RareGrams(count) => {
            let mut grams: Vec<u32> = bigrams(text).collect();
            grams.sort_by_key(|gram| (frequencies.gram(field, *gram), *gram));
            grams.truncate(count);
            for (at, one) in grams.iter().enumerate() {
                for other in &grams[at + 1..] {
                    let [low, high] = [*one.min(other), *one.max(other)];
                    hashes.push((u64::from(high) << u32::BITS) | u64::from(low));
                }
            }
        }
        Take::Square(side) => squares(text, f64::from(side), hashes),
    }
}

fn first(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end])
}

/// The square around a place in each of four grids.
fn squares(text: &str, side: f64, hashes: &mut Vec<u64>) {
    let parsed = text.split_once(' ').map(|(north, east)| (north.parse(), east.parse()));
    let Some((Ok(latitude), Ok(longitude))) = parsed else { return };
    let (latitude, longitude): (f64, f64) = (latitude, longitude);
    let north = latitude * DEGREE / side;
    // One width for a whole band of latitude, so that neighbours share their grid.
    let east = longitude * DEGREE * latitude.round().to_radians().cos() / side;
    for (grid, (right, up)) in [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)].iter().enumerate() {
        hashes.push(hash(&format!("{grid} {} {}", (east + right).floor(), (north + up).floor())));
    }
}

/// Spreads a hash over all its bits.
fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}

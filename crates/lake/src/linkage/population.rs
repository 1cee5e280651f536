//! A population made ready: values with their frequencies, and the keys of every record.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    thread,
};

use domain::linkage::{
    model::Measure,
    plan::{FieldPlan, Plan, Take},
    value::{Prepared, Value, hash, short_hash},
};

use super::{blocking::keys_of, draft::Draft};

/// Records ready to be compared, with their keys.
#[derive(Debug, Default)]
pub struct Population {
    pub records: Vec<Prepared>,
    /// Keys of all records one after the other.
    keys: Vec<u64>,
    /// Where the keys of each record end.
    ends: Vec<u32>,
}

/// How often values, words and bigrams occur over both sides.
#[derive(Debug, Default)]
pub struct Frequencies {
    fields: Vec<FieldCounts>,
    records: u32,
}

#[derive(Debug, Default)]
struct FieldCounts {
    values: Hashed<u64, [u32; 2]>,
    words: Hashed<u32, u32>,
    grams: Hashed<u32, u32>,
    filled: [u32; 2],
}

/// A map whose keys are hashes already.
type Hashed<K, V> = HashMap<K, V, BuildHasherDefault<Spread>>;

/// Spreads a hash over all its bits instead of hashing it anew.
#[derive(Clone, Copy, Debug, Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(self.0 ^ u64::from(*byte)));
    }

    fn write_u32(&mut self, hash: u32) {
        self.write_u64(u64::from(hash));
    }

    fn write_u64(&mut self, hash: u64) {
        let hash = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = hash ^ (hash >> 29);
    }
}

impl Frequencies {
    /// Counts one side or both.
    #[must_use]
    pub fn count(plan: &Plan, sides: &[&[Draft]]) -> Self {
        let taken = |field: usize, wanted: fn(Take) -> bool| {
            let mut parts = plan.keys.iter().flat_map(|key| &key.parts);
            parts.any(|part| part.field == field && wanted(part.take))
        };
        let count = &|at: usize, field: &FieldPlan| {
            let weighed = matches!(field.measure, Measure::Words | Measure::Contained);
            let words = weighed || taken(at, |take| matches!(take, Take::RareWords(_)));
            let grams = taken(at, |take| matches!(take, Take::RareGrams(_)));
            let mut counts = FieldCounts::default();
            for (side, drafts) in sides.iter().enumerate().take(2) {
                for draft in *drafts {
                    counts.add(side, draft.values(at), words, grams);
                }
            }
            counts
        };
        let fields = thread::scope(|scope| {
            let fields = plan.fields.iter().enumerate();
            let threads: Vec<_> =
                fields.map(|(at, field)| scope.spawn(move || count(at, field))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_default()).collect()
        });
        let records = sides.iter().map(|side| side.len()).sum::<usize>();
        Frequencies { fields, records: u32::try_from(records).unwrap_or(u32::MAX) }
    }

    /// How many records have a word in a field.
    #[must_use]
    pub fn word(&self, field: usize, word: &str) -> u32 {
        let counts = self.fields.get(field);
        counts.and_then(|counts| counts.words.get(&short_hash(word))).copied().unwrap_or_default()
    }

    /// How many records have a bigram in a field.
    #[must_use]
    pub fn gram(&self, field: usize, gram: u32) -> u32 {
        let counts = self.fields.get(field);
        counts.and_then(|counts| counts.grams.get(&gram)).copied().unwrap_or_default()
    }

    /// The share of pairs whose values of a field are equal by chance or by right.
    #[must_use]
    pub fn agreement(&self, field: usize, one_side: bool) -> f64 {
        let Some(counts) = self.fields.get(field) else { return 0.0 };
        let values = counts.values.values();
        let [left, right] = counts.filled.map(f64::from);
        if one_side {
            let equal: f64 = values.map(|[n, _]| f64::from(*n) * (f64::from(*n) - 1.0)).sum();
            return equal / (left * (left - 1.0)).max(1.0);
        }
        let equal: f64 = values.map(|[n, m]| f64::from(*n) * f64::from(*m)).sum();
        equal / (left * right).max(1.0)
    }

    /// How many values of a field there are, over both sides.
    #[must_use]
    pub fn filled(&self, field: usize) -> u32 {
        self.fields.get(field).map_or(0, |counts| counts.filled[0] + counts.filled[1])
    }

    /// The share of values that are this one, two that agree on it not counted.
    fn others(&self, field: usize, text: &str) -> f32 {
        let Some(counts) = self.fields.get(field) else { return 0.0 };
        let [left, right] = counts.values.get(&hash(text)).copied().unwrap_or_default();
        let others = f64::from((left + right).saturating_sub(2));
        narrow(others / f64::from(self.filled(field).max(1)))
    }
}

/// Minus the logarithm of a share, in bits.
fn rarity(count: u32, of: u32) -> f32 {
    narrow((f64::from(of.max(1)) / f64::from(count.max(1))).log2().max(0.0))
}

#[expect(clippy::cast_possible_truncation, reason = "a share needs no more digits")]
fn narrow(share: f64) -> f32 {
    share as f32
}

impl FieldCounts {
    fn add<'v>(
        &mut self,
        side: usize,
        values: impl Iterator<Item = &'v str>,
        words: bool,
        grams: bool,
    ) {
        for value in values {
            self.filled[side] += 1;
            self.values.entry(hash(value)).or_default()[side] += 1;
            if words {
                for word in value.split(' ').filter(|word| !word.is_empty()) {
                    *self.words.entry(short_hash(word)).or_default() += 1;
                }
            }
            if grams {
                for gram in bigrams(value) {
                    *self.grams.entry(gram).or_default() += 1;
                }
            }
        }
    }
}

/// The bigrams of a text, by hash.
pub(super) fn bigrams(text: &str) -> impl Iterator<Item = u32> {
    text.chars().zip(text.chars().skip(1)).map(|(first, second)| {
        u32::from(first).wrapping_mul(0x9E37_79B1) ^ u32::from(second).rotate_left(11)
    })
}

impl Population {
    /// Makes records ready, over several threads.
    #[must_use]
    pub fn new(plan: &Plan, frequencies: &Frequencies, drafts: Vec<Draft>, threads: usize) -> Self {
        let part = drafts.len().div_ceil(threads.max(1)).max(1);
        let parts: Vec<Population> = thread::scope(|scope| {
            let parts = drafts.chunks(part);
            let threads: Vec<_> = parts
                .map(|part| scope.spawn(|| Population::part(plan, frequencies, part)))
                .collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        drop(drafts);
        let mut whole = Population::default();
        for part in parts {
            let offset = u32::try_from(whole.keys.len()).unwrap_or(u32::MAX);
            whole.ends.extend(part.ends.iter().map(|end| end + offset));
            whole.keys.extend(part.keys);
            whole.records.extend(part.records);
        }
        whole
    }

    fn part(plan: &Plan, frequencies: &Frequencies, drafts: &[Draft]) -> Self {
        let mut population = Population::default();
        population.records.reserve_exact(drafts.len());
        population.ends.reserve_exact(drafts.len());
        let mut own = Vec::new();
        for draft in drafts {
            own.clear();
            keys_of(plan, frequencies, draft, &mut own);
            own.sort_unstable();
            own.dedup();
            population.keys.extend_from_slice(&own);
            population.ends.push(u32::try_from(population.keys.len()).unwrap_or(u32::MAX));
            population.records.push(prepare(plan, frequencies, draft));
        }
        population
    }

    /// The keys of a record.
    #[must_use]
    pub fn keys(&self, record: usize) -> &[u64] {
        let start = record.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.keys[start as usize..self.ends[record] as usize]
    }

    /// How many keys the records have together.
    #[must_use]
    pub fn key_count(&self) -> usize {
        self.keys.len()
    }
}

fn prepare(plan: &Plan, frequencies: &Frequencies, draft: &Draft) -> Prepared {
    let field = |(at, field): (usize, &FieldPlan)| -> Box<[Value]> {
        let mut weigh = |word: &str| rarity(frequencies.word(at, word), frequencies.records);
        let values = draft.values(at).filter_map(|text| {
            let others = if field.by_frequency { frequencies.others(at, text) } else { 0.0 };
            Value::new(field.measure, text, others, &mut weigh)
        });
        values.collect()
    };
    Prepared { fields: plan.fields.iter().enumerate().map(field).collect(), marks: draft.marks }
}

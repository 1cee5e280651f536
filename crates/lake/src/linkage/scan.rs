//! Scoring of every candidate pair, over several threads, in memory that does not grow with pairs compared.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use domain::linkage::{score::Scorer, veto::Veto};

use super::{
    blocking::{Index, Skipped},
    population::Population,
};

/// Records a thread takes at a time.
const CHUNK: usize = 1024;

/// The sides of a linkage. A population is linked with itself where there is no other side.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'p> {
    pub left: &'p Population,
    pub right: Option<&'p Population>,
}

/// A pair that scored enough to be kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    pub left: u32,
    pub right: u32,
    pub bits: f32,
}

/// What a scan found.
#[derive(Debug, Default)]
pub struct Scan {
    /// By left, then by right.
    pub pairs: Vec<Pair>,
    pub compared: u64,
    /// Pairs that would have been kept but for a veto.
    pub vetoed: BTreeMap<Veto, u64>,
    pub skipped: Skipped,
}

impl<'p> Sides<'p> {
    /// The side that is looked up.
    #[must_use]
    pub fn other(self) -> &'p Population {
        self.right.unwrap_or(self.left)
    }

    /// The candidates of a record, each once; blocks over `most` are skipped and noted.
    pub(super) fn candidates(
        self,
        index: &Index,
        record: usize,
        most: usize,
        found: &mut Vec<u32>,
        skipped: &mut Skipped,
    ) {
        found.clear();
        for key in self.left.keys(record) {
            let block = index.block(*key);
            if most < block.len() {
                skipped.note(*key, block.len());
            } else {
                found.extend_from_slice(block);
            }
        }
        found.sort_unstable();
        found.dedup();
    }
}

/// Scores the candidates of every record and keeps pairs of at least `least` bits.
#[must_use]
pub fn scan(
    sides: Sides<'_>,
    index: &Index,
    scorer: &Scorer<'_>,
    most_in_block: usize,
    least: f32,
    threads: usize,
) -> Scan {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut own = Scan::default();
        let mut found = Vec::new();
        loop {
            let start = next.fetch_add(CHUNK, Ordering::Relaxed);
            let end = sides.left.records.len().min(start.saturating_add(CHUNK));
            if end <= start {
                return own;
            }
            for record in start..end {
                sides.candidates(index, record, most_in_block, &mut found, &mut own.skipped);
                own.score(sides, scorer, record, &found, least);
            }
        }
    };
    let parts: Vec<Scan> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let mut whole = Scan { skipped: index.oversized(most_in_block), ..Scan::default() };
    for part in parts {
        whole.compared += part.compared;
        whole.skipped.add(&part.skipped);
        for (veto, count) in part.vetoed {
            *whole.vetoed.entry(veto).or_default() += count;
        }
        whole.pairs.extend(part.pairs);
    }
    whole.pairs.sort_unstable_by_key(|pair| (pair.left, pair.right));
    whole
}

impl Scan {
    fn score(
        &mut self,
        sides: Sides<'_>,
        scorer: &Scorer<'_>,
        record: usize,
        found: &[u32],
        least: f32,
    ) {
        let own = &sides.left.records[record];
        let left = u32::try_from(record).unwrap_or(u32::MAX);
        for right in found {
            if sides.right.is_none() && *right <= left {
                continue;
            }
            let other = &sides.other().records[*right as usize];
            self.compared += 1;
            let Some(score) = scorer.at_least(own, other, least) else { continue };
            match own.marks.veto(&other.marks) {
                Some(veto) => *self.vetoed.entry(veto).or_default() += 1,
                None => self.pairs.push(Pair { left, right: *right, bits: score.bits }),
            }
        }
    }
}

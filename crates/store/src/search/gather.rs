//! Finding the names that have all the pairs asked for: the shortest list is walked, and in the
//! long ones, such as those of 有限公司, single names are looked up.

use std::collections::BinaryHeap;

use tantivy::{
    DocAddress, DocId, DocSet as _, Searcher, SegmentReader, TERMINATED, Term,
    postings::SegmentPostings,
    schema::{Field, IndexRecordOption},
};

use crate::error::Error;

/// Places looked at in the lists, in all segments together: a question that takes more fits so
/// many names that the best of the first will do.
const LOOKS_MAX: usize = 60_000;

/// A candidate; the least is the best.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    length: u64,
    segment: u32,
    doc: DocId,
}

/// Names that have every pair, short ones first, and no more of them than `keep`.
pub fn candidates(
    searcher: &Searcher,
    field: Field,
    grams: &[String],
    keep: usize,
) -> Result<Vec<DocAddress>, Error> {
    let mut best = BinaryHeap::with_capacity(keep + 1);
    let mut looks = LOOKS_MAX;
    for (segment, reader) in (0..).zip(searcher.segment_readers()) {
        let Some(mut lists) = lists(reader, field, grams)? else { continue };
        let Some((first, others)) = lists.split_first_mut() else { continue };
        let lengths = reader.fast_fields().u64("length")?;
        while let Some(doc) = next(first, others, &mut looks) {
            let length = lengths.first(doc).unwrap_or(u64::MAX);
            let candidate = Candidate { length, segment, doc };
            let full = keep <= best.len();
            let beaten = full && best.peek() <= Some(&candidate);
            if !reader.is_deleted(doc) && !beaten {
                best.push(candidate);
                if full {
                    best.pop();
                }
            }
            first.advance();
        }
    }
    let sorted = best.into_sorted_vec().into_iter();
    Ok(sorted.map(|found| DocAddress::new(found.segment, found.doc)).collect())
}

/// The lists of the pairs, shortest first; none where the segment lacks one of them.
fn lists(
    reader: &SegmentReader,
    field: Field,
    grams: &[String],
) -> Result<Option<Vec<SegmentPostings>>, Error> {
    let index = reader.inverted_index(field)?;
    let mut lists = Vec::with_capacity(grams.len());
    for gram in grams {
        let term = Term::from_field_text(field, gram);
        let Some(list) = index.read_postings(&term, IndexRecordOption::Basic)? else {
            return Ok(None);
        };
        lists.push(list);
    }
    lists.sort_by_key(SegmentPostings::doc_freq);
    Ok(Some(lists))
}

/// The next name that is in all lists, from where they stand.
fn next(
    first: &mut SegmentPostings,
    others: &mut [SegmentPostings],
    looks: &mut usize,
) -> Option<DocId> {
    'names: loop {
        let doc = first.doc();
        if doc == TERMINATED || *looks == 0 {
            return None;
        }
        *looks -= 1;
        for list in &mut *others {
            *looks = looks.saturating_sub(1);
            if list.doc() < doc {
                list.seek(doc);
            }
            if list.doc() != doc {
                first.seek(list.doc());
                continue 'names;
            }
        }
        return Some(doc);
    }
}

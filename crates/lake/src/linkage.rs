//! Linkage of whole populations: which of millions of descriptions are of one subject.
//!
//! Pairs come from blocking keys, parameters from the data itself without labels, and clusters from
//! pairs, the surest first, where no veto stands between any two members. Nothing here decides about
//! anybody: what comes out is put before `domain::linkage::decide` and before persons.

pub mod blocking;
pub mod cluster;
pub mod draft;
pub mod estimate;
pub mod population;
pub mod scan;

#[cfg(test)]
mod tests;

//! Linkage (主体比对): whether two descriptions are of one subject, by a documented probabilistic model.
//!
//! Fellegi and Sunter's model: each field of a pair falls on a level of agreement, and each level
//! speaks for or against by the logarithm of how much oftener it occurs among pairs of one subject
//! than among pairs drawn at random. The sum, in bits, is the score. What may never be joined is a
//! [`veto::Veto`] and no matter of degree. This module decides and nothing else: the parameters are
//! a [`model::Model`], the thresholds are data of `policy/linkage.toml`.

pub mod compare;
pub mod derive;
pub mod model;
pub mod plan;
pub mod score;
pub mod single;
pub mod value;
pub mod veto;

use serde::{Deserialize, Serialize};

use self::{score::Score, veto::Veto};

/// From which score on a pair is joined, and from which on a person looks at it; in bits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// At zero bits a pair is as likely of one subject as not.
    pub same: f32,
    pub review: f32,
}

/// What becomes of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Joined without a person.
    Same,
    /// Put before a person.
    Review,
    /// Left apart; by a veto where there is one.
    Different(Option<Veto>),
}

/// Decides on a pair. A veto outweighs any score.
#[must_use]
pub fn decide(score: Score, veto: Option<Veto>, thresholds: Thresholds) -> Verdict {
    if veto.is_some() {
        return Verdict::Different(veto);
    }
    if thresholds.same <= score.bits {
        return Verdict::Same;
    }
    if thresholds.review <= score.bits { Verdict::Review } else { Verdict::Different(None) }
}

#[cfg(test)]
mod tests;

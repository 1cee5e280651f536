//! The parameters of the model: levels of agreement with how often each occurs, under one version.

use serde::{Deserialize, Serialize};

use crate::sealed::sm3_hex;

/// Most fields a model may have; the levels of a pair stand in one number.
pub const MOST_FIELDS: usize = 15;

/// Most levels a field may have, that of values unlike not counted.
pub const MOST_LEVELS: usize = 13;

/// Fields, levels and the share of pairs that are of one subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    pub id: String,
    /// Share of all pairs that are of one subject.
    pub share: f64,
    pub fields: Vec<Field>,
}

/// One field with its levels, from most alike to least.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    pub measure: Measure,
    /// Where agreement on an unusual value counts more than on a usual one: how often, by chance, two
    /// values agree of which no third is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rarest: Option<f64>,
    pub levels: Vec<Level>,
    /// How often values are less alike than every level.
    pub unlike: Odds,
}

/// Values at least so alike.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    pub at_least: f64,
    #[serde(flatten)]
    pub odds: Odds,
}

/// How often something holds among pairs of one subject (m) and among pairs drawn at random (u).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Odds {
    pub m: f64,
    pub u: f64,
}

impl Odds {
    /// What it speaks for one subject, in bits.
    #[must_use]
    pub fn bits(self) -> f64 {
        (self.m.max(f64::MIN_POSITIVE) / self.u.max(f64::MIN_POSITIVE)).log2()
    }
}

/// How the values of a field are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Equal or not.
    Equal,
    /// Jaro and Winkler: for short names, whose beginning counts most.
    JaroWinkler,
    /// Letters changed, left out, added or exchanged, by the longer length.
    Edit,
    /// Shared bigrams (Dice): for Chinese names.
    Bigrams,
    /// Weighted words in any order, slips of writing allowed.
    Words,
    /// The same against the lighter side: a name within a longer text.
    Contained,
    /// Distance of two places; half alike at 100 m.
    Near,
}

/// Why a model cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("expected 1 to {MOST_FIELDS} fields, found {0}")]
    Fields(usize),
    #[error("field `{0}`: expected 1 to {MOST_LEVELS} levels from most alike to least")]
    Levels(String),
    #[error("field `{0}`: expected m and u from 0 to 1")]
    Odds(String),
    #[error("expected a share of pairs from 0 to 1")]
    Share,
}

impl Model {
    /// Everything for which the model cannot be used; empty where it can.
    #[must_use]
    pub fn check(&self) -> Vec<Unusable> {
        let mut faults = Vec::new();
        if self.fields.is_empty() || MOST_FIELDS < self.fields.len() {
            faults.push(Unusable::Fields(self.fields.len()));
        }
        let proper = |share: f64| (0.0..=1.0).contains(&share);
        if !proper(self.share) {
            faults.push(Unusable::Share);
        }
        for field in &self.fields {
            let falls = field.levels.windows(2).all(|pair| pair[1].at_least < pair[0].at_least);
            if !falls || field.levels.is_empty() || MOST_LEVELS < field.levels.len() {
                faults.push(Unusable::Levels(field.name.clone()));
            }
            let mut odds = field.levels.iter().map(|level| level.odds).chain([field.unlike]);
            let rarest = field.rarest.is_none_or(|rarest| 0.0 < rarest && rarest <= 1.0);
            if !rarest || !odds.all(|odds| proper(odds.m) && proper(odds.u)) {
                faults.push(Unusable::Odds(field.name.clone()));
            }
        }
        faults
    }

    /// The version: SM3 of the parameters as JSON, so that a decision names what it rested on.
    #[must_use]
    pub fn version(&self) -> String {
        sm3_hex(serde_json::to_string(self).unwrap_or_default().as_bytes())
    }
}

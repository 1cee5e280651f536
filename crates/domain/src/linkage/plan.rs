//! How a population is linked: fields, keys and limits. A plan holds no parameter that data can tell.

use serde::{Deserialize, Serialize};

use super::{
    Thresholds,
    derive::Derive,
    model::{Measure, Model},
};
use crate::{parameter::Reference, text::Text};

/// One kind of linkage as `policy/linkage.toml` lays it down: who is compared, how, and what joins.
#[derive(Clone, Debug, PartialEq)]
pub struct Linkage {
    pub id: String,
    pub label: Text,
    /// Schemes of identifiers: a subject that is known by these alone is looked for.
    pub schemes: Vec<String>,
    pub thresholds: Thresholds,
    /// For a single description; a whole population tells its own parameters.
    pub model: Model,
    /// Fields, by their place, that must be equal before a pair is joined without a person.
    pub exact: Vec<usize>,
    /// What each field of the model is drawn from.
    pub drawn: Vec<Drawn>,
    pub keys: Vec<Key>,
    pub limits: Limits,
    pub reference: Reference,
}

/// The written value a field comes from, and the part of it that is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    pub label: Text,
    pub of: Written,
    pub derive: Derive,
}

/// A value by which a subject without a code is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Written {
    Name,
    Address,
    Telephone,
    /// Latitude and longitude.
    Position,
}

impl Linkage {
    /// The plan by which a population is linked.
    #[must_use]
    pub fn plan(&self) -> Plan {
        let fields = self.model.fields.iter().map(|field| FieldPlan {
            name: field.name.clone(),
            measure: field.measure,
            by_frequency: field.rarest.is_some(),
            levels: field.levels.iter().map(|level| level.at_least).collect(),
        });
        Plan {
            id: self.id.clone(),
            fields: fields.collect(),
            keys: self.keys.clone(),
            limits: self.limits,
        }
    }
}

/// Fields and keys of one kind of linkage, with the limits of the work.
#[derive(Clone, Debug, Deserialize)]
pub struct Plan {
    pub id: String,
    pub fields: Vec<FieldPlan>,
    pub keys: Vec<Key>,
    pub limits: Limits,
}

/// One field: how it is compared and on which levels of likeness.
#[derive(Clone, Debug, Deserialize)]
pub struct FieldPlan {
    pub name: String,
    pub measure: Measure,
    #[serde(default)]
    pub by_frequency: bool,
    /// Least likeness of each level, from most alike to least.
    pub levels: Vec<f64>,
}

/// A blocking key: two records are compared where all its parts agree.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Key {
    pub parts: Vec<KeyPart>,
}

/// What one field gives to a key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct KeyPart {
    /// The field by its place in the plan.
    pub field: usize,
    pub take: Take,
}

/// How much of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    Whole,
    /// The first letters.
    First(usize),
    /// The last letters.
    Last(usize),
    /// The text, and the text without each of its letters: finds one letter wrong, missing or added.
    Deletions,
    /// The least usual words, each by itself.
    RareWords(usize),
    /// The least usual two, each with the next of so many least usual bigrams.
    RareGrams(usize),
    /// The square of so many metres around a place, in four grids, so that no border parts neighbours.
    Square(u32),
}

/// Limits, so that memory and time are bounded whatever the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Records that may share a key; a larger block is skipped and reported.
    pub most_in_block: usize,
    /// Pairs drawn at random for how often values agree by chance.
    pub random_pairs: usize,
    /// Pairs from blocks for how often they agree in one subject.
    pub learning_pairs: usize,
    pub most_rounds: usize,
    /// Members a cluster may have; a join beyond is left to a person.
    pub most_members: usize,
}

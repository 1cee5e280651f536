//! Scorecards (评价模型): what public facts about an organisation come to, point by point.
//!
//! A card says what is counted (indicators, SQL over the records of a catalogue item), and what each
//! value is worth (bands); what it comes to is decided here, for one subject and for all alike. The
//! result is a reference for supervision: it enters nobody on a list and refuses nothing. There is no card
//! for natural persons.
//!
//! Basis: 《关于进一步完善失信约束制度构建诚信建设长效机制的指导意见》（国办发〔2020〕49号） for what may be
//! used; weights are local policy, none are published.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{parameter::Reference, subject, text::Text};

/// One version of a card: `policy/scorecards/<id>@<no>.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    pub id: String,
    pub no: u32,
    pub label: Text,
    pub about: Text,
    /// The days on which it is the card in force; a draft has none.
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub subject_kinds: Vec<subject::Kind>,
    /// Codes of industries, by their beginning, whose organisations it is for; all where there are none.
    pub industries: Vec<String>,
    pub reference: Reference,
    /// The best first.
    pub grades: Vec<Grade>,
    pub dimensions: Vec<Dimension>,
    pub indicators: Vec<Indicator>,
}

/// A grade (等级) and the least total that reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    pub id: String,
    pub label: Text,
    pub from: i64,
}

/// A side of the subject that is looked at, scored from 0 to [`FULL`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    pub id: String,
    pub label: Text,
    /// Its part of the total, of 1,000.
    pub weight: i64,
    /// What a subject has of which nothing is known.
    pub start: i64,
}

/// What is counted of a subject's records, and what it is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    pub id: String,
    /// Place of its dimension in the card.
    pub dimension: usize,
    pub label: Text,
    /// Catalogue item.
    pub item: String,
    /// SQL: which of its records count.
    pub filter: String,
    /// SQL: an aggregate over them, an integer.
    pub value: String,
    pub unit: ValueUnit,
    /// What is said of it beside its points, with `{value}` for the value.
    pub reason: Text,
    /// Of rising beginnings, the first of them open below.
    pub bands: Vec<Band>,
    pub reference: Reference,
    /// Line of its table in the card's file, counted from 1.
    pub line: usize,
}

/// What values from its beginning to that of the next band are worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// None: from below.
    pub from: Option<i64>,
    pub points: i64,
    /// The best grade a subject may have whatever its total, by its place among the grades.
    pub at_best: Option<usize>,
}

/// What a value counts, for whoever reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueUnit {
    Count,
    Fen,
    Days,
    Number,
}

/// The most a dimension can have.
pub const FULL: i64 = 100;

/// What a card is told of one indicator of one subject: there are records, and this is their value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Place of the indicator in the card.
    pub indicator: usize,
    pub value: i64,
    /// Numbers of the records that count, rising.
    pub records: Vec<i64>,
}

/// What an indicator came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    pub indicator: usize,
    pub value: i64,
    /// Place of the band among those of the indicator.
    pub band: usize,
    /// Of its dimension.
    pub points: i64,
    pub records: Vec<i64>,
}

/// What a subject came to under a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// From 0 to 1,000.
    pub total: i64,
    /// Place among the card's grades.
    pub grade: usize,
    /// What each dimension came to, from 0 to [`FULL`].
    pub dimensions: Vec<i64>,
    /// One for each indicator of which there are records, in the card's order.
    pub points: Vec<Point>,
}

impl Indicator {
    /// The place of the band a value falls in.
    #[must_use]
    pub fn band(&self, value: i64) -> usize {
        let above = self.bands.partition_point(|band| band.from.is_none_or(|from| from <= value));
        above.saturating_sub(1)
    }
}

impl Card {
    /// The name under which scores are kept: `comprehensive@1`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}@{}", self.id, self.no)
    }

    #[must_use]
    pub fn in_force(&self, on: Date) -> bool {
        self.from.is_some_and(|from| from <= on) && self.until.is_none_or(|until| on <= until)
    }

    /// Whether it is for a subject of this kind and industry.
    #[must_use]
    pub fn is_for(&self, kind: subject::Kind, industry: Option<&str>) -> bool {
        let named = |code: &str| self.industries.iter().any(|start| code.starts_with(start));
        self.subject_kinds.contains(&kind)
            && (self.industries.is_empty() || industry.is_some_and(named))
    }

    /// What these values come to; values come in the order of the indicators.
    #[must_use]
    pub fn score(&self, values: Vec<Value>) -> Score {
        let mut dimensions: Vec<i64> = self.dimensions.iter().map(|one| one.start).collect();
        let mut best = 0;
        let points: Vec<Point> = values
            .into_iter()
            .map(|Value { indicator, value, records }| {
                let of = &self.indicators[indicator];
                let at = of.band(value);
                let band = &of.bands[at];
                dimensions[of.dimension] += band.points;
                best = best.max(band.at_best.unwrap_or(0));
                Point { indicator, value, band: at, points: band.points, records }
            })
            .collect();
        let mut weighted = 0;
        for (points, dimension) in dimensions.iter_mut().zip(&self.dimensions) {
            *points = (*points).clamp(0, FULL);
            weighted += *points * dimension.weight;
        }
        let total = (weighted + FULL / 2) / FULL;
        let reached = self.grades.iter().position(|grade| grade.from <= total);
        let last = self.grades.len().saturating_sub(1);
        Score { total, grade: reached.unwrap_or(last).max(best), dimensions, points }
    }
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

//! Values that the law sets, each with the day it begins and the instrument it comes from.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Where a value of the law stands: instrument and article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Title and number of the instrument, such as 《信用修复管理办法》（令第36号）.
    pub instrument: String,
    /// Article, paragraph and item; empty where the source did not give one.
    pub article: String,
    /// False while nobody has compared the value with the text of the instrument (条号待核).
    pub verified: bool,
}

/// A value with the days on which it is the law, both inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated<T> {
    pub from: Date,
    pub until: Option<Date>,
    pub value: T,
    pub reference: Reference,
}

impl<T> Dated<T> {
    #[must_use]
    pub fn in_force(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| on <= until)
    }
}

/// The value in force on a day; where two rows overlap, the one that began later.
#[must_use]
pub fn in_force<T>(values: &[Dated<T>], on: Date) -> Option<&Dated<T>> {
    values.iter().filter(|value| value.in_force(on)).max_by_key(|value| value.from)
}

/// A named number of `policy/parameters/`.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// File stem and key, such as `timeliness.double_publicity`.
    pub key: String,
    pub label: crate::text::Text,
    pub unit: Unit,
    pub values: Vec<Dated<i64>>,
}

/// What a parameter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    WorkingDays,
    Days,
    Months,
    Years,
    Fen,
    PerMille,
    Count,
}

//! Serious-breach lists (严重失信主体名单) on which a department of the place decides, and the measures
//! (惩戒措施) that may follow from an entry.
//!
//! A list is one that law, administrative regulation or central policy sets up. A measure is one of the
//! national list of measures, and a list opens only those its own instrument names: nothing is added,
//! and nothing reaches beyond the subject of the entry.
//!
//! Legal basis: 国办发〔2020〕49号; 《全国失信惩戒措施基础清单》.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    deadline::limit,
    parameter::{Dated, Reference, in_force},
    policy::Policy,
    text::Text,
};

/// A list of `policy/lists.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Code of `policy/codes/list_kinds.toml`.
    pub id: String,
    pub label: Text,
    /// When its rules are in force.
    pub basis: Vec<Dated<()>>,
    /// Parameter of the shortest and of the longest term; the same number where there is no choice.
    pub shortest: String,
    pub longest: String,
    /// How one leaves it.
    pub removal: Text,
    pub measures: Vec<ListMeasure>,
}

/// A measure that a list opens, and by which article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListMeasure {
    pub id: String,
    /// Whether the instrument leaves the officer no choice.
    pub mandatory: bool,
    pub reference: Reference,
}

/// What a measure does to whoever it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    /// 减损权益或者增加义务.
    ReducesRights,
    /// 管理措施.
    Management,
    /// 由市场主体自主采取: nobody is told to, and no check asks for it.
    Voluntary,
}

/// A measure of `policy/measures.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    pub id: String,
    pub label: Text,
    pub kind: MeasureKind,
    /// Kinds of matters in which an officer meets it.
    pub matters: Vec<String>,
    pub basis: Vec<Dated<()>>,
}

/// Months an entry may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    pub shortest: i64,
    pub longest: i64,
}

impl List {
    /// The rules in force on a day; none where the list cannot be entered then.
    #[must_use]
    pub fn basis_on(&self, day: Date) -> Option<&Reference> {
        in_force(&self.basis, day).map(|basis| &basis.reference)
    }

    /// The term an entry decided on a day may have.
    #[must_use]
    pub fn term(&self, policy: &Policy, day: Date) -> Option<Term> {
        Some(Term {
            shortest: policy.parameter(&self.shortest, day)?.value,
            longest: policy.parameter(&self.longest, day)?.value,
        })
    }

    /// The last day of an entry of so many months, decided on a day.
    #[must_use]
    pub fn ends_on(&self, policy: &Policy, months: i64, day: Date) -> Option<Date> {
        limit(policy, &self.longest, day)?.unit.after(day, months)
    }

    #[must_use]
    pub fn measure(&self, id: &str) -> Option<&ListMeasure> {
        self.measures.iter().find(|measure| measure.id == id)
    }
}

impl Measure {
    /// Whether the national list of a day holds it.
    #[must_use]
    pub fn is_in_force(&self, day: Date) -> bool {
        in_force(&self.basis, day).is_some()
    }
}

impl MeasureKind {
    pub const ALL: [MeasureKind; 3] =
        [MeasureKind::ReducesRights, MeasureKind::Management, MeasureKind::Voluntary];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            MeasureKind::ReducesRights => "reduces_rights",
            MeasureKind::Management => "management",
            MeasureKind::Voluntary => "voluntary",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<MeasureKind> {
        MeasureKind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

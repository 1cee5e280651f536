//! Joint action (联合奖惩): an entry in a list asks whoever handles a matter for the measures its basis
//! allows; what was done is told back, and once the entry is gone, lifted.
//!
//! A measure is asked for where three things meet: the list of the entry opens it, the entry names it,
//! and the national list of measures puts it into the kind of matter at hand. It is asked of a person:
//! nothing is refused by itself.
//!
//! Legal basis: 国办发〔2020〕49号; 《全国失信惩戒措施基础清单》.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{list::MeasureKind, parameter::Reference, policy::Policy, text::Text};

/// A measure that an entry asks for in a matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub measure: String,
    pub label: Text,
    /// Whether the law leaves no choice; the officer carries it out all the same.
    pub mandatory: bool,
    pub reference: Reference,
}

/// What became of a measure in a matter (反馈).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 已采取.
    Taken,
    /// 已提示.
    Hinted,
    /// 不适用本事项.
    NotApplicable,
    /// 未采取.
    NotTaken,
}

/// The measures that an entry of a list asks for in a kind of matter on a day; `named` is what the
/// entry says of its measures.
#[must_use]
pub fn asked(policy: &Policy, list: &str, named: &str, matter: &str, day: Date) -> Vec<Asked> {
    let Some(list) = policy.list(list) else { return Vec::new() };
    let mut asked = Vec::new();
    for opened in &list.measures {
        let known = policy.measure(&opened.id).filter(|measure| {
            measure.kind != MeasureKind::Voluntary
                && measure.is_in_force(day)
                && measure.matters.iter().any(|kind| kind == matter)
                && named.contains(&measure.label.zh)
        });
        if let Some(measure) = known {
            asked.push(Asked {
                measure: measure.id.clone(),
                label: measure.label.clone(),
                mandatory: opened.mandatory,
                reference: opened.reference.clone(),
            });
        }
    }
    asked
}

impl Outcome {
    pub const ALL: [Outcome; 4] =
        [Outcome::Taken, Outcome::Hinted, Outcome::NotApplicable, Outcome::NotTaken];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Outcome::Taken => "taken",
            Outcome::Hinted => "hinted",
            Outcome::NotApplicable => "not_applicable",
            Outcome::NotTaken => "not_taken",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    #[must_use]
    pub fn label(self) -> Text {
        match self {
            Outcome::Taken => Text::new("已采取", "taken"),
            Outcome::Hinted => Text::new("已提示", "hinted at"),
            Outcome::NotApplicable => Text::new("不适用本事项", "does not apply here"),
            Outcome::NotTaken => Text::new("未采取", "not taken"),
        }
    }

    /// Whether it must be said why.
    #[must_use]
    pub fn needs_reason(self) -> bool {
        matches!(self, Outcome::NotApplicable | Outcome::NotTaken)
    }
}

//! Credit subjects (信用主体): whom a record is about.

use serde::{Deserialize, Serialize};

use crate::text::Lang;

/// Category of the counterparty of an administrative act (行政相对人类别).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 法人及非法人组织, public bodies among them.
    Organisation,
    /// 个体工商户: a business backed by a natural person.
    IndividualBusiness,
    /// 自然人: never searched or exported in public.
    NaturalPerson,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Organisation, Kind::IndividualBusiness, Kind::NaturalPerson];

    /// The word exchanged in 双公示 files.
    #[must_use]
    pub fn exchanged(self) -> &'static str {
        match self {
            Kind::Organisation => "法人及非法人组织",
            Kind::IndividualBusiness => "个体工商户",
            Kind::NaturalPerson => "自然人",
        }
    }

    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        let english = match self {
            Kind::Organisation => "Organisation",
            Kind::IndividualBusiness => "Individual business",
            Kind::NaturalPerson => "Natural person",
        };
        match lang {
            Lang::Zh => self.exchanged(),
            Lang::En => english,
        }
    }

    /// The word kept in the register.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Kind::Organisation => "organisation",
            Kind::IndividualBusiness => "individual_business",
            Kind::NaturalPerson => "natural_person",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code || kind.exchanged() == code)
    }
}

//! The law as loaded: everything a decision may ask for, under one version.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;

use crate::{
    calendar::Calendar,
    catalogue::Item,
    code_list::CodeList,
    commitment::Template,
    deadline::DeadlineRule,
    disclosure::Disclosure,
    linkage::plan::Linkage,
    list::{List, Measure},
    matter::MatterKind,
    name::forms::Forms,
    notice::{NoticeKind, NoticeText},
    pack::Pack,
    parameter::{self, Dated, Parameter},
    place::Place,
    publication::Generation,
    scorecard::Card,
};

/// The whole of `policy/`, checked; built only by the loader.
#[derive(Clone, Debug)]
pub struct Policy {
    /// SM3 digest over every policy file, in hexadecimal.
    pub version: String,
    pub items: BTreeMap<String, Arc<Item>>,
    pub codes: BTreeMap<String, Arc<CodeList>>,
    pub disclosures: Vec<Disclosure>,
    pub parameters: BTreeMap<String, Parameter>,
    /// Publication rules for classified records, oldest first.
    pub generations: Vec<Generation>,
    /// Kinds of matters, and the sections of a file that each opens.
    pub matters: Vec<MatterKind>,
    /// Words by which names are taken apart.
    pub names: Arc<Forms>,
    /// How descriptions without a code are compared.
    pub linkages: Vec<Linkage>,
    /// Serious-breach lists on which departments of a place decide.
    pub lists: Vec<List>,
    /// What commitments are made for.
    pub templates: Vec<Template>,
    /// Measures that may follow from an entry.
    pub measures: Vec<Measure>,
    /// Scorecards, every version of each, the oldest first.
    pub cards: Vec<Arc<Card>>,
    /// What notices say.
    pub notices: Vec<NoticeText>,
    /// Deadlines of cases.
    pub deadlines: Vec<DeadlineRule>,
    pub calendar: Arc<Calendar>,
    pub packs: BTreeMap<String, Arc<Pack>>,
    pub places: BTreeMap<String, Arc<Place>>,
    /// Words that no password may be made of, in small letters.
    pub common_passwords: Vec<String>,
    /// Words that mean nothing was written, everywhere.
    pub placeholders: Vec<String>,
    /// End dates that mean none, as days and as words (长期), everywhere.
    pub permanent: Vec<String>,
}

impl Policy {
    #[must_use]
    pub fn item(&self, id: &str) -> Option<&Arc<Item>> {
        self.items.get(id)
    }

    /// A kind of matter by its id.
    #[must_use]
    pub fn matter(&self, id: &str) -> Option<&MatterKind> {
        self.matters.iter().find(|kind| kind.id == id)
    }

    /// A list by the code of its kind.
    #[must_use]
    pub fn list(&self, id: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.id == id)
    }

    /// A template of a commitment by its id.
    #[must_use]
    pub fn template(&self, id: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.id == id)
    }

    /// A version of a card by its name, such as `comprehensive@1`.
    #[must_use]
    pub fn card(&self, name: &str) -> Option<&Arc<Card>> {
        self.cards.iter().find(|card| card.name() == name)
    }

    /// The cards in force on a day.
    pub fn cards_on(&self, day: Date) -> impl Iterator<Item = &Arc<Card>> {
        self.cards.iter().filter(move |card| card.in_force(day))
    }

    /// A measure by its id.
    #[must_use]
    pub fn measure(&self, id: &str) -> Option<&Measure> {
        self.measures.iter().find(|measure| measure.id == id)
    }

    /// The words of a notice; the loader asks for those of every kind.
    #[must_use]
    pub fn notice(&self, kind: NoticeKind) -> Option<&NoticeText> {
        self.notices.iter().find(|notice| notice.id == kind.code())
    }

    /// A deadline by its id.
    #[must_use]
    pub fn deadline(&self, id: &str) -> Option<&DeadlineRule> {
        self.deadlines.iter().find(|rule| rule.id == id)
    }

    /// The value of a parameter on a day.
    #[must_use]
    pub fn parameter(&self, key: &str, on: Date) -> Option<&Dated<i64>> {
        parameter::in_force(&self.parameters.get(key)?.values, on)
    }

    /// The law as it stands at a place: the checks of its local regulations join those of the items.
    #[must_use]
    pub fn at(&self, place: &Place) -> Policy {
        let mut policy = self.clone();
        for (id, checks) in &place.checks {
            if let Some(item) = policy.items.get_mut(id) {
                Arc::make_mut(item).checks.extend(checks.iter().cloned());
            }
        }
        policy
    }

    /// The first eight figures of the version, as pages show it.
    #[must_use]
    pub fn short_version(&self) -> &str {
        self.version.get(..8).unwrap_or(&self.version)
    }
}

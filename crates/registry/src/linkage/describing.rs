//! A subject as linkage compares it: the names and addresses its records give, and what vetoes are told by.

use std::{cmp::Reverse, collections::HashMap};

use domain::{
    identifier::uscc::UnifiedCode,
    ids::SubjectId,
    linkage::{
        plan::{Linkage, Written},
        value::Prepared,
        veto::Marks,
    },
    merge::{Side, is_grave},
    record::Version,
    subject::Kind,
};
use jiff::Timestamp;
use store::subject::Subject;

use crate::{error::Error, platform::Platform, subject::REGISTRATION};

/// How rare names are: how many subjects have a core, of how many names.
#[derive(Clone, Debug, Default)]
pub struct Rarity {
    cores: HashMap<String, usize>,
    all: u64,
}

impl Rarity {
    #[must_use]
    pub fn new(cores: HashMap<String, usize>, all: u64) -> Rarity {
        Rarity { cores, all }
    }

    /// The share of subjects that have a core too, a pair that agrees on it not counted.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more digits")]
    fn of(&self, core: &str) -> f32 {
        let others = self.cores.get(core).copied().unwrap_or_default().saturating_sub(2);
        if others == 0 { 0.0 } else { others as f32 / self.all.max(1) as f32 }
    }
}

/// One side of a pair.
#[derive(Clone, Debug)]
pub struct Described {
    pub subject: SubjectId,
    pub kind: Kind,
    pub identifiers: Vec<(String, String)>,
    /// As its records write them: the registered one, then the newest first.
    pub names: Vec<String>,
    pub addresses: Vec<String>,
    /// The records that stand: item, department and number.
    pub records: Vec<(String, String, i64)>,
    /// Whether some of them are penalties or list entries.
    pub grave: bool,
}

impl Described {
    /// A subject and whoever stands in it; none where it is a natural person's or nothing stands.
    pub async fn of(platform: &Platform, id: SubjectId) -> Result<Option<Described>, Error> {
        let register = &platform.register;
        let Some(subject) = store::subject::get(register, id).await? else { return Ok(None) };
        let versions = store::record::of_subject(register, id, Timestamp::MAX).await?;
        Ok(Described::from(platform, subject, &versions))
    }

    fn from(platform: &Platform, subject: Subject, versions: &[Version]) -> Option<Described> {
        let mut standing: Vec<&Version> = versions
            .iter()
            .filter(|version| version.known_until.is_none() && !version.withdrawn)
            .collect();
        if subject.kind == Kind::NaturalPerson || standing.is_empty() {
            return None;
        }
        standing.sort_by_key(|version| (version.item != REGISTRATION, Reverse(version.known_from)));
        let mut described = Described {
            subject: subject.id,
            kind: subject.kind,
            identifiers: subject.identifiers,
            names: Vec::new(),
            addresses: Vec::new(),
            records: Vec::new(),
            grave: false,
        };
        // A name it bore before is a name it is known by.
        let renamed = versions.iter().filter(|version| !version.withdrawn).rev();
        for version in standing.iter().copied().chain(renamed) {
            add(&mut described.names, &version.subject_name);
        }
        for version in standing {
            let item = platform.policy.item(&version.item);
            let field = item.and_then(|item| Some(&item.fields[item.roles.address?].name));
            if let Some(address) = field.and_then(|field| version.payload.text(field)) {
                add(&mut described.addresses, address);
            }
            let record = (version.item.clone(), version.department.clone(), version.record.0);
            described.records.push(record);
            described.grave |= item.is_some_and(|item| is_grave(item));
        }
        Some(described)
    }

    /// The unified code, where there is one that passes its check.
    fn code(&self) -> Option<UnifiedCode> {
        let codes = self.identifiers.iter().filter(|(scheme, _)| scheme == "uscc");
        codes.into_iter().find_map(|(_, value)| UnifiedCode::parse(value).ok())
    }

    #[must_use]
    pub fn side(&self) -> Side {
        let coded = self.identifiers.iter().any(|(scheme, _)| scheme == "uscc");
        Side { subject: self.subject, coded }
    }

    /// Whether a join with another would move what of this one speaks against somebody.
    #[must_use]
    pub fn is_joined_gravely(&self, other: &Described) -> bool {
        domain::merge::standing(self.side(), other.side()).0 == self.subject && self.grave
    }

    /// Ready to be compared. Only how rare the core of a name is can be told here; every other value is
    /// taken to be as usual as the model says.
    #[must_use]
    pub fn prepare(&self, platform: &Platform, linkage: &Linkage, rarity: &Rarity) -> Prepared {
        let forms = &platform.policy.names;
        let mut marks =
            self.names.first().map_or(Marks::default(), |name| Marks::of(&forms.parts(name)));
        if let Some(code) = self.code() {
            marks.set_code(&code);
        }
        marks.is_person = Some(false);
        let names = self.names.iter().map(|name| (Written::Name, name.as_str()));
        let addresses = self.addresses.iter().map(|text| (Written::Address, text.as_str()));
        let written: Vec<(Written, &str)> = names.chain(addresses).collect();
        let others = |field: usize, text: &str| match linkage.drawn.get(field) {
            Some(drawn) if drawn.of == Written::Name => rarity.of(text),
            _ => usual(linkage, field),
        };
        linkage.prepare(forms, &written, marks, &others)
    }
}

/// The share of others at which agreement speaks as the first level of a field says.
#[expect(clippy::cast_possible_truncation, reason = "a share needs no more digits")]
fn usual(linkage: &Linkage, field: usize) -> f32 {
    let Some(field) = linkage.model.fields.get(field) else { return 0.0 };
    let by_chance = field.levels.first().map_or(0.0, |level| level.odds.u);
    (by_chance - field.rarest.unwrap_or_default()).max(0.0) as f32
}

fn add(values: &mut Vec<String>, value: &str) {
    if !value.is_empty() && !values.iter().any(|known| known == value) {
        values.push(value.to_owned());
    }
}

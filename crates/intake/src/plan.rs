//! How the columns of one file serve the fields of a catalogue item.

pub mod condition;

use std::{collections::HashMap, sync::Arc};

use domain::{
    catalogue::{Field, FieldKind, Item, Required},
    code_list::CodeList,
    date,
    pack::{Clean, Pack, Source},
    policy::Policy,
    subject,
    text::Text,
};
use jiff::civil::Date;

use crate::{
    blank::Blanks,
    plan::condition::{Compiled, compile},
};

/// Everything about a file that does not change from row to row.
#[derive(Debug)]
pub struct Plan {
    pub item: Arc<Item>,
    pub pack: Option<Arc<Pack>>,
    /// One per field of the item, in its order.
    pub fields: Vec<FieldPlan>,
    /// Headings of the file that no field takes, so that nothing is dropped in silence.
    pub unused: Vec<String>,
    pub blanks: Blanks,
    pub dates: Vec<String>,
    pub permanent: Permanent,
    /// Columns that make the subject's identifier, for a source without unified codes.
    pub subject_columns: Vec<usize>,
    pub natural_key: Vec<usize>,
    /// The source has no category of subjects: it is told by their identifiers.
    pub derives_kind: bool,
    /// The source names the organ and has no code of it.
    pub organ_by_name: Option<OrganByName>,
    /// Rows to be taken back need no more than subject and natural key.
    pub key_only: bool,
}

/// Where one field comes from and what it may hold.
#[derive(Debug)]
pub struct FieldPlan {
    pub from: From,
    pub clean: Vec<Clean>,
    pub map: HashMap<String, String>,
    /// What the file calls it, for the clerk.
    pub heading: String,
    pub codes: Option<Arc<CodeList>>,
    /// Merged words of an older edition, each by its position, and the codes it is parted into.
    pub splits: Vec<(u32, u64)>,
    /// For a number of an identity document: the field that says of which.
    pub document: Option<usize>,
    /// The source cannot give it: required rules are waived.
    pub absent: bool,
    /// Neither read nor checked, because rows are to be taken back.
    pub passed_over: bool,
    pub required: Vec<Vec<Compiled>>,
    pub required_always: bool,
    pub empty_when: Vec<Compiled>,
}

impl FieldPlan {
    /// Whether no row needs the field, so that nothing wrong in it costs one.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        self.absent || (!self.required_always && self.required.is_empty())
    }

    /// Whether the field is read out of a sentence.
    #[must_use]
    pub fn is_from_prose(&self) -> bool {
        self.clean.contains(&Clean::AmountFromProse)
    }
}

/// End dates that mean none, as days and as words (长期).
#[derive(Debug)]
pub struct Permanent {
    pub days: Vec<Date>,
    pub words: Vec<String>,
}

/// The name of the organ, and its code, to be filled in where the place knows the name.
#[derive(Clone, Copy, Debug)]
pub struct OrganByName {
    pub name: usize,
    pub code: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub enum From {
    Nothing,
    Column(usize),
    FirstOf(Vec<usize>),
    Join(Vec<usize>, String),
    Constant(String),
}

/// Why a file's heading cannot serve the item.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.zh)]
pub struct HeadingFault(pub Text);

impl Plan {
    /// Fits a heading to an item, by code, alias or label, or through a pack.
    pub fn new(
        policy: &Policy,
        item: &Arc<Item>,
        pack: Option<&Arc<Pack>>,
        heading: &[String],
        key_only: bool,
    ) -> Result<Plan, HeadingFault> {
        let columns = Columns::new(heading);
        let froms = match pack {
            Some(pack) if !pack.columns.is_empty() => packed(item, pack, &columns)?,
            _ => named(item, &columns),
        };
        if let Some(pack) = pack {
            refuse_subjects(item, pack)?;
        }
        let frame = Frame { policy, item, pack, heading, key: natural_key(item, pack), key_only };
        let fields: Vec<FieldPlan> = froms
            .into_iter()
            .enumerate()
            .map(|(field, (from, mapping))| frame.field(field, from, mapping))
            .collect();
        let format = pack.map(|pack| &pack.format);
        let null_words = format.map(|format| format.null_words.as_slice()).unwrap_or_default();
        let plan = Plan {
            unused: unused(&fields, pack, heading, &columns),
            blanks: Blanks::new(null_words, &policy.placeholders),
            dates: format.map(|format| format.dates.clone()).unwrap_or_default(),
            permanent: permanent(policy, pack),
            subject_columns: subject_columns(pack, &columns)?,
            natural_key: frame.key,
            derives_kind: derives_kind(item, pack, &fields),
            organ_by_name: organ_by_name(item, pack, &fields),
            key_only,
            fields,
            item: Arc::clone(item),
            pack: pack.cloned(),
        };
        plan.refuse_hopeless()?;
        Ok(plan)
    }

    /// A file none of whose columns is known is the wrong file, not a file of faults.
    fn refuse_hopeless(&self) -> Result<(), HeadingFault> {
        let known = self.fields.iter().filter(|field| field.from != From::Nothing).count();
        let missing: Vec<&str> = self
            .fields
            .iter()
            .zip(&self.item.fields)
            .filter(|(plan, _)| plan.required_always && plan.from == From::Nothing && !plan.absent)
            .map(|(_, field)| field.code.as_str())
            .collect();
        if missing.is_empty() && 0 < known {
            return Ok(());
        }
        let list = missing.join("、");
        let (zh, en) = (&self.item.label.zh, &self.item.label.en);
        Err(HeadingFault(Text::new(
            format!(
                "表头缺少“{zh}”的必填列：{list}。请用 xinheng template {} 取得表样，或检查是否选错了信息项",
                self.item.id
            ),
            format!(
                "the heading lacks columns that “{en}” requires: {list}; get the form with xinheng template {}, or look whether the item is the right one",
                self.item.id
            ),
        )))
    }
}

/// What the plan of each field is made from.
struct Frame<'p> {
    policy: &'p Policy,
    item: &'p Item,
    pack: Option<&'p Arc<Pack>>,
    heading: &'p [String],
    key: Vec<usize>,
    key_only: bool,
}

impl Frame<'_> {
    fn field(&self, position: usize, from: From, mapping: Option<usize>) -> FieldPlan {
        let field = &self.item.fields[position];
        let mapping = mapping.and_then(|index| self.pack.map(|pack| &pack.columns[index]));
        let clean = mapping.map(|mapping| mapping.clean.clone()).unwrap_or_default();
        let codes = match &field.kind {
            FieldKind::Code { list } | FieldKind::Codes { list } => {
                self.policy.codes.get(list).cloned()
            }
            _ => None,
        };
        let (required_always, required) = self.required(field);
        let empty_when =
            field.empty_when.iter().map(|c| compile(self.policy, self.item, c)).collect();
        FieldPlan {
            heading: heading_of(&from, self.heading).unwrap_or_else(|| field.label.zh.clone()),
            from,
            // What a sentence does not clearly say cannot be required of it.
            absent: self.is_absent(position) || clean.contains(&Clean::AmountFromProse),
            passed_over: self.key_only && !self.is_needed(position),
            clean,
            map: mapping.map(|m| m.map.clone().into_iter().collect()).unwrap_or_default(),
            splits: codes.as_deref().map(splits).unwrap_or_default(),
            codes,
            document: document(self.item, position),
            required,
            required_always,
            empty_when: if self.key_only { Vec::new() } else { empty_when },
        }
    }

    fn required(&self, field: &Field) -> (bool, Vec<Vec<Compiled>>) {
        let compiled = |c| compile(self.policy, self.item, c);
        match &field.required {
            Required::Always => (true, Vec::new()),
            Required::Never => (false, Vec::new()),
            Required::When(groups) => {
                (false, groups.iter().map(|group| group.iter().map(compiled).collect()).collect())
            }
        }
    }

    fn is_absent(&self, field: usize) -> bool {
        let waived =
            self.key_only && !self.key.contains(&field) && !names_subject(self.item, field);
        waived || self.pack.is_some_and(|pack| pack.absent.contains(&field))
    }

    /// Whether a row to be taken back is found by the field.
    fn is_needed(&self, field: usize) -> bool {
        let person = self.item.roles.subject_person_id;
        self.key.contains(&field)
            || names_subject(self.item, field)
            || person.and_then(|person| document(self.item, person)) == Some(field)
            || self.item.roles.organ == Some(field)
    }
}

/// The field that says of which document a number is: `person_id_kind` of `person_id`.
fn document(item: &Item, number: usize) -> Option<usize> {
    let field = &item.fields[number];
    let kind = || item.position(&format!("{}_kind", field.name));
    (field.kind == FieldKind::PersonId).then(kind).flatten()
}

/// Merged words of codes that have ended and whose parts are codes that stand:
/// 没收违法所得、没收非法财物.
fn splits(list: &CodeList) -> Vec<(u32, u64)> {
    let parts = |label: &str| {
        label.split('、').try_fold(0, |set, part| {
            let position = list.position(part).filter(|position| *position < 64)?;
            list.entries[position as usize].until.is_none().then_some(set | 1 << position)
        })
    };
    let ended = (0..).zip(&list.entries).filter(|(_, entry)| entry.until.is_some());
    ended.filter_map(|(at, entry)| Some((at, parts(&entry.label.zh)?))).collect()
}

/// Whether the pack says that its source has no category of subjects.
fn derives_kind(item: &Item, pack: Option<&Arc<Pack>>, fields: &[FieldPlan]) -> bool {
    let named = |field: usize| fields[field].from != From::Nothing;
    pack.is_some_and(|pack| {
        pack.subject.is_none()
            && item
                .roles
                .subject_kind
                .is_some_and(|kind| pack.absent.contains(&kind) && !named(kind))
    })
}

fn organ_by_name(
    item: &Item,
    pack: Option<&Arc<Pack>>,
    fields: &[FieldPlan],
) -> Option<OrganByName> {
    let name = item.roles.organ?;
    let code = item.position(&format!("{}_code", item.fields[name].name))?;
    let lacks_code = pack?.absent.contains(&code) && fields[code].from == From::Nothing;
    (lacks_code && fields[name].from != From::Nothing).then_some(OrganByName { name, code })
}

/// A source with identifiers of its own gives them in clear, so it must not be about persons.
fn refuse_subjects(item: &Item, pack: &Pack) -> Result<(), HeadingFault> {
    let Some(scheme) = &pack.subject else { return Ok(()) };
    let sealed = scheme.kind != subject::Kind::NaturalPerson;
    if sealed && item.subject_kinds.contains(&scheme.kind) {
        return Ok(());
    }
    let (zh, en) = (&item.label.zh, &item.label.en);
    let (kind_zh, kind_en) =
        (scheme.kind.exchanged(), scheme.kind.label(domain::text::Lang::En).to_lowercase());
    Err(HeadingFault(Text::new(
        format!("映射包“{}”的主体是{kind_zh}，“{zh}”不能这样收", pack.id),
        format!(
            "the subjects of pack “{}” are of kind {kind_en}, which “{en}” does not take so",
            pack.id
        ),
    )))
}

/// The columns of a file by the ways a heading may be written.
struct Columns<'h> {
    positions: HashMap<String, usize>,
    heading: &'h [String],
}

impl<'h> Columns<'h> {
    fn new(heading: &'h [String]) -> Self {
        let mut positions = HashMap::new();
        for (position, name) in heading.iter().enumerate() {
            positions.entry(name.trim().to_owned()).or_insert(position);
            positions.entry(fold(name)).or_insert(position);
        }
        Columns { positions, heading }
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.positions.get(name).or_else(|| self.positions.get(&fold(name))).copied()
    }

    fn need(&self, name: &str) -> Result<usize, HeadingFault> {
        self.find(name).ok_or_else(|| {
            HeadingFault(Text::new(
                format!("文件里没有列“{name}”；有的列是：{}", self.heading.join("、")),
                format!("the file has no column “{name}”; it has: {}", self.heading.join(", ")),
            ))
        })
    }
}

/// Headings differ in case, in asterisks for required columns and in spaces.
fn fold(name: &str) -> String {
    let trimmed = name.trim().trim_matches(['*', '＊', ' ', '\u{3000}', '\u{feff}']);
    trimmed.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase()
}

type Froms = Vec<(From, Option<usize>)>;

fn named(item: &Item, columns: &Columns<'_>) -> Froms {
    let find = |field: &Field| {
        let names = std::iter::once(&field.code).chain(&field.aliases);
        let names = names.chain([&field.label.zh, &field.name]);
        names.map(|name| columns.find(name)).find(Option::is_some).flatten()
    };
    item.fields
        .iter()
        .map(|field| (find(field).map_or(From::Nothing, From::Column), None))
        .collect()
}

fn packed(item: &Item, pack: &Pack, columns: &Columns<'_>) -> Result<Froms, HeadingFault> {
    let mut froms: Froms = item.fields.iter().map(|_| (From::Nothing, None)).collect();
    for (index, mapping) in pack.columns.iter().enumerate() {
        let from = match &mapping.from {
            Source::Column(name) => From::Column(columns.need(name)?),
            Source::FirstOf(names) => From::FirstOf(
                names.iter().map(|name| columns.need(name)).collect::<Result<_, _>>()?,
            ),
            Source::Join { columns: names, with } => From::Join(
                names.iter().map(|name| columns.need(name)).collect::<Result<_, _>>()?,
                with.clone(),
            ),
            Source::Constant(text) => From::Constant(text.clone()),
        };
        froms[mapping.field] = (from, Some(index));
    }
    Ok(froms)
}

fn heading_of(from: &From, heading: &[String]) -> Option<String> {
    match from {
        From::Column(column) => heading.get(*column).cloned(),
        From::FirstOf(columns) | From::Join(columns, _) => {
            let names: Vec<&str> =
                columns.iter().filter_map(|c| heading.get(*c)).map(String::as_str).collect();
            Some(names.join("+"))
        }
        From::Nothing | From::Constant(_) => None,
    }
}

fn unused(
    fields: &[FieldPlan],
    pack: Option<&Arc<Pack>>,
    heading: &[String],
    columns: &Columns<'_>,
) -> Vec<String> {
    let mut used = vec![false; heading.len()];
    let subject = pack.and_then(|pack| pack.subject.as_ref());
    let subject =
        subject.into_iter().flat_map(|s| &s.columns).filter_map(|name| columns.find(name));
    for column in fields.iter().flat_map(|field| from_columns(&field.from)).chain(subject) {
        used[column] = true;
    }
    let left = heading.iter().zip(used).filter(|(name, used)| !used && !name.starts_with('※'));
    left.map(|(name, _)| name.clone()).collect()
}

fn from_columns(from: &From) -> Vec<usize> {
    match from {
        From::Column(column) => vec![*column],
        From::FirstOf(columns) | From::Join(columns, _) => columns.clone(),
        From::Nothing | From::Constant(_) => Vec::new(),
    }
}

fn permanent(policy: &Policy, pack: Option<&Arc<Pack>>) -> Permanent {
    let own = pack.map(|pack| pack.format.permanent_dates.as_slice()).unwrap_or_default();
    let mut permanent = Permanent { days: Vec::new(), words: Vec::new() };
    for text in policy.permanent.iter().chain(own) {
        match date::parse(text) {
            Some(day) => permanent.days.push(day),
            None => permanent.words.push(text.to_owned()),
        }
    }
    permanent
}

fn subject_columns(
    pack: Option<&Arc<Pack>>,
    columns: &Columns<'_>,
) -> Result<Vec<usize>, HeadingFault> {
    let scheme = pack.and_then(|pack| pack.subject.as_ref());
    scheme.into_iter().flat_map(|scheme| &scheme.columns).map(|name| columns.need(name)).collect()
}

fn names_subject(item: &Item, field: usize) -> bool {
    let roles = &item.roles;
    let naming =
        [roles.subject_kind, roles.subject_uscc, roles.subject_reg_no, roles.subject_person_id];
    naming.contains(&Some(field))
}

fn natural_key(item: &Item, pack: Option<&Arc<Pack>>) -> Vec<usize> {
    match pack {
        Some(pack) if !pack.natural_key.is_empty() => pack.natural_key.clone(),
        _ => item.natural_key.clone(),
    }
}

//! How the columns of one file serve the fields of a catalogue item.

use std::{collections::HashMap, sync::Arc};

use domain::{
    catalogue::{FieldKind, Item},
    code_list::CodeList,
    condition::{Condition, Test},
    date,
    pack::{Clean, Pack, Source},
    policy::Policy,
    text::Text,
};
use jiff::civil::Date;

/// Everything about a file that does not change from row to row.
#[derive(Debug)]
pub struct Plan {
    pub item: Arc<Item>,
    pub pack: Option<Arc<Pack>>,
    /// One per field of the item, in its order.
    pub fields: Vec<FieldPlan>,
    /// Headings of the file that no field takes, so that nothing is dropped in silence.
    pub unused: Vec<String>,
    pub null_words: Vec<String>,
    pub dates: Vec<String>,
    pub permanent: Vec<Date>,
    pub placeholders: Vec<String>,
    /// Columns that make the subject's identifier, for a source without unified codes.
    pub subject_columns: Vec<usize>,
    pub natural_key: Vec<usize>,
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
    /// The source cannot give it: required rules are waived.
    pub absent: bool,
    pub required: Vec<Vec<Compiled>>,
    pub required_always: bool,
    pub empty_when: Vec<Compiled>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum From {
    Nothing,
    Column(usize),
    FirstOf(Vec<usize>),
    Join(Vec<usize>, String),
    Constant(String),
}

/// A condition with its words looked up.
#[derive(Debug)]
pub struct Compiled {
    pub field: usize,
    pub test: CompiledTest,
    /// The condition as a clerk reads it: “行政相对人类别”为“自然人”.
    pub words: Text,
}

#[derive(Debug)]
pub enum CompiledTest {
    /// Positions in the field's code list, or words for a field without one.
    Is(Vec<u32>, Vec<String>),
    IsNot(Vec<u32>, Vec<String>),
    Has(u64),
    Filled,
    Empty,
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
        let key = natural_key(item, pack);
        let absent = |field: usize| {
            let waived = key_only && !key.contains(&field) && !names_subject(item, field);
            waived || pack.is_some_and(|pack| pack.absent.contains(&field))
        };
        let mut fields = Vec::with_capacity(item.fields.len());
        for (position, (from, mapping)) in froms.into_iter().enumerate() {
            let field = &item.fields[position];
            let mapping = mapping.and_then(|index| pack.map(|pack| &pack.columns[index]));
            let codes = match &field.kind {
                FieldKind::Code { list } | FieldKind::Codes { list } => {
                    policy.codes.get(list).cloned()
                }
                _ => None,
            };
            let (required_always, required) = compile_required(policy, item, field);
            fields.push(FieldPlan {
                heading: heading_of(&from, heading).unwrap_or_else(|| field.label.zh.clone()),
                from,
                clean: mapping.map(|mapping| mapping.clean.clone()).unwrap_or_default(),
                map: mapping.map(|m| m.map.clone().into_iter().collect()).unwrap_or_default(),
                codes,
                absent: absent(position),
                required,
                required_always,
                empty_when: field.empty_when.iter().map(|c| compile(policy, item, c)).collect(),
            });
        }
        let plan = Plan {
            unused: unused(&fields, pack, heading, &columns),
            fields,
            null_words: pack.map(|pack| pack.format.null_words.clone()).unwrap_or_default(),
            dates: pack.map(|pack| pack.format.dates.clone()).unwrap_or_default(),
            permanent: permanent(pack),
            placeholders: policy.placeholders.clone(),
            subject_columns: subject_columns(pack, &columns)?,
            natural_key: key,
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
    let find = |field: &domain::catalogue::Field| {
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

fn permanent(pack: Option<&Arc<Pack>>) -> Vec<Date> {
    let texts = pack.map(|pack| pack.format.permanent_dates.as_slice()).unwrap_or_default();
    texts.iter().filter_map(|text| date::parse(text)).collect()
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

fn compile_required(
    policy: &Policy,
    item: &Item,
    field: &domain::catalogue::Field,
) -> (bool, Vec<Vec<Compiled>>) {
    use domain::catalogue::Required;
    match &field.required {
        Required::Always => (true, Vec::new()),
        Required::Never => (false, Vec::new()),
        Required::When(groups) => {
            let compiled =
                groups.iter().map(|group| group.iter().map(|c| compile(policy, item, c)).collect());
            (false, compiled.collect())
        }
    }
}

/// Looks up the words of a condition in the code list of its field.
#[must_use]
pub fn compile(policy: &Policy, item: &Item, condition: &Condition) -> Compiled {
    let field = &item.fields[condition.field];
    let list = match &field.kind {
        FieldKind::Code { list } | FieldKind::Codes { list } => policy.codes.get(list),
        _ => None,
    };
    let position = |word: &String| {
        let list = list?;
        let found = list.find(word)?;
        list.entries.iter().position(|entry| entry.code == found.code)
    };
    let positions = |words: &[String]| -> Vec<u32> {
        words.iter().filter_map(position).filter_map(|p| u32::try_from(p).ok()).collect()
    };
    let label = |words: &[String]| {
        let label = |word: &String| {
            list.and_then(|l| l.find(word)).map_or(word.clone(), |e| e.label.zh.clone())
        };
        words.iter().map(label).collect::<Vec<_>>().join("、")
    };
    let name = &field.label.zh;
    let (test, zh) = match &condition.test {
        Test::Is(words) => (
            CompiledTest::Is(positions(words), words.clone()),
            format!("“{name}”为“{}”", label(words)),
        ),
        Test::IsNot(words) => (
            CompiledTest::IsNot(positions(words), words.clone()),
            format!("“{name}”不是“{}”", label(words)),
        ),
        Test::Has(words) => {
            let mask =
                positions(words).into_iter().filter(|p| *p < 64).fold(0, |mask, p| mask | 1 << p);
            (CompiledTest::Has(mask), format!("“{name}”含“{}”", label(words)))
        }
        Test::Filled => (CompiledTest::Filled, format!("填写了“{name}”")),
        Test::Empty => (CompiledTest::Empty, format!("“{name}”空缺")),
    };
    Compiled { field: condition.field, test, words: Text::new(zh.clone(), zh) }
}

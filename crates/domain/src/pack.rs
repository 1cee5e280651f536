//! Packs: how a foreign or legacy file maps to a catalogue item.

use std::collections::BTreeMap;

use crate::{subject, text::Text};

/// One mapping of `policy/packs/`.
#[derive(Clone, Debug)]
pub struct Pack {
    pub id: String,
    pub label: Text,
    pub item: String,
    /// The department the file is imported for, when the caller names none.
    pub department: Option<String>,
    /// Headings that, all present, tell a file of this pack.
    pub detect: Vec<String>,
    pub format: Format,
    pub columns: Vec<Mapping>,
    pub subject: Option<SubjectScheme>,
    /// Natural key for this source, where its rows lack the item's own key fields.
    pub natural_key: Vec<usize>,
    /// Fields this source cannot give: required rules do not apply to them.
    pub absent: Vec<usize>,
    /// Where the data comes from and under what licence.
    pub source: Text,
}

/// How to read the bytes; what is not said is found out from the file.
#[derive(Clone, Debug, Default)]
pub struct Format {
    pub encoding: Option<String>,
    pub delimiter: Option<u8>,
    /// False where a quotation mark in the file is an ordinary character.
    pub quoted: bool,
    /// Words that mean nothing was written.
    pub null_words: Vec<String>,
    /// strptime forms tried in order before the usual ones.
    pub dates: Vec<String>,
    /// End dates that mean none.
    pub permanent_dates: Vec<String>,
}

/// Where the value of one field comes from.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// Position of the field in the item.
    pub field: usize,
    pub from: Source,
    pub clean: Vec<Clean>,
    /// Exchanged word to the item's word; a word not here passes as it is.
    pub map: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Column(String),
    /// The first of these columns in which something is written.
    FirstOf(Vec<String>),
    /// What is written in these columns, joined.
    Join {
        columns: Vec<String>,
        with: String,
    },
    Constant(String),
}

/// What is done to a value before it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clean {
    /// `30790.0` → `30790`
    StripDecimal,
    /// Runs of white space become one space; full-width space too.
    Squeeze,
    Uppercase,
    /// A prose amount such as 罚款2000元 or 人民币贰仟元 becomes 万元.
    AmountFromProse,
}

/// How a source without unified codes names its subjects.
#[derive(Clone, Debug)]
pub struct SubjectScheme {
    /// The identifier scheme: `us_chicago_account`.
    pub scheme: String,
    /// Columns that, joined by a space, make the value.
    pub columns: Vec<String>,
    pub clean: Vec<Clean>,
    pub kind: subject::Kind,
    /// True where the value is a name and not a number: such a subject is marked as not matched.
    pub by_name: bool,
}

//! Cells as typed values, a column of a batch at a time.

mod codes;
mod identifiers;

use std::borrow::Cow;

use domain::{
    catalogue::{Field, FieldKind},
    date,
    fault::{Level, Rule},
    money::Fen,
    text::Text,
};
use jiff::civil::Date;

use crate::{
    batch::RowBatch,
    blank::Blank,
    faults::Faults,
    plan::{FieldPlan, From, Plan},
};

/// The values of one field for every row of a batch.
#[derive(Debug)]
pub struct Column<'b> {
    /// Trimmed text, that of a code in its one writing; empty where nothing was written.
    pub text: Vec<Cow<'b, str>>,
    pub typed: Typed,
    /// Rows in which a placeholder stood, and which: nothing is written there.
    pub blanks: Vec<(usize, Cow<'b, str>)>,
}

/// What the texts mean; a row whose text has no such meaning holds none and has a fault.
#[derive(Debug)]
pub enum Typed {
    Text,
    Dates(Vec<Option<Date>>),
    Numbers(Vec<Option<i64>>),
    Flags(Vec<Option<bool>>),
    /// Position in the code list; none for a code that an open list lacks.
    Codes(Vec<Option<u32>>),
    /// Bits of positions in the code list.
    CodeSets(Vec<u64>),
    /// Whether the code stands by itself; false where it does by an override alone.
    Usccs(Vec<Option<bool>>),
    /// The scheme of each number of an identity document.
    Persons(Vec<Option<&'static str>>),
}

impl<'b> Column<'b> {
    fn of(text: Vec<Cow<'b, str>>) -> Column<'b> {
        Column { text, typed: Typed::Text, blanks: Vec::new() }
    }

    #[must_use]
    pub fn filled(&self, row: usize) -> bool {
        !self.text[row].is_empty()
    }

    #[must_use]
    pub fn date(&self, row: usize) -> Option<Date> {
        match &self.typed {
            Typed::Dates(dates) => dates[row],
            _ => None,
        }
    }

    #[must_use]
    pub fn number(&self, row: usize) -> Option<i64> {
        match &self.typed {
            Typed::Numbers(numbers) => numbers[row],
            _ => None,
        }
    }

    /// Position of the code in its list.
    #[must_use]
    pub fn code(&self, row: usize) -> Option<u32> {
        match &self.typed {
            Typed::Codes(codes) => codes[row],
            _ => None,
        }
    }

    /// Takes what is written in a row for nothing.
    fn blank(&mut self, row: usize) {
        let written = std::mem::take(&mut self.text[row]);
        self.blanks.push((row, written));
    }
}

/// The columns of a batch, each typed; what cannot be is noted.
pub fn columns<'b>(
    plan: &'b Plan,
    batch: &'b RowBatch,
    faults: &mut Faults<'_>,
) -> Vec<Column<'b>> {
    let mut columns: Vec<Column<'b>> = Vec::with_capacity(plan.fields.len());
    for position in 0..plan.fields.len() {
        let mut column = read(plan, position, batch);
        Typing { plan, position, field: &plan.item.fields[position], faults }.run(&mut column);
        columns.push(column);
    }
    // The kind of document stands before or after its number.
    for position in 0..plan.fields.len() {
        if plan.item.fields[position].kind == FieldKind::PersonId {
            identifiers::persons(plan, position, &mut columns, faults);
        }
    }
    columns
}

/// The text of one field, without what says nothing.
fn read<'b>(plan: &'b Plan, position: usize, batch: &'b RowBatch) -> Column<'b> {
    let field = &plan.fields[position];
    if field.passed_over || field.from == From::Nothing {
        return Column::of(vec![Cow::Borrowed(""); batch.len()]);
    }
    let mut column = Column::of(Vec::with_capacity(batch.len()));
    let plain = match &field.from {
        From::Column(column) if field.clean.is_empty() && field.map.is_empty() => Some(*column),
        _ => None,
    };
    for row in 0..batch.len() {
        let (text, blank) = match plain {
            Some(cell) => {
                let text = trim(batch.cell(row, cell));
                (Cow::Borrowed(text), plan.blanks.find(text))
            }
            None => {
                let text = mapped_text(plan, field, batch, row);
                let blank = plan.blanks.find(&text);
                (text, blank)
            }
        };
        match blank {
            None => column.text.push(text),
            Some(Blank::Null) => column.text.push(Cow::Borrowed("")),
            Some(Blank::Placeholder) => {
                // A code list may give such a word a meaning.
                let meant = field.codes.as_ref().is_some_and(|list| list.position(&text).is_some());
                column.text.push(text);
                if !meant {
                    column.blank(row);
                }
            }
        }
    }
    column
}

fn mapped_text<'b>(
    plan: &'b Plan,
    field: &'b FieldPlan,
    batch: &'b RowBatch,
    row: usize,
) -> Cow<'b, str> {
    let cell = |column: &usize| written(plan, batch.cell(row, *column));
    let text = match &field.from {
        From::Nothing => Cow::Borrowed(""),
        From::Column(column) => Cow::Borrowed(cell(column)),
        From::FirstOf(columns) => {
            let first = columns.iter().map(cell).find(|text| !text.is_empty());
            Cow::Borrowed(first.unwrap_or_default())
        }
        From::Join(columns, with) => {
            let texts: Vec<&str> =
                columns.iter().map(cell).filter(|text| !text.is_empty()).collect();
            Cow::Owned(texts.join(with))
        }
        From::Constant(text) => Cow::Borrowed(text.as_str()),
    };
    let text = crate::clean::clean(text, &field.clean);
    field.map.get(&*text).map_or(text, |mapped| Cow::Borrowed(mapped.as_str()))
}

/// The trimmed text of a cell, empty where the pack calls it a null word.
#[must_use]
pub fn written<'t>(plan: &Plan, cell: &'t str) -> &'t str {
    let text = trim(cell);
    if plan.blanks.find(text) == Some(Blank::Null) { "" } else { text }
}

fn trim(text: &str) -> &str {
    let bytes = text.as_bytes();
    let clean = |byte: Option<&u8>| byte.is_none_or(|byte| b' ' < *byte && *byte < 0x80);
    if clean(bytes.first()) && clean(bytes.last()) {
        return text;
    }
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// Gives the texts of one field their meaning.
struct Typing<'t, 'f, 'c> {
    plan: &'t Plan,
    position: usize,
    field: &'t Field,
    faults: &'f mut Faults<'c>,
}

impl Typing<'_, '_, '_> {
    fn run(&mut self, column: &mut Column<'_>) {
        column.typed = match &self.field.kind {
            FieldKind::Text => self.texts(column),
            FieldKind::Decimal => self.decimals(column),
            FieldKind::Date => self.dates(column, false),
            FieldKind::DateOpen => self.dates(column, true),
            FieldKind::MoneyWan => self.amounts(column, Fen::from_wan, WAN),
            FieldKind::MoneyYuan => self.amounts(column, Fen::from_yuan, YUAN),
            FieldKind::Integer => self.integers(column),
            FieldKind::Flag => self.flags(column),
            FieldKind::Code { .. } => self.codes(column),
            FieldKind::Codes { .. } => self.code_sets(column),
            FieldKind::Uscc => self.usccs(column),
            FieldKind::OrgCode => self.org_codes(column),
            FieldKind::RegNo => self.reg_nos(column),
            FieldKind::PersonId => Typed::Text,
        };
    }

    fn plan(&self) -> &FieldPlan {
        &self.plan.fields[self.position]
    }

    fn fault(&mut self, row: usize, rule: Rule, raw: &str, detail: impl Into<Text>) {
        self.faults.add(row, self.position, rule, Level::Error, raw, detail);
    }

    fn warn(&mut self, row: usize, rule: Rule, raw: &str, detail: impl Into<Text>) {
        self.faults.add(row, self.position, rule, Level::Warning, raw, detail);
    }

    fn texts(&mut self, column: &Column<'_>) -> Typed {
        let max = self.field.max.map_or(usize::MAX, |max| max as usize);
        for (row, text) in column.text.iter().enumerate() {
            if text.is_empty() || self.plan.key_only {
                continue;
            }
            if max < text.len() && max < text.chars().count() {
                self.fault(row, Rule::Length, text, max.to_string());
            } else if self.faults.suspicious && has_markup(text) {
                self.fault(row, Rule::Markup, text, "");
            }
        }
        Typed::Text
    }

    fn decimals(&mut self, column: &Column<'_>) -> Typed {
        for (row, text) in column.text.iter().enumerate() {
            if !text.is_empty() && !is_decimal(text) {
                self.fault(row, Rule::Number, text, Text::new("数字", "number"));
            }
        }
        Typed::Text
    }

    fn dates(&mut self, column: &Column<'_>, open: bool) -> Typed {
        let mut dates = Vec::with_capacity(column.text.len());
        let permanent = &self.plan.permanent;
        for (row, text) in column.text.iter().enumerate() {
            if text.is_empty() {
                dates.push(None);
                continue;
            }
            let parsed = match self.plan.dates.as_slice() {
                [] => date::parse(text),
                forms => date::parse_with(text, forms),
            };
            match parsed {
                Some(day) if open && permanent.days.contains(&day) => dates.push(None),
                Some(day) => dates.push(Some(day)),
                None => {
                    if !open || !permanent.words.iter().any(|word| word == text) {
                        self.fault(row, Rule::Date, text, "");
                    }
                    dates.push(None);
                }
            }
        }
        Typed::Dates(dates)
    }

    fn amounts(
        &mut self,
        column: &mut Column<'_>,
        parse: fn(&str) -> Option<Fen>,
        what: (&str, &str),
    ) -> Typed {
        let mut numbers = Vec::with_capacity(column.text.len());
        for (row, text) in column.text.iter_mut().enumerate() {
            if text.is_empty() {
                numbers.push(None);
                continue;
            }
            let parsed = parse(text).filter(|fen| 0 <= fen.0);
            if parsed.is_none() && self.plan().is_from_prose() {
                // The sentence itself is another field; only the amount is not to be had from it.
                self.warn(
                    row,
                    Rule::Money,
                    text,
                    Text::new("一个明确的数额", "single clear amount"),
                );
                *text = Cow::Borrowed("");
            } else if parsed.is_none() {
                self.fault(row, Rule::Money, text, Text::new(what.0, what.1));
            }
            numbers.push(parsed.map(|fen| fen.0));
        }
        Typed::Numbers(numbers)
    }

    fn integers(&mut self, column: &Column<'_>) -> Typed {
        let mut numbers = Vec::with_capacity(column.text.len());
        for (row, text) in column.text.iter().enumerate() {
            let parsed = text.parse::<i64>().ok().filter(|number| 0 <= *number);
            if parsed.is_none() && !text.is_empty() {
                let what = Text::new("整数（不得为负）", "whole number that is not negative");
                self.fault(row, Rule::Number, text, what);
            }
            numbers.push(parsed);
        }
        Typed::Numbers(numbers)
    }

    fn flags(&mut self, column: &Column<'_>) -> Typed {
        let mut flags = Vec::with_capacity(column.text.len());
        for (row, text) in column.text.iter().enumerate() {
            let parsed = match &**text {
                "是" | "1" | "Y" | "y" | "true" | "TRUE" | "True" => Some(true),
                "否" | "0" | "N" | "n" | "false" | "FALSE" | "False" => Some(false),
                _ => None,
            };
            if parsed.is_none() && !text.is_empty() {
                self.fault(row, Rule::Flag, text, "");
            }
            flags.push(parsed);
        }
        Typed::Flags(flags)
    }
}

const WAN: (&str, &str) = (
    "以万元计的金额（最多六位小数，不得为负）",
    "amount in 10,000 yuan (at most six decimals, not negative)",
);
const YUAN: (&str, &str) = (
    "以元计的金额（最多两位小数，不得为负）",
    "amount in yuan (at most two decimals, not negative)",
);

/// Figures with at most one point between them, and a sign if any: no exponent, no NaN.
fn is_decimal(text: &str) -> bool {
    let figures = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = figures.split_once('.').unwrap_or((figures, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(decimals)
}

fn has_markup(text: &str) -> bool {
    let tag = text.find('<').is_some_and(|at| {
        text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!')
    });
    tag || text.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t')
}

//! Cells as typed values, a column of a batch at a time.

use std::sync::Arc;

use domain::{
    catalogue::{Field, FieldKind},
    code_list::CodeList,
    date,
    fault::{Level, Rule},
    identifier::{
        self,
        uscc::{InvalidCode, UnifiedCode},
    },
    money::Fen,
};
use jiff::civil::Date;

use crate::{
    batch::RowBatch,
    faults::Faults,
    plan::{FieldPlan, From, Plan},
};

/// The values of one field for every row of a batch.
#[derive(Debug)]
pub struct Column<'b> {
    /// Trimmed text; empty where nothing was written.
    pub text: Vec<&'b str>,
    pub typed: Typed,
}

/// What the texts mean; a row whose text has no such meaning holds none and has a fault.
#[derive(Debug)]
pub enum Typed {
    Text,
    Dates(Vec<Option<Date>>),
    Numbers(Vec<Option<i64>>),
    Flags(Vec<Option<bool>>),
    /// Position in the code list.
    Codes(Vec<Option<u32>>),
    /// Bits of positions in the code list.
    CodeSets(Vec<u64>),
    /// Whether the check digit holds; none where no valid code is written.
    Usccs(Vec<Option<bool>>),
}

impl Column<'_> {
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
}

/// Text of mapped fields, made before the columns that point into it; one entry per field.
pub type Prepared = Vec<Option<Vec<String>>>;

/// Builds the text of every field that is more than one column as it stands.
#[must_use]
pub fn prepare(plan: &Plan, batch: &RowBatch) -> Prepared {
    let mapped = |field: &FieldPlan| {
        let plain = matches!(field.from, From::Nothing | From::Column(_));
        if plain && field.clean.is_empty() && field.map.is_empty() {
            return None;
        }
        Some((0..batch.len()).map(|row| mapped_text(plan, field, batch, row)).collect())
    };
    plan.fields.iter().map(mapped).collect()
}

fn mapped_text(plan: &Plan, field: &FieldPlan, batch: &RowBatch, row: usize) -> String {
    let cell = |column: &usize| written(plan, batch.cell(row, *column));
    let text = match &field.from {
        From::Nothing => String::new(),
        From::Column(column) => cell(column).to_owned(),
        From::FirstOf(columns) => {
            columns.iter().map(cell).find(|text| !text.is_empty()).unwrap_or_default().to_owned()
        }
        From::Join(columns, with) => {
            let texts: Vec<&str> =
                columns.iter().map(cell).filter(|text| !text.is_empty()).collect();
            texts.join(with)
        }
        From::Constant(text) => text.clone(),
    };
    let text = crate::clean::clean(text, &field.clean);
    field.map.get(&text).cloned().unwrap_or(text)
}

/// The trimmed text of a cell, empty where the pack calls it a null word.
#[must_use]
pub fn written<'t>(plan: &Plan, cell: &'t str) -> &'t str {
    let text = trim(cell);
    if plan.null_words.iter().any(|word| word.eq_ignore_ascii_case(text)) { "" } else { text }
}

fn trim(text: &str) -> &str {
    let bytes = text.as_bytes();
    let clean = |byte: Option<&u8>| byte.is_none_or(|byte| b' ' < *byte && *byte < 0x80);
    if clean(bytes.first()) && clean(bytes.last()) {
        return text;
    }
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// Types one field of a batch, noting what cannot be.
pub fn column<'b>(
    plan: &Plan,
    position: usize,
    batch: &'b RowBatch,
    prepared: &'b Prepared,
    faults: &mut Faults<'_>,
) -> Column<'b> {
    let field = &plan.item.fields[position];
    let field_plan = &plan.fields[position];
    let mut text: Vec<&'b str> = match (&prepared[position], &field_plan.from) {
        (Some(texts), _) => texts.iter().map(String::as_str).collect(),
        (None, From::Column(column)) => {
            (0..batch.len()).map(|row| written(plan, batch.cell(row, *column))).collect()
        }
        (None, _) => vec![""; batch.len()],
    };
    let mut typing = Typing { plan, position, field, faults };
    let typed = match &field.kind {
        FieldKind::Text | FieldKind::PersonId | FieldKind::Decimal => typing.texts(&mut text),
        FieldKind::Date => typing.dates(&text, false),
        FieldKind::DateOpen => typing.dates(&text, true),
        FieldKind::MoneyWan => {
            typing.numbers(&text, Fen::from_wan, "以万元计的金额（最多六位小数）")
        }
        FieldKind::MoneyYuan => {
            typing.numbers(&text, Fen::from_yuan, "以元计的金额（最多两位小数）")
        }
        FieldKind::Integer => typing.integers(&text),
        FieldKind::Flag => typing.flags(&text),
        FieldKind::Code { .. } => typing.codes(&text, field_plan.codes.as_ref()),
        FieldKind::Codes { .. } => typing.code_sets(&text, field_plan.codes.as_ref()),
        FieldKind::Uscc => typing.usccs(&mut text),
        FieldKind::OrgCode | FieldKind::RegNo => typing.checked(&text),
    };
    Column { text, typed }
}

struct Typing<'t, 'f, 'c> {
    plan: &'t Plan,
    position: usize,
    field: &'t Field,
    faults: &'f mut Faults<'c>,
}

impl Typing<'_, '_, '_> {
    fn fault(&mut self, row: usize, rule: Rule, raw: &str, detail: impl Into<String>) {
        self.faults.add(row, self.position, rule, Level::Error, raw, detail);
    }

    fn texts(&mut self, texts: &mut [&str]) -> Typed {
        let max = self.field.max.map_or(usize::MAX, |max| max as usize);
        for (row, cell) in texts.iter_mut().enumerate() {
            let text = *cell;
            if text.is_empty() {
                continue;
            }
            if max < text.len() && max < text.chars().count() {
                self.fault(row, Rule::Length, text, max.to_string());
            } else if text.len() <= 16 && self.is_placeholder(text) {
                self.placeholder(row, text);
                *cell = "";
            } else if self.faults.suspicious && has_markup(text) {
                self.fault(row, Rule::Markup, text, "");
            } else if self.field.kind == FieldKind::Decimal && text.parse::<f64>().is_err() {
                self.fault(row, Rule::Number, text, "");
            }
        }
        Typed::Text
    }

    /// Where nothing need be written, a placeholder costs nobody the row: it is taken as nothing.
    fn placeholder(&mut self, row: usize, text: &str) {
        let plan = &self.plan.fields[self.position];
        let optional = !plan.required_always && plan.required.is_empty();
        let level = if optional { Level::Warning } else { Level::Error };
        self.faults.add(row, self.position, Rule::Placeholder, level, text, "");
    }

    fn is_placeholder(&self, text: &str) -> bool {
        self.plan.placeholders.iter().any(|word| word.eq_ignore_ascii_case(text))
    }

    fn dates(&mut self, texts: &[&str], open: bool) -> Typed {
        let mut dates = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            if text.is_empty() {
                dates.push(None);
                continue;
            }
            let parsed = match self.plan.dates.as_slice() {
                [] => date::parse(text),
                forms => date::parse_with(text, forms),
            };
            if parsed.is_none() {
                self.fault(row, Rule::Date, text, "");
            }
            let permanent = |date: &Date| {
                open && (date::is_permanent(*date) || self.plan.permanent.contains(date))
            };
            dates.push(parsed.filter(|date| !permanent(date)));
        }
        Typed::Dates(dates)
    }

    fn numbers(&mut self, texts: &[&str], parse: fn(&str) -> Option<Fen>, what: &str) -> Typed {
        let mut numbers = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            let parsed = if text.is_empty() { None } else { parse(text) };
            if parsed.is_none() && !text.is_empty() {
                self.fault(row, Rule::Money, text, what);
            }
            numbers.push(parsed.map(|fen| fen.0));
        }
        Typed::Numbers(numbers)
    }

    fn integers(&mut self, texts: &[&str]) -> Typed {
        let mut numbers = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            let parsed = text.parse::<i64>().ok();
            if parsed.is_none() && !text.is_empty() {
                self.fault(row, Rule::Number, text, "");
            }
            numbers.push(parsed);
        }
        Typed::Numbers(numbers)
    }

    fn flags(&mut self, texts: &[&str]) -> Typed {
        let mut flags = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            let parsed = match *text {
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

    fn codes(&mut self, texts: &[&str], list: Option<&Arc<CodeList>>) -> Typed {
        let mut codes = Vec::with_capacity(texts.len());
        let mut last: (&str, Option<u32>) = ("", None);
        for (row, &text) in texts.iter().enumerate() {
            if text != last.0 {
                let found = list.and_then(|list| list.position(text));
                if found.is_none() && !text.is_empty() {
                    self.fault(row, Rule::Code, text, label(list));
                    codes.push(None);
                    continue;
                }
                last = (text, found);
            }
            codes.push(last.1);
        }
        Typed::Codes(codes)
    }

    fn code_sets(&mut self, texts: &[&str], list: Option<&Arc<CodeList>>) -> Typed {
        let mut sets = Vec::with_capacity(texts.len());
        let mut last: (&str, u64) = ("", 0);
        for (row, &text) in texts.iter().enumerate() {
            if text != last.0 {
                match code_set(text, list) {
                    Ok(set) => last = (text, set),
                    Err(word) => {
                        self.fault(row, Rule::Code, &word, label(list));
                        sets.push(0);
                        continue;
                    }
                }
            }
            sets.push(last.1);
        }
        Typed::CodeSets(sets)
    }

    fn usccs(&mut self, texts: &mut [&str]) -> Typed {
        let mut codes = Vec::with_capacity(texts.len());
        let mut last: (&str, Option<bool>) = ("", None);
        for (row, cell) in texts.iter_mut().enumerate() {
            let text = *cell;
            if text.is_empty() {
                codes.push(None);
                continue;
            }
            if text == last.0 {
                codes.push(last.1);
                continue;
            }
            match UnifiedCode::parse(text) {
                Ok(code) => {
                    let doubts = code.doubts();
                    if doubts.unknown_authority_class {
                        let start: String = text.chars().take(2).collect();
                        self.faults.add(
                            row,
                            self.position,
                            Rule::UsccAuthority,
                            Level::Warning,
                            text,
                            start,
                        );
                    } else if doubts.org_code_check_fails {
                        self.faults.add(
                            row,
                            self.position,
                            Rule::UsccOrgCode,
                            Level::Warning,
                            text,
                            "",
                        );
                    } else {
                        last = (text, Some(true));
                    }
                    codes.push(Some(true));
                }
                // 17 zeros and X stand for “no code” in 双公示 files, never for a subject.
                Err(_) if is_no_code(text) => {
                    *cell = "";
                    codes.push(None);
                }
                Err(invalid) => codes.push(self.invalid_uscc(row, text, &invalid)),
            }
        }
        Typed::Usccs(codes)
    }

    fn invalid_uscc(&mut self, row: usize, text: &str, invalid: &InvalidCode) -> Option<bool> {
        match invalid {
            InvalidCode::Length(length) => {
                self.fault(row, Rule::UsccLength, text, length.to_string())
            }
            InvalidCode::Alphabet(c) => self.fault(row, Rule::UsccAlphabet, text, c.to_string()),
            InvalidCode::Placeholder => self.fault(row, Rule::Placeholder, text, ""),
            InvalidCode::CheckDigit { expected } => {
                let overridden = self.faults.overrides.contains(text);
                let level = if overridden { Level::Warning } else { Level::Error };
                let detail = expected.to_string();
                self.faults.add(row, self.position, Rule::UsccCheckDigit, level, text, detail);
                return overridden.then_some(false);
            }
        }
        None
    }

    fn checked(&mut self, texts: &[&str]) -> Typed {
        for (row, text) in texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let (rule, scheme) = match self.field.kind {
                FieldKind::OrgCode => (Rule::OrgCode, "org_code"),
                _ => (Rule::RegNo, "reg_no"),
            };
            if let Err(why) = identifier::accept(scheme, text) {
                self.fault(row, rule, text, why);
            }
        }
        Typed::Text
    }
}

fn is_no_code(text: &str) -> bool {
    text.len() == 18 && text.ends_with(['X', 'x']) && text.bytes().take(17).all(|byte| byte == b'0')
}

fn has_markup(text: &str) -> bool {
    let tag = text.find('<').is_some_and(|at| {
        text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!')
    });
    tag || text.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t')
}

fn label(list: Option<&Arc<CodeList>>) -> String {
    list.map(|list| list.label.zh.clone()).unwrap_or_default()
}

fn code_set(text: &str, list: Option<&Arc<CodeList>>) -> Result<u64, String> {
    let Some(list) = list else { return Ok(0) };
    if text.is_empty() {
        return Ok(0);
    }
    let bit = |word: &str| {
        list.position(word).filter(|position| *position < 64).map(|position| 1 << position)
    };
    // A word may itself hold 、 (没收违法所得、没收非法财物): the whole text first, then by ; and only then by 、.
    if let Some(set) = bit(text) {
        return Ok(set);
    }
    let mut set = 0;
    for part in
        text.split([';', '；', ',', '，', '|']).map(str::trim).filter(|part| !part.is_empty())
    {
        match bit(part) {
            Some(one) => set |= one,
            None => {
                for word in part.split('、').map(str::trim) {
                    set |= bit(word).ok_or_else(|| word.to_owned())?;
                }
            }
        }
    }
    Ok(set)
}

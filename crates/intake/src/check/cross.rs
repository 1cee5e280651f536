//! Rules across the columns of a row.

use aho_corasick::AhoCorasick;
use domain::{
    catalogue::{FieldKind, Item},
    check::{Check, CheckRule},
    fault::{Level, Rule},
    identifier::resident_id::ResidentId,
    money::Fen,
    parameter::Parameter,
    policy::Policy,
    subject,
};

use super::Context;
use crate::{
    batch::RowBatch,
    faults::Faults,
    plan::{self, Compiled, CompiledTest, Plan},
    screen,
    values::{Column, Typed},
};

/// What must and what must not be written.
pub fn presence(plan: &Plan, columns: &[Column<'_>], faults: &mut Faults<'_>) {
    for (position, field) in plan.fields.iter().enumerate() {
        let column = &columns[position];
        if !field.empty_when.is_empty() {
            for row in 0..column.text.len() {
                if column.filled(row) && holds(&field.empty_when, columns, row) {
                    let words = words(&field.empty_when);
                    let raw = column.text[row];
                    faults.add(row, position, Rule::EmptyWhen, Level::Error, raw, words);
                }
            }
        }
        if field.absent || (!field.required_always && field.required.is_empty()) {
            continue;
        }
        for row in 0..column.text.len() {
            if column.filled(row) {
                continue;
            }
            if field.required_always {
                faults.add(row, position, Rule::Required, Level::Error, "", "");
            } else if let Some(group) =
                field.required.iter().find(|group| holds(group, columns, row))
            {
                faults.add(row, position, Rule::RequiredWhen, Level::Error, "", words(group));
            }
        }
    }
}

/// Codes that were not in use on the date of the document.
pub fn expired(plan: &Plan, columns: &[Column<'_>], faults: &mut Faults<'_>) {
    let Some(decided) = plan.item.roles.decided_on else { return };
    for (position, field) in plan.fields.iter().enumerate() {
        let Some(list) = field.codes.as_ref().filter(|list| list.dated) else { continue };
        for row in 0..columns[position].text.len() {
            let Some(day) = columns[decided].date(row) else { continue };
            let outside = |at: u32| {
                let entry = list.entries.get(at as usize)?;
                let early =
                    entry.from.filter(|from| day < *from).map(|from| format!("{from} 起用"));
                let late = entry.until.filter(|until| *until < day);
                early.or_else(|| late.map(|until| format!("用至 {until}")))
            };
            let found = match &columns[position].typed {
                Typed::Codes(codes) => codes[row].and_then(outside),
                Typed::CodeSets(sets) => {
                    (0..64).filter(|bit| sets[row] & (1 << bit) != 0).find_map(outside)
                }
                _ => None,
            };
            if let Some(days) = found {
                let raw = columns[position].text[row];
                faults.add(row, position, Rule::CodeExpired, Level::Error, raw, days);
            }
        }
    }
}

fn words(conditions: &[Compiled]) -> String {
    conditions.iter().map(|condition| condition.words.zh.as_str()).collect::<Vec<_>>().join("且")
}

fn holds(conditions: &[Compiled], columns: &[Column<'_>], row: usize) -> bool {
    conditions.iter().all(|condition| holds_one(condition, &columns[condition.field], row))
}

fn holds_one(condition: &Compiled, column: &Column<'_>, row: usize) -> bool {
    let among = |positions: &[u32], words: &[String]| match &column.typed {
        Typed::Codes(codes) => codes[row].is_some_and(|code| positions.contains(&code)),
        Typed::CodeSets(sets) => {
            positions.iter().any(|position| sets[row] & (1 << (position & 63)) != 0)
        }
        Typed::Flags(flags) => flags[row].is_some_and(|flag| {
            words.iter().any(|word| word == if flag { "true" } else { "false" })
        }),
        _ => words.iter().any(|word| word == column.text[row]),
    };
    match &condition.test {
        CompiledTest::Is(positions, words) => among(positions, words),
        CompiledTest::IsNot(positions, words) => !among(positions, words),
        CompiledTest::Has(mask) => match &column.typed {
            Typed::CodeSets(sets) => sets[row] & mask != 0,
            Typed::Codes(codes) => {
                codes[row].is_some_and(|code| code < 64 && (mask & (1 << code)) != 0)
            }
            _ => false,
        },
        CompiledTest::Filled => column.filled(row),
        CompiledTest::Empty => !column.filled(row),
    }
}

/// The checks of an item, compiled.
pub struct Cross {
    checks: Vec<(Check, Compiled2)>,
}

/// What a check needs beside its own data.
enum Compiled2 {
    Nothing,
    Conditions(Vec<Compiled>),
    Words(Option<AhoCorasick>),
}

impl Cross {
    #[must_use]
    pub fn new(policy: &Policy, item: &Item) -> Self {
        let compile = |check: &Check| match &check.rule {
            CheckRule::Refuse { when, .. } => {
                Compiled2::Conditions(when.iter().map(|c| plan::compile(policy, item, c)).collect())
            }
            CheckRule::Forbidden { words, .. } => Compiled2::Words(AhoCorasick::new(words).ok()),
            _ => Compiled2::Nothing,
        };
        Cross { checks: item.checks.iter().map(|check| (check.clone(), compile(check))).collect() }
    }

    pub fn run(
        &self,
        plan: &Plan,
        columns: &[Column<'_>],
        batch: &RowBatch,
        context: &Context,
        faults: &mut Faults<'_>,
    ) {
        let held = self.checks.iter().filter(|(check, _)| check.in_force(context.today));
        for (check, compiled) in held {
            let mut run = Run { plan, columns, context, faults, level: check.level };
            match (&check.rule, compiled) {
                (CheckRule::Refuse { reason, reference, .. }, Compiled2::Conditions(when)) => {
                    run.refuse(
                        when,
                        &format!("{}（{}{}）", reason.zh, reference.instrument, reference.article),
                    );
                }
                (CheckRule::Forbidden { fields, words }, Compiled2::Words(Some(finder))) => {
                    // Most batches hold none of the words anywhere: one pass over the text settles it.
                    if finder.is_match(batch.text()) {
                        run.forbidden(fields, words, finder);
                    }
                }
                (rule, _) => run.simple(rule),
            }
        }
    }
}

struct Run<'r, 'f, 'c> {
    plan: &'r Plan,
    columns: &'r [Column<'r>],
    context: &'r Context,
    faults: &'f mut Faults<'c>,
    level: Level,
}

impl Run<'_, '_, '_> {
    fn add(&mut self, row: usize, field: usize, rule: Rule, detail: impl Into<String>) {
        let raw = self.columns[field].text[row];
        self.faults.add(row, field, rule, self.level, raw, detail);
    }

    fn rows(&self) -> std::ops::Range<usize> {
        0..self.faults.rejected.len()
    }

    fn simple(&mut self, rule: &CheckRule) {
        match rule {
            CheckRule::DateOrder { first, then } => self.date_order(*first, *then),
            CheckRule::NotFuture { field } => self.not_future(*field),
            CheckRule::NotBefore { field, date } => {
                for row in self.rows() {
                    if self.columns[*field].date(row).is_some_and(|written| written < *date) {
                        self.add(row, *field, Rule::TooEarly, date.to_string());
                    }
                }
            }
            CheckRule::AmountUnit { amount, text, limit_fen } => {
                self.amount_unit(*amount, *text, *limit_fen)
            }
            CheckRule::PersonalData { fields } => self.personal_data(fields),
            CheckRule::RegisteredDepartment { field } => self.registered_department(*field),
            CheckRule::CodeFitsKind { code, kind } => self.code_fits_kind(*code, *kind),
            CheckRule::Minor { field, on, age, .. } => self.minor(*field, *on, age),
            CheckRule::Refuse { .. } | CheckRule::Forbidden { .. } => {}
        }
    }

    fn date_order(&mut self, first: usize, then: usize) {
        for row in self.rows() {
            let (Some(start), Some(end)) =
                (self.columns[first].date(row), self.columns[then].date(row))
            else {
                continue;
            };
            if end < start {
                let detail = format!("{}（{start}）", self.plan.fields[first].heading);
                self.add(row, then, Rule::DateOrder, detail);
            }
        }
    }

    fn not_future(&mut self, field: usize) {
        let today = self.context.today;
        for row in self.rows() {
            if self.columns[field].date(row).is_some_and(|written| today < written) {
                self.add(row, field, Rule::FutureDate, today.to_string());
            }
        }
    }

    /// Yuan written as 万元: the text names the very figure with 元, or the amount is beyond belief.
    fn amount_unit(&mut self, amount: usize, text: usize, limit_fen: i64) {
        for row in self.rows() {
            let Some(fen) = self.columns[amount].number(row) else { continue };
            let written = self.columns[amount].text[row];
            if limit_fen < fen {
                let detail = format!("已超过 {} 万元", Fen(limit_fen).wan_text());
                self.add(row, amount, Rule::AmountUnit, detail);
            } else if 0 < fen && screen::says_yuan(self.columns[text].text[row], written) {
                let detail = format!("“{}”写的是{written}元", self.plan.fields[text].heading);
                self.add(row, amount, Rule::AmountUnit, detail);
            }
        }
    }

    fn personal_data(&mut self, fields: &[usize]) {
        for &field in fields {
            for row in self.rows() {
                if let Some(found) = screen::personal_data(self.columns[field].text[row]) {
                    // The raw value is left out: the fault must not spread what it complains of.
                    self.faults.add(row, field, Rule::PersonalData, self.level, "", found);
                }
            }
        }
    }

    fn registered_department(&mut self, field: usize) {
        let mut last = "";
        for row in self.rows() {
            let code = self.columns[field].text[row];
            if code.is_empty() || code == last {
                continue;
            }
            if self.context.departments.contains(code) {
                last = code;
            } else if !self.faults.rejected[row] {
                self.add(row, field, Rule::UnknownDepartment, "");
            }
        }
    }

    fn code_fits_kind(&mut self, code: usize, kind: usize) {
        let list = self.plan.fields[kind].codes.as_ref();
        for row in self.rows() {
            let text = self.columns[code].text[row];
            let Some(entry) =
                self.columns[kind].code(row).and_then(|at| list?.entries.get(at as usize))
            else {
                continue;
            };
            let individual = text.starts_with("92");
            let fits = match subject::Kind::from_code(&entry.code) {
                Some(subject::Kind::Organisation) => !individual,
                Some(subject::Kind::IndividualBusiness) => individual,
                _ => true,
            };
            if text.len() == 18 && !fits {
                self.add(row, code, Rule::CodeKind, entry.label.zh.clone());
            }
        }
    }

    fn minor(&mut self, field: usize, on: usize, age: &Parameter) {
        for row in self.rows() {
            let (text, day) = (self.columns[field].text[row], self.columns[on].date(row));
            let (false, Some(day)) = (text.is_empty(), day) else { continue };
            let Some(age) = age.nearest(day) else { continue };
            if ResidentId::parse(text).is_ok_and(|id| id.age_on(day) < age) {
                self.add(row, field, Rule::Minor, age.to_string());
            }
        }
    }

    fn refuse(&mut self, when: &[Compiled], why: &str) {
        for row in self.rows() {
            if holds(when, self.columns, row) {
                self.faults.add_row(row, Rule::Refused, "", why);
            }
        }
    }

    fn forbidden(&mut self, fields: &[usize], words: &[String], finder: &AhoCorasick) {
        let text_fields: Vec<usize> = if fields.is_empty() {
            let kinds = self.plan.item.fields.iter().enumerate();
            kinds
                .filter(|(_, field)| field.kind == FieldKind::Text)
                .map(|(position, _)| position)
                .collect()
        } else {
            fields.to_vec()
        };
        for field in text_fields {
            for row in self.rows() {
                if let Some(found) = finder.find(self.columns[field].text[row]) {
                    self.add(
                        row,
                        field,
                        Rule::Forbidden,
                        words[found.pattern().as_usize()].clone(),
                    );
                }
            }
        }
    }
}

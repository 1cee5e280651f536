//! Rules across the columns of a row.

use aho_corasick::{AhoCorasick, MatchKind};
use domain::{
    catalogue::{FieldKind, Item},
    check::{Check, CheckRule},
    fault::{Level, Rule},
    identifier::resident_id::ResidentId,
    money::Fen,
    parameter::Parameter,
    policy::Policy,
    subject,
    text::Text,
};

use super::{Context, presence::holds};
use crate::{
    batch::RowBatch,
    faults::Faults,
    plan::{
        Plan,
        condition::{self, Compiled},
    },
    screen,
    values::Column,
};

/// The checks of an item, compiled.
pub struct Cross {
    checks: Vec<(Check, Compiled2)>,
    /// Every forbidden word of every check.
    forbidden: Option<AhoCorasick>,
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
            CheckRule::Refuse { when, .. } => Compiled2::Conditions(
                when.iter().map(|c| condition::compile(policy, item, c)).collect(),
            ),
            CheckRule::Forbidden { words, .. } => Compiled2::Words(finder(words)),
            _ => Compiled2::Nothing,
        };
        let words = item.checks.iter().filter_map(|check| match &check.rule {
            CheckRule::Forbidden { words, .. } => Some(words),
            _ => None,
        });
        Cross {
            checks: item.checks.iter().map(|check| (check.clone(), compile(check))).collect(),
            forbidden: finder(words.flatten()),
        }
    }

    pub fn run(
        &self,
        plan: &Plan,
        columns: &[Column<'_>],
        batch: &RowBatch,
        context: &Context,
        faults: &mut Faults<'_>,
    ) {
        // Most batches hold none of the words anywhere: one pass over the text settles it.
        let suspicious =
            self.forbidden.as_ref().is_some_and(|finder| finder.is_match(batch.text()));
        let held = self.checks.iter().filter(|(check, _)| check.in_force(context.today));
        for (check, compiled) in held {
            let mut run = Run { plan, columns, context, faults, level: check.level };
            match (&check.rule, compiled) {
                (CheckRule::Refuse { reason, reference, .. }, Compiled2::Conditions(when)) => {
                    let basis = format!("{}{}", reference.instrument, reference.article);
                    let zh = format!("{}（{basis}）", reason.zh);
                    run.refuse(when, &Text::new(zh, format!("{} ({basis})", reason.en)));
                }
                (CheckRule::Forbidden { fields, words }, Compiled2::Words(Some(finder))) => {
                    if suspicious {
                        run.forbidden(fields, words, finder);
                    }
                }
                (rule, _) => run.simple(rule),
            }
        }
    }
}

/// Only of the leftmost kinds of match are words looked for many bytes at a time.
fn finder<W: AsRef<[u8]>>(words: impl IntoIterator<Item = W>) -> Option<AhoCorasick> {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(words).ok()
}

struct Run<'r, 'f, 'c> {
    plan: &'r Plan,
    columns: &'r [Column<'r>],
    context: &'r Context,
    faults: &'f mut Faults<'c>,
    level: Level,
}

impl Run<'_, '_, '_> {
    fn add(&mut self, row: usize, field: usize, rule: Rule, detail: impl Into<Text>) {
        let raw: &str = &self.columns[field].text[row];
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
                let heading = &self.plan.fields[first].heading;
                let detail =
                    Text::new(format!("{heading}（{start}）"), format!("{heading} ({start})"));
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
            let written = &self.columns[amount].text[row];
            if limit_fen < fen {
                let wan = Fen(limit_fen).wan_text();
                let detail =
                    Text::new(format!("已超过 {wan} 万元"), format!("that is more than {wan}"));
                self.add(row, amount, Rule::AmountUnit, detail);
            } else if 0 < fen && screen::says_yuan(&self.columns[text].text[row], Fen(fen)) {
                let heading = &self.plan.fields[text].heading;
                let detail = Text::new(
                    format!("“{heading}”写的是{written}元"),
                    format!("“{heading}” says {written} yuan"),
                );
                self.add(row, amount, Rule::AmountUnit, detail);
            }
        }
    }

    fn personal_data(&mut self, fields: &[usize]) {
        for &field in fields {
            for row in self.rows() {
                if let Some(found) = screen::personal_data(&self.columns[field].text[row]) {
                    // The raw value is left out: the fault must not spread what it complains of.
                    self.faults.add(row, field, Rule::PersonalData, self.level, "", found.label());
                }
            }
        }
    }

    fn registered_department(&mut self, field: usize) {
        let mut last = "";
        for row in self.rows() {
            let code: &str = &self.columns[field].text[row];
            if code.is_empty() || code == last {
                continue;
            }
            if self.context.departments.have(code) {
                last = code;
            } else if !self.faults.has_error(row, field) {
                self.add(row, field, Rule::UnknownDepartment, "");
            }
        }
    }

    fn code_fits_kind(&mut self, code: usize, kind: usize) {
        let list = self.plan.fields[kind].codes.as_ref();
        for row in self.rows() {
            let text: &str = &self.columns[code].text[row];
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
                self.add(row, code, Rule::CodeKind, entry.label.clone());
            }
        }
    }

    fn minor(&mut self, field: usize, on: usize, age: &Parameter) {
        for row in self.rows() {
            let (text, day) = (&self.columns[field].text[row], self.columns[on].date(row));
            let (false, Some(day)) = (text.is_empty(), day) else { continue };
            let Some(age) = age.nearest(day) else { continue };
            if ResidentId::parse(text).is_ok_and(|id| id.age_on(day) < age) {
                self.add(row, field, Rule::Minor, age.to_string());
            }
        }
    }

    fn refuse(&mut self, when: &[Compiled], why: &Text) {
        for row in self.rows() {
            if holds(when, self.columns, row) {
                self.faults.add_row(row, Rule::Refused, "", why.clone());
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
                if let Some(found) = finder.find(&*self.columns[field].text[row]) {
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

//! What must and what must not be written, and codes that are out of use.

use domain::{
    catalogue::FieldKind,
    code_list::CodeList,
    fault::{Level, Rule},
    text::Text,
};
use jiff::civil::Date;

use crate::{
    faults::Faults,
    plan::{
        FieldPlan, Plan,
        condition::{Compiled, CompiledTest},
    },
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
                    let raw = &column.text[row];
                    faults.add(row, position, Rule::EmptyWhen, Level::Error, raw, words);
                }
            }
        }
        placeholders(plan, position, columns, faults);
        if field.is_optional() {
            continue;
        }
        for row in (0..column.text.len()).filter(|row| !column.filled(*row)) {
            if column.blanks.iter().any(|(blank, _)| *blank == row) {
                continue;
            }
            if let Some((rule, words)) = needs(field, columns, row) {
                faults.add(row, position, rule, Level::Error, "", words);
            }
        }
    }
}

/// Where nothing need be written, a placeholder costs nobody the row: it is taken as nothing.
fn placeholders(plan: &Plan, position: usize, columns: &[Column<'_>], faults: &mut Faults<'_>) {
    let field = &plan.fields[position];
    for (row, written) in &columns[position].blanks {
        let needed = !field.absent && needs(field, columns, *row).is_some();
        let level = if needed { Level::Error } else { Level::Warning };
        // The standard itself has 17 zeros and X stand for “no code” of an individual business.
        let by_standard = plan.item.fields[position].kind == FieldKind::Uscc && is_no_code(written);
        if needed || !by_standard {
            faults.add(*row, position, Rule::Placeholder, level, written, "");
        }
    }
}

fn is_no_code(text: &str) -> bool {
    text.strip_suffix(['X', 'x'])
        .is_some_and(|zeros| zeros.len() == 17 && zeros.bytes().all(|byte| byte == b'0'))
}

/// By which rule a row must have the field, if it must.
fn needs(field: &FieldPlan, columns: &[Column<'_>], row: usize) -> Option<(Rule, Text)> {
    if field.required_always {
        return Some((Rule::Required, Text::default()));
    }
    let group = field.required.iter().find(|group| holds(group, columns, row))?;
    Some((Rule::RequiredWhen, words(group)))
}

/// Codes that were not in use on the date of the document. A merged word of an older edition is
/// parted into the codes it names, where each of them stands.
pub fn expired(plan: &Plan, columns: &mut [Column<'_>], faults: &mut Faults<'_>) {
    let Some(decided) = plan.item.roles.decided_on.filter(|_| !plan.key_only) else { return };
    for (position, field) in plan.fields.iter().enumerate() {
        let Some(list) = field.codes.as_ref().filter(|list| list.dated) else { continue };
        for row in 0..columns[position].text.len() {
            let Some(day) = columns[decided].date(row) else { continue };
            let mut found = Vec::new();
            match &mut columns[position].typed {
                Typed::Codes(codes) => {
                    let days = codes[row].and_then(|at| outside(list, at, day));
                    found.extend(days.map(|days| (Level::Error, days)));
                }
                Typed::CodeSets(sets) => {
                    let mut left = sets[row];
                    while left != 0 {
                        let at = left.trailing_zeros();
                        left &= left - 1;
                        let Some(days) = outside(list, at, day) else { continue };
                        let parted = field.splits.iter().find(|(merged, _)| *merged == at);
                        if let Some((_, parts)) = parted {
                            sets[row] = sets[row] & !(1 << at) | parts;
                        }
                        found.push(parted.map_or((Level::Error, days.clone()), |_| {
                            (Level::Warning, taken_apart(&days))
                        }));
                    }
                }
                _ => {}
            }
            for (level, days) in found {
                let raw = &columns[position].text[row];
                faults.add(row, position, Rule::CodeExpired, level, raw, days);
            }
        }
    }
}

/// The days of an entry, if it was not in use on a day.
fn outside(list: &CodeList, at: u32, day: Date) -> Option<Text> {
    let entry = list.entries.get(at as usize)?;
    match (entry.from, entry.until) {
        (Some(from), _) if day < from => {
            Some(Text::new(format!("{from} 起用"), format!("in use from {from}")))
        }
        (_, Some(until)) if until < day => {
            Some(Text::new(format!("用至 {until}"), format!("in use until {until}")))
        }
        _ => None,
    }
}

fn taken_apart(days: &Text) -> Text {
    Text::new(
        format!("{}，按所含各类分开收下", days.zh),
        format!("{}; taken as the kinds it names", days.en),
    )
}

fn words(conditions: &[Compiled]) -> Text {
    let join = |word: fn(&Text) -> &str, with: &str| {
        conditions.iter().map(|condition| word(&condition.words)).collect::<Vec<_>>().join(with)
    };
    Text::new(join(|words| &words.zh, "且"), join(|words| &words.en, " and "))
}

/// Whether all conditions hold in a row.
#[must_use]
pub fn holds(conditions: &[Compiled], columns: &[Column<'_>], row: usize) -> bool {
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
        _ => words.iter().any(|word| *word == column.text[row]),
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

//! A checked row as the record the register takes.

use std::fmt::Write as _;

use domain::{
    name,
    record::Accepted,
    sealed::{self, Keys},
};

use super::subject::Named;
use crate::{
    plan::Plan,
    values::{Column, Typed},
};

/// One row that has passed.
pub struct Row<'c> {
    pub plan: &'c Plan,
    pub columns: &'c [Column<'c>],
    pub row: usize,
    pub number: u64,
}

/// Writes the natural key of a row in the form in which keys are compared.
///
/// Numbers of documents and names of organs are compared in one writing; the record keeps them as
/// they were written.
pub fn natural_key(plan: &Plan, columns: &[Column<'_>], row: usize, into: &mut String) {
    into.clear();
    for &field in &plan.natural_key {
        let text: &str = &columns[field].text[row];
        match &columns[field].typed {
            Typed::Dates(dates) => {
                if let Some(date) = dates[row] {
                    let _ = write!(into, "{date}");
                }
            }
            Typed::Numbers(numbers) => {
                if let Some(number) = numbers[row] {
                    let _ = write!(into, "{number}");
                }
            }
            Typed::Flags(flags) => {
                into.push_str(flags[row].map_or("", |flag| if flag { "true" } else { "false" }));
            }
            Typed::Codes(codes) => {
                let list = plan.fields[field].codes.as_ref();
                let entry = codes[row].and_then(|at| list?.entries.get(at as usize));
                into.push_str(entry.map_or(text, |entry| &entry.code));
            }
            Typed::CodeSets(sets) => {
                let _ = write!(into, "{:x}", sets[row]);
            }
            _ if plan.item.roles.document_number == Some(field) => {
                into.extend(name::document_number_letters(text));
            }
            _ if plan.item.roles.organ == Some(field) => into.push_str(&name::normalise(text)),
            Typed::Usccs(_) if text.is_empty() => organ(plan, columns, field, row, into),
            _ => into.push_str(text),
        }
        into.push('\u{1f}');
    }
}

/// The name of an organ stands for its code where the source has none and the place knows none.
fn organ(plan: &Plan, columns: &[Column<'_>], field: usize, row: usize, into: &mut String) {
    if let Some(organ) = plan.organ_by_name.filter(|organ| organ.code == field) {
        into.push_str(&name::normalise(&columns[organ.name].text[row]));
    }
}

impl Row<'_> {
    /// Makes the record; every value is canonical from here on.
    #[must_use]
    pub fn accept(&self, subject: Named, key_text: &str, keys: Option<&Keys>) -> Accepted {
        let roles = &self.plan.item.roles;
        let date = |role: Option<usize>| role.and_then(|field| self.columns[field].date(self.row));
        let mut key = [0; 16];
        key.copy_from_slice(&sealed::sm3(key_text.as_bytes())[..16]);
        let (payload, canonical) = self.payload(keys);
        let digest = sealed::sm3(canonical.as_deref().unwrap_or(&payload).as_bytes());
        Accepted {
            row: self.number,
            subject: subject.key,
            subject_kind: subject.kind,
            subject_name: subject.name,
            overridden: subject.overridden,
            key,
            decided_on: date(roles.decided_on),
            effective_from: date(roles.effective_from),
            effective_until: date(roles.effective_until),
            payload,
            digest,
        }
    }

    /// Canonical JSON in the order of the catalogue; with a sealed field also the text digested.
    fn payload(&self, keys: Option<&Keys>) -> (String, Option<String>) {
        let mut json = Json::default();
        let mut canonical: Option<Json> = None;
        for (position, field) in self.plan.item.fields.iter().enumerate() {
            if let Typed::Persons(schemes) = &self.columns[position].typed {
                let text = &self.columns[position].text[self.row];
                if let (Some(scheme), Some(keys)) = (schemes[self.row], keys) {
                    let hash = keys.lookup(scheme, text);
                    let seal = keys.seal(&field.name, text);
                    canonical.get_or_insert_with(|| json.clone()).string(&field.name, &hash);
                    json.raw(&field.name, &format!(r#"{{"s":"{seal}","h":"{hash}"}}"#));
                }
                continue;
            }
            self.value(position, &field.name, &mut json);
            if let Some(canonical) = &mut canonical {
                self.value(position, &field.name, canonical);
            }
        }
        (json.finish(), canonical.map(Json::finish))
    }

    fn value(&self, position: usize, name: &str, json: &mut Json) {
        let column = &self.columns[position];
        match &column.typed {
            Typed::Text | Typed::Usccs(_) => self.text(position, name, json),
            Typed::Dates(dates) => {
                if let Some(date) = dates[self.row] {
                    json.raw(name, &format!("\"{date}\""));
                }
            }
            Typed::Numbers(numbers) => {
                if let Some(number) = numbers[self.row] {
                    json.raw(name, &number.to_string());
                }
            }
            Typed::Flags(flags) => {
                if let Some(flag) = flags[self.row] {
                    json.raw(name, if flag { "true" } else { "false" });
                }
            }
            Typed::Codes(codes) => {
                match codes[self.row].and_then(|at| self.entry(position, at)) {
                    Some(entry) => json.string(name, &entry.code),
                    // A code that an open list lacks is kept as written.
                    None => self.text(position, name, json),
                }
            }
            Typed::CodeSets(sets) if sets[self.row] != 0 => {
                let set = sets[self.row];
                let codes = (0..64).filter(|bit| set & (1 << bit) != 0);
                let codes = codes
                    .filter_map(|bit| self.entry(position, bit))
                    .map(|entry| format!("\"{}\"", entry.code));
                json.raw(name, &format!("[{}]", codes.collect::<Vec<_>>().join(",")));
            }
            // Numbers of persons are sealed elsewhere.
            Typed::CodeSets(_) | Typed::Persons(_) => {}
        }
    }

    fn text(&self, position: usize, name: &str, json: &mut Json) {
        let text = &self.columns[position].text[self.row];
        if !text.is_empty() {
            json.string(name, text);
        }
    }

    fn entry(&self, position: usize, at: u32) -> Option<&domain::code_list::Entry> {
        self.plan.fields[position].codes.as_ref()?.entries.get(at as usize)
    }
}

/// Writes an object as `serde_json` would, without building it first.
#[derive(Clone, Default)]
struct Json(String);

impl Json {
    fn name(&mut self, name: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        let _ = write!(self.0, "\"{name}\":");
    }

    fn raw(&mut self, name: &str, value: &str) {
        self.name(name);
        self.0.push_str(value);
    }

    fn string(&mut self, name: &str, text: &str) {
        self.name(name);
        let plain = text.bytes().all(|byte| b' ' <= byte && byte != b'"' && byte != b'\\');
        if plain {
            self.0.push('"');
            self.0.push_str(text);
            self.0.push('"');
        } else {
            self.0.push_str(&serde_json::Value::from(text).to_string());
        }
    }

    fn finish(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

//! A report made ready for its template: printable text, facts packed into rows, the QR code.

use domain::{catalogue, text::grouped};
use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;

use crate::{
    error::RenderError,
    fonts::Fonts,
    printable::Printer,
    report::{ReportRecord, ReportSection, ReportView},
};

/// What `report.typ` reads from `/view.json`.
#[derive(Serialize)]
pub(crate) struct Sheet {
    number: String,
    code_groups: Vec<String>,
    verify_url: String,
    issued_at: String,
    data_until: String,
    place: String,
    operator: String,
    fictional: bool,
    name: String,
    subject_code: String,
    scheme_label: String,
    kind_label: String,
    summary: Vec<Count>,
    sections: Vec<Section>,
    statements: Vec<String>,
    policy_version: String,
    digest: String,
    digest_short: String,
    /// Characters printed as 〓.
    missing: Vec<String>,
    qr: Qr,
}

/// Two short facts side by side, or a long one alone.
type Row = Vec<(String, String)>;

#[derive(Serialize)]
struct Count {
    label: String,
    count: String,
    none: bool,
    /// Position of the section of that name, if the report has one.
    section: Option<usize>,
}

#[derive(Serialize)]
struct Section {
    label: String,
    note: String,
    /// Counted where the section is made of records.
    count: Option<usize>,
    facts: Vec<Row>,
    records: Vec<Record>,
    empty: Option<String>,
}

#[derive(Serialize)]
struct Record {
    title: String,
    tags: Vec<String>,
    rows: Vec<Row>,
    until: String,
    source: String,
    basis: String,
    mark: Option<String>,
    /// Short enough to stand on one page entire.
    whole: bool,
}

/// The dark modules as runs in a row: column, row, length.
#[derive(Serialize)]
struct Qr {
    width: usize,
    runs: Vec<(usize, usize, usize)>,
}

impl Sheet {
    pub(crate) fn new(fonts: &Fonts, view: &ReportView) -> Result<Sheet, RenderError> {
        let mut printer = Printer::new(fonts);
        let print = &mut printer;
        let sections = sections(print, view);
        let statements = view.statements.iter().map(|text| print.text(text)).collect();
        let digest = print.text(&view.digest).replace('\u{200b}', "");
        let mut sheet = Sheet {
            number: print.text(&view.number),
            code_groups: groups_of_four(&print.text(&view.verification_code)),
            verify_url: print.text(&view.verify_url),
            issued_at: print.text(&view.issued_at),
            data_until: print.text(&view.data_until),
            place: print.text(&view.place),
            operator: print.text(&view.operator),
            fictional: view.fictional,
            name: print.text(&view.subject.name),
            subject_code: print.text(&view.subject.code),
            scheme_label: print.text(&view.subject.scheme_label),
            kind_label: print.text(&view.subject.kind_label),
            summary: summary(print, view, &sections),
            sections,
            statements,
            policy_version: print.text(&view.policy_version),
            digest_short: shortened(&digest),
            digest,
            missing: Vec::new(),
            qr: qr(&view.verify_url)?,
        };
        sheet.missing = printer.missing();
        Ok(sheet)
    }
}

/// Widest value, in em, that leaves room for a second fact in the row.
const SHORT: f64 = 14.0;

/// Longest record, in em of text, that is kept on one page: some 25 lines.
const WHOLE: f64 = 900.0;

/// Rows beyond which a record may break whatever their length.
const WHOLE_ROWS: usize = 14;

/// The registration, which is facts, and after it the sections of records.
fn sections(print: &mut Printer<'_>, view: &ReportView) -> Vec<Section> {
    let mut sections = Vec::new();
    if !view.subject.facts.is_empty() {
        sections.push(Section {
            label: catalogue::Section::Registration.label().zh,
            note: String::new(),
            count: None,
            facts: rows(print, &view.subject.facts),
            records: Vec::new(),
            empty: None,
        });
    }
    sections.extend(view.sections.iter().map(|part| section(print, part)));
    sections
}

fn section(print: &mut Printer<'_>, section: &ReportSection) -> Section {
    Section {
        label: print.text(&section.label),
        note: print.text(&section.note),
        count: Some(section.records.len()),
        facts: Vec::new(),
        records: section.records.iter().map(|part| record(print, part)).collect(),
        empty: section.empty.as_deref().map(|text| print.text(text)),
    }
}

fn record(print: &mut Printer<'_>, record: &ReportRecord) -> Record {
    let rows = rows(print, &record.fields);
    let basis: Vec<String> = record.basis.iter().map(|text| print.text(text)).collect();
    let mark = record.mark.as_deref().map(|text| print.text(text));
    let text: f64 = rows.iter().flatten().map(|(_, value)| ems(value)).sum();
    let rest: f64 = basis.iter().chain(&mark).map(|text| ems(text)).sum();
    Record {
        title: print.text(&record.title),
        tags: record.tags.iter().map(|text| print.text(text)).collect(),
        whole: rows.len() <= WHOLE_ROWS && text + rest <= WHOLE,
        rows,
        until: print.text(&record.until),
        source: print.text(&record.source),
        basis: basis.join("；"),
        mark,
    }
}

fn summary(print: &mut Printer<'_>, view: &ReportView, sections: &[Section]) -> Vec<Count> {
    let mut counts = Vec::new();
    for (label, count) in &view.summary {
        let label = print.text(label);
        let section = sections.iter().position(|section| section.label == label);
        let (count, none) = (grouped(*count), *count == 0);
        counts.push(Count { label, count, none, section });
    }
    counts
}

/// Packs facts into rows in their order: a short one waits for the next and joins it if it can.
fn rows(print: &mut Printer<'_>, facts: &[(String, String)]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut waiting: Option<(String, String)> = None;
    for (label, value) in facts {
        let fact = (print.text(label), print.text(value));
        let short = ems(&fact.1) <= SHORT;
        match waiting.take() {
            Some(first) if short => rows.push(vec![first, fact]),
            first => {
                rows.extend(first.map(|first| vec![first]));
                if short {
                    waiting = Some(fact);
                } else {
                    rows.push(vec![fact]);
                }
            }
        }
    }
    rows.extend(waiting.map(|last| vec![last]));
    rows
}

/// Width of a text in em, near enough to choose a layout by.
fn ems(text: &str) -> f64 {
    text.chars().map(|character| if character.is_ascii() { 0.56 } else { 1.0 }).sum()
}

fn groups_of_four(code: &str) -> Vec<String> {
    let characters: Vec<char> = code.chars().filter(|&part| part.is_alphanumeric()).collect();
    characters.chunks(4).map(|group| group.iter().collect()).collect()
}

/// A digest by its beginning and end; a short one as it is.
fn shortened(digest: &str) -> String {
    let (scheme, body) = digest.split_once(':').unwrap_or(("", digest));
    let colon = if scheme.is_empty() { "" } else { ":" };
    match (body.get(..8), body.len().checked_sub(8).and_then(|start| body.get(start..))) {
        (Some(head), Some(tail)) if 20 < body.len() => format!("{scheme}{colon}{head}…{tail}"),
        _ => digest.to_owned(),
    }
}

/// Reads through a stain or a fold over an eighth of it.
fn qr(address: &str) -> Result<Qr, RenderError> {
    let code =
        QrCode::with_error_correction_level(address, EcLevel::M).map_err(RenderError::QrCode)?;
    let width = code.width();
    let modules = code.into_colors();
    let mut runs = Vec::new();
    for (row, modules) in modules.chunks(width).enumerate() {
        let mut column = 0;
        for run in modules.chunk_by(|left, right| left == right) {
            if run.first() == Some(&Color::Dark) {
                runs.push((column, row, run.len()));
            }
            column += run.len();
        }
    }
    Ok(Qr { width, runs })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fonts::default_font_paths;

    #[test]
    fn two_short_facts_share_a_row_and_a_long_one_stands_alone() {
        let fonts = Fonts::load(&default_font_paths()).unwrap();
        let long = "很长".repeat(20);
        let facts = [("甲", "一"), ("乙", long.as_str()), ("丙", "三"), ("丁", "四"), ("戊", "五")];
        let facts = facts.map(|(label, value)| (label.to_owned(), value.to_owned()));
        let packed = rows(&mut Printer::new(&fonts), &facts);
        let shape: Vec<Vec<&str>> = packed
            .iter()
            .map(|row| row.iter().map(|(label, _)| label.as_str()).collect())
            .collect();
        assert_eq!(shape, [vec!["甲"], vec!["乙"], vec!["丙", "丁"], vec!["戊"]]);
    }

    #[test]
    fn figures_and_codes_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(groups_of_four("ABCDEFGH2"), ["ABCD", "EFGH", "2"]);
        assert_eq!(shortened(&format!("sm3:{}", "ab".repeat(32))), "sm3:abababab…abababab");
        assert_eq!(shortened("sm3:ab"), "sm3:ab");
    }

    #[test]
    fn the_qr_code_keeps_every_dark_module() {
        let address = "https://credit.example/verify/ABCD";
        let sheet = qr(address).unwrap();
        let code = QrCode::with_error_correction_level(address, EcLevel::M).unwrap();
        let modules = code.to_colors();
        let kept: usize = sheet.runs.iter().map(|(_, _, length)| length).sum();
        assert_eq!(kept, modules.iter().filter(|&&module| module == Color::Dark).count());
        assert_eq!(sheet.width * sheet.width, modules.len());
    }
}

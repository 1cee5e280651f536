//! One English word and one 中文 term for each thing, and GLOSSARY.md has them all.

use std::collections::BTreeMap;

use domain::catalogue::Section;

use super::{none, read, tracked};

/// A row of GLOSSARY.md: word, names in code, term, meaning.
struct Row {
    line: usize,
    word: String,
    code: Vec<String>,
    term: String,
}

fn rows() -> Vec<Row> {
    let text = read("GLOSSARY.md");
    let mut rows = Vec::new();
    for (line, row) in (1..).zip(text.lines()) {
        let cells: Vec<&str> = row.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [word, code, term, _meaning] = cells.as_slice() else { continue };
        if *word == "English" || word.starts_with("--") {
            continue;
        }
        let code = code.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        rows.push(Row { line, word: (*word).to_owned(), code, term: (*term).to_owned() });
    }
    rows
}

/// What must have a row, and where it comes from.
fn needed() -> BTreeMap<String, String> {
    let mut needed = BTreeMap::new();
    for path in tracked() {
        let stem = |folder: &str, extension: &str| {
            let name = path.strip_prefix(folder)?.strip_suffix(extension)?;
            (!name.contains('/')).then(|| name.to_owned())
        };
        if let Some(item) = stem("policy/catalogue/", ".toml") {
            needed.insert(item, path.clone());
        }
        if let Some(noun) = stem("crates/domain/src/", ".rs").filter(|noun| noun != "lib") {
            needed.insert(noun, path.clone());
        }
        if let Some(noun) = stem("crates/domain/src/identifier/", ".rs") {
            needed.insert(noun, path.clone());
        }
        if path.starts_with("crates/store/migrations/") {
            for (line, text) in (1..).zip(read(&path).lines()) {
                let table =
                    text.strip_prefix("create table ").and_then(|rest| rest.split(' ').next());
                if let Some(table) = table {
                    needed.insert(table.to_owned(), format!("{path}:{line}"));
                }
            }
        }
    }
    for section in Section::ALL {
        needed.insert(section.code().to_owned(), "domain::catalogue::Section".to_owned());
    }
    needed
}

#[test]
fn every_item_section_table_and_noun_has_a_row() {
    let rows = rows();
    let has = |name: &String| rows.iter().any(|row| row.code.contains(name));
    let findings: Vec<String> = needed()
        .into_iter()
        .filter(|(name, _)| !has(name))
        .map(|(name, place)| format!("{place}: `{name}` has no row"))
        .collect();
    none(&findings, "Add a row to GLOSSARY.md, with the name in its second column.");
}

#[test]
fn no_word_and_no_name_has_two_rows() {
    let mut findings = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows() {
        let names = row.code.iter().map(|name| format!("`{name}`"));
        for word in names.chain([row.word.to_lowercase()]) {
            if let Some(first) = seen.insert(word.clone(), row.line) {
                findings.push(format!("GLOSSARY.md:{}: {word}, as in line {first}", row.line));
            }
        }
    }
    none(&findings, "One word for one thing: join the rows or tell the words apart.");
}

#[test]
fn every_row_has_a_term_in_chinese() {
    let chinese = |text: &str| text.chars().any(|one| ('\u{4e00}'..='\u{9fff}').contains(&one));
    let findings: Vec<String> = rows()
        .into_iter()
        .filter(|row| !chinese(&row.term))
        .map(|row| format!("GLOSSARY.md:{}: {}", row.line, row.word))
        .collect();
    none(&findings, "Write the word a clerk would use in the third column.");
}

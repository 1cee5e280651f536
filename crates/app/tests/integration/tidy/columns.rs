//! Every column of the register has a verdict: who may ever read what stands in it.
//!
//! `columns.toml` beside this file has them: `public` may reach a page or an open answer, by the
//! decision on the record; `internal` is for public bodies and operators; `sealed` holds values
//! that are sealed or keyed, and reaches nobody as it stands.

use std::collections::{BTreeMap, BTreeSet};

use super::{none, read, tracked};

type Verdicts = BTreeMap<String, BTreeMap<String, Vec<String>>>;

const WORDS: [&str; 3] = ["public", "internal", "sealed"];

#[test]
fn every_column_of_the_register_has_one_verdict() {
    let verdicts: Verdicts = toml::from_str(include_str!("columns.toml")).expect("columns.toml");
    let columns: BTreeSet<String> = migrations().iter().flat_map(|text| columns(text)).collect();
    let mut findings = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (table, words) in &verdicts {
        for (word, names) in words {
            if !WORDS.contains(&word.as_str()) {
                findings.push(format!("columns.toml: {table}: `{word}` is no verdict"));
            }
            for name in names {
                *seen.entry(format!("{table}.{name}")).or_default() += 1;
            }
        }
    }
    findings.extend(columns.iter().filter_map(|column| match seen.get(column) {
        None => Some(format!("{column}: no verdict")),
        Some(1) => None,
        Some(_) => Some(format!("{column}: several verdicts")),
    }));
    let gone = seen.keys().filter(|column| !columns.contains(*column));
    findings.extend(gone.map(|column| format!("{column}: the register has no such column")));
    none(&findings, "Say in tidy/columns.toml who may read it; without a reason, internal.");
}

fn migrations() -> Vec<String> {
    let paths = tracked().into_iter();
    let paths = paths.filter(|path| path.starts_with("crates/store/migrations/"));
    paths.filter(|path| path.ends_with(".sql")).map(|path| read(&path)).collect()
}

/// `table.column` of every table a migration makes or extends, one column a line.
fn columns(sql: &str) -> Vec<String> {
    const CONSTRAINTS: [&str; 5] = ["primary", "unique", "foreign", "check", "constraint"];
    let mut columns = Vec::new();
    let mut table = None;
    for line in sql.lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["create", "table", name, ..] => table = Some((*name).to_owned()),
            ["alter", "table", name, "add", "column", column, ..] => {
                columns.push(format!("{name}.{column}"));
            }
            [");", ..] => table = None,
            [first, _, ..] if !first.starts_with("--") => {
                if let Some(table) = &table
                    && !CONSTRAINTS.contains(first)
                {
                    columns.push(format!("{table}.{first}"));
                }
            }
            _ => {}
        }
    }
    columns
}

#[test]
fn the_test_itself_sees_columns() {
    let sql = "create table one (\n    id bigint not null,\n    -- said of it\n    name text,\n    \
               primary key (id)\n);\ncreate index i on one (id);\nalter table one add column more text;\n";
    assert_eq!(columns(sql), ["one.id", "one.name", "one.more"]);
}

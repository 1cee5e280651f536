//! The picture of a register: everything it says, without the numbers that only it knows, so that
//! two registers can be held side by side.

use std::{
    collections::{BTreeMap, HashMap},
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use serde_json::{Map, Value};

use crate::home::Home;

/// Sorted lines by table.
#[derive(Debug, PartialEq, Eq)]
pub struct Picture(BTreeMap<String, Vec<String>>);

/// What is compared. Payloads stand behind their digests, which `verify` compares; cells sent back
/// may be sealed anew each time; instants and receipts are of one run.
const TABLES: &[(&str, &[&str])] = &[
    ("counter", &["name", "next"]),
    ("subject", &["id", "kind"]),
    ("identifier", &["scheme", "value", "subject_id"]),
    ("subject_name", &["subject_id", "norm", "name"]),
    (
        "submission",
        &[
            "id",
            "item",
            "department",
            "pack",
            "mode",
            "file_name",
            "file_digest",
            "file_bytes",
            "heading",
            "policy_version",
            "state",
            "feed_first",
            "feed_count",
            "row_count",
            "created",
            "changed",
            "unchanged",
            "withdrawn",
            "rejected",
            "warned",
        ],
    ),
    (
        "record_version",
        &[
            "subject_id",
            "item",
            "key",
            "submission_id",
            "ordinal",
            "row_no",
            "decided_on",
            "effective_from",
            "effective_until",
            "withdrawn",
            "overridden",
            "subject_name",
            "digest",
        ],
    ),
    ("fault", &["submission_id", "row_no", "seq", "column_name", "rule", "level", "detail", "raw"]),
    ("rejected_row", &["submission_id", "row_no"]),
];

/// One row, by column.
type Row = Map<String, Value>;

/// Takes the picture through a backup.
pub fn picture(home: &Home) -> Picture {
    let mut rows: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    let mut reading: Option<(&str, Vec<Option<&str>>)> = None;
    for line in backed_up(home) {
        match line {
            Value::Object(line) if line.contains_key("table") => {
                let table = TABLES.iter().find(|(name, _)| line["table"] == *name);
                reading = table.map(|(name, wanted)| (*name, columns(&line["columns"], wanted)));
            }
            Value::Array(cells) => {
                let Some((table, columns)) = &reading else { continue };
                let kept = columns.iter().zip(cells);
                let kept = kept.filter_map(|(name, cell)| Some(((*name)?.to_owned(), cell)));
                rows.entry(*table).or_default().push(kept.collect());
            }
            _ => {}
        }
    }
    name_and_sort(&mut rows)
}

/// Event, object and detail of every audit event, in their order.
pub fn audit(home: &Home) -> Vec<[String; 3]> {
    audit_in(backed_up(home))
}

/// The same, from the lines of a backup.
pub fn audit_in(lines: Vec<Value>) -> Vec<[String; 3]> {
    let mut events = Vec::new();
    let mut reading = false;
    for line in lines {
        match line {
            Value::Object(line) => reading = line.get("table") == Some(&"audit_event".into()),
            Value::Array(cells) if reading => {
                let text = |at: usize| cells[at].as_str().unwrap().to_owned();
                events.push((number(&cells[0]), [text(3), text(4), text(5)]));
            }
            _ => {}
        }
    }
    events.sort();
    // The picture is itself taken by a backup.
    let own = ["backup_written", "register_restored", "register_migrated"];
    let events = events.into_iter().map(|(_, event)| event);
    events.filter(|[event, ..]| !own.contains(&event.as_str())).collect()
}

/// The lines of a backup.
fn backed_up(home: &Home) -> Vec<Value> {
    let file = home.path("picture.backup");
    home.must(&["backup", &file], 0);
    let lines = lines(&file);
    std::fs::remove_file(file).unwrap();
    lines
}

/// The lines of a backup in a file.
pub fn lines(file: &str) -> Vec<Value> {
    let mut gzip = Command::new("gzip").args(["-dc", file]).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(gzip.stdout.take().unwrap()).lines();
    let lines = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert!(gzip.wait().unwrap().success());
    lines
}

fn columns<'w>(line: &Value, wanted: &[&'w str]) -> Vec<Option<&'w str>> {
    let names = line.as_array().unwrap().iter();
    names.map(|name| wanted.iter().find(|wanted| *name == **wanted).copied()).collect()
}

/// Puts identifiers in the place of a subject's number, and the order of acceptance in that of a
/// submission's.
fn name_and_sort(rows: &mut BTreeMap<&str, Vec<Row>>) -> Picture {
    let mut subjects: HashMap<i64, Vec<String>> = HashMap::new();
    for row in rows.get("identifier").into_iter().flatten() {
        let name = format!("{}:{}", row["scheme"], row["value"]);
        subjects.entry(number(&row["subject_id"])).or_default().push(name);
    }
    for names in subjects.values_mut() {
        names.sort();
    }
    let accepted = rows.get("submission").into_iter().flatten();
    let mut accepted: Vec<(i64, i64)> =
        accepted.map(|row| (number(&row["feed_first"]), number(&row["id"]))).collect();
    accepted.sort_unstable();
    let submissions: HashMap<i64, usize> =
        accepted.iter().enumerate().map(|(place, (_, id))| (*id, place)).collect();
    let mut tables = BTreeMap::new();
    for (table, rows) in rows {
        let mut lines = Vec::with_capacity(rows.len());
        for mut row in std::mem::take(rows) {
            if *table == "counter" && row["name"] != "feed" {
                continue;
            }
            for column in ["subject_id", "submission_id", "id"] {
                let Some(cell) = row.get_mut(column) else { continue };
                let id = number(cell);
                let is_subject = column == "subject_id" || *table == "subject";
                *cell = if is_subject {
                    Value::from(subjects.get(&id).map(|names| names.join(" ")))
                } else {
                    Value::from(submissions.get(&id).copied())
                };
            }
            lines.push(Value::Object(row).to_string());
        }
        lines.sort_unstable();
        tables.insert((*table).to_owned(), lines);
    }
    Picture(tables)
}

fn number(cell: &Value) -> i64 {
    cell.as_i64().unwrap()
}

impl Picture {
    pub fn count(&self, table: &str) -> usize {
        self.0.get(table).map_or(0, Vec::len)
    }

    /// Fails with the first lines in which the two differ.
    #[track_caller]
    pub fn must_equal(&self, other: &Picture, what: &str) {
        for (table, _) in TABLES {
            let empty = Vec::new();
            let (here, there) = (self.0.get(*table), other.0.get(*table));
            let (here, there) = (here.unwrap_or(&empty), there.unwrap_or(&empty));
            if here == there {
                continue;
            }
            let only = |these: &[String], those: &[String]| -> Vec<String> {
                let alone = these.iter().filter(|line| those.binary_search(line).is_err());
                alone.take(5).cloned().collect()
            };
            panic!(
                "{what}: {table}: {} rows and {}\nonly here: {:#?}\nonly there: {:#?}",
                here.len(),
                there.len(),
                only(here, there),
                only(there, here),
            );
        }
    }
}

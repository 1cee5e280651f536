//! The city as a whole: repeatable, agreeing with itself and with `policy/`.

use std::{collections::BTreeMap, fs, path::PathBuf};

use jiff::civil::date;
use serde_json::Value;
use tempfile::TempDir;

use super::{
    DEFECTS, Options, Summary, columns, departments, subject, write, write_double_publicity,
};

fn city(seed: u64, plain: bool) -> (TempDir, Summary) {
    let folder = TempDir::new().unwrap();
    let out = folder.path().to_owned();
    let as_of = date(2026, 11, 20);
    let options = Options { subjects: 1500, seed, out, as_of, defects: DEFECTS, plain };
    let summary = write(&options, &mut |_, _, _| {}).unwrap();
    (folder, summary)
}

fn bytes(folder: &TempDir) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_name().unwrap().into(), fs::read(&path).unwrap())).collect()
}

fn truth(folder: &TempDir) -> Value {
    serde_json::from_slice(&fs::read(folder.path().join("truth.json")).unwrap()).unwrap()
}

fn policy(path: &str) -> String {
    fs::read_to_string(format!("../../policy/{path}")).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (first, second, other) = (city(3, false), city(3, false), city(4, false));
    assert!(bytes(&first.0) == bytes(&second.0));
    assert!(bytes(&first.0) != bytes(&other.0));
}

#[test]
fn counts_what_it_wrote() {
    let (folder, summary) = city(3, false);
    let truth = truth(&folder);
    let count = |name: &str| -> u64 {
        truth["items"].as_object().unwrap().values().map(|item| item[name].as_u64().unwrap()).sum()
    };
    let withdrawn: u64 =
        summary.files.iter().filter(|file| file.withdraws).map(|file| file.rows).sum();
    assert_eq!(count("rows") + withdrawn, summary.rows);
    assert_eq!(count("accepted") + count("returned"), count("rows"));
    assert_eq!(count("withdrawn"), withdrawn);
    let defects = truth["defects"].as_array().unwrap();
    let errors = defects.iter().filter(|defect| defect["level"] == "error").count();
    assert_eq!(u64::try_from(errors).unwrap(), count("returned"));
}

#[test]
fn a_plain_city_has_no_defects_and_nothing_late() {
    let (folder, _) = city(3, true);
    let truth = truth(&folder);
    assert_eq!(truth["defects"].as_array().unwrap().len(), 0);
    assert_eq!(truth["late"].as_array().unwrap().len(), 0);
}

#[test]
fn the_benchmark_file_has_as_many_rows_as_asked() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("penalties.csv");
    write_double_publicity(3000, 1, date(2026, 11, 20), &path).unwrap();
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(text.lines().count(), 3001);
    let width = text.len() / 3001;
    assert!((400..600).contains(&width), "{width} bytes a row");
}

#[test]
fn departments_and_districts_are_those_of_the_place() {
    let (listed, drawn) =
        (policy("places/shili/departments.toml"), policy("places/shili/districts.toml"));
    for department in departments::ALL {
        for text in [department.id, department.name, department.uscc, department.mark] {
            assert!(listed.contains(&format!("\"{text}\"")), "{text}");
        }
    }
    for ((code, name), _) in subject::DISTRICTS {
        assert!(drawn.contains(&format!("\"{code}\"")) && drawn.contains(*name), "{code}");
    }
}

#[test]
fn columns_are_those_of_the_catalogue() {
    let items: Vec<&str> =
        departments::ALL.iter().flat_map(|department| department.items.iter().copied()).collect();
    for item in items {
        let catalogue = policy(&format!("catalogue/{item}.toml"));
        for (code, label) in columns::of(item).unwrap() {
            assert!(catalogue.contains(&format!("code = \"{code}\"")), "{item} {code}");
            assert!(catalogue.contains(&format!("zh = \"{label}\"")), "{item} {label}");
        }
    }
}

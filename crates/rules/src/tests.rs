//! What the loader reports on a small folder, and that the law of this repository loads.

mod sample;

use std::{fs, path::Path};

use serde::Deserialize;

use crate::{cases, load};

/// A passage of the sample folder, what is written instead, and the faults that follow.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    file: String,
    passage: String,
    instead: String,
    /// Line and message; the file is the one above.
    faults: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Refusals {
    refusal: Vec<Refusal>,
}

/// Writes the folder with one passage of one file put otherwise.
fn folder(file: &str, passage: &str, instead: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let mut found = false;
    for (path, text) in sample::FOLDER {
        let mut text = text.to_owned();
        if path == file {
            found = text.contains(passage);
            text = text.replacen(passage, instead, 1);
        }
        write(root.path(), path, &text);
    }
    assert!(found, "{file} does not hold {passage}");
    root
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn faults(root: &Path) -> Vec<String> {
    load(root).faults.iter().map(ToString::to_string).collect()
}

#[test]
fn loads_a_folder_without_faults_and_lists_what_is_unverified() {
    let root = folder("placeholders.toml", "words", "words");
    let loaded = load(root.path());
    assert_eq!(loaded.faults, []);
    let policy = loaded.policy.unwrap();
    assert_eq!(policy.version.len(), 64);
    assert_eq!(policy.items["penalty"].fields.len(), 7);
    assert_eq!(policy.parameters["age.minimum"].values.len(), 2);
    let unverified: Vec<String> = loaded
        .unverified
        .iter()
        .filter(|one| one.file != "walls.toml")
        .map(|one| format!("{}:{}: {}", one.file, one.line, one.what))
        .collect();
    let expected =
        ["parameters/age.toml:16: 最低年龄 = 18 (age.minimum, from 2024-01-01): 《条例》第一条"];
    assert_eq!(unverified, expected);
}

#[test]
fn the_version_follows_the_content_and_nothing_else() {
    let one = folder("placeholders.toml", "words", "words");
    let two = folder("placeholders.toml", "words", "words");
    let other = folder("placeholders.toml", "words", "# \nwords");
    write(two.path(), "README.md", "not law");
    let version = |root: &tempfile::TempDir| load(root.path()).policy.unwrap().version;
    assert_eq!(version(&one), version(&two));
    assert_ne!(version(&one), version(&other));
}

#[test]
fn every_fault_is_reported_with_file_and_line_and_no_other() {
    let refusals: Refusals = toml::from_str(include_str!("tests/refusals.toml")).unwrap();
    let differing: Vec<String> = refusals.refusal.iter().filter_map(difference).collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

fn difference(refusal: &Refusal) -> Option<String> {
    let Refusal { file, passage, instead, faults: expected } = refusal;
    let root = folder(file, passage, instead);
    let expected: Vec<String> = expected.iter().map(|fault| format!("{file}:{fault}")).collect();
    let found = faults(root.path());
    (found != expected).then(|| format!("{passage} → {instead}:\n  {found:#?}"))
}

#[test]
fn faults_of_several_files_come_in_one_list() {
    let root = folder("catalogue/penalty.toml", "code = \"LB\"", "code = \"WSH\"");
    write(root.path(), "places/pds/departments.toml", "[[department]]\nid = \"x\"\n");
    write(root.path(), "measures/ban.toml", "");
    fs::remove_file(root.path().join("walls.toml")).unwrap();
    let files: Vec<String> = load(root.path()).faults.into_iter().map(|fault| fault.file).collect();
    let expected = [
        "catalogue/penalty.toml",
        "measures/ban.toml",
        "places/pds/departments.toml",
        "walls.toml",
    ];
    assert_eq!(files, expected);
}

#[test]
fn golden_cases_run_and_say_what_was_decided() {
    let root = folder("cases/penalty.toml", "\"ended\"", "\"slight\"");
    let policy = load(root.path()).policy.unwrap();
    let (cases, faults) = cases(root.path(), &policy);
    assert_eq!(faults, []);
    let outcomes: Vec<_> = cases.iter().map(|case| case.run(&policy)).collect();
    let expected = [
        Err("cases/penalty.toml:2: 一般失信行为公示满一年自动停止: expected withheld = slight, \
             decided withheld = ended"
            .to_owned()),
        Ok(()),
        Ok(()),
    ];
    assert_eq!(outcomes, expected);
}

#[test]
fn a_case_is_refused_with_file_and_line() {
    let rows = [
        (
            "kinds = [\"2\"]",
            "kinds = [\"7\"]",
            "cases/penalty.toml:6: `kinds`: \"7\" is no code of codes/penalty_kinds",
        ),
        (
            "kinds = [\"2\"]",
            "fine = 0.1",
            "cases/penalty.toml:6: expected `fine` to be a whole number (money in fen), found 0.1",
        ),
        ("kinds = [\"2\"]", "colour = 1", "cases/penalty.toml:6: the item has no field `colour`"),
        (
            "item = \"penalty\"",
            "item = \"licence\"",
            "cases/penalty.toml:4: there is no catalogue item `licence`",
        ),
        (
            "\"ended\"",
            "\"over\"",
            "cases/penalty.toml:7: `over` is no reason; expected one of item_not_public",
        ),
    ];
    for (passage, instead, expected) in rows {
        let root = folder("cases/penalty.toml", passage, instead);
        let policy = load(root.path()).policy.unwrap();
        let (_, faults) = cases(root.path(), &policy);
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(faults.len() == 1 && faults[0].starts_with(expected), "{faults:?}");
    }
}

#[test]
fn the_law_of_this_repository_loads_and_passes_its_cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
    assert_eq!(faults(&root), Vec::<String>::new());
    let policy = load(&root).policy.unwrap();
    let (cases, faults) = cases(&root, &policy);
    assert_eq!(faults, []);
    let failures: Vec<String> = cases.iter().filter_map(|case| case.run(&policy).err()).collect();
    assert_eq!(failures, Vec::<String>::new());
}

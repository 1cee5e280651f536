//! A small city from its departments' files to the register, held against its truth, and the real
//! files of the world with the counts a person can explain.

mod real;
mod score;

use std::{fs, path::PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    city::score::Score,
    home::{Home, homes, text},
    picture::picture,
};

/// The departments' files, their manifest and their truth.
struct City {
    folder: TempDir,
    files: Vec<Value>,
    truth: Value,
}

impl City {
    /// A small city; the same in every run.
    fn small() -> City {
        City::seed(&["--subjects", "400", "--seed", "7"])
    }

    fn seed(size: &[&str]) -> City {
        let folder = tempfile::tempdir().unwrap();
        let out = text(folder.path());
        let arguments = ["seed", "--as-of", "2026-11-20", "--out", &out];
        Home::sqlite().must(&[&arguments, size].concat(), 0);
        let read = |name: &str| -> Value {
            serde_json::from_slice(&fs::read(folder.path().join(name)).unwrap()).unwrap()
        };
        let files = read("manifest.json")["files"].as_array().unwrap().clone();
        City { files, truth: read("truth.json"), folder }
    }

    /// Files whose name begins so, in the order of import.
    fn files_of(&self, prefix: &str) -> Vec<&Value> {
        let begins = |file: &&Value| word(file, "path").starts_with(prefix);
        self.files.iter().filter(begins).collect()
    }

    fn path(&self, file: &Value) -> PathBuf {
        self.folder.path().join(word(file, "path"))
    }

    /// Codes of organisations that stand in a file of comma-separated text.
    fn codes_in(&self, file: &Value) -> Vec<String> {
        let content = fs::read_to_string(self.path(file)).unwrap();
        let is_code = |cell: &&str| cell.len() == 18 && cell.starts_with('9');
        let first = |line: &str| line.split(',').find(is_code).map(str::to_owned);
        let mut codes: Vec<String> = content.lines().skip(1).filter_map(first).collect();
        codes.sort();
        codes.dedup();
        codes
    }
}

fn word<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// Takes one file in, as its manifest says.
#[track_caller]
fn take_in(home: &Home, city: &City, file: &Value) -> Value {
    let path = text(&city.path(file));
    let arguments = arguments(file, &path);
    let answer = home.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let taken = answer.code == 0 || answer.code == 3;
    assert!(taken, "{}: {}: {answer:?}", home.engine, word(file, "path"));
    answer.json
}

fn arguments(file: &Value, path: &str) -> Vec<String> {
    let mut arguments = vec!["import", "--item", word(file, "item"), "--department"];
    arguments.push(word(file, "department"));
    if file["pack"].is_string() {
        arguments.extend(["--pack", word(file, "pack")]);
    }
    if file["withdraws"] == true {
        // In a small city two records may be half of what a department has.
        arguments.extend(["--mode", "withdraw", "--confirm"]);
    }
    arguments.push(path);
    arguments.into_iter().map(str::to_owned).collect()
}

/// The public file of a subject, without the minute at which it was asked for.
fn subject(home: &Home, code: &str, more: &[&str]) -> Value {
    let mut arguments = vec!["subject", code];
    arguments.extend(more);
    let mut answer = home.run(&arguments).json;
    if let Some(answer) = answer.as_object_mut() {
        answer.remove("known_at");
        answer.remove("is_past");
    }
    answer
}

#[tokio::test]
async fn every_planted_defect_is_found_and_none_invented() {
    // Large enough, and spoilt often enough, to have every kind of defect in every item.
    let city = City::seed(&["--subjects", "5000", "--seed", "7", "--defects", "800"]);
    for home in homes() {
        let mut score = Score::new(&city.truth);
        for file in &city.files {
            score.count(file, &take_in(&home, &city, file));
        }
        let register = home.register().await;
        score.read(&register).await;
        register.close().await;
        score.must_be_perfect(home.engine);
        score.must_find_the_late_ones(home.engine, &city.files);
        home.must_verify();
    }
}

#[test]
fn a_city_comes_back_from_its_backup() {
    let city = City::small();
    for home in homes() {
        for file in &city.files {
            take_in(&home, &city, file);
        }
        let backup = home.path("city.backup");
        home.must(&["backup", &backup], 0);
        let other = home.another();
        other.must(&["restore", &backup], 0);
        other.must_verify();
        picture(&other).must_equal(&picture(&home), "restored");
        for sample in city.truth["samples"].as_object().unwrap().values() {
            let code = word(sample, "code");
            let (before, after) = (subject(&home, code, &[]), subject(&other, code, &[]));
            assert!(before["records"].as_u64().is_some(), "{code}: {before}");
            assert_eq!(before, after, "{}: {code} after the restore", home.engine);
        }
    }
}

#[test]
fn the_same_file_again_changes_nothing() {
    let city = City::small();
    for home in homes() {
        for file in city.files_of("scjg-registration-history") {
            let (first, again) = (take_in(&home, &city, file), take_in(&home, &city, file));
            for (count, expected) in [
                ("rows", &first["rows"]),
                ("created", &Value::from(0)),
                ("changed", &Value::from(0)),
                ("withdrawn", &Value::from(0)),
                ("unchanged", &first["created"]),
                ("rejected", &first["rejected"]),
            ] {
                assert_eq!(again[count], *expected, "{}: {count} of {again}", home.engine);
            }
        }
        home.must_verify();
    }
}

#[test]
fn a_full_delivery_that_halves_the_live_set_asks_first() {
    let city = City::small();
    let file = city.files_of("scjg-penalty-history")[0];
    for home in homes() {
        let first = take_in(&home, &city, file);
        let whole = fs::read_to_string(city.path(file)).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let half = home.path("half.csv");
        fs::write(&half, lines[..lines.len() * 45 / 100].join("\n")).unwrap();
        let mut arguments = vec!["import", "--item", "penalty", "--department", "scjg"];
        arguments.extend(["--mode", "full", &half]);
        let before = picture(&home);
        let asked = home.must(&arguments, 4);
        assert!(word(&asked, "error").contains("--confirm"), "{asked}");
        picture(&home).must_equal(&before, "after the question");
        home.must_verify();
        arguments.push("--confirm");
        let answer = home.run(&arguments);
        assert!(answer.code == 0 || answer.code == 3, "{answer:?}");
        let number = |value: &Value| value.as_u64().unwrap();
        let kept = number(&answer.json["unchanged"]);
        let withdrawn = number(&answer.json["withdrawn"]);
        assert_eq!(kept + withdrawn, number(&first["created"]), "{}", home.engine);
        assert!(kept < withdrawn, "{}: {kept} kept, {withdrawn} withdrawn", home.engine);
        home.must_verify();
    }
}

#[tokio::test]
async fn what_was_known_at_an_instant_is_told_again() {
    let city = City::small();
    for home in homes() {
        for file in city.files_of("scjg-").into_iter().filter(|file| file["timely"] == false) {
            if file["withdraws"] == false {
                take_in(&home, &city, file);
            }
        }
        let register = home.register().await;
        let newest = store::submission::recent(&register, None, 1).await.unwrap();
        register.close().await;
        let instant = newest[0].accepted_at.unwrap().to_string();
        let current = city.files_of("scjg-registration-2026")[0];
        let codes = city.codes_in(current);
        let then: Vec<Value> = codes.iter().map(|code| subject(&home, code, &[])).collect();
        for file in city.files_of("scjg-").into_iter().filter(|file| file["timely"] == true) {
            take_in(&home, &city, file);
        }
        let mut changed = 0;
        for (code, then) in codes.iter().zip(&then) {
            let told = subject(&home, code, &["--known-at", &instant]);
            must_tell_again(&told, then, &format!("{}: {code} at {instant}", home.engine));
            changed += u32::from(subject(&home, code, &[]) != *then);
        }
        println!("{}: {} subjects, {changed} changed since {instant}", home.engine, codes.len());
        assert!(0 < changed, "{}: nothing changed, so nothing was proven", home.engine);
    }
}

/// The same file, but for what was put right since: of such a record only what still holds is told.
#[track_caller]
fn must_tell_again(told: &Value, then: &Value, what: &str) {
    if told == then {
        return;
    }
    assert!(told["sections"].is_array() && then["sections"].is_array(), "{what}: {told}\n{then}");
    let records = |file: &Value| -> Vec<Value> {
        let sections = file["sections"].as_array().unwrap().iter();
        sections.flat_map(|section| section["records"].as_array().unwrap().clone()).collect()
    };
    let (told_records, then_records) = (records(told), records(then));
    assert!(told_records.iter().any(|record| record["corrected"] == true), "{what}: {told} {then}");
    assert_eq!(told_records.len(), then_records.len(), "{what}");
    for (told, then) in told_records.iter().zip(&then_records) {
        let fields = |record: &Value| record["fields"].as_array().unwrap().clone();
        if told["corrected"] == false {
            assert_eq!(told, then, "{what}");
        } else {
            assert!(fields(told).iter().all(|field| fields(then).contains(field)), "{what}");
        }
    }
}

/// A code whose line in the second file is another than in the first.
fn changed(city: &City, first: &Value, second: &Value) -> String {
    let lines = |file: &Value, code: &str| {
        let content = fs::read_to_string(city.path(file)).unwrap();
        content.lines().find(|line| line.contains(code)).map(str::to_owned)
    };
    let differs = |code: &&String| {
        let before = lines(first, code);
        before.is_some() && before != lines(second, code)
    };
    let codes = city.codes_in(second);
    codes.iter().find(differs).expect("a city with a changed registration").clone()
}

#[test]
fn a_report_comes_again_byte_for_byte() {
    let city = City::small();
    for home in homes() {
        let registrations = city.files_of("scjg-registration-");
        take_in(&home, &city, registrations[0]);
        let code = &changed(&city, registrations[0], registrations[1]);
        let [first, again] = ["first.pdf", "again.pdf"].map(|name| home.path(name));
        let issued = home.must(&["report", code, "--out", &first], 0);
        let before = subject(&home, code, &[]);
        take_in(&home, &city, registrations[1]);
        assert_ne!(subject(&home, code, &[]), before, "{code}: the later file must change it");
        let number = word(&issued, "number");
        let reproduced = home.must(&["report", "--number", number, "--out", &again], 0);
        for name in ["number", "verification_code", "digest"] {
            assert_eq!(reproduced[name], issued[name], "{}", home.engine);
        }
        let (first, again) = (fs::read(first).unwrap(), fs::read(again).unwrap());
        assert!(first == again && first.starts_with(b"%PDF"), "{}: other bytes", home.engine);
        home.must_verify();
    }
}

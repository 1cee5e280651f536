//! Deliveries on the command line: what is asked, refused, reported and handed back.

use std::{fs, os::unix::fs::PermissionsExt as _};

use registry::error::Error;
use serde_json::Value;
use store::load::Mode;

use crate::{
    home::{Home, homes, text},
    picture::{audit, audit_in, lines, picture},
    site::{Row, business, csv, empty_site, penalty, with},
};

fn row(number: u32) -> Row {
    penalty(&business(1), &format!("示市监罚〔2026〕{number}号"), "2026-05-12")
}

/// Writes a file of penalties and answers with its path.
fn file(home: &Home, name: &str, rows: &[Row]) -> String {
    let path = home.path(name);
    fs::write(&path, csv(rows)).unwrap();
    path
}

const PENALTY: [&str; 3] = ["import", "--item", "penalty"];

fn import<'a>(department: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&PENALTY[..], &["--department", department], more].concat()
}

fn faulty(number: u32) -> Row {
    with(row(number), "CF_JDRQ", "2026-13-40")
}

/// A row that the law keeps out.
fn forbidden(number: u32) -> Row {
    with(row(number), "CF_WFXW", "越级上访")
}

fn count(answer: &Value, name: &str) -> u64 {
    answer[name].as_u64().unwrap()
}

#[test]
fn rows_sent_back_go_to_a_file_of_their_own_that_was_open_before() {
    for home in homes() {
        let (one, two) =
            (file(&home, "1.csv", &[row(1), faulty(2)]), file(&home, "2.csv", &[row(3)]));
        let out = home.path("out.csv");
        let both = home.must(&import("scjg", &["--faults", &out, &one, &two]), 2);
        assert!(both["error"].as_str().unwrap().contains("one by one"), "{both}");
        let nowhere = home.path("no/such/folder/out.csv");
        home.must(&import("scjg", &["--faults", &nowhere, &one]), 1);
        assert_eq!(
            audit(&home),
            Vec::<[String; 3]>::new(),
            "{}: nothing was taken in",
            home.engine
        );

        fs::write(
            &out,
            "what stood here before, which is longer than what will be written".repeat(99),
        )
        .unwrap();
        fs::set_permissions(&out, fs::Permissions::from_mode(0o644)).unwrap();
        home.must(&import("scjg", &["--faults", &out, &one]), 3);
        let written = fs::read_to_string(&out).unwrap();
        assert!(written.contains("2026-13-40") && !written.contains("stood here"), "{written}");
        assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
        let other = home.path("other.csv");
        home.must(&import("scjg", &["--faults", &other, &home.path("missing.csv")]), 1);
        assert!(!fs::exists(&other).unwrap(), "nothing to write, nothing left");
    }
}

#[test]
fn an_error_names_the_file() {
    let home = Home::sqlite();
    let (one, missing) = (file(&home, "1.csv", &[row(1)]), home.path("missing.csv"));
    let answer = home.must(&import("scjg", &[&one, &missing]), 1);
    assert_eq!(answer["file"], missing.as_str());
    assert!(answer["error"].as_str().unwrap().starts_with(&missing), "{answer}");
}

#[test]
fn a_full_delivery_with_faulty_rows_asks_before_it_takes_anything_back() {
    for home in homes() {
        let rows: Vec<Row> = (1..=9).map(row).collect();
        home.must(&import("scjg", &[&file(&home, "all.csv", &rows)]), 0);
        let mut spoilt = rows.clone();
        spoilt[4] = faulty(5);
        let (path, out) = (file(&home, "full.csv", &spoilt), home.path("out.csv"));
        let before = picture(&home);
        let full = import("scjg", &["--mode", "full", "--faults", &out, &path]);
        let asked = home.must(&full, 4);
        let sentence = asked["error"].as_str().unwrap();
        assert!(sentence.contains("1 rows of this full delivery were sent back"), "{sentence}");
        assert!(fs::read_to_string(&out).unwrap().contains("2026-13-40"), "the row to mend");
        picture(&home).must_equal(&before, "after the question");

        // Where nothing would be taken back, a faulty row is no more than that.
        let more: Vec<Row> = rows.iter().cloned().chain([faulty(10)]).collect();
        let path = file(&home, "more.csv", &more);
        let answer = home.must(&import("scjg", &["--mode", "full", &path]), 3);
        assert_eq!((count(&answer, "withdrawn"), count(&answer, "unchanged")), (0, 9));
        let answer = home.must(&[&full[..], &["--confirm"]].concat(), 3);
        assert_eq!((count(&answer, "withdrawn"), count(&answer, "unchanged")), (1, 8));
        home.must_verify();
    }
}

#[test]
fn another_departments_record_comes_back_with_its_cells() {
    for home in homes() {
        home.must(&import("scjg", &[&file(&home, "1.csv", &[row(1)])]), 0);
        let (path, out) = (file(&home, "2.csv", &[row(2), row(1)]), home.path("out.csv"));
        let answer = home.must(&import("jiaoyu", &["--faults", &out, &path]), 3);
        let told =
            [count(&answer, "created"), count(&answer, "rejected"), count(&answer, "passed")];
        assert_eq!(told, [1, 1, 1], "{answer}");
        assert_eq!(answer["faults"][0]["rule"], "other_department");
        let message = answer["faults"][0]["message"].as_str().unwrap();
        assert!(message.contains("示例市市场监督管理局"), "{message}");
        let written = fs::read_to_string(&out).unwrap();
        assert!(written.contains("示市监罚〔2026〕1号"), "{written}");
        let answer = home
            .must(&import("jiaoyu", &["--mode", "withdraw", &file(&home, "3.csv", &[row(1)])]), 3);
        assert_eq!((count(&answer, "withdrawn"), count(&answer, "rejected")), (0, 1));
        home.must_verify();
    }
}

#[test]
fn a_doubtful_row_is_counted_once_and_not_when_it_is_sent_back() {
    // A name that differs is a doubt that only the register has; one row is faulty besides.
    let named = |number, name: &str| with(row(number), "CF_XDR_MC", name);
    for home in homes() {
        home.must(&import("scjg", &[&file(&home, "1.csv", &[row(1)])]), 0);
        let other = "示例别名有限公司";
        let rows = [named(2, other), with(named(3, other), "CF_JDRQ", "2026-13-40"), row(1)];
        let answer = home.must(&import("scjg", &[&file(&home, "2.csv", &rows)]), 3);
        let told =
            [count(&answer, "warned"), count(&answer, "rejected"), count(&answer, "unchanged")];
        assert_eq!(told, [1, 1, 1], "{answer}");
        home.must_verify();
    }
}

#[test]
fn a_check_by_several_threads_tells_what_the_import_tells_in_the_order_of_the_file() {
    // Many batches; faults in each, and rows that repeat one of another batch.
    let rows: Vec<Row> = (0..9_000)
        .map(|number| match number {
            _ if number % 7 == 0 => faulty(number),
            4_500.. if number % 11 == 0 => row(number - 4_499),
            _ => row(number),
        })
        .collect();
    let repeated =
        (4_500u32..9_000).filter(|n| n % 7 != 0 && n % 11 == 0 && (n - 4_499) % 7 != 0).count();
    let rejected = rows.len().div_ceil(7) + repeated;
    for home in homes() {
        let path = file(&home, "0.csv", &rows);
        let told = |name: &str, more: &[&str]| {
            let out = home.path(name);
            let given = [more, &["--faults", &out, &path]].concat();
            let answer = home.must(&import("scjg", &given), 3);
            assert_eq!(count(&answer, "rejected"), rejected as u64, "{}", home.engine);
            assert_eq!(count(&answer, "passed"), (rows.len() - rejected) as u64);
            fs::read_to_string(out).unwrap()
        };
        let [checked, again] = ["1.csv", "2.csv"].map(|name| told(name, &["--dry-run"]));
        let taken = told("3.csv", &[]);
        assert!(checked == taken && again == taken, "{}: see {path}", home.engine);
    }
}

#[test]
fn what_the_law_keeps_out_is_reported() {
    for home in homes() {
        let rows = [row(1), forbidden(2), forbidden(3), faulty(4)];
        let path = file(&home, "1.csv", &rows);
        home.must(&import("scjg", &["--dry-run", &path]), 3);
        assert_eq!(audit(&home), Vec::<[String; 3]>::new(), "a dry run writes nothing");
        let receipt =
            home.must(&import("scjg", &[&path]), 3)["receipt"].as_str().unwrap().to_owned();
        let detail = "item=penalty department=scjg forbidden=2".to_owned();
        let told = ["refused_rows".to_owned(), receipt, detail.clone()];
        assert_eq!(audit(&home)[1], told, "{}", home.engine);

        // Given up for a question, it is told all the same.
        home.must(&import("scjg", &["--mode", "full", &file(&home, "2.csv", &rows[1..])]), 4);
        let events = audit(&home);
        assert_eq!((events.len(), &events[2][0], &events[2][2]), (3, &told[0], &detail));
        home.must_verify();
    }
}

#[tokio::test]
async fn an_item_without_a_basis_is_refused_and_that_is_reported() {
    let site = empty_site().await;
    site.later(-60 * 365 * 24 * 3_600);
    let refused = site.import("penalty", "scjg", Mode::Changes, &csv(&[row(1)])).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    let file = site.dir.path().join("audit.backup");
    let register = &site.platform.register;
    store::backup::backup(register, &file, site.platform.now(), &mut |_, _| {}).await.unwrap();
    let told = ["refused_delivery", "penalty", "department=scjg why=no_basis"].map(str::to_owned);
    assert_eq!(audit_in(lines(&text(&file))), [told]);
}

#[test]
fn a_key_is_revoked_by_department_and_label() {
    let home = Home::sqlite();
    let key = |what, department| ["key", what, "--department", department, "--label", "办案系统"];
    for department in ["scjg", "jiaoyu"] {
        home.must(&key("add", department), 0);
    }
    home.must(&key("add", "scjg"), 5);
    let revoked = home.must(&key("revoke", "scjg"), 0);
    assert_eq!(
        revoked,
        serde_json::json!({ "department": "scjg", "label": "办案系统", "revoked": true })
    );
    home.must(&key("revoke", "scjg"), 1);
    home.must(&key("revoke", "jiaoyu"), 0);
    let events: Vec<String> = audit(&home).into_iter().map(|event| event.join(" ")).collect();
    assert_eq!(
        events,
        [
            "organisation_created 1 kind=department code=scjg",
            "api_key_created scjg 办案系统 key=1",
            "organisation_created 2 kind=department code=jiaoyu",
            "api_key_created jiaoyu 办案系统 key=2",
            "api_key_revoked scjg 办案系统",
            "api_key_revoked jiaoyu 办案系统",
        ]
    );
}

//! The commands that hand reports out, as their user meets them.

use serde_json::Value;

use crate::{
    home::Home,
    site::{business, csv, registration},
};

/// A register with one organisation.
fn home() -> Home {
    let home = Home::sqlite();
    let file = home.path("registration.csv");
    std::fs::write(&file, csv(&[registration(&business(1))])).expect("a file");
    let import = ["import", "--item", "registration", "--department", "scjg", &file];
    home.must(&import, 0);
    home
}

#[test]
fn a_report_is_written_handed_out_again_and_revoked() {
    let home = home();
    let code = business(1).code;
    let issued = home.must(&["report", &code], 0);
    let number = issued["number"].as_str().expect("a number").to_owned();
    let file = home.path(&format!("{number}.pdf"));
    let document = std::fs::read(&file).expect("NUMBER.pdf");
    std::fs::remove_file(&file).expect("a file");
    home.must(&["report", "--number", &number], 0);
    assert_eq!(std::fs::read(&file).expect("NUMBER.pdf"), document, "byte for byte");

    home.must(&["report", "--revoke", &number], 2);
    let revoke = ["report", "--revoke", &number, "--reason", "出具有误"];
    assert_eq!(home.must(&revoke, 0)["changed"], true);
    assert_eq!(home.must(&revoke, 0)["changed"], false, "it says that it was revoked before");
    let refused = home.must(&["report", "--number", &number], 5);
    assert!(refused["error"].as_str().is_some_and(|said| said.contains("revoked")), "{refused}");
    home.must(&["report", "--revoke", "0", "--reason", "x"], 1);
    home.must_verify();
}

#[test]
fn both_clocks_are_options_and_the_future_is_refused() {
    let home = home();
    let code = business(1).code;
    let now = home.must(&["subject", &code], 0);
    let then = home.must(&["subject", &code, "--as-of", "2025-01-01"], 0);
    assert_eq!((&now["records"], &then["records"]), (&1.into(), &0.into()));
    home.must(&["subject", &code, "--as-of", "2199-01-01"], 2);
    home.must(&["report", &code, "--known-at", "2199-01-01T00:00:00Z"], 2);
    let out = home.path("then.pdf");
    let then = home.must(&["report", &code, "--as-of", "2025-01-01", "--out", &out], 0);
    assert_ne!(then["number"], Value::Null);
}

#[test]
fn a_real_place_issues_no_report_without_an_address_to_verify_it_at() {
    let home = home();
    let report = |url: Option<&str>| {
        let mut command = home.command(&["report", &business(1).code]);
        command.env("XINHENG_PLACE", "pingdingshan");
        if let Some(url) = url {
            command.env("XINHENG_PUBLIC_URL", url);
        }
        command.output().expect("an answer")
    };
    let refused = report(None);
    assert_eq!(refused.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&refused.stdout).contains("public_url"));
    assert_eq!(report(Some("https://credit.example")).status.code(), Some(0));
}

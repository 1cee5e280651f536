//! Reports: what is told to whom, when one still stands, when one is equal to another.

use axum::http::Method;
use serde_json::Value;

use super::{Api, api};
use crate::site::{business, penalty, with};

async fn issue(api: &Api, query: &str) -> Value {
    let path = format!("/subjects/{}/reports{query}", business(2).code);
    api.ask("issue_report", (Method::POST, &path), &[], "", 201).await.json()
}

fn link(report: &Value, name: &str) -> String {
    report["links"][name].as_str().expect("a link").trim_start_matches("/api/v1").to_owned()
}

async fn standing(api: &Api, report: &Value) -> Value {
    api.get("verify", &link(report, "verify")).await["standing"].clone()
}

#[tokio::test]
async fn a_report_is_told_only_to_whoever_has_its_code() {
    let api = api().await;
    let path = format!("/subjects/{}/reports", business(2).code);
    let issued = api.ask("issue_report", (Method::POST, &path), &[], "", 201).await;
    let report = issued.json();
    assert_eq!(issued.header("location"), report["links"]["report"]);
    assert_eq!(api.get("report", &link(&report, "report")).await, report);
    let document = api.send(Method::GET, &link(&report, "document"), &[], "").await;
    assert!(
        document.bytes.starts_with(b"%PDF") && document.header("content-type") == "application/pdf"
    );
    assert_eq!(document.header("cache-control"), "private, no-store");
    assert_eq!(standing(&api, &report).await, "valid");

    let number = report["number"].as_str().expect("a number").to_owned();
    for path in
        [format!("/reports/{number}?code=0123456789"), format!("/reports/{number}/document?code=x")]
    {
        api.problem(Method::GET, &path, &[], "", (404, "not-found")).await;
    }
    let without = api
        .problem(Method::GET, &format!("/reports/{number}"), &[], "", (400, "bad-parameter"))
        .await;
    assert_eq!(without["parameter"], "code");

    api.site.accept("penalty", &[penalty(&business(2), "示市监罚〔2026〕9号", "2026-08-01")]).await;
    assert_eq!(standing(&api, &report).await, "superseded");
    let again = api.send(Method::GET, &link(&report, "document"), &[], "").await;
    assert_eq!(again.bytes, document.bytes, "byte for byte");
}

#[tokio::test]
async fn a_report_stands_until_what_it_states_changes() {
    let api = api().await;
    let report = issue(&api, "").await;
    api.site.later(86_400);
    assert_eq!(standing(&api, &report).await, "valid", "another day changes nothing by itself");
    let row = penalty(&business(2), "示市监罚〔2026〕7号", "2026-05-12");
    let mut with_a_note = row.clone();
    with_a_note.push(("BZ", "内部备注".to_owned()));
    api.site.accept("penalty", &[with_a_note]).await;
    assert_eq!(standing(&api, &report).await, "valid", "a withheld field is not stated");
    api.site.accept("penalty", &[with(row, "CF_SY", "未明码标价")]).await;
    assert_eq!(standing(&api, &report).await, "superseded");
}

#[tokio::test]
async fn a_report_is_superseded_when_a_record_ends_or_its_subject_is_gone() {
    let api = api().await;
    let report = issue(&api, "").await;
    api.site.later(200 * 86_400);
    assert_eq!(standing(&api, &report).await, "superseded", "a penalty ended on 2027-05-12");
}

#[tokio::test]
async fn number_and_digests_are_the_same_on_paper_page_and_answer() {
    let api = api().await;
    let report = issue(&api, "").await;
    let verified = api.get("verify", &link(&report, "verify")).await;
    let address = link(&report, "verify_page");
    let page = api.page(address.trim_start_matches("http://portal.example")).await.text();
    for name in ["number", "data_digest", "document_digest"] {
        let value = report[name].as_str().expect("a text");
        assert_eq!(verified[name], value, "{name}");
        assert!(page.contains(value), "{name} {value}");
    }
    let kept = registry::report::reproduce(
        &api.site.platform,
        report["number"].as_str().expect("a number"),
    );
    let kept = kept.await.expect("the report");
    let digest = domain::sealed::sm3_hex(&kept.document);
    assert_eq!(report["document_digest"], format!("sm3:{digest}"));
    let Some(text) = text_of(&kept.document) else { return };
    for name in ["number", "data_digest"] {
        assert!(text.contains(report[name].as_str().expect("a text")), "{name}: {text}");
    }
}

/// The text of a document without spaces, or none where poppler is not installed.
fn text_of(pdf: &[u8]) -> Option<String> {
    use std::{
        io::Write as _,
        process::{Command, Stdio},
    };
    let mut reader = Command::new("pdftotext");
    let reader = reader.args(["-raw", "-", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut reader) = reader.spawn() else {
        eprintln!("skipped: pdftotext is not installed");
        return None;
    };
    reader.stdin.take()?.write_all(pdf).ok()?;
    let text = String::from_utf8(reader.wait_with_output().ok()?.stdout).ok()?;
    Some(text.chars().filter(|letter| !letter.is_whitespace() && *letter != '\u{200b}').collect())
}

#[tokio::test]
async fn an_equal_report_of_the_same_day_is_handed_out_again() {
    let api = api().await;
    let first = issue(&api, "").await;
    api.site.later(60);
    assert_eq!(issue(&api, "").await, first);
    let earlier = issue(&api, "?as_of=2026-11-21").await;
    assert_ne!(earlier["number"], first["number"], "another question");
    assert_eq!(standing(&api, &earlier).await, "valid");
    api.site.later(86_400);
    let next_day = issue(&api, "").await;
    assert_ne!(next_day["number"], first["number"]);
    let day = |report: &Value| {
        let number = report["number"].as_str().expect("a number");
        number.get(6..14).expect("a day").to_owned()
    };
    assert_eq!((day(&first), day(&next_day)), ("20261122".to_owned(), "20261123".to_owned()));
}

#[tokio::test]
async fn a_revoked_report_says_so_everywhere() {
    let api = api().await;
    let report = issue(&api, "").await;
    let number = report["number"].as_str().expect("a number").to_owned();
    let revoke = async |reason: &str| {
        registry::report::revoke(&api.site.platform, &number, reason, "test").await
    };
    assert!(revoke(" ").await.is_err(), "without a reason");
    assert!(revoke("出具有误").await.expect("a revocation"));
    assert!(!revoke("出具有误").await.expect("told that it was revoked before"));
    assert_eq!(standing(&api, &report).await, "revoked");
    api.problem(Method::GET, &link(&report, "document"), &[], "", (410, "revoked")).await;
    let code = report["verification_code"].as_str().expect("a code");
    let page = api.page(&format!("/verify/{code}")).await.text();
    assert!(page.contains("本站出具，已作废"), "{page}");
    let document = api.page(&format!("/reports/{number}.pdf?code={code}")).await;
    assert_eq!(
        (document.status.as_u16(), document.header("location")),
        (303, format!("/verify/{code}").as_str())
    );
    assert_ne!(issue(&api, "").await["number"], report["number"], "a new one is issued");
}

#[tokio::test]
async fn no_report_is_issued_that_would_lead_nowhere() {
    let mut api = api().await;
    api.site.platform.public_url = String::new();
    let api = Api::over(api.site).await;
    let path = format!("/subjects/{}/reports", business(2).code);
    let problem = api.problem(Method::POST, &path, &[], "", (422, "refused")).await;
    assert!(problem["detail"].as_str().expect("a sentence").contains("public_url"), "{problem}");
}

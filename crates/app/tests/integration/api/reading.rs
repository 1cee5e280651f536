//! What anybody may read.

use axum::http::Method;
use serde_json::{Value, json};
use store::load::Mode;

use super::api;
use crate::site::{business, csv, penalty, with};

#[tokio::test]
async fn organisations_are_found_by_part_misspelling_and_code() {
    let api = api().await;
    let code = business(2).code;
    for query in ["食品有限", "示例食平有限公司", &code, &code.to_lowercase()] {
        let found = api.get("search", &format!("/search?q={}", escaped(query))).await;
        assert_eq!(found["hits"][0]["slug"], code, "{query}: {found}");
    }
    let none = api.get("search", "/search?q=nothing").await;
    assert_eq!(none["hits"], json!([]));
}

#[tokio::test]
async fn a_file_says_why_each_record_is_there() {
    let api = api().await;
    let code = business(2).code;
    let head = api.get("subject", &format!("/subjects/{code}")).await;
    assert_eq!(head["name"], business(2).name);
    let file = api.get("file", &format!("/subjects/{code}/file")).await;
    let penalties = section(&file, "penalties");
    assert_eq!(penalties.len(), 2);
    let record = &penalties[0];
    assert_eq!(record["document_number"], "示市监罚〔2026〕8号");
    assert_eq!(record["publication"]["until"], "2027-06-18");
    assert_eq!(record["why"]["row"], 3);
    let fine = field(record, "fine");
    assert_eq!((&fine["data"], &fine["value"]), (&json!(200_000), &json!("2,000.00 元")), "{fine}");
    assert!(!file.to_string().contains("身份证"));
}

#[tokio::test]
async fn a_file_is_the_same_again_for_the_instant_it_names() {
    let api = api().await;
    let address = format!("/subjects/{}/file", business(2).code);
    let before = api.get("file", &address).await;
    api.site.later(3_600);
    assert_eq!(api.get("file", &address).await, before, "nothing changed");
    let changed =
        with(penalty(&business(2), "示市监罚〔2026〕7号", "2026-05-12"), "CF_NR_FK", "0.3");
    let changed = with(changed, "CF_NR", "罚款3000元");
    api.site.accept("penalty", &[changed]).await;
    let after = api.get("file", &address).await;
    assert_ne!(after["known_at"], before["known_at"]);
    let known_at = before["known_at"].as_str().expect("an instant");
    let again = api.get("file", &format!("{address}?known_at={known_at}")).await;
    assert_eq!(again["sections"], before["sections"]);
    let earlier = api.get("file", &format!("{address}?as_of=2026-06-01")).await;
    assert_eq!(section(&earlier, "penalties").len(), 0, "published only since it was accepted");

    let record =
        section(&after, "penalties").iter().find(|r| r["document_number"] == "示市监罚〔2026〕7号");
    let number = record.expect("the record")["record"].clone();
    let path = format!("/subjects/{}/records/{number}", business(2).code);
    let history = api.get("record", &path).await;
    let fines: Vec<&Value> = history["versions"].as_array().expect("versions").iter().collect();
    assert_eq!(
        fines.iter().map(|v| &field(v, "fine")["data"]).collect::<Vec<_>>(),
        [300_000, 200_000]
    );
}

#[tokio::test]
async fn an_answer_held_already_is_not_sent_again() {
    let api = api().await;
    let address = format!("/subjects/{}/file", business(1).code);
    for path in
        [address.as_str(), "/catalogue", "/changes", "/openapi.json", "/docs", "/search?q=示例"]
    {
        let path = escaped_query(path);
        let first = api.send(Method::GET, &path, &[], "").await;
        let tag = first.header("etag").to_owned();
        assert!(
            tag.starts_with('"') && first.header("cache-control") == "no-cache",
            "{path}: {tag}"
        );
        let again =
            api.send(Method::GET, &path, &[("if-none-match", &format!("\"x\", {tag}"))], "").await;
        assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), tag);
        let head = api.send(Method::HEAD, &path, &[], "").await;
        assert_eq!((head.header("etag"), head.bytes.len()), (tag.as_str(), 0), "{path}");
    }
    let english = api.send(Method::GET, &address, &[("accept-language", "en")], "").await;
    let chinese = api.send(Method::GET, &address, &[], "").await;
    assert_ne!(english.header("etag"), chinese.header("etag"));
    assert_eq!(
        (english.header("content-language"), chinese.header("content-language")),
        ("en", "zh-CN")
    );
    assert!(english.header("vary").contains("accept-language"));
}

#[tokio::test]
async fn a_check_advises_and_never_refuses() {
    let api = api().await;
    let unknown = "91419901MA00009900";
    for (body, result) in [
        (json!({"code": business(1).code, "matter": "食品经营许可新办"}), "none"),
        (
            json!({"code": business(3).code, "name": business(3).name, "matter": "食品经营许可新办", "case": "示2026-0001"}),
            "hint",
        ),
        (
            json!({"code": business(3).code, "name": "示例别家有限公司", "matter": "食品经营许可新办", "purpose": "许可审查"}),
            "uncertain",
        ),
        (json!({"code": unknown, "matter": "食品经营许可新办"}), "uncertain"),
        (json!({"code": "11010519491231002X", "matter": "食品经营许可新办"}), "uncertain"),
    ] {
        let json = [("content-type", "application/json")];
        let asked = || api.ask("check", (Method::POST, "/check"), &json, body.to_string(), 200);
        let (first, again) = (asked().await, asked().await);
        assert_eq!(first.json()["result"], result, "{}", first.text());
        assert_eq!(first.bytes, again.bytes, "asked again, it says the same");
        assert!(!first.text().contains("19491231"));
        for item in first.json()["items"].as_array().expect("items") {
            assert!(!item["basis"].as_array().expect("basis").is_empty(), "{item}");
        }
    }
}

#[tokio::test]
async fn the_catalogue_tells_every_item_with_its_fields() {
    let api = api().await;
    let catalogue = api.get("catalogue", "/catalogue").await;
    assert!(10 < catalogue["items"].as_array().expect("items").len());
    for item in catalogue["items"].as_array().expect("items") {
        let link = item["link"].as_str().expect("a link").trim_start_matches("/api/v1");
        let one = api.get("catalogue_item", link).await;
        assert!(!one["fields"].as_array().expect("fields").is_empty(), "{link}");
    }
}

#[tokio::test]
async fn pages_of_a_list_are_the_whole_list() {
    let api = api().await;
    let whole = api.get("list", "/public/penalty?limit=100").await;
    assert_eq!(whole["records"].as_array().expect("records").len(), 2);
    let mut pages = Vec::new();
    let mut path = "/public/penalty?limit=1".to_owned();
    while let Some(next) = {
        let page = api.get("list", &path).await;
        pages.extend(page["records"].as_array().expect("records").clone());
        page["next"].as_str().map(str::to_owned)
    } {
        path = format!("/public/penalty?limit=1&after={next}");
    }
    assert_eq!(Value::from(pages), whole["records"]);
    for (filter, count) in [
        ("from=2026-06-01", 1),
        ("until=2026-06-01", 1),
        ("department=scjg", 2),
        ("department=jiaoyu", 0),
        ("code=3", 2),
        ("code=1", 0),
        ("district=419901", 2),
        ("district=419902", 0),
    ] {
        let page = api.get("list", &format!("/public/penalty?{filter}")).await;
        assert_eq!(page["records"].as_array().expect("records").len(), count, "{filter}");
    }
}

#[tokio::test]
async fn the_feed_is_resumed_without_a_gap() {
    let api = api().await;
    let taken_back = csv(&[penalty(&business(2), "示市监罚〔2026〕7号", "2026-05-12")]);
    api.site.import("penalty", "scjg", Mode::Withdraw, &taken_back).await.expect("a withdrawal");
    let whole = api.get("changes", "/changes").await;
    let last = whole["last"].as_i64().expect("a number");
    assert_eq!(whole["next"], last + 1);
    let mut pages = Vec::new();
    let mut next = 1;
    while next <= last {
        let page = api.get("changes", &format!("/changes?from={next}&limit=3")).await;
        pages.extend(page["changes"].as_array().expect("changes").clone());
        next = page["next"].as_i64().expect("a number");
    }
    let positions: Vec<i64> =
        pages.iter().map(|change| change["position"].as_i64().expect("a number")).collect();
    assert_eq!(positions, (1..=last).collect::<Vec<_>>());
    assert_eq!(Value::from(pages.clone()), whole["changes"]);
    // What left publication is told as gone, at the old position too.
    let removed: Vec<&Value> = pages.iter().filter(|change| change["action"] == "remove").collect();
    assert_eq!(removed.len(), 2, "{removed:?}");
    assert!(removed.iter().all(|change| change.get("content").is_none()));
}

#[tokio::test]
async fn a_report_is_told_only_to_whoever_has_its_code() {
    let api = api().await;
    let path = format!("/subjects/{}/reports", business(2).code);
    let issued = api.ask("issue_report", (Method::POST, &path), &[], "", 201).await;
    let report = issued.json();
    let link = |name: &str| {
        report["links"][name].as_str().expect("a link").trim_start_matches("/api/v1").to_owned()
    };
    assert_eq!(issued.header("location"), report["links"]["report"]);
    assert_eq!(api.get("report", &link("report")).await, report);
    let document = api.send(Method::GET, &link("document"), &[], "").await;
    assert!(
        document.bytes.starts_with(b"%PDF") && document.header("content-type") == "application/pdf"
    );
    assert_eq!(api.get("verify", &link("verify")).await["standing"], "valid");

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
    assert_eq!(api.get("verify", &link("verify")).await["standing"], "superseded");
    let again = api.send(Method::GET, &link("document"), &[], "").await;
    assert_eq!(again.bytes, document.bytes, "byte for byte");
    registry::report::revoke(&api.site.platform, &number, "test").await.expect("a revocation");
    api.problem(Method::GET, &link("document"), &[], "", (410, "revoked")).await;
}

fn section<'f>(file: &'f Value, name: &str) -> &'f Vec<Value> {
    let sections = file["sections"].as_array().expect("sections");
    let section = sections.iter().find(|section| section["section"] == name).expect("a section");
    section["records"].as_array().expect("records")
}

fn field<'r>(record: &'r Value, name: &str) -> &'r Value {
    let fields = record["fields"].as_array().expect("fields");
    fields.iter().find(|field| field["name"] == name).expect("a field")
}

/// A value as it stands in a query.
pub fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

fn escaped_query(path: &str) -> String {
    match path.split_once("?q=") {
        Some((path, query)) => format!("{path}?q={}", escaped(query)),
        None => path.to_owned(),
    }
}

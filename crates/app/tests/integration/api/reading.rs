//! What anybody may read.

use axum::http::Method;
use serde_json::{Value, json};

use super::api;
use crate::site::{business, licence, penalty, with};

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
    assert_eq!(fine["label"]["zh"], "罚款金额", "the value is in 元, whatever it is exchanged in");
    let timeliness = &record["why"]["timeliness"];
    assert_eq!((&timeliness["working_days"], &timeliness["limit"]), (&106.into(), &7.into()));
    assert_eq!(section(&file, "registration")[0]["why"]["timeliness"], Value::Null);
    assert!(!file.to_string().contains("身份证"));
}

#[tokio::test]
async fn an_answer_held_already_is_not_sent_again() {
    let api = api().await;
    let address = format!("/subjects/{}/file", business(1).code);
    for path in [address.as_str(), "/catalogue", "/changes", "/openapi.json", "/search?q=示例"] {
        let path = escaped_query(path);
        let first = api.send(Method::GET, &path, &[], "").await;
        let tag = first.header("etag").to_owned();
        assert!(
            tag.starts_with("W/\"") && first.header("cache-control") == "no-cache",
            "{path}: {tag}"
        );
        let again = api
            .send(
                Method::GET,
                &path,
                &[("if-none-match", &format!("\"x\", {}", tag.trim_start_matches("W/")))],
                "",
            )
            .await;
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
        ("as_of=2026-11-22", 2),
        ("as_of=2026-11-21", 0),
    ] {
        let page = api.get("list", &format!("/public/penalty?{filter}")).await;
        assert_eq!(page["records"].as_array().expect("records").len(), count, "{filter}");
        assert_eq!(page["next"], Value::Null, "{filter}");
    }
}

#[tokio::test]
async fn a_year_without_a_calendar_is_named_and_not_guessed() {
    let api = api().await;
    api.site.accept("licence", &[licence(&business(1), "示市监许〔2022〕9号", "2022-03-02")]).await;
    let list = api.get("list", "/public/licence?until=2022-12-31").await;
    let timeliness = &list["records"][0]["why"]["timeliness"];
    assert_eq!(
        (&timeliness["working_days"], &timeliness["missing_year"], &timeliness["limit"]),
        (&Value::Null, &2022.into(), &7.into())
    );
    let record = &list["records"][0]["record"];
    let page = api.page(&format!("/subjects/{}/records/{record}", business(1).code)).await.text();
    assert!(page.contains("没有 2022 年的工作日历"), "{page}");
}

#[tokio::test]
async fn a_page_that_is_just_full_is_the_last() {
    let api = api().await;
    api.site.work().await;
    let page = api.get("list", "/public/penalty?limit=2").await;
    assert_eq!(
        (&page["next"], &page["partial"], &page["total"]),
        (&Value::Null, &false.into(), &2.into())
    );
    let changed =
        with(penalty(&business(2), "示市监罚〔2026〕7号", "2026-05-12"), "CF_SY", "未明码标价");
    api.site.accept("penalty", &[changed]).await;
    let page = api.get("list", "/public/penalty?limit=1&until=2026-05-31").await;
    let why = &page["records"][0]["why"];
    assert_eq!(
        (&why["version"], &why["versions"], &page["total"]),
        (&2.into(), &2.into(), &Value::Null)
    );
}

pub fn section<'f>(file: &'f Value, name: &str) -> &'f Vec<Value> {
    let sections = file["sections"].as_array().expect("sections");
    let section = sections.iter().find(|section| section["section"] == name).expect("a section");
    section["records"].as_array().expect("records")
}

pub fn field<'r>(record: &'r Value, name: &str) -> &'r Value {
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

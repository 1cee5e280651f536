//! Problems: each kind with its status, in the reader's language, repeating nothing it should not.

use axum::http::Method;
use registry::api_key;

use super::{Api, api};
use crate::site::{business, csv, empty_site, penalty};

/// The example of GB 11643, which belongs to nobody.
const PERSON: &str = "11010519491231002X";

#[tokio::test]
async fn a_wrong_address_and_a_wrong_method_are_problems_too() {
    let api = Api::over(empty_site().await).await;
    for path in ["/nothing", "/subjects", "/subjects/x/y/z", "/", ""] {
        api.problem(Method::GET, path, &[], "", (404, "no-such-operation")).await;
    }
    let answer = api.send(Method::DELETE, "/changes", &[], "").await;
    assert_eq!(answer.header("allow"), "GET,HEAD");
    api.problem(Method::DELETE, "/changes", &[], "", (405, "method-not-allowed")).await;
    let english = [("accept-language", "en-GB,en;q=0.9,zh;q=0.1")];
    let problem =
        api.problem(Method::GET, "/nothing", &english, "", (404, "no-such-operation")).await;
    assert_eq!(
        (&problem["title"], &problem["instance"]),
        (&"no such operation".into(), &"/api/v1/nothing".into())
    );
}

#[tokio::test]
async fn a_bad_parameter_is_named() {
    let api = Api::over(empty_site().await).await;
    for (path, name) in [
        ("/search", "q"),
        ("/search?q=x&limit=0", "limit"),
        ("/search?q=x&limit=many", "limit"),
        ("/search?q=x&q=y", "q"),
        ("/search?q=x&page=2", "page"),
        ("/changes?from=0", "from"),
        ("/public/penalty?from=yesterday", "from"),
        ("/public/penalty?after=1", "after"),
        ("/subjects/x/file?as_of=2026-02-30", "as_of"),
        ("/subjects/x/file?known_at=2026-02-03", "known_at"),
        ("/public/penalty?from=2026-02-01&until=2026-01-31", "from"),
    ] {
        let problem = api.problem(Method::GET, path, &[], "", (400, "bad-parameter")).await;
        assert_eq!(problem["parameter"], name, "{path}");
    }
}

#[tokio::test]
async fn a_person_is_not_there_and_not_repeated() {
    let api = api().await;
    let code = business(9).code;
    for (path, like) in [
        (format!("/subjects/{PERSON}"), format!("/subjects/{code}")),
        (format!("/subjects/cn_id:{PERSON}"), format!("/subjects/cn_id:{code}")),
        (format!("/subjects/{PERSON}/file"), format!("/subjects/{code}/file")),
        (format!("/subjects/{PERSON}/records/1"), format!("/subjects/{code}/records/1")),
        (format!("/verify/{PERSON}"), format!("/verify/{code}")),
    ] {
        let mut person = api.problem(Method::GET, &path, &[], "", (404, "not-found")).await;
        let mut unknown = api.problem(Method::GET, &like, &[], "", (404, "not-found")).await;
        assert!(!person.to_string().contains("19491231"), "{person}");
        (person["instance"], unknown["instance"]) = Default::default();
        assert_eq!(person, unknown, "the two are not told apart");
    }
    let path = format!("/subjects/{PERSON}/reports");
    api.problem(Method::POST, &path, &[], "", (404, "not-found")).await;
    let found = api.get("search", &format!("/search?q={PERSON}")).await;
    assert!(
        found["hits"] == serde_json::json!([]) && !found.to_string().contains("19491231"),
        "{found}"
    );
}

#[tokio::test]
async fn an_address_that_is_no_text_is_not_called_a_body() {
    let api = Api::over(empty_site().await).await;
    let problem = api.problem(Method::GET, "/subjects/%ff", &[], "", (400, "bad-parameter")).await;
    assert_eq!(problem["detail"], "地址里有读不懂的内容");
}

#[tokio::test]
async fn too_many_deliveries_at_once_are_asked_to_come_again() {
    let api = api().await;
    let key = api_key::create(&api.site.platform, "scjg", "test", "test").await.expect("a key");
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "text/csv")];
    let path = "/submissions?item=penalty";
    let mut open = Vec::new();
    for _ in 0..web::api::spool::AT_ONCE {
        // A sender that has begun and says nothing more.
        let silent = futures_util::stream::pending::<Result<axum::body::Bytes, std::io::Error>>();
        let mut sending =
            Box::pin(api.send(Method::POST, path, &headers, axum::body::Body::from_stream(silent)));
        let _ = tokio::time::timeout(std::time::Duration::from_millis(200), &mut sending).await;
        open.push(sending);
    }
    let answer = api.send(Method::POST, path, &headers, "").await;
    assert_eq!(answer.header("retry-after"), "10");
    api.problem(Method::POST, path, &headers, "", (503, "busy")).await;
    drop(open);
    let row = csv(&[penalty(&business(2), "示市监罚〔2026〕31号", "2026-05-12")]);
    assert_eq!(api.send(Method::POST, path, &headers, row).await.status, 201);
}

#[tokio::test]
async fn a_file_that_cannot_be_taken_says_why() {
    let api = api().await;
    let key = api_key::create(&api.site.platform, "scjg", "test", "test").await.expect("a key");
    let bearer = format!("Bearer {key}");
    let row = csv(&[penalty(&business(2), "示市监罚〔2026〕31号", "2026-05-12")]);
    let text = "text/csv";
    for (query, content_type, body, expected) in [
        ("item=penalty", "text/html", row.as_str(), (415, "unsupported-type")),
        ("item=penalty", "multipart/form-data", "", (400, "bad-body")),
        ("item=penalty&mode=all", text, &row, (400, "bad-parameter")),
        ("item=penalty&confirm=yes", text, &row, (400, "bad-parameter")),
        ("item=nothing", text, &row, (422, "refused")),
        ("", text, &row, (422, "refused")),
        ("item=tax_rating", text, &row, (422, "refused")),
        ("item=penalty", text, "", (422, "unreadable")),
        ("item=penalty", text, "%PDF-1.7", (422, "unreadable")),
        ("item=penalty", text, "a,b\n1,2\n", (422, "heading")),
    ] {
        let headers = [("authorization", bearer.as_str()), ("content-type", content_type)];
        let path = format!("/submissions?{query}");
        let problem = api.problem(Method::POST, &path, &headers, body.to_owned(), expected).await;
        let detail = problem["detail"].as_str().expect("a sentence");
        assert!(!detail.is_empty() && !detail.contains("--"), "{problem}");
    }
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", text),
        ("content-length", "3221225472"),
    ];
    api.problem(Method::POST, "/submissions?item=penalty", &headers, "", (413, "too-large")).await;
}

#[tokio::test]
async fn a_check_that_cannot_be_read_says_what_is_needed() {
    let api = Api::over(empty_site().await).await;
    let json = [("content-type", "application/json")];
    for body in ["", "{", "[]", "{\"code\": 1, \"matter\": \"x\"}", "{\"code\": \"x\"}"] {
        let problem = api.problem(Method::POST, "/check", &json, body, (400, "bad-body")).await;
        assert_eq!(problem["allowed"][0], "code", "{problem}");
    }
    let empty = "{\"code\": \"x\", \"matter\": \" \"}";
    let problem = api.problem(Method::POST, "/check", &json, empty, (400, "bad-body")).await;
    assert_eq!(problem["parameter"], "matter");
    api.problem(Method::POST, "/check", &[], "{}", (415, "unsupported-type")).await;
    let long = format!("{{\"code\": \"{}\"}}", "x".repeat(3 << 20));
    api.problem(Method::POST, "/check", &json, long, (413, "too-large")).await;
}

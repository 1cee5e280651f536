//! What a department hands in with its key.

use axum::http::Method;
use registry::api_key;
use serde_json::Value;

use super::{Answer, Api, api};
use crate::site::{business, csv, penalty, with};

/// A key of a department, as a header.
async fn key_of(api: &Api, department: &str) -> String {
    let key =
        api_key::create(&api.site.platform, department, department, "test").await.expect("a key");
    assert!(key.starts_with("xh_") && key.len() == 55, "{key}");
    format!("Bearer {key}")
}

async fn hand_in(api: &Api, key: &str, query: &str, content: &str, status: u16) -> Answer {
    let headers = [("authorization", key), ("content-type", "text/csv; charset=utf-8")];
    let path = format!("/submissions?{query}");
    api.ask("deliver", (Method::POST, &path), &headers, content.to_owned(), status).await
}

/// Three rows, the second with a date that is none and without facts.
fn faulty() -> String {
    let second = business(2);
    let bad = with(penalty(&second, "示市监罚〔2026〕22号", "2026-05-12"), "CF_JDRQ", "2026-13-40");
    csv(&[
        penalty(&second, "示市监罚〔2026〕21号", "2026-05-12"),
        with(bad, "CF_SY", ""),
        penalty(&second, "示市监罚〔2026〕23号", "2026-05-14"),
    ])
}

#[tokio::test]
async fn every_fault_comes_back_and_the_mended_rows_are_taken() {
    let api = api().await;
    let key = key_of(&api, "scjg").await;
    let answer = hand_in(&api, &key, "item=penalty&file_name=a.csv", &faulty(), 201).await;
    let receipt = answer.json();
    let count = |name: &str| receipt["counts"][name].as_i64().expect("a count");
    assert_eq!((count("rows"), count("created"), count("rejected")), (3, 2, 1), "{receipt}");
    assert_eq!(answer.header("location"), receipt["links"]["receipt"]);
    let register = &api.site.platform.register;
    let number = receipt["receipt"].as_str().expect("a number");
    let kept = store::submission::by_receipt(register, number).await.expect("a register");
    assert_eq!(kept.expect("a submission").actor, "key:scjg/scjg");
    let link = |name: &str| {
        receipt["links"][name].as_str().expect("a link").trim_start_matches("/api/v1").to_owned()
    };
    let held = [("authorization", key.as_str())];
    let again = api.ask("submission", (Method::GET, &link("receipt")), &held, "", 200).await;
    assert_eq!(
        (again.json(), again.header("cache-control")),
        (receipt.clone(), "private, no-store")
    );

    let page = api
        .ask("faults", (Method::GET, &format!("{}?limit=1", link("faults"))), &held, "", 200)
        .await
        .json();
    let rules: Vec<&Value> =
        page["faults"].as_array().expect("faults").iter().map(|f| &f["rule"]).collect();
    assert!(
        rules.contains(&&"date".into()) && rules.contains(&&"required".into()),
        "a row stays whole: {page}"
    );
    assert_eq!(page["next_row"], 4);
    let rest = format!("{}?from_row=4", link("faults"));
    let rest = api.ask("faults", (Method::GET, &rest), &held, "", 200).await.json();
    assert_eq!(
        (rest["faults"].as_array().map(Vec::len), &rest["next_row"]),
        (Some(0), &Value::Null)
    );

    let rejected = api.send(Method::GET, &link("rejected_csv"), &held, "").await.text();
    let mended = rejected
        .replace("2026-13-40", "2026-05-13")
        .replace("\"未按规定公示价格\",\"\"", "\"未按规定公示价格\",\"销售商品未明码标价\"");
    let taken = hand_in(&api, &key, "item=penalty", &mended, 201).await.json();
    assert_eq!(
        (&taken["counts"]["rejected"], &taken["counts"]["created"]),
        (&0.into(), &1.into()),
        "{taken}"
    );
    let book = api.send(Method::GET, &link("rejected_xlsx"), &held, "").await;
    assert!(book.status == 200 && book.bytes.starts_with(b"PK"), "{}", book.status);
}

#[tokio::test]
async fn a_department_sees_its_own_receipts_only() {
    let api = api().await;
    let (own, other) = (key_of(&api, "scjg").await, key_of(&api, "jiaoyu").await);
    let receipt = hand_in(&api, &own, "item=penalty", &faulty(), 201).await.json();
    for (_, link) in receipt["links"].as_object().expect("links") {
        let path = link.as_str().expect("a link").trim_start_matches("/api/v1");
        let mine = api.send(Method::GET, path, &[("authorization", &own)], "").await;
        assert_eq!(mine.status, 200, "{path}");
        api.problem(Method::GET, path, &[("authorization", &other)], "", (404, "not-found")).await;
        api.problem(Method::GET, path, &[], "", (401, "unauthorised")).await;
    }
}

#[tokio::test]
async fn no_key_a_wrong_one_and_a_revoked_one_get_one_answer() {
    let api = api().await;
    let revoked = key_of(&api, "scjg").await;
    assert!(
        api_key::revoke(&api.site.platform, "scjg", "scjg", "test").await.expect("a revocation")
    );
    let unknown = format!("Bearer xh_{}", "0".repeat(52));
    let mut answers = Vec::new();
    for key in ["", "Bearer x", "Basic eDp5", &unknown, &revoked] {
        let answer = api
            .send(Method::POST, "/submissions?item=penalty", &[("authorization", key)], "")
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("www-authenticate")),
            (401, "Bearer realm=\"xinheng\"")
        );
        answers.push(answer.bytes);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_the_same_file_changes_nothing() {
    let api = api().await;
    let key = key_of(&api, "scjg").await;
    let last = || async { api.get("changes", "/changes?limit=1").await["last"].clone() };
    let before = last().await;
    let trial = hand_in(&api, &key, "item=penalty&dry_run=true", &faulty(), 200).await.json();
    assert_eq!((&trial["passed"], &trial["rejected"]), (&2.into(), &1.into()), "{trial}");
    assert_eq!(last().await, before);
    hand_in(&api, &key, "item=penalty", &faulty(), 201).await;
    let after = last().await;
    let again = hand_in(&api, &key, "item=penalty", &faulty(), 201).await.json();
    assert_eq!(
        (&again["counts"]["created"], &again["counts"]["unchanged"]),
        (&0.into(), &2.into()),
        "{again}"
    );
    assert_eq!(last().await, after);
    let spooled = std::fs::read_dir(api.site.dir.path().join("spool")).expect("a folder");
    assert_eq!(spooled.count(), 0, "deliveries are gone once they are read");
}

#[tokio::test]
async fn a_department_finds_its_deliveries_again() {
    let api = api().await;
    let (own, other) = (key_of(&api, "scjg").await, key_of(&api, "jiaoyu").await);
    let held = [("authorization", own.as_str())];
    let mut receipts = Vec::new();
    let mut path = "/submissions?limit=2".to_owned();
    loop {
        let page = api.ask("submissions", (Method::GET, &path), &held, "", 200).await.json();
        let found = page["submissions"].as_array().expect("submissions");
        receipts.extend(found.iter().map(|one| one["receipt"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/submissions?limit=2&before={}", super::reading::escaped(next));
    }
    let number = |receipt: &Value| {
        receipt.as_str().expect("a receipt").rsplit('-').next().map(str::to_owned)
    };
    let numbers: Vec<_> = receipts.iter().map(number).collect();
    let mut sorted = numbers.clone();
    sorted.sort();
    sorted.reverse();
    assert_eq!((receipts.len(), &numbers), (4, &sorted), "newest first, each once");
    let foreign = [("authorization", other.as_str())];
    let page = api.ask("submissions", (Method::GET, "/submissions"), &foreign, "", 200).await;
    assert_eq!(page.json()["submissions"], serde_json::json!([]));
    api.problem(Method::GET, "/submissions", &[], "", (401, "unauthorised")).await;
    let before = format!(
        "/submissions?before={}",
        super::reading::escaped(receipts[0].as_str().expect("a receipt"))
    );
    api.problem(Method::GET, &before, &foreign, "", (404, "not-found")).await;
}

#[tokio::test]
async fn a_removal_waits_for_a_confirmation() {
    let api = api().await;
    let key = key_of(&api, "scjg").await;
    let one = csv(&[penalty(&business(2), "示市监罚〔2026〕7号", "2026-05-12")]);
    let headers = [("authorization", key.as_str()), ("content-type", "text/csv")];
    let path = "/submissions?item=penalty&mode=full";
    let asked =
        api.problem(Method::POST, path, &headers, one.clone(), (409, "needs-confirmation")).await;
    assert_eq!((&asked["parameter"], &asked["allowed"][0]), (&"confirm".into(), &"true".into()));
    assert!(asked["detail"].as_str().expect("a sentence").contains("confirm=true"), "{asked}");
    let done = hand_in(&api, &key, "item=penalty&mode=full&confirm=true", &one, 201).await.json();
    assert_eq!(done["counts"]["withdrawn"], 1, "{done}");
}

#[tokio::test]
async fn a_form_is_taken_like_a_body() {
    let api = api().await;
    let key = key_of(&api, "scjg").await;
    let headers =
        [("authorization", key.as_str()), ("content-type", "multipart/form-data; boundary=b")];
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"处罚.csv\"\r\n\r\n{}\r\n--b--\r\n",
        faulty()
    );
    let answer =
        api.ask("deliver", (Method::POST, "/submissions?item=penalty"), &headers, body, 201).await;
    assert_eq!(answer.json()["file_name"], "处罚.csv");
}

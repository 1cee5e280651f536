//! The check of a subject for a matter: advice from public lists, never a refusal.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Answer, Api, api};
use crate::site::{business, penalty};

const MATTER: &str = "食品经营许可新办";

async fn check(api: &Api, body: &Value) -> Answer {
    let json = [("content-type", "application/json")];
    api.ask("check", (Method::POST, "/check"), &json, body.to_string(), 200).await
}

#[tokio::test]
async fn a_check_advises_and_never_refuses() {
    let api = api().await;
    let unknown = "91419901MA00009900";
    for (body, result) in [
        (json!({"code": business(1).code, "matter": MATTER}), "none"),
        (
            json!({"code": business(3).code, "name": business(3).name, "matter": MATTER, "case": "示2026-0001"}),
            "hint",
        ),
        (
            json!({"code": business(3).code, "name": "示例别家有限公司", "matter": MATTER, "purpose": "许可审查"}),
            "uncertain",
        ),
        (json!({"code": unknown, "matter": "XK-000131"}), "uncertain"),
        (json!({"code": "11010519491231002X", "matter": MATTER}), "uncertain"),
    ] {
        let (first, again) = (check(&api, &body).await, check(&api, &body).await);
        assert_eq!(first.json()["result"], result, "{}", first.text());
        assert_eq!(first.json()["matter"], body["matter"]);
        assert_eq!(first.bytes, again.bytes, "asked again, it says the same");
        assert!(!first.text().contains("19491231"));
        for item in first.json()["items"].as_array().expect("items") {
            assert!(!item["basis"].as_array().expect("basis").is_empty(), "{item}");
        }
    }
}

#[tokio::test]
async fn a_list_entry_is_a_hint_without_a_measure_and_a_penalty_is_none() {
    let api = api().await;
    api.site.accept("penalty", &[penalty(&business(3), "示市监罚〔2026〕9号", "2026-08-01")]).await;
    let answer = check(&api, &json!({"code": business(3).code, "matter": MATTER})).await.json();
    let items: Vec<&Value> = answer["items"].as_array().expect("items").iter().collect();
    assert_eq!(items.iter().map(|item| &item["item"]).collect::<Vec<_>>(), ["abnormal"]);
    assert!(answer["sentence"].as_str().expect("a sentence").contains("没有规定必须采取的措施"));
    let only_penalties = check(&api, &json!({"code": business(2).code, "matter": MATTER})).await;
    assert_eq!(only_penalties.json()["result"], "none");
    let before = json!({"code": business(3).code, "matter": MATTER, "as_of": "2026-11-21"});
    assert_eq!(check(&api, &before).await.json()["result"], "none", "not yet published that day");
}

#[tokio::test]
async fn a_check_rests_on_a_matter_and_takes_nothing_in_its_address() {
    let api = api().await;
    let json = [("content-type", "application/json")];
    for matter in ["", "食", "12345", "--------"] {
        let body = json!({"code": business(1).code, "matter": matter}).to_string();
        let problem = api.problem(Method::POST, "/check", &json, body, (400, "bad-body")).await;
        assert_eq!(problem["parameter"], "matter", "{problem}");
    }
    let body = json!({"code": business(1).code, "matter": MATTER}).to_string();
    let path = "/check?code=x";
    let problem = api.problem(Method::POST, path, &json, body, (400, "bad-parameter")).await;
    assert_eq!(problem["parameter"], "code");
}

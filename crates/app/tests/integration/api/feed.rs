//! The change feed: complete, resumable, and true to what is public now.

use serde_json::Value;

use super::{Api, api};
use crate::site::{business, penalty, person_penalty, struck_off, utility_payment};

async fn changes(api: &Api) -> Vec<Value> {
    api.get("changes", "/changes").await["changes"].as_array().expect("changes").clone()
}

#[tokio::test]
async fn the_feed_is_resumed_without_a_gap() {
    let api = api().await;
    api.site.withdraw("penalty", penalty(&business(2), "示市监罚〔2026〕7号", "2026-05-12")).await;
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
    assert_eq!(removed[0]["record"], removed[1]["record"]);
}

#[tokio::test]
async fn trap_07_what_is_published_says_until_when() {
    let api = api().await;
    for change in changes(&api).await {
        assert_eq!(change["action"], "publish");
        assert_eq!(change["until"], change["content"]["publication"]["until"], "{change}");
    }
    // After its last day a record is gone at its old position, unasked.
    api.site.later(365 * 86_400);
    let gone: Vec<Value> =
        changes(&api).await.into_iter().filter(|change| change["action"] == "remove").collect();
    assert_eq!(gone.len(), 2, "{gone:?}");
}

#[tokio::test]
async fn trap_07_the_end_of_a_subject_names_the_records_that_go_with_it() {
    let api = api().await;
    let held = changes(&api).await;
    let of_second: Vec<&Value> = held
        .iter()
        .filter(|change| change["content"]["item"] == "penalty")
        .map(|change| &change["record"])
        .collect();
    api.site.later(86_400);
    api.site.accept("registration", &[struck_off(&business(2), "2026-11-23")]).await;
    let last = changes(&api).await.pop().expect("a change");
    assert_eq!(last["action"], "publish", "the registration itself stays");
    assert_eq!(last["affects"].as_array().expect("records").iter().collect::<Vec<_>>(), of_second);
    for record in of_second {
        api.problem(
            axum::http::Method::GET,
            &format!("/records/{record}"),
            &[],
            "",
            (404, "not-found"),
        )
        .await;
    }
}

#[tokio::test]
async fn records_that_never_were_public_are_not_told_apart() {
    let api = api().await;
    let site = &api.site;
    site.accept("penalty", &[person_penalty("示例丙", "示市监罚〔2026〕91号", "2026-05-12")]).await;
    let payment = utility_payment(&business(2), "41990000731");
    site.accept_from("shuiwujituan", "utility_payment", &[payment]).await;
    let mut new: Vec<Value> = changes(&api).await.split_off(7);
    assert_eq!(new.len(), 2, "{new:?}");
    for change in &mut new {
        assert_eq!(change["action"], "none", "{change}");
        change["position"].take();
    }
    assert_eq!(new[0], new[1]);
    assert_eq!(new[0].as_object().map(serde_json::Map::len), Some(2), "{}", new[0]);
}

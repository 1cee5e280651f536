//! What the public never meets: natural persons, items that are not public, withheld fields.

use axum::http::Method;
use domain::disclosure::{Audience, Verdict};
use serde_json::Value;

use super::{Answer, Api, api, reading::escaped};
use crate::site::{
    Business, PERSON, business, licence, penalty, person_penalty, utility_payment, with,
};

const PERSON_NAME: &str = "示例丙丁";
const PERSON_NUMBER: &str = "示市监罚〔2026〕91号";
const ACCOUNT: &str = "41990000731";
/// Known here by a payment alone.
const UNSEEN: &str = "示例无踪物业有限公司";
/// A name that a payment alone gives to a subject of the register.
const ALIAS: &str = "示例代付账户名";

/// The small site with a person's penalty, payments, and a licence with a sealed number.
async fn secretive() -> (Api, Vec<String>) {
    let api = api().await;
    let site = &api.site;
    let person = person_penalty(PERSON_NAME, PERSON_NUMBER, "2026-05-12");
    let mut receipts = vec![site.accept("penalty", &[person]).await.receipt];
    let unseen = Business { name: UNSEEN.to_owned(), ..business(8) };
    let alias = Business { name: ALIAS.to_owned(), ..business(1) };
    let payments = [
        utility_payment(&unseen, ACCOUNT),
        utility_payment(&alias, "41990000732"),
        utility_payment(&business(2), "41990000733"),
    ];
    receipts.push(site.accept_from("shuiwujituan", "utility_payment", &payments).await.receipt);
    let mut sealed = licence(&business(1), "示市监许〔2026〕2号", "2026-03-03");
    sealed.extend([("XK_FR_ZJLX", "身份证".to_owned()), ("XK_FR_ZJHM", PERSON.to_owned())]);
    receipts.push(site.accept("licence", &[sealed]).await.receipt);
    (api, receipts.into_iter().map(|receipt| receipt.expect("a receipt")).collect())
}

#[track_caller]
fn says_nothing(path: &str, answer: &Answer) {
    let text = answer.text();
    for secret in [PERSON, PERSON_NAME, PERSON_NUMBER, ACCOUNT, UNSEEN, ALIAS, "731.40", "欠缴"] {
        assert!(!text.contains(secret), "{path} says {secret}: {text}");
    }
}

#[tokio::test]
async fn no_answer_and_no_page_holds_a_person_or_what_is_not_public() {
    let (api, receipts) = secretive().await;
    api.site.work().await;
    let mut paths: Vec<String> =
        ["/changes", "/public/penalty?limit=100", "/public/licence?limit=100"]
            .map(str::to_owned)
            .into();
    for number in 1..=3 {
        let code = business(number).code;
        paths.extend(["", "/file"].map(|rest| format!("/subjects/{code}{rest}")));
    }
    let file = api.get("file", &format!("/subjects/{}/file", business(1).code)).await;
    for record in file["sections"].as_array().expect("sections").iter().flat_map(|section| {
        section["records"].as_array().expect("records").iter().map(|record| &record["record"])
    }) {
        paths.push(format!("/records/{record}"));
    }
    for path in paths {
        let answer = api.send(Method::GET, &path, &[], "").await;
        assert_eq!(answer.status, 200, "{path}");
        says_nothing(&path, &answer);
    }
    let mut pages = vec!["/".to_owned(), "/today".to_owned(), "/public/penalty".to_owned()];
    pages.extend((1..=3).map(|number| format!("/subjects/{}", business(number).code)));
    pages.push(format!("/submissions/{}", escaped(&receipts[0])));
    for path in pages {
        let answer = api.page(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        says_nothing(&path, &answer);
    }
}

#[tokio::test]
async fn nothing_leads_to_a_person_or_to_what_is_not_public() {
    let (api, receipts) = secretive().await;
    for query in [PERSON_NAME, PERSON, PERSON_NUMBER, UNSEEN, ALIAS, ACCOUNT] {
        let found = api.get("search", &format!("/search?q={}", escaped(query))).await;
        assert_eq!(found["hits"], serde_json::json!([]), "{query}");
        let page = api.page(&format!("/search?q={}", escaped(query))).await;
        assert!(page.status == 200 && !page.text().contains("class=\"hits\""), "{query}");
    }
    let unseen = business(8).code;
    for path in [
        format!("/subjects/{unseen}"),
        format!("/subjects/{unseen}/file"),
        "/public/utility_payment".to_owned(),
        "/subjects/cn_id:".to_owned() + PERSON,
    ] {
        api.problem(Method::GET, &path, &[], "", (404, "not-found")).await;
    }
    api.problem(Method::POST, &format!("/subjects/{unseen}/reports"), &[], "", (404, "not-found"))
        .await;
    for page in [format!("/subjects/{unseen}"), format!("/submissions/{}", escaped(&receipts[1]))] {
        assert_eq!(api.page(&page).await.status, 404, "{page}");
    }
    // Receipts are found by their number, which cannot be counted through.
    for id in 1..=12 {
        assert_eq!(api.page(&format!("/submissions/{id}")).await.status, 404);
    }
    // Records that were never public are not found by number either.
    let feed = api.get("changes", "/changes").await;
    let public: Vec<&Value> = feed["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .filter_map(|change| change.get("record"))
        .collect();
    for submission in 1..=8i64 {
        for ordinal in 0..4 {
            let record = (submission << 32) + ordinal;
            let answer = api.send(Method::GET, &format!("/records/{record}"), &[], "").await;
            assert_eq!(answer.status == 200, public.contains(&&record.into()), "{record}");
        }
    }
}

#[tokio::test]
async fn a_person_of_the_register_is_not_told_from_one_of_nowhere() {
    let (api, _) = secretive().await;
    for (there, nowhere) in [
        (format!("/subjects/{PERSON}"), "/subjects/419900198001020012"),
        (format!("/subjects/cn_id:{PERSON}"), "/subjects/cn_id:419900198001020012"),
    ] {
        let mut there = api.problem(Method::GET, &there, &[], "", (404, "not-found")).await;
        let mut nowhere = api.problem(Method::GET, nowhere, &[], "", (404, "not-found")).await;
        assert!(!there.to_string().contains("1980"), "{there}");
        (there["instance"], nowhere["instance"]) = Default::default();
        assert_eq!(there, nowhere);
    }
    let check = serde_json::json!({"code": PERSON, "matter": "食品经营许可新办"}).to_string();
    let json = [("content-type", "application/json")];
    let answer = api.send(Method::POST, "/check", &json, check).await;
    assert_eq!(answer.json()["result"], "uncertain");
    assert!(!answer.text().contains("1980"), "{}", answer.text());
}

#[tokio::test]
async fn a_digest_tells_nothing_of_what_is_withheld() {
    let (api, _) = secretive().await;
    let path = format!("/subjects/{}/file", business(2).code);
    let row = penalty(&business(2), "示市监罚〔2026〕7号", "2026-05-12");
    let digest = async || {
        let file = api.get("file", &path).await;
        let records = super::reading::section(&file, "penalties");
        let record = records.iter().find(|one| one["document_number"] == "示市监罚〔2026〕7号");
        let why = &record.expect("the record")["why"];
        let told = why["file_digest"].as_str().expect("a digest").to_owned();
        let receipt = why["receipt"].as_str().expect("a receipt");
        let register = &api.site.platform.register;
        let found = store::submission::by_receipt(register, receipt).await.unwrap().unwrap();
        assert_ne!(told, found.file_digest, "a digest alone would let a cell be guessed");
        assert_eq!(told, registry::digest::salted(&found.file_salt, &found.file_digest));
        why["disclosed_digest"].as_str().expect("a digest").to_owned()
    };
    let before = digest().await;
    let mut noted = row.clone();
    noted.push(("BZ", "内部备注".to_owned()));
    api.site.accept("penalty", &[noted]).await;
    assert_eq!(digest().await, before, "what is withheld changed, what is disclosed did not");
    api.site.accept("penalty", &[with(row, "CF_SY", "未明码标价")]).await;
    assert_ne!(digest().await, before);
}

#[tokio::test]
async fn no_list_is_filtered_by_what_is_withheld() {
    let api = api().await;
    for item in api.site.platform.policy.items.values() {
        let field = registry::list::filter_field(item);
        let verdict = field.map(|field| field.disclosure.verdict(Audience::Public));
        assert!(verdict.is_none_or(|verdict| verdict == Verdict::Show), "{}", item.id);
    }
}

#[tokio::test]
async fn a_name_that_was_taken_back_is_gone() {
    let api = api().await;
    let other = Business { name: "示例误登有限公司".to_owned(), ..business(7) };
    let row = licence(&other, "示市监许〔2026〕5号", "2026-03-02");
    api.site.accept("licence", std::slice::from_ref(&row)).await;
    assert_eq!(api.get("subject", &format!("/subjects/{}", other.code)).await["name"], other.name);
    api.site.withdraw("licence", row).await;
    let path = format!("/subjects/{}", other.code);
    api.problem(Method::GET, &path, &[], "", (404, "not-found")).await;
    let found = api.get("search", &format!("/search?q={}", escaped(&other.name))).await;
    assert_eq!(found["hits"], serde_json::json!([]));
}

//! Both clocks, wherever something can be asked about: what was true on a day, what was known then.

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Api, api,
    reading::{field, section},
};
use crate::site::{Business, business, penalty, registration, site, struck_off, with};

/// The penalty of the small site, with another fine.
fn corrected() -> crate::site::Row {
    let row = penalty(&business(2), "示市监罚〔2026〕7号", "2026-05-12");
    with(with(row, "CF_NR_FK", "0.3"), "CF_NR", "罚款3000元，误录的内容")
}

fn record<'f>(file: &'f Value, number: &str) -> &'f Value {
    let records = section(file, "penalties");
    let found = records.iter().find(|record| record["document_number"] == number);
    found.unwrap_or_else(|| panic!("no {number}: {file}"))
}

const NUMBER: &str = "示市监罚〔2026〕7号";

#[tokio::test]
async fn a_file_is_the_same_again_for_the_instant_it_names() {
    let api = api().await;
    let address = format!("/subjects/{}/file", business(2).code);
    let before = api.get("file", &address).await;
    api.site.later(3_600);
    assert_eq!(api.get("file", &address).await, before, "nothing changed");
    let known_at = before["known_at"].as_str().expect("an instant").to_owned();
    api.site.accept("penalty", &[penalty(&business(2), "示市监罚〔2026〕9号", "2026-08-01")]).await;
    let after = api.get("file", &address).await;
    assert_ne!(after["known_at"], before["known_at"]);
    let again = api.get("file", &format!("{address}?known_at={known_at}")).await;
    assert_eq!((&again["sections"], &again["is_past"]), (&before["sections"], &true.into()));
    let unknown = format!("{address}?known_at=2026-11-22T02:30:30Z");
    api.problem(Method::GET, &unknown, &[], "", (404, "not-found")).await;
    let same = format!("{address}?known_at={}", after["known_at"].as_str().expect("an instant"));
    assert_eq!(api.get("file", &same).await, after);
}

#[tokio::test]
async fn what_was_corrected_is_told_and_not_shown_again() {
    let api = api().await;
    let address = format!("/subjects/{}/file", business(2).code);
    let leaking = with(corrected(), "CF_NR_FK", "0.2");
    api.site.accept("penalty", &[leaking]).await;
    let leaked = api.get("file", &address).await;
    let known_at = leaked["known_at"].as_str().expect("an instant");
    let mended = with(corrected(), "CF_NR", "罚款3000元");
    api.site.accept("penalty", &[mended]).await;

    let then = api.get("file", &format!("{address}?known_at={known_at}")).await;
    assert!(!then.to_string().contains("误录的内容"), "{then}");
    let then = record(&then, NUMBER);
    assert_eq!(then["corrected"], true);
    let names: Vec<&Value> =
        then["fields"].as_array().expect("fields").iter().map(|field| &field["name"]).collect();
    assert!(names.contains(&&json!("facts")) && !names.contains(&&json!("fine")), "{names:?}");

    let path = format!("/subjects/{}/records/{}", business(2).code, then["record"]);
    let history = api.get("record", &path).await;
    assert_eq!(field(&history["record"], "fine")["data"], 300_000);
    let older: Vec<&Value> = history["older"].as_array().expect("older versions").iter().collect();
    assert_eq!(older.iter().map(|one| &one["version"]).collect::<Vec<_>>(), [2, 1]);
    assert!(!history.to_string().contains("误录的内容"), "{history}");
    let by_number = api.get("record_by_number", &format!("/records/{}", then["record"])).await;
    assert_eq!(by_number, history);
    let earlier = api.get("record", &format!("{path}?known_at={known_at}")).await;
    assert_eq!(
        (&earlier["record"]["why"]["version"], &earlier["record"]["corrected"]),
        (&2.into(), &true.into())
    );
}

#[tokio::test]
async fn a_correction_does_not_move_the_beginning_of_publication() {
    let api = api().await;
    api.site.later(30 * 86_400);
    api.site.accept("penalty", &[corrected()]).await;
    let address = format!("/subjects/{}/file", business(2).code);
    let now = api.get("file", &address).await;
    let record = record(&now, NUMBER);
    assert_eq!(record["publication"]["from"], "2026-11-22");
    assert_eq!(record["why"]["timeliness"]["working_days"], 133, "since the first acceptance");
    let then = api.get("file", &format!("{address}?as_of=2026-12-01")).await;
    assert_eq!(section(&then, "penalties").len(), 2, "published all the while");
    let before = api.get("file", &format!("{address}?as_of=2026-11-21")).await;
    assert_eq!(section(&before, "penalties").len(), 0, "published only since it was accepted");
}

#[tokio::test]
async fn name_and_status_are_those_of_the_day() {
    let api = api().await;
    let (old, code) = (business(2).name, business(2).code);
    let renamed = Business { name: "示例鲜食有限公司".to_owned(), code: code.clone() };
    api.site.later(86_400);
    let changed = with(registration(&renamed), "DJ_HZRQ", "2026-11-20");
    api.site.accept("registration", std::slice::from_ref(&changed)).await;
    let head = api.get("subject", &format!("/subjects/{code}")).await;
    assert_eq!(
        (&head["name"], &head["former_names"]),
        (&renamed.name.as_str().into(), &json!([old]))
    );
    let then = api.get("file", &format!("/subjects/{code}/file?as_of=2026-11-19")).await;
    assert_eq!(
        (&then["subject"]["name"], &then["subject"]["former_names"]),
        (&old.into(), &json!([]))
    );

    // A name written wrong and put right is no former name.
    let typo = Business { name: "示例鲜石有限公司".to_owned(), ..renamed.clone() };
    api.site.accept("registration", &[with(registration(&typo), "DJ_HZRQ", "2026-11-20")]).await;
    api.site.accept("registration", &[changed]).await;
    let head = api.get("subject", &format!("/subjects/{code}")).await;
    assert_eq!(head["former_names"], json!([business(2).name]), "{head}");

    api.site.accept("registration", &[struck_off(&renamed, "2026-11-23")]).await;
    let then = api.get("file", &format!("/subjects/{code}/file?as_of=2026-11-22")).await;
    assert_eq!((&then["subject"]["ended"], section(&then, "penalties").len()), (&false.into(), 0));
}

#[tokio::test]
async fn no_older_day_brings_back_what_has_left_publication() {
    let api = api().await;
    let row = penalty(&business(2), NUMBER, "2026-05-12");
    let address = format!("/subjects/{}/file", business(2).code);
    let known_at = api.get("file", &address).await["known_at"].clone();
    let known_at = known_at.as_str().expect("an instant");
    api.site.later(86_400);
    api.site.withdraw("penalty", row).await;
    for question in ["as_of=2026-11-22".to_owned(), format!("known_at={known_at}")] {
        for path in [format!("{address}?{question}"), format!("/public/penalty?{question}")] {
            let answer = api.send(Method::GET, &path, &[], "").await.text();
            assert!(
                answer.contains("〔2026〕8号") && !answer.contains("〔2026〕7号"),
                "{path}: {answer}"
            );
        }
    }
}

#[tokio::test]
async fn the_future_is_asked_about_nowhere() {
    let api = Api::over(site().await).await;
    let code = business(2).code;
    for path in [
        format!("/subjects/{code}/file"),
        format!("/subjects/{code}/records/1"),
        "/records/1".to_owned(),
        "/public/penalty".to_owned(),
    ] {
        for (name, value) in [("as_of", "2026-11-23"), ("known_at", "2026-11-23T00:00:00Z")] {
            let path = format!("{path}?{name}={value}");
            let problem = api.problem(Method::GET, &path, &[], "", (400, "bad-parameter")).await;
            assert_eq!(problem["parameter"], name, "{path}");
        }
    }
    let path = format!("/subjects/{code}/reports?as_of=2026-11-23");
    api.problem(Method::POST, &path, &[], "", (400, "bad-parameter")).await;
    let body =
        json!({"code": code, "matter": "食品经营许可新办", "as_of": "2026-11-23"}).to_string();
    let headers = [("content-type", "application/json")];
    api.problem(Method::POST, "/check", &headers, body, (400, "bad-body")).await;
    for page in [format!("/subjects/{code}"), "/public/penalty".to_owned()] {
        for name in ["as_of", "known_at"] {
            let answer = api.page(&format!("{page}?{name}=2026-11-23")).await;
            assert_eq!(answer.status, 400, "{page} {name}");
        }
    }
}

#[tokio::test]
async fn a_page_of_another_day_says_so() {
    let api = api().await;
    api.site.later(86_400);
    let code = business(2).code;
    let file = api.get("file", &format!("/subjects/{code}/file")).await;
    let record = format!("/subjects/{code}/records/{}", section(&file, "penalties")[0]["record"]);
    for page in [format!("/subjects/{code}"), record, "/public/penalty".to_owned()] {
        let answer = api.page(&format!("{page}?as_of=2026-11-22")).await;
        assert_eq!(answer.status, 200, "{page}");
        assert!(answer.text().contains("2026-11-22</time> 那天"), "{page}");
    }
}

#[tokio::test]
async fn a_list_is_that_of_the_day() {
    let api = api().await;
    let known = api.get("changes", "/changes").await;
    assert!(known["last"].as_i64() > Some(0));
    api.site.later(86_400);
    api.site.accept("penalty", &[penalty(&business(2), "示市监罚〔2026〕9号", "2026-08-01")]).await;
    let count = async |query: &str| {
        let list = api.get("list", &format!("/public/penalty?{query}")).await;
        list["records"].as_array().expect("records").len()
    };
    assert_eq!(count("").await, 3);
    assert_eq!(count("as_of=2026-11-22").await, 2, "the third was not published that day");
    assert_eq!(count("known_at=2026-11-22T15:00:00Z").await, 2);
}

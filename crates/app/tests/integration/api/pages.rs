//! The portal around its pages: statuses, headers, language, health.

use axum::{
    Extension,
    body::Body,
    http::{Method, Request},
};
use tower::ServiceExt as _;
use web::portal::Worker;

use super::{Api, api};
use crate::site::{PERSON, business, empty_site};

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let api = api().await;
    for (method, path, allowed) in [
        (Method::DELETE, "/today".to_owned(), "GET,HEAD"),
        (Method::GET, format!("/subjects/{}/report", business(1).code), "POST"),
    ] {
        let answer = api.at(method, &path, &[], "").await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, allowed), "{path}");
        assert!(answer.text().contains("<main"), "{path}");
    }
}

#[tokio::test]
async fn a_code_that_is_none_is_answered_by_the_page_of_codes() {
    let api = Api::over(empty_site().await).await;
    let answer = api.page("/verify/00000000000000000000000000").await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("本站没有出具过这个核验码的报告"), "{}", answer.text());
}

#[tokio::test]
async fn what_is_kept_for_good_does_not_depend_on_the_reader() {
    let api = Api::over(empty_site().await).await;
    let page = api.page("/").await;
    assert_eq!((page.header("vary"), page.header("cache-control")), ("cookie", "no-cache"));
    let text = page.text();
    let at = text.find("/static/").expect("a stylesheet");
    let style = text[at..].split('"').next().expect("an address");
    let style = api.page(style).await;
    assert!(!style.header("vary").contains("cookie"), "{}", style.header("vary"));
    assert!(style.header("cache-control").contains("immutable"));
}

#[tokio::test]
async fn a_compressed_answer_and_a_plain_one_may_share_a_tag() {
    let api = Api::over(empty_site().await).await;
    for path in ["/api/v1/catalogue", "/static/xinheng.css"] {
        let zipped = api.at(Method::GET, path, &[("accept-encoding", "gzip")], "").await;
        let plain = api.page(path).await;
        assert_eq!(zipped.header("content-encoding"), "gzip", "{path}");
        assert_eq!(zipped.header("etag"), plain.header("etag"), "{path}");
        assert!(plain.header("etag").starts_with("W/"), "only a weak tag may be shared");
    }
}

#[tokio::test]
async fn an_identity_number_is_repeated_by_no_page() {
    let api = api().await;
    let wide: String = PERSON
        .chars()
        .map(|digit| char::from_u32(u32::from(digit) + 0xFEE0).expect("a letter"))
        .collect();
    let wide = super::reading::escaped(&wide);
    for path in [
        format!("/search?q={PERSON}"),
        format!("/search?q={wide}"),
        format!("/subjects/{PERSON}"),
        format!("/subjects/{wide}"),
        format!("/nowhere/{PERSON}"),
        format!("/law?q={PERSON}"),
        format!("/verify/{PERSON}"),
    ] {
        let text = api.page(&path).await.text();
        assert!(!text.contains(PERSON) && !text.contains(&wide), "{path}: {text}");
    }
    let found = api.send(Method::GET, &format!("/search?q={wide}"), &[], "").await.json();
    assert_eq!(found["query"], "******");
}

#[tokio::test]
async fn the_way_to_the_other_language_leads_nowhere_else() {
    let api = Api::over(empty_site().await).await;
    let text = api.page("//evil.example/").await.text();
    assert!(text.contains("href=\"/evil.example/?lang=en\""), "{text}");
}

#[tokio::test]
async fn the_language_stays_without_a_cookie() {
    let api = api().await;
    let code = business(2).code;
    let page = api.page(&format!("/subjects/{code}?lang=en")).await;
    let text = page.text();
    assert!(
        text.contains("<html lang=\"en\">") && text.contains("href=\"/rights?lang=en#repair\"")
    );
    assert!(text.contains("action=\"/subjects/91419901MA000002"), "{text}");
    let kept = [("cookie", "lang=en")];
    let text = api.at(Method::GET, "/", &kept, "").await.text();
    assert!(text.contains("<html lang=\"en\">") && text.contains("href=\"/rights\""), "{text}");
    let report = format!("/subjects/{code}/report?lang=en");
    let issued = api.at(Method::POST, &report, &[], "").await;
    assert!(issued.header("location").ends_with("&lang=en"), "{}", issued.header("location"));
}

#[tokio::test]
async fn an_english_page_marks_what_is_chinese() {
    let api = api().await;
    let text = api.page(&format!("/subjects/{}?lang=en", business(2).code)).await.text();
    assert!(text.contains(&format!("<h1 lang=\"zh-CN\">{}</h1>", business(2).name)), "{text}");
    assert!(text.contains("Shili Administration for Market Regulation"), "{text}");
    let item = api.page("/catalogue/penalty?lang=en").await.text();
    assert!(item.contains("administrative organs") && item.contains("administrative acts"));
}

#[tokio::test]
async fn the_page_of_operations_is_a_page_like_the_others() {
    let api = api().await;
    let page = api.page("/api/v1/docs").await;
    let text = page.text();
    assert_eq!(
        (page.status.as_u16(), page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    for part in
        ["class=\"skip\"", "class=\"masthead\"", "class=\"four\"", "/api/v1/changes", "href=\"/\""]
    {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("<script"));
    let english = api.page("/api/v1/docs?lang=en").await.text();
    assert!(english.contains("<html lang=\"en\">") && english.contains("not here, or not public"));
}

#[tokio::test]
async fn health_knows_of_the_worker() {
    let site = empty_site().await;
    let worker = Worker::default();
    let router = web::router(site.platform.clone()).layer(Extension(worker.clone()));
    for (stopped, status) in [(false, 200), (true, 503)] {
        if stopped {
            worker.has_stopped();
        }
        let request = Request::get("/healthz").body(Body::empty()).expect("a request");
        let answer = router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    }
}

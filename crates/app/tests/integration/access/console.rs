//! A clerk's deliveries: a faulty file, its rows mended and handed in again, and what a clerk of
//! another department gets of it.

use std::time::Duration;

use axum::http::StatusCode;
use domain::role::{OrganisationKind, Role};

use super::people::{Person, Seen};
use crate::site::{self, Row, Site, business, csv, penalty, with};

impl Site {
    /// Hands a file in by the form of the console, and answers the page it ends on.
    async fn upload(
        &self,
        person: &Person,
        item: &str,
        extra: &str,
        name: &str,
        file: &str,
    ) -> Seen {
        let router = web::router(self.platform.clone());
        let token = self.signed_in(person).await.form_token;
        let field = |name: &str, value: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let mut body = field("form_token", &token) + &field("item", item);
        if !extra.is_empty() {
            body += &field(extra, "1");
        }
        body += &format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{file}\r\n--b--\r\n"
        );
        let kind = "multipart/form-data; boundary=b";
        let seen = self.through(&router, person, "POST", "/console/submissions", kind, &body).await;
        if seen.status != StatusCode::SEE_OTHER {
            return seen;
        }
        self.until_done(&router, person, &seen.location).await
    }

    /// Looks at a delivery until it is no longer under way.
    async fn until_done(&self, router: &axum::Router, person: &Person, page: &str) -> Seen {
        for _ in 0..200 {
            let seen = self.through(router, person, "GET", page, "text/plain", "").await;
            if seen.status == StatusCode::SEE_OTHER {
                return self.through(router, person, "GET", &seen.location, "text/plain", "").await;
            }
            if !seen.body.contains("正在逐行检查") {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the delivery does not end");
    }
}

fn rows() -> Vec<Row> {
    let good = penalty(&business(2), "示市监罚〔2026〕71号", "2026-05-12");
    let bad =
        with(penalty(&business(2), "示市监罚〔2026〕72号", "2026-05-13"), "CF_JDRQ", "不是日期");
    vec![good, bad]
}

#[tokio::test]
async fn a_faulty_row_comes_back_is_mended_and_goes_in() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let page = site.upload(&clerk, "penalty", "", "处罚.csv", &csv(&rows())).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("不是日期") && page.body.contains("/rows/3"), "{}", page.body);
    let (_, rest) = page.body.split_once("/console/submissions/").unwrap();
    let (_, rest) = rest.split_once("/console/submissions/").unwrap_or(("", rest));
    let receipt = rest.split(['/', '"']).next().unwrap().to_owned();
    let path = format!("/console/submissions/{receipt}/rejected.csv");
    let sent_back = site.look(Some(&clerk), &path).await;
    assert!(sent_back.body.contains("不是日期"), "{}", sent_back.body);

    // Mended in a file.
    let mended = sent_back.body.replace("不是日期", "2026-05-13");
    let page = site.upload(&clerk, "penalty", "", "改好.csv", &mended).await;
    assert!(page.body.contains("没有退回的行"), "{}", page.body);

    // Mended in a form.
    let row = site.look(Some(&clerk), &format!("/console/submissions/{receipt}/rows/3")).await;
    assert!(row.body.contains("aria-invalid"), "{}", row.body);
    let cells: Vec<String> = row
        .body
        .split("name=\"cell.")
        .skip(1)
        .map(|part| part.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned())
        .collect();
    let form: Vec<String> = (0..)
        .zip(&cells)
        .map(|(index, cell)| format!("cell.{index}={}", cell.replace("不是日期", "2026-05-14")))
        .collect();
    let router = web::router(site.platform.clone());
    let token = site.signed_in(&clerk).await.form_token;
    let body = format!("form_token={token}&{}", form.join("&"));
    let kind = "application/x-www-form-urlencoded";
    let path = format!("/console/submissions/{receipt}/rows/3");
    let seen = site.through(&router, &clerk, "POST", &path, kind, &body).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let page = site.until_done(&router, &clerk, &seen.location).await;
    assert!(page.body.contains("没有退回的行"), "{}", page.body);
    let records = site.look(Some(&clerk), "/console/records?item=penalty").await;
    assert!(records.body.contains("示市监罚〔2026〕72号"), "{}", records.body);
    let subject = site.subject(&business(2).code).await;
    let log = store::access_log::of_subject(&site.platform.register, subject, None, 100).await;
    assert!(!log.unwrap().is_empty(), "the list is a look");
}

#[tokio::test]
async fn another_departments_delivery_is_not_there() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let page = site.upload(&clerk, "penalty", "", "处罚.csv", &csv(&rows())).await;
    let (_, rest) = page.body.split_once("aria-current=\"page\"").unwrap();
    let receipt = rest.split_once('>').unwrap().1.split('<').next().unwrap().to_owned();
    let kind = OrganisationKind::Department;
    let other = site.organisation(kind, "shuiwu", Some("shuiwu"), None).await;
    let account = site.account("shuiwu").await;
    site.grant(account, other, Role::DepartmentClerk).await;
    let browser = registry::session::Browser::default();
    let token = registry::session::open(&site.platform, account, Some(other), true, &browser);
    let stranger = Person { token: token.await.unwrap() };
    for after in ["", "/rejected.csv", "/rejected.xlsx", "/rows/3"] {
        let path = format!("/console/submissions/{receipt}{after}");
        assert_eq!(site.look(Some(&clerk), &path).await.status, StatusCode::OK, "{path}");
        assert_eq!(site.look(Some(&stranger), &path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let seen = site.look(Some(&stranger), "/console/deliveries/1").await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
    let page = site.upload(&stranger, "registration", "", "x.csv", &csv(&rows())).await;
    assert!(page.body.contains("”的信源单位"), "{}", page.body);
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_in_words() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let script = "<script>alert(1)</script>";
    let page = site.upload(&clerk, "penalty", "", "x.csv", script).await;
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
    assert!(page.body.contains("callout"), "{}", page.body);
    let formula = with(rows().remove(0), "CF_JDRQ", "=cmd|'/c calc'!A1");
    let page = site.upload(&clerk, "penalty", "", "../../x.csv", &csv(&[formula])).await;
    assert!(!page.body.contains("../"), "{}", page.body);
    let (_, rest) = page.body.split_once("aria-current=\"page\"").unwrap();
    let receipt = rest.split_once('>').unwrap().1.split('<').next().unwrap().to_owned();
    let path = format!("/console/submissions/{receipt}/rejected.csv");
    let back = site.look(Some(&clerk), &path).await;
    assert!(back.body.contains("cmd|") && !back.body.contains("\"=cmd"), "{}", back.body);
    let page = site.upload(&clerk, "penalty", "dry_run", "x.csv", &csv(&rows())).await;
    assert!(page.body.contains("只检查，没有入档：共 2 行，通过 1 行"), "{}", page.body);
    // A file whose form bears no token is not read.
    let router = web::router(site.platform.clone());
    let body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\r\nx\r\n--b--\r\n";
    let kind = "multipart/form-data; boundary=b";
    let seen = site.through(&router, &clerk, "POST", "/console/submissions", kind, body).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_day_of_a_clerk_begins_with_what_waits() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    site.upload(&clerk, "penalty", "", "处罚.csv", &csv(&rows())).await;
    let home = site.look(Some(&clerk), "/console").await;
    assert!(home.body.contains("退回 1 行"), "{}", home.body);
    assert!(!home.body.contains("<script"), "the home page carries no script");
    for page in ["/console/submissions", "/console/catalogue", "/console/records"] {
        let seen = site.look(Some(&clerk), page).await;
        assert_eq!(seen.status, StatusCode::OK, "{page}: {}", seen.body);
    }
    let seen = site.look(Some(&clerk), "/console/submissions/template/penalty").await;
    assert_eq!(seen.status, StatusCode::OK);
    let seen = site.look(Some(&clerk), "/console/submissions/template/tax_rating").await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND, "another department's item");
}

#[tokio::test]
async fn a_delivery_that_asks_waits_and_goes_on_once_confirmed() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let router = web::router(site.platform.clone());
    let token = site.signed_in(&clerk).await.form_token;
    // A full delivery that leaves all but one record out.
    let field = |name: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let file = csv(&rows()[..1]);
    let body = field("form_token", &token)
        + &field("item", "penalty")
        + &field("mode", "full")
        + &format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"全量.csv\"\r\n\r\n{file}\r\n--b--\r\n"
        );
    let kind = "multipart/form-data; boundary=b";
    let seen = site.through(&router, &clerk, "POST", "/console/submissions", kind, &body).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let page = site.until_done(&router, &clerk, &seen.location).await;
    assert!(page.body.contains("/confirm"), "{}", page.body);
    let progress = format!("{}/progress", seen.location);
    let told = site.through(&router, &clerk, "GET", &progress, "text/plain", "").await;
    assert!(told.body.contains("\"running\":false"), "{}", told.body);
    let home = site.through(&router, &clerk, "GET", "/console", "text/plain", "").await;
    assert!(home.body.contains(&seen.location) && home.body.contains("全量.csv"), "{}", home.body);

    let confirm = format!("{}/confirm", seen.location);
    let form = "application/x-www-form-urlencoded";
    let refused = site.through(&router, &clerk, "POST", &confirm, form, "form_token=x").await;
    assert!(refused.status.is_client_error(), "{}", refused.body);
    let silent = format!("form_token={token}&reason=+");
    let asked = site.through(&router, &clerk, "POST", &confirm, form, &silent).await;
    assert_eq!(asked.location, seen.location, "without a reason it is asked again");
    let yes = format!("form_token={token}&reason=示例：全量只有一条");
    let went_on = site.through(&router, &clerk, "POST", &confirm, form, &yes).await;
    assert_eq!(went_on.status, StatusCode::SEE_OTHER, "{}", went_on.body);
    let page = site.until_done(&router, &clerk, &went_on.location).await;
    assert!(page.body.contains("没有退回的行"), "{}", page.body);
    let before = site.through(&router, &clerk, "GET", &seen.location, "text/plain", "").await;
    assert_eq!(before.location, went_on.location, "the first leads on to the second");
    let again = site.through(&router, &clerk, "POST", &confirm, form, &yes).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND, "a yes is said once");
}

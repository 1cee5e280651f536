//! What becomes of rows that came back or were doubted, of codes that disagree, of a ledger; and where a
//! record came from and went.

use axum::http::StatusCode;
use domain::role::Role;

use crate::{
    access::people::{Person, Seen},
    site::{self, Row, Site, business, csv, penalty, registration, with},
};

const FORM: &str = "application/x-www-form-urlencoded";

fn row(number: u32) -> Row {
    penalty(&business(1), &format!("示市监罚〔2026〕{number}号"), "2026-11-20")
}

/// The router that goes on from request to request, and who asks.
struct Desk<'s> {
    site: &'s Site,
    router: axum::Router,
    clerk: Person,
}

impl Desk<'_> {
    async fn send(&self, path: &str, form: &str) -> Seen {
        let token = self.site.signed_in(&self.clerk).await.form_token;
        let form = format!("form_token={token}&{form}");
        self.site.through(&self.router, &self.clerk, "POST", path, FORM, &form).await
    }

    async fn look(&self, path: &str) -> Seen {
        self.site.through(&self.router, &self.clerk, "GET", path, FORM, "").await
    }

    /// Follows a delivery to its receipt.
    async fn receipt(&self, delivery: &Seen) -> String {
        assert_eq!(delivery.status, StatusCode::SEE_OTHER, "{}", delivery.body);
        for _ in 0..200 {
            let seen = self.look(&delivery.location).await;
            if seen.location.starts_with("/console/submissions/") {
                return seen.location;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the delivery never ended");
    }
}

#[tokio::test]
async fn a_row_in_question_is_mended_explained_or_given_up_and_its_history_is_kept() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let desk = Desk { router: web::router(site.platform.clone()), site: &site, clerk };
    let doubted = with(row(21), "CF_XDR_MC", "示例改名商贸有限公司");
    let rows = [with(row(20), "CF_JDRQ", "不是日期"), doubted, with(row(22), "CF_JDRQ", "不是")];
    let imported = site.import("penalty", "scjg", store::load::Mode::Changes, &csv(&rows)).await;
    let receipt = imported.unwrap().receipt.unwrap();
    let place = |row: u64| format!("/console/submissions/{receipt}/rows/{row}");
    // Mended in the form: cell by cell as it was, with the day put right.
    let cells: Vec<String> = with(row(20), "CF_JDRQ", "2026-11-20")
        .iter()
        .enumerate()
        .map(|(at, (_, cell))| format!("cell.{at}={cell}"))
        .collect();
    let handed = desk.send(&place(2), &cells.join("&")).await;
    let again = desk.receipt(&handed).await;
    let page = desk.look(&place(2)).await.body;
    for words in ["已改", "处理经过", again.rsplit('-').next().unwrap()] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = desk.look(&place(3)).await.body;
    assert!(page.contains("属实，说明原因") && !page.contains("补正后再报"), "{page}");
    let state = |row: u64| format!("{}/state", place(row));
    let unsaid = desk.send(&state(3), "act=explain&note=").await;
    assert_eq!(unsaid.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        desk.send(&state(3), "act=explain&note=示例：已改名").await.status,
        StatusCode::SEE_OTHER
    );
    let wrong = desk.send(&state(3), "act=give_up&note=示例").await;
    assert!(wrong.body.contains("状态已经变了"), "{}", wrong.body);
    assert_eq!(
        desk.send(&state(4), "act=give_up&note=示例：决定已撤销").await.status,
        StatusCode::SEE_OTHER
    );
    let page = desk.look(&format!("/console/submissions/{receipt}")).await.body;
    for words in ["已改", "已说明", "不再报送"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(desk.send(&state(4), "act=reopen&note=").await.status, StatusCode::SEE_OTHER);
    let page = desk.look(&place(4)).await.body;
    assert!(page.contains("决定已撤销") && page.contains("待处理"), "{page}");
    assert_eq!(desk.look(&place(9)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_row_entered_in_a_form_is_checked_as_a_file_is() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let desk = Desk { router: web::router(site.platform.clone()), site: &site, clerk };
    let path = "/console/submissions/enter/penalty";
    let page = desk.look(path).await.body;
    assert!(page.contains("CF_WSH") && page.contains("（必填）"), "{page}");
    let cells: Vec<String> = row(30).iter().map(|(name, cell)| format!("{name}={cell}")).collect();
    let receipt = desk.receipt(&desk.send(path, &cells.join("&")).await).await;
    assert!(desk.look(&receipt).await.body.contains("没有退回的行"));
    let empty = desk.send(path, "").await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        desk.look("/console/submissions/enter/tax_rating").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn codes_that_disagree_are_listed_counted_and_settled() {
    let site = site::site().await;
    // One name under two codes; another name for a code; a division that is not the code's.
    let moved = with(registration(&business(4)), "DJ_QH", "419902");
    site.accept("registration", &[moved]).await;
    let named = with(row(40), "CF_XDR_MC", &business(2).name);
    site.import("penalty", "scjg", store::load::Mode::Changes, &csv(&[named])).await.unwrap();
    site.index().await;
    registry::code_doubt::look(&site.platform).await.unwrap();
    let clerk = site.person(Role::CentreClerk).await;
    let page = site.look(Some(&clerk), "/console/codes").await.body;
    for words in
        ["同名多码", "一码多名", "码址不符", "2 / 4", "未达到", &business(2).code, "多半填错了代码"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let all = store::code_doubt::list(&site.platform.register, None, true, 99).await.unwrap();
    assert_eq!(all.len(), 4);
    for doubt in &all {
        let path = format!("/console/codes/{}", doubt.id);
        let unsaid = site.send(&clerk, &path, "note=").await;
        assert_eq!(unsaid.status, StatusCode::BAD_REQUEST);
        let settled = site.send(&clerk, &path, "note=示例：已核对").await;
        assert_eq!(settled.status, StatusCode::SEE_OTHER, "{}", settled.body);
    }
    registry::code_doubt::look(&site.platform).await.unwrap();
    let page = site.look(Some(&clerk), "/console/codes").await.body;
    assert!(page.contains("0 / 4") && page.contains("没有疑点"), "{page}");
}

#[tokio::test]
async fn a_ledger_shows_what_was_not_handed_in() {
    let site = site::site().await;
    site.accept("penalty", &[row(50)]).await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let path = "/console/collection/scjg/penalty";
    let page = site.look(Some(&clerk), &format!("{path}?month=2026-11")).await.body;
    assert!(page.contains("没有台账就没有这个数"), "{page}");
    let token = site.signed_in(&clerk).await.form_token;
    let bring = async |ledger: &str| {
        let part = |name: &str, value: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = format!(
            "{}{}{}--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"台账.csv\"\r\n\r\n{ledger}\r\n--b--\r\n",
            part("form_token", &token),
            part("month", "2026-11"),
            part("source", "执法办案系统"),
        );
        let router = web::router(site.platform.clone());
        let kind = "multipart/form-data; boundary=b";
        site.through(&router, &clerk, "POST", &format!("{path}/ledger"), kind, &body).await
    };
    let wrong = bring("文书号,日期\n甲\n").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains("第 2 行"), "{}", wrong.body);
    let ledger = "文书号,日期\n示市监罚(2026)50号,2026-11-20\n示市监罚〔2026〕51号,2026-11-21\n";
    let taken = bring(ledger).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    let page = site.look(Some(&clerk), &format!("{path}?month=2026-11")).await.body;
    assert!(page.contains("1 / 2 · 50.0%") && page.contains("51号"), "{page}");
    assert!(page.contains("完整"), "{page}");
}

#[tokio::test]
async fn a_record_is_followed_back_to_its_row_and_forward_to_what_it_reached() {
    let site = site::site().await;
    let subject = site.subject(&business(2).code).await;
    let versions =
        store::record::of_subject(&site.platform.register, subject, jiff::Timestamp::MAX).await;
    let versions = versions.unwrap();
    let version = versions.iter().find(|version| version.item == "penalty").unwrap();
    let (record, row) = (version.record, format!("第 {} 行", version.row));
    let wanted = registry::report::Wanted { slug: business(2).code, ..Default::default() };
    let report = registry::report::issue(&site.platform, &wanted, "test").await.unwrap();
    let clerk = site.person(Role::CentreClerk).await;
    let path = format!("/console/lineage/{record}");
    let page = site.look(Some(&clerk), &path).await.body;
    let own = format!("/subjects/{}/records/{record}", business(2).code);
    for words in ["penalty.csv", "CF_WSH", "代码集", "日期", &report.number, &own, &row] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("罚款2000元"), "what it says is not shown");
    let asked = site.look(Some(&clerk), &format!("/console/lineage?record={own}")).await;
    assert_eq!(asked.location, path);
    let department = site.person(Role::DepartmentClerk).await;
    assert_eq!(site.look(Some(&department), &path).await.status, StatusCode::OK, "its own");
    let licence = site::utility_payment(&business(2), "S1");
    site.accept_from("shuiwujituan", "utility_payment", &[licence]).await;
    let versions =
        store::record::of_subject(&site.platform.register, subject, jiff::Timestamp::MAX).await;
    let other = versions.unwrap().into_iter().find(|version| version.item == "utility_payment");
    let path = format!("/console/lineage/{}", other.unwrap().record);
    assert_eq!(
        site.look(Some(&department), &path).await.status,
        StatusCode::NOT_FOUND,
        "another department's"
    );
}

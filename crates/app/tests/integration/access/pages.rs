//! The pages of matters and samples, as those who use them go through them.

use axum::http::StatusCode;
use domain::role::Role;

use super::people::Person;
use crate::site::{self, Site, business};

/// Registers a matter by its form and answers the page it leads to.
async fn register(site: &Site, person: &Person, number: &str) -> String {
    let code = business(2).code;
    let form = format!("kind=licence&number={number}&code={code}");
    let sent = site.send(person, "/console/matters", &form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    sent.location
}

#[tokio::test]
async fn a_hall_gets_advice_and_never_the_file() {
    let site = site::site().await;
    let clerk = site.person(Role::HallClerk).await;
    let matter = register(&site, &clerk, "1").await;
    let page = site.look(Some(&clerk), &matter).await;
    assert!(page.body.contains("档案不对窗口开放"), "{}", page.body);
    let wrong = site.send(&clerk, &format!("{matter}/check"), "name=示例别的有限公司").await;
    assert!(wrong.body.contains("名称与代码不符"), "{}", wrong.body);
    let name = business(2).name;
    let right = site.send(&clerk, &format!("{matter}/check"), &format!("name={name}")).await;
    assert!(right.body.contains("没有需要提示的公示信息"), "{}", right.body);
    let file = site.look(Some(&clerk), &format!("{matter}/file")).await;
    assert_eq!(file.status, StatusCode::FORBIDDEN);
    let closed = site.send(&clerk, &format!("{matter}/close"), "").await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER);
    let late = site.send(&clerk, &format!("{matter}/check"), "").await;
    assert_eq!(late.status, StatusCode::FORBIDDEN, "{}", late.body);
}

#[tokio::test]
async fn a_department_opens_the_file_for_its_matter_alone() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let matter = register(&site, &clerk, "1").await;
    let file = site.look(Some(&clerk), &format!("{matter}/file")).await;
    assert!(file.body.contains("未按规定公示价格") || file.body.contains("示市监罚〔2026〕7号"));
    assert!(file.body.contains("查询人"), "a watermark");
    // A clerk of the centre is of another organisation: the matter is not theirs.
    let other = site.person(Role::CentreClerk).await;
    for page in [matter.clone(), format!("{matter}/file")] {
        assert_eq!(site.look(Some(&other), &page).await.status, StatusCode::NOT_FOUND);
    }
    for number in ["0", "-1", "999999", "1'--", "..%2f..%2fetc", "{{7919*7919}}"] {
        let seen = site.look(Some(&clerk), &format!("/console/matters/{number}")).await;
        assert!(seen.status.is_client_error(), "{number}: {}", seen.status);
        assert!(!seen.body.contains("62710561"), "{number} was worked out");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_matter_is_said() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let code = business(2).code;
    for (form, told) in [
        (format!("kind=none&number=1&code={code}"), "请从列表里选择事项类别"),
        (format!("kind=licence&number=+&code={code}"), "请填写办件编号"),
        ("kind=licence&number=1&code=91419901MA0000099X".to_owned(), "没有这个代码"),
    ] {
        let seen = site.send(&clerk, "/console/matters", &form).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST);
        assert!(seen.body.contains(told), "{form}: {}", seen.body);
    }
}

#[tokio::test]
async fn an_auditor_samples_masked_and_changes_nothing() {
    let site = site::site().await;
    let owing = site::utility_payment(&business(2), "示例-0001");
    site.accept_from("shuiwujituan", "utility_payment", &[owing]).await;
    let auditor = site.person(Role::AuditAdministrator).await;
    let code = business(2).code;
    let seen = site.send(&auditor, "/console/sample", &format!("code={code}&reason=抽查")).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(seen.body.contains("示市监罚〔2026〕7号"), "what is public is shown");
    assert!(!seen.body.contains("731.40"), "what is not is masked");
    let subject = site.subject(&code).await;
    let log = store::access_log::of_subject(&site.platform.register, subject, None, 10).await;
    assert_eq!(log.unwrap().len(), 1);
}

/// What is not there for somebody is left out; what cannot be read is a fault, and no empty page.
#[tokio::test]
async fn a_page_whose_data_cannot_be_read_says_so() {
    for (role, page, table) in [
        (Role::DepartmentClerk, "/console", "record_version"),
        (Role::AuditAdministrator, "/console/audit", "log_checkpoint"),
    ] {
        let site = site::site().await;
        let person = site.person(role).await;
        assert_eq!(site.look(Some(&person), page).await.status, StatusCode::OK, "{page}");
        let spoilt = rusqlite::Connection::open(site.dir.path().join("register.db")).unwrap();
        spoilt.execute_batch(&format!("alter table {table} rename to gone")).unwrap();
        let seen = site.look(Some(&person), page).await;
        assert_eq!(seen.status, StatusCode::INTERNAL_SERVER_ERROR, "{page}: {}", seen.body);
    }
}

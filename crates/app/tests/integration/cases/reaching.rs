//! Who reaches whose case, and with what.

use super::*;

#[tokio::test]
async fn nobody_reaches_a_case_of_others() {
    let desk = Desk::open().await;
    let case = desk.apply().await;
    let own = case.replace("/console/", "/centre/");
    let other = desk.site.nobody("bieren").await;
    let seen = desk.site.look(Some(&other), &own).await;
    assert_ne!(seen.status, StatusCode::OK, "{}", seen.body);
    for role in [Role::HallClerk, Role::BankOfficer, Role::AuditAdministrator] {
        let person = desk.site.person(role).await;
        let seen = desk.site.look(Some(&person), &case).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{role:?}: {}", seen.body);
    }
    let seen = desk.site.look(Some(&desk.officer), "/console/cases/999").await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
    // A department that did not decide the record finds no such case.
    let water = desk.site.department("shuiwujituan").await;
    let seen = desk.site.look(Some(&water), &case).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND, "{}", seen.body);
    let seen = desk.act(&water, &case, "act=accept").await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND, "{}", seen.body);
}

#[tokio::test]
async fn what_is_no_paper_and_what_names_a_person_is_refused_and_nothing_is_lost() {
    let desk = Desk::open().await;
    let path = format!("/centre/records/{}/repair", desk.record);
    let fields = [("path", "performed"), ("note", "已缴清"), ("committed", "1")];
    let seen = desk.hand_in(&desk.subject, &path, &fields, "<script>alert(1)</script>").await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    assert!(seen.body.contains("只收 PDF") && seen.body.contains("已缴清"), "{}", seen.body);
    let id = site::PERSON;
    let fields = [("path", "performed"), ("note", id), ("committed", "1")];
    let seen = desk.hand_in(&desk.subject, &path, &fields, "").await;
    assert!(seen.body.contains("身份证号"), "{}", seen.body);
    let fields = [("path", "performed"), ("note", "已缴清")];
    let seen = desk.hand_in(&desk.subject, &path, &fields, "").await;
    assert!(seen.body.contains("信用承诺"), "{}", seen.body);
    let cases = desk.site.look(Some(&desk.subject), "/centre/cases").await.body;
    assert!(cases.contains("还没有办件"), "{cases}");
    desk.apply().await;
    let fields = [("path", "performed"), ("note", "再来一次"), ("committed", "1")];
    let seen = desk.hand_in(&desk.subject, &path, &fields, "").await;
    assert!(seen.body.contains("已有"), "{}", seen.body);
}

impl Site {
    /// A clerk of another department.
    async fn department(&self, code: &str) -> Person {
        let kind = domain::role::OrganisationKind::Department;
        let organisation = self.organisation(kind, code, Some(code), None).await;
        let account = self.account(code).await;
        self.grant(account, organisation, Role::DepartmentClerk).await;
        let browser = registry::session::Browser::default();
        let open =
            registry::session::open(&self.platform, account, Some(organisation), true, &browser);
        Person { token: open.await.unwrap() }
    }
}

#[tokio::test]
async fn the_centre_takes_in_and_who_decided_the_record_decides() {
    let desk = Desk::open().await;
    let case = desk.apply().await;
    let centre = desk.site.person(Role::CentreClerk).await;
    desk.done(&centre, &case, "act=accept").await;
    let page = desk.site.look(Some(&centre), &case).await.body;
    assert!(!page.contains("act-grant"), "{page}");
    for act in ["act=grant", "act=refuse&reason=示例", "act=extend&reason=示例"] {
        let seen = desk.act(&centre, &case, act).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{act}: {}", seen.body);
    }
    assert_eq!(desk.portal().await.status, StatusCode::OK);
    desk.done(&desk.officer, &case, "act=grant").await;
    let seen = desk.act(&centre, &case, "act=revoke&reason=示例").await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN, "{}", seen.body);
    assert_eq!(desk.portal().await.status, StatusCode::NOT_FOUND);
}

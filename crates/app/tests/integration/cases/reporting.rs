//! Reports from the public: sent without a name, read again with a code, answered by a department, and no
//! record of anybody.

use super::*;

const SEND: &str = "/complaints";

/// What stands on the page behind an id.
fn shown(page: &str, id: &str) -> String {
    let behind = page.split(&format!("id=\"{id}\">")).nth(1).expect(id);
    behind.split('<').next().unwrap_or_default().to_owned()
}

impl Desk {
    /// Reports something about the second business; its number, code and case.
    async fn report(&self) -> (String, String, String) {
        let form = format!("kind=breach&about={}&text=门店没有明码标价", business(2).code);
        let seen = self.site.ask(None, "POST", SEND, &form).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
        let (number, code) = (shown(&seen.body, "slip-number"), shown(&seen.body, "slip-code"));
        let found = store::case::by_number(&self.site.platform.register, &number).await.unwrap();
        (number, code, format!("/console/cases/{}", found.unwrap().id))
    }

    async fn follow(&self, number: &str, code: &str) -> Seen {
        let form = format!("number={number}&code={code}");
        self.site.ask(None, "POST", "/complaints/follow", &form).await
    }
}

#[tokio::test]
async fn what_somebody_reports_is_sorted_answered_and_read_again_with_its_code_alone() {
    let desk = Desk::open().await;
    let (site, officer) = (&desk.site, &desk.officer);
    let before = site.look(None, &format!("/subjects/{}", business(2).code)).await.body;
    let (number, code, case) = desk.report().await;
    assert_eq!(desk.follow(&number, "0000000000000000").await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.follow("TS20261122-999999", &code).await.status, StatusCode::NOT_FOUND);
    assert!(desk.follow(&number, &code).await.body.contains("待分办"));

    assert_eq!(site.look(Some(officer), &case).await.status, StatusCode::NOT_FOUND, "not yet");
    let centre = site.person(Role::CentreClerk).await;
    let page = site.look(Some(&centre), &case).await.body;
    assert!(page.contains("门店没有明码标价") && page.contains("举报人"), "{page}");
    desk.done(&centre, &case, "act=transfer&organ=scjg").await;
    desk.refused(&centre, &case, "act=not_accept&reason=x", "不在这一步").await;
    // Passed on again, it has the whole time once more, and comes back.
    desk.done(&centre, &case, "act=transfer&organ=fagai").await;
    assert_eq!(site.look(Some(officer), &case).await.status, StatusCode::NOT_FOUND, "no longer");
    desk.done(&centre, &case, "act=transfer&organ=scjg").await;
    let page = site.look(Some(officer), &case).await.body;
    assert_eq!(page.matches("投诉举报答复").count(), 3, "each had a clock of its own: {page}");
    desk.done(officer, &case, "act=extend&reason=需要现场核查").await;
    desk.refused(officer, &case, "act=extend&reason=再次延长", "已经延长过一次").await;
    desk.done(officer, &case, "act=reply&reason=已责令改正").await;
    desk.refused(officer, &case, "act=extend&reason=再次延长", "不在这一步").await;
    let followed = desk.follow(&number, &code).await.body;
    assert!(followed.contains("已答复") && followed.contains("已责令改正"), "{followed}");

    // The subject sees nothing of it, in its cases or in its log, and no record came of it.
    let own = case.replace("/console/", "/centre/");
    assert_eq!(site.look(Some(&desk.subject), &own).await.status, StatusCode::NOT_FOUND);
    for page in ["/centre/cases", "/centre/log"] {
        let seen = site.look(Some(&desk.subject), page).await.body;
        assert!(!seen.contains(&number), "{page}: {seen}");
    }
    let log = site.look(Some(&desk.subject), "/centre/log").await.body;
    assert!(log.contains("还没有人查过"), "{log}");
    assert_eq!(site.look(None, &format!("/subjects/{}", business(2).code)).await.body, before);
}

#[tokio::test]
async fn a_report_that_holds_the_number_of_a_person_comes_back_and_one_network_sends_so_many() {
    let desk = Desk::open().await;
    for (form, why) in [
        (format!("kind=breach&text={}", site::PERSON), "删去"),
        ("kind=nothing&text=示例".to_owned(), "类别"),
        ("kind=breach&text=".to_owned(), "请写明内容"),
        ("kind=breach&about=11419900419900017T&text=示例".to_owned(), "统一社会信用代码"),
    ] {
        let seen = desk.site.ask(None, "POST", SEND, &form).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{form}: {}", seen.body);
        assert!(seen.body.contains(why), "{form}: {}", seen.body);
    }
    let form = "kind=service&text=窗口排队太久";
    let mut sent = 0;
    while desk.site.ask(None, "POST", SEND, form).await.status == StatusCode::OK {
        sent += 1;
        assert!(sent < 100, "nothing bounds it");
    }
    let seen = desk.site.ask(None, "POST", SEND, form).await;
    assert!(seen.body.contains("明天再提交"), "{}", seen.body);
    assert_eq!(sent, 19, "what named no such code was counted too");
}

#[tokio::test]
async fn whoever_lets_a_report_lie_is_told_to_and_it_stays_theirs_to_answer() {
    let desk = Desk::open().await;
    let (number, code, case) = desk.report().await;
    let desk = {
        desk.site.later(12 * 24 * 3600);
        let officer = desk.site.person(Role::DepartmentClerk).await;
        Desk { officer, ..desk }
    };
    assert_eq!(registry::reconcile::run(&desk.site.platform).await.unwrap().lapsed, 1);
    let centre = desk.site.person(Role::CentreClerk).await;
    desk.done(&centre, &case, "act=transfer&organ=scjg").await;
    desk.done(&desk.officer, &case, "act=reply&reason=已核查，未发现问题").await;
    assert!(desk.follow(&number, &code).await.body.contains("逾期"), "its lateness is told");
}

//! Repair from the record page to its end: granted, refused, completed, lapsed, shielded, revoked.

use super::*;

#[tokio::test]
async fn a_repair_is_told_filed_accepted_signed_and_ends_the_record_everywhere() {
    let desk = Desk::open().await;
    let (site, officer) = (&desk.site, &desk.officer);
    let path = format!("/centre/records/{}/repair", desk.record);
    let told = site.look(Some(&desk.subject), &path).await.body;
    assert!(told.contains("2026-08-12") && told.contains("不收费"), "{told}");
    let case = desk.apply().await;
    let queue = site.look(Some(officer), "/console/cases").await.body;
    assert!(queue.contains("XF20261122-000001") && queue.contains("待受理"), "{queue}");
    assert!(queue.contains("2026-11-25"), "three working days after a Sunday: {queue}");
    let page = site.look(Some(officer), &case).await.body;
    assert!(page.contains("信用承诺书.pdf") && page.contains("证明.pdf"), "{page}");
    desk.done(officer, &case, "act=accept").await;
    let page = site.look(Some(officer), &case).await.body;
    assert!(page.contains("拟办意见") && page.contains("准予修复"), "{page}");
    assert_eq!(desk.portal().await.status, StatusCode::OK, "until it is signed");
    desk.done(officer, &case, "act=grant").await;
    let own = site.look(Some(&desk.subject), &case.replace("/console/", "/centre/")).await.body;
    assert!(own.contains("已准予修复") && own.contains("准予信用修复决定书.pdf"), "{own}");
    assert_eq!(desk.portal().await.status, StatusCode::NOT_FOUND);
    let file = site.look(Some(&desk.subject), "/centre/file").await.body;
    assert!(file.contains("已修复"), "its subject still finds it: {file}");
    let log = site.look(Some(&desk.subject), "/centre/log").await.body;
    assert!(log.contains("查看办件") && log.contains("信息状态变更"), "{log}");
}

#[tokio::test]
async fn an_application_too_early_is_refused_with_every_ground() {
    let desk = Desk::open().await;
    let record = desk.site.record_of(2, "示市监罚〔2026〕8号").await;
    desk.site
        .accept("penalty", &[site::penalty(&business(2), "示市监罚〔2026〕9号", "2026-11-02")])
        .await;
    let early = desk.site.record_of(2, "示市监罚〔2026〕9号").await;
    assert_ne!(record, early);
    let desk = Desk { record: early, ..desk };
    let path = format!("/centre/records/{early}/repair");
    let fields = [("path", "performed"), ("note", "已改正"), ("committed", "1")];
    let seen = desk.hand_in(&desk.subject, &path, &fields, "").await;
    let case = seen.location.replace("/centre/", "/console/");
    desk.done(&desk.officer, &case, "act=accept").await;
    let page = desk.site.look(Some(&desk.officer), &case).await.body;
    assert!(page.contains("最短公示期未满，自 2027-02-02 起可以申请"), "{page}");
    assert!(page.contains("义务尚未履行完毕"), "{page}");
    let seen = desk.act(&desk.officer, &case, "act=grant").await;
    assert!(seen.body.contains("请写明理由"), "an override says why: {}", seen.body);
    desk.done(&desk.officer, &case, "act=refuse").await;
    let own = desk.site.look(Some(&desk.subject), &case.replace("/console/", "/centre/")).await;
    assert!(own.body.contains("不予信用修复决定书.pdf") && own.body.contains("2027-02-02"));
    assert_eq!(desk.portal().await.status, StatusCode::OK, "it stays");
}

#[tokio::test]
async fn completion_is_asked_for_once_stops_the_clock_and_lapses_into_a_withdrawal() {
    let desk = Desk::open().await;
    let (site, officer) = (&desk.site, &desk.officer);
    let case = desk.apply().await;
    let seen = desk.act(officer, &case, "act=complete").await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "what is missing is said");
    desk.done(officer, &case, "act=complete&reason=请补充缴款凭证").await;
    let own = case.replace("/console/", "/centre/");
    let page = site.look(Some(&desk.subject), &own).await.body;
    assert!(page.contains("请补正") && page.contains("中止计算"), "{page}");
    let fields = [("note", "缴款凭证见附件")];
    let seen = desk.hand_in(&desk.subject, &format!("{own}/complete"), &fields, "%PDF-1.7").await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let seen = desk.act(officer, &case, "act=complete&reason=再补").await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "only once: {}", seen.body);
    let seen = site.send(&desk.subject, &format!("{own}/withdraw"), "").await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let case = desk.apply().await;
    desk.done(officer, &case, "act=complete&reason=请补充缴款凭证").await;
    // Ten working days after Sunday 22 November; the calendar of 2026 holds them.
    site.later(15 * 24 * 3600);
    let done = registry::reconcile::run(&site.platform).await.unwrap();
    assert_eq!(done.lapsed, 1, "{done:?}");
    let subject = site.person(Role::Representative).await;
    let page = site.look(Some(&subject), &case.replace("/console/", "/centre/")).await.body;
    assert!(page.contains("申请人已撤回") && page.contains("可以随时重新申请"), "{page}");
    assert_eq!(registry::reconcile::run(&site.platform).await.unwrap().lapsed, 0, "done once");
}

#[tokio::test]
async fn a_repaired_record_stays_repaired_when_it_is_handed_in_again() {
    let desk = Desk::open().await;
    let case = desk.apply().await;
    desk.done(&desk.officer, &case, "act=accept").await;
    desk.done(&desk.officer, &case, "act=grant").await;
    let changed = site::with(
        site::penalty(&business(2), FIRST, "2026-05-12"),
        "CF_SY",
        "当事人销售商品未明码标价，已改正",
    );
    desk.site.accept("penalty", &[changed]).await;
    assert_eq!(desk.portal().await.status, StatusCode::NOT_FOUND);
    let register = &desk.site.platform.register;
    let findings = store::verify::verify(register, &mut |_, _| {}).await.unwrap();
    assert!(findings.problems.is_empty(), "{:?}", findings.problems);
}

#[tokio::test]
async fn a_plan_of_the_court_shields_and_its_failure_shows_again() {
    let desk = Desk::open().await;
    let path = format!("/centre/records/{}/repair", desk.record);
    let fields = [("path", "bankruptcy"), ("note", "法院裁定批准重整计划"), ("committed", "1")];
    let seen = desk.hand_in(&desk.subject, &path, &fields, "%PDF-1.7 ruling").await;
    let case = seen.location.replace("/centre/", "/console/");
    desk.done(&desk.officer, &case, "act=accept").await;
    desk.done(&desk.officer, &case, "act=grant").await;
    assert_eq!(desk.portal().await.status, StatusCode::NOT_FOUND, "shielded");
    desk.done(&desk.officer, &case, "act=restore&reason=计划未能执行").await;
    assert_eq!(desk.portal().await.status, StatusCode::OK, "shown again");
}

#[tokio::test]
async fn a_repair_granted_on_false_material_is_revoked() {
    let desk = Desk::open().await;
    let case = desk.apply().await;
    desk.done(&desk.officer, &case, "act=accept").await;
    desk.done(&desk.officer, &case, "act=grant").await;
    desk.done(&desk.officer, &case, "act=revoke&reason=缴款凭证系伪造").await;
    assert_eq!(desk.portal().await.status, StatusCode::OK);
    let again = registry::repair::replay(&desk.site.platform.register).await.unwrap();
    assert_eq!(again, (1, Vec::new()), "decided again, the same");
}

#[tokio::test]
async fn an_application_ends_with_the_publication() {
    let desk = Desk::open().await;
    let case = desk.apply().await;
    desk.site.withdraw("penalty", site::penalty(&business(2), FIRST, "2026-05-12")).await;
    let done = registry::reconcile::run(&desk.site.platform).await.unwrap();
    assert_eq!(done.ended, 1, "{done:?}");
    let page = desk.site.look(Some(&desk.officer), &case).await.body;
    assert!(page.contains("公示期届满终止"), "{page}");
}

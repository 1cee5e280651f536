//! Objections: marked while open, answered by the source, taken down where it does not answer.

use super::*;

#[tokio::test]
async fn an_objection_marks_the_record_and_its_lapse_takes_it_down_until_it_is_answered() {
    let desk = Desk::open().await;
    let (site, officer) = (&desk.site, &desk.officer);
    let case = desk.object().await;
    let shown = desk.portal().await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.body.contains("异议处理中"), "{}", shown.body);
    let centre = site.person(Role::CentreClerk).await;
    let seen = desk.act(officer, &case, "act=upheld&reason=无误").await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "the centre looks first: {}", seen.body);
    desk.done(&centre, &case, "act=forward").await;
    site.later(10 * 24 * 3600);
    assert_eq!(registry::reconcile::run(&site.platform).await.unwrap().lapsed, 1);
    assert_eq!(desk.portal().await.status, StatusCode::NOT_FOUND, "unanswered");
    let officer = site.person(Role::DepartmentClerk).await;
    let page = site.look(Some(&officer), &case).await.body;
    assert!(page.contains("信源逾期未答复，已停止公示"), "{page}");
    let seen = desk.act(&officer, &case, "act=upheld&reason=经核实无误").await;
    assert!(seen.body.contains("请先上传证明文件"), "{}", seen.body);
    let seen = desk.hand_in(&officer, &format!("{case}/papers"), &[], "%PDF-1.7 answer").await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    desk.done(&officer, &case, "act=upheld&reason=经核实无误").await;
    let shown = desk.portal().await;
    assert_eq!(shown.status, StatusCode::OK, "answered: shown again");
    assert!(!shown.body.contains("异议处理中"), "{}", shown.body);
}

#[tokio::test]
async fn a_correction_is_a_new_version_and_an_item_that_is_wrong_goes() {
    let desk = Desk::open().await;
    let case = desk.object().await;
    let centre = desk.site.person(Role::CentreClerk).await;
    desk.done(&centre, &case, "act=forward").await;
    let seen = desk.act(&desk.officer, &case, "act=corrected&reason=已更正").await;
    assert!(seen.body.contains("还没有收到更正后的记录"), "{}", seen.body);
    let corrected = site::with(site::penalty(&business(2), FIRST, "2026-05-12"), "CF_NR_FK", "0.1");
    let corrected = site::with(corrected, "CF_NR", "罚款1000元");
    desk.site.accept("penalty", &[corrected]).await;
    desk.done(&desk.officer, &case, "act=corrected&reason=已更正").await;
    assert!(desk.portal().await.body.contains("1,000.00"), "the new version is shown");
    let case = desk.object().await;
    desk.done(&centre, &case, "act=removed&reason=平台差错").await;
    assert_eq!(desk.portal().await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_subject_says_its_own_words_beside_a_record() {
    let desk = Desk::open().await;
    let path = format!("/centre/records/{}/statement", desk.record);
    let seen = desk.site.send(&desk.subject, &path, "statement=已于当日改正并全额缴款").await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let shown = desk.portal().await.body;
    assert!(shown.contains("本人声明") && shown.contains("已于当日改正并全额缴款"), "{shown}");
    let seen = desk.site.send(&desk.subject, &path, &format!("statement={}", site::PERSON)).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "no identity number: {}", seen.body);
    let seen = desk.site.send(&desk.subject, &path, "statement=").await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER);
    assert!(!desk.portal().await.body.contains("已于当日改正"), "taken back");
}

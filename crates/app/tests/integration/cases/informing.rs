//! The repair notice that goes with a decision, receipts of recipients at their desk, and the assessment of
//! departments.

use domain::access::Access;
use registry::api_key::{self, NewKey};

use super::*;

impl Desk {
    /// The address of the record at the department that handed it in.
    async fn record_page(&self) -> String {
        let subject = self.site.subject(&business(2).code).await;
        format!("/console/records/{subject}/{}", self.record)
    }
}

#[tokio::test]
async fn the_repair_notice_goes_with_the_decision_and_its_service_is_noted() {
    let desk = Desk::open().await;
    let (site, officer) = (&desk.site, &desk.officer);
    let page = desk.record_page().await;
    let own = format!("/centre/records/{}/repair-notice", desk.record);
    assert_eq!(site.look(Some(&desk.subject), &own).await.status, StatusCode::NOT_FOUND);
    let made = site.send(officer, &format!("{page}/repair-notice"), "").await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let twice = site.send(officer, &format!("{page}/repair-notice"), "").await;
    assert!(twice.body.contains("已有告知书"), "{}", twice.body);

    let seen = site.look(Some(&desk.subject), &own).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(seen.body.starts_with("%PDF-"), "its subject reads it");
    let served = format!("{page}/repair-notice/served");
    let early = site.send(officer, &served, "on=2026-11-21&how=随决定书直接送达").await;
    assert!(early.body.contains("送达日期"), "{}", early.body);
    let done = site.send(officer, &served, "on=2026-11-22&how=随决定书直接送达").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let again = site.send(officer, &served, "on=2026-11-22&how=邮寄").await;
    assert!(again.body.contains("已经登记过"), "{}", again.body);
    let shown = site.look(Some(officer), &page).await.body;
    assert!(shown.contains("XG20261122-000001") && shown.contains("随决定书直接送达"), "{shown}");
    let log = site.look(Some(&desk.subject), "/centre/log").await.body;
    assert!(log.contains("信用修复告知书"), "{log}");

    // What speaks against nobody needs none.
    let licence = site.record_of(1, "示市监许〔2026〕1号").await;
    let subject = site.subject(&business(1).code).await;
    let path = format!("/console/records/{subject}/{licence}/repair-notice");
    let seen = site.send(officer, &path, "").await;
    assert!(seen.body.contains("不需要告知信用修复"), "{}: {}", seen.status, seen.body);
}

#[tokio::test]
async fn a_deadline_that_ran_out_counts_against_whoever_had_to_keep_it() {
    let desk = Desk::open().await;
    let case = desk.object().await;
    let centre = desk.site.person(Role::CentreClerk).await;
    desk.done(&centre, &case, "act=forward").await;
    desk.site.later(10 * 24 * 3600);
    registry::reconcile::run(&desk.site.platform).await.unwrap();
    let centre = desk.site.person(Role::CentreClerk).await;
    let all = desk.site.look(Some(&centre), "/console/assessment").await.body;
    assert!(all.contains("信源单位答复异议") && all.contains("示例市市场监督管理局"), "{all}");
    let officer = desk.site.person(Role::DepartmentClerk).await;
    let own = desk.site.look(Some(&officer), "/console/assessment").await.body;
    assert!(own.contains("信源单位答复异议"), "{own}");
    // A late answer does not undo it.
    let path = format!("{case}/papers");
    desk.hand_in(&officer, &path, &[], "%PDF-1.7 answer").await;
    desk.done(&officer, &case, "act=upheld&reason=经核实无误").await;
    let own = desk.site.look(Some(&officer), "/console/assessment").await.body;
    assert!(own.contains("信源单位答复异议"), "{own}");
}

#[tokio::test]
async fn a_recipient_sees_at_its_desk_what_it_has_not_answered_and_confirms_it() {
    let desk = Desk::open().await;
    let (site, officer) = (&desk.site, &desk.officer);
    let page = site.look(Some(officer), "/console/received").await.body;
    assert!(page.contains("不需要办理"), "{page}");
    let seen = site.send(officer, "/console/received", "position=0").await;
    assert!(seen.body.contains("不需要回执"), "no key, nothing received: {}", seen.body);
    let organisation = site.signed_in(officer).await.acting.unwrap().id;
    let new = NewKey {
        label: "示例系统".to_owned(),
        scopes: vec!["follow_feed".to_owned()],
        ..NewKey::default()
    };
    api_key::make(&site.platform, &Access::operator("示例"), organisation, &new).await.unwrap();
    let case = desk.object().await;
    let centre = site.person(Role::CentreClerk).await;
    desk.done(&centre, &case, "act=removed&reason=平台差错").await;
    let home = site.look(Some(officer), "/console").await.body;
    assert!(home.contains("停止公示回执"), "the reminder: {home}");
    let page = site.look(Some(officer), "/console/received").await.body;
    assert!(
        page.contains("行政处罚")
            && page.contains("2026-11-25")
            && !page.contains(&business(2).name),
        "three working days: {page}"
    );
    let last = store::feed::last(&site.platform.register).await.unwrap();
    let beyond = site.send(officer, "/console/received", &format!("position={}", last + 1)).await;
    assert_eq!(beyond.status, StatusCode::BAD_REQUEST, "{}", beyond.body);
    let seen = site.send(officer, "/console/received", &format!("position={last}")).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let home = site.look(Some(officer), "/console").await.body;
    assert!(!home.contains("停止公示回执"), "{home}");
}

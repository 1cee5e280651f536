//! Joint action: an entry asks a hall for a measure, the hall acts and tells back, and lifts it once the
//! entry is gone.

use super::*;

const ENTRY: &str = "示市监列〔2026〕1号";

/// Registers a matter as a hall and answers its address.
async fn matter(desk: &Desk, hall: &Person, kind: &str, number: &str) -> String {
    let form = format!("kind={kind}&number={number}&code={}", business(2).code);
    let seen = desk.site.send(hall, "/console/matters", &form).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    seen.location
}

#[tokio::test]
async fn a_hall_is_asked_acts_tells_back_and_lifts() {
    let desk = Desk::open().await;
    let site = &desk.site;
    let entry = site::listing(&business(2), ENTRY);
    site.accept("serious_breach", &[entry]).await;
    let record = site.record_of(2, ENTRY).await;
    let hall = site.person(Role::HallClerk).await;

    // A name that does not fit is answered with a doubt, and asks for nothing.
    let place = matter(&desk, &hall, "honour", "示评1").await;
    let check = format!("{place}/check");
    let seen = site.send(&hall, &check, "name=示例别家有限公司").await.body;
    assert!(seen.contains("名称与代码不符") && !seen.contains("应当采取"), "{seen}");
    let page = site.look(Some(&hall), &place).await.body;
    assert!(!page.contains("措施与反馈"), "{page}");

    let seen = site.send(&hall, &check, "").await.body;
    assert!(seen.contains("应当采取：限制参加评先评优"), "{seen}");
    assert!(seen.contains("不得据此自动拒绝") && seen.contains("第44号"), "{seen}");
    let list = site.look(Some(&hall), "/console/matters").await.body;
    assert!(list.contains("待反馈"), "{list}");
    let tell = format!("{place}/feedback");
    let measure = format!("record={record}&measure=awards");
    let seen = site.send(&hall, &tell, &format!("{measure}&outcome=not_taken")).await;
    assert!(seen.body.contains("请写明理由"), "{}", seen.body);
    let seen =
        site.send(&hall, &tell, &format!("record={record}&measure=exit&outcome=taken")).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "nobody asked for that");
    let seen =
        site.send(&hall, &tell, &format!("{measure}&outcome=taken&document=示评决1号")).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let log = site.look(Some(&desk.subject), "/centre/log").await.body;
    assert!(log.contains("办事核查") && log.contains("反馈措施"), "its subject reads it: {log}");

    // The same entry asks for nothing in a matter its measures do not reach.
    let other = matter(&desk, &hall, "procurement", "示采1").await;
    let seen = site.send(&hall, &format!("{other}/check"), "").await.body;
    assert!(!seen.contains("应当采取") && seen.contains("供经办人参考"), "{seen}");

    // The entry was wrong: whoever acted on it lifts it, from the transaction on that takes it down.
    let path = format!("/centre/records/{record}/objection");
    let fields = [("against", "publication"), ("note", "据以列入的处罚已被撤销")];
    let filed = desk.hand_in(&desk.subject, &path, &fields, "%PDF-1.7").await;
    let case = filed.location.replace("/centre/", "/console/");
    let centre = site.person(Role::CentreClerk).await;
    desk.done(&centre, &case, "act=forward").await;
    desk.done(&desk.officer, &case, "act=removed&reason=处罚已撤销").await;
    let list = site.look(Some(&hall), "/console/matters").await.body;
    assert!(list.contains("待解除") && list.contains("已撤销"), "{list}");
    let coverage = site.look(Some(&centre), "/console/joint").await.body;
    assert!(coverage.contains("100%"), "{coverage}");
    let seen = site.send(&hall, &tell, &format!("{measure}&outcome=taken")).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "nothing is done on it any more");
    let seen = site.send(&hall, &format!("{place}/lifted"), &measure).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let list = site.look(Some(&hall), "/console/matters").await.body;
    assert!(!list.contains("待解除") && !list.contains("待反馈"), "{list}");
    let seen = site.send(&hall, &check, "").await.body;
    assert!(seen.contains("没有需要提示的公示信息"), "{seen}");
}

#[tokio::test]
async fn what_ends_by_its_term_is_lifted_by_the_reconciler() {
    let desk = Desk::open().await;
    let site = &desk.site;
    let entry = site::with(site::listing(&business(2), ENTRY), "SX_QXZ", "2026-12-01");
    site.accept("serious_breach", &[entry]).await;
    let record = site.record_of(2, ENTRY).await;
    let hall = site.person(Role::HallClerk).await;
    let place = matter(&desk, &hall, "honour", "示评2").await;
    site.send(&hall, &format!("{place}/check"), "").await;
    let told = format!("record={record}&measure=awards&outcome=taken");
    site.send(&hall, &format!("{place}/feedback"), &told).await;
    assert_eq!(registry::reconcile::run(&site.platform).await.unwrap().lifted, 0);
    site.later(12 * 24 * 3600);
    assert_eq!(registry::reconcile::run(&site.platform).await.unwrap().lifted, 1);
    assert_eq!(registry::reconcile::run(&site.platform).await.unwrap().lifted, 0, "once");
    let hall = site.person(Role::HallClerk).await;
    // What its source takes back asks for nothing more, also where nobody has told yet what was done.
    let second =
        site::with(site::listing(&business(2), "示市监列〔2026〕2号"), "SX_QXZ", "2029-12-01");
    site.accept("serious_breach", std::slice::from_ref(&second)).await;
    let again = matter(&desk, &hall, "honour", "示评3").await;
    site.send(&hall, &format!("{again}/check"), "").await;
    site.withdraw("serious_breach", second).await;
    assert_eq!(registry::reconcile::run(&site.platform).await.unwrap().lifted, 1);
    // A correction that names it no more does the same, for that measure alone.
    let third =
        site::with(site::listing(&business(2), "示市监列〔2026〕3号"), "SX_QXZ", "2029-12-01");
    site.accept("serious_breach", std::slice::from_ref(&third)).await;
    let corrected = matter(&desk, &hall, "honour", "示评4").await;
    site.send(&hall, &format!("{corrected}/check"), "").await;
    assert_eq!(registry::reconcile::run(&site.platform).await.unwrap().lifted, 0);
    let less = site::with(third, "SX_CSTS", "纳入重点监管范围");
    site.accept("serious_breach", &[less]).await;
    assert_eq!(registry::reconcile::run(&site.platform).await.unwrap().lifted, 1);
    let other = site.person(Role::BankOfficer).await;
    let seen = site.send(&other, &format!("{place}/lifted"), "measure=awards&record=1").await;
    assert_ne!(seen.status, StatusCode::SEE_OTHER, "nobody answers for another organisation");
    let list = site.look(Some(&hall), "/console/matters").await.body;
    assert!(list.contains("待解除"), "{list}");
}

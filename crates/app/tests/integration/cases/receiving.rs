//! Whoever received a record says that it dropped it, and the centre sees who has not.

use super::*;

#[tokio::test]
async fn a_take_down_waits_for_the_receipt_of_everybody_who_holds_it() {
    let desk = Desk::open().await;
    let site = &desk.site;
    let centre = site.person(Role::CentreClerk).await;
    let bank = site.person(Role::BankOfficer).await;
    let confirm = async |position: i64| {
        let access = site.signed_in(&bank).await.access();
        registry::recipient::confirm(&site.platform, &access, position).await
    };
    let last = || async { store::feed::last(&site.platform.register).await.unwrap() };
    let page = async |person: &Person| site.look(Some(person), "/console/recipients").await;
    assert!(page(&centre).await.body.contains("还没有接收方。"));
    let before = last().await;
    assert_eq!(confirm(before).await.unwrap().outstanding, 0);
    assert!(confirm(before + 1).await.is_err(), "what was not given out is confirmed by nobody");

    let case = desk.apply().await;
    desk.done(&desk.officer, &case, "act=accept").await;
    desk.done(&desk.officer, &case, "act=grant").await;
    site.withdraw("penalty", site::penalty(&business(2), "示市监罚〔2026〕8号", "2026-06-18"))
        .await;
    assert_eq!(last().await, before + 2);
    let seen = page(&centre).await.body;
    assert!(seen.contains("已修复") && seen.contains("信源单位撤回"), "{seen}");
    assert!(seen.contains("待回执") && !seen.contains("逾期未回执"), "{seen}");
    assert_eq!(confirm(before + 1).await.unwrap().outstanding, 1, "one of two");
    assert_eq!(confirm(before).await.unwrap().position, before, "an older word takes nothing back");
    site.later(5 * 24 * 3600);
    let centre = site.person(Role::CentreClerk).await;
    let seen = page(&centre).await.body;
    assert!(seen.contains("逾期未回执") && !seen.contains("已修复"), "{seen}");
    let bank = site.person(Role::BankOfficer).await;
    let access = site.signed_in(&bank).await.access();
    registry::recipient::confirm(&site.platform, &access, before + 2).await.unwrap();
    assert!(page(&centre).await.body.contains("全部已回执"));
    let seen = page(&bank).await;
    assert_ne!(seen.status, StatusCode::OK, "the page is the centre’s");
    let clerk = site.person(Role::DepartmentClerk).await;
    assert_ne!(page(&clerk).await.status, StatusCode::OK, "and no department’s");
}

//! The figures of the home page: what began and what ended today.

use super::{Api, api};
use crate::site::{business, penalty, struck_off, with};

/// Begun, ended and published penalties, as the register has them.
async fn penalties(api: &Api) -> (i64, i64, i64) {
    api.site.work().await;
    let lines = registry::figures::newest(&api.site.platform, domain::text::Lang::Zh).await;
    let lines = lines.expect("figures");
    let today = api.site.platform.today();
    assert!(lines.iter().all(|line| line.on == today), "{lines:?}");
    let line = lines.iter().find(|line| line.item == "penalty").expect("a line");
    (line.began, line.ended, line.published)
}

const DAY: i64 = 86_400;

#[tokio::test]
async fn every_public_item_has_figures_of_today() {
    let api = api().await;
    assert_eq!(penalties(&api).await, (2, 0, 2));
    let page = api.page("/today").await.text();
    let policy = &api.site.platform.policy;
    let public = policy.items.values().filter(|item| {
        item.openness == domain::catalogue::Openness::Public && &*item.id != "registration"
    });
    for item in public {
        let row = format!("<a href=\"/public/{}\">", item.id);
        assert_eq!(page.matches(&row).count(), 2, "{}: in the figures and in the lists", item.id);
    }
    api.site.later(DAY);
    assert_eq!(penalties(&api).await, (0, 0, 2), "a day without a delivery has figures too");
}

#[tokio::test]
async fn what_ends_by_itself_is_counted_on_the_day_after_its_last() {
    let api = api().await;
    penalties(&api).await;
    // Until 2027-05-12 and 2027-06-18, last days included.
    for (days, figures) in [(171, (0, 0, 2)), (1, (0, 1, 1)), (1, (0, 0, 1))] {
        api.site.later(days * DAY);
        assert_eq!(penalties(&api).await, figures, "{}", api.site.platform.today());
    }
}

#[tokio::test]
async fn a_correction_is_no_beginning_and_a_withdrawal_is_an_end() {
    let api = api().await;
    penalties(&api).await;
    api.site.later(DAY);
    let row = penalty(&business(2), "示市监罚〔2026〕7号", "2026-05-12");
    let changed = with(with(row.clone(), "CF_NR_FK", "0.3"), "CF_NR", "罚款3000元");
    api.site.accept("penalty", &[changed]).await;
    assert_eq!(penalties(&api).await, (0, 0, 2));
    api.site.withdraw("penalty", row).await;
    assert_eq!(penalties(&api).await, (0, 1, 1));
    api.site.accept("penalty", &[penalty(&business(2), "示市监罚〔2026〕9号", "2026-08-01")]).await;
    assert_eq!(penalties(&api).await, (1, 1, 2));
}

#[tokio::test]
async fn what_goes_with_its_subject_has_ended() {
    let api = api().await;
    penalties(&api).await;
    api.site.later(DAY);
    api.site.accept("registration", &[struck_off(&business(2), "2026-11-23")]).await;
    assert_eq!(penalties(&api).await, (0, 2, 0));
}

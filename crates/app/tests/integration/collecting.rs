//! Looking after what is collected: deliveries that are stopped before they count, zero reports, and
//! the figures that open what they were counted from.

use axum::http::StatusCode;
use domain::role::Role;
use registry::error::Error;
use store::load::Mode;

use crate::site::{
    self, Row, Site, business, csv, licence, penalty, registration, utility_payment, with,
};

const DAY: i64 = 24 * 60 * 60;

fn rows(numbers: std::ops::Range<u32>) -> Vec<Row> {
    numbers
        .map(|number| penalty(&business(1), &format!("示市监罚〔2026〕{number}号"), "2026-11-20"))
        .collect()
}

impl Site {
    async fn penalties(&self, content: &str, why: Option<&str>) -> Result<(), Error> {
        self.offer("penalty", "scjg", Mode::Changes, content, why).await.map(drop)
    }

    /// A delivery of penalties that is stopped with some words, and of which nothing is kept.
    async fn stopped(&self, content: &str, words: &str) {
        let before = store::feed::last(&self.platform.register).await.unwrap();
        let stopped = self.penalties(content, None).await.expect_err(words);
        let told = stopped.message(domain::text::Lang::Zh);
        assert!(told.contains(words), "{told}");
        assert_eq!(store::feed::last(&self.platform.register).await.unwrap(), before, "{told}");
    }
}

#[tokio::test]
async fn a_delivery_that_looks_wrong_is_stopped_with_the_right_words() {
    let site = site::empty_site().await;
    site.accept("registration", &[registration(&business(1))]).await;
    let good = csv(&rows(1..121));
    let heading = good.lines().next().unwrap();
    site.stopped(&format!("{heading}\n"), "只有表头").await;
    site.stopped(
        &csv(&[licence(&business(1), "示市监许〔2026〕1号", "2026-03-02")]),
        "请改选“行政许可”",
    )
    .await;
    let swapped: Vec<Row> = rows(1..31)
        .into_iter()
        .map(|row| with(with(row, "CF_JDRQ", "未明码标价"), "CF_SY", "2026-11-20"))
        .collect();
    site.stopped(&csv(&swapped), "可能列错了位").await;

    site.penalties(&good, None).await.unwrap();
    site.penalties(&good, None).await.expect("again on the same day: a broken connection");
    site.later(DAY);
    site.stopped(&good, "完全相同").await;
    for first in [200, 400, 600] {
        site.penalties(&csv(&rows(first..first + 120)), None).await.unwrap();
    }
    site.stopped(&csv(&rows(800..1300)), "这次报送 500 行").await;
    // Where each decision has its own clock, few rows are nothing strange.
    site.penalties(&csv(&rows(800..802)), None).await.unwrap();
}

#[tokio::test]
async fn an_unusual_volume_is_confirmed_with_a_reason_and_is_the_measure_from_then_on() {
    let site = site::empty_site().await;
    site.accept("registration", &[registration(&business(1))]).await;
    // A month's bills of the waterworks, of which one file has half.
    let bills = |accounts: std::ops::Range<u32>| {
        let bill = |account| utility_payment(&business(1), &format!("4199000{account}"));
        csv(&accounts.map(bill).collect::<Vec<_>>())
    };
    let give = async |content: &str, why: Option<&str>| {
        site.offer("utility_payment", "shuiwujituan", Mode::Changes, content, why).await
    };
    for first in [1000, 2000, 3000, 4000] {
        give(&bills(first..first + 240), None).await.unwrap();
    }
    let half = bills(5000..5120);
    let stopped = give(&half, None).await.expect_err("half the rows");
    let told = stopped.message(domain::text::Lang::Zh);
    assert!(told.contains("这次报送 120 行") && told.contains("请核对是否少取"), "{told}");
    let without = give(&half, Some(" ")).await.expect_err("a reason");
    assert!(matches!(without, Error::Question { name: "reason", .. }), "{without:?}");
    give(&half, Some("示例：两个大队合并")).await.unwrap();
    let audit = store::audit::from(&site.platform.register, 1, 500).await.unwrap();
    let confirmed = audit.iter().find(|one| one.event == "delivery_confirmed").unwrap();
    assert!(confirmed.detail.contains("两个大队合并"), "{}", confirmed.detail);
    // The measure begins anew: until there are deliveries enough, nothing is compared.
    give(&bills(6000..6010), None).await.unwrap();
}

#[tokio::test]
async fn silence_is_missed_until_somebody_states_that_there_was_nothing() {
    let site = site::site().await;
    // Monday 2026-11-23 brought nothing, and it is Monday 2026-12-07.
    site.later(15 * DAY);
    let (clerk, centre) =
        (site.person(Role::DepartmentClerk).await, site.person(Role::CentreClerk).await);
    let form = "item=abnormal&first=2026-11-23";
    let today = "item=abnormal&first=2026-12-07";
    let early = site.send(&clerk, "/console/zero-reports", today).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "the day is not over: {}", early.body);
    let page = "/console/collection/scjg/abnormal?month=2026-11";
    let seen = site.look(Some(&clerk), page).await;
    assert!(seen.body.contains("漏报") && seen.body.contains("2026-11-23"), "{}", seen.body);
    assert!(!seen.body.contains("2026-11-28"), "nobody owes a Saturday: {}", seen.body);

    let stated = site.send(&clerk, "/console/zero-reports", form).await;
    assert_eq!((stated.status, stated.location.as_str()), (StatusCode::SEE_OTHER, page));
    let twice = site.send(&clerk, "/console/zero-reports", form).await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "{}", twice.body);
    let name = site.signed_in(&clerk).await.account.name;
    for person in [&clerk, &centre] {
        let seen = site.look(Some(person), page).await;
        assert!(seen.body.contains("零报告") && seen.body.contains(&name), "{}", seen.body);
    }
    let other = site.look(Some(&clerk), "/console/collection/jiaoyu/penalty?month=2026-11").await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let taken_back = site.send(&clerk, "/console/zero-reports/withdraw", form).await;
    assert_eq!(taken_back.status, StatusCode::SEE_OTHER, "{}", taken_back.body);
    let home = site.look(Some(&clerk), "/console").await;
    assert!(home.body.contains("期应报未报"), "{}", home.body);
}

#[tokio::test]
async fn every_figure_opens_what_it_was_counted_from() {
    let site = site::site().await;
    let number = |number: u32| format!("示市监罚〔2026〕{number}号");
    // One that took more than seven working days, one in time, and a row that comes back.
    let late = penalty(&business(1), &number(9), "2026-11-02");
    let timely = penalty(&business(1), &number(12), "2026-11-18");
    let bad = with(penalty(&business(1), &number(13), "2026-11-18"), "CF_JDRQ", "不是日期");
    let content = csv(&[late, timely, bad]);
    let given = site.offer("penalty", "scjg", Mode::Changes, &content, None);
    assert_eq!(given.await.unwrap().counts.rejected, 1);
    let (clerk, centre) =
        (site.person(Role::DepartmentClerk).await, site.person(Role::CentreClerk).await);
    for (person, several) in [(&clerk, false), (&centre, true)] {
        let seen = site.look(Some(person), "/console/collection?month=2026-11").await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
        assert!(seen.body.contains("4 / 5 · 80.0%"), "rows that passed: {}", seen.body);
        assert!(seen.body.contains("1 / 2 · 50.0%"), "in time: {}", seen.body);
        assert_eq!(seen.body.contains("示例市教育局"), several);
    }
    let page = site.look(Some(&clerk), "/console/collection/scjg/penalty?month=2026-11").await;
    for words in ["示市监罚〔2026〕9号", "2026-11-02", "14 / 7", "不是日期；请写成"]
    {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    // 7, 8, 9 and 12 of the sequence are there: too few to say anything of its gaps.
    assert!(page.body.contains("没有断号"), "{}", page.body);
    site.accept("penalty", &[penalty(&business(1), &number(4), "2026-02-03")]).await;
    let page = site.look(Some(&clerk), "/console/collection/scjg/penalty?month=2026-11").await;
    for words in ["示市监罚〔2026〕</th>", "<li>1–3", "<li>5–6", "<li>10–11", "5 / 12"]
    {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let path = "/console/collection/scjg/penalty/documents.csv?month=2026-11";
    let file = site.look(Some(&clerk), path).await;
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 3, "{}", file.body);
    assert!(lines[1].contains("示市监罚〔2026〕9号") && lines[1].contains("迟报"), "{}", file.body);
    let wrong = site.look(Some(&clerk), "/console/collection?month=2026-13").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{}", wrong.body);
}

#[tokio::test]
async fn what_is_dated_in_a_period_reports_it_though_it_came_later() {
    let site = site::empty_site().await;
    site.accept("registration", &[registration(&business(1))]).await;
    site.later(20 * DAY);
    let clerk = site.person(Role::DepartmentClerk).await;
    let page = "/console/collection/scjg/penalty?month=2026-11";
    let seen = site.look(Some(&clerk), page).await;
    assert!(seen.body.contains("漏报") && seen.body.contains("起的一期无信息"), "{}", seen.body);
    let late = [penalty(&business(1), "示市监罚〔2026〕77号", "2026-11-27")];
    site.accept("penalty", &late).await;
    let seen = site.look(Some(&clerk), page).await;
    assert!(seen.body.contains("已报送") && !seen.body.contains("漏报"), "{}", seen.body);
    let form = "item=penalty&first=2026-11-01";
    let false_statement = site.send(&clerk, "/console/zero-reports", form).await;
    assert_eq!(false_statement.status, StatusCode::CONFLICT, "{}", false_statement.body);
}

#[tokio::test]
async fn one_confirmation_answers_every_question_and_each_was_shown() {
    let site = site::empty_site().await;
    site.accept("registration", &[registration(&business(1))]).await;
    let full = async |numbers: std::ops::Range<u32>, why: Option<&str>| {
        site.offer("penalty", "scjg", Mode::Full, &csv(&rows(numbers)), why).await
    };
    for _ in 0..4 {
        full(1..301, Some("示例")).await.unwrap();
        full(2..302, Some("示例")).await.unwrap();
    }
    // Fewer rows than ever, and most of what is here would go.
    let asked = full(1..101, None).await.expect_err("two questions");
    let told = asked.message(domain::text::Lang::Zh);
    assert!(told.contains("这次报送 100 行") && told.contains("会撤回本单位此项"), "{told}");
}

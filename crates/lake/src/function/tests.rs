use datafusion::{arrow::util::pretty::pretty_format_batches, prelude::SessionContext};
use domain::calendar::Year;
use jiff::civil::date;

use super::*;

async fn answer(sql: &str) -> String {
    let reference = domain::parameter::Reference {
        instrument: "示例".to_owned(),
        article: String::new(),
        verified: false,
    };
    let off = vec![date(2026, 10, 1), date(2026, 10, 2)];
    let year = Year { year: 2026, reference, off, working: vec![date(2026, 10, 10)] };
    let session = SessionContext::new();
    for function in all(&Arc::new(Calendar::new(vec![year]))) {
        session.register_udf(function.as_ref().clone());
    }
    let answered = async { session.sql(sql).await?.collect().await };
    match answered.await {
        Ok(batches) => {
            let table = pretty_format_batches(&batches).unwrap().to_string();
            let row = table.lines().nth(3).unwrap();
            row.trim_matches(['|', ' ']).to_owned()
        }
        Err(error) => error.strip_backtrace(),
    }
}

#[tokio::test]
async fn codes_are_judged_by_form_and_check_character() {
    // A division that does not exist, with its check character.
    let code = "9100000000000001";
    let check = domain::identifier::uscc::check_character(&format!("{code}0")).unwrap();
    let sql = format!("select uscc_valid('{code}0{check}')");
    assert_eq!(answer(&sql).await, "true");
    assert_eq!(answer("select uscc_valid('91000000000000001I')").await, "false");
}

#[tokio::test]
async fn names_come_in_the_form_in_which_they_are_compared() {
    assert_eq!(answer("select norm_name('示例（甲） 公司')").await, "示例(甲)公司");
}

#[tokio::test]
async fn a_month_too_short_ends_on_its_last_day() {
    assert_eq!(answer("select months_after(date '2026-08-31', 3)").await, "2026-11-30");
    assert_eq!(answer("select months_before(date '2026-05-31', 3)").await, "2026-02-28");
}

#[tokio::test]
async fn working_days_follow_the_calendar_and_an_unknown_year_is_refused() {
    let sql = "select workdays_between(date '2026-09-30', date '2026-10-12')";
    // Neither the two days off nor the weekends, but the Saturday worked instead: 5 to 10, and 12.
    assert_eq!(answer(sql).await, "7");
    assert_eq!(answer("select workdays_after(date '2026-09-30', 1)").await, "2026-10-05");
    let unknown = answer("select workdays_between(date '2031-01-01', date '2031-02-01')").await;
    assert!(unknown.contains("2031"), "{unknown}");
}

#[tokio::test]
async fn an_open_end_is_in_force_for_good() {
    let on = "date '2026-05-01'";
    let sql = |from: &str, until: &str| format!("select in_force({from}, {until}, {on})");
    assert_eq!(answer(&sql("date '2026-05-01'", "null")).await, "true");
    assert_eq!(answer(&sql("null", "date '2026-05-01'")).await, "true");
    assert_eq!(answer(&sql("null", "date '2026-04-30'")).await, "false");
    assert_eq!(answer(&sql("date '2026-05-02'", "null")).await, "false");
}

#[tokio::test]
async fn days_are_counted_from_the_first_to_the_second() {
    let sql = "select days_between(date '2026-05-01', date '2026-05-31')";
    assert_eq!(answer(sql).await, "30");
}

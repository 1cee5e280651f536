use domain::subject::Kind::{IndividualBusiness, Organisation};
use jiff::SignedDuration;

use super::*;
use crate::{
    load::Mode,
    samples::{DEPARTMENT, Row, Sample, begin, each, fill, load, now, penalties},
};

const ROWS: [Row<'static>; 3] = [
    ("91000000000000001A", Organisation, "示例甲商贸有限公司", "示罚1号", 100),
    ("91000000000000002B", Organisation, "示例乙商贸有限公司", "示罚2号", 200),
    ("91000000000000003C", Organisation, "示例丙商贸有限公司", "示罚3号", 300),
];

#[tokio::test]
async fn a_position_of_the_feed_leads_to_its_submission() {
    for Sample { register, folder: _folder } in each().await {
        assert!(holding(&register, 0).await.unwrap().is_none());
        load(&register, Mode::Changes, &ROWS[..2]).await;
        load(&register, Mode::Changes, &ROWS[..1]).await;
        load(&register, Mode::Changes, &ROWS[..2]).await;
        load(&register, Mode::Changes, &ROWS).await;
        let _unseen = begin(&register, Mode::Withdraw, &ROWS).await;
        let mut told = Vec::new();
        for position in 0..=4 {
            let found = holding(&register, position).await.unwrap();
            told.push(found.map(|submission| submission.id.0));
        }
        assert_eq!(told, [None, Some(1), Some(1), Some(4), None]);
        let newest = recent(&register, None, 2).await.unwrap();
        assert_eq!(newest.iter().map(|one| one.id.0).collect::<Vec<_>>(), [4, 3]);
        assert_eq!(recent(&register, Some("别的单位"), 9).await.unwrap().len(), 0);
    }
}

#[tokio::test]
async fn instants_follow_each_other_though_a_clock_was_ahead() {
    for Sample { register, folder: _folder } in each().await {
        assert_eq!(newest_instant(&register).await.unwrap(), None);
        let ahead = now() + SignedDuration::from_hours(1);
        let within_a_tick = ahead + SignedDuration::from_nanos(900);
        let mut accepted = Vec::new();
        for (clock, row) in [ahead, within_a_tick, now()].into_iter().zip(&ROWS) {
            let delivery = penalties(Mode::Changes, std::slice::from_ref(row));
            let load = delivery.begin(&register).await;
            accepted.push(load.accept(&|| clock).await.unwrap().at);
        }
        let tick = SignedDuration::from_micros(1);
        assert_eq!(accepted, [ahead, ahead + tick, ahead + tick + tick]);
        let newest = newest_instant(&register).await.unwrap();
        assert_eq!(newest, accepted.last().copied());
    }
}

#[tokio::test]
async fn a_department_pages_through_its_deliveries() {
    for sample in each().await {
        let register = &sample.register;
        fill(register).await;
        load(
            register,
            Mode::Changes,
            &[("91000000000000001A", Organisation, "示例甲", "示罚〔2026〕9号", 1)],
        )
        .await;
        load(
            register,
            Mode::Changes,
            &[("91000000000000002B", IndividualBusiness, "示例乙", "示罚〔2026〕8号", 1)],
        )
        .await;
        let mut numbers = Vec::new();
        let mut before = None;
        loop {
            let page = of_department(register, DEPARTMENT, before, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            numbers.extend(page.iter().map(|one| one.id.0));
        }
        assert_eq!(numbers, [6, 5, 4, 3, 2, 1]);
        assert!(of_department(register, "x", None, 9).await.unwrap().is_empty());
    }
}

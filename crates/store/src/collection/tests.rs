use domain::subject::Kind::Organisation;
use jiff::{SignedDuration, civil::date};

use super::*;
use crate::{
    load::Mode,
    samples::{DEPARTMENT, Row, Sample, each, load, now},
    volume,
    zero_report::{self, ZeroReport},
};

const ROWS: [Row<'static>; 3] = [
    ("91000000000000001A", Organisation, "示例甲商贸有限公司", "示罚〔2026〕1号", 100),
    ("91000000000000002B", Organisation, "示例乙商贸有限公司", "示罚〔2026〕2号", 200),
    ("91000000000000003C", Organisation, "示例丙商贸有限公司", "示罚〔2026〕4号", 300),
];

const SOURCE: (&str, &str) = (DEPARTMENT, "penalty");

fn year() -> (Date, Date) {
    (date(1949, 1, 1), date(2999, 12, 31))
}

#[tokio::test]
async fn what_is_taken_back_was_handed_in_all_the_same() {
    for Sample { register, folder: _folder } in each().await {
        load(&register, Mode::Changes, &ROWS).await;
        load(&register, Mode::Withdraw, &ROWS[1..2]).await;
        let (first, last) = year();
        let begin = (first, RecordId(0));
        let held = documents(&register, SOURCE, begin, last, 9).await.unwrap();
        let ever = handed_in(&register, SOURCE, begin, last, 9).await.unwrap();
        assert_eq!((held.len(), ever.len()), (2, 3));
        let after = (held[0].decided_on, held[0].record);
        let rest = documents(&register, SOURCE, after, last, 9).await.unwrap();
        assert_eq!(rest.len(), 1);
        assert_eq!(rest[0].record, held[1].record);
        let days = (held[0].decided_on, held[0].decided_on);
        assert!(any_dated(&register, SOURCE, days).await.unwrap());
        assert!(!any_dated(&register, SOURCE, (first, first)).await.unwrap());

        let hour = SignedDuration::from_hours(1);
        let span = |from, until| Span { department: Some(DEPARTMENT), from, until };
        let all = deliveries(&register, span(now() - hour, now() + hour)).await.unwrap();
        let rows: Vec<u64> = all.iter().map(|one| one.rows).collect();
        assert_eq!(rows, [4], "what is taken back is no delivery");
        assert!(deliveries(&register, span(now() - hour, now())).await.unwrap().is_empty());
        assert_eq!(first_received(&register).await.unwrap(), Some(now()));
    }
}

#[tokio::test]
async fn the_history_of_volumes_begins_anew_where_somebody_said_so() {
    for Sample { register, folder: _folder } in each().await {
        load(&register, Mode::Changes, &ROWS).await;
        load(&register, Mode::Changes, &ROWS[..1]).await;
        let history = async || volume::history(&register, SOURCE, Mode::Changes, 9).await.unwrap();
        assert_eq!(history().await, [2, 4]);
        let mut write = register.write().await.unwrap();
        let source = (DEPARTMENT, "penalty", Mode::Changes);
        let why = ("示例：机构合并", "示例经办");
        volume::rebase(&mut write, source, 2, why, now()).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(history().await, [2]);
        let full = volume::history(&register, SOURCE, Mode::Full, 9).await.unwrap();
        assert!(full.is_empty());
    }
}

#[tokio::test]
async fn one_zero_report_stands_for_a_period() {
    for Sample { register, folder: _folder } in each().await {
        let report = ZeroReport {
            department: DEPARTMENT.to_owned(),
            item: "penalty".to_owned(),
            first_day: date(2026, 10, 1),
            last_day: date(2026, 10, 31),
            actor: "account:1".to_owned(),
            name: "示例经办".to_owned(),
            stated_at: now(),
        };
        let state = async |report: &ZeroReport| {
            let mut write = register.write().await.unwrap();
            let done = zero_report::state(&mut write, report).await.unwrap();
            write.commit().await.unwrap();
            done
        };
        assert!(state(&report).await);
        assert!(!state(&report).await, "once is enough");
        let stands =
            async |since| zero_report::standing(&register, Some(DEPARTMENT), since).await.unwrap();
        assert_eq!(stands(date(2026, 10, 31)).await, std::slice::from_ref(&report));
        assert!(stands(date(2026, 11, 1)).await.is_empty());
        let mut write = register.write().await.unwrap();
        let place = (DEPARTMENT, "penalty", report.first_day);
        assert!(zero_report::withdraw(&mut write, place, "account:2", now()).await.unwrap());
        assert!(!zero_report::withdraw(&mut write, place, "account:2", now()).await.unwrap());
        write.commit().await.unwrap();
        assert!(stands(date(2026, 10, 1)).await.is_empty());
        let again = ZeroReport { stated_at: now() + SignedDuration::from_secs(1), ..report };
        assert!(state(&again).await, "after it was taken back");
    }
}

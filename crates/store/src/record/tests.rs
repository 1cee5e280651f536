//! What is read of records, on every engine there is.

use domain::subject::Kind::{IndividualBusiness, Organisation};
use jiff::{ToSpan as _, civil::date};

use super::*;
use crate::{
    backup::samples::{fill, load, now, registers},
    figure::{self, Figure},
    load::Mode,
    report, subject, submission,
};

const FIRST: &str = "91000000000000001A";
const SECOND: &str = "91000000000000002B";

async fn id(register: &Register, code: &str) -> SubjectId {
    subject::find(register, "uscc", code).await.unwrap().unwrap()
}

fn query(as_of: Date, known_at: Timestamp) -> ListQuery {
    let item = "penalty".to_owned();
    ListQuery {
        item,
        from: None,
        until: None,
        department: None,
        as_of,
        known_at,
        after: None,
        limit: 9,
    }
}

#[tokio::test]
async fn a_list_stands_by_both_clocks() {
    for [sample, _] in registers().await {
        let register = &sample.register;
        fill(register).await;
        let seen = async |as_of, known_at| {
            let versions = list(register, &query(as_of, known_at)).await.unwrap();
            let mut fines: Vec<_> =
                versions.iter().map(|version| version.payload.fen("fine").unwrap()).collect();
            fines.sort_unstable();
            fines
        };
        let (day, ever) = (date(2026, 11, 22), Timestamp::MAX);
        assert_eq!(
            seen(day, ever).await,
            [999],
            "the other was taken back, the third is a person's"
        );
        assert_eq!(seen(day, now()).await, [7, 100], "as known after the first delivery");
        assert_eq!(seen(day, now() - 1.second()).await, Vec::<i64>::new());
        assert_eq!(seen(date(2026, 10, 31), ever).await, Vec::<i64>::new(), "dated later");
    }
}

#[tokio::test]
async fn a_version_dated_later_leaves_the_earlier_one_its_time() {
    for [sample, _] in registers().await {
        let register = &sample.register;
        fill(register).await;
        let later = "update record_version set decided_on = '2026-11-10' where submission_id = 3";
        crate::backup::samples::tamper(register, later).await;
        for (day, fine) in [(9, 100), (10, 999)] {
            let versions =
                list(register, &query(date(2026, 11, day), Timestamp::MAX)).await.unwrap();
            let fines: Vec<_> = versions.iter().map(|one| one.payload.fen("fine")).collect();
            assert_eq!(fines, [Some(fine)], "on day {day}");
        }
    }
}

#[tokio::test]
async fn subjects_read_together_are_as_read_one_by_one() {
    for [sample, _] in registers().await {
        let register = &sample.register;
        fill(register).await;
        let ids =
            [id(register, FIRST).await, id(register, SECOND).await, id(register, FIRST).await];
        let all = of_subjects(register, &ids, &["penalty"]).await.unwrap();
        assert_eq!(all, of_subjects(register, &ids, &[]).await.unwrap());
        assert!(of_subjects(register, &ids, &["licence"]).await.unwrap().is_empty());
        let subjects = subject::of(register, &ids).await.unwrap();
        assert_eq!((all.len(), subjects.len()), (2, 2));
        for (id, versions) in all {
            let alone = of_subject(register, id, Timestamp::MAX).await.unwrap();
            assert_eq!(versions, alone);
            let numbers: Vec<i64> = versions.iter().map(|version| version.no).collect();
            assert_eq!(numbers, [1, 2]);
            assert_eq!(subject_of(register, versions[1].record).await.unwrap(), Some(id));
            assert_eq!(subjects[&id].identifiers.len(), 1);
        }
        assert_eq!(subject_of(register, RecordId(99)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_was_taken_back_is_found_by_its_delivery() {
    for [sample, _] in registers().await {
        let register = &sample.register;
        fill(register).await;
        let withdrawn = withdrawn_since(register, "penalty", now()).await.unwrap();
        assert_eq!(withdrawn, [id(register, SECOND).await]);
        let later = now() + 1.second();
        assert!(withdrawn_since(register, "penalty", later).await.unwrap().is_empty());
        assert!(withdrawn_since(register, "licence", now()).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_department_pages_through_its_deliveries() {
    for [sample, _] in registers().await {
        let register = &sample.register;
        fill(register).await;
        load(register, Mode::Changes, &[(FIRST, Organisation, "示例甲", "示罚〔2026〕9号", 1)])
            .await;
        load(
            register,
            Mode::Changes,
            &[(SECOND, IndividualBusiness, "示例乙", "示罚〔2026〕8号", 1)],
        )
        .await;
        let department = "示例市市场监督管理局";
        let mut numbers = Vec::new();
        let mut before = None;
        loop {
            let page = submission::of_department(register, department, before, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            numbers.extend(page.iter().map(|one| one.id.0));
        }
        assert_eq!(numbers, [6, 5, 4, 3, 2, 1]);
        assert!(submission::of_department(register, "x", None, 9).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_newest_figures_of_each_item_count() {
    for [sample, _] in registers().await {
        let register = &sample.register;
        let figure = |day: i8, item: &str, published| Figure {
            day: date(2026, 11, day),
            item: item.to_owned(),
            began: 0,
            ended: 0,
            published,
            computed_at: now(),
        };
        for one in [figure(20, "a", 1), figure(21, "a", 2), figure(20, "b", 3), figure(21, "a", 4)]
        {
            figure::replace(register, &one).await.unwrap();
        }
        let mut newest = figure::latest(register, date(2026, 11, 22)).await.unwrap();
        newest.sort_by(|one, other| one.item.cmp(&other.item));
        assert_eq!(newest, [figure(21, "a", 4), figure(20, "b", 3)]);
        let newest = figure::latest(register, date(2026, 11, 20)).await.unwrap();
        assert_eq!(newest.iter().map(|one| one.published).sum::<i64>(), 4);
    }
}

#[tokio::test]
async fn a_report_is_revoked_once() {
    for [sample, _] in registers().await {
        let register = &sample.register;
        fill(register).await;
        let subject = id(register, FIRST).await;
        let newest = async |since| {
            let found = report::newest_of_subject(register, subject, since).await.unwrap();
            found.map(|report| report.number)
        };
        assert_eq!(newest(now()).await.as_deref(), Some("2026-000001"));
        assert_eq!(newest(now() + 1.second()).await, None);
        for changed in [true, false] {
            let mut write = register.write().await.unwrap();
            assert_eq!(report::revoke(&mut write, "2026-000001").await.unwrap(), changed);
            write.commit().await.unwrap();
        }
        assert_eq!(newest(now()).await, None);
    }
}

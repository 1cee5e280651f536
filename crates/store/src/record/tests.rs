//! What is read of records, on every engine there is.

use domain::subject::Kind::{NaturalPerson, Organisation};
use jiff::{ToSpan as _, civil::date};

use super::*;
use crate::{
    load::Mode,
    samples::{DEPARTMENT, Row, each, fill, load, now, tamper},
    subject,
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
    for sample in each().await {
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
    for sample in each().await {
        let register = &sample.register;
        fill(register).await;
        let later = "update record_version set decided_on = '2026-11-10' where submission_id = 3";
        tamper(register, later).await;
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
    for sample in each().await {
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
    for sample in each().await {
        let register = &sample.register;
        fill(register).await;
        let withdrawn = withdrawn_since(register, "penalty", now()).await.unwrap();
        assert_eq!(withdrawn, [id(register, SECOND).await]);
        let later = now() + 1.second();
        assert!(withdrawn_since(register, "penalty", later).await.unwrap().is_empty());
        assert!(withdrawn_since(register, "licence", now()).await.unwrap().is_empty());
    }
}

/// The documents of a list, asked for page by page.
async fn pages(register: &Register, mut query: ListQuery) -> Vec<String> {
    let mut numbers = Vec::new();
    loop {
        let page = list(register, &query).await.unwrap();
        let Some(last) = page.last() else { return numbers };
        let day = last.decided_on.map(|day| day.to_string()).unwrap_or_default();
        query.after = Some((day, last.subject.0, last.record.0));
        numbers
            .extend(page.iter().map(|it| it.payload.text("document_number").unwrap().to_owned()));
    }
}

#[tokio::test]
async fn a_list_is_paged_to_the_records_without_a_date() {
    // The amount of 0 stands for a document without a date.
    const NAME: &str = "示例甲商贸有限公司";
    const ROWS: [Row<'static>; 6] = [
        ("1", Organisation, NAME, "甲1", 100),
        ("1", Organisation, NAME, "甲2", 0),
        ("2", Organisation, NAME, "乙1", 0),
        ("2", Organisation, NAME, "乙2", 100),
        ("3", NaturalPerson, "示例某", "人1", 100),
        ("4", Organisation, NAME, "丁1", 0),
    ];
    for sample in each().await {
        let register = &sample.register;
        load(register, Mode::Changes, &ROWS).await;
        load(register, Mode::Withdraw, &ROWS[5..]).await;
        for limit in [1, 2, 9] {
            let mut numbers =
                pages(register, ListQuery { limit, ..query(date(2026, 11, 22), Timestamp::MAX) })
                    .await;
            // Which of two subjects has the greater number is the engine's affair.
            numbers[..2].sort();
            numbers[2..].sort();
            assert_eq!(numbers, ["乙2", "甲1", "乙1", "甲2"], "{limit} at a time");
        }
        let day = Some(date(2026, 11, 1));
        let later = Some(date(2026, 11, 2));
        for (from, until, count) in
            [(day, day, 2), (later, None, 0), (None, day, 2), (None, Some(date(2026, 10, 31)), 0)]
        {
            let numbers = pages(
                register,
                ListQuery { from, until, ..query(date(2026, 11, 22), Timestamp::MAX) },
            )
            .await;
            assert_eq!(numbers.len(), count, "{from:?} to {until:?}");
        }
        let department = Some("别的单位".to_owned());
        assert_eq!(
            pages(register, ListQuery { department, ..query(date(2026, 11, 22), Timestamp::MAX) })
                .await
                .len(),
            0
        );
    }
}

#[tokio::test]
async fn a_corrected_record_counts_from_its_first_version() {
    for sample in each().await {
        let register = &sample.register;
        fill(register).await;
        let (from, until) = (date(2026, 1, 1), date(2026, 12, 31));
        let found = async |department, from| {
            first_accepted(register, department, "penalty", from, until).await.unwrap()
        };
        let all = found(DEPARTMENT, from).await;
        let records: u64 = all.iter().map(|one| one.records).sum();
        assert_eq!(records, 2, "of three one was taken back: {all:?}");
        let first = all.iter().map(|one| one.accepted_at).min();
        assert!(first <= Some(now()), "the correction came later: {all:?}");
        assert_eq!(found("示例市税务局", from).await, []);
        assert_eq!(found(DEPARTMENT, until).await, []);
    }
}

#[tokio::test]
async fn what_a_department_handed_in_is_paged_to_the_records_without_a_date() {
    // The amount of 0 stands for a document without a date.
    const NAME: &str = "示例甲商贸有限公司";
    const ROWS: [Row<'static>; 3] = [
        ("1", Organisation, NAME, "甲1", 100),
        ("1", Organisation, NAME, "甲2", 0),
        ("2", Organisation, NAME, "乙1", 0),
    ];
    for sample in each().await {
        let register = &sample.register;
        load(register, Mode::Changes, &ROWS).await;
        let pages = async |until: Option<Date>, limit| {
            let (department, item) = (DEPARTMENT.to_owned(), "penalty".to_owned());
            let mut query =
                DepartmentQuery { department, item, from: None, until, after: None, limit };
            let mut days = Vec::new();
            loop {
                let mut write = register.write().await.unwrap();
                let page = of_department_noted(&mut write, &query).await.unwrap();
                let Some(last) = page.last() else { return days };
                let day = last.decided_on.map(|day| day.to_string()).unwrap_or_default();
                query.after = Some((day, last.subject.0, last.record.0));
                days.extend(page.iter().map(|version| version.decided_on));
            }
        };
        for limit in [1, 2, 9] {
            let days = pages(None, limit).await;
            assert_eq!(days, [Some(date(2026, 11, 1)), None, None], "{limit} at a time");
        }
        let days = pages(Some(date(2026, 11, 2)), 9).await;
        assert_eq!(days, [Some(date(2026, 11, 1))], "without a date on neither side of a day");
    }
}

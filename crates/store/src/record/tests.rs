use domain::subject::Kind::{NaturalPerson, Organisation};
use jiff::{SignedDuration, civil::date};

use super::*;
use crate::{
    load::Mode,
    samples::{Row, Sample, each, load, now, penalties},
    subject,
};

const NAME: &str = "示例甲商贸有限公司";

fn all() -> ListQuery {
    ListQuery {
        item: "penalty".to_owned(),
        from: None,
        until: None,
        department: None,
        after: None,
        limit: 1,
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
    const ROWS: [Row<'static>; 6] = [
        ("1", Organisation, NAME, "甲1", 100),
        ("1", Organisation, NAME, "甲2", 0),
        ("2", Organisation, NAME, "乙1", 0),
        ("2", Organisation, NAME, "乙2", 100),
        ("3", NaturalPerson, "示例某", "人1", 100),
        ("4", Organisation, NAME, "丁1", 0),
    ];
    for Sample { register, folder: _folder } in each().await {
        load(&register, Mode::Changes, &ROWS).await;
        load(&register, Mode::Withdraw, &ROWS[5..]).await;
        for limit in [1, 2, 9] {
            let mut numbers = pages(&register, ListQuery { limit, ..all() }).await;
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
            let numbers = pages(&register, ListQuery { from, until, ..all() }).await;
            assert_eq!(numbers.len(), count, "{from:?} to {until:?}");
        }
        let department = Some("别的单位".to_owned());
        assert_eq!(pages(&register, ListQuery { department, ..all() }).await.len(), 0);
    }
}

#[tokio::test]
async fn versions_are_numbered_and_know_since_when_their_record_stands() {
    let row = |fen| [("91000000000000001A", Organisation, NAME, "示罚1号", fen)];
    for Sample { register, folder: _folder } in each().await {
        let fates = [
            (Mode::Changes, 1),
            (Mode::Changes, 2),
            (Mode::Withdraw, 2),
            (Mode::Changes, 3),
            (Mode::Changes, 4),
        ];
        let mut at = Vec::new();
        for (hour, (mode, fen)) in (0..).zip(fates) {
            let then = now() + SignedDuration::from_hours(hour);
            let accepted = penalties(mode, &row(fen)).begin(&register).await.accept(&|| then).await;
            at.push(accepted.unwrap().at);
        }
        let told = |version: &Version| (version.no, version.known_from, version.first_known_from);
        let expected = [
            (1, at[0], at[0]),
            (2, at[1], at[0]),
            (3, at[2], at[0]),
            (4, at[3], at[3]),
            (5, at[4], at[3]),
        ];
        let subject = subject::find(&register, "uscc", "91000000000000001A").await.unwrap();
        let versions = of_subject(&register, subject.unwrap(), at[4]).await.unwrap();
        assert_eq!(versions.iter().map(told).collect::<Vec<_>>(), expected);
        let listed = list(&register, &all()).await.unwrap();
        assert_eq!(listed.iter().map(told).collect::<Vec<_>>(), expected[4..]);
        for (submission, expected) in (1..).map(SubmissionId).zip(expected) {
            let brought = of_submission(&register, submission, 0, 9).await.unwrap();
            assert_eq!(brought.iter().map(|(_, v)| told(v)).collect::<Vec<_>>(), [expected]);
        }
        let earlier = of_subject(&register, subject.unwrap(), at[1]).await.unwrap();
        assert_eq!(earlier.iter().map(told).collect::<Vec<_>>(), expected[..2]);
        assert_eq!(current(earlier).len(), 1);
    }
}

#[tokio::test]
async fn registrations_of_many_subjects_are_those_that_stand() {
    let codes: Vec<String> = (0..AT_ONCE + 20).map(|n| format!("{n:018}")).collect();
    let rows: Vec<Row<'_>> =
        codes.iter().map(|c| (c.as_str(), Organisation, NAME, "甲", 1)).collect();
    for Sample { register, folder: _folder } in each().await {
        load(&register, Mode::Changes, &rows).await;
        let changed = [(rows[0].0, Organisation, NAME, "甲", 2)];
        load(&register, Mode::Changes, &changed).await;
        load(&register, Mode::Withdraw, &rows[1..2]).await;
        let mut subjects = vec![SubjectId(999_999)];
        for code in codes.iter().chain(&codes[..5]) {
            subjects.extend(subject::find(&register, "uscc", code).await.unwrap());
        }
        let found = registrations(&register, &subjects, "penalty").await.unwrap();
        assert_eq!(found.len(), codes.len() - 1);
        let [first, withdrawn] = [subjects[1], subjects[2]];
        assert_eq!(found[&first].submission, SubmissionId(2));
        assert!(!found.contains_key(&withdrawn));
        assert!(registrations(&register, &subjects, "licence").await.unwrap().is_empty());
        assert!(registrations(&register, &[], "penalty").await.unwrap().is_empty());
    }
}

use domain::{
    case::{CaseKind, Turn},
    subject::Kind::Organisation,
};

use super::*;
use crate::{
    case, feed,
    load::Mode,
    record::{self, of_subject, of_subjects},
    samples::{Row, Sample, each, load, must_verify, now},
    statement, subject,
};

const ROWS: [Row<'static>; 4] = [
    ("91000000000000001A", Organisation, "示例甲商贸有限公司", "示罚1号", 100),
    ("91000000000000002B", Organisation, "示例乙商贸有限公司", "示罚2号", 200),
    ("91000000000000003C", Organisation, "示例丙商贸有限公司", "示罚3号", 300),
    ("91000000000000003C", Organisation, "示例丙商贸有限公司", "示罚4号", 400),
];

async fn id(register: &Register, row: usize) -> SubjectId {
    subject::find(register, "uscc", ROWS[row].0).await.unwrap().unwrap()
}

async fn join(register: &Register, subject: SubjectId, into: SubjectId) -> Option<MergeId> {
    let mut write = register.write().await.unwrap();
    let new = NewMerge { subject, into, pair: PairId(1), by: "account:1" };
    let made = make(&mut write, &new, now()).await.unwrap();
    write.commit().await.unwrap();
    made
}

async fn part(register: &Register, id: MergeId) -> bool {
    let mut write = register.write().await.unwrap();
    let ended = end(&mut write, id, ("account:2", "示例：认错了"), now()).await.unwrap();
    write.commit().await.unwrap();
    ended
}

/// Numbers of the documents in a subject's file, as known at an instant.
async fn documents(register: &Register, subject: SubjectId, at: Timestamp) -> Vec<String> {
    let versions = of_subject(register, subject, at).await.unwrap();
    let number = |version: &domain::record::Version| {
        version.payload.text("document_number").unwrap().to_owned()
    };
    let mut numbers: Vec<String> = versions.iter().map(number).collect();
    numbers.sort();
    numbers
}

#[tokio::test]
async fn what_is_merged_is_read_as_one_and_parted_again_exactly() {
    for Sample { register, folder: _folder } in each().await {
        load(&register, Mode::Changes, &ROWS).await;
        let [one, two, three] =
            [id(&register, 0).await, id(&register, 1).await, id(&register, 2).await];
        let before = crate::submission::newest_instant(&register).await.unwrap().unwrap();
        let first = join(&register, one, two).await.unwrap();
        assert_eq!(id(&register, 0).await, two, "both codes lead to the one that stands");
        assert_eq!(documents(&register, two, Timestamp::MAX).await, ["示罚1号", "示罚2号"]);
        let joined = subject::get(&register, two).await.unwrap().unwrap();
        assert_eq!(joined.identifiers.len(), 2);
        assert_eq!(joined.identifiers[0].1, ROWS[1].0, "its own identifiers first");
        assert_eq!(documents(&register, two, before).await, ["示罚2号"], "as it was known then");
        assert_eq!(join(&register, one, three).await, None, "it stands in another already");
        let second = join(&register, two, three).await.unwrap();
        assert_eq!(documents(&register, three, Timestamp::MAX).await.len(), 4);
        assert_eq!(root(&register, one).await.unwrap(), three);
        let many = of_subjects(&register, &[three], &["penalty"]).await.unwrap();
        assert_eq!(many[&three], of_subject(&register, three, Timestamp::MAX).await.unwrap());
        // What comes in meanwhile is kept under whoever it was asserted for.
        let late = [("91000000000000001A", Organisation, "示例甲商贸有限公司", "示罚5号", 500)];
        load(&register, Mode::Changes, &late).await;
        assert_eq!(documents(&register, three, Timestamp::MAX).await.len(), 5);
        must_verify(&register).await;
        assert!(part(&register, second).await && !part(&register, second).await);
        assert_eq!(
            documents(&register, two, Timestamp::MAX).await,
            ["示罚1号", "示罚2号", "示罚5号"],
            "who had come along goes along"
        );
        assert_eq!(documents(&register, three, Timestamp::MAX).await, ["示罚3号", "示罚4号"]);
        assert!(part(&register, first).await);
        assert_eq!(documents(&register, one, Timestamp::MAX).await, ["示罚1号", "示罚5号"]);
        assert_eq!(id(&register, 0).await, one);
        must_verify(&register).await;
    }
}

#[tokio::test]
async fn every_record_that_moved_is_told_in_the_feed() {
    for Sample { register, folder: _folder } in each().await {
        load(&register, Mode::Changes, &ROWS).await;
        let [one, three] = [id(&register, 0).await, id(&register, 2).await];
        let merge = join(&register, three, one).await.unwrap();
        let told = feed::read(&register, 5, 9).await.unwrap();
        assert_eq!(told.iter().map(|change| change.position).collect::<Vec<_>>(), [5, 6]);
        assert!(told.iter().all(|change| change.version.subject == one));
        assert!(told.iter().all(|change| change.version.held_by == three));
        assert!(part(&register, merge).await);
        let told = feed::read(&register, 5, 9).await.unwrap();
        assert_eq!(told.len(), 4);
        assert!(told.iter().all(|change| change.version.subject == three));
        let merge = get(&register, merge).await.unwrap().unwrap();
        assert_eq!(positions(&register, &merge).await.unwrap(), [vec![5, 6], vec![7, 8]]);
        let moved = records(&register, &merge).await.unwrap();
        assert_eq!(moved["penalty"].len(), 2);
        load(&register, Mode::Withdraw, &ROWS[..1]).await;
        must_verify(&register).await;
    }
}

#[tokio::test]
async fn a_record_given_for_both_stands_once() {
    for Sample { register, folder: _folder } in each().await {
        load(&register, Mode::Changes, &ROWS[..2]).await;
        let [one, two] = [id(&register, 0).await, id(&register, 1).await];
        // As if the department had given the same document for both descriptions.
        let statement = "update record_version set key = (
            select key from record_version where ordinal = 0 and submission_id = 1) where ordinal = 1";
        crate::samples::tamper(&register, statement).await;
        let merge = join(&register, one, two).await.unwrap();
        assert_eq!(documents(&register, two, Timestamp::MAX).await, ["示罚2号"]);
        let many = of_subjects(&register, &[two], &[]).await.unwrap();
        assert_eq!(many[&two].len(), 1);
        assert!(part(&register, merge).await);
        assert_eq!(documents(&register, one, Timestamp::MAX).await, ["示罚1号"]);
        // Of two, one was taken back: the other stands.
        let gone = "update record_version set withdrawn = true where ordinal = 1";
        crate::samples::tamper(&register, gone).await;
        join(&register, one, two).await.unwrap();
        assert_eq!(documents(&register, two, Timestamp::MAX).await, ["示罚1号"]);
    }
}

/// What was said and filed while two stood together stays with whoever said and filed it.
#[tokio::test]
async fn words_and_cases_part_with_whoever_they_are_of() {
    for Sample { register, folder: _folder } in each().await {
        load(&register, Mode::Changes, &ROWS).await;
        let [one, two] = [id(&register, 0).await, id(&register, 1).await];
        let record = of_subject(&register, one, Timestamp::MAX).await.unwrap()[0].record;
        let merge = join(&register, one, two).await.unwrap();
        let together = crate::submission::newest_instant(&register).await.unwrap().unwrap();
        let mut write = register.write().await.unwrap();
        statement::make(&mut write, (two, record), "示例声明", "account:1", now()).await.unwrap();
        let case = case::NewCase {
            kind: CaseKind::Repair,
            state: "filed",
            turn: Turn::Organ,
            subject: two,
            item: "penalty",
            record,
            organ: "scjg",
            opened_by: "account:1",
            at: now(),
            day: jiff::civil::date(2026, 5, 14),
            policy_version: "v",
            data: "{}",
            ends_on: None,
        };
        let (case, _) = case::open(&mut write, &case).await.unwrap().unwrap();
        write.commit().await.unwrap();
        let said = |versions: Vec<domain::record::Version>| {
            versions.into_iter().find(|version| version.record == record).unwrap().statement
        };
        let read = of_subject(&register, two, Timestamp::MAX).await.unwrap();
        assert_eq!(said(read).as_deref(), Some("示例声明"));
        assert_eq!(case::filed_for(&register, two).await.unwrap().len(), 1);
        assert!(part(&register, merge).await);
        let read = of_subject(&register, one, Timestamp::MAX).await.unwrap();
        assert_eq!(said(read), None, "another's words are not laid over it");
        let held = case::get(&register, case).await.unwrap().unwrap();
        assert_eq!((held.subject, held.filed_for), (one, two));
        assert!(case::filed_for(&register, one).await.unwrap().is_empty());
        assert_eq!(case::filed_for(&register, two).await.unwrap(), [held]);
        // The past is read as it was taken to be then.
        let then = record::of_subject_with(&register, two, Timestamp::MAX, together).await;
        assert_eq!(then.unwrap().len(), 2);
        must_verify(&register).await;
    }
}

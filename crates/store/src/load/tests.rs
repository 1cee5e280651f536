//! Loads one after the other, beside each other, given up and killed.

mod beside;
mod department;

use domain::{
    fault::{Fault, Rule},
    ids::SubmissionId,
    subject::Kind::Organisation,
};

use super::{Counts, Load, Mode, alive, missing};
use crate::{
    error::Error,
    fault, feed,
    samples::{
        Delivery, Row, Sample, begin, each, load, must_verify, now, number, penalties, tamper,
    },
    subject,
};

const A: Row<'static> = ("91000000000000001A", Organisation, "示例甲商贸有限公司", "示罚1号", 100);
const B: Row<'static> = ("91000000000000002B", Organisation, "示例乙商贸有限公司", "示罚2号", 200);
const C: Row<'static> = ("91000000000000003C", Organisation, "示例丙商贸有限公司", "示罚3号", 300);

/// The row with another amount: another version of the same record.
const fn with(row: Row<'static>, fen: i64) -> Row<'static> {
    (row.0, row.1, row.2, row.3, fen)
}

fn rules(faults: &[Fault]) -> Vec<Rule> {
    faults.iter().map(|fault| fault.rule).collect()
}

/// Created, changed, unchanged, withdrawn, rejected.
fn fates(counts: &Counts) -> [u64; 5] {
    let Counts { created, changed, unchanged, withdrawn, rejected, .. } = *counts;
    [created, changed, unchanged, withdrawn, rejected]
}

/// Loses its process: the lock is given up, and what was written stays.
fn kill(load: Load) -> SubmissionId {
    let id = load.id;
    drop(load);
    id
}

/// Clears killed loads away. On PostgreSQL the server may hold a session for a moment longer.
async fn clear(register: &crate::register::Register) {
    for _ in 0..10_000 {
        super::clear_killed(register).await.unwrap();
        let left = "select count(*) from submission where state <> 'accepted'";
        if number(register, left).await == 0 {
            return;
        }
    }
    panic!("a killed load is still held");
}

#[tokio::test]
async fn what_was_accepted_since_it_was_listed_is_not_cleared() {
    for Sample { register, folder: _folder } in each().await {
        load(&register, Mode::Changes, &[A, B]).await;
        let left = alive::clear_if_killed(&register, SubmissionId(1), u64::MAX).await.unwrap();
        assert_eq!(left, u64::MAX);
        assert_eq!(feed::read(&register, 1, 9).await.unwrap().len(), 2);
        must_verify(&register).await;
    }
}

#[tokio::test]
async fn only_a_load_under_way_is_accepted() {
    for Sample { register, folder: _folder } in each().await {
        let loading = begin(&register, Mode::Changes, &[A]).await;
        tamper(&register, "update submission set state = 'clearing'").await;
        match loading.accept(&now).await {
            Err(Error::Refused(why)) => assert!(why.contains("no longer loading"), "{why}"),
            other => panic!("accepted: {other:?}"),
        }
        assert_eq!(feed::last(&register).await.unwrap(), 0);
        assert_eq!(number(&register, "select count(*) from submission").await, 0);
        must_verify(&register).await;
    }
}

#[tokio::test]
async fn a_killed_load_leaves_nothing_that_anybody_meets() {
    for Sample { register, folder: _folder } in each().await {
        kill(begin(&register, Mode::Changes, &[A, B]).await);
        let tables = "select (select count(*) from record_version) + (select count(*) from fault)
            + (select count(*) from rejected_row) + (select count(*) from subject_name)";
        assert_ne!(number(&register, tables).await, 0);
        must_verify(&register).await;
        clear(&register).await;
        assert_eq!(number(&register, tables).await, 0);
        load(&register, Mode::Changes, &[A, B]).await;
        assert_eq!(number(&register, "select count(*) from subject").await, 2);
        must_verify(&register).await;
    }
}

#[tokio::test]
async fn a_load_under_way_is_never_cleared() {
    for Sample { register, folder: _folder } in each().await {
        let loading = begin(&register, Mode::Changes, &[A]).await;
        super::clear_killed(&register).await.unwrap();
        load(&register, Mode::Changes, &[B]).await;
        loading.accept(&now).await.unwrap();
        assert_eq!(feed::last(&register).await.unwrap(), 2);
        must_verify(&register).await;
    }
}

#[tokio::test]
async fn the_same_file_waits_for_its_own_department_alone() {
    for Sample { register, folder: _folder } in each().await {
        let delivery = penalties(Mode::Changes, &[A]);
        let loading = delivery.begin(&register).await;
        match delivery.try_open(&register).await {
            Err(Error::SameFileLoading(1)) => {}
            other => panic!("begun: {:?}", other.map(|load| load.id)),
        }
        let other = Delivery { department: "别的单位", ..delivery };
        other.try_open(&register).await.unwrap().abandon().await.unwrap();
        kill(loading);
        // Killed, it is in nobody's way, though none of its rows may be cleared away yet.
        let mut begun = delivery.try_open(&register).await;
        for _ in 0..10_000 {
            if !matches!(begun, Err(Error::SameFileLoading(_))) {
                break;
            }
            begun = delivery.try_open(&register).await;
        }
        begun.unwrap().abandon().await.unwrap();
    }
}

#[tokio::test]
async fn a_large_killed_load_is_cleared_in_parts() {
    for Sample { register, folder: _folder } in each().await {
        let id = kill(begin(&register, Mode::Changes, &[A, B, C]).await);
        let mut left = 0;
        for _ in 0..10_000 {
            left = alive::clear_if_killed(&register, id, 1).await.unwrap();
            let marked = "select count(*) from submission where state = 'clearing'";
            if number(&register, marked).await == 1 {
                break;
            }
        }
        assert_eq!((left, number(&register, "select count(*) from record_version").await), (0, 0));
        assert_ne!(number(&register, "select count(*) from rejected_row").await, 0);
        must_verify(&register).await;
        clear(&register).await;
    }
}

#[tokio::test]
async fn names_of_a_load_given_up_are_not_remembered() {
    const OTHER: Row<'static> = (A.0, Organisation, "示例甲股份有限公司", "示罚9号", 5);
    for Sample { register, folder: _folder } in each().await {
        let wrong = begin(&register, Mode::Changes, &[A]).await;
        let delivery = penalties(Mode::Changes, &[OTHER]);
        let delivery = Delivery { registration: false, ..delivery };
        let mut open = delivery.try_open(&register).await.unwrap();
        assert_eq!(rules(&delivery.write(&mut open).await), [], "not while it loads");
        open.abandon().await.unwrap();
        wrong.abandon().await.unwrap();
        let mut open = delivery.try_open(&register).await.unwrap();
        assert_eq!(rules(&delivery.write(&mut open).await), [], "nor when it is gone");
        open.accept(&now).await.unwrap();
        let later = Delivery { rows: &[A], ..delivery };
        let mut open = later.try_open(&register).await.unwrap();
        assert_eq!(rules(&later.write(&mut open).await), [Rule::NameDiffers]);
    }
}

#[tokio::test]
async fn a_withdrawal_makes_no_subject_and_keeps_what_it_sends_back() {
    for Sample { register, folder: _folder } in each().await {
        load(&register, Mode::Changes, &[A]).await;
        let rows = [B, A, with(A, 7)];
        let delivery = penalties(Mode::Withdraw, &rows);
        let mut open = delivery.try_open(&register).await.unwrap();
        let faults = delivery.write(&mut open).await;
        assert_eq!(rules(&faults), [Rule::NotFound, Rule::Duplicate]);
        let counts = open.accept(&now).await.unwrap().counts;
        assert_eq!(fates(&counts), [0, 0, 0, 1, 3]);
        assert_eq!(subject::find(&register, "uscc", B.0).await.unwrap(), None);
        let kept = fault::rejected(&register, SubmissionId(2), 0, 9).await.unwrap();
        assert_eq!(kept.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [2, 4, 5]);
        must_verify(&register).await;
    }
}

#[tokio::test]
async fn a_full_delivery_withdraws_what_it_leaves_out_of_its_own_pack() {
    for Sample { register, folder: _folder } in each().await {
        let pack = |pack, rows| Delivery { pack, ..penalties(Mode::Full, rows) };
        assert_eq!(fates(&pack(None, &[A]).load(&register).await), [1, 0, 0, 0, 1]);
        assert_eq!(fates(&pack(Some("p"), &[B, C]).load(&register).await), [2, 0, 0, 0, 1]);
        assert_eq!(fates(&pack(Some("p"), &[C]).load(&register).await), [0, 0, 1, 1, 1]);
        assert_eq!(fates(&pack(None, &[with(A, 101)]).load(&register).await), [0, 1, 0, 0, 1]);
        assert_eq!(feed::last(&register).await.unwrap(), 5);
        must_verify(&register).await;
    }
}

#[tokio::test]
async fn a_large_live_set_is_taken_back_page_by_page() {
    let codes: Vec<String> = (0..missing::PAGE + 100).map(|n| format!("{n:018}")).collect();
    let name = "示例甲商贸有限公司";
    let rows: Vec<Row<'_>> =
        codes.iter().map(|code| (code.as_str(), Organisation, name, "1", 1)).collect();
    for Sample { register, folder: _folder } in each().await {
        load(&register, Mode::Changes, &rows).await;
        let mut full = begin(&register, Mode::Full, &rows[7..9]).await;
        let all = rows.len() as u64;
        assert_eq!(full.live().await.unwrap(), all);
        assert_eq!(full.withdraw_missing().await.unwrap(), all);
        let counts = full.accept(&now).await.unwrap().counts;
        assert_eq!(fates(&counts), [0, 0, 2, all - 2, 1]);
        must_verify(&register).await;
    }
}

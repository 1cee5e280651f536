//! Two loads of an item at once: the later is settled with what the earlier brought.

use super::{A, B, C, fates, with};
use crate::{
    error::Error,
    feed,
    load::Mode,
    record,
    register::Register,
    samples::{Delivery, Row, Sample, each, must_verify, now, number, penalties},
    subject,
};

/// The amount of each record, where it stands.
async fn standing(register: &Register) -> Vec<Option<i64>> {
    let mut standing = Vec::new();
    for row in [A, B, C] {
        let subject = subject::find(register, "uscc", row.0).await.unwrap().unwrap();
        let known_at = jiff::Timestamp::MAX;
        let versions = record::of_subject(register, subject, known_at).await.unwrap();
        let last = record::current(versions).pop().filter(|version| !version.withdrawn);
        standing.push(last.map(|version| version.payload.0["fine"].as_i64().unwrap()));
    }
    standing
}

/// Both loads begin and write before the first is accepted.
async fn cross(
    what: &str,
    before: &[Row<'static>],
    first: (Mode, &[Row<'static>]),
    second: (Mode, &[Row<'static>]),
    fate: [u64; 5],
    stands: [Option<i64>; 3],
) {
    for Sample { register, folder: _folder } in each().await {
        penalties(Mode::Changes, before).load(&register).await;
        let first = penalties(first.0, first.1);
        let second = Delivery { file: 2, ..penalties(second.0, second.1) };
        let mut one = first.begin(&register).await;
        if first.mode == Mode::Full {
            one.withdraw_missing().await.unwrap();
        }
        let mut other = second.begin(&register).await;
        if second.mode == Mode::Full {
            other.withdraw_missing().await.unwrap();
        }
        one.accept(&now).await.unwrap();
        let counts = other.accept(&now).await.unwrap().counts;
        let engine = register.engine().name();
        assert_eq!(fates(&counts), fate, "{what} on {engine}");
        assert_eq!(standing(&register).await, stands, "{what} on {engine}");
        must_verify(&register).await;
    }
}

#[tokio::test]
async fn the_later_load_stands_on_what_the_earlier_brought() {
    use Mode::{Changes, Full, Withdraw};
    let (a, b, c) = (Some(100), Some(200), Some(300));
    let rows = [A, B, C];
    cross("the same", &[], (Changes, &rows), (Changes, &rows), [0, 0, 3, 0, 1], [a, b, c]).await;
    // Places that fall empty are filled from the end.
    let other = [A, with(B, 201), C];
    let fate = [0, 1, 2, 0, 1];
    cross("one differs", &[], (Changes, &rows), (Changes, &other), fate, [a, Some(201), c]).await;
    let fate = [1, 1, 1, 0, 1];
    let first = [A, with(B, 199)];
    cross("some known", &[], (Changes, &first), (Changes, &rows), fate, [a, b, c]).await;
    let changed = [with(A, 101)];
    let fate = [0, 1, 0, 0, 1];
    cross(
        "both change",
        &rows,
        (Changes, &[with(A, 99)]),
        (Changes, &changed),
        fate,
        [Some(101), b, c],
    )
    .await;
    let fate = [0, 0, 1, 0, 1];
    cross("change alike", &rows, (Changes, &changed), (Changes, &changed), fate, [Some(101), b, c])
        .await;
    let fate = [0, 0, 0, 1, 1];
    cross("withdraw", &rows, (Changes, &changed), (Withdraw, &[A]), fate, [None, b, c]).await;
    let fate = [0, 0, 1, 0, 1];
    cross("withdraw both", &rows, (Withdraw, &[A]), (Withdraw, &[A]), fate, [None, b, c]).await;
    let fate = [0, 1, 0, 0, 1];
    cross("withdrawn", &rows, (Withdraw, &[A]), (Changes, &changed), fate, [Some(101), b, c]).await;
    // Missing are B and C; C was renewed in the meantime and stays.
    let renewed = [with(C, 301)];
    let fate = [0, 0, 1, 1, 1];
    cross("full", &rows, (Changes, &renewed), (Full, &[A]), fate, [a, None, Some(301)]).await;
    let fate = [0, 0, 1, 1, 1];
    cross("full both", &rows, (Full, &[A, B]), (Full, &[A]), fate, [a, None, None]).await;
}

#[tokio::test]
async fn a_record_accepted_while_a_full_delivery_loads_is_not_missing() {
    for Sample { register, folder: _folder } in each().await {
        penalties(Mode::Changes, &[A, B]).load(&register).await;
        let mut full = penalties(Mode::Full, &[A]).begin(&register).await;
        penalties(Mode::Changes, &[C]).load(&register).await;
        assert_eq!(full.withdraw_missing().await.unwrap(), 2);
        assert_eq!(fates(&full.accept(&now).await.unwrap().counts), [0, 0, 1, 1, 1]);
        assert_eq!(standing(&register).await, [Some(100), None, Some(300)]);
        must_verify(&register).await;
    }
}

#[tokio::test]
async fn a_record_that_another_department_began_meanwhile_ends_the_load() {
    for Sample { register, folder: _folder } in each().await {
        let late = penalties(Mode::Changes, &[B, A]).begin(&register).await;
        let other = Delivery { department: "乙局", ..penalties(Mode::Changes, &[A]) };
        other.load(&register).await;
        match late.accept(&now).await {
            Err(Error::TakenMeanwhile(department)) => assert_eq!(department, "乙局"),
            other => panic!("accepted: {other:?}"),
        }
        assert_eq!(feed::last(&register).await.unwrap(), 1);
        assert_eq!(number(&register, "select count(*) from submission").await, 1);
        assert_eq!(number(&register, "select count(*) from record_version").await, 1);
        must_verify(&register).await;
    }
}

#[tokio::test]
async fn other_items_and_many_at_once_come_through() {
    for Sample { register, folder: _folder } in each().await {
        let mut loads = tokio::task::JoinSet::new();
        for n in 0..8 {
            let register = register.clone();
            loads.spawn(async move {
                let rows = [A, with(B, n), with(C, n % 2)];
                let item = if n % 2 == 0 { "penalty" } else { "licence" };
                let delivery = Delivery { item, ..penalties(Mode::Changes, &rows) };
                delivery.load(&register).await
            });
        }
        loads.join_all().await;
        must_verify(&register).await;
    }
}

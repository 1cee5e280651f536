//! A record is one department's: no other changes it or takes it back.

use domain::fault::Rule;

use super::{A, B, fates, rules, with};
use crate::{
    feed,
    load::Mode,
    samples::{DEPARTMENT, Delivery, Sample, each, must_verify, now, penalties},
};

#[tokio::test]
async fn another_departments_record_stays_in_every_mode() {
    for Sample { register, folder: _folder } in each().await {
        penalties(Mode::Changes, &[A]).load(&register).await;
        for (mode, row) in [
            (Mode::Changes, A),
            (Mode::Changes, with(A, 999)),
            (Mode::Full, with(A, 999)),
            (Mode::Withdraw, A),
        ] {
            let rows = [row, B];
            let rows = if mode == Mode::Withdraw { &rows[..1] } else { &rows[..] };
            let other = Delivery { department: "乙局", ..penalties(mode, rows) };
            let mut open = other.try_open(&register).await.unwrap();
            let faults = other.write(&mut open).await;
            assert_eq!(rules(&faults), [Rule::OtherDepartment], "{mode:?}");
            assert_eq!(faults[0].detail, DEPARTMENT.into());
            if mode == Mode::Full {
                open.withdraw_missing().await.unwrap();
            }
            let counts = open.accept(&now).await.unwrap().counts;
            assert_eq!((counts.withdrawn, counts.rejected), (0, 2), "{mode:?}");
        }
        let changes = feed::read(&register, 1, 9).await.unwrap();
        let from: Vec<&str> = changes.iter().map(|it| it.version.department.as_str()).collect();
        assert_eq!(from, [DEPARTMENT, "乙局"]);
        must_verify(&register).await;
    }
}

#[tokio::test]
async fn a_record_that_was_taken_back_is_free() {
    for Sample { register, folder: _folder } in each().await {
        penalties(Mode::Changes, &[A]).load(&register).await;
        penalties(Mode::Withdraw, &[A]).load(&register).await;
        let other = Delivery { department: "乙局", ..penalties(Mode::Changes, &[A]) };
        assert_eq!(fates(&other.load(&register).await), [0, 1, 0, 0, 1]);
        let changed = [with(A, 5)];
        let back = penalties(Mode::Changes, &changed);
        assert_eq!(fates(&back.load(&register).await), [0, 0, 0, 0, 2]);
        must_verify(&register).await;
    }
}

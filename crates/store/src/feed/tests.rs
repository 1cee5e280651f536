use domain::subject::Kind::Organisation;

use super::*;
use crate::{
    load::Mode,
    samples::{Row, Sample, begin, each, load},
};

const ROWS: [Row<'static>; 3] = [
    ("91000000000000001A", Organisation, "示例甲商贸有限公司", "示罚1号", 100),
    ("91000000000000002B", Organisation, "示例乙商贸有限公司", "示罚2号", 200),
    ("91000000000000003C", Organisation, "示例丙商贸有限公司", "示罚3号", 300),
];

#[tokio::test]
async fn changes_are_numbered_without_a_gap_and_resumed_anywhere() {
    for Sample { register, folder: _folder } in each().await {
        assert_eq!(last(&register).await.unwrap(), 0);
        load(&register, Mode::Changes, &ROWS[..2]).await;
        // Nothing changed, so nothing is in the feed; what is not accepted is not either.
        load(&register, Mode::Changes, &ROWS[..2]).await;
        let unseen = begin(&register, Mode::Withdraw, &ROWS[..1]).await;
        load(&register, Mode::Changes, &ROWS[2..]).await;
        load(&register, Mode::Withdraw, &ROWS[1..2]).await;
        assert_eq!(last(&register).await.unwrap(), 4);
        for from in 0..=5_i64 {
            for limit in 0..=4_i64 {
                let changes = read(&register, from, limit).await.unwrap();
                let positions: Vec<i64> = changes.iter().map(|change| change.position).collect();
                let from = from.max(1);
                let expected: Vec<i64> = (from..=4).take(limit as usize).collect();
                assert_eq!(positions, expected, "{limit} from {from}");
            }
        }
        let changes = read(&register, 1, 9).await.unwrap();
        let withdrawn: Vec<bool> = changes.iter().map(|change| change.version.withdrawn).collect();
        assert_eq!(withdrawn, [false, false, false, true]);
        unseen.abandon().await.unwrap();
    }
}

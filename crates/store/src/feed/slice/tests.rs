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
async fn slices_hold_every_position_once_and_tell_firsts_from_what_came_later() {
    for Sample { register, folder: _folder } in each().await {
        load(&register, Mode::Changes, &ROWS[..2]).await;
        let unseen = begin(&register, Mode::Withdraw, &ROWS[..1]).await;
        load(&register, Mode::Changes, &ROWS[2..]).await;
        load(&register, Mode::Withdraw, &ROWS[1..2]).await;
        for limit in 1..=5_i64 {
            let (mut firsts, mut later, mut next) = (Vec::new(), Vec::new(), 1);
            loop {
                let part = slice(&register, next, limit).await.unwrap();
                if part.until < next {
                    break;
                }
                next = part.until + 1;
                firsts.extend(part.firsts.iter().map(|first| first.position));
                later.extend(part.later.iter().map(|later| later.position));
            }
            firsts.sort_unstable();
            assert_eq!((firsts, later), (vec![1, 2, 3], vec![4]), "{limit} at once");
        }
        unseen.abandon().await.unwrap();
    }
}

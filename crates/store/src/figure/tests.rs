use jiff::civil::date;

use super::*;
use crate::samples::{Sample, each, now};

#[tokio::test]
async fn the_newest_day_not_later_is_told() {
    for Sample { register, folder: _folder } in each().await {
        assert_eq!(latest(&register, date(2026, 11, 22)).await.unwrap(), None);
        let figure = |item: &str, began| Figure {
            item: item.to_owned(),
            began,
            ended: 2,
            published: 3,
            computed_at: now(),
        };
        for (day, item, began) in [(20, "penalty", 1), (21, "penalty", 5), (21, "penalty", 6)] {
            replace(&register, date(2026, 11, day), &figure(item, began)).await.unwrap();
        }
        let told = |day| latest(&register, date(2026, 11, day));
        let on = |day, began| Some((date(2026, 11, day), vec![figure("penalty", began)]));
        assert_eq!(told(19).await.unwrap(), None);
        assert_eq!(told(20).await.unwrap(), on(20, 1));
        assert_eq!(told(25).await.unwrap(), on(21, 6));
    }
}

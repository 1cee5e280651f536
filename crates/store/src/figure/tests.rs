use jiff::civil::date;

use super::*;
use crate::samples::{each, now};

#[tokio::test]
async fn the_newest_figures_of_each_item_count() {
    for sample in each().await {
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
            replace(register, &one).await.unwrap();
        }
        let mut newest = latest(register, date(2026, 11, 22)).await.unwrap();
        newest.sort_by(|one, other| one.item.cmp(&other.item));
        assert_eq!(newest, [figure(21, "a", 4), figure(20, "b", 3)]);
        let newest = latest(register, date(2026, 11, 20)).await.unwrap();
        assert_eq!(newest.iter().map(|one| one.published).sum::<i64>(), 4);
    }
}

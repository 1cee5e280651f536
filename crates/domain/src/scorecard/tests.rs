use proptest::prelude::*;

use super::{samples::card, *};

fn value(indicator: usize, value: i64) -> Value {
    Value { indicator, value, records: vec![7] }
}

#[test]
fn a_subject_of_which_nothing_is_known_has_where_each_dimension_starts() {
    let score = card().score(Vec::new());
    assert_eq!((score.total, score.grade), (880, 0));
    assert_eq!(score.dimensions, [100, 60]);
    assert!(score.points.is_empty());
}

#[test]
fn points_are_weighted_by_their_dimension_and_held_between_none_and_all() {
    let score = card().score(vec![value(0, 2), value(2, 3)]);
    assert_eq!(score.dimensions, [70, 100]);
    assert_eq!((score.total, score.grade), (790, 1));
    assert_eq!(score.points[0].band, 1);
    assert_eq!(score.points[0].records, [7]);
}

#[test]
fn a_band_may_bar_the_better_grades_and_never_lifts_one() {
    let score = card().score(vec![value(1, 1), value(2, 1)]);
    assert_eq!(score.total, 815);
    assert_eq!(score.grade, 3);
}

#[test]
fn a_value_falls_in_the_last_band_it_has_reached() {
    let of = &card().indicators[0];
    assert_eq!([i64::MIN, 0, 1, 2, 9].map(|value| of.band(value)), [0, 0, 0, 1, 1]);
}

#[test]
fn a_card_for_an_industry_is_for_those_whose_code_begins_so() {
    let mut card = card();
    card.industries = vec!["E".to_owned(), "47".to_owned()];
    let organisation = subject::Kind::Organisation;
    assert!(card.is_for(organisation, Some("4710")));
    assert!(!card.is_for(organisation, Some("5411")));
    assert!(!card.is_for(organisation, None));
    assert!(!card.is_for(subject::Kind::NaturalPerson, Some("4710")));
}

proptest! {
    #[test]
    fn a_total_stays_within_its_range_and_more_points_never_make_it_less(
        values in prop::collection::vec(0..5_i64, 3),
    ) {
        let all: Vec<Value> = values.iter().enumerate().map(|(at, &one)| value(at, one)).collect();
        let score = card().score(all.clone());
        prop_assert!((0..=1000).contains(&score.total));
        let without_penalties = card().score(all[1..].to_vec());
        prop_assert!(without_penalties.total >= score.total);
    }
}

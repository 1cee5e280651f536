use jiff::civil::date;

use super::*;
use crate::scorecard::{Value, samples};

const TERMS: Terms = Terms { old_before: date(2025, 1, 1), small_below: 500, objections: 500 };

fn values() -> Vec<Value> {
    vec![
        Value { indicator: 0, value: 2, records: vec![7, 9] },
        Value { indicator: 2, value: 1, records: vec![8] },
    ]
}

fn moved(candidate: &Card, dated: &[(i64, Date)]) -> Option<Mover> {
    let live = samples::card();
    let (before, after) = (live.score(values()), candidate.score(values()));
    let dated = dated.iter().copied().collect();
    decide(
        1,
        Some(Scored { card: &live, score: &before }),
        Some(Scored { card: candidate, score: &after }),
        &dated,
        &TERMS,
    )
}

#[test]
fn the_same_card_moves_nobody() {
    assert_eq!(moved(&samples::card(), &[]), None);
}

#[test]
fn who_gets_worse_for_nothing_but_old_facts_is_told() {
    let mut candidate = samples::card();
    candidate.indicators[0].bands[1].points = -90;
    let old = [(7, date(2024, 3, 1)), (9, date(2024, 12, 31))];
    let mover = moved(&candidate, &old).unwrap();
    assert_eq!((mover.direction, mover.old_only), (Direction::Worse, true));
    assert_eq!(mover.why.len(), 1);
    assert_eq!((mover.why[0].before, mover.why[0].after), (-30 * 700, -90 * 700));
    let recent = [(7, date(2024, 3, 1)), (9, date(2025, 1, 1))];
    assert!(!moved(&candidate, &recent).unwrap().old_only);
}

#[test]
fn another_total_in_the_same_grade_is_neither_better_nor_worse() {
    let mut candidate = samples::card();
    candidate.indicators[0].bands[1].points = -31;
    assert_eq!(moved(&candidate, &[]).unwrap().direction, Direction::Same);
}

#[test]
fn movers_are_counted_by_size_district_and_industry() {
    let mut candidate = samples::card();
    candidate.indicators[0].bands[1].points = -90;
    let mover = moved(&candidate, &[]).unwrap();
    let mut summary = Summary::default();
    let small = Firm {
        district: Some("419901".to_owned()),
        industry: Some("F51".to_owned()),
        registered_capital: Some(499),
    };
    summary.add(&small, None, Some(&mover), &TERMS);
    summary.add(&small, None, Some(&mover), &TERMS);
    let large = Firm { registered_capital: Some(500), ..Firm::default() };
    summary.add(&large, mover.before.as_ref(), None, &TERMS);
    assert_eq!((summary.subjects, summary.moved, summary.worse), (3, 2, 2));
    assert_eq!(summary.objections, 1);
    assert_eq!(summary.sizes[&Size::Small], Group { subjects: 2, better: 0, worse: 2 });
    assert_eq!(summary.sizes[&Size::Large].worse, 0);
    assert_eq!(summary.industries["F"].subjects, 2);
    let (was, is) = (mover.before.unwrap().grade, mover.after.unwrap().grade);
    assert_eq!(summary.passages[&was][&is], 2);
    assert_eq!(summary.passages[&was][&was], 1);
}

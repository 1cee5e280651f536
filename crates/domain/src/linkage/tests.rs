use proptest::prelude::*;

use super::{
    model::{Field, Level, Measure, Model, Odds, Unusable},
    score::{Pattern, Score, Scorer},
    value::{Prepared, Value},
    veto::Marks,
    *,
};
use crate::{
    identifier::uscc::UnifiedCode,
    name::{forms::Forms, parts::Parts},
};

const MEASURES: [Measure; 7] = [
    Measure::Equal,
    Measure::JaroWinkler,
    Measure::Edit,
    Measure::Bigrams,
    Measure::Words,
    Measure::Contained,
    Measure::Near,
];

fn model(measures: &[Measure]) -> Model {
    let field = |measure: &Measure| Field {
        name: format!("{measure:?}"),
        measure: *measure,
        rarest: Some(0.001),
        levels: vec![
            Level { at_least: 1.0, odds: Odds { m: 0.8, u: 0.001 } },
            Level { at_least: 0.8, odds: Odds { m: 0.15, u: 0.009 } },
        ],
        unlike: Odds { m: 0.05, u: 0.99 },
    };
    Model { id: "test".to_owned(), share: 0.001, fields: measures.iter().map(field).collect() }
}

fn prepared(measures: &[Measure], texts: &[String]) -> Prepared {
    let value = |(measure, text): (&Measure, &String)| {
        Value::new(*measure, text, 0.0, &mut |_| 1.0).into_iter().collect()
    };
    let fields = measures.iter().zip(texts).map(value).collect();
    Prepared { fields, marks: Marks::default() }
}

fn score_of(measure: Measure, one: &str, other: &str) -> f32 {
    let model = model(&[measure]);
    let scorer = Scorer::new(&model).expect("a usable model");
    let [one, other] = [one, other].map(|text| prepared(&[measure], &[text.to_owned()]));
    scorer.score(&one, &other).bits
        - Scorer::new(&model).expect("usable").score(&Prepared::default(), &one).bits
}

#[test]
fn a_field_speaks_by_its_level() {
    // Equal: log2(0.8 / 0.001), the value as rare as any.
    let rows = [
        (Measure::Equal, "示例", "示例", 9.68),
        (Measure::Equal, "示例", "示范", -4.31),
        (Measure::JaroWinkler, "EXAMPLE", "EXAMPEL", 4.06),
        (Measure::Edit, "EXAMPLE", "EXEMPLE", 4.06),
        (Measure::Edit, "EXAMPLE", "SOMETHING", -4.31),
        (Measure::Bigrams, "示例东方商贸中心", "示例东方商贸中", 4.06),
        (Measure::Words, "EXAMPLE EAST SCHOOL", "SCHOOL EXAMPLE EAST", 4.06),
        (Measure::Contained, "EXAMPLE SCHOOL", "DEPARTMENT OF EXAMPLE SCHOOL", 4.06),
        (Measure::Near, "41.94335 -87.64499", "41.94335 -87.64489", 4.06),
        (Measure::Near, "41.94335 -87.64499", "41.99335 -87.64499", -4.31),
        (Measure::Equal, "示例", "", 0.0),
    ];
    for (measure, one, other, expected) in rows {
        let bits = score_of(measure, one, other);
        // Words in another order are wholly alike without being equal.
        let whole = (bits - 9.64).abs() < 0.1;
        assert!(
            (bits - expected).abs() < 0.1 || (whole && 0.0 < expected),
            "{measure:?} {one} {other}: {bits}"
        );
    }
}

#[test]
fn an_unusual_value_speaks_more_than_a_usual_one() {
    let model = model(&[Measure::Equal]);
    let scorer = Scorer::new(&model).expect("a usable model");
    let of = |others: f32| {
        let value = Value::new(Measure::Equal, "示例", others, &mut |_| 1.0);
        let one =
            Prepared { fields: [value.into_iter().collect()].into(), marks: Marks::default() };
        scorer.score(&one, &one).bits
    };
    // Three times as common as the rarest: a quarter of the chance, two bits.
    assert!((of(0.0) - of(0.003) - 2.0).abs() < 0.001);
}

#[test]
fn an_explanation_adds_up_and_says_what_speaks_against() {
    let measures = [Measure::Equal, Measure::Edit, Measure::Bigrams];
    let model = model(&measures);
    let scorer = Scorer::new(&model).expect("a usable model");
    let one = prepared(&measures, &["1".to_owned(), "EXAMPLE".to_owned(), String::new()]);
    let other = prepared(&measures, &["2".to_owned(), "EXEMPLE".to_owned(), "示例".to_owned()]);
    let explanation = scorer.explain(&one, &other);
    let sum: f32 = explanation.reasons.iter().map(|reason| reason.bits).sum();
    assert!((sum + explanation.prior - scorer.score(&one, &other).bits).abs() < 0.001);
    let expected = "  -4.31  Equal: unlike\n  +4.06  Edit: alike, 0.8\n  +0.00  Bigrams: missing\n  -9.96  any pair";
    assert_eq!(explanation.to_string(), expected);
}

#[test]
fn vetoes_are_told_by_marks() {
    let code = |text: &str| {
        let mut marks = Marks::default();
        marks.set_code(&UnifiedCode::parse(text).expect("a valid code"));
        marks
    };
    let account = |text: &str| {
        let mut marks = Marks::default();
        marks.set_account(text);
        marks
    };
    let named = |branch: bool, number: Option<u32>| Marks {
        depth: Some(u8::from(branch)),
        number,
        ..Marks::default()
    };
    let person = |is_person| Marks { is_person: Some(is_person), ..Marks::default() };
    let held = |register| Marks { register: Some(register), ..Marks::default() };
    let [first, second] = ["91110000600037341L", "91330106673959654P"];
    let rows = [
        (code(first), code(first), None),
        (code(first), code(second), Some(Veto::OtherCode)),
        (code(first), Marks::default(), None),
        (account("63759"), account("207283"), Some(Veto::OtherAccount)),
        (account("63759"), account(""), None),
        (named(true, None), named(false, None), Some(Veto::BranchAndParent)),
        (named(true, Some(1)), named(true, Some(2)), Some(Veto::OtherNumber)),
        (named(true, Some(1)), named(true, None), None),
        (person(true), person(false), Some(Veto::PersonAndOrganisation)),
        (held(1), held(1), Some(Veto::OneRegister)),
        (held(1), held(2), None),
        (Marks::of(&Parts::default()), named(true, None), None),
    ];
    for (one, other, expected) in rows {
        assert_eq!(one.veto(&other), expected, "{one:?} {other:?}");
        assert_eq!(other.veto(&one), expected, "the other way round: {one:?} {other:?}");
    }
}

#[test]
fn names_of_one_writing_give_their_marks() {
    let forms = Forms::default();
    assert_eq!(Marks::of(&forms.parts("EXAMPLE")).depth, Some(0));
}

#[test]
fn a_model_that_cannot_be_used_says_all_that_is_wrong() {
    let mut broken = model(&[Measure::Equal]);
    broken.share = 2.0;
    broken.fields[0].levels.reverse();
    broken.fields[0].unlike.u = 1.5;
    let name = || "Equal".to_owned();
    let faults = vec![Unusable::Share, Unusable::Levels(name()), Unusable::Odds(name())];
    assert_eq!(broken.check(), faults);
    assert_eq!(model(&[]).check(), [Unusable::Fields(0)]);
}

#[test]
fn a_version_names_the_parameters() {
    let one = model(&[Measure::Edit]);
    let text = serde_json::to_string(&one).expect("JSON");
    let read: Model = serde_json::from_str(&text).expect("the same model");
    assert_eq!((&read, read.version()), (&one, one.version()));
    let mut other = one.clone();
    other.share = 0.002;
    assert_ne!(one.version(), other.version());
}

proptest! {
    #[test]
    fn a_vetoed_pair_is_never_the_same(bits in -50.0f32..500.0, same in -10.0f32..50.0) {
        let score = Score { bits, pattern: Pattern::default() };
        let thresholds = Thresholds { same, review: same - 5.0 };
        let veto = Some(Veto::OtherCode);
        prop_assert_eq!(decide(score, veto, thresholds), Verdict::Different(veto));
        let free = decide(score, None, thresholds);
        prop_assert_eq!(free == Verdict::Same, same <= bits);
    }

    #[test]
    fn scoring_is_symmetric(one in texts(), other in texts()) {
        let model = model(&MEASURES);
        let scorer = Scorer::new(&model).expect("a usable model");
        let (one, other) = (prepared(&MEASURES, &one), prepared(&MEASURES, &other));
        let (there, back) = (scorer.score(&one, &other), scorer.score(&other, &one));
        prop_assert_eq!(there.pattern, back.pattern);
        prop_assert!((there.bits - back.bits).abs() < 0.001);
        // Stopping early changes no score, and stops for none that is enough.
        prop_assert_eq!(scorer.at_least(&one, &other, there.bits), Some(there));
        prop_assert_eq!(scorer.at_least(&one, &other, there.bits + 0.1), None);
    }

    #[test]
    fn a_name_taken_apart_has_a_core(name in "[示例东方商贸店(){}第一二1-9A-Z &.]{1,24}") {
        let parts = Forms::default().parts(&name);
        prop_assert_eq!(parts.core.is_empty(), parts.key.is_empty());
    }
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof!["[A-D]{0,6}( [A-D]{1,5}){0,3}", "[示例东方商贸]{0,8}"];
    let point = "4[0-2]\\.[0-9]{4} -87\\.[0-9]{4}";
    (proptest::collection::vec(word, 6), point).prop_map(|(mut texts, point)| {
        texts.push(point);
        texts
    })
}

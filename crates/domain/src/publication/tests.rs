//! Decisions on made-up items: what the golden cases of `policy/cases` cannot reach.

use jiff::civil::date;
use serde_json::{Value, json};

use super::*;
use crate::{
    catalogue::{Cycle, Field, PublicationRule, Required, Roles, Section},
    disclosure::Disclosure,
    parameter::{Dated, Parameter, Unit},
};

fn reference(article: &str, verified: bool) -> Reference {
    Reference { instrument: "《条例》".to_owned(), article: article.to_owned(), verified }
}

fn field(name: &str, kind: FieldKind, verdict: Verdict) -> Field {
    Field {
        code: name.to_uppercase(),
        aliases: Vec::new(),
        name: name.to_owned(),
        label: Text::new(name, name),
        kind,
        max: None,
        required: Required::Never,
        empty_when: Vec::new(),
        disclosure: Disclosure::new("class".to_owned(), [verdict; 5]),
    }
}

fn item(fields: Vec<Field>, roles: Roles, publication: PublicationRule) -> Item {
    Item {
        id: "sample".into(),
        label: Text::default(),
        about: Text::default(),
        section: Section::Penalties,
        polarity: Polarity::Negative,
        openness: Openness::Public,
        cycle: Cycle::Event,
        zero_report: Cycle::Event,
        providers: Vec::new(),
        subject_kinds: Vec::new(),
        fields,
        natural_key: Vec::new(),
        without_code: false,
        roles,
        checks: Vec::new(),
        publication,
        basis: vec![Dated {
            from: date(2000, 1, 1),
            until: None,
            value: (),
            reference: reference("basis", true),
        }],
        category: String::new(),
        timeliness: None,
        filter: None,
        contrary: Vec::new(),
    }
}

fn penalty() -> Item {
    let fields = vec![
        field("kinds", FieldKind::Codes { list: "kinds".to_owned() }, Verdict::Show),
        field("by_flag", FieldKind::Flag, Verdict::Show),
        field("removed_on", FieldKind::Date, Verdict::Show),
    ];
    let roles = Roles {
        penalty_kinds: Some(0),
        simplified_procedure: Some(1),
        removed_on: Some(2),
        ..Roles::default()
    };
    item(fields, roles, PublicationRule::Classified { when: Vec::new() })
}

fn class(id: &str, published: bool, minimum_months: i64, maximum_months: i64) -> Class {
    let (label, reference) = (Text::new(id, id), reference("class", true));
    Class {
        id: id.to_owned(),
        label,
        published,
        minimum_months,
        repairable: id != "barred",
        maximum_months,
        reference,
    }
}

fn term() -> Parameter {
    Parameter {
        key: "term".to_owned(),
        label: Text::default(),
        unit: Unit::Months,
        values: vec![Dated {
            from: date(2000, 1, 1),
            until: None,
            value: 24,
            reference: reference("term", false),
        }],
    }
}

/// 1 and 2 are light, 3 is general, 3? nobody has compared, 8 is barred from repair; x is 3 or 8.
fn policy() -> Policy {
    let kind = |code: &str, position, verified| {
        let reference = reference("kind", verified);
        (code.to_owned(), Classification::Class { position, reference })
    };
    let mut kinds = BTreeMap::from([
        kind("1", 0, true),
        kind("3", 1, true),
        kind("3?", 1, false),
        kind("8", 2, true),
    ]);
    kinds.insert("x".to_owned(), Classification::Unclassifiable { heaviest: 2 });
    kinds.insert("y".to_owned(), Classification::Unclassifiable { heaviest: 1 });
    let generation = Generation {
        id: "now".to_owned(),
        label: Text::new("现行", "now"),
        from: date(2026, 4, 1),
        until: None,
        reference: reference("generation", true),
        classes: vec![
            class("light", false, 0, 3),
            class("general", true, 3, 12),
            class("barred", true, 36, 36),
        ],
        kinds,
        simplified: Some(Simplified {
            class: 0,
            kinds: BTreeSet::from(["1".to_owned(), "3".to_owned()]),
        }),
    };
    Policy {
        version: String::new(),
        items: BTreeMap::new(),
        codes: BTreeMap::new(),
        disclosures: Vec::new(),
        parameters: BTreeMap::from([("term".to_owned(), term())]),
        matters: Vec::new(),
        names: std::sync::Arc::default(),
        linkages: Vec::new(),
        lists: Vec::new(),
        templates: Vec::new(),
        measures: Vec::new(),
        cards: Vec::new(),
        notices: Vec::new(),
        deadlines: Vec::new(),
        generations: vec![generation],
        calendar: std::sync::Arc::new(crate::calendar::Calendar::default()),
        packs: BTreeMap::new(),
        places: BTreeMap::new(),
        common_passwords: Vec::new(),
        placeholders: Vec::new(),
        permanent: Vec::new(),
    }
}

fn payload(value: Value) -> Payload {
    serde_json::from_value(value).unwrap()
}

fn facts<'a>(item: &'a Item, payload: &'a Payload) -> Facts<'a> {
    let decided = date(2026, 5, 14);
    Facts {
        item,
        payload,
        subject_kind: subject::Kind::Organisation,
        subject_ended: false,
        decided_on: Some(decided),
        effective_until: None,
        known_from: decided,
        withdrawn: false,
        standings: Vec::new(),
    }
}

fn decide_on(item: &Item, value: Value, today: Date) -> Publication {
    decide(&policy(), &facts(item, &payload(value)), today)
}

fn class_of(kinds: &[&str]) -> Result<String, Withheld> {
    let decision = decide_on(&penalty(), json!({ "kinds": kinds }), date(2026, 6, 1));
    match decision {
        Publication::Public(published) => Ok(published.severity.unwrap().class_id),
        Publication::Withheld(withheld) => Err(withheld),
    }
}

#[test]
fn trap_14_a_merged_kind_does_no_harm_where_it_cannot_be_the_heaviest() {
    for (kinds, expected) in [
        (&["8", "x"][..], Ok("barred")),
        (&["x", "8"], Ok("barred")),
        (&["3", "y"], Ok("general")),
        (&["3", "x"], Err(Withheld::Unclassified)),
        (&["1", "y"], Err(Withheld::Unclassified)),
        (&["x"], Err(Withheld::Unclassified)),
        (&["8", "unknown"], Err(Withheld::Unclassified)),
        (&[], Err(Withheld::Unclassified)),
    ] {
        assert_eq!(class_of(kinds), expected.map(str::to_owned), "{kinds:?}");
    }
}

#[test]
fn trap_14_the_severity_names_class_and_generation_by_id() {
    let decision = decide_on(&penalty(), json!({ "kinds": ["3"] }), date(2026, 6, 1));
    let Publication::Public(published) = decision else { panic!("{decision:?}") };
    let severity = published.severity.unwrap();
    assert_eq!((&*severity.class_id, &*severity.generation_id), ("general", "now"));
    assert_eq!(severity.repair_from, Some(date(2026, 8, 14)));
}

#[test]
fn repair_that_is_barred_has_no_first_day() {
    let decision = decide_on(&penalty(), json!({ "kinds": ["8"] }), date(2026, 6, 1));
    let Publication::Public(published) = decision else { panic!("{decision:?}") };
    assert_eq!(published.severity.unwrap().repair_from, None);
}

#[test]
fn a_kind_nobody_has_compared_with_the_text_reaches_the_decision() {
    for kinds in [["3", "3?"], ["3?", "3"], ["1", "3?"]] {
        let decision = decide_on(&penalty(), json!({ "kinds": kinds }), date(2026, 6, 1));
        let Publication::Public(published) = decision else { panic!("{decision:?}") };
        let unverified: Vec<_> = published.references.iter().filter(|one| !one.verified).collect();
        assert_eq!(unverified, [&reference("kind", false)], "{kinds:?}");
    }
}

#[test]
fn a_simplified_procedure_beside_a_heavier_kind_is_for_a_person() {
    for (kinds, expected) in [
        (json!(["3"]), "light"),
        (json!(["1", "3"]), "light"),
        (json!(["8"]), "unclassified"),
        (json!(["3", "8"]), "unclassified"),
        (json!([]), "unclassified"),
    ] {
        let value = json!({ "kinds": kinds, "by_flag": true });
        let decision = decide_on(&penalty(), value, date(2026, 6, 1));
        let found = match &decision {
            Publication::Withheld(Withheld::Slight { class, .. }) => &class.zh,
            Publication::Withheld(Withheld::Unclassified) => "unclassified",
            _ => panic!("{decision:?}"),
        };
        assert_eq!(found, expected, "{kinds}");
    }
}

#[test]
fn the_day_of_removal_is_public_no_longer() {
    let value = || json!({ "kinds": ["3"], "removed_on": "2026-06-10" });
    let until = |today| match decide_on(&penalty(), value(), today) {
        Publication::Public(published) => Ok(published.until),
        Publication::Withheld(withheld) => Err(withheld),
    };
    assert_eq!(until(date(2026, 6, 9)), Ok(Some(date(2026, 6, 9))));
    assert_eq!(until(date(2026, 6, 10)), Err(Withheld::Removed { on: date(2026, 6, 10) }));
    assert_eq!(until(date(2027, 8, 1)), Err(Withheld::Removed { on: date(2026, 6, 10) }));
}

#[test]
fn an_own_end_prevails_where_the_item_says_so() {
    let last_day = |own_end_prevails, own: Option<Date>| {
        let (parameter, when) = ("term".to_owned(), Vec::new());
        let rule = PublicationRule::Term { parameter, own_end_prevails, when };
        let (item, payload) = (item(Vec::new(), Roles::default(), rule), Payload::default());
        let facts = Facts { effective_until: own, ..facts(&item, &payload) };
        match decide(&policy(), &facts, date(2026, 6, 1)) {
            Publication::Public(published) => published.until,
            Publication::Withheld(withheld) => panic!("{withheld:?}"),
        }
    };
    let (sooner, later) = (Some(date(2027, 1, 1)), Some(date(2031, 1, 1)));
    let term = Some(date(2028, 5, 14));
    assert_eq!([last_day(false, None), last_day(true, None)], [term, term]);
    assert_eq!([last_day(false, sooner), last_day(true, sooner)], [sooner, sooner]);
    assert_eq!([last_day(false, later), last_day(true, later)], [term, later]);
}

#[test]
fn a_masked_figure_label_or_date_is_stars_and_a_masked_text_keeps_its_ends() {
    let coded = FieldKind::Code { list: "states".to_owned() };
    for (kind, value, expected) in [
        (FieldKind::Text, json!("示例某某"), "示**某"),
        (FieldKind::MoneyYuan, json!(123_456), "******"),
        (FieldKind::Integer, json!(18), "******"),
        (FieldKind::Flag, json!(true), "******"),
        (FieldKind::Date, json!("2026-05-14"), "******"),
        (coded, json!("arrears"), "******"),
        (FieldKind::PersonId, json!({ "s": "sealed", "h": "hash" }), "******"),
    ] {
        let fields = vec![field("value", kind.clone(), Verdict::Mask)];
        let item = item(fields, Roles::default(), PublicationRule::Never);
        let payload = payload(json!({ "value": value }));
        let shown = disclose(&policy(), &item, &payload, Audience::Auditor, Lang::Zh);
        let shown = &shown.get()[0];
        assert_eq!((&*shown.value, &shown.data), (expected, &json!(expected)), "{kind:?}");
        assert!(shown.masked);
    }
}

#[test]
fn a_sealed_value_is_stars_whatever_the_class_says() {
    let fields = vec![field("person_id", FieldKind::PersonId, Verdict::Show)];
    let item = item(fields, Roles::default(), PublicationRule::Never);
    let payload = payload(json!({ "person_id": { "s": "sealed", "h": "hash" } }));
    let shown = disclose(&policy(), &item, &payload, Audience::Subject, Lang::Zh);
    assert_eq!(shown.get()[0].value, "******");
    assert!(!serde_json::to_string(&shown).unwrap().contains("hash"));
}

#[test]
fn an_item_is_disclosed_to_the_audiences_it_is_open_to() {
    let open_to = |openness| {
        let fields = vec![
            field("shown", FieldKind::Text, Verdict::Show),
            field("withheld", FieldKind::Text, Verdict::Withhold),
        ];
        let rule = PublicationRule::Standing { when: Vec::new() };
        let item = Item { openness, ..item(fields, Roles::default(), rule) };
        let payload = payload(json!({ "shown": "a", "withheld": "b" }));
        Audience::ALL
            .map(|audience| disclose(&policy(), &item, &payload, audience, Lang::Zh).get().len())
    };
    // Public, subject, consent, officer, auditor.
    assert_eq!(open_to(Openness::Public), [1, 1, 1, 1, 1]);
    assert_eq!(open_to(Openness::Shared), [0, 1, 1, 1, 1]);
    assert_eq!(open_to(Openness::Authorised), [0, 1, 1, 0, 1]);
}

#[test]
fn values_are_shown_in_words() {
    for (kind, value, expected) in [
        (FieldKind::MoneyWan, json!(200_000), "2,000.00 元"),
        (FieldKind::Flag, json!(false), "否"),
        (FieldKind::Codes { list: "none".to_owned() }, json!(["1", "2"]), "1；2"),
        (FieldKind::Integer, json!(7), "7"),
    ] {
        let shown = show::text(&policy(), &field("value", kind, Verdict::Show), &value, Lang::Zh);
        assert_eq!(shown, expected);
    }
}

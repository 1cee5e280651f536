//! What the law of this repository says, where no golden case can say it.

use std::{path::Path, sync::LazyLock};

use domain::{
    catalogue::{Item, Openness, PublicationRule, Required},
    check::CheckRule,
    condition::Test,
    disclosure::{Audience, Verdict},
    fault::Level,
    parameter::Unit,
    policy::Policy,
};
use jiff::civil::date;

use crate::load;

static POLICY: LazyLock<Policy> =
    LazyLock::new(|| load(Path::new("../../policy")).policy.expect("a policy without faults"));

fn items() -> impl Iterator<Item = &'static Item> {
    POLICY.items.values().map(|item| &**item)
}

#[test]
fn a_tax_number_that_may_be_its_owners_identity_number_is_shown_to_nobody() {
    let mut seen = 0;
    for item in items() {
        let Some(position) = item.position("subject_tax_no") else { continue };
        seen += 1;
        let class = &item.fields[position].disclosure;
        let verdicts = Audience::ALL.map(|audience| class.verdict(audience));
        let [readers @ .., auditor] = verdicts;
        assert_eq!((readers, auditor), ([Verdict::Withhold; 4], Verdict::Mask), "{}", item.id);
        let searched = item.checks.iter().any(|check| match &check.rule {
            CheckRule::PersonalData { fields } => {
                check.level == Level::Error && fields.contains(&position)
            }
            _ => false,
        });
        assert!(searched, "{}: no check personal_data of the tax number", item.id);
    }
    assert_eq!(seen, 6);
}

#[test]
fn a_penalty_on_a_person_says_whether_the_procedure_was_simplified() {
    let penalty = &POLICY.items["penalty"];
    let flag = &penalty.fields[penalty.roles.simplified_procedure.expect("the role")];
    let Required::When(groups) = &flag.required else { panic!("{:?}", flag.required) };
    let [group] = groups.as_slice() else { panic!("{groups:?}") };
    assert_eq!(group[0].test, Test::Is(vec!["natural_person".to_owned()]));
}

#[test]
fn trap_08_the_refusal_of_henan_stands_at_its_places() {
    for place in POLICY.places.values() {
        let [check] = place.checks["penalty"].as_slice() else { panic!("{}", place.id) };
        let CheckRule::Refuse { reference, .. } = &check.rule else { panic!("{check:?}") };
        assert_eq!(reference.article, "第十三条末款");
        assert!(reference.verified && check.in_force(date(2026, 4, 1)));
    }
}

#[test]
fn trap_16_minors_are_refused_by_the_age_of_the_day() {
    for item in items() {
        for check in &item.checks {
            let CheckRule::Minor { age, .. } = &check.rule else { continue };
            assert_eq!(age.key, "age.adult");
            let on = [date(1980, 1, 1), date(2019, 1, 1), date(2026, 1, 1)];
            assert_eq!(on.map(|day| age.nearest(day)), [Some(18); 3]);
        }
    }
}

#[test]
fn trap_18_a_record_is_due_by_the_parameter_its_item_names() {
    let named: Vec<(&str, &str)> =
        items().filter_map(|item| Some((&*item.id, item.timeliness.as_deref()?))).collect();
    let key = "timeliness.double_publicity";
    assert_eq!(named, [("licence", key), ("penalty", key)]);
    let limit = |day| POLICY.parameter(key, day).map(|limit| limit.value);
    assert_eq!([limit(date(2015, 6, 23)), limit(date(2015, 6, 24))], [None, Some(7)]);
    for key in ["timeliness.take_down", "timeliness.market_take_down"] {
        assert_eq!(POLICY.parameters[key].unit, Unit::WorkingDays, "{key}");
    }
}

#[test]
fn every_public_item_has_a_filter_the_public_may_read() {
    for item in items().filter(|item| item.openness == Openness::Public) {
        let field = &item.fields[item.filter.expect("a filter")];
        assert_eq!(field.disclosure.verdict(Audience::Public), Verdict::Show, "{}", item.id);
    }
}

#[test]
fn what_lies_outside_the_catalogue_takes_no_subject_of_this_country() {
    let foreign = &POLICY.items["foreign_list"];
    assert_eq!(foreign.publication, PublicationRule::Never);
    let uscc = foreign.roles.subject_uscc.expect("the role");
    let refused = foreign.checks.iter().any(|check| match &check.rule {
        CheckRule::Refuse { when, .. } => when.len() == 1 && when[0].field == uscc,
        _ => false,
    });
    assert!(refused);
}

#[test]
fn a_real_city_has_its_departments_by_name_and_no_invented_code() {
    let place = &POLICY.places["pingdingshan"];
    assert!(place.departments.iter().all(|department| department.uscc.is_none()));
    for item in items().filter(|item| item.openness == Openness::Public) {
        let provided =
            place.departments.iter().any(|one| one.items.iter().any(|id| **id == *item.id));
        assert!(provided, "nobody hands in {}", item.id);
    }
}

#[test]
fn trap_14_a_merged_word_names_the_kinds_it_merges() {
    let older = &POLICY.codes["penalty_kinds_2016"];
    let merged: Vec<&str> = older
        .entries
        .iter()
        .filter(|entry| 1 < entry.maps_to.len())
        .map(|entry| entry.code.as_str())
        .collect();
    assert_eq!(merged, ["没收违法所得、没收非法财物", "暂扣或者吊销许可证、暂扣或者吊销执照"]);
    assert_eq!(older.maps_into.as_deref(), Some("penalty_kinds"));
    let free = POLICY.codes["licence_kinds"].find("其他-备案登记").expect("a free word");
    assert_eq!(free.code, "99");
}

#[test]
fn trap_17_old_division_codes_stand_and_refuse_nothing() {
    let divisions = &POLICY.codes["divisions"];
    assert!(!divisions.dated && POLICY.codes["industries"].open);
    let old = divisions.find("410426").expect("an abolished code");
    assert_eq!((&*old.label.zh, old.until), ("襄城县", Some(date(1997, 12, 31))));
    assert_eq!(divisions.find("襄城县").expect("a county").code, "411025");
}

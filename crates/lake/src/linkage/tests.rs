use domain::{
    linkage::{plan::Plan, score::Scorer, veto::Marks},
    name::forms::Forms,
};
use proptest::prelude::*;

use super::{
    blocking::Index,
    cluster::cluster,
    draft::Draft,
    estimate::estimate,
    population::{Frequencies, Population},
    scan::{Pair, Scan, Sides, scan},
};

/// Three fields and three keys over names, numbers of telephones and streets, all made up. Of two
/// fields alone nobody could tell what agrees by chance.
fn plan(most_in_block: usize) -> Plan {
    let text = format!(
        r#"{{
            "id": "test",
            "fields": [
                {{"name": "name", "measure": "bigrams", "by_frequency": true, "levels": [1.0, 0.7]}},
                {{"name": "telephone", "measure": "edit", "levels": [1.0, 0.8]}},
                {{"name": "street", "measure": "edit", "levels": [1.0, 0.8]}}
            ],
            "keys": [
                {{"parts": [{{"field": 0, "take": "whole"}}]}},
                {{"parts": [{{"field": 0, "take": "deletions"}}]}},
                {{"parts": [{{"field": 1, "take": "whole"}}]}}
            ],
            "limits": {{
                "most_in_block": {most_in_block}, "random_pairs": 20000, "learning_pairs": 50000,
                "most_rounds": 50, "most_members": 50
            }}
        }}"#
    );
    serde_json::from_str(&text).expect("a plan")
}

fn draft(name: &str, telephone: &str) -> Draft {
    let mut draft = Draft::of(Marks::of(&Forms::default().parts(name)));
    draft.add(0, name);
    draft.add(1, telephone);
    draft
}

/// Names of four letters out of forty, so that hardly two are alike by chance.
fn name(number: u32) -> String {
    let letters: Vec<char> = ('一'..='\u{9FFF}').step_by(500).take(40).collect();
    let places =
        [1, 40, 1600, 64_000].map(|place| (number.wrapping_mul(7919) / place % 40) as usize);
    let drawn: String = places.iter().map(|place| letters[*place]).collect();
    format!("示例{drawn}")
}

fn linked(plan: &Plan, left: Vec<Draft>, right: Vec<Draft>) -> (Scan, Vec<(u32, u32)>) {
    let frequencies = Frequencies::count(plan, &[&left, &right]);
    let left = Population::new(plan, &frequencies, left, 2);
    let right = Population::new(plan, &frequencies, right, 2);
    let sides = Sides { left: &left, right: Some(&right) };
    let index = Index::new(&right);
    let model = estimate(plan, &frequencies, sides, &index);
    let scorer = Scorer::new(&model).expect("a usable model");
    let found = scan(sides, &index, &scorer, plan.limits.most_in_block, 0.0, 2);
    let clusters = cluster(sides, &found.pairs, &scorer, 0.0, plan.limits.most_members);
    let offset = left.records.len();
    let joined =
        found.pairs.iter().map(|pair| (pair.left, pair.right)).filter(|(one, other)| {
            clusters.of[*one as usize] == clusters.of[*other as usize + offset]
        });
    let joined = joined.collect();
    (found, joined)
}

#[test]
fn two_files_are_linked_without_labels() {
    let count = 1_000;
    let street = |one: u32| format!("{} EXAMPLE STREET {}", one % 97, one.wrapping_mul(7919) % 89);
    let left = (0..count).map(|one| {
        let mut left = draft(&name(one), &format!("{:08}", 31 * one));
        left.add(2, &street(one));
        left
    });
    let left = left.collect();
    // Every third has a letter more in its name, every fifth another telephone, every seventh another
    // street.
    let right = (0..count).map(|one| {
        let name = if one % 3 == 0 { format!("{}新", name(one)) } else { name(one) };
        let telephone = if one % 5 == 0 { 90_000_000 + one } else { 31 * one };
        let mut right = draft(&name, &format!("{telephone:08}"));
        right.add(2, &street(if one % 7 == 0 { one + 500 } else { one }));
        right
    });
    let (found, joined) = linked(&plan(100), left, right.collect());
    let right = joined.iter().filter(|(one, other)| one == other).count();
    assert!(970 <= right, "{right} of {count} found");
    assert!(joined.len() - right <= 5, "{} wrong", joined.len() - right);
    assert!(found.compared < 200_000, "{} compared", found.compared);
}

#[test]
fn a_block_too_large_is_skipped_and_reported() {
    let same = |count: u32| (0..count).map(|one| draft("示例一", &format!("{one:08}"))).collect();
    let (found, _) = linked(&plan(10), same(20), same(20));
    assert_eq!(found.skipped.blocks[0], 1, "the block of the whole name");
    assert_eq!(found.skipped.pairs[0], 400);
    assert_eq!(found.compared, 20, "by telephone alone");
}

#[test]
fn shops_of_two_numbers_are_not_joined() {
    let left = vec![draft("EXAMPLE FOODS 1", "12345678")];
    let right = vec![draft("EXAMPLE FOODS 2", "12345678")];
    let (found, joined) = linked(&plan(10), left, right);
    assert!(joined.is_empty() && found.pairs.is_empty());
}

proptest! {
    #[test]
    fn no_cluster_holds_a_vetoed_pair(
        numbers in proptest::collection::vec(proptest::option::of(0u32..4), 2..30),
        drawn in proptest::collection::vec((0usize..30, 0usize..30, 0.0f32..20.0), 0..80),
    ) {
        let plan = plan(10);
        let drafts: Vec<Draft> = numbers.iter().map(|number| {
            let mut marks = Marks::default();
            marks.number = *number;
            Draft::of(marks)
        }).collect();
        let frequencies = Frequencies::count(&plan, &[&drafts]);
        let population = Population::new(&plan, &frequencies, drafts, 2);
        let count = numbers.len();
        let pairs: Vec<Pair> = drawn
            .into_iter()
            .map(|(left, right, bits)| (left % count, right % count, bits))
            .filter(|(left, right, _)| left < right)
            .map(|(left, right, bits)| Pair { left: left as u32, right: right as u32, bits })
            .collect();
        let sides = Sides { left: &population, right: None };
        let index = Index::new(&population);
        let model = estimate(&plan, &frequencies, sides, &index);
        let scorer = Scorer::new(&model).expect("a usable model");
        let clusters = cluster(sides, &pairs, &scorer, -50.0, 12);
        for (one, own) in clusters.of.iter().enumerate() {
            let members = clusters.of.iter().filter(|other| *other == own).count();
            prop_assert!(members <= 12);
            for (other, their) in clusters.of.iter().enumerate() {
                let barred = population.records[one].marks.veto(&population.records[other].marks);
                prop_assert!(own != their || barred.is_none());
            }
        }
    }
}

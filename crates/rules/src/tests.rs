//! What the loader reports on a small folder, and that the law of this repository loads.

mod law;
mod sample;

use std::{fs, path::Path};

use serde::Deserialize;

use crate::{cases, load};

/// A passage of the sample folder, what is written instead, and the faults that follow.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    file: String,
    passage: String,
    instead: String,
    /// Line and message; the file is the one above.
    faults: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Refusals {
    refusal: Vec<Refusal>,
}

/// Writes the folder with one passage of one file put otherwise.
fn folder(file: &str, passage: &str, instead: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let mut found = false;
    for (path, text) in sample::FOLDER {
        let mut text = text.to_owned();
        if path == file {
            found = text.contains(passage);
            text = text.replacen(passage, instead, 1);
        }
        write(root.path(), path, &text);
    }
    assert!(found, "{file} does not hold {passage}");
    root
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn faults(root: &Path) -> Vec<String> {
    load(root).faults.iter().map(ToString::to_string).collect()
}

#[test]
fn loads_a_folder_without_faults_and_lists_what_is_unverified() {
    let root = folder("placeholders.toml", "words", "words");
    let loaded = load(root.path());
    assert_eq!(loaded.faults, []);
    let policy = loaded.policy.unwrap();
    assert_eq!(policy.version.len(), 64);
    assert_eq!(policy.items["penalty"].fields.len(), 7);
    assert_eq!(policy.parameters["age.minimum"].values.len(), 2);
    let unverified: Vec<String> = loaded
        .unverified
        .iter()
        .filter(|one| one.file.starts_with("parameters/"))
        .map(|one| format!("{}:{}: {}", one.file, one.line, one.what))
        .collect();
    let expected =
        ["parameters/age.toml:16: 最低年龄 = 18 (age.minimum, from 2024-01-01): 《条例》第一条"];
    assert_eq!(unverified, expected);
}

#[test]
fn the_version_follows_the_content_and_nothing_else() {
    let one = folder("placeholders.toml", "words", "words");
    let two = folder("placeholders.toml", "words", "words");
    let other = folder("placeholders.toml", "words", "# \nwords");
    write(two.path(), "README.md", "not law");
    let version = |root: &tempfile::TempDir| load(root.path()).policy.unwrap().version;
    assert_eq!(version(&one), version(&two));
    assert_ne!(version(&one), version(&other));
}

#[test]
fn every_fault_is_reported_with_file_and_line_and_no_other() {
    let refusals: Refusals = toml::from_str(include_str!("tests/refusals.toml")).unwrap();
    let differing: Vec<String> = refusals.refusal.iter().filter_map(difference).collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

fn difference(refusal: &Refusal) -> Option<String> {
    let Refusal { file, passage, instead, faults: expected } = refusal;
    let root = folder(file, passage, instead);
    let expected: Vec<String> = expected.iter().map(|fault| format!("{file}:{fault}")).collect();
    let found = faults(root.path());
    (found != expected).then(|| format!("{passage} → {instead}:\n  {found:#?}"))
}

#[test]
fn faults_of_several_files_come_in_one_list() {
    let root = folder("catalogue/penalty.toml", "code = \"LB\"", "code = \"WSH\"");
    write(root.path(), "places/pds/departments.toml", "[[department]]\nid = \"x\"\n");
    write(root.path(), "measures/ban.toml", "");
    fs::remove_file(root.path().join("walls.toml")).unwrap();
    let files: Vec<String> = load(root.path()).faults.into_iter().map(|fault| fault.file).collect();
    let expected = [
        "catalogue/penalty.toml",
        "measures/ban.toml",
        "places/pds/departments.toml",
        "walls.toml",
    ];
    assert_eq!(files, expected);
}

#[test]
fn a_card_names_no_person_nothing_outside_the_catalogue_and_leaves_no_value_out() {
    let file = "scorecards/example@1.toml";
    for (from, to, expected) in [
        (
            "subject_kinds = [\"organisation\"]",
            "subject_kinds = [\"natural_person\"]",
            "natural persons are not evaluated",
        ),
        ("item = \"penalty\"", "item = \"card_debts\"", "is not in the catalogue"),
        ("bands = [{ points", "bands = [{ from = 1, points", "no `from`"),
        ("from = 2, points", "points", "only the first band"),
        ("weight = 1000", "weight = 999", "come to 999, expected 1000"),
        ("points = -10 }", "points = -101 }", "points are from -100 to 100"),
        ("at_best = \"B\"", "at_best = \"Z\"", "no such grade"),
        ("from = 0, zh", "from = 1, zh", "from 0: every total"),
        ("dimension = \"law\"", "dimension = \"taste\"", "no dimension `taste`"),
    ] {
        let root = folder(file, from, to);
        let found = faults(root.path());
        assert!(found.len() == 1 && found[0].contains(expected), "{expected}: {found:?}");
        assert!(found[0].starts_with(&format!("{file}:")), "{found:?}");
    }
}

#[test]
fn what_may_never_be_recorded_is_found_in_the_codes_an_item_can_say() {
    let named = "zh = \"自然人\"\naliases = [\"宗教人士\"]";
    let root = folder("codes/subject_kinds.toml", "zh = \"自然人\"", named);
    let found = faults(root.path());
    assert!(found.len() == 1 && found[0].contains("`宗教人士` holds `宗教`"), "{found:?}");
}

#[test]
fn trap_15_no_file_can_express_points_or_scores_of_persons() {
    let root = folder("placeholders.toml", "words", "words");
    for path in ["ratings/person.toml", "points/citizen.toml", "monitors/score.toml", "points.toml"]
    {
        write(root.path(), path, "subject = \"natural_person\"\n");
    }
    let found = faults(root.path());
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(
        found
            .iter()
            .all(|fault| fault.ends_with("nothing reads a file of this name in this place"))
    );
}

#[test]
fn trap_18_a_due_day_is_a_parameter_of_working_days_that_the_item_names() {
    let root = folder(
        "parameters/age.toml",
        "[minimum]",
        "[due]\nzh = \"期限\"\nen = \"Due\"\nunit = \"working_days\"\n[[due.value]]\nfrom = 2015-06-24\nvalue = 7\n\
         instrument = \"《意见》\"\nverified = true\n[minimum]",
    );
    let item = sample::ITEM.replacen("filter = ", "timeliness = \"age.due\"\nfilter = ", 1);
    write(root.path(), "catalogue/penalty.toml", &item);
    let policy = load(root.path()).policy.unwrap();
    assert_eq!(policy.items["penalty"].timeliness.as_deref(), Some("age.due"));
}

#[test]
fn trap_08_a_local_regulation_checks_at_its_place_and_nowhere_else() {
    let root = folder("placeholders.toml", "words", "words");
    let policy = load(root.path()).policy.unwrap();
    let refusals = |policy: &domain::policy::Policy| {
        let checks = policy.items["penalty"].checks.iter();
        checks.filter(|check| matches!(check.rule, domain::check::CheckRule::Refuse { .. })).count()
    };
    assert_eq!(refusals(&policy), 0);
    let here = policy.at(&policy.places["pds"]);
    assert_eq!(refusals(&here), 1);
    assert_eq!(here.version, policy.version);
    let refusal = here.items["penalty"].checks.last().unwrap();
    let day = |text: &str| text.parse().unwrap();
    assert!(!refusal.in_force(day("2020-04-30")) && refusal.in_force(day("2020-05-01")));
}

#[test]
fn a_word_of_an_older_list_means_what_the_newer_one_reads() {
    let root = folder("placeholders.toml", "words", "words");
    let older = |maps_to: &str| {
        format!(
            "zh = \"旧\"\nen = \"Old\"\ninstrument = \"《法》\"\nverified = true\nmaps_into = \"penalty_kinds\"\n\
             [[entry]]\ncode = \"罚款\"\nzh = \"罚款\"\nen = \"Fine\"\nmaps_to = [\"{maps_to}\"]\n"
        )
    };
    write(root.path(), "codes/older.toml", &older("2"));
    assert_eq!(faults(root.path()), Vec::<String>::new());
    write(root.path(), "codes/older.toml", &older("1"));
    let expected = "codes/older.toml:1: `罚款` does not mean [\"1\"] in codes/penalty_kinds";
    assert_eq!(faults(root.path()), [expected]);
}

#[test]
fn golden_cases_run_and_say_what_was_decided() {
    let root = folder("cases/penalty.toml", "\"ended\"", "\"slight\"");
    let policy = load(root.path()).policy.unwrap();
    let (cases, faults) = cases(root.path(), &policy);
    assert_eq!(faults, []);
    let outcomes: Vec<_> = cases.iter().map(|case| case.run(&policy)).collect();
    let expected = [
        Err("cases/penalty.toml:2: 一般失信行为公示满一年自动停止: expected withheld = slight, \
             decided withheld = ended"
            .to_owned()),
        Ok(()),
        Ok(()),
    ];
    assert_eq!(outcomes, expected);
}

#[test]
fn a_case_is_refused_with_file_and_line() {
    let rows = [
        (
            "kinds = [\"2\"]",
            "kinds = [\"7\"]",
            "cases/penalty.toml:6: `kinds`: \"7\" is no code of codes/penalty_kinds",
        ),
        (
            "kinds = [\"2\"]",
            "fine = 0.1",
            "cases/penalty.toml:6: expected `fine` to be a whole number (money in fen), found 0.1",
        ),
        ("kinds = [\"2\"]", "colour = 1", "cases/penalty.toml:6: the item has no field `colour`"),
        (
            "item = \"penalty\"",
            "item = \"licence\"",
            "cases/penalty.toml:4: there is no catalogue item `licence`",
        ),
        (
            "\"ended\"",
            "\"over\"",
            "cases/penalty.toml:7: `over` is no reason; expected one of item_not_public",
        ),
    ];
    for (passage, instead, expected) in rows {
        let root = folder("cases/penalty.toml", passage, instead);
        let policy = load(root.path()).policy.unwrap();
        let (_, faults) = cases(root.path(), &policy);
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(faults.len() == 1 && faults[0].starts_with(expected), "{faults:?}");
    }
}

#[test]
fn the_law_of_this_repository_loads_and_passes_its_cases() {
    let root = Path::new("../../policy");
    assert_eq!(faults(root), Vec::<String>::new());
    let policy = load(root).policy.unwrap();
    let (cases, faults) = cases(root, &policy);
    assert_eq!(faults, []);
    let failures: Vec<String> = cases.iter().filter_map(|case| case.run(&policy).err()).collect();
    assert_eq!(failures, Vec::<String>::new());
}

#[test]
fn trap_10_a_watch_list_is_no_list_and_no_count_makes_one() {
    let policy = load(Path::new("../../policy")).policy.unwrap();
    for word in ["重点关注名单", "重点关注", "黑名单", "red_list", "watch"] {
        assert!(policy.codes["list_kinds"].find(word).is_none(), "{word}");
    }
    let breach = &policy.items["serious_breach"];
    let domain::catalogue::PublicationRule::Term { when, .. } = &breach.publication else {
        panic!("{:?}", breach.publication)
    };
    let evidence = when.iter().map(|condition| breach.fields[condition.field].name.as_str());
    let expected =
        ["notice_number", "notice_served_on", "hearing", "document_number", "decision_served_on"];
    assert_eq!(evidence.collect::<Vec<_>>(), expected);
}

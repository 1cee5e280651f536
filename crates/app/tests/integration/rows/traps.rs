//! The traps of the field that lie in intake, each by its number in the facts of the domain.

use std::{collections::HashSet, sync::Arc};

use domain::{fault::Rule, record::SubjectKey, subject::Kind};
use intake::check::Checker;
use serde_json::Value;

use super::{World, code, told};

const ID: &str = "419901199001010018";

const PERSON: [(&str, &str); 5] = [
    ("CF_XDR_LB", "自然人"),
    ("CF_XDR_SHXYM", ""),
    ("CF_FRDB", ""),
    ("CF_XDR_ZJLX", "身份证"),
    ("CF_JYCX", "否"),
];

/// The changes that make a good row one about a person with a number of a document.
fn person<'v>(more: &[(&'v str, &'v str)]) -> Vec<(&'v str, &'v str)> {
    [&PERSON, more].concat()
}

fn payload(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn trap_01_codes_that_tables_and_expressions_of_others_refuse_are_taken() {
    let world = World::new();
    for (class, division) in [
        ("91", "610100"),
        ("91", "650100"),
        ("91", "810000"),
        ("34", "419901"),
        ("35", "419901"),
        ("N2", "410402"),
    ] {
        let code = code(class, division, "MA000001");
        let checked = world.check("penalty", &[&[("CF_XDR_SHXYM", &code)]], false);
        assert_eq!((checked.passed, checked.faults.len()), (1, 0), "{code}: {:?}", checked.faults);
    }
}

#[test]
fn trap_02_both_alphabets_and_a_sum_divisible_by_31() {
    let world = World::new();
    // The organisation code has I, O, S, V, Z; the unified code has none of them, and 0 is a check.
    let rows: [&[(&str, &str)]; 2] = [
        &[("CF_XDR_SHXYM", "914104001000004460"), ("CF_XDR_ZZJG", "IOSVZ0009")],
        &[("CF_XDR_SHXYM", "9141040010000O4460")],
    ];
    let checked = world.check("penalty", &rows, false);
    let rules: Vec<Rule> = checked.faults.iter().map(|fault| fault.rule).collect();
    assert!(!rules.contains(&Rule::UsccCheckDigit), "{rules:?}");
    assert!(rules.contains(&Rule::UsccAlphabet), "{rules:?}");
}

#[test]
fn trap_03_a_placeholder_joins_nothing_and_a_name_joins_nobody() {
    let world = World::new();
    for placeholder in ["00000000000000000X", "无", "null", "000000000000000000", "/"] {
        let checked = world.check("penalty", &[&[("CF_XDR_SHXYM", placeholder)]], false);
        assert!(checked.accepted.is_empty(), "{placeholder}");
    }
    let other = code("91", "419901", "MA000002");
    let checked = world.check("penalty", &[&[], &[("CF_XDR_SHXYM", &other)]], false);
    let names: HashSet<&str> =
        checked.accepted.iter().map(|row| row.subject_name.as_str()).collect();
    let subjects: HashSet<&SubjectKey> = checked.accepted.iter().map(|row| &row.subject).collect();
    assert_eq!((names.len(), subjects.len()), (1, 2));
}

#[test]
fn trap_12_a_fine_is_in_wan_and_kept_in_fen() {
    let world = World::new();
    for (written, fen) in [("0.2", 200_000), ("12.345678", 12_345_678), ("10", 10_000_000)] {
        let set = [("CF_NR_FK", written), ("CF_NR", "罚款")];
        let checked = world.check("penalty", &[&set], false);
        assert_eq!(payload(&checked.accepted[0].payload)["fine"], fen, "{written}");
    }
}

#[test]
fn trap_13_one_number_of_two_organs_and_one_decision_on_two_subjects_are_four_records() {
    let world = World::new();
    let (other, second) = ("11419900419900024M", code("91", "419901", "MA000002"));
    let rows: [&[(&str, &str)]; 5] = [
        &[],
        &[("CF_CFJGDM", other)],
        &[("CF_XDR_SHXYM", &second)],
        &[("CF_XDR_SHXYM", &second), ("CF_CFJGDM", other)],
        // Another writing of the number and the code is the same record.
        &[("CF_WSH", "示市监罚[2026] 7号"), ("CF_XDR_SHXYM", "91419901ma0000015j")],
    ];
    let checked = world.check("penalty", &rows, false);
    let records: HashSet<(&SubjectKey, [u8; 16])> =
        checked.accepted.iter().map(|row| (&row.subject, row.key)).collect();
    assert_eq!(records.len(), 4);
    assert_eq!(checked.faults.iter().map(|f| f.rule).collect::<Vec<_>>(), [Rule::Duplicate]);
}

#[test]
fn trap_13_the_representative_is_not_the_subject() {
    let world = World::new();
    let set = [("CF_FR_ZJLX", "身份证"), ("CF_FR_ZJHM", ID)];
    let checked = world.check("penalty", &[&set], false);
    let row = &checked.accepted[0];
    assert_eq!((row.subject.scheme.as_str(), row.subject_kind), ("uscc", Kind::Organisation));
    assert!(!row.payload.contains(ID));
}

#[test]
fn trap_16_a_person_is_found_by_a_keyed_hash_that_payload_and_digest_share() {
    let world = World::new();
    let same = [ID, "４１９９０１ 19900101 0018"];
    let rows = same.map(|number| person(&[("CF_XDR_ZJHM", number)]));
    let one = world.check("penalty", &[&rows[0]], false).accepted.remove(0);
    let other = world.check("penalty", &[&rows[1]], false).accepted.remove(0);
    assert_eq!(one.subject, other.subject);
    assert_eq!((&one.payload, one.digest), (&other.payload, other.digest));
    let hash = world.keys.lookup("cn_id", ID);
    assert_eq!((one.subject.scheme.as_str(), &one.subject.value), ("cn_id", &hash));
    assert_eq!(payload(&one.payload)["person_id"]["h"], hash.as_str());
    let seal = payload(&one.payload)["person_id"]["s"].as_str().unwrap().to_owned();
    assert_eq!(world.keys.open("person_id", &seal).unwrap().as_str(), ID);
    // Fifteen digits and a small x are brought to the same number of eighteen.
    let old = ["110105491231002", "11010519491231002x", "11010519491231002X"];
    let subjects: HashSet<SubjectKey> = old
        .map(|number| person(&[("CF_XDR_ZJHM", number), ("CF_JDRQ", "2026-05-12")]))
        .iter()
        .map(|row| world.check("penalty", &[row], false).accepted.remove(0).subject)
        .collect();
    assert_eq!(subjects.len(), 1);
}

#[test]
fn trap_16_one_number_of_two_kinds_of_document_is_two_persons() {
    let world = World::new();
    let kinds = ["护照号", "港澳居民来往内地通行证", "台湾居民来往大陆通行证", "其他"];
    let rows = kinds.map(|kind| {
        let mut row = person(&[("CF_XDR_ZJHM", "E12345678")]);
        row.retain(|(column, _)| *column != "CF_XDR_ZJLX");
        row.push(("CF_XDR_ZJLX", kind));
        row
    });
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
    let checked = world.check("penalty", &rows, false);
    let subjects: HashSet<&SubjectKey> = checked.accepted.iter().map(|row| &row.subject).collect();
    assert_eq!(subjects.len(), kinds.len(), "{:?}", checked.faults);
    let list = &world.policy.codes["identity_documents"];
    for entry in &list.entries {
        assert!(domain::identifier::document_scheme(&entry.code).is_some(), "{}", entry.code);
    }
}

#[test]
fn trap_16_what_may_not_be_collected_can_still_be_taken_back_by_its_own_row() {
    let world = World::new();
    let minor = person(&[("CF_XDR_ZJHM", "419901201501010014")]);
    let rows: [&[(&str, &str)]; 4] = [
        &minor,
        &[("CF_SY", ""), ("CF_JDRQ", "去年"), ("CF_WFXW", "越级信访"), ("CF_CFLB", "流放")],
        &[("CF_XDR_SHXYM", "419901196001010719")],
        &[("CF_XDR_SHXYM", "91419901MA000001XX")],
    ];
    for row in rows {
        let given = world.check("penalty", &[row], false);
        assert!(given.accepted.is_empty(), "{row:?}");
        let taken_back = world.check("penalty", &[row], true);
        assert_eq!(taken_back.passed, 1, "{:?}", taken_back.faults);
    }
    let given = world.check("penalty", &[&[]], false).accepted.remove(0);
    let taken_back = world.check("penalty", &[&[]], true).accepted.remove(0);
    assert_eq!((given.subject, given.key), (taken_back.subject, taken_back.key));
}

#[test]
fn trap_17_numbers_of_abolished_counties_and_codes_of_their_day_are_taken() {
    let world = World::new();
    // 410426 was given to another city in 1997; who was born there keeps the number. Nobody was
    // ever given the sequence 000.
    let row = person(&[("CF_XDR_ZJHM", "410426196501010004")]);
    let checked = world.check("penalty", &[&row], false);
    assert_eq!(checked.passed, 1, "{:?}", checked.faults);
    let merged = "没收违法所得、没收非法财物";
    for (day, kinds) in [("2021-07-14", &["x16_3"][..]), ("2021-07-15", &["4", "5"])] {
        let set = [("CF_CFLB", merged), ("CF_JDRQ", day), ("CF_NR_FK", ""), ("CF_NR_WFFF", "0")];
        let checked = world.check("penalty", &[&set], false);
        assert_eq!(
            payload(&checked.accepted[0].payload)["penalty_kinds"],
            serde_json::json!(kinds)
        );
    }
}

/// One decision in the editions of 2016 and 2018 is one record.
#[test]
fn one_decision_in_two_editions_has_one_key() {
    let world = World::new();
    let number = ("CF_WSH", "示市监罚〔2017〕7号");
    let new = [number, ("CF_XDR_SHXYM", "91419901MA0000015J")];
    let new = world.check("penalty", &[&new], false).accepted.remove(0);
    let old =
        [number, ("CF_XDR_SHXYM", "91419901ma0000015j"), ("CF_XZJG", "示例市 市场监督管理局")];
    let old = world.check("penalty_2016", &[&old], false).accepted.remove(0);
    assert_eq!((&new.subject, new.key), (&old.subject, old.key));
    assert_eq!(payload(&old.payload)["deciding_organ_code"], "11419900419900016T");
    assert_eq!(payload(&old.payload)["fine"], 200_000);
    // An organ that the place does not know goes by its name.
    let unknown = [("CF_XZJG", "示例县工商行政管理局")];
    let keys: HashSet<[u8; 16]> = [&[][..], &unknown]
        .map(|row| world.check("penalty_2016", &[row], false).accepted.remove(0).key)
        .into();
    assert_eq!(keys.len(), 2);
}

/// A code that a list known to be incomplete lacks is a doubt, and kept as it was written.
#[test]
fn an_open_list_costs_no_row() {
    let mut world = World::new();
    for open in [false, true] {
        Arc::make_mut(world.policy.codes.get_mut("industries").unwrap()).open = open;
        let checked = world.check("registration", &[&[("DJ_HY", "C9999")]], false);
        let faults: Vec<String> = checked.faults.iter().map(told).collect();
        assert_eq!(faults, [if open { "code? DJ_HY" } else { "code DJ_HY" }]);
        let kept: Vec<Value> = checked.accepted.iter().map(|row| payload(&row.payload)).collect();
        assert!(kept.iter().all(|payload| payload["industry"] == "C9999"), "{kept:?}");
        assert_eq!(kept.len(), usize::from(open));
    }
}

/// A source with identifiers of its own gives them in clear.
#[test]
fn a_pack_of_persons_or_of_subjects_the_item_does_not_take_is_refused() {
    let world = World::new();
    let item = world.policy.item("inspection").unwrap();
    for (kind, fits) in [(Kind::Organisation, true), (Kind::NaturalPerson, false)] {
        let mut pack = (*world.policy.packs["sf_inspections"]).clone();
        pack.subject.as_mut().unwrap().kind = kind;
        let heading = ["business_id", "score", "date", "type"].map(str::to_owned);
        let (pack, context) = (Arc::new(pack), world.context());
        let made = Checker::new(&world.policy, item, Some(&pack), &heading, context, false);
        assert_eq!(made.is_ok(), fits, "{kind:?}");
    }
}

/// The file of returned rows guards such a cell with a character of no width.
#[test]
fn a_guarded_formula_comes_back_as_it_was() {
    let world = World::new();
    let rows = ["=1+1", "\u{feff}=1+1"].map(|note| [("BZ", note), ("CF_WSH", note)]);
    let keys: HashSet<_> = rows
        .iter()
        .map(|row| world.check("penalty", &[row], false).accepted.remove(0))
        .map(|row| (row.key, row.digest))
        .collect();
    assert_eq!(keys.len(), 1);
}

#[test]
fn whoever_answers_for_a_code_is_believed() {
    let mut world = World::new();
    let codes = ["419901196001010719", "91419901MA0000015K"];
    for answered in [false, true] {
        world.overrides =
            codes.iter().filter(|_| answered).map(|code| (*code).to_owned()).collect();
        for code in codes {
            let checked = world.check("penalty", &[&[("CF_XDR_SHXYM", code)]], false);
            assert_eq!(checked.passed, u64::from(answered), "{code}: {:?}", checked.faults);
            assert!(checked.accepted.iter().all(|row| row.overridden), "{code}");
        }
    }
}

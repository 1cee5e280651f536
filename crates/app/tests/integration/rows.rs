//! Rows and the faults they get, under the law of the repository and at its fictional place.

mod traps;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    catalogue::Item,
    fault::{Fault, Level, Rule},
    identifier::{org_code, uscc},
    policy::Policy,
    sealed::Keys,
    text::Lang,
};
use intake::{
    batch::RowBatch,
    check::{Checked, Checker, Context, Departments, Seen, Want},
    decode::{Decoder, Options},
};
use jiff::civil::date;
use serde::Deserialize;

use crate::home::root;

/// Columns and what they say.
type Row = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    good: BTreeMap<String, Good>,
    case: Vec<Case>,
}

/// A row without a fault.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Good {
    item: String,
    pack: Option<String>,
    row: Row,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default = "penalty")]
    of: String,
    #[serde(default)]
    set: Row,
    again: Option<Row>,
    faults: Vec<String>,
}

fn penalty() -> String {
    "penalty".to_owned()
}

/// The law and the place, which every test here needs whole.
struct World {
    policy: Policy,
    table: Table,
    keys: Arc<Keys>,
    overrides: Vec<String>,
}

impl World {
    fn new() -> World {
        let loaded = rules::load(&root().join("policy"));
        let policy = loaded.policy.unwrap_or_else(|| panic!("policy: {:?}", loaded.faults));
        let policy = policy.at(&policy.places["shili"]);
        let table = toml::from_str(include_str!("rows.toml")).unwrap();
        let keys = Keys::parse(&Keys::generate_text(&[7; 48], "k1")).unwrap();
        World { policy, table, keys: Arc::new(keys), overrides: Vec::new() }
    }

    fn context(&self) -> Context {
        Context {
            today: date(2026, 11, 22),
            department: "dianli".to_owned(),
            departments: Arc::new(Departments::of(&self.policy.places["shili"])),
            overrides: Arc::new(self.overrides.iter().cloned().collect()),
            keys: Some(Arc::clone(&self.keys)),
        }
    }

    /// Checks rows, each the good row of a kind with its own changes.
    fn check(&self, of: &str, changes: &[&[(&str, &str)]], key_only: bool) -> Checked {
        let good = &self.table.good[of];
        let rows: Vec<Row> = changes.iter().map(|set| changed(&good.row, set)).collect();
        let item = self.policy.item(&good.item).unwrap();
        self.check_rows(item, good.pack.as_deref(), &rows, key_only)
    }

    fn check_rows(
        &self,
        item: &Arc<Item>,
        pack: Option<&str>,
        rows: &[Row],
        key_only: bool,
    ) -> Checked {
        let heading: Vec<String> = rows[0].keys().cloned().collect();
        let pack = pack.map(|id| &self.policy.packs[id]);
        let checker = Checker::new(&self.policy, item, pack, &heading, self.context(), key_only);
        let mut batch = RowBatch::new(heading.len());
        for (number, row) in (2..).zip(rows) {
            batch.push_row(number, row.values().map(String::as_str));
        }
        checker.unwrap().examine(batch, Want::Records).settle(&mut Seen::default()).0
    }

    fn run(&self, case: &Case) -> Checked {
        let pairs = |row: &Row| -> Vec<(String, String)> { row.clone().into_iter().collect() };
        let rows: Vec<_> =
            [Some(&case.set), case.again.as_ref()].into_iter().flatten().map(pairs).collect();
        let rows: Vec<Vec<(&str, &str)>> = rows
            .iter()
            .map(|row| row.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect())
            .collect();
        let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
        self.check(&case.of, &rows, false)
    }
}

#[track_caller]
fn changed(row: &Row, set: &[(&str, &str)]) -> Row {
    let mut row = row.clone();
    for (name, value) in set {
        *row.get_mut(*name).unwrap_or_else(|| panic!("no column {name}")) = (*value).to_owned();
    }
    row
}

/// A fault in the words of the table.
fn told(fault: &Fault) -> String {
    let doubt = if fault.level == Level::Warning { "?" } else { "" };
    format!("{}{doubt} {}", fault.rule.id(), fault.column).trim_end().to_owned()
}

#[test]
fn every_row_gets_its_faults_and_no_other() {
    let world = World::new();
    let mut wrong = Vec::new();
    for case in &world.table.case {
        let checked = world.run(case);
        let mut faults: Vec<String> = checked.faults.iter().map(told).collect();
        faults.sort();
        let returned: BTreeSet<u64> =
            checked.faults.iter().filter(|f| f.level == Level::Error).map(|f| f.row).collect();
        let (rows, rejected) = (1 + u64::from(case.again.is_some()), checked.rejected.len() as u64);
        if faults != case.faults
            || rejected != returned.len() as u64
            || checked.passed + rejected != rows
        {
            wrong.push(format!(
                "{}\n  found    {faults:?}\n  expected {:?}",
                case.name, case.faults
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rules that only the register can break: it alone knows other names, other records and what may be
/// taken back.
const OF_THE_REGISTER: [Rule; 4] =
    [Rule::NameDiffers, Rule::NotFound, Rule::OtherDepartment, Rule::Contrary];

/// Rules that a row breaks before it is a row.
const OF_THE_FILE: [Rule; 3] = [Rule::Encoding, Rule::Columns, Rule::TooLong];

#[test]
fn every_rule_occurs_in_the_table() {
    let world = World::new();
    let mut met: BTreeSet<Rule> =
        world.table.case.iter().flat_map(|case| world.run(case).faults).map(|f| f.rule).collect();
    met.extend(OF_THE_REGISTER.iter().chain(&OF_THE_FILE));
    let missing: Vec<&str> =
        Rule::ALL.iter().filter(|rule| !met.contains(rule)).map(|rule| rule.id()).collect();
    assert!(missing.is_empty(), "rows.toml has no case for {missing:?}");
}

#[test]
fn rows_that_are_no_rows_come_back_whole() {
    let world = World::new();
    let heading = "CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_JDRQ,CF_YXQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM";
    let rows = "\n甲,乙,419901199001010018\n丙,";
    let content = [heading.as_bytes(), rows.as_bytes(), b"\xff\n\"", "丁,戊\n".as_bytes()];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    std::fs::write(&path, content.concat()).unwrap();
    let mut decoder = Decoder::open(&path, &Options::default()).unwrap();
    let columns = decoder.heading().columns.clone();
    let mut batch = RowBatch::default();
    assert!(decoder.next(&mut batch).unwrap());
    let item = world.policy.item("penalty").unwrap();
    let checker =
        Checker::new(&world.policy, item, None, &columns, world.context(), false).unwrap();
    let (checked, _) = checker.examine(batch, Want::Records).settle(&mut Seen::default());
    let rules: Vec<Rule> = checked.faults.iter().map(|fault| fault.rule).collect();
    assert_eq!(rules, [Rule::Columns, Rule::Encoding, Rule::TooLong]);
    assert_eq!(checked.rejected[0].cells, ["甲", "乙", "419901199001010018"]);
}

/// Everything that may be written of a person, in any column of any item.
const PERSONAL: [&str; 9] = [
    "419901199001010018",
    "419901196001010719",
    "11010519491231002x",
    "41990119900101001X",
    "４１０４０２１９９００１０１００１９",
    "419901 19900101 0018",
    "419901650101001",
    "13800138000",
    "6222021234567890128",
];

#[test]
fn no_fault_shows_a_number_of_a_person() {
    let world = World::new();
    let mut met: BTreeSet<Rule> = BTreeSet::new();
    for item in world.policy.items.values() {
        let blank: Row =
            item.fields.iter().map(|field| (field.code.clone(), String::new())).collect();
        for number in PERSONAL {
            let long = format!("<b>{number}，参与信访{}", "长".repeat(6000));
            for field in &item.fields {
                for text in [number, &long, &format!("<b>{number};{number}")] {
                    let row = changed(&blank, &[(&field.code, text)]);
                    let checked = world.check_rows(item, None, &[row], false);
                    met.extend(checked.faults.iter().map(|fault| fault.rule));
                    shows_none(
                        &checked.faults,
                        &figures(number),
                        &format!("{} {}", item.id, field.code),
                    );
                }
            }
        }
    }
    for rule in [Rule::Length, Rule::Markup, Rule::Forbidden, Rule::PersonId, Rule::UsccLength] {
        assert!(met.contains(&rule), "{} was not tried", rule.id());
    }
}

fn figures(text: &str) -> String {
    domain::identifier::tidy(text).into_owned()
}

#[track_caller]
fn shows_none(faults: &[Fault], number: &str, place: &str) {
    for fault in faults {
        for lang in [Lang::Zh, Lang::En] {
            let message = figures(&fault.message(lang));
            let raw = figures(&fault.raw);
            let shown = (0..number.len() - 7)
                .map(|at| &number[at..at + 8])
                .any(|part| message.contains(part) || raw.contains(part));
            assert!(!shown, "{place}: {message}");
        }
    }
}

/// A code of division 419901 for a body of an organisation code.
fn code(class: &str, division: &str, body: &str) -> String {
    let organ = format!("{body}{}", org_code::check_character(body).unwrap());
    let first = format!("{class}{division}{organ}");
    let last = uscc::check_character(&first).unwrap();
    format!("{first}{last}")
}

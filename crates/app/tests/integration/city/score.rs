//! What was found in the files of a city, held against what was planted in them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
};

use domain::{fault::Level, ids::RecordId};
use jiff::civil::Date;
use serde_json::Value;
use store::{record, register::Register};

use crate::{city::word, home::root};

/// One fault as both the truth and the register tell it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    file: String,
    row: u64,
    /// Exchanged code of the column; empty where the row as a whole is meant.
    column: String,
    rule: String,
    level: String,
}

/// Counts of an item under the names that the truth gives them.
type Counts = BTreeMap<&'static str, u64>;

const COUNTS: [&str; 7] =
    ["rows", "accepted", "returned", "warned", "records", "versions", "withdrawn"];

/// A record as it first came in: its file, row and item, and the day of its document.
type First = (String, u64, String, Date);

/// Both sides, filled one after the other.
pub struct Score<'t> {
    truth: &'t Value,
    items: BTreeMap<String, Counts>,
    found: Vec<Told>,
    first: Vec<First>,
}

impl<'t> Score<'t> {
    pub fn new(truth: &'t Value) -> Score<'t> {
        Score { truth, items: BTreeMap::new(), found: Vec::new(), first: Vec::new() }
    }

    /// Adds the answer to one file.
    pub fn count(&mut self, file: &Value, answer: &Value) {
        let number = |key: &str| answer[key].as_u64().unwrap();
        let counts = self.items.entry(word(file, "item").to_owned()).or_default();
        let added = if file["withdraws"] == true {
            assert_eq!(number("withdrawn"), number("rows"), "{answer}");
            vec![("withdrawn", number("withdrawn"))]
        } else {
            let (created, changed) = (number("created"), number("changed"));
            vec![
                ("rows", number("rows")),
                ("accepted", created + changed + number("unchanged")),
                ("returned", number("rejected")),
                ("warned", number("warned")),
                ("records", created),
                ("versions", created + changed),
            ]
        };
        for (name, more) in added {
            *counts.entry(name).or_default() += more;
        }
    }

    /// Reads every fault and every new record of every submission; an answer shows but a few.
    pub async fn read(&mut self, register: &Register) {
        let codes = codes();
        for submission in store::submission::recent(register, None, 10_000).await.unwrap() {
            let versions = record::of_submission(register, submission.id, 0, i64::MAX).await;
            for (ordinal, version) in versions.unwrap() {
                let ordinal = u32::try_from(ordinal).unwrap();
                let new = version.record == RecordId::first_asserted(submission.id, ordinal);
                if let (true, Some(decided_on)) = (new, version.decided_on) {
                    let file = submission.file_name.clone();
                    self.first.push((file, version.row, version.item, decided_on));
                }
            }
            let faults = store::fault::of_submission(register, submission.id, 0, i64::MAX).await;
            for fault in faults.unwrap() {
                let key = (submission.item.clone(), fault.column.clone());
                let column = codes.get(&key).cloned().unwrap_or(fault.column);
                self.found.push(Told {
                    file: submission.file_name.clone(),
                    row: fault.row,
                    column,
                    rule: fault.rule.id().to_owned(),
                    level: if fault.level == Level::Error { "error" } else { "warning" }.to_owned(),
                });
            }
        }
    }

    fn planted(&self) -> Vec<Told> {
        let told = |defect: &Value| Told {
            file: word(defect, "file").to_owned(),
            row: defect["row"].as_u64().unwrap(),
            column: word(defect, "column").to_owned(),
            rule: word(defect, "rule").to_owned(),
            level: word(defect, "level").to_owned(),
        };
        self.truth["defects"].as_array().unwrap().iter().map(told).collect()
    }

    /// Fails where the working-day clock finds other rows late than those handed in late.
    #[track_caller]
    pub fn must_find_the_late_ones(&self, engine: &str, files: &[Value]) {
        let policy = rules::load(&root().join("policy")).policy.expect("a policy without faults");
        let timely = files.iter().filter(|file| file["timely"] == true);
        let delivered: HashMap<&str, Date> = timely
            .map(|file| (word(file, "path"), word(file, "delivered_on").parse().unwrap()))
            .collect();
        let late = |(file, row, item, decided_on): &First| {
            let clocked = ["licence", "penalty"].contains(&item.as_str());
            let delivered_on = *delivered.get(file.as_str()).filter(|_| clocked)?;
            let limit = policy.parameter("timeliness.double_publicity", *decided_on)?.value;
            // A year without a calendar lies whole years before the delivery.
            let days = policy.calendar.working_days_after(*decided_on, delivered_on);
            days.map_or(true, |days| limit < days).then(|| (file.clone(), *row))
        };
        let found: BTreeSet<(String, u64)> = self.first.iter().filter_map(late).collect();
        let told = |row: &Value| (word(row, "file").to_owned(), row["row"].as_u64().unwrap());
        let truth: BTreeSet<_> = self.truth["late"].as_array().unwrap().iter().map(told).collect();
        println!("{engine}: {} rows handed in late, {} found late", truth.len(), found.len());
        assert!(!truth.is_empty());
        assert_eq!(found, truth, "{engine}");
    }

    /// Prints recall and precision, and fails where either is not whole or a count is another.
    #[track_caller]
    pub fn must_be_perfect(&self, engine: &str) {
        let planted = self.planted();
        let planted_set: BTreeSet<&Told> = planted.iter().collect();
        let found_set: BTreeSet<&Told> = self.found.iter().collect();
        let missed: Vec<_> = planted_set.difference(&found_set).take(20).collect();
        let invented: Vec<_> = found_set.difference(&planted_set).take(20).collect();
        let hits = planted_set.intersection(&found_set).count();
        let share = |of: usize| if of == 0 { 0.0 } else { hits as f64 / of as f64 };
        let (recall, precision) = (share(planted.len()), share(self.found.len()));
        println!(
            "{engine}: {} defects planted, {} faults found, {hits} of them planted: \
             recall {recall:.4}, precision {precision:.4}",
            planted.len(),
            self.found.len(),
        );
        self.must_have_every_kind(&planted);
        let mut wrong = Vec::new();
        for (item, truth) in self.truth["items"].as_object().unwrap() {
            let counts = self.items.get(item).cloned().unwrap_or_default();
            for name in COUNTS {
                let (here, there) = (counts.get(name).copied().unwrap_or(0), &truth[name]);
                if Some(here) != there.as_u64() {
                    wrong.push(format!("{item}: {name}: {here}, in truth {there}"));
                }
            }
        }
        assert!(
            missed.is_empty() && invented.is_empty() && wrong.is_empty(),
            "{engine}\nmissed: {missed:#?}\ninvented: {invented:#?}\ncounts: {wrong:#?}"
        );
        let mut once = BTreeSet::new();
        let twice: Vec<_> = self.found.iter().filter(|told| !once.insert(*told)).collect();
        assert!(twice.is_empty(), "{engine}: told twice: {twice:#?}");
    }

    /// Fails where the city lacks a kind of defect, and so would prove nothing of it.
    #[track_caller]
    fn must_have_every_kind(&self, planted: &[Told]) {
        let has = |kind: &&Value| {
            // A line in another encoding needs a long text file; the city as a whole has some.
            let anywhere = kind["rule"] == "encoding";
            let of_item = |told: &&Told| told.file.contains(&format!("-{}-", word(kind, "item")));
            let mut told = planted.iter().filter(|told| anywhere || of_item(told));
            told.any(|told| told.rule == word(kind, "rule") && told.column == word(kind, "column"))
        };
        let kinds = self.truth["kinds"].as_array().unwrap();
        let missing: Vec<_> = kinds.iter().filter(|kind| !has(kind)).collect();
        println!(
            "{} kinds of defect, {} of them planted",
            kinds.len(),
            kinds.len() - missing.len()
        );
        assert!(missing.is_empty(), "not planted: {missing:#?}");
    }
}

/// The exchanged code of every column of an item, by what a heading may say for it.
fn codes() -> HashMap<(String, String), String> {
    let mut codes = HashMap::new();
    for entry in fs::read_dir(root().join("policy/catalogue")).unwrap() {
        let path = entry.unwrap().path();
        let item = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let table: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        for field in table["field"].as_array().unwrap() {
            let code = field["code"].as_str().unwrap();
            let aliases = field.get("aliases").and_then(toml::Value::as_array);
            let aliases = aliases.into_iter().flatten().filter_map(toml::Value::as_str);
            for name in aliases.chain(field["zh"].as_str()).chain([code]) {
                codes.insert((item.clone(), name.to_owned()), code.to_owned());
            }
        }
    }
    codes
}

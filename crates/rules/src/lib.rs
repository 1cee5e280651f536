//! Reads `policy/`, the law as data, into the checked types of `domain`.
//!
//! Every file has a raw type, which is what TOML may say, and a checked type in `domain`, which
//! is what a decision may rely on. Reading never stops at the first fault: whoever edits the law
//! gets the whole list, each with file and line. The format is described in
//! `docs/policy-format.md`.

pub mod access;
pub mod case;

mod calendar;
mod catalogue;
mod check;
mod code_list;
mod commitment;
mod condition;
mod dated;
mod deadline;
mod disclosure;
mod document;
mod generation;
mod linkage;
mod list;
mod matter;
mod name;
mod notice;
mod pack;
mod parameter;
mod password;
mod place;
mod publication;
mod raw;
mod role;
mod scope;
mod scorecard;
mod source;
mod wall;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, path::Path, sync::Arc};

use domain::{calendar::Calendar, policy::Policy};

use crate::{
    access::Gate,
    case::Case,
    catalogue::Shelf,
    source::{Folder, Page, Report},
};

/// What a policy folder says, and everything that is wrong or unproved in it.
#[derive(Debug)]
pub struct Loaded {
    /// None where there is any fault: nothing is decided under half a law.
    pub policy: Option<Policy>,
    /// The policies of access, where there is a policy.
    pub gate: Option<Arc<Gate>>,
    /// Ordered by file and line.
    pub faults: Vec<PolicyFault>,
    /// Values nobody has compared with the text of their instrument (条号待核).
    pub unverified: Vec<Unverified>,
}

/// One thing wrong in a policy file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyFault {
    /// Relative to the policy folder, with `/` between names.
    pub file: String,
    /// Counted from 1; 0 where the whole file is meant.
    pub line: usize,
    pub message: String,
}

impl fmt::Display for PolicyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// One value of the law whose reference says `verified = false`, or says nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unverified {
    /// Relative to the policy folder, with `/` between names.
    pub file: String,
    pub line: usize,
    /// The value, the instrument and the article it is said to stand in.
    pub what: String,
}

/// Reads a whole policy folder.
#[must_use]
pub fn load(root: &Path) -> Loaded {
    let mut report = Report::default();
    let folder = Folder::read(root, &mut report);
    let policy = read(&folder, &mut report);
    let gate = access::read_all(&folder, &mut report);
    report.faults.sort();
    report.unverified.sort();
    let clean = report.faults.is_empty();
    let (policy, gate) = if clean { (policy, gate.map(Arc::new)) } else { (None, None) };
    Loaded { policy, gate, faults: report.faults, unverified: report.unverified }
}

/// Reads the golden cases of `cases/`, which the policy of the same folder must pass.
#[must_use]
pub fn cases(root: &Path, policy: &Policy) -> (Vec<Case>, Vec<PolicyFault>) {
    let mut report = Report::default();
    let folder = Folder::read(root, &mut report);
    let mut cases = Vec::new();
    for (_, source) in folder.stems("cases") {
        cases.extend(case::read(&mut Page { source, report: &mut report }, policy));
    }
    report.faults.sort();
    (cases, report.faults)
}

/// The policy, complete only where nothing was reported.
fn read(folder: &Folder, report: &mut Report) -> Option<Policy> {
    folder.report_strays(report);
    let walls = folder.required("walls.toml", report, wall::read);
    let blanks = folder.required("placeholders.toml", report, disclosure::read_placeholders);
    let disclosures = folder.required("disclosure.toml", report, disclosure::read);
    let matters = folder.required("matters.toml", report, matter::read);
    let passwords = folder.required("passwords.toml", report, password::read);
    let codes = code_list::read_all(folder, report);
    let names = folder.required("names.toml", report, |page| name::read(page, &codes));
    let linkages = folder.required("linkage.toml", report, linkage::read);
    let parameters = parameter::read_all(folder, report);
    let shelf =
        Shelf { walls: &walls, disclosures: &disclosures, codes: &codes, parameters: &parameters };
    let items = folder.each("catalogue", report, |page, id| catalogue::read(page, id, &shelf));
    report_contraries(&items, report);
    let deadlines =
        folder.required("deadlines.toml", report, |page| deadline::read(page, &parameters));
    let measures = folder
        .required("measures.toml", report, |page| list::read_measures(page, matters.as_deref()));
    let shelf =
        list::Shelf { codes: &codes, parameters: &parameters, measures: measures.as_deref() };
    let lists = folder.required("lists.toml", report, |page| list::read_lists(page, &shelf));
    let templates = folder
        .required("commitments.toml", report, |page| commitment::read(page, &codes, &parameters));
    let notices = folder.required("notices.toml", report, |page| notice::read(page, &parameters));
    let cards = scorecard::read_all(folder, report, &items);
    let generations = generation::read_all(folder, report, &codes);
    let years = folder.each("calendar", report, calendar::read);
    let law = check::Law { walls: &walls, parameters: &parameters };
    let (held, made) = (lists.as_deref(), templates.as_deref());
    let shelf = place::Shelf { items: &items, codes: &codes, lists: held, templates: made, law };
    let places = place::read_all(folder, report, &shelf);
    let packs = folder.each("packs", report, |page, id| {
        pack::read(page, id, &pack::Shelf { items: &items, codes: &codes, places: &places })
    });
    let (placeholders, permanent) = blanks?;
    Some(Policy {
        version: folder.version(),
        items: shared(items),
        codes: codes.into_iter().filter_map(|(id, list)| Some((id, list?))).collect(),
        disclosures: disclosures?,
        parameters: parameters.into_iter().filter_map(|(key, one)| Some((key, one?))).collect(),
        generations,
        matters: matters?,
        names: Arc::new(names?),
        linkages: linkages?,
        lists: lists?,
        templates: templates?,
        measures: measures?,
        cards,
        notices: notices?,
        deadlines: deadlines?,
        calendar: Arc::new(Calendar::new(years.into_values().flatten().collect())),
        packs: shared(packs),
        places: shared(places),
        common_passwords: passwords?,
        placeholders,
        permanent,
    })
}

/// Reports contraries that are no items.
fn report_contraries(items: &catalogue::Items, report: &mut Report) {
    for (id, contrary) in catalogue::unknown_contraries(items) {
        let message = format!("there is no catalogue item `{contrary}`");
        report.faults.push(PolicyFault { file: format!("catalogue/{id}.toml"), line: 0, message });
    }
}

fn shared<T>(read: BTreeMap<String, Option<T>>) -> BTreeMap<String, Arc<T>> {
    read.into_iter().filter_map(|(id, value)| Some((id, Arc::new(value?)))).collect()
}

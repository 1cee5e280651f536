//! The rules that naive software of this field gets wrong, each with a test that names it.
//!
//! A test names a trap as `trap_04_…`, a golden case of `policy/cases` as `陷阱4：…`.

use super::{none, read, source, tracked};

/// What each trap is about; the number is its place in the list.
const TRAPS: [&str; 18] = [
    "codes of every authority and region are taken",
    "a sum divisible by 31, and the two alphabets",
    "no joining by name, by several numbers at once or by placeholders",
    "the period starts with the document; months clamp; the day is that of Shanghai",
    "the maximum ends by itself; the minimum only allows an application",
    "rules are chosen by the date of the document",
    "an end reaches everybody who has the record",
    "slight penalties: not published, yet not nothing; simplified ones of persons are refused",
    "a dispute does not suspend, an annulment ends at once",
    "no count and no score makes an entry of a list",
    "working days with make-up days; the day of the event is not counted",
    "fines in 万元 with six decimals",
    "one decision, many subjects; one number, many organs; a representative is not the subject",
    "the same word of severity means another thing in each generation",
    "no points and no quotas for persons",
    "keyed hashes; no numbers in free text; no minors",
    "divisions and code lists have days",
    "lateness is counted, silence is not zero",
];

#[test]
fn every_trap_has_a_test_that_names_it() {
    let sources = source::all();
    let is_case = |path: &String| path.starts_with("policy/cases/");
    let cases: String =
        tracked().iter().filter(|path| is_case(path)).map(|path| read(path)).collect();
    let mut findings = Vec::new();
    for (number, about) in (1..).zip(TRAPS) {
        let test = format!("fn trap_{number:02}_");
        let named = sources.iter().any(|source| source.text.contains(&test));
        if !named && !cases.contains(&format!("陷阱{number}：")) {
            findings.push(format!("trap {number}: {about}"));
        }
    }
    none(&findings, "Write the test: `trap_NN_what_it_proves`, or a golden case `陷阱N：…`.");
}

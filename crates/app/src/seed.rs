//! A synthetic city (示例市): its subjects and what the departments hand in about them.
//!
//! Nothing here touches a real business or person: every name begins with 示例 and every code
//! lies in division 4199xx, which does not exist. The same number, seed and day give the same
//! bytes. `truth.json` beside the files says what the gate must find in them.

mod city;
mod codes;
mod columns;
mod commitments;
mod departments;
mod draw;
mod editions;
mod files;
mod inspections;
mod ledger;
mod licences;
mod lists;
mod merits;
mod offences;
mod offences_of_industry;
mod payments;
mod penalties;
mod permits;
mod plant;
mod plants;
mod registrations;
mod row;
mod sink;
mod subject;
#[cfg(test)]
mod tests;
mod trades;
mod words;

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use jiff::civil::Date;
use serde::Serialize;

use city::City;
use draw::Draw;
use subject::Subject;

/// How large a city, and where it goes.
#[derive(Clone, Debug)]
pub struct Options {
    pub subjects: u64,
    pub seed: u64,
    /// Folder for the files; made where it is missing.
    pub out: PathBuf,
    /// Newest day of the data; the last delivery carries it.
    pub as_of: Date,
    /// Rows spoilt of a thousand.
    pub defects: u64,
    /// No planted defects and nothing late, for benchmarks.
    pub plain: bool,
}

/// Rows spoilt of a thousand in a city as cities are.
pub const DEFECTS: u64 = 10;

/// The files of a city, in the order in which they are to be imported.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub seed: u64,
    pub subjects: u64,
    pub as_of: String,
    pub rows: u64,
    pub files: Vec<Delivery>,
}

/// One file as the manifest lists it.
#[derive(Debug, Serialize)]
pub struct Delivery {
    /// Name within the folder.
    pub path: String,
    pub item: &'static str,
    pub department: &'static str,
    /// Pack without which the columns cannot be read.
    pub pack: Option<&'static str>,
    /// Rows, the heading not among them.
    pub rows: u64,
    /// Day on which the department delivered it.
    pub delivered_on: String,
    /// Whether lateness is judged: false for the backlog of years.
    pub timely: bool,
    /// Whether it takes records back, by their natural keys.
    pub withdraws: bool,
}

/// Writes the city, its `manifest.json` and its `truth.json`.
pub fn write(
    options: &Options,
    progress: &mut dyn FnMut(&str, u64, u64),
) -> anyhow::Result<Summary> {
    let mut city = City::new(options)?;
    for number in 0..options.subjects {
        if number % 1000 == 0 {
            progress("subjects", number, options.subjects);
        }
        let mut draw = Draw::of(options.seed, number);
        let subject = Subject::of(number, options.subjects, options.seed, options.as_of, &mut draw);
        write_subject(&mut city, &subject, &mut draw)?;
    }
    progress("subjects", options.subjects, options.subjects);
    let files = city.finish()?;
    let summary = Summary {
        seed: options.seed,
        subjects: options.subjects,
        as_of: options.as_of.to_string(),
        rows: files.iter().map(|file| file.rows).sum(),
        files,
    };
    write_json(&options.out.join("manifest.json"), &summary)?;
    write_json(&options.out.join("truth.json"), &city.truth)?;
    Ok(summary)
}

/// Everything the departments know about one subject.
fn write_subject(city: &mut City, subject: &Subject, draw: &mut Draw) -> anyhow::Result<()> {
    registrations::write(city, subject, draw)?;
    let before = subject.before(city.history_end());
    city.quiet = before.is_some();
    let known = before.as_ref().unwrap_or(subject);
    licences::write(city, known, draw)?;
    penalties::write(city, known, draw)?;
    inspections::write(city, known, draw)?;
    lists::write(city, known, draw)?;
    merits::write(city, known, draw)?;
    commitments::write(city, known, draw)?;
    payments::write(city, known, draw)?;
    city.end_subject(subject);
    Ok(())
}

/// Writes one clean file of penalties with the mandatory columns, three to a subject.
pub fn write_double_publicity(rows: u64, seed: u64, as_of: Date, out: &Path) -> anyhow::Result<()> {
    let heading = editions::PENALTY_MANDATORY.iter().map(|(code, _)| (*code).to_owned()).collect();
    let mut sink = sink::Sink::create(out.to_owned(), sink::Shape::Csv, '-', heading)?;
    let subjects = rows.div_ceil(3);
    for number in 0..rows {
        let mut draw = Draw::of(seed, number / 3);
        let subject = Subject::of(number / 3, subjects, seed, as_of, &mut draw);
        let mut draw = Draw::of(seed ^ 1, number);
        let row = penalties::mandatory_row(&subject, number + 1, as_of, &mut draw);
        sink.row(&row, sink::Damage::None)?;
    }
    sink.finish()
}

fn write_json(path: &Path, value: &impl Serialize) -> anyhow::Result<()> {
    let file = File::create(path).with_context(|| format!("open {}", path.display()))?;
    let mut writer = BufWriter::new(file);
    serde_json::to_writer_pretty(&mut writer, value)?;
    writer.write_all(b"\n")?;
    writer.flush().with_context(|| format!("write {}", path.display()))
}

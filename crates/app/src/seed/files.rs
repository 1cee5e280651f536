//! Which department delivers what, in which file and in which form.

use std::path::Path;

use jiff::civil::Date;

use super::{
    Delivery,
    city::{Source, Wave},
    columns,
    departments::{self, Department},
    draw::plus_days,
    editions,
    row::{Cell, Column, Row},
    sink::{Shape, Sink},
};

/// One file that may come to be.
#[derive(Clone, Debug)]
pub struct FileSpec {
    pub source: Source,
    pub wave: Wave,
    pub shape: Shape,
    pub columns: &'static [Column],
    /// Whether the heading has the labels instead of the codes exchanged.
    labels: bool,
    day_mark: char,
    /// Quarter of the newest day: `2026Q4`.
    quarter: String,
}

impl FileSpec {
    #[must_use]
    pub fn file_name(&self) -> String {
        let Source { department, item } = self.source;
        let period = match self.wave {
            Wave::Edition2016 => "2016edition",
            Wave::History => "history",
            Wave::Current => &self.quarter,
            Wave::Withdrawal => "withdrawal",
        };
        format!("{department}-{item}-{period}.{}", self.shape.extension())
    }

    pub fn open(&self, folder: &Path) -> anyhow::Result<Sink> {
        let name = |(code, label): &Column| if self.labels { *label } else { *code };
        let heading = self.columns.iter().map(|column| name(column).to_owned()).collect();
        Sink::create(folder.join(self.file_name()), self.shape, self.day_mark, heading)
    }

    /// What the manifest says of the file.
    #[must_use]
    pub fn delivery(&self, sink: &Sink, as_of: Date) -> Delivery {
        let newest = matches!(self.wave, Wave::Current | Wave::Withdrawal);
        let day = if newest { as_of } else { plus_days(as_of, -7) };
        Delivery {
            path: self.file_name(),
            item: self.source.item,
            department: self.source.department,
            pack: self.pack(),
            rows: sink.rows(),
            delivered_on: day.to_string(),
            timely: self.wave == Wave::Current,
            withdraws: self.wave == Wave::Withdrawal,
        }
    }

    fn pack(&self) -> Option<&'static str> {
        match (self.wave, self.source.item) {
            (Wave::Edition2016, "licence") => Some("double_publicity_2016_licence"),
            (Wave::Edition2016, _) => Some("double_publicity_2016_penalty"),
            _ => None,
        }
    }
}

/// Every file that may come to be, in the order in which they are imported.
///
/// Registrations lead each wave, so that every later row meets a subject that is known.
#[must_use]
pub fn all(as_of: Date, subjects: u64) -> Vec<FileSpec> {
    let quarter = format!("{}Q{}", as_of.year(), (as_of.month() + 2) / 3);
    let mut list: Vec<FileSpec> = Vec::new();
    for department in departments::ALL {
        for &item in department.items {
            let source = Source { department: department.id, item };
            for wave in [Wave::Edition2016, Wave::History, Wave::Current, Wave::Withdrawal] {
                let Some(columns) = columns_of(item, wave) else { continue };
                list.push(FileSpec {
                    source,
                    wave,
                    shape: shape(source, wave, subjects),
                    columns,
                    labels: labels(department, wave),
                    day_mark: if department.slashes { '/' } else { '-' },
                    quarter: quarter.clone(),
                });
            }
        }
    }
    list.sort_by_key(|file| {
        let stage = match file.wave {
            Wave::Edition2016 | Wave::History => 0,
            Wave::Current => 1,
            Wave::Withdrawal => 2,
        };
        (stage, file.source.item != "registration", file.wave, file.source)
    });
    list
}

/// The columns of a file, or none where no such file comes.
fn columns_of(item: &str, wave: Wave) -> Option<&'static [Column]> {
    match wave {
        Wave::Edition2016 => editions::of_2016(item),
        Wave::History | Wave::Current => columns::of(item),
        Wave::Withdrawal => editions::keys_of(item),
    }
}

fn labels(department: &Department, wave: Wave) -> bool {
    department.labels && wave != Wave::Edition2016
}

/// Office machines differ: most files are plain CSV, the rest shows what else comes in.
fn shape(source: Source, wave: Wave, subjects: u64) -> Shape {
    const MOST_FOR_A_SHEET: u64 = 100_000;
    match (source.department, source.item, wave) {
        (_, _, Wave::Withdrawal) => Shape::Csv,
        ("shengtai" | "zhujian", "penalty" | "licence", Wave::Edition2016 | Wave::History) => {
            Shape::CsvGb18030
        }
        ("minzheng", ..) => Shape::CsvGb18030,
        ("ranqi", ..) => Shape::Pipe,
        ("dianli", _, Wave::Current) => Shape::TabMarked,
        ("jiaoyu", "penalty", _) => Shape::TabMarked,
        ("xinyong", "commitment_fulfilment", _) => Shape::JsonLines,
        ("fagai", "honour", _) if subjects <= MOST_FOR_A_SHEET => Shape::Xlsx,
        _ => Shape::Csv,
    }
}

/// The day of the decision where the item must be handed in within days of it.
#[must_use]
pub fn decided_on(row: &Row) -> Option<Date> {
    let cell = row.get("CF_JDRQ").or_else(|| row.get("XK_JDRQ"));
    match cell {
        Some(Cell::Day(day)) => Some(*day),
        _ => None,
    }
}

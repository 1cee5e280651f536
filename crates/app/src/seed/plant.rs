//! Planted defects: what is done to a row, and what the gate must say to it.

use domain::fault::{Level, Rule};
use jiff::civil::Date;

use super::{
    codes,
    draw::plus_days,
    row::{Cell, Row},
    sink::{Damage, Shape},
    words,
};

/// One way to spoil a row of an item.
#[derive(Clone, Copy, Debug)]
pub struct Plant {
    pub rule: Rule,
    pub level: Level,
    /// Code of the column the fault must name; empty where the row as a whole is meant.
    pub column: &'static str,
    pub how: How,
}

impl Plant {
    /// A defect for which the row is returned.
    #[must_use]
    pub const fn error(rule: Rule, column: &'static str, how: How) -> Plant {
        Plant { rule, level: Level::Error, column, how }
    }

    /// A defect for which the row is kept and doubted.
    #[must_use]
    pub const fn warning(rule: Rule, column: &'static str, how: How) -> Plant {
        Plant { rule, level: Level::Warning, column, how }
    }
}

/// What is done to the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The cell is emptied.
    Clear,
    /// The cell says this instead of what it says.
    Write(&'static str),
    /// The cell, empty as a rule, says this.
    Fill(&'static str),
    /// This follows what the cell says.
    Append(&'static str),
    /// The cell says this again and again, beyond so many characters.
    Longer(usize),
    /// The check character is another.
    WrongCheck,
    /// The last character is missing.
    Short,
    /// A character that the alphabet of the code lacks.
    Letter,
    /// A day long after the data; the end in this column must still lie behind it.
    Future(&'static str),
    /// A day before the one in this column.
    Before(&'static str),
    /// The start in this column moves behind the day of the cell.
    StartsAfter(&'static str),
    /// Yuan are written where 万元 are meant.
    Yuan,
    /// A natural person punished by simplified procedure stands in the place of the subject.
    Person,
    /// No code is given, and the name as the supplier has it.
    NoCode,
    /// The row stands twice; the second is the defect.
    Twice,
    /// The line is in another encoding than its file.
    OtherEncoding,
    /// The line has a cell that belongs to no column.
    ExtraCell,
}

impl How {
    /// Whether a file of this shape can have the defect.
    #[must_use]
    pub fn fits(self, shape: Shape) -> bool {
        match self {
            How::OtherEncoding => shape == Shape::Csv,
            How::ExtraCell => !matches!(shape, Shape::JsonLines | Shape::Xlsx),
            _ => true,
        }
    }

    #[must_use]
    pub fn damage(self) -> Damage {
        match self {
            How::OtherEncoding => Damage::OtherEncoding,
            How::ExtraCell => Damage::ExtraCell,
            _ => Damage::None,
        }
    }

    /// Spoils the row; false where the cell has nothing to spoil, and the row is as it was.
    pub fn apply(self, row: &mut Row, column: &str, as_of: Date) -> bool {
        if matches!(self, How::Twice | How::OtherEncoding | How::ExtraCell) {
            return true;
        }
        match self {
            How::Person => return put_person(row),
            How::NoCode => return drop_codes(row),
            How::Fill(text) => row.set(column, text),
            How::Before(other) => match day(row, other) {
                Some(day) => row.set(column, plus_days(day, -40)),
                None => return false,
            },
            How::StartsAfter(start) => match day(row, column) {
                Some(day) if day.year() < 2099 => row.set(start, plus_days(day, 40)),
                _ => return false,
            },
            How::Future(end) => {
                let future = plus_days(as_of, 10_000);
                // Words of an older row may have gone out of use: on a later day they are a second doubt.
                let recent = day(row, column).is_some_and(|day| plus_days(as_of, -1_000) < day);
                if !recent || day(row, end).is_some_and(|end| end < future) {
                    return false;
                }
                row.set(column, future);
            }
            _ => return self.spoil_cell(row, column),
        }
        true
    }

    fn spoil_cell(self, row: &mut Row, column: &str) -> bool {
        let spoilt = match (self, row.get(column)) {
            (_, None | Some(Cell::Empty)) => None,
            (How::Clear, _) => Some(Cell::Empty),
            (How::Write(text), _) => Some(text.into()),
            (_, Some(Cell::Text(text))) => spoil_text(self, text).map(Cell::from),
            _ => None,
        };
        let Some(spoilt) = spoilt else { return false };
        row.set(column, spoilt);
        true
    }
}

fn day(row: &Row, column: &str) -> Option<Date> {
    match row.get(column) {
        Some(Cell::Day(day)) => Some(*day),
        _ => None,
    }
}

/// A person nobody is, with a number of a division that issues none.
fn put_person(row: &mut Row) -> bool {
    let of_organisations = ["CF_XDR_SHXYM", "CF_XDR_GSZC", "CF_XDR_ZZJG", "CF_FRDB"];
    // Nothing heavier goes with the simplified procedure.
    let of_heavier_kinds = ["CF_NR_FK", "CF_NR_WFFF", "CF_NR_ZKDX"];
    for code in of_organisations.into_iter().chain(of_heavier_kinds) {
        row.set(code, Cell::Empty);
    }
    row.set("CF_CFLB", "警告");
    row.set("CF_XDR_MC", words::person(37));
    row.set("CF_XDR_LB", "自然人");
    row.set("CF_XDR_ZJLX", "身份证");
    row.set("CF_XDR_ZJHM", codes::person_id("19800101", 7));
    row.set("CF_JYCX", "是");
    true
}

/// Leaves an account of a supplier with its name alone, in one of the ways suppliers write names.
fn drop_codes(row: &mut Row) -> bool {
    let Some(Cell::Text(name)) = row.get("GY_XDR_MC").cloned() else { return false };
    let ways = name.bytes().fold(0u32, |sum, byte| sum + u32::from(byte));
    let written = match ways % 4 {
        0 if name.ends_with("有限责任公司") => name.replace("有限责任公司", "有限公司"),
        0 => name.replace("有限公司", "有限责任公司"),
        1 => name.replacen(words::MARK, &format!("{}市", words::MARK), 1),
        _ => name.into_owned(),
    };
    row.set("GY_XDR_MC", written);
    row.set("GY_XDR_SHXYM", Cell::Empty);
    row.set("GY_XDR_GSZC", Cell::Empty);
    true
}

fn spoil_text(how: How, text: &str) -> Option<String> {
    let head = || text.get(..text.len() - 1);
    match how {
        How::Append(more) => Some(format!("{text}{more}")),
        How::Longer(max) => {
            let times = max / text.chars().count() + 1;
            Some(text.repeat(times))
        }
        How::WrongCheck => {
            let other = if text.ends_with('7') { '8' } else { '7' };
            Some(format!("{}{other}", head()?))
        }
        How::Short => Some(head()?.to_owned()),
        How::Letter => Some(format!("{}O{}", text.get(..9)?, text.get(10..)?)),
        How::Yuan => {
            let wan: f64 = text.parse().ok().filter(|wan| 0.0 < *wan)?;
            Some(format!("{:.0}", wan * 10_000.0))
        }
        _ => None,
    }
}

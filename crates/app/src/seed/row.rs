//! Rows as a department writes them: cells under exchanged column codes.

use std::{borrow::Cow, fmt::Write};

use jiff::civil::Date;

use super::subject::Subject;

/// One column: the code exchanged and the label some departments write instead.
pub type Column = (&'static str, &'static str);

/// What stands in one cell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Cell {
    #[default]
    Empty,
    Text(Cow<'static, str>),
    /// A date, written as its file writes dates.
    Day(Date),
}

impl Cell {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Cell::Empty
    }

    /// The text without quotes.
    #[must_use]
    pub fn plain(&self, day_mark: char) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone().into_owned(),
            Cell::Day(day) => {
                let mut text = String::with_capacity(10);
                write_day(&mut text, *day, day_mark);
                text
            }
        }
    }

    /// Adds the text to a line, in quotes where the delimiter demands them.
    pub fn write(&self, line: &mut String, day_mark: char, delimiter: char) {
        match self {
            Cell::Empty => {}
            Cell::Day(day) => write_day(line, *day, day_mark),
            Cell::Text(text) if text.contains([delimiter, '"', '\n', '\r']) => {
                line.push('"');
                line.push_str(&text.replace('"', "\"\""));
                line.push('"');
            }
            Cell::Text(text) => line.push_str(text),
        }
    }
}

fn write_day(line: &mut String, day: Date, mark: char) {
    let (year, month, day) = (day.year(), day.month(), day.day());
    let written = write!(line, "{year:04}{mark}{month:02}{mark}{day:02}");
    debug_assert!(written.is_ok(), "a string takes any text");
}

impl From<&'static str> for Cell {
    fn from(text: &'static str) -> Cell {
        if text.is_empty() { Cell::Empty } else { Cell::Text(Cow::Borrowed(text)) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(Cow::Owned(text))
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Cell {
        Cell::from(text.clone())
    }
}

impl From<Date> for Cell {
    fn from(day: Date) -> Cell {
        Cell::Day(day)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Cell {
        cell.map_or(Cell::Empty, Into::into)
    }
}

/// One row under the columns of its file.
#[derive(Clone, Debug)]
pub struct Row {
    pub columns: &'static [Column],
    pub cells: Vec<Cell>,
}

impl Row {
    #[must_use]
    pub fn new(columns: &'static [Column]) -> Row {
        Row { columns, cells: vec![Cell::Empty; columns.len()] }
    }

    /// A row about a subject: the first columns of every item are its name, its category, its
    /// unified code and its registration number.
    #[must_use]
    pub fn about(columns: &'static [Column], subject: &Subject) -> Row {
        let mut row = Row::new(columns);
        row.cells[0] = Cell::from(&subject.name);
        row.cells[1] = subject.kind().into();
        row.cells[2] = Cell::from(&subject.uscc);
        row.cells[3] = subject.reg_no.clone().into();
        row
    }

    /// The row with one cell filled; a code the file does not have is dropped by the file.
    #[must_use]
    pub fn with(mut self, code: &str, cell: impl Into<Cell>) -> Row {
        self.set(code, cell);
        self
    }

    pub fn set(&mut self, code: &str, cell: impl Into<Cell>) {
        let position = self.position(code);
        debug_assert!(position.is_some(), "no column {code}");
        if let Some(position) = position {
            self.cells[position] = cell.into();
        }
    }

    /// The cells that stand under these columns.
    #[must_use]
    pub fn under(&self, columns: &'static [Column]) -> Row {
        let cells = columns.iter().map(|(code, _)| self.get(code).cloned().unwrap_or_default());
        Row { columns, cells: cells.collect() }
    }

    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Cell> {
        self.position(code).map(|position| &self.cells[position])
    }

    fn position(&self, code: &str) -> Option<usize> {
        self.columns.iter().position(|(name, _)| *name == code)
    }
}

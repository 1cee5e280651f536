//! One file of a department on its way to disk, in whatever form the department keeps.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
};

use anyhow::Context;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::row::{Cell, Row};

/// The form a department delivers in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Comma-separated UTF-8.
    Csv,
    /// Comma-separated GB18030, as older office machines save it.
    CsvGb18030,
    /// `|` between the columns.
    Pipe,
    /// Tabs between the columns, a byte order mark in front.
    TabMarked,
    /// One object a line.
    JsonLines,
    /// One sheet.
    Xlsx,
}

impl Shape {
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Shape::Csv | Shape::CsvGb18030 => "csv",
            Shape::Pipe => "txt",
            Shape::TabMarked => "tsv",
            Shape::JsonLines => "jsonl",
            Shape::Xlsx => "xlsx",
        }
    }

    fn delimiter(self) -> char {
        match self {
            Shape::Pipe => '|',
            Shape::TabMarked => '\t',
            _ => ',',
        }
    }
}

/// Harm done to a line as a whole, beyond what stands in its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    None,
    /// The line is in GB18030 in the midst of UTF-8.
    OtherEncoding,
    /// The line has a cell that belongs to no column.
    ExtraCell,
}

/// An open file that takes rows.
pub struct Sink {
    body: Body,
    shape: Shape,
    /// What parts year, month and day: `-` or `/`.
    day_mark: char,
    heading: Vec<String>,
    path: PathBuf,
    lines: u64,
    line: String,
}

enum Body {
    Text(BufWriter<File>),
    Book(Box<Workbook>),
}

impl Sink {
    /// Opens the file and writes its heading.
    pub fn create(
        path: PathBuf,
        shape: Shape,
        day_mark: char,
        heading: Vec<String>,
    ) -> anyhow::Result<Sink> {
        let body = match shape {
            Shape::Xlsx => Body::Book(Box::new(new_book()?)),
            _ => {
                let file =
                    File::create(&path).with_context(|| format!("open {}", path.display()))?;
                Body::Text(BufWriter::with_capacity(1 << 16, file))
            }
        };
        let line = String::with_capacity(1024);
        let mut sink = Sink { body, shape, day_mark, heading, path, lines: 0, line };
        if shape == Shape::TabMarked {
            sink.line.push('\u{feff}');
        }
        if shape != Shape::JsonLines {
            let heading: Vec<Cell> = sink.heading.iter().cloned().map(Cell::from).collect();
            sink.put(&heading, Damage::None)?;
        }
        Ok(sink)
    }

    /// Writes one row and tells its line, the heading being line 1.
    pub fn row(&mut self, row: &Row, damage: Damage) -> anyhow::Result<u64> {
        self.put(&row.cells, damage)
    }

    fn put(&mut self, cells: &[Cell], damage: Damage) -> anyhow::Result<u64> {
        self.lines += 1;
        match self.shape {
            Shape::Xlsx => self.put_in_book(cells)?,
            Shape::JsonLines => self.put_object(cells)?,
            _ => self.put_line(cells, damage)?,
        }
        Ok(self.lines)
    }

    fn put_line(&mut self, cells: &[Cell], damage: Damage) -> anyhow::Result<()> {
        let delimiter = self.shape.delimiter();
        for (position, cell) in cells.iter().enumerate() {
            if position != 0 {
                self.line.push(delimiter);
            }
            cell.write(&mut self.line, self.day_mark, delimiter);
        }
        if damage == Damage::ExtraCell {
            self.line.push(delimiter);
            self.line.push_str("另附说明");
        }
        self.line.push('\n');
        let foreign = self.shape == Shape::CsvGb18030 || damage == Damage::OtherEncoding;
        let Body::Text(writer) = &mut self.body else { return Ok(()) };
        if foreign {
            writer.write_all(&encoding_rs::GB18030.encode(&self.line).0)?;
        } else {
            writer.write_all(self.line.as_bytes())?;
        }
        self.line.clear();
        Ok(())
    }

    fn put_object(&mut self, cells: &[Cell]) -> anyhow::Result<()> {
        let filled = self.heading.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
        let object: serde_json::Map<String, serde_json::Value> =
            filled.map(|(name, cell)| (name.clone(), cell.plain(self.day_mark).into())).collect();
        let Body::Text(writer) = &mut self.body else { return Ok(()) };
        serde_json::to_writer(&mut *writer, &object)?;
        writer.write_all(b"\n")?;
        Ok(())
    }

    fn put_in_book(&mut self, cells: &[Cell]) -> anyhow::Result<()> {
        let Body::Book(book) = &mut self.body else { return Ok(()) };
        let sheet = book.worksheet_from_index(0)?;
        let row = u32::try_from(self.lines - 1)?;
        for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, u16::try_from(column)?, cell.plain(self.day_mark))?;
        }
        Ok(())
    }

    /// Rows written, the heading not among them.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.lines - u64::from(self.shape != Shape::JsonLines)
    }

    /// The line written last.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    pub fn finish(&mut self) -> anyhow::Result<()> {
        match &mut self.body {
            Body::Text(writer) => writer.flush().context("write the last rows")?,
            Body::Book(book) => book.save(&self.path).context("write the workbook")?,
        }
        Ok(())
    }
}

/// A workbook that carries no day of its own, so that the same seed gives the same bytes.
fn new_book() -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    let day = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&day));
    book.add_worksheet();
    Ok(book)
}

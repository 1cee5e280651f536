//! Rows of delimited text (CSV and its kin).

use std::{path::Path, str};

use domain::fault::Rule;
use memchr::{memchr2, memmem};

use crate::{
    batch::RowBatch,
    decode::{
        Options, ROW_MAX, Unreadable, choose_encoding,
        kind::Unsupported,
        split::{Dialect, Scan, Span, detect_delimiter},
        tidy_heading,
        window::{self, Window},
    },
    encoding::Encoding,
};

/// Rows above the heading that may hold a title.
const TITLES_MAX: usize = 5;

/// The rows of a delimited file.
pub struct Delimited {
    window: Window,
    dialect: Dialect,
    width: usize,
    batch_rows: usize,
    /// Physical line on which the next row begins, the first being 1.
    line: u64,
    cells: Vec<Span>,
}

impl Delimited {
    /// Opens the file and reads the names of its columns.
    pub fn open(
        path: &Path,
        head: &[u8],
        options: &Options,
    ) -> Result<(Vec<String>, Delimited), Unreadable> {
        let (encoding, mark) = choose_encoding(head, options);
        let mut window = Window::open(path, encoding, mark)?;
        window.grow()?;
        let delimiter = match options.delimiter {
            Some(delimiter) => delimiter,
            None => delimiter_of(window.rest())?,
        };
        let mut rows = Delimited {
            window,
            dialect: Dialect { delimiter, quoted: options.quoted },
            width: 0,
            batch_rows: options.batch_rows,
            line: 1,
            cells: Vec::new(),
        };
        let columns = rows.read_heading()?;
        rows.width = columns.len();
        Ok((columns, rows))
    }

    pub fn delimiter(&self) -> u8 {
        self.dialect.delimiter
    }

    pub fn encoding(&self) -> Encoding {
        self.window.encoding()
    }

    pub fn position(&self) -> u64 {
        self.window.position()
    }

    /// Adds rows until the batch is full or the file ends.
    pub fn fill(&mut self, into: &mut RowBatch) -> Result<(), Unreadable> {
        while !into.is_full(self.batch_rows) {
            match self.scan(0)? {
                None => break,
                Some(Scan::Row { length, next, lines }) if length <= ROW_MAX => {
                    if self.take_row(length, lines, into) {
                        self.window.consume(next);
                        self.line += lines;
                    } else {
                        self.skip_line()?;
                    }
                }
                Some(scan) => {
                    let length = match scan {
                        Scan::Unpaired { length } => length.min(ROW_MAX),
                        Scan::Row { .. } | Scan::Partial => ROW_MAX,
                    };
                    let row = first_line(self.window.rest());
                    let words = [String::new(), length.to_string()];
                    into.push_bad(self.line, Rule::TooLong, words, &window::show(row));
                    self.skip_line()?;
                }
            }
        }
        Ok(())
    }

    /// Scans the row that begins at `offset` and reads on as far as that takes; `Partial` only
    /// beyond the greatest length, nothing at the end.
    fn scan(&mut self, offset: usize) -> Result<Option<Scan>, Unreadable> {
        loop {
            let rest = &self.window.rest()[offset..];
            let ended = self.window.ended();
            if rest.is_empty() && ended {
                return Ok(None);
            }
            let scan = self.dialect.scan(rest, ended, &mut self.cells);
            if scan != Scan::Partial || rest.len() > ROW_MAX {
                return Ok(Some(scan));
            }
            self.window.grow()?;
        }
    }

    /// Takes the scanned row into the batch, as a bad one if need be. False where only its first
    /// line is to be given up: a row over several lines with too many or too few cells has most
    /// likely swallowed its neighbours.
    fn take_row(&mut self, length: usize, lines: u64, into: &mut RowBatch) -> bool {
        let row = &self.window.rest()[..length];
        if row.is_empty() {
            return true;
        }
        let Some(text) = self.window.text(row) else {
            let words = [String::new(), self.window.encoding().name().to_owned()];
            into.push_bad(self.line, Rule::Encoding, words, &window::show(row));
            return true;
        };
        let empty = |cell: &Span| text[cell.start..cell.end].trim().is_empty();
        let found = self.cells.len();
        if found > self.width && self.cells[self.width..].iter().all(empty) {
            self.cells.truncate(self.width);
        }
        if self.cells.len() != self.width {
            if text.bytes().all(|byte| byte == self.dialect.delimiter || byte == b' ') {
                return true;
            }
            let words = [found.to_string(), self.width.to_string()];
            into.push_bad(self.line, Rule::Columns, words, text);
            return lines == 1;
        }
        for cell in &self.cells {
            push_cell(&text[cell.start..cell.end], cell.doubled, into);
        }
        into.end_row(self.line);
        true
    }

    fn skip_line(&mut self) -> Result<(), Unreadable> {
        self.line += 1;
        Ok(self.window.skip_line()?)
    }

    /// Reads the heading: the first row, or one further down where those above hold but a title.
    fn read_heading(&mut self) -> Result<Vec<String>, Unreadable> {
        let (mut offset, mut line) = (0, self.line);
        let mut heading = None;
        for _ in 0..=TITLES_MAX {
            let Some(Scan::Row { length, next, lines }) = self.scan(offset)? else { break };
            let row = &self.window.rest()[offset..offset + length];
            let Some(text) = self.window.text(row) else { break };
            let cells: Vec<String> = self.cells.iter().map(|cell| unquoted(text, *cell)).collect();
            offset += next;
            line += lines;
            let written = cells.iter().filter(|cell| !cell.trim().is_empty()).count();
            if written > 1 || written == 1 && cells.len() == 1 && heading.is_none() {
                heading = Some((cells, offset, line));
                break;
            }
            if written == 1 && heading.is_none() {
                heading = Some((cells, offset, line));
            }
        }
        let bad = || Unreadable::NotSupported(Unsupported::BrokenHeading);
        let (cells, offset, line) = heading.ok_or_else(bad)?;
        self.window.consume(offset);
        self.line = line;
        tidy_heading(cells.iter().map(String::as_str))
    }
}

fn push_cell(text: &str, doubled: bool, into: &mut RowBatch) {
    if !doubled {
        return into.push_cell(text);
    }
    let cell = into.open_cell();
    let mut rest = 0;
    for at in memmem::find_iter(text.as_bytes(), b"\"\"") {
        cell.push_str(&text[rest..=at]);
        rest = at + 2;
    }
    cell.push_str(&text[rest..]);
    into.end_cell();
}

fn unquoted(row: &str, cell: Span) -> String {
    let text = &row[cell.start..cell.end];
    if cell.doubled { text.replace("\"\"", "\"") } else { text.to_owned() }
}

fn first_line(bytes: &[u8]) -> &[u8] {
    &bytes[..memchr2(b'\n', b'\r', bytes).unwrap_or(bytes.len()).min(4096)]
}

/// The delimiter by the first line in which anything is written.
fn delimiter_of(bytes: &[u8]) -> Result<u8, Unreadable> {
    let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r'));
    let line = lines.map(<[u8]>::trim_ascii).find(|line| !line.is_empty()).unwrap_or_default();
    if let Some(delimiter) = detect_delimiter(line) {
        return Ok(delimiter);
    }
    match str::from_utf8(line) {
        Ok(text) if text.contains('，') => {
            Err(Unreadable::NotSupported(Unsupported::FullWidthDelimiter))
        }
        _ => Ok(b','),
    }
}

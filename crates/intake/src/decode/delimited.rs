//! Rows of delimited text (CSV and its kin).

use std::{path::Path, str};

use domain::fault::Rule;
use memchr::{memchr2, memmem};

use crate::{
    batch::RowBatch,
    decode::{
        Options, ROW_MAX, TITLES_MAX, Unreadable, choose_encoding, heading_at,
        kind::Unsupported,
        split::{Dialect, Scan, Span, detect_delimiter},
        tidy_heading,
        window::{self, Window},
    },
    encoding::Encoding,
};

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
        let dialect = dialect_of(window.rest(), options)?;
        let mut rows = Delimited {
            window,
            dialect,
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
            let show = |cell: &Span| window::show(&row[cell.start..cell.end]);
            let cells = self.cells.iter().map(show).collect();
            into.push_bad_cells(self.line, Rule::Encoding, words, cells);
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
            if lines > 1 {
                into.push_bad(self.line, Rule::Columns, words, text);
                return false;
            }
            let cells = self.cells.iter().map(|cell| unquoted(text, *cell)).collect();
            into.push_bad_cells(self.line, Rule::Columns, words, cells);
            return true;
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
        let mut rows = Vec::new();
        while rows.len() < TITLES_MAX {
            let Some(Scan::Row { length, next, lines }) = self.scan(offset)? else { break };
            let row = &self.window.rest()[offset..offset + length];
            let Some(text) = self.window.text(row) else { break };
            let cells: Vec<String> = self.cells.iter().map(|cell| unquoted(text, *cell)).collect();
            offset += next;
            line += lines;
            rows.push((cells, offset, line));
        }
        let count = |cells: &[String]| cells.iter().filter(|cell| !cell.trim().is_empty()).count();
        let written: Vec<usize> = rows.iter().map(|(cells, ..)| count(cells)).collect();
        let broken = || Unreadable::NotSupported(Unsupported::BrokenHeading);
        let (cells, offset, line) = rows.swap_remove(heading_at(&written).ok_or_else(broken)?);
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

/// How cells are told apart. What a pack says of its source is a hint: a file that was mended and
/// comes back as CSV need not look like the source.
fn dialect_of(bytes: &[u8], options: &Options) -> Result<Dialect, Unreadable> {
    let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
    let first: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).take(TITLES_MAX).collect();
    let quoted = options.quoted;
    let found = first.iter().find_map(|line| Some((detect_delimiter(line)?, line)));
    match (options.delimiter, found) {
        (Some(delimiter), Some((other, line))) if !line.contains(&delimiter) => {
            Ok(Dialect { delimiter: other, quoted: true })
        }
        (Some(delimiter), _) => Ok(Dialect { delimiter, quoted }),
        (None, _) if has_full_width_commas(first.first().copied().unwrap_or_default(), 2) => {
            Err(Unreadable::NotSupported(Unsupported::FullWidthDelimiter))
        }
        (None, Some((delimiter, _))) => Ok(Dialect { delimiter, quoted }),
        (None, None) if first.iter().any(|line| has_full_width_commas(line, 1)) => {
            Err(Unreadable::NotSupported(Unsupported::FullWidthDelimiter))
        }
        (None, None) => Ok(Dialect { delimiter: b',', quoted }),
    }
}

/// A line of at least so many full-width commas and no delimiter at all.
fn has_full_width_commas(line: &[u8], count: usize) -> bool {
    detect_delimiter(line).is_none()
        && str::from_utf8(line).is_ok_and(|text| count <= text.matches('，').count())
}

//! Rows from JSON: one flat object a line, or an array of flat objects.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    path::Path,
};

use domain::fault::Rule;
use memchr::{memchr, memchr2};

use crate::{
    batch::RowBatch,
    decode::{
        COLUMNS_MAX, Options, ROW_MAX, Unreadable, choose_encoding,
        kind::Unsupported,
        object::{self, End, NotFlat},
        tidy_heading,
        window::{self, Window, after_line_end},
    },
};

/// Objects whose keys make the heading, and the bytes they may take.
const LOOK_AHEAD: usize = 1000;
const LOOK_AHEAD_BYTES: u64 = 16 << 20;

/// The rows of a JSON file.
pub struct Json {
    objects: Objects,
    columns: Columns,
    batch_rows: usize,
}

/// The columns by name.
struct Columns {
    names: Vec<String>,
    positions: HashMap<String, usize>,
}

/// The objects of a file, one after another.
struct Objects {
    window: Window,
    /// One object a line, so that a broken one cannot take its neighbours with it.
    by_line: bool,
    /// Array brackets not yet closed.
    open: u64,
    /// What stood before is broken; lines that begin no object belong to it.
    recovering: bool,
    line: u64,
    /// Row number given last.
    row: u64,
}

/// What comes next in a file of objects.
enum Found {
    Object {
        length: usize,
    },
    /// What begins here is no object.
    Broken,
    TooLong,
    End,
}

impl Json {
    /// Opens the file and gathers the keys of its first objects.
    pub fn open(
        path: &Path,
        head: &[u8],
        options: &Options,
    ) -> Result<(Vec<String>, Json), Unreadable> {
        let columns = gather_columns(&mut Objects::open(path, head, options)?)?;
        let objects = Objects::open(path, head, options)?;
        let positions = columns.iter().cloned().zip(0..).collect();
        let known = Columns { names: columns.clone(), positions };
        Ok((columns, Json { objects, columns: known, batch_rows: options.batch_rows }))
    }

    pub fn position(&self) -> u64 {
        self.objects.window.position()
    }

    /// Adds rows until the batch is full or the file ends.
    pub fn fill(&mut self, into: &mut RowBatch) -> Result<(), Unreadable> {
        while !into.is_full(self.batch_rows) {
            match self.objects.find()? {
                Found::End => break,
                Found::Object { length } => {
                    let line = self.objects.number();
                    let row = &self.objects.window.rest()[..length];
                    match self.objects.window.text(row) {
                        Some(text) => push_object(&self.columns, line, text, into),
                        None => {
                            let encoding = self.objects.window.encoding().name().to_owned();
                            let words = [String::new(), encoding];
                            into.push_bad(line, Rule::Encoding, words, &window::show(row));
                        }
                    }
                    self.objects.consume(length);
                }
                Found::Broken => {
                    let words = ["?".to_owned(), self.columns.names.len().to_string()];
                    let text = window::show(self.objects.first_line());
                    into.push_bad(self.objects.number(), Rule::Columns, words, &text);
                    self.objects.recover()?;
                }
                Found::TooLong => {
                    let words = [String::new(), ROW_MAX.to_string()];
                    let text = window::show(self.objects.first_line());
                    into.push_bad(self.objects.number(), Rule::TooLong, words, &text);
                    self.objects.recover()?;
                }
            }
        }
        Ok(())
    }
}

impl Columns {
    /// The position of a column, most likely that of `guess`.
    fn position(&self, key: &str, guess: usize) -> Option<usize> {
        if self.names.get(guess).is_some_and(|name| name == key) {
            return Some(guess);
        }
        self.positions.get(key).copied()
    }
}

fn push_object(columns: &Columns, line: u64, text: &str, into: &mut RowBatch) {
    let width = columns.names.len();
    let mut cells: Vec<Cow<'_, str>> = vec![Cow::Borrowed(""); width];
    let (mut count, mut unknown) = (0usize, None);
    let outcome = object::read(text, |key, value| {
        match columns.position(key.trim(), count) {
            Some(column) => cells[column] = value,
            None => {
                cells.push(value);
                unknown.get_or_insert(key);
            }
        }
        count += 1;
    });
    let found = match (outcome, unknown) {
        (Ok(()), None) => return into.push_row(line, cells.iter().map(AsRef::as_ref)),
        (Ok(()), Some(key)) => {
            let words = [format!("{count} (“{key}”)"), width.to_string()];
            let cells = cells.into_iter().map(Cow::into_owned).collect();
            return into.push_bad_cells(line, Rule::Columns, words, cells);
        }
        (Err(NotFlat::Nested(key)), _) => format!("“{key}”: {{…}}"),
        (Err(NotFlat::Malformed), _) => "?".to_owned(),
    };
    into.push_bad(line, Rule::Columns, [found, width.to_string()], text);
}

fn gather_columns(objects: &mut Objects) -> Result<Vec<String>, Unreadable> {
    let mut columns: Vec<String> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    for _ in 0..LOOK_AHEAD {
        match objects.find()? {
            Found::End => break,
            Found::Broken | Found::TooLong => objects.recover()?,
            Found::Object { length } => {
                let mut keys = Vec::new();
                let text = objects.window.text(&objects.window.rest()[..length]);
                let flat = text.map(|text| object::read(text, |key, _| keys.push(key)));
                if flat == Some(Ok(())) {
                    for key in keys {
                        if !known.contains(key.trim()) {
                            known.insert(key.trim().to_owned());
                            columns.push(key.trim().to_owned());
                        }
                    }
                }
                objects.consume(length);
            }
        }
        if columns.len() > COLUMNS_MAX {
            return Err(Unreadable::TooManyColumns(columns.len(), COLUMNS_MAX));
        }
        if objects.window.position() > LOOK_AHEAD_BYTES {
            break;
        }
    }
    if columns.is_empty() {
        return Err(Unreadable::NotSupported(Unsupported::JsonShape));
    }
    tidy_heading(columns.iter().map(String::as_str))
}

impl Objects {
    fn open(path: &Path, head: &[u8], options: &Options) -> Result<Objects, Unreadable> {
        let (encoding, mark) = choose_encoding(head, options);
        let mut window = Window::open(path, encoding, mark)?;
        window.grow()?;
        let text = window.rest().trim_ascii_start();
        let line = &text[..memchr(b'\n', text).unwrap_or(text.len())];
        let by_line = line.starts_with(b"{") && line.trim_ascii_end().ends_with(b"}");
        Ok(Objects { window, by_line, open: 0, recovering: false, line: 1, row: 0 })
    }

    /// The number of the row that begins here: its line, or where several share one the next
    /// after the row before, so that no two rows have the same.
    fn number(&mut self) -> u64 {
        self.row = self.line.max(self.row + 1);
        self.row
    }

    fn first_line(&self) -> &[u8] {
        let rest = self.window.rest();
        &rest[..memchr2(b'\n', b'\r', rest).unwrap_or(rest.len()).min(4096)]
    }

    /// Goes to the next object; what stands between objects is used up.
    fn find(&mut self) -> Result<Found, Unreadable> {
        loop {
            let Some(byte) = self.window.rest().first().copied() else {
                if self.window.ended() {
                    return self.end();
                }
                self.window.grow()?;
                continue;
            };
            match byte {
                b'{' => return self.measure(),
                b'\r' | b'\n' => {
                    match after_line_end(self.window.rest(), 0, self.window.ended()) {
                        Some(next) => self.window.consume(next),
                        None => {
                            self.window.grow()?;
                            continue;
                        }
                    }
                    self.line += 1;
                }
                b' ' | b'\t' | b',' | b'[' | b']'
                    if byte.is_ascii_whitespace() || !self.by_line =>
                {
                    self.open += u64::from(byte == b'[');
                    self.open = self.open.saturating_sub(u64::from(byte == b']'));
                    self.window.consume(1);
                }
                _ if self.recovering => self.skip_line()?,
                _ => return Ok(Found::Broken),
            }
        }
    }

    fn end(&self) -> Result<Found, Unreadable> {
        if self.open > 0 {
            return Err(Unreadable::NotSupported(Unsupported::JsonCutOff));
        }
        Ok(Found::End)
    }

    /// Finds where the object that begins here ends, and reads on as far as that takes.
    fn measure(&mut self) -> Result<Found, Unreadable> {
        loop {
            let (rest, ended) = (self.window.rest(), self.window.ended());
            let end = if self.by_line {
                match memchr2(b'\n', b'\r', rest) {
                    Some(at) => End::At(rest[..at].trim_ascii_end().len()),
                    None if ended => End::At(rest.trim_ascii_end().len()),
                    None => End::Partial,
                }
            } else {
                object::end(rest)
            };
            match end {
                End::At(length) if length <= ROW_MAX => {
                    self.recovering = false;
                    return Ok(Found::Object { length });
                }
                End::Partial if ended => return Ok(Found::Broken),
                End::Broken => return Ok(Found::Broken),
                _ if rest.len() > ROW_MAX => return Ok(Found::TooLong),
                _ => self.window.grow()?,
            }
        }
    }

    fn consume(&mut self, length: usize) {
        let object = &self.window.rest()[..length];
        self.line += memchr::memchr_iter(b'\n', object).count() as u64;
        self.window.consume(length);
    }

    fn recover(&mut self) -> Result<(), Unreadable> {
        self.recovering = !self.by_line;
        self.skip_line()
    }

    fn skip_line(&mut self) -> Result<(), Unreadable> {
        self.line += 1;
        Ok(self.window.skip_line()?)
    }
}

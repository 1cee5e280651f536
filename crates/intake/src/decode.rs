//! From the bytes of a delivery to batches of text rows, in bounded memory.
//!
//! What a file is, its first bytes say; its name only breaks ties. A row that cannot be read is
//! set aside with its line number and the rows around it go on; only a file that cannot be read
//! at all is an error.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use domain::text::Lang;

use crate::{
    batch::RowBatch,
    decode::{
        columnar::Columnar,
        delimited::Delimited,
        json::Json,
        kind::{Sniffed, Unsupported},
        sheet::Sheet,
    },
    encoding::{self, Encoding},
};

mod archive;
mod cells;
mod columnar;
mod delimited;
mod json;
pub mod kind;
mod object;
mod sheet;
mod split;
mod window;

/// Columns a file may have.
pub const COLUMNS_MAX: usize = 1024;

/// Bytes one row may have; more is the mark of an unpaired quotation mark.
pub const ROW_MAX: usize = 4 << 20;

/// What the caller knows of a file; what is not said is found out.
#[derive(Clone, Debug)]
pub struct Options {
    pub encoding: Option<Encoding>,
    pub delimiter: Option<u8>,
    /// False where a quotation mark is an ordinary character.
    pub quoted: bool,
    /// Rows to a batch.
    pub batch_rows: usize,
    /// The sheet of a workbook; the first visible one otherwise.
    pub sheet: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Options { encoding: None, delimiter: None, quoted: true, batch_rows: 4096, sheet: None }
    }
}

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    pub columns: Vec<String>,
    pub kind: FileKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileKind {
    Csv { delimiter: u8, encoding: Encoding },
    Xlsx { sheet: String },
    JsonLines,
    Parquet,
}

/// Why a file as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("the file is empty")]
    Empty,
    #[error("the first row holds no column names")]
    NoHeading,
    #[error("these column names occur more than once: {}", .0.join(", "))]
    DuplicateColumns(Vec<String>),
    #[error("the file has {0} columns; at most {1} are taken")]
    TooManyColumns(usize, usize),
    #[error("{} cannot be read: {}", .0.what(Lang::En), .0.mend(Lang::En))]
    NotSupported(Unsupported),
    #[error(
        "the file unpacks to {expanded} bytes from {packed}, which no real one does; save it again"
    )]
    BombSuspected { packed: u64, expanded: u64 },
    #[error("the workbook has no sheet “{0}”")]
    NoSuchSheet(String),
    #[error("the file is damaged: {0}")]
    Broken(String),
    #[error("the file could not be read from disk")]
    Io(#[from] io::Error),
}

impl Unreadable {
    /// The sentence for the clerk: what is wrong and how to mend it.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return self.to_string();
        }
        match self {
            Unreadable::Empty => "文件是空的".to_owned(),
            Unreadable::NoHeading => "第一行不是列名；请在第一行写上各列的名称".to_owned(),
            Unreadable::DuplicateColumns(names) => {
                format!("列名重复：{}；请改成各不相同的列名", names.join("、"))
            }
            Unreadable::TooManyColumns(found, limit) => {
                format!("文件有 {found} 列，最多收 {limit} 列")
            }
            Unreadable::NotSupported(what) => {
                format!("不能读取{}：{}", what.what(lang), what.mend(lang))
            }
            Unreadable::BombSuspected { packed, expanded } => format!(
                "文件由 {packed} 字节展开为 {expanded} 字节，不像正常文件；请打开后另存再报"
            ),
            Unreadable::NoSuchSheet(name) => format!("工作簿里没有名为“{name}”的工作表"),
            Unreadable::Broken(reason) => format!("文件已损坏：{reason}；请重新导出后再报"),
            Unreadable::Io(_) => "从磁盘读取文件时出错，请重试".to_owned(),
        }
    }
}

/// Reads one file, batch by batch.
pub struct Decoder {
    heading: Heading,
    form: Form,
    size: u64,
}

enum Form {
    Delimited(Delimited),
    Sheet(Sheet),
    Json(Json),
    Columnar(Columnar),
}

impl Decoder {
    /// Finds out what the file is and reads its heading.
    pub fn open(path: &Path, options: &Options) -> Result<Decoder, Unreadable> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut head = Vec::new();
        file.take(encoding::HEAD as u64).read_to_end(&mut head)?;
        let extension = path.extension().and_then(|name| name.to_str()).unwrap_or_default();
        let (columns, kind, form) = match kind::sniff(&head, extension)? {
            Sniffed::Text => {
                let (columns, rows) = Delimited::open(path, &head, options)?;
                let kind = FileKind::Csv { delimiter: rows.delimiter(), encoding: rows.encoding() };
                (columns, kind, Form::Delimited(rows))
            }
            Sniffed::Json => {
                let (columns, rows) = Json::open(path, &head, options)?;
                (columns, FileKind::JsonLines, Form::Json(rows))
            }
            Sniffed::Zip => {
                let (columns, sheet, rows) = Sheet::open(path, options)?;
                (columns, FileKind::Xlsx { sheet }, Form::Sheet(rows))
            }
            Sniffed::Parquet => {
                let (columns, rows) = Columnar::open(path, options)?;
                (columns, FileKind::Parquet, Form::Columnar(rows))
            }
        };
        Ok(Decoder { heading: Heading { columns, kind }, form, size })
    }

    #[must_use]
    pub fn heading(&self) -> &Heading {
        &self.heading
    }

    /// Fills the batch anew; false where the file has ended and the batch is left without rows,
    /// bad ones too.
    pub fn next(&mut self, into: &mut RowBatch) -> Result<bool, Unreadable> {
        into.clear(self.heading.columns.len());
        match &mut self.form {
            Form::Delimited(rows) => rows.fill(into)?,
            Form::Sheet(rows) => rows.fill(into)?,
            Form::Json(rows) => rows.fill(into)?,
            Form::Columnar(rows) => rows.fill(into)?,
        }
        Ok(!into.is_empty() || !into.bad().is_empty())
    }

    /// How far reading has come, in bytes of the file; for a workbook and for Parquet an estimate.
    #[must_use]
    pub fn position(&self) -> u64 {
        let share = match &self.form {
            Form::Delimited(rows) => return rows.position(),
            Form::Json(rows) => return rows.position(),
            Form::Sheet(rows) => rows.share(),
            Form::Columnar(rows) => rows.share(),
        };
        let (done, of) = share;
        if of == 0 {
            return self.size;
        }
        let part = u128::from(self.size) * u128::from(done) / u128::from(of);
        u64::try_from(part).unwrap_or(u64::MAX).min(self.size)
    }

    /// Bytes of the file.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

/// The encoding to read a file in, and the length of its byte order mark.
fn choose_encoding(head: &[u8], options: &Options) -> (Encoding, usize) {
    let named = options.encoding.map(|encoding| (encoding, 0));
    Encoding::from_mark(head).or(named).unwrap_or_else(|| Encoding::detect(head))
}

/// Rows at the top among which the heading is looked for, below any title.
const TITLES_MAX: usize = 10;

/// Which of the first rows is the heading, by the number of cells written in each: the first that
/// is at least half as full as the fullest, for a title or a note above it fills a cell or two.
fn heading_at(written: &[usize]) -> Option<usize> {
    let fullest = written.iter().copied().max().unwrap_or_default();
    let full = written.iter().position(|count| 1 < *count && fullest <= *count * 2);
    full.or_else(|| written.iter().position(|count| *count == 1))
}

/// Tidies the names of the columns and refuses those that cannot be told apart. Cells left empty
/// after the last name are no columns.
fn tidy_heading<'c>(cells: impl IntoIterator<Item = &'c str>) -> Result<Vec<String>, Unreadable> {
    let tidy = |cell: &str| cell.replace(['\r', '\n', '\u{feff}'], "").trim().to_owned();
    let mut columns: Vec<String> = cells.into_iter().map(tidy).collect();
    while columns.last().is_some_and(String::is_empty) {
        columns.pop();
    }
    if !columns.iter().any(|name| name.contains(char::is_alphabetic)) {
        return Err(Unreadable::NoHeading);
    }
    if columns.len() > COLUMNS_MAX {
        return Err(Unreadable::TooManyColumns(columns.len(), COLUMNS_MAX));
    }
    let mut names: Vec<&String> = columns.iter().filter(|name| !name.is_empty()).collect();
    names.sort();
    let mut twice: Vec<String> =
        names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone()).collect();
    twice.dedup();
    if twice.is_empty() { Ok(columns) } else { Err(Unreadable::DuplicateColumns(twice)) }
}

#[cfg(test)]
mod tests;

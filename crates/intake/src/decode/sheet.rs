//! Rows of a workbook's sheet.
//!
//! The reader of the cells borrows the workbook, so the two live on a thread of their own that
//! hands batches over; it is never more than two batches ahead.

use std::{
    collections::VecDeque,
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use calamine::{Reader as _, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};
use domain::fault::Rule;

use crate::{
    batch::RowBatch,
    decode::{Options, ROW_MAX, TITLES_MAX, Unreadable, archive, cells, heading_at, tidy_heading},
};

/// Columns a sheet can have at all.
const SHEET_COLUMNS: usize = 16_384;

/// The rows of a sheet.
pub struct Sheet {
    messages: Receiver<Message>,
    progress: Arc<Progress>,
    finished: bool,
}

#[derive(Default)]
struct Progress {
    row: AtomicU64,
    rows: AtomicU64,
}

enum Message {
    Opened { columns: Vec<String>, sheet: String },
    Rows(RowBatch),
    Failed(Unreadable),
    Finished,
}

impl Sheet {
    /// Opens the workbook and reads the names of the sheet's columns.
    pub fn open(
        path: &Path,
        options: &Options,
    ) -> Result<(Vec<String>, String, Sheet), Unreadable> {
        archive::inspect(path)?;
        let (sender, messages) = sync_channel(1);
        let progress = Arc::new(Progress::default());
        let task = Task {
            path: path.to_owned(),
            options: options.clone(),
            progress: Arc::clone(&progress),
            sender,
        };
        thread::Builder::new().name("sheet".to_owned()).spawn(move || task.run())?;
        let sheet = Sheet { messages, progress, finished: false };
        match sheet.messages.recv() {
            Ok(Message::Opened { columns, sheet: name }) => Ok((columns, name, sheet)),
            Ok(Message::Failed(error)) => Err(error),
            Ok(Message::Rows(_) | Message::Finished) | Err(_) => Err(gone()),
        }
    }

    /// Rows read so far, of how many the sheet says it has.
    pub fn share(&self) -> (u64, u64) {
        let rows = self.progress.rows.load(Ordering::Relaxed);
        let row = if self.finished { rows } else { self.progress.row.load(Ordering::Relaxed) };
        (row, rows)
    }

    /// Puts the next rows into the batch.
    pub fn fill(&mut self, into: &mut RowBatch) -> Result<(), Unreadable> {
        if self.finished {
            return Ok(());
        }
        match self.messages.recv() {
            Ok(Message::Rows(batch)) => *into = batch,
            Ok(Message::Finished) => self.finished = true,
            Ok(Message::Failed(error)) => {
                self.finished = true;
                return Err(error);
            }
            Ok(Message::Opened { .. }) | Err(_) => return Err(gone()),
        }
        Ok(())
    }
}

/// The reader ended without a word, which only a panic in it can bring about.
fn gone() -> Unreadable {
    Unreadable::Broken("the workbook cannot be read".to_owned())
}

fn broken(error: XlsxError) -> Unreadable {
    match error {
        XlsxError::Io(error) => Unreadable::Io(error),
        XlsxError::WorksheetNotFound(name) => Unreadable::NoSuchSheet(name),
        other => Unreadable::Broken(other.to_string()),
    }
}

/// The side that reads.
struct Task {
    path: PathBuf,
    options: Options,
    progress: Arc<Progress>,
    sender: SyncSender<Message>,
}

impl Task {
    fn run(self) {
        let last = match self.read() {
            Ok(()) => Message::Finished,
            Err(error) => Message::Failed(error),
        };
        // Nobody listens any more where the file was given up.
        let _ = self.sender.send(last);
    }

    fn read(&self) -> Result<(), Unreadable> {
        let file = BufReader::new(File::open(&self.path)?);
        let mut book = Xlsx::new(file).map_err(broken)?;
        let name = self.choose(&book)?;
        let cells = book.worksheet_cells_reader(&name).map_err(broken)?;
        let declared = cells.dimensions().end.0;
        self.progress.rows.store(u64::from(declared) + 1, Ordering::Relaxed);
        let mut rows = Rows { cells, ahead: None, last: 0, ended: false };

        let mut top = VecDeque::new();
        while top.len() < TITLES_MAX
            && let Some(row) = rows.next()?
        {
            top.push_back(row);
        }
        let written: Vec<usize> = top.iter().map(|row: &Row| row.written).collect();
        let titles = heading_at(&written).unwrap_or(0);
        let heading = top.drain(..top.len().min(titles + 1)).next_back();
        let columns = tidy_heading(heading.ok_or(Unreadable::Empty)?.cells())?;
        let width = columns.len();
        if self.sender.send(Message::Opened { columns, sheet: name }).is_err() {
            return Ok(());
        }
        let mut batch = RowBatch::new(width);
        loop {
            let row = match top.pop_front() {
                Some(row) => Some(row),
                None => rows.next()?,
            };
            let Some(row) = row else { break };
            self.progress.row.store(row.number, Ordering::Relaxed);
            row.push(width, &mut batch);
            if batch.is_full(self.options.batch_rows) {
                let full = std::mem::replace(&mut batch, RowBatch::new(width));
                if self.sender.send(Message::Rows(full)).is_err() {
                    return Ok(());
                }
            }
        }
        if !batch.is_empty() || !batch.bad().is_empty() {
            let _ = self.sender.send(Message::Rows(batch));
        }
        Ok(())
    }

    /// The sheet asked for, or else the first that a person sees.
    fn choose(&self, book: &Xlsx<BufReader<File>>) -> Result<String, Unreadable> {
        let sheets = book.sheets_metadata();
        if let Some(wanted) = &self.options.sheet {
            let found = sheets.iter().find(|sheet| sheet.name.trim() == wanted.trim());
            let found = found.ok_or_else(|| Unreadable::NoSuchSheet(wanted.clone()))?;
            return Ok(found.name.clone());
        }
        let tables = || sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        let visible = tables().find(|sheet| sheet.visible == SheetVisible::Visible);
        let sheet = visible.or_else(|| tables().next()).ok_or(Unreadable::Empty)?;
        Ok(sheet.name.clone())
    }
}

/// One row of the sheet.
#[derive(Default)]
struct Row {
    /// The first being 1.
    number: u64,
    text: String,
    /// Where each cell's text stands.
    spans: Vec<(usize, usize)>,
    /// Cells with something in them.
    written: usize,
    too_long: bool,
}

impl Row {
    fn cells(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|(start, end)| &self.text[*start..*end])
    }

    fn add(&mut self, column: usize, cell: &calamine::DataRef<'_>) {
        let start = self.text.len();
        if ROW_MAX < start || SHEET_COLUMNS <= column {
            self.too_long = true;
            return;
        }
        cells::write(cell, &mut self.text);
        if ROW_MAX < self.text.len() {
            self.too_long = true;
            self.text.truncate(start);
            return;
        }
        if self.text[start..].trim().is_empty() {
            self.text.truncate(start);
            return;
        }
        if self.spans.len() <= column {
            self.spans.resize(column + 1, (0, 0));
        }
        self.spans[column] = (start, self.text.len());
        self.written += 1;
    }

    fn push(&self, width: usize, into: &mut RowBatch) {
        let (rule, words) = if self.too_long {
            (Rule::TooLong, [String::new(), ROW_MAX.to_string()])
        } else if self.spans.len() > width {
            (Rule::Columns, [self.spans.len().to_string(), width.to_string()])
        } else {
            return into.push_row(self.number, self.cells());
        };
        let cells = self.cells().map(str::to_owned).collect();
        into.push_bad_cells(self.number, rule, words, cells);
    }
}

/// Gathers cells into rows; rows with nothing written are passed over.
struct Rows<'b> {
    cells: XlsxCellReader<'b, BufReader<File>>,
    /// The first row of which a cell has been read.
    ahead: Option<Row>,
    /// Number of the row handed on last; a sheet that numbers two rows alike is not believed.
    last: u64,
    ended: bool,
}

impl Rows<'_> {
    fn next(&mut self) -> Result<Option<Row>, Unreadable> {
        let mut row = self.ahead.take().unwrap_or_default();
        while !self.ended {
            let Some(cell) = self.cells.next_cell().map_err(broken)? else {
                self.ended = true;
                break;
            };
            let (line, column) = cell.get_position();
            let number = u64::from(line) + 1;
            if number != row.number && (row.written > 0 || row.too_long) {
                let mut ahead = Row { number, ..Row::default() };
                ahead.add(column as usize, cell.get_value());
                self.ahead = Some(ahead);
                break;
            }
            row.number = number;
            row.add(column as usize, cell.get_value());
        }
        if row.written == 0 && !row.too_long {
            return Ok(None);
        }
        self.last = row.number.max(self.last + 1);
        row.number = self.last;
        Ok(Some(row))
    }
}

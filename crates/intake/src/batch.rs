//! Rows of a delivery as text, a batch at a time.

use domain::fault::Rule;

use crate::decode::{COLUMNS_MAX, ROW_MAX};

/// Text a batch holds before it counts as full, whatever its number of rows.
const TEXT_FULL: usize = 8 << 20;

/// Characters of a row shown with its fault.
const EXCERPT: usize = 200;

/// Rows of a delivery, cell by cell in one buffer.
///
/// The buffer is kept from batch to batch, so that reading a file allocates nothing per cell.
#[derive(Debug, Default)]
pub struct RowBatch {
    text: String,
    /// Where in `text` each cell ends; a cell begins where the one before it ends.
    ends: Vec<u32>,
    width: usize,
    row_numbers: Vec<u64>,
    bad: Vec<BadRow>,
    /// Bytes of the bad rows, which count towards a full batch as the good ones do.
    bad_text: usize,
    /// Where the row being written begins.
    row_start: usize,
    /// The row being written is longer than any row may be.
    too_long: bool,
}

/// A row that could not be read as a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Line of the file or row of the sheet, the first being 1.
    pub row_number: u64,
    /// `Encoding`, `Columns` or `TooLong`.
    pub rule: Rule,
    /// What the rule's sentence calls `raw`: the number of columns found.
    pub raw: String,
    /// What the rule expected: the encoding, the number of columns, the greatest length.
    pub detail: String,
    /// Its cells, so that it can be mended; where they cannot be told apart, the first 200
    /// characters of the row as one.
    pub cells: Vec<String>,
}

impl RowBatch {
    /// An empty batch for rows of `width` cells.
    #[must_use]
    pub fn new(width: usize) -> RowBatch {
        RowBatch { width, ..RowBatch::default() }
    }

    /// Rows read, the bad ones not counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.row_numbers.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.row_numbers.is_empty()
    }

    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    #[inline]
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &str {
        debug_assert!(column < self.width);
        let cell = row * self.width + column;
        let start = if cell == 0 { 0 } else { self.ends[cell - 1] as usize };
        &self.text[start..self.ends[cell] as usize]
    }

    pub fn row(&self, row: usize) -> impl Iterator<Item = &str> {
        (0..self.width).map(move |column| self.cell(row, column))
    }

    /// Line of the file or row of the sheet, the first being 1.
    #[must_use]
    pub fn row_number(&self, row: usize) -> u64 {
        self.row_numbers[row]
    }

    /// Where in the batch the row of a number is; rows come in the order of the file.
    #[must_use]
    pub fn find(&self, row_number: u64) -> Option<usize> {
        self.row_numbers.binary_search(&row_number).ok()
    }

    /// Every cell's text, one after another with nothing between.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn bad(&self) -> &[BadRow] {
        &self.bad
    }

    /// Empties the batch for rows of `width` cells and keeps its memory.
    pub fn clear(&mut self, width: usize) {
        self.text.clear();
        self.ends.clear();
        self.row_numbers.clear();
        self.bad.clear();
        self.bad_text = 0;
        self.row_start = 0;
        self.too_long = false;
        self.width = width;
    }

    /// Adds a row; cells it lacks are empty, cells beyond the width are left out.
    /// A row in which nothing is written is no row and is not kept.
    pub fn push_row<'c>(&mut self, row_number: u64, cells: impl IntoIterator<Item = &'c str>) {
        for cell in cells.into_iter().take(self.width) {
            self.push_cell(cell);
        }
        self.end_row(row_number);
    }

    /// Sets a row aside of which only the beginning can be shown.
    pub(crate) fn push_bad(&mut self, row_number: u64, rule: Rule, words: [String; 2], row: &str) {
        let excerpt = row.trim_end_matches(['\r', '\n']).chars().take(EXCERPT).collect();
        self.push_bad_cells(row_number, rule, words, vec![excerpt]);
    }

    /// Sets a row aside whose cells are known.
    pub(crate) fn push_bad_cells(
        &mut self,
        row_number: u64,
        rule: Rule,
        words: [String; 2],
        mut cells: Vec<String>,
    ) {
        let [raw, detail] = words;
        cells.truncate(COLUMNS_MAX);
        self.bad_text += cells.iter().map(String::len).sum::<usize>();
        self.bad.push(BadRow { row_number, rule, raw, detail, cells });
    }

    pub(crate) fn push_cell(&mut self, text: &str) {
        if ROW_MAX < self.text.len() + text.len() - self.row_start {
            self.too_long = true;
        } else {
            self.text.push_str(text);
        }
        self.end_cell();
    }

    /// The cell being written, to be closed by [`RowBatch::end_cell`].
    pub(crate) fn open_cell(&mut self) -> &mut String {
        &mut self.text
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a row ends below 8 MiB and 4 MiB of its own"
    )]
    pub(crate) fn end_cell(&mut self) {
        self.too_long |= ROW_MAX < self.text.len() - self.row_start;
        self.ends.push(self.text.len() as u32);
    }

    /// Takes back the cells pushed since the last row.
    pub(crate) fn drop_row(&mut self) {
        self.text.truncate(self.row_start);
        self.ends.truncate(self.row_numbers.len() * self.width);
        self.too_long = false;
    }

    /// Closes the row of the cells pushed since the last; a blank row is dropped, one beyond all
    /// measure set aside.
    pub(crate) fn end_row(&mut self, row_number: u64) {
        let row = &self.text[self.row_start..];
        if self.too_long {
            let excerpt = row.chars().take(EXCERPT).collect();
            let words = [String::new(), ROW_MAX.to_string()];
            self.push_bad_cells(row_number, Rule::TooLong, words, vec![excerpt]);
            return self.drop_row();
        }
        if row.trim_ascii_start().trim_start().is_empty() {
            return self.drop_row();
        }
        let first = self.row_numbers.len() * self.width;
        while self.ends.len() < first + self.width {
            self.end_cell();
        }
        self.row_start = self.text.len();
        self.row_numbers.push(row_number);
    }

    /// Whether the reader should hand the batch on before the next row.
    pub(crate) fn is_full(&self, rows: usize) -> bool {
        let text = self.text.len() + self.bad_text;
        self.row_numbers.len() + self.bad.len() >= rows.max(1) || text >= TEXT_FULL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_cells_apart_and_drops_blank_rows() {
        let mut batch = RowBatch::new(3);
        batch.push_row(2, ["甲", "", "乙"]);
        batch.push_row(3, ["", " ", "\u{3000}"]);
        batch.push_row(4, ["丙"]);
        batch.push_row(5, ["1", "2", "3", "4"]);
        let rows: Vec<(u64, Vec<&str>)> =
            (0..batch.len()).map(|row| (batch.row_number(row), batch.row(row).collect())).collect();
        let expected =
            [(2, vec!["甲", "", "乙"]), (4, vec!["丙", "", ""]), (5, vec!["1", "2", "3"])];
        assert_eq!(rows, expected);
        assert_eq!([3, 4].map(|row| batch.find(row)), [None, Some(1)]);
        batch.clear(1);
        assert!(batch.is_empty() && batch.text().is_empty() && batch.width() == 1);
    }

    #[test]
    fn cuts_the_excerpt_of_a_bad_row() {
        let mut batch = RowBatch::new(1);
        batch.push_bad(9, Rule::TooLong, [String::new(), "10".to_owned()], &"长".repeat(300));
        assert_eq!(batch.bad()[0].cells[0].chars().count(), EXCERPT);
        assert!(batch.is_full(1));
    }

    #[test]
    fn sets_a_row_beyond_all_measure_aside_and_goes_on() {
        let mut batch = RowBatch::new(2);
        let half = "长".repeat(ROW_MAX / 4);
        batch.push_row(2, ["甲", "乙"]);
        batch.push_row(3, [half.as_str(), half.as_str()]);
        batch.push_row(4, ["丙", "丁"]);
        assert_eq!(batch.len(), 2);
        assert_eq!(batch.row(1).collect::<Vec<_>>(), ["丙", "丁"]);
        assert_eq!((batch.bad()[0].row_number, batch.bad()[0].rule), (3, Rule::TooLong));
    }
}

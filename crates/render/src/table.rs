//! A table as CSV and as a workbook: every cell is text, and none is a formula.

use rust_xlsxwriter::{Worksheet, XlsxError};

use crate::{
    error::RenderError,
    faults::write_line,
    workbook::{column_width, heading_format, text_format, workbook, write_text},
};

/// Rows of one sheet, the heading among them.
const SHEET_ROWS: usize = 1_048_576;

/// CSV that Excel opens as UTF-8; a cell that a spreadsheet might take for a formula gets a
/// character of no width before it.
pub fn csv(headings: &[&str], rows: &[Vec<String>]) -> std::io::Result<Vec<u8>> {
    let mut out = "\u{feff}".as_bytes().to_vec();
    write_line(&mut out, headings.iter().copied())?;
    for row in rows {
        write_line(&mut out, row.iter().map(String::as_str))?;
    }
    Ok(out)
}

/// A workbook of one sheet.
pub fn xlsx(title: &str, headings: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, RenderError> {
    if SHEET_ROWS <= rows.len() {
        return Err(RenderError::TooManyRows { rows: rows.len() });
    }
    let mut book = workbook(title)?;
    fill(book.add_worksheet(), headings, rows).map_err(RenderError::Workbook)?;
    book.save_to_buffer().map_err(RenderError::Workbook)
}

fn fill(sheet: &mut Worksheet, headings: &[&str], rows: &[Vec<String>]) -> Result<(), XlsxError> {
    let (heading, text) = (heading_format(), text_format());
    for (column, name) in (0u16..).zip(headings) {
        write_text(sheet, 0, column, name, &heading)?;
        let cells = rows.iter().take(500).filter_map(|row| row.get(usize::from(column)));
        let width = column_width(std::iter::once(*name).chain(cells.map(String::as_str)));
        sheet.set_column_width(column, width)?;
    }
    for (number, row) in (1u32..).zip(rows) {
        for (column, cell) in (0u16..).zip(row) {
            write_text(sheet, number, column, cell, &text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let rows = [vec!["=HYPERLINK(\"http://evil.example\")".to_owned(), "@SUM(1)".to_owned()]];
        let text = String::from_utf8(csv(&["一", "二"], &rows).unwrap()).unwrap();
        let line = text.lines().nth(1).unwrap();
        assert!(!line.contains("\"=") && !line.contains("\"@"), "{line}");
        let book = xlsx("示例", &["一", "二"], &rows).unwrap();
        assert!(book.starts_with(b"PK"));
    }
}

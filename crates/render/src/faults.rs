//! Rejected rows (疑问数据) as a file to mend and send again.
//!
//! The file has the department's own headings and cells, and four columns more: where the row
//! stood, what is wrong, how to mend it, and the rule's id. Their headings begin with ※, by which
//! intake passes them over, so the mended file is sent as it is.

use std::{
    collections::HashSet,
    io::{self, Write},
};

use rust_xlsxwriter::{Worksheet, XlsxError};

use crate::{
    error::RenderError,
    workbook::{
        column_width, heading_format, marked, text_format, workbook, wrapped_format, write_text,
    },
};

/// The rows of one submission that were returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedRows {
    /// Headings of the file as they were.
    pub headings: Vec<String>,
    pub rows: Vec<RejectedRow>,
}

/// One returned row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedRow {
    /// Line of the file it stood in, the heading being line 1.
    pub row: u64,
    /// Cells as they were written.
    pub cells: Vec<String>,
    pub faults: Vec<RowFault>,
}

/// One fault of a returned row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// Heading of the column; empty where the whole row is meant.
    pub column: String,
    /// The id by which statistics and receipts call the rule.
    pub rule: &'static str,
    /// The whole sentence about it.
    pub message: String,
}

/// Writes the rows as CSV that Excel opens as UTF-8.
///
/// Every cell is quoted. One that a spreadsheet might take for a formula gets a character of no
/// width before it, which shows nowhere and which intake drops: what comes back means the same.
pub fn rejected_csv(rejected: &RejectedRows, out: &mut dyn Write) -> io::Result<()> {
    let table = Table::new(rejected);
    out.write_all("\u{feff}".as_bytes())?;
    write_line(out, table.headings.iter().map(String::as_str))?;
    for row in &rejected.rows {
        let remarks = remarks(row, " ");
        let cells = table.columns.iter().map(|&column| cell(row, column));
        write_line(out, cells.chain(remarks.iter().map(String::as_str)))?;
    }
    out.flush()
}

/// The rows as a workbook: every cell is text, the faulty ones are amber.
///
/// A cell longer than a workbook holds (32,767 characters) is cut there.
pub fn rejected_xlsx(rejected: &RejectedRows) -> Result<Vec<u8>, RenderError> {
    if MOST_ROWS < rejected.rows.len() {
        return Err(RenderError::TooManyRows { rows: rejected.rows.len() });
    }
    let mut book = workbook("疑问数据")?;
    fill(book.add_worksheet(), rejected).map_err(RenderError::Workbook)?;
    book.save_to_buffer().map_err(RenderError::Workbook)
}

/// Mark of a heading that intake passes over.
const OURS: char = '※';

/// Heading of the column that says in which row of its file a row stood.
pub const ROW_NUMBER: &str = "※行号";

const REMARKS: [&str; 4] = [ROW_NUMBER, "※问题", "※怎样改", "※规则"];

/// Rows of a sheet below its heading.
const MOST_ROWS: usize = 1_048_575;

/// Rows by which the width of a column is judged.
const JUDGED: usize = 200;

/// Columns of the file without the remarks of an earlier return, then ours.
struct Table {
    /// Positions in the cells of a row.
    columns: Vec<usize>,
    headings: Vec<String>,
}

impl Table {
    fn new(rejected: &RejectedRows) -> Table {
        let named = rejected.headings.len();
        let widest = rejected.rows.iter().map(|row| row.cells.len()).max().unwrap_or_default();
        let heading = |column: usize| match rejected.headings.get(column) {
            Some(heading) => heading.clone(),
            None => format!("{OURS}多出的列 {}", column - named + 1),
        };
        let is_theirs = |&column: &usize| {
            rejected.headings.get(column).is_none_or(|heading| !heading.starts_with(OURS))
        };
        let columns: Vec<usize> = (0..named.max(widest)).filter(is_theirs).collect();
        let own = columns.iter().map(|&column| heading(column));
        let headings = own.chain(REMARKS.map(str::to_owned)).collect();
        Table { columns, headings }
    }
}

fn cell(row: &RejectedRow, column: usize) -> &str {
    row.cells.get(column).map_or("", String::as_str)
}

/// 行号, 问题, 怎样改 and 规则 of a row; several faults are numbered alike in all.
fn remarks(row: &RejectedRow, between: &str) -> [String; 4] {
    let several = 1 < row.faults.len();
    let mut remarks = [const { Vec::new() }; 3];
    for (position, fault) in row.faults.iter().enumerate() {
        let number = if several { format!("（{}）", position + 1) } else { String::new() };
        let (problem, remedy) = split(&fault.column, &fault.message);
        for (remarks, text) in remarks.iter_mut().zip([&problem, &remedy, fault.rule]) {
            remarks.push(format!("{number}{text}"));
        }
    }
    let [problems, remedies, rules] = remarks.map(|remarks| remarks.join(between));
    [row.row.to_string(), problems, remedies, rules]
}

/// Parts the sentence of a fault where its advice begins.
fn split(column: &str, message: &str) -> (String, String) {
    match message.split_once('；') {
        Some((problem, remedy)) => (problem.to_owned(), remedy.to_owned()),
        None if column.is_empty() => (message.to_owned(), "请核对整行后重报".to_owned()),
        None => (message.to_owned(), format!("请核对并改正“{column}”")),
    }
}

pub(crate) fn write_line<'a>(
    out: &mut dyn Write,
    cells: impl Iterator<Item = &'a str>,
) -> io::Result<()> {
    for (position, cell) in cells.enumerate() {
        let comma = if position == 0 { "" } else { "," };
        let guard = if may_be_formula(cell) { "\u{feff}" } else { "" };
        write!(out, "{comma}\"{guard}{}\"", cell.replace('"', "\"\""))?;
    }
    out.write_all(b"\r\n")
}

/// Whether a spreadsheet might run a cell of a text file; a mere negative number is none.
fn may_be_formula(cell: &str) -> bool {
    let figures = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = cell.strip_prefix('-').is_some_and(|rest| !rest.is_empty() && figures(rest));
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) && !number
}

fn fill(sheet: &mut Worksheet, rejected: &RejectedRows) -> Result<(), XlsxError> {
    let table = Table::new(rejected);
    let (text, remark) = (text_format(), wrapped_format());
    let amber = marked(text_format());
    sheet.set_name("疑问数据")?.set_freeze_panes(1, 0)?;
    for (column, heading) in (0u16..).zip(&table.headings) {
        write_text(sheet, 0, column, heading, &heading_format())?;
    }
    for (line, row) in (1u32..).zip(&rejected.rows) {
        let faulty: HashSet<&str> = row.faults.iter().map(|fault| fault.column.as_str()).collect();
        let mut column = 0u16;
        for (&position, heading) in table.columns.iter().zip(&table.headings) {
            let format = if faulty.contains(heading.as_str()) { &amber } else { &text };
            write_text(sheet, line, column, cell(row, position), format)?;
            column += 1;
        }
        for remarks in remarks(row, "\n") {
            write_text(sheet, line, column, &remarks, &remark)?;
            column += 1;
        }
    }
    set_widths(sheet, &table, rejected)
}

fn set_widths(
    sheet: &mut Worksheet,
    table: &Table,
    rejected: &RejectedRows,
) -> Result<(), XlsxError> {
    let judged = &rejected.rows[..rejected.rows.len().min(JUDGED)];
    let text = text_format();
    for (column, (heading, &position)) in (0u16..).zip(table.headings.iter().zip(&table.columns)) {
        let cells = judged.iter().map(|row| cell(row, position));
        let width = column_width(cells.chain([heading.as_str()]));
        sheet.set_column_format(column, &text)?.set_column_width(column, width)?;
    }
    for (column, width) in (0u16..).skip(table.columns.len()).zip([10.0, 60.0, 48.0, 20.0]) {
        sheet.set_column_width(column, width)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;

    fn rejected() -> RejectedRows {
        let fault = |(column, rule, message): &(&str, &'static str, &str)| RowFault {
            column: column.to_string(),
            rule,
            message: message.to_string(),
        };
        let row = |row, cells: &[&str], faults: &[(&str, &'static str, &str)]| RejectedRow {
            row,
            cells: cells.iter().map(ToString::to_string).collect(),
            faults: faults.iter().map(fault).collect(),
        };
        let date = "“决定日期”写的是“去年”，不是日期；请写成 2026-01-31 或 2026/01/31";
        RejectedRows {
            headings: ["名称", "决定日期", "※问题"].map(str::to_owned).to_vec(),
            rows: vec![
                row(2, &["=1+1", "去年", "旧话"], &[("决定日期", "date", date)]),
                row(
                    9,
                    &["示例\"甲\",乙\n丙"],
                    &[("名称", "forbidden", "不可"), ("", "columns", "这一行有 1 列")],
                ),
                row(10, &["@x", "-1", "", "+多"], &[("决定日期", "date", date)]),
            ],
        }
    }

    #[test]
    fn csv_keeps_every_cell_and_says_what_to_do() {
        let mut out = Vec::new();
        rejected_csv(&rejected(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let mut reader =
            csv::Reader::from_reader(text.strip_prefix('\u{feff}').unwrap().as_bytes());
        let headings: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(
            headings,
            ["名称", "决定日期", "※多出的列 1", "※行号", "※问题", "※怎样改", "※规则"]
        );
        let rows: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        let problem = "“决定日期”写的是“去年”，不是日期";
        let remedy = "请写成 2026-01-31 或 2026/01/31";
        assert_eq!(rows[0], ["\u{feff}=1+1", "去年", "", "2", problem, remedy, "date"]);
        assert_eq!(rows[1][0], "示例\"甲\",乙\n丙");
        assert_eq!(rows[1][4], "（1）不可 （2）这一行有 1 列");
        assert_eq!(rows[1][5], "（1）请核对并改正“名称” （2）请核对整行后重报");
        assert_eq!(rows[1][6], "（1）forbidden （2）columns");
        assert_eq!(rows[2][..3], ["\u{feff}@x", "-1", "\u{feff}+多"]);
    }

    #[test]
    fn workbook_holds_text_only() {
        let bytes = rejected_xlsx(&rejected()).unwrap();
        assert_eq!(bytes, rejected_xlsx(&rejected()).unwrap());
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("疑问数据").unwrap();
        assert_eq!(range.height(), 4);
        assert!(range.used_cells().all(|(_, _, cell)| matches!(cell, Data::String(_))));
        assert_eq!(range.get((1, 0)), Some(&Data::String("=1+1".to_owned())));
        assert_eq!(range.get((3, 1)), Some(&Data::String("-1".to_owned())));
        assert!(book.worksheet_formula("疑问数据").unwrap().is_empty());
    }
}

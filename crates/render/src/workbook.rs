//! What the workbooks have in common: the look of a cell, widths, and no clock.

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};

use crate::error::RenderError;

/// A workbook dated to a fixed day, so that the same view gives the same bytes.
pub(crate) fn workbook(title: &str) -> Result<Workbook, RenderError> {
    let date = ExcelDateTime::from_ymd(2026, 1, 1).map_err(RenderError::Workbook)?;
    let properties =
        DocProperties::new().set_title(title).set_author("Xinheng").set_creation_datetime(&date);
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties);
    Ok(workbook)
}

/// A cell of text: what is typed or written stays as it is, digits and signs included.
pub(crate) fn text_format() -> Format {
    Format::new().set_num_format("@").set_align(FormatAlign::Top)
}

/// A cell of text that wraps.
pub(crate) fn wrapped_format() -> Format {
    text_format().set_text_wrap()
}

/// A heading of the accent's wash over a petrol line.
pub(crate) fn heading_format() -> Format {
    text_format()
        .set_bold()
        .set_font_color(Color::RGB(INK))
        .set_background_color(Color::RGB(ACCENT_WASH))
        .set_border_bottom(FormatBorder::Medium)
        .set_border_bottom_color(Color::RGB(ACCENT))
}

/// A cell that holds a fault or a heading that must be filled in.
pub(crate) fn marked(format: Format) -> Format {
    format.set_background_color(Color::RGB(WAIT_WASH)).set_font_color(Color::RGB(WAIT))
}

/// Writes text as text, cut where a cell of a workbook ends.
pub(crate) fn write_text(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(row, column, cut(text), format)?;
    Ok(())
}

/// Width of a column for its texts, in the sheet's own unit: Latin characters.
pub(crate) fn column_width<'a>(texts: impl Iterator<Item = &'a str>) -> f64 {
    let widest = texts.map(display_width).max().unwrap_or_default();
    f64::from(widest.saturating_add(2)).clamp(NARROWEST, WIDEST)
}

const INK: u32 = 0x19_1C1F;
const ACCENT: u32 = 0x0B_5065;
const ACCENT_WASH: u32 = 0xE6_F0F2;
const WAIT: u32 = 0x74_4D00;
const WAIT_WASH: u32 = 0xFA_F1DB;

const NARROWEST: f64 = 10.0;
const WIDEST: f64 = 48.0;

/// Longest text of one cell, in UTF-16 units.
const LONGEST_CELL: usize = 32_767;

fn display_width(text: &str) -> u16 {
    let width = |character: char| if character.is_ascii() { 1 } else { 2 };
    text.chars().take(200).map(width).sum()
}

fn cut(text: &str) -> &str {
    let mut units = 0;
    for (position, character) in text.char_indices() {
        units += character.len_utf16();
        if LONGEST_CELL < units {
            return &text[..position];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_ends_between_characters() {
        let text = "𠮷".repeat(16_384);
        assert_eq!(cut(&text).chars().count(), 16_383);
        assert_eq!(cut("短"), "短");
    }
}

//! What the typed cells of a workbook say, as text.

use calamine::{DataRef, ExcelDateTime};

/// Digits a spreadsheet keeps of a number.
const DIGITS: usize = 15;

/// Adds the text of a cell: dates in ISO form, whole numbers without a decimal point.
pub fn write(cell: &DataRef<'_>, into: &mut String) {
    match cell {
        DataRef::Empty => {}
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            into.push_str(text);
        }
        DataRef::SharedString(text) => into.push_str(text),
        DataRef::Int(number) => into.push_str(&number.to_string()),
        DataRef::Float(number) => into.push_str(&number_text(*number)),
        DataRef::Bool(flag) => into.push_str(if *flag { "true" } else { "false" }),
        DataRef::DateTime(moment) => into.push_str(&moment_text(*moment)),
        DataRef::Error(error) => into.push_str(&error.to_string()),
    }
}

/// The number as the spreadsheet shows it. One of more than 15 digits has lost the last ones
/// before it came here; it is written out as stored, and the check of the field finds it.
pub fn number_text(number: f64) -> String {
    let plain = number.to_string();
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    if number.fract() == 0.0 || digits <= DIGITS {
        return plain;
    }
    let rounded = format!("{number:.*e}", DIGITS - 1);
    rounded.parse::<f64>().map_or(plain, |number| number.to_string())
}

fn moment_text(moment: ExcelDateTime) -> String {
    let days = moment.as_f64();
    if moment.is_duration() || !(0.0..2_958_466.0).contains(&days) {
        return number_text(days);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match (days < 1.0, (hour, minute, second) == (0, 0, 0)) {
        (true, _) => time,
        (_, true) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {time}"),
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[track_caller]
    fn check(cell: &DataRef<'_>, expected: &str) {
        let mut text = String::new();
        write(cell, &mut text);
        assert_eq!(text, expected);
    }

    fn moment(days: f64) -> DataRef<'static> {
        DataRef::DateTime(ExcelDateTime::new(days, ExcelDateTimeType::DateTime, false))
    }

    #[test]
    fn writes_cells_as_a_clerk_reads_them() {
        check(&DataRef::Float(20000.0), "20000");
        check(&DataRef::Float(0.1 + 0.2), "0.3");
        check(&DataRef::Float(1234.56), "1234.56");
        check(&DataRef::Float(-0.5), "-0.5");
        check(&DataRef::Float(123_456_789_012_345_678.0), "123456789012345680");
        check(&DataRef::Bool(true), "true");
        check(&moment(46_053.0), "2026-01-31");
        check(&moment(46_053.5), "2026-01-31 12:00:00");
        check(&moment(0.25), "06:00:00");
        check(&moment(-1.0), "-1");
        check(&DataRef::Error(calamine::CellErrorType::NA), "#N/A");
    }
}

//! Dates as departments write them.
//!
//! Every date cell of every file passes through [`parse`], so it works on bytes and makes no text.

use jiff::{Span, civil::Date};

/// Reads a date in any of the usual forms; a time of day after it is read and dropped.
///
/// The forms are `2026-01-31`, `2026/1/31`, `2026.01.31`, `20260131` and `2026年1月31日`. A time
/// with an offset other than `+08:00` is refused: it may name another day here. A serial number of
/// a spreadsheet is no date, because a plain number in a date column is more often a mistake.
#[must_use]
pub fn parse(text: &str) -> Option<Date> {
    let bytes = text.as_bytes().trim_ascii();
    let (year, rest) = fixed::<4>(bytes)?;
    let (month, day, rest) = match rest {
        [separator @ (b'-' | b'/' | b'.'), rest @ ..] => {
            let (month, rest) = one_or_two(rest)?;
            let rest = rest.strip_prefix(&[*separator])?;
            let (day, rest) = one_or_two(rest)?;
            (month, day, rest)
        }
        [b'0'..=b'9', ..] => {
            let (month, rest) = fixed::<2>(rest)?;
            let (day, rest) = fixed::<2>(rest)?;
            (month, day, rest)
        }
        _ => {
            let (month, rest) = one_or_two(rest.strip_prefix("年".as_bytes())?)?;
            let (day, rest) = one_or_two(rest.strip_prefix("月".as_bytes())?)?;
            (month, day, rest.strip_prefix("日".as_bytes())?)
        }
    };
    if !ends_or_tells_time(rest) {
        return None;
    }
    civil(year, month, day)
}

/// Reads a date by the forms of a source first, then by the usual ones.
///
/// Forms are those of `strptime`: `%m/%d/%Y`.
#[must_use]
pub fn parse_with(text: &str, forms: &[String]) -> Option<Date> {
    let by_form = |form: &String| {
        // strptime would take 2026112 for 2 November; unseparated dates have eight digits or none.
        if form == "%Y%m%d" {
            return parse(text).filter(|_| text.trim().len() == 8);
        }
        Date::strptime(form, text.trim()).ok()
    };
    forms.iter().find_map(by_form).or_else(|| parse(text))
}

/// The same day some months on, or the last day of a month too short for it.
///
/// 31 August and three months give 30 November; the day never runs over into the next month.
#[must_use]
pub fn add_months(date: Date, months: i64) -> Date {
    let end = if months < 0 { Date::MIN } else { Date::MAX };
    Span::new().try_months(months).map_or(end, |span| date.saturating_add(span))
}

fn civil(year: u16, month: u16, day: u16) -> Option<Date> {
    if year == 0 {
        return None;
    }
    let year = i16::try_from(year).ok()?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn digit(byte: u8) -> Option<u16> {
    byte.is_ascii_digit().then(|| u16::from(byte - b'0'))
}

/// Reads exactly `N` digits.
fn fixed<const N: usize>(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = bytes.split_at_checked(N)?;
    let mut value = 0;
    for byte in digits {
        value = value * 10 + digit(*byte)?;
    }
    Some((value, rest))
}

fn one_or_two(bytes: &[u8]) -> Option<(u16, &[u8])> {
    match bytes {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', rest @ ..] => {
            Some((digit(*tens)? * 10 + digit(*ones)?, rest))
        }
        [ones, rest @ ..] => Some((digit(*ones)?, rest)),
        [] => None,
    }
}

/// Nothing, or a time of day such as ` 0:00`, `T00:00:00`, ` 00:00:00.000+08:00`.
fn ends_or_tells_time(rest: &[u8]) -> bool {
    match rest {
        [] => true,
        [b' ' | b'T', rest @ ..] => is_time(rest.trim_ascii_start()).is_some(),
        _ => false,
    }
}

fn is_time(bytes: &[u8]) -> Option<()> {
    let (hour, rest) = one_or_two(bytes)?;
    let (minute, mut rest) = fixed::<2>(rest.strip_prefix(b":")?)?;
    let mut second = 0;
    if let Some(after) = rest.strip_prefix(b":") {
        (second, rest) = fixed::<2>(after)?;
        if let Some(after) = rest.strip_prefix(b".") {
            let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
            rest = after.get(digits..).filter(|_| 0 < digits)?;
        }
    }
    let here = rest.is_empty() || rest == b"+08:00";
    (hour < 24 && minute < 60 && second < 60 && here).then_some(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn check(cases: &[(&str, Option<Date>)]) {
        for (text, expected) in cases {
            assert_eq!(parse(text), *expected, "{text}");
        }
    }

    #[test]
    fn reads_every_usual_form() {
        let expected = Some(date(2026, 1, 31));
        let forms = [
            "2026-01-31",
            "2026/01/31",
            "2026/1/31",
            "2026.01.31",
            "20260131",
            "2026年1月31日",
            "2026年01月31日",
            "2026-1-31",
            " 2026-01-31 ",
        ];
        check(&forms.map(|text| (text, expected)));
    }

    #[test]
    fn drops_a_time_of_day() {
        let expected = Some(date(2026, 1, 31));
        let forms = [
            "2026-01-31 00:00:00",
            "2026-01-31T00:00:00",
            "2026/1/31 0:00",
            "2026/1/31 23:59:59",
            "2026-01-31 00:00:00.000",
            "2026-01-31T08:00:00+08:00",
            "2026年1月31日 09:30",
            "20260131 00:00:00",
        ];
        check(&forms.map(|text| (text, expected)));
    }

    #[test]
    fn refuses_what_is_no_date_or_may_be_another_day() {
        let texts = [
            "",
            "2026",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-01-32",
            "2026-01/31",
            "46053",
            "2026131",
            "202601311",
            "26-01-31",
            "2026-01-31 24:00:00",
            "2026-01-31 00:60",
            "2026-01-31T16:00:00Z",
            "2026-01-31x",
            "２０２６-01-31",
            "0000-01-01",
            "2026年1月31",
            "2026年",
            "2026-",
            "2026-1-",
            "2026-01-31 00:00:00.",
            "31/01/2026",
        ];
        let accepted: Vec<_> = texts.into_iter().filter(|text| parse(text).is_some()).collect();
        assert_eq!(accepted, [""; 0]);
    }

    #[test]
    fn knows_leap_days() {
        check(&[
            ("2024-02-29", Some(date(2024, 2, 29))),
            ("2000-02-29", Some(date(2000, 2, 29))),
            ("1900-02-29", None),
        ]);
    }

    #[test]
    fn reads_back_every_day_of_four_centuries() {
        let mut day = date(1800, 1, 1);
        while day <= date(2199, 12, 31) {
            let (year, month, dom) = (day.year(), day.month(), day.day());
            for text in [
                format!("{year}-{month:02}-{dom:02}"),
                format!("{year}{month:02}{dom:02}"),
                format!("{year}年{month}月{dom}日"),
            ] {
                assert_eq!(parse(&text), Some(day), "{text}");
            }
            day = day.tomorrow().unwrap();
        }
    }

    #[test]
    fn tries_the_forms_of_the_source_first() {
        let forms = ["%m/%d/%Y".to_owned()];
        assert_eq!(parse_with("03/04/2026", &forms), Some(date(2026, 3, 4)));
        assert_eq!(parse_with("2026-03-04", &forms), Some(date(2026, 3, 4)));
        assert_eq!(parse_with("13/04/2026", &forms), None);
        let compact = ["%Y%m%d".to_owned()];
        assert_eq!(parse_with("20260304", &compact), Some(date(2026, 3, 4)));
        assert_eq!(parse_with("2026112", &compact), None, "2 November or 12 January");
    }

    #[test]
    fn months_clamp_to_the_last_day() {
        for (from, months, expected) in [
            (date(2026, 8, 31), 3, date(2026, 11, 30)),
            (date(2025, 11, 30), 3, date(2026, 2, 28)),
            (date(2023, 11, 30), 3, date(2024, 2, 29)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2026, 3, 31), -1, date(2026, 2, 28)),
            (date(2026, 5, 14), 36, date(2029, 5, 14)),
            (date(2026, 5, 14), 0, date(2026, 5, 14)),
            (date(2026, 5, 14), i64::MAX, Date::MAX),
            (date(2026, 5, 14), i64::MIN, Date::MIN),
        ] {
            assert_eq!(add_months(from, months), expected, "{from} + {months}");
        }
    }
}

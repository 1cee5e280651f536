//! Instants and days as the register writes them: ISO text of fixed width, so that text order is time order.

use jiff::{Timestamp, civil::Date};

use crate::error::Error;

#[must_use]
pub fn instant(at: Timestamp) -> String {
    format!("{at:.6}")
}

#[must_use]
pub fn day(date: Option<Date>) -> Option<String> {
    date.map(|date| date.to_string())
}

pub fn read_instant(text: &str) -> Result<Timestamp, Error> {
    text.parse().map_err(|_| Error::Corrupt(format!("instant {text}")))
}

pub fn read_day(text: Option<&str>) -> Result<Option<Date>, Error> {
    text.map(|text| text.parse().map_err(|_| Error::Corrupt(format!("day {text}")))).transpose()
}

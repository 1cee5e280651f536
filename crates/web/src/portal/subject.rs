//! The file (信用档案) of one subject, today or as of another day.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query},
    response::Response,
    routing::get,
};
use domain::{
    catalogue::Section,
    disclosure::Audience,
    text::{Lang, Text},
};
use jiff::{Timestamp, ToSpan as _, civil::Date};
use registry::{
    file::{self, Asked, FileView, Moment},
    platform::Platform,
};
use serde::Deserialize;

use super::{Visit, draw};
use crate::{
    error::Error,
    view::{Frame, segment},
};

pub fn router() -> Router<Platform> {
    Router::new().route("/subjects/{slug}", get(page))
}

#[derive(Deserialize)]
struct AnotherDay {
    as_of: Option<String>,
    known_at: Option<String>,
}

#[derive(Template)]
#[template(path = "subject.html")]
struct Page {
    f: Frame,
    l: Lang,
    slug: String,
    file: FileView,
    /// True where the reader asked for another day.
    earlier: bool,
    known_on: Date,
    years: Vec<Year>,
}

/// What happened in a year, newest first.
struct Year {
    label: String,
    moments: Vec<Moment>,
}

async fn page(
    visit: Visit,
    Path(slug): Path<String>,
    Query(day): Query<AnotherDay>,
) -> Result<Response, Error> {
    let platform = &visit.platform;
    let today = platform.today();
    let as_of = past(day.as_of.as_deref(), today)?.filter(|day| *day != today);
    let known = past(day.known_at.as_deref(), today)?.filter(|day| *day != today);
    let known_at = known.map(|day| end_of(platform, day)).transpose()?;
    let asked = Asked { slug, audience: Audience::Public, lang: visit.lang, as_of, known_at };
    let earlier = as_of.is_some() || known_at.is_some();
    let file = file::file(platform, &asked).await?;
    draw(&Page {
        f: visit.frame("search"),
        l: visit.lang,
        slug: segment(&file.subject.code.slug()),
        earlier,
        known_on: known.unwrap_or(today),
        years: years(&file.timeline, visit.lang),
        file,
    })
}

impl Page {
    fn is_licences(&self, section: &str) -> bool {
        section == Section::Licences.code()
    }

    fn is_registration(&self, section: &str) -> bool {
        section == Section::Registration.code()
    }
}

/// A day asked for, or nothing; one that cannot be read or has not come is refused.
fn past(text: Option<&str>, today: Date) -> Result<Option<Date>, Error> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let day: Date = text.parse().map_err(|_| {
        Error::BadRequest(Text::new(
            "日期请写成 2026-01-31 这样。",
            "Write a date like 2026-01-31.",
        ))
    })?;
    if today < day {
        return Err(Error::BadRequest(Text::new(
            "只能看今天或以前的某一天。",
            "Only today or an earlier day can be shown.",
        )));
    }
    Ok(Some(day))
}

/// The last instant of a day at the place.
fn end_of(platform: &Platform, day: Date) -> Result<Timestamp, Error> {
    let next = day.saturating_add(1.day()).to_zoned(platform.zone.clone());
    let next = next.map_err(|_| Error::NotFound)?.timestamp();
    Ok(next.checked_sub(1.nanosecond()).unwrap_or(next))
}

/// This year and the last one by one, everything before them together.
fn years(timeline: &[Moment], lang: Lang) -> Vec<Year> {
    let mut years: Vec<Year> = Vec::new();
    for moment in timeline {
        let year = moment.on.year();
        let label = match years.len() {
            0 | 1 => year.to_string(),
            _ => years.get(2).map_or_else(
                || format!("{year}{}", lang.t(" 及以前", " and before")),
                |earlier| earlier.label.clone(),
            ),
        };
        match years.iter_mut().find(|held| held.label == year.to_string() || held.label == label) {
            Some(held) => held.moments.push(moment.clone()),
            None => years.push(Year { label, moments: vec![moment.clone()] }),
        }
    }
    years
}

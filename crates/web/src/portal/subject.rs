//! The file (信用档案) of one subject, today or as of another day.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query},
    response::Response,
    routing::get,
};
use domain::{catalogue::Section, text::Lang};
use jiff::civil::Date;
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
    known_at: String,
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
    let (platform, lang) = (&visit.platform, visit.lang);
    let clocks = visit.clocks(day.as_of.as_deref(), day.known_at.as_deref()).await?;
    let asked = Asked { slug, lang, clocks };
    let file = file::file(platform, &asked).await?;
    let (now, today) = (platform.now(), platform.today());
    draw(&Page {
        f: visit.frame("search"),
        l: lang,
        slug: segment(&file.subject.code.slug()),
        known_at: platform.minute(clocks.known_at.unwrap_or(now)),
        known_on: clocks.known_at.map_or(today, |at| platform.day(at)),
        years: years(&file.timeline, lang),
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

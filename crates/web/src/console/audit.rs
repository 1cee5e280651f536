//! Audit events (审计), for those who oversee: looked through, and taken out as a file.

use askama::Template;
use axum::{
    Router,
    extract::Query,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use domain::{audit::Event, text::Lang};
use registry::{
    audit::{self, EventView, Wanted},
    platform::Platform,
};
use serde::Deserialize;

use crate::{
    desk::{Bench, Desk},
    error::{Error, if_any},
    portal::{day, draw},
    signed::Sent,
    view::{Frame, segment},
};

/// Events on a page.
const PAGE: i64 = 100;

pub fn router() -> Router<Platform> {
    Router::new().route("/console/audit", get(page)).route("/console/audit/export", post(export))
}

/// What is asked for, as a form sends it.
#[derive(Clone, Default, Deserialize)]
struct Filter {
    #[serde(default)]
    event: String,
    #[serde(default)]
    actor: String,
    #[serde(default)]
    object: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    before: Option<i64>,
    #[serde(default)]
    format: String,
}

#[derive(Template)]
#[template(path = "console/audit.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    filter: Filter,
    kinds: Vec<(&'static str, String)>,
    events: Vec<EventView>,
    next: Option<String>,
    /// The signed head, where there is one.
    head: String,
}

impl Filter {
    fn wanted(&self) -> Result<Wanted, Error> {
        Ok(Wanted {
            event: self.event.clone(),
            actor: self.actor.clone(),
            object: self.object.clone(),
            from: day(Some(&self.from))?,
            until: day(Some(&self.until))?,
            before: self.before,
        })
    }

    /// The page from an event on, under the same filter.
    fn href(&self, before: i64) -> String {
        let pairs = [
            ("event", &self.event),
            ("actor", &self.actor),
            ("object", &self.object),
            ("from", &self.from),
            ("until", &self.until),
        ];
        let kept = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let mut query: Vec<String> =
            kept.map(|(name, value)| format!("{name}={}", segment(value))).collect();
        query.push(format!("before={before}"));
        format!("/console/audit?{}", query.join("&"))
    }
}

async fn page(desk: Desk, Query(filter): Query<Filter>) -> Result<Response, Error> {
    let (platform, lang, access) = (desk.platform(), desk.lang(), desk.signed.access());
    let mut events = audit::find(platform, &access, &filter.wanted()?, PAGE + 1, lang).await?;
    let more = i64::try_from(events.len()).is_ok_and(|count| PAGE < count);
    events.truncate(usize::try_from(PAGE).unwrap_or_default());
    let next = events.last().filter(|_| more).map(|event| filter.href(event.seq));
    let label = |event: &Event| (event.code(), event.label().get(lang).to_owned());
    draw(&Page {
        f: desk.frame(),
        l: lang,
        d: desk.console("audit"),
        kinds: Event::ALL.iter().map(label).collect(),
        head: if_any(audit::checkpoint(platform).await)?.unwrap_or_default(),
        filter,
        events,
        next,
    })
}

async fn export(desk: Desk, Sent(filter): Sent<Filter>) -> Result<Response, Error> {
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let access = desk.signed.access();
    let workbook = filter.format == "xlsx";
    let bytes = audit::export(desk.platform(), &access, &filter.wanted()?, workbook).await?;
    let (kind, name) = match workbook {
        true => (XLSX, "attachment; filename=\"audit.xlsx\""),
        false => ("text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""),
    };
    Ok(([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], bytes).into_response())
}

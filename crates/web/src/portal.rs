//! The portal (门户): pages for anybody, drawn on the server, in Chinese with an English switch.
//!
//! Every page works without script. What cannot be shown is answered by a page in the same look.

mod catalogue;
pub(crate) mod commitments;
mod complaint;
mod docs;
mod home;
mod language;
mod law;
mod list;
mod record;
mod report;
mod search;
mod subject;
mod submission;
mod words;

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use askama::Template;
use axum::{
    Extension, Router,
    extract::{FromRequestParts, Request, State},
    http::{
        HeaderValue, StatusCode, Uri,
        header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE, VARY},
        request::Parts,
    },
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use domain::text::{Lang, Text};
use jiff::{Timestamp, ToSpan as _, civil::Date};
use registry::{platform::Platform, version::Clocks};
use tower_http::{limit::RequestBodyLimitLayer, timeout::TimeoutLayer};

use crate::{
    account, assets, centre, console, deliveries::Deliveries, error::Error, guard::guard, log,
    person, portal::language::Wish, view::Frame,
};

/// Bytes a form may have.
const BODY_MAX: usize = 64 << 10;

/// What a reader waits for at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// Every address of the portal.
pub fn router(platform: &Platform) -> Router<Platform> {
    Router::new()
        .merge(home::router())
        .merge(search::router())
        .merge(subject::router())
        .merge(record::router())
        .merge(report::router())
        .merge(list::router())
        .merge(submission::router())
        .merge(catalogue::router())
        .merge(law::router())
        .merge(words::router())
        .merge(complaint::router())
        .merge(commitments::router())
        .merge(docs::router())
        .merge(assets::router())
        .merge(account::router())
        .merge(console::router())
        .merge(log::router())
        .merge(centre::router())
        .route("/healthz", get(health))
        .fallback(async || Error::NotFound)
        .layer(RequestBodyLimitLayer::new(BODY_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .merge(console::submissions::upload())
        .merge(console::uploads::parts())
        .merge(console::cases::upload())
        .merge(console::listings::upload())
        .merge(centre::cases::upload())
        .layer(Extension(Deliveries::default()))
        .layer(middleware::from_fn_with_state(platform.clone(), guard))
        .layer(middleware::from_fn_with_state(platform.clone(), dress))
}

/// One request for a page: the platform, the language, and where the reader is.
pub struct Visit {
    pub platform: Platform,
    pub lang: Lang,
    wish: Wish,
    uri: Uri,
}

impl Visit {
    fn read(platform: &Platform, parts: &Parts) -> Visit {
        let wish = Wish::read(&parts.uri, &parts.headers);
        Visit { platform: platform.clone(), lang: wish.lang, wish, uri: parts.uri.clone() }
    }

    /// What every page needs; `place` names the entry of the main navigation it belongs to.
    #[must_use]
    pub fn frame(&self, place: &'static str) -> Frame {
        Frame::new(&self.platform, self.lang, place, language::other(&self.uri, self.lang))
    }

    /// The frame of a page that says nothing of what was asked.
    #[must_use]
    pub fn frame_unsaid(&self, place: &'static str) -> Frame {
        let path = Uri::try_from(person::veiled_path(self.uri.path())).unwrap_or_default();
        Frame::new(&self.platform, self.lang, place, language::other(&path, self.lang))
    }

    /// The clocks of the portal are set by days: a day that cannot be read or has not come is refused.
    pub async fn clocks(
        &self,
        as_of: Option<&str>,
        known_at: Option<&str>,
    ) -> Result<Clocks, Error> {
        let platform = &self.platform;
        let (as_of, known_on) = (day(as_of)?, day(known_at)?);
        let today = platform.today();
        let known_at = match known_on.filter(|day| *day != today) {
            Some(day) if day < today => Some(last_of(platform, day)?),
            Some(day) => Some(platform.start_of(day)?),
            None => None,
        };
        Ok(Clocks::set(platform, as_of, known_at).await?)
    }
}

/// A day as a form sends it, or nothing.
pub fn day(text: Option<&str>) -> Result<Option<Date>, Error> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let (zh, en) = ("日期请写成 2026-01-31 这样。", "Write a date like 2026-01-31.");
    text.parse().map(Some).map_err(|_| Error::BadRequest(Text::new(zh, en)))
}

/// The last instant of a day at the place.
fn last_of(platform: &Platform, day: Date) -> Result<Timestamp, Error> {
    let next = platform.start_of(day.saturating_add(1.day()))?;
    Ok(next.checked_sub(1.nanosecond()).unwrap_or(next))
}

impl FromRequestParts<Platform> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Platform,
    ) -> Result<Self, Infallible> {
        Ok(Visit::read(platform, parts))
    }
}

/// A page as it was drawn; [`dress`] puts it into the answer.
#[derive(Clone)]
struct Drawn(String);

/// Draws a page.
pub fn draw(template: &impl Template) -> Result<Response, Error> {
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(Drawn(template.render()?));
    Ok(response)
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    f: Frame,
    l: Lang,
    error: Error,
}

/// Keeps the language, and turns whatever failed into a page.
async fn dress(State(platform): State<Platform>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let visit = Visit::read(&platform, &parts);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if let Some(error) = failure(&response) {
        let (status, held) = (error.status(), response.headers().clone());
        let page = ErrorPage { f: visit.frame_unsaid(""), l: visit.lang, error };
        if let Ok(page) = draw(&page) {
            response = (status, page).into_response();
            for name in [ALLOW, RETRY_AFTER] {
                if let Some(value) = held.get(&name) {
                    response.headers_mut().insert(name, value.clone());
                }
            }
        }
    }
    if let Some(Drawn(html)) = response.extensions_mut().remove() {
        let html = if visit.wish.carried { language::carry(&html, visit.lang) } else { html };
        response =
            (response.status(), std::mem::take(response.headers_mut()), Html(html)).into_response();
    }
    let headers = response.headers_mut();
    let to = headers.get(LOCATION).and_then(|to| to.to_str().ok()).filter(|_| visit.wish.carried);
    if let Some(Ok(to)) = to.map(|to| HeaderValue::from_str(&language::carried(to, visit.lang))) {
        headers.insert(LOCATION, to);
    }
    // What says itself how it may be kept is the same in either language.
    if !headers.contains_key(CACHE_CONTROL) {
        headers.append(VARY, HeaderValue::from_static("cookie"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    if let Some(lang) = visit.wish.chosen {
        let cookie = lang.t(
            "lang=zh; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
            "lang=en; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
        );
        headers.append(SET_COOKIE, HeaderValue::from_static(cookie));
    }
    response
}

/// The failure a response stands for: ours, or one of the framework without a page.
fn failure(response: &Response) -> Option<Error> {
    if let Some(error) = response.extensions().get::<Error>() {
        return Some(error.clone());
    }
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let plain = kind.is_none_or(|kind| kind.starts_with("text/plain"));
    let drawn = response.extensions().get::<Drawn>().is_some();
    let told = drawn || response.headers().contains_key(CACHE_CONTROL);
    let failed = status.is_client_error() || status.is_server_error();
    (plain && failed && !told).then(|| Error::of_status(status))
}

/// Whether the worker that runs beside the site is still at work; whoever starts one says so.
#[derive(Clone, Debug, Default)]
pub struct Worker(Arc<AtomicBool>);

impl Worker {
    /// Tells everybody that it has stopped.
    pub fn has_stopped(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn health(State(platform): State<Platform>, worker: Option<Extension<Worker>>) -> Response {
    if let Err(error) = registry::health::register(&platform).await {
        tracing::error!(error = error.message(Lang::En), "the register does not answer");
        return unwell("register\n");
    }
    match worker {
        Some(Extension(worker)) if worker.0.load(Ordering::Relaxed) => unwell("worker\n"),
        _ => ([(CACHE_CONTROL, "no-store")], "ok\n").into_response(),
    }
}

fn unwell(what: &'static str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(CACHE_CONTROL, "no-store")], what).into_response()
}

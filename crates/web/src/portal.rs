//! The portal (门户): pages for anybody, drawn on the server, in Chinese with an English switch.
//!
//! Every page works without script. What cannot be shown is answered by a page in the same look.

mod catalogue;
mod home;
mod law;
mod list;
mod record;
mod report;
mod search;
mod subject;
mod submission;
mod words;

use std::convert::Infallible;

use askama::Template;
use axum::{
    Router,
    extract::{FromRequestParts, Request, State},
    http::{
        HeaderValue, StatusCode, Uri,
        header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, SET_COOKIE, VARY},
        request::Parts,
    },
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use domain::text::Lang;
use registry::platform::Platform;

use crate::{assets, error::Error, view::Frame};

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
        .merge(assets::router())
        .route("/healthz", get(health))
        .fallback(async || Error::NotFound)
        .layer(middleware::from_fn_with_state(platform.clone(), dress))
}

/// One request for a page: the platform, the language, and where the reader is.
pub struct Visit {
    pub platform: Platform,
    pub lang: Lang,
    /// The language asked for just now, to be kept.
    chosen: Option<Lang>,
    uri: Uri,
}

impl Visit {
    fn read(platform: &Platform, parts: &Parts) -> Visit {
        let chosen = parts.uri.query().and_then(|query| word(query, '&', "lang"));
        let cookies = parts.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let kept = cookies.filter_map(|line| word(line, ';', "lang")).next();
        let lang = chosen.or(kept).unwrap_or_default();
        Visit { platform: platform.clone(), lang, chosen, uri: parts.uri.clone() }
    }

    /// What every page needs; `place` names the entry of the main navigation it belongs to.
    #[must_use]
    pub fn frame(&self, place: &'static str) -> Frame {
        Frame::new(&self.platform, self.lang, place, other_language(&self.uri, self.lang))
    }

    /// The frame of a page whose question must not be repeated anywhere.
    #[must_use]
    pub fn frame_unsaid(&self, place: &'static str) -> Frame {
        let path = Uri::try_from(self.uri.path()).unwrap_or_default();
        Frame::new(&self.platform, self.lang, place, other_language(&path, self.lang))
    }
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

/// Draws a page.
pub fn draw(template: &impl Template) -> Result<Response, Error> {
    Ok(Html(template.render()?).into_response())
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
        let status = error.status();
        let page = ErrorPage { f: visit.frame_unsaid(""), l: visit.lang, error };
        if let Ok(html) = page.render() {
            response = (status, Html(html)).into_response();
        }
    }
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("cookie"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    if let Some(lang) = visit.chosen {
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
    (plain && status.is_client_error()).then(|| Error::of_status(status))
}

/// The language that a query or a cookie line names.
fn word(line: &str, separator: char, name: &str) -> Option<Lang> {
    let mut pairs = line.split(separator).filter_map(|pair| pair.trim().split_once('='));
    match pairs.find(|(key, _)| *key == name)?.1 {
        "en" => Some(Lang::En),
        "zh" => Some(Lang::Zh),
        _ => None,
    }
}

/// The same page in the other language.
fn other_language(uri: &Uri, lang: Lang) -> String {
    let other = lang.t("en", "zh");
    let pairs = uri.query().unwrap_or_default().split('&');
    let kept = pairs.filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
    let query: Vec<String> =
        kept.map(str::to_owned).chain(std::iter::once(format!("lang={other}"))).collect();
    format!("{}?{}", uri.path(), query.join("&"))
}

async fn health(State(platform): State<Platform>) -> Response {
    match registry::page::alive(&platform).await {
        Ok(()) => "ok\n".into_response(),
        Err(error) => {
            tracing::error!(error = error.message(Lang::En), "the register does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "register\n").into_response()
        }
    }
}

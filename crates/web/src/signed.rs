//! Who is signed in: the cookie of a session, forms that only its own pages can send, and the
//! addresses sessions are opened from.

use std::{convert::Infallible, net::SocketAddr};

use axum::{
    Form,
    extract::{ConnectInfo, FromRequest, FromRequestParts, Request},
    http::{
        HeaderMap, HeaderValue,
        header::{COOKIE, HOST, ORIGIN, USER_AGENT},
        request::Parts,
    },
};
use domain::text::Text;
use registry::{
    platform::Platform,
    session::{Browser, SignedIn},
};
use serde::{Deserialize, de::DeserializeOwned};

use crate::error::Error;

/// Somebody signed in; the guard put them here, and no page of a workplace is drawn without.
#[derive(Clone, Debug)]
pub struct Signed(pub SignedIn);

impl<S: Send + Sync> FromRequestParts<S> for Signed {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        parts.extensions.get::<Signed>().cloned().ok_or(Error::NotSignedIn)
    }
}

/// A form of the session's own pages: one without the session's token is refused.
#[derive(Debug)]
pub struct Sent<T>(pub T);

#[derive(Deserialize)]
struct Tokened {
    form_token: Option<String>,
}

/// Bytes a form may have.
const FORM_MAX: usize = 64 << 10;

impl<T: DeserializeOwned> FromRequest<Platform> for Sent<T> {
    type Rejection = Error;

    async fn from_request(request: Request, platform: &Platform) -> Result<Self, Error> {
        let signed = request.extensions().get::<Signed>().cloned().ok_or(Error::NotSignedIn)?;
        let (parts, body) = request.into_parts();
        let bytes = axum::body::to_bytes(body, FORM_MAX).await.map_err(|_| Error::TooLarge)?;
        let again = |bytes: &axum::body::Bytes| {
            Request::from_parts(parts.clone(), axum::body::Body::from(bytes.clone()))
        };
        let Form(tokened): Form<Tokened> =
            Form::from_request(again(&bytes), platform).await.map_err(|_| unreadable())?;
        check_token(&signed.0, tokened.form_token.as_deref())?;
        let Form(sent) =
            Form::from_request(again(&bytes), platform).await.map_err(|_| unreadable())?;
        Ok(Sent(sent))
    }
}

/// Refuses what does not come from a page of this session.
pub fn check_token(signed: &SignedIn, token: Option<&str>) -> Result<(), Error> {
    if token == Some(signed.form_token.as_str()) {
        return Ok(());
    }
    Err(Error::BadRequest(Text::new(
        "这个表单已经过期，或不是从本平台的页面提交的。请返回上一页刷新后再提交。",
        "This form is too old, or did not come from a page of this platform. Go back, reload and send it again.",
    )))
}

fn unreadable() -> Error {
    Error::BadRequest(Text::new(
        "表单里有读不懂的内容，请返回检查后再提交。",
        "Something in the form could not be read; go back, check it and send it again.",
    ))
}

/// Whether an unsafe request comes from a page of this site: its `Origin` is this host. A request
/// without one comes from no browser's page, and has to show a token in any case.
#[must_use]
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(origin) = text(ORIGIN) else {
        return text(axum::http::HeaderName::from_static("sec-fetch-site"))
            .is_none_or(|site| site == "same-origin" || site == "none");
    };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == text(HOST)
}

/// Name of the cookie; browsers tie the longer one to this very host and to an encrypted line.
fn cookie_name(platform: &Platform) -> &'static str {
    if is_encrypted(platform) { "__Host-xinheng" } else { "xinheng" }
}

fn is_encrypted(platform: &Platform) -> bool {
    platform.public_url.starts_with("https://")
}

/// The token a request carries.
#[must_use]
pub fn token(platform: &Platform, headers: &HeaderMap) -> Option<String> {
    held(headers, cookie_name(platform))
}

/// What a browser holds while it is at the provider of identities.
#[must_use]
pub fn round(platform: &Platform, headers: &HeaderMap) -> Option<String> {
    held(headers, round_name(platform))
}

/// The line by which it holds that, for as long as a round may take; nothing takes it away.
#[must_use]
pub fn set_round(platform: &Platform, round: &str) -> HeaderValue {
    let seconds = if round.is_empty() { 0 } else { ROUND_SECONDS };
    let rest = format!("{round}; Path=/; Max-Age={seconds}");
    cookie(platform, round_name(platform), &rest)
}

/// Seconds a browser keeps a round.
const ROUND_SECONDS: u32 = 600;

fn round_name(platform: &Platform) -> &'static str {
    if is_encrypted(platform) { "__Host-xinheng-round" } else { "xinheng-round" }
}

fn held(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';'));
    pairs.find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then(|| value.to_owned())
    })
}

/// The line that gives a browser its session, for as long as it stays open.
#[must_use]
pub fn set_cookie(platform: &Platform, token: &str) -> HeaderValue {
    cookie(platform, cookie_name(platform), &format!("{token}; Path=/"))
}

/// The line that takes it away.
#[must_use]
pub fn clear_cookie(platform: &Platform) -> HeaderValue {
    cookie(platform, cookie_name(platform), "; Path=/; Max-Age=0")
}

fn cookie(platform: &Platform, name: &str, rest: &str) -> HeaderValue {
    let secure = if is_encrypted(platform) { "; Secure" } else { "" };
    let line = format!("{name}={rest}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&line).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Where a request comes from.
#[must_use]
pub fn browser(parts: &Parts) -> Browser {
    let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    Browser { address: address(parts), agent: agent.unwrap_or_default().to_owned() }
}

/// The address of the other end of the line.
#[must_use]
pub fn address(parts: &Parts) -> String {
    let address = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    address.map_or_else(|| "local".to_owned(), |ConnectInfo(address)| address.ip().to_string())
}

/// Where a request comes from, for handlers.
#[derive(Clone, Debug)]
pub struct Visitor(pub Browser);

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Visitor(browser(parts)))
    }
}

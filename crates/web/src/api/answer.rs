//! Answers: JSON or a document with a tag, and the last touch every response gets.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{OriginalUri, Request},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{
            AUTHORIZATION, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LANGUAGE, CONTENT_TYPE,
            ETAG, IF_NONE_MATCH, LOCATION, VARY,
        },
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::sealed::sm3_hex;
use jiff::Timestamp;
use registry::platform::Platform;
use serde::Serialize;

use crate::{
    api::{
        asking::Asker,
        problem::{self, Problem},
    },
    person,
};

/// What a handler returns.
pub type Answer = Result<Response, Problem>;

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// For what a key or a code opened.
const PRIVATE: &str = "private, no-store";

/// A value that may be asked for again, with its tag.
pub fn json(value: &impl Serialize) -> Answer {
    document(JSON, encode(value)?)
}

/// A value that is not asked for again: the answer to a POST.
pub fn once(status: StatusCode, value: &impl Serialize) -> Answer {
    Ok((status, [(CONTENT_TYPE, JSON)], encode(value)?).into_response())
}

/// What was made, and where it is from now on.
pub fn created(address: &str, value: &impl Serialize) -> Answer {
    let mut response = once(StatusCode::CREATED, value)?;
    insert(response.headers_mut(), LOCATION, address);
    Ok(response)
}

/// Bytes that may be asked for again, with their tag: a weak one, since they may be compressed.
pub fn document(content_type: &'static str, bytes: Vec<u8>) -> Answer {
    let digest = sm3_hex(&bytes);
    let tag = format!("W/\"{}\"", digest.get(..32).unwrap_or(&digest));
    Ok(([(CONTENT_TYPE, content_type.to_owned()), (ETAG, tag)], bytes).into_response())
}

/// A file for its holder alone, to be saved under a name of letters and figures.
pub fn download(content_type: &'static str, bytes: Vec<u8>, file_name: &str) -> Answer {
    let mut response = document(content_type, bytes)?;
    let disposition = format!("attachment; filename=\"{file_name}\"");
    insert(response.headers_mut(), CONTENT_DISPOSITION, &disposition);
    Ok(private(response))
}

/// An answer that nobody but its holder may keep.
#[must_use]
pub fn private(mut response: Response) -> Response {
    insert(response.headers_mut(), CACHE_CONTROL, PRIVATE);
    response
}

fn encode(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| problem::internal(&error.to_string()))
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// An instant in the form of RFC 3339, in the zone of the place.
#[must_use]
pub fn instant(platform: &Platform, at: Timestamp) -> String {
    at.to_zoned(platform.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// An address under the API with one part that may hold any letter.
#[must_use]
pub fn address(before: &str, part: &str, after: &str) -> String {
    format!("{}{before}{}{after}", super::BASE, escaped(part))
}

/// A part of an address with everything escaped but letters, figures and `-._~:`.
fn escaped(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Dresses problems in the reader's language, answers 304 where the reader holds the answer, and
/// says who may keep it.
pub async fn finish(
    OriginalUri(uri): OriginalUri,
    asker: Asker,
    request: Request,
    next: Next,
) -> Response {
    let keyed = request.headers().contains_key(AUTHORIZATION);
    let repeatable = matches!(*request.method(), Method::GET | Method::HEAD);
    let held = request.headers().get(IF_NONE_MATCH).cloned();
    let mut response = next.run(request).await;
    if response.status().is_client_error() || response.status().is_server_error() {
        response = dressed(response, asker, person::veiled_path(uri.path()));
    } else if repeatable && held.is_some_and(|held| matches_tag(&response, &held)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(CONTENT_TYPE);
    }
    let keep = match response.status() {
        StatusCode::OK | StatusCode::NOT_MODIFIED if repeatable && keyed => PRIVATE,
        StatusCode::OK | StatusCode::NOT_MODIFIED if repeatable => "no-cache",
        _ => "no-store",
    };
    let failed = !response.status().is_success() && response.status() != StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    if failed || !headers.contains_key(CACHE_CONTROL) {
        insert(headers, CACHE_CONTROL, keep);
    }
    insert(headers, CONTENT_LANGUAGE, asker.lang.tag());
    headers.append(VARY, HeaderValue::from_static("accept-language, authorization"));
    response
}

fn dressed(mut response: Response, asker: Asker, instance: String) -> Response {
    let status = response.status();
    let problem = response.extensions_mut().remove::<Arc<Problem>>();
    let problem = problem.unwrap_or_else(|| Arc::new(Problem::of_status(status)));
    let body = serde_json::to_vec(&problem.body(asker.lang, instance)).unwrap_or_default();
    let mut dressed = (problem.status(), [(CONTENT_TYPE, PROBLEM)], body).into_response();
    for (name, value) in response.headers() {
        if !dressed.headers().contains_key(name) && name != axum::http::header::CONTENT_LENGTH {
            dressed.headers_mut().insert(name, value.clone());
        }
    }
    dressed
}

fn matches_tag(response: &Response, held: &HeaderValue) -> bool {
    let tag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok());
    let (Some(tag), Ok(held)) = (tag, held.to_str()) else { return false };
    let bare = |tag: &str| tag.trim_start_matches("W/").to_owned();
    let same = |held: &str| held == "*" || bare(held) == bare(tag);
    response.status() == StatusCode::OK && held.split(',').map(str::trim).any(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bytes_have_equal_tags() {
        let tag = |bytes: &[u8]| {
            let response = document(JSON, bytes.to_vec()).unwrap();
            response.headers().get(ETAG).unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(tag(b"{}"), tag(b"{}"));
        assert_ne!(tag(b"{}"), tag(b"[]"));
        assert!(tag(b"").starts_with("W/\"") && tag(b"").ends_with('"'));
    }

    #[test]
    fn receipts_with_chinese_letters_have_addresses() {
        let address = address("/submissions/", "示-1", "/faults");
        assert_eq!(address, "/api/v1/submissions/%E7%A4%BA-1/faults");
    }
}

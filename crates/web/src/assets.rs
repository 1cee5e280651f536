//! Static files, built into the binary: one stylesheet, one mark, and the script of uploads.

use std::sync::LazyLock;

use axum::{
    Router,
    extract::Path,
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use domain::sealed::sm3_hex;
use registry::platform::Platform;

use crate::error::Error;

/// One file with the digest of its content, which is part of its address.
struct Asset {
    stem: &'static str,
    extension: &'static str,
    content_type: &'static str,
    content: &'static str,
    digest: String,
}

/// Values, parts, and what the portal adds, in the order in which they apply.
const STYLES: &str = concat!(
    include_str!("../static/tokens.css"),
    include_str!("../static/base.css"),
    include_str!("../static/portal.css"),
    include_str!("../static/desk.css"),
);

static STYLESHEET: LazyLock<Asset> =
    LazyLock::new(|| asset("xinheng", "css", "text/css; charset=utf-8", STYLES));
static MARK: LazyLock<Asset> =
    LazyLock::new(|| asset("mark", "svg", "image/svg+xml", include_str!("../static/mark.svg")));

static UPLOAD: LazyLock<Asset> = LazyLock::new(|| {
    asset("upload", "js", "text/javascript; charset=utf-8", include_str!("../static/upload.js"))
});

/// Addresses of the static files.
pub fn router() -> Router<Platform> {
    Router::new().route("/static/{name}", get(file)).route("/favicon.ico", get(favicon))
}

/// Address of the stylesheet, which changes with its content.
#[must_use]
pub fn stylesheet() -> String {
    STYLESHEET.address()
}

/// Address of the mark shown in a browser's tab.
#[must_use]
pub fn mark() -> String {
    MARK.address()
}

/// Address of the script that shows how far a file is.
#[must_use]
pub fn upload_script() -> String {
    UPLOAD.address()
}

impl Asset {
    fn address(&self) -> String {
        format!("/static/{}.{}.{}", self.stem, self.digest, self.extension)
    }

    fn respond(&self, headers: &HeaderMap, caching: &'static str) -> Response {
        let tag = format!("W/\"{}\"", self.digest);
        let held = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let fixed = [(CACHE_CONTROL, caching.to_owned()), (ETAG, tag.clone())];
        if held.is_some_and(|held| held.contains(tag.trim_start_matches("W/"))) {
            return (StatusCode::NOT_MODIFIED, fixed).into_response();
        }
        (fixed, [(CONTENT_TYPE, self.content_type)], self.content).into_response()
    }
}

fn asset(
    stem: &'static str,
    extension: &'static str,
    content_type: &'static str,
    content: &'static str,
) -> Asset {
    let mut digest = sm3_hex(content.as_bytes());
    digest.truncate(12);
    Asset { stem, extension, content_type, content, digest }
}

/// A file by its address; under its plain name it must be asked for again each time.
async fn file(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Error> {
    for asset in [&*STYLESHEET, &*MARK, &*UPLOAD] {
        if asset.address().strip_prefix("/static/") == Some(name.as_str()) {
            return Ok(asset.respond(&headers, "public, max-age=31536000, immutable"));
        }
        if name == format!("{}.{}", asset.stem, asset.extension) {
            return Ok(asset.respond(&headers, "no-cache"));
        }
    }
    Err(Error::NotFound)
}

async fn favicon(headers: HeaderMap) -> Response {
    MARK.respond(&headers, "public, max-age=86400")
}

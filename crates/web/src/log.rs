//! The audit log as anybody may follow it: signed head, tiles, and the key that signs. It holds
//! commitments alone, from which nothing of an event is learnt.

use axum::{
    Router,
    extract::{Path, State},
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::get,
};
use registry::{audit, platform::Platform};

use crate::error::Error;

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/log/checkpoint", get(checkpoint))
        .route("/log/key", get(key))
        .route("/log/tile/{level}/{*path}", get(tile))
}

async fn checkpoint(State(platform): State<Platform>) -> Result<Response, Error> {
    let note = audit::checkpoint(&platform).await?;
    Ok(plain(note))
}

async fn key(State(platform): State<Platform>) -> Result<Response, Error> {
    let key = platform.log_key.as_ref().ok_or(Error::NotFound)?;
    Ok(plain(format!("{}\n", key.verifier())))
}

async fn tile(
    State(platform): State<Platform>,
    Path((level, path)): Path<(String, String)>,
) -> Result<Response, Error> {
    let bytes = audit::tile(&platform, &level, &path).await?;
    // A tile never changes: a fuller one has another address.
    let headers = [
        (CONTENT_TYPE, "application/octet-stream"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, bytes).into_response())
}

fn plain(text: String) -> Response {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-cache")];
    (headers, text).into_response()
}

//! Portal and API over HTTP: reads requests, calls the registry, writes pages and answers.
//!
//! This crate holds no rule and no statement of SQL, and only what is disclosed reaches a template.

pub mod api;
pub mod assets;
pub mod error;
pub mod person;
pub mod portal;
pub mod view;

use axum::{
    Router,
    http::{
        HeaderName, HeaderValue,
        header::{
            CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
};
use registry::platform::Platform;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, set_header::SetResponseHeaderLayer,
};

/// Nothing from elsewhere, nothing inline, no frame around us.
const SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Everything the platform answers over HTTP.
pub fn router(platform: Platform) -> Router {
    let routes = portal::router(&platform).merge(api::router()).with_state(platform);
    let routes = routes.layer(CatchPanicLayer::custom(error::after_panic));
    let routes = fixed_headers().into_iter().fold(routes, |routes, (name, value)| {
        let value = HeaderValue::from_static(value);
        routes.layer(SetResponseHeaderLayer::if_not_present(name, value))
    });
    routes.layer(CompressionLayer::new())
}

fn fixed_headers() -> [(HeaderName, &'static str); 5] {
    [
        (CONTENT_SECURITY_POLICY, SECURITY_POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ]
}

//! Portal and API over HTTP: reads requests, calls the registry, writes pages and answers.
//!
//! This crate holds no rule and no statement of SQL, and only what is disclosed reaches a template.

pub mod account;
pub mod api;
pub mod assets;
pub mod centre;
pub mod chart;
pub mod console;
pub mod deliveries;
pub mod desk;
pub mod error;
pub mod guard;
pub mod log;
pub mod paper;
pub mod person;
pub mod portal;
pub mod proxy;
pub mod routes;
pub mod signed;
mod uploads;
pub mod view;

use axum::{
    Router,
    http::{
        HeaderName, HeaderValue,
        header::{
            CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
            X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
    middleware,
};
use registry::platform::Platform;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, set_header::SetResponseHeaderLayer,
};

/// Nothing from elsewhere, nothing inline, no frame around us.
const SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// How long a browser comes by an encrypted line only, once it did: two years.
const ONLY_ENCRYPTED: &str = "max-age=63072000; includeSubDomains";

/// The same on the few pages that show how far a file is: one script of ours, which asks us alone.
pub(crate) const SECURITY_POLICY_OF_UPLOADS: &str = "default-src 'none'; style-src 'self'; \
    img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Everything the platform answers over HTTP.
pub fn router(platform: Platform) -> Router {
    let encrypted = platform.public_url.starts_with("https://");
    let behind = middleware::from_fn_with_state(platform.clone(), proxy::see_through);
    let routes = portal::router(&platform).merge(api::router(&platform)).with_state(platform);
    let routes = routes.layer(CatchPanicLayer::custom(error::after_panic));
    let only_encrypted = encrypted.then_some((STRICT_TRANSPORT_SECURITY, ONLY_ENCRYPTED));
    let fixed = fixed_headers().into_iter().chain(only_encrypted);
    let routes = fixed.fold(routes, |routes, (name, value)| {
        let value = HeaderValue::from_static(value);
        routes.layer(SetResponseHeaderLayer::if_not_present(name, value))
    });
    routes.layer(CompressionLayer::new()).layer(behind)
}

fn fixed_headers() -> [(HeaderName, &'static str); 6] {
    [
        (CONTENT_SECURITY_POLICY, SECURITY_POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        ),
    ]
}

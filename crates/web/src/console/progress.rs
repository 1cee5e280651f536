//! How far a delivery is, for the script that shows it, and the pages that may carry that script.

use askama::Template;
use axum::{
    Extension, Json, Router,
    extract::Path,
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY},
    },
    response::{IntoResponse as _, Response},
    routing::get,
};
use domain::{access::Action, text::grouped};
use registry::{delivery, platform::Platform};
use serde::Serialize;

use crate::{
    SECURITY_POLICY_OF_UPLOADS,
    deliveries::{Deliveries, Outcome},
    desk::Desk,
    error::Error,
    portal::draw,
};

/// What the script is told.
#[derive(Serialize)]
struct State {
    running: bool,
    rows: String,
    percent: u64,
}

pub fn router() -> Router<Platform> {
    Router::new().route("/console/deliveries/{number}/progress", get(state))
}

/// A page that may carry the script of uploads; every other page may carry none.
pub fn scripted(page: &impl Template) -> Result<Response, Error> {
    let mut drawn = draw(page)?;
    let policy = HeaderValue::from_static(SECURITY_POLICY_OF_UPLOADS);
    drawn.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    Ok(drawn)
}

async fn state(
    desk: Desk,
    Extension(deliveries): Extension<Deliveries>,
    Path(number): Path<u64>,
) -> Result<Response, Error> {
    let access = desk.signed.access();
    let department = delivery::department(desk.platform(), &access, Action::ReadSubmission)?;
    let held = deliveries.find(number, desk.signed.id(), &department).ok_or(Error::NotFound)?;
    let held = held.lock().map_err(|_| Error::Internal)?;
    let state = State {
        running: matches!(held.outcome, Outcome::Running),
        rows: grouped(held.progress.rows),
        percent: held.percent(),
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(state)).into_response())
}

//! The console (工作台): where departments hand in and look up, and the centre does its work.

mod accounts;
mod assessment;
mod audit;
pub mod cases;
mod catalogue;
mod channels;
mod claims;
mod collection;
mod commitments;
mod file;
mod home;
mod keys;
pub mod listings;
mod matters;
mod progress;
mod recipients;
mod records;
mod sample;
pub mod submissions;

use axum::Router;
use registry::platform::Platform;

/// Every address of the console.
pub fn router() -> Router<Platform> {
    Router::new()
        .merge(accounts::router())
        .merge(assessment::router())
        .merge(audit::router())
        .merge(cases::router())
        .merge(listings::router())
        .merge(recipients::router())
        .merge(catalogue::router())
        .merge(channels::router())
        .merge(claims::router())
        .merge(collection::router())
        .merge(home::router())
        .merge(keys::router())
        .merge(matters::router())
        .merge(progress::router())
        .merge(records::router())
        .merge(sample::router())
        .merge(submissions::router())
}

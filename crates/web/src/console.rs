//! The console (工作台): where departments hand in and look up, and the centre does its work.

mod accounts;
mod assessment;
mod audit;
pub mod cases;
mod catalogue;
mod channels;
mod claims;
mod codes;
mod collection;
mod commitments;
mod entry;
mod file;
mod home;
mod identities;
mod keys;
mod lineage;
pub mod listings;
mod matters;
mod merges;
mod progress;
mod recipients;
mod records;
mod replays;
mod rows;
mod sample;
mod scores;
pub mod submissions;
pub mod uploads;

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
        .merge(codes::router())
        .merge(collection::router())
        .merge(entry::router())
        .merge(home::router())
        .merge(identities::router())
        .merge(keys::router())
        .merge(lineage::router())
        .merge(matters::router())
        .merge(merges::router())
        .merge(progress::router())
        .merge(records::router())
        .merge(replays::router())
        .merge(rows::router())
        .merge(sample::router())
        .merge(scores::router())
        .merge(submissions::router())
        .merge(uploads::router())
}

//! The API under `/api/v1`: what the portal shows, for machines, and deliveries of departments.
//!
//! Every answer is a plain JSON value or a document; every failure is a problem (RFC 9457) in the
//! reader's language. A natural person is never found, and what may be an identity number is
//! never repeated.

pub mod answer;
pub mod asking;
pub mod catalogue;
pub mod changes;
pub mod check;
pub mod key;
pub mod list;
pub mod openapi;
pub mod person;
pub mod problem;
pub mod report;
pub mod schema;
pub mod spool;
pub mod subject;
pub mod submission;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{any, get, post},
};
use registry::platform::Platform;

use crate::api::problem::{Kind, Problem};

/// Where the API begins.
pub const BASE: &str = "/api/v1";

/// Every operation, with problems of its own for an unknown address and a wrong method.
pub fn router() -> Router<Platform> {
    let operations = Router::new()
        .route("/search", get(subject::search))
        .route("/subjects/{code}", get(subject::subject))
        .route("/subjects/{code}/file", get(subject::file))
        .route("/subjects/{code}/records/{record}", get(subject::record))
        .route("/subjects/{code}/reports", post(report::issue_report))
        .route("/reports/{number}", get(report::report))
        .route("/reports/{number}/document", get(report::report_document))
        .route("/verify/{code}", get(report::verify))
        .route("/check", post(check::check))
        .route("/catalogue", get(catalogue::catalogue))
        .route("/catalogue/{item}", get(catalogue::catalogue_item))
        .route("/public/{item}", get(list::list))
        .route("/changes", get(changes::changes))
        .route("/submissions", post(submission::deliver).layer(DefaultBodyLimit::disable()))
        .route("/submissions/{receipt}", get(submission::submission))
        .route("/submissions/{receipt}/faults", get(submission::faults))
        .route("/submissions/{receipt}/rejected.csv", get(submission::rejected_csv))
        .route("/submissions/{receipt}/rejected.xlsx", get(submission::rejected_xlsx))
        .route("/openapi.json", get(openapi::openapi))
        .route("/docs", get(openapi::docs))
        // A route, because a fallback of the portal beside it would answer with a page.
        .route("/{*unknown}", any(async || Problem::new(Kind::NoSuchOperation)))
        .method_not_allowed_fallback(async || Problem::new(Kind::MethodNotAllowed));
    // Nesting leaves out the address with nothing after its last slash.
    let bare = any(async || Problem::new(Kind::NoSuchOperation));
    Router::new()
        .nest(BASE, operations.layer(middleware::from_fn(answer::finish)))
        .route("/api/v1/", bare.layer(middleware::from_fn(answer::finish)))
}

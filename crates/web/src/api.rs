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
pub mod consent;
pub mod key;
pub mod list;
pub mod matter;
pub mod measure;
pub mod openapi;
pub mod problem;
pub mod report;
pub mod schema;
pub mod spool;
pub mod subject;
pub mod submission;

use std::time::Duration;

use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware,
    response::IntoResponse as _,
    routing::{any, get, post},
};
use registry::platform::Platform;
use tower_http::{
    catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer,
};

use crate::{
    api::{
        problem::{Kind, Problem},
        submission::Uploads,
    },
    guard::guard,
};

/// Where the API begins.
pub const BASE: &str = "/api/v1";

/// Bytes a body may have, but for that of a delivery.
const BODY_MAX: usize = 64 << 10;

/// What anybody waits for at most, but for the answer to a delivery.
const PATIENCE: Duration = Duration::from_secs(30);

/// Every operation, with problems of its own for an unknown address and a wrong method.
pub fn router(platform: &Platform) -> Router<Platform> {
    let operations = Router::new()
        .route("/search", get(subject::search))
        .route("/subjects/{code}", get(subject::subject))
        .route("/subjects/{code}/file", get(subject::file))
        .route("/subjects/{code}/records/{record}", get(subject::record))
        .route("/records/{record}", get(subject::record_by_number))
        .route("/subjects/{code}/reports", post(report::issue_report))
        .route("/reports/{number}", get(report::report))
        .route("/reports/{number}/document", get(report::report_document))
        .route("/verify/{code}", get(report::verify))
        .route("/check", post(check::check))
        .route("/matters", post(matter::register_matter))
        .route("/matters/{matter}", get(matter::matter))
        .route("/matters/{matter}/close", post(matter::close_matter))
        .route("/matters/{matter}/file", post(matter::matter_file))
        .route("/matters/{matter}/measures", get(measure::matter_measures))
        .route("/matters/{matter}/feedback", post(measure::feedback))
        .route("/matters/{matter}/lifted", post(measure::lifted))
        .route("/measures", get(measure::measures))
        .route("/consents", get(consent::consents))
        .route("/consents/{consent}/file", post(consent::consent_file))
        .route("/catalogue", get(catalogue::catalogue))
        .route("/catalogue/{item}", get(catalogue::catalogue_item))
        .route("/public/{item}", get(list::list))
        .route("/changes", get(changes::changes))
        .route("/changes/confirmed", post(changes::confirm_changes))
        .route("/submissions/{receipt}", get(submission::submission))
        .route("/submissions/{receipt}/faults", get(submission::faults))
        .route("/submissions/{receipt}/rejected.csv", get(submission::rejected_csv))
        .route("/submissions/{receipt}/rejected.xlsx", get(submission::rejected_xlsx))
        .route("/openapi.json", get(openapi::openapi))
        .layer(RequestBodyLimitLayer::new(BODY_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .route("/submissions", get(submission::submissions).post(submission::deliver))
        .layer(Extension(Uploads::default()))
        // Routes, because a fallback of the portal beside them would answer with a page.
        .route("/", any(no_such_operation))
        .route("/{*unknown}", any(no_such_operation))
        .layer(middleware::from_fn_with_state(platform.clone(), key::signed))
        .layer(middleware::from_fn_with_state(platform.clone(), guard))
        .method_not_allowed_fallback(async || Problem::new(Kind::MethodNotAllowed));
    // Nesting leaves out the address with nothing after its last slash.
    let bare = Router::new().route("/api/v1/", any(no_such_operation));
    Router::new().nest(BASE, finished(operations)).merge(finished(bare))
}

async fn no_such_operation() -> Problem {
    Problem::new(Kind::NoSuchOperation)
}

/// Gives every answer its last touch, also that of a handler that panics.
fn finished<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    let caught = CatchPanicLayer::custom(|_| problem::internal("panic").into_response());
    // The body of a delivery has a limit of its own.
    let routes = routes.layer(caught).layer(DefaultBodyLimit::disable());
    routes.layer(middleware::from_fn(answer::finish))
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_problem_too() {
        let panics = get(async || -> &'static str { panic!("to see what becomes of it") });
        let router = finished(Router::new().route("/x", panics));
        let request = Request::get("/x").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), 500);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/problem+json");
        assert_eq!(header("cache-control"), "no-store");
    }
}

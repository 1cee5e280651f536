//! Credit reports: issued on demand, handed out to who holds the code, and verified.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use domain::text::Lang;
use registry::{
    platform::Platform,
    report::{self, Standing, Verified, Wanted},
};
use serde::Deserialize;

use super::{Visit, draw};
use crate::{
    error::Error,
    view::{Frame, segment},
};

/// Who asks for a report on the portal, in the audit.
const ACTOR: &str = "portal";
/// A code has 26 characters; what is longer by far is none.
const CODE_MAX: usize = 60;

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/subjects/{slug}/report", post(issue))
        .route("/reports/{file}", get(document))
        .route("/verify", get(form))
        .route("/verify/{code}", get(verified))
}

#[derive(Deserialize)]
struct Coded {
    code: Option<String>,
}

#[derive(Template)]
#[template(path = "verify.html")]
struct Verify {
    f: Frame,
    l: Lang,
    /// The answer to a code, where one was asked about.
    answer: Option<Answer>,
}

/// What a verification code is answered.
enum Answer {
    Known(Verified),
    Unknown,
}

async fn issue(visit: Visit, Path(slug): Path<String>) -> Result<Redirect, Error> {
    let wanted = Wanted { slug, ..Wanted::default() };
    let report = report::issue(&visit.platform, &wanted, ACTOR).await?;
    Ok(Redirect::to(&format!("/reports/{}.pdf?code={}", report.number, report.verification_code)))
}

/// The document, for who holds its code: numbers run on, and an old report may name what has left
/// publication since. Of a revoked one the reader learns that it is.
async fn document(
    visit: Visit,
    Path(file): Path<String>,
    Query(coded): Query<Coded>,
) -> Result<Response, Error> {
    let number = file.strip_suffix(".pdf").ok_or(Error::NotFound)?;
    let report = report::reproduce(&visit.platform, number).await?;
    if plain(&coded.code.unwrap_or_default()) != report.verification_code {
        return Err(Error::NotFound);
    }
    if report::is_revoked(&report) {
        return Ok(Redirect::to(&format!("/verify/{}", report.verification_code)).into_response());
    }
    let disposition = format!("inline; filename=\"{}.pdf\"", report.number);
    let headers = [
        (CONTENT_TYPE, "application/pdf"),
        (CONTENT_DISPOSITION, disposition.as_str()),
        (CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, report.document).into_response())
}

async fn form(visit: Visit, Query(coded): Query<Coded>) -> Result<Response, Error> {
    let code = plain(&coded.code.unwrap_or_default());
    if !code.is_empty() {
        return Ok(Redirect::to(&format!("/verify/{}", segment(&code))).into_response());
    }
    draw(&Verify { f: visit.frame(""), l: visit.lang, answer: None })
}

async fn verified(visit: Visit, Path(code): Path<String>) -> Result<Response, Error> {
    let answer = match report::verify(&visit.platform, &plain(&code)).await {
        Ok(verified) => Answer::Known(verified),
        Err(registry::error::Error::NotFound) => Answer::Unknown,
        Err(error) => return Err(error.into()),
    };
    let status = match answer {
        Answer::Known(_) => StatusCode::OK,
        Answer::Unknown => StatusCode::NOT_FOUND,
    };
    let f = visit.frame_unsaid("");
    let page = draw(&Verify { f, l: visit.lang, answer: Some(answer) })?;
    Ok((status, page).into_response())
}

/// A code as printed in groups, or typed in small letters.
fn plain(code: &str) -> String {
    let letters = code.chars().take(CODE_MAX).filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_uppercase()).collect()
}

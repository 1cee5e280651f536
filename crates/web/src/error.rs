//! What the portal answers when it cannot show what was asked for.

use std::any::Any;

use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use domain::text::{Lang, Text};

/// Why there is no page; [`crate::portal`] dresses it as one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// 404: no such thing, or not for the public; the two are not told apart.
    #[error("not found")]
    NotFound,
    /// 401: nobody is signed in, or no longer.
    #[error("not signed in")]
    NotSignedIn,
    /// 403: the policies of access do not permit it.
    #[error("forbidden")]
    Forbidden,
    /// 429: too often; seconds after which to come again.
    #[error("too often")]
    TooOften(u32),
    /// 400: the question cannot be understood, with what was expected.
    #[error("{}", .0.en)]
    BadRequest(Text),
    /// 405: the address exists, but not for this method.
    #[error("method not allowed")]
    Method,
    /// 409: the law, as loaded, does not allow it.
    #[error("{}", .0.en)]
    Refused(Text),
    /// 413: more than any form here holds.
    #[error("too large")]
    TooLarge,
    /// 503: too much is being done already.
    #[error("busy")]
    Busy,
    /// 500: ours to mend; the reader learns nothing of it, the log everything.
    #[error("internal error")]
    Internal,
}

impl Error {
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::NotSignedIn => StatusCode::UNAUTHORIZED,
            Error::Forbidden => StatusCode::FORBIDDEN,
            Error::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Error::BadRequest(_) => StatusCode::BAD_REQUEST,
            Error::Method => StatusCode::METHOD_NOT_ALLOWED,
            Error::Refused(_) => StatusCode::CONFLICT,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What a status set by the framework means here.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Error {
        match status {
            StatusCode::NOT_FOUND => Error::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Error::Method,
            StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
            StatusCode::SERVICE_UNAVAILABLE => Error::Busy,
            status if status.is_client_error() => Error::BadRequest(Text::new(
                "地址或表单里有读不懂的内容。",
                "Something in the address or the form could not be read.",
            )),
            _ => Error::Internal,
        }
    }
}

impl From<registry::error::Error> for Error {
    fn from(error: registry::error::Error) -> Error {
        use registry::error::Error as Registry;
        match error {
            Registry::NotFound => Error::NotFound,
            Registry::Forbidden(_) => Error::Forbidden,
            Registry::Question { text, .. } => Error::BadRequest(text),
            Registry::Busy => Error::Busy,
            Registry::Refused(text) | Registry::NeedsConfirmation(text) => Error::Refused(text),
            error => {
                tracing::error!(error = error.message(Lang::En), "page failed");
                Error::Internal
            }
        }
    }
}

/// What was asked for; none where it is not there, or not for this reader. Any other fault is one.
pub fn if_any<T>(answer: Result<T, registry::error::Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(registry::error::Error::NotFound | registry::error::Error::Forbidden(_)) => Ok(None),
        Err(why) => Err(why.into()),
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Error {
        tracing::error!(error = %error, "template failed");
        Error::Internal
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Error::TooOften(seconds) = self {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self == Error::Busy {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The last resort: a page that needs nothing of the platform.
pub fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    let page = "<!DOCTYPE html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>500</title>\
        <h1>出错了</h1><p>是我们的问题，已经记录。<span lang=\"en\">Our fault; it has been logged.</span></p>\
        <p><a href=\"/\">信衡</a></p></html>";
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    let keep = HeaderValue::from_static("no-store");
    (StatusCode::INTERNAL_SERVER_ERROR, [(CONTENT_TYPE, html), (CACHE_CONTROL, keep)], page)
        .into_response()
}

//! One's own account: signing in and out, password, second factor, sessions, whom one acts for.

mod factor;
mod oidc;
mod own;
mod password;
mod register;
mod sign_in;

use axum::{
    Router,
    http::header::SET_COOKIE,
    response::{IntoResponse as _, Redirect, Response},
};
use registry::{platform::Platform, session::SignedIn};

use crate::signed;

/// Every address of accounts.
pub fn router() -> Router<Platform> {
    Router::new()
        .merge(sign_in::router())
        .merge(register::router())
        .merge(own::router())
        .merge(password::router())
        .merge(factor::router())
        .merge(oidc::router())
}

/// Leads on, with the new token of the session.
fn go(platform: &Platform, to: &str, token: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    response.headers_mut().append(SET_COOKIE, signed::set_cookie(platform, token));
    response
}

/// Where somebody's day begins.
#[must_use]
pub fn home(signed: &SignedIn) -> &'static str {
    let console = signed.roles.iter().any(|role| role.is_console());
    if console { "/console" } else { "/centre" }
}

/// An address to go on to: one of this site, or nothing.
#[must_use]
pub fn local(next: &str) -> Option<&str> {
    let plain = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    plain.then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_led_nowhere_else() {
        for next in ["/console", "/centre/file?a=b#c"] {
            assert_eq!(local(next), Some(next));
        }
        for next in ["", "console", "//evil.example", "https://evil.example", "/\\evil", "/a\nb"] {
            assert_eq!(local(next), None, "{next}");
        }
    }
}

//! The guard before every route: who is asking, and whether the policies of access let them.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header::CACHE_CONTROL},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::access::Action;
use registry::{gate, network, password, platform::Platform, session};

use crate::{
    api,
    error::Error,
    routes,
    signed::{self, Signed},
    view::segment,
};

/// Where one signs in, sets a new password and sets up the second factor.
pub const SIGN_IN: &str = "/sign-in";
pub const PASSWORD: &str = "/account/password";
pub const FACTOR: &str = "/account/factor";
/// Where the second factor is shown.
pub const SHOW_FACTOR: &str = "/sign-in/factor";

/// Lets a request through to its handler, or answers it.
pub async fn guard(State(platform): State<Platform>, mut request: Request, next: Next) -> Response {
    let Some(path) = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned())
    else {
        return next.run(request).await;
    };
    if let Some(seconds) = too_often(&platform, &request) {
        return Error::TooOften(seconds).into_response();
    }
    let Some(action) = routes::action(request.method().as_str(), &path) else {
        return unlisted(request, &path, next).await;
    };
    let is_api = path.starts_with(api::BASE);
    if !is_api && is_unsafe(request.method()) && !signed::is_same_origin(request.headers()) {
        return Error::Forbidden.into_response();
    }
    // Keys of systems are looked at by the API itself.
    if action == Action::ReadPublic || is_api {
        return next.run(request).await;
    }
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    let looking = !is_unsafe(request.method());
    match admit(&platform, &headers, &uri, looking, action).await {
        Ok(signed) => {
            request.extensions_mut().insert(signed);
            let mut response = next.run(request).await;
            let keep = HeaderValue::from_static("private, no-store");
            response.headers_mut().insert(CACHE_CONTROL, keep);
            response
        }
        Err(answer) => *answer,
    }
}

/// Seconds until there is room for one address that asks too often. Whoever comes from this very
/// machine is its operator, or a proxy that was not declared and counts its callers itself.
fn too_often(platform: &Platform, request: &Request) -> Option<u32> {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip();
    if address.is_loopback() {
        return None;
    }
    let most = session::limit(platform, "address_requests").ok()?;
    let who = format!("address {}", network::counted(&address.to_string()));
    platform.meter.count(&who, registry::meter::Span::Minute, most, platform.now())
}

/// A route that is not in the table answers nobody; a method it does not have is the router's to
/// answer.
async fn unlisted(request: Request, path: &str, next: Next) -> Response {
    if routes::ROUTES.iter().any(|(_, listed, _)| *listed == path) {
        return next.run(request).await;
    }
    tracing::error!(path, "a route is not in the table");
    Error::NotFound.into_response()
}

async fn admit(
    platform: &Platform,
    headers: &HeaderMap,
    uri: &Uri,
    looking: bool,
    action: Action,
) -> Result<Signed, Box<Response>> {
    let boxed = |error: Error| Box::new(error.into_response());
    let token = signed::token(platform, headers);
    let found = match &token {
        Some(token) => session::find(platform, token).await.map_err(|why| boxed(why.into()))?,
        None => None,
    };
    let Some(found) = found else { return Err(Box::new(to_sign_in(uri, looking))) };
    let here = uri.path();
    // Half a sign-in opens nothing.
    let half = found.account.totp.is_some() && !found.second_factor;
    if half && here != SHOW_FACTOR && here != "/sign-out" {
        let next = if looking { format!("?next={}", segment(here)) } else { String::new() };
        return Err(Box::new(Redirect::to(&format!("{SHOW_FACTOR}{next}")).into_response()));
    }
    let old = password::is_old(platform, &found.account).map_err(|why| boxed(why.into()))?;
    let must_change = found.account.must_change || old;
    if !half && must_change && here != PASSWORD && here != "/sign-out" {
        return Err(Box::new(Redirect::to(PASSWORD).into_response()));
    }
    let access = found.own_access();
    if gate::may_ever(platform, &access, action) {
        return Ok(Signed(found));
    }
    // With the second factor it would be allowed: ask for it.
    let stronger = domain::access::Access { second_factor: true, ..access };
    if !found.second_factor && gate::may_ever(platform, &stronger, action) {
        return Err(Box::new(Redirect::to(FACTOR).into_response()));
    }
    let told = gate::tell_refusal(platform, &stronger, action, here).await;
    told.map_err(|why| boxed(why.into()))?;
    Err(boxed(Error::Forbidden))
}

/// Off to sign in, and back again where the page was only looked at.
fn to_sign_in(uri: &Uri, looking: bool) -> Response {
    if !looking {
        return Error::NotSignedIn.into_response();
    }
    let here = uri.path_and_query().map_or("/", |here| here.as_str());
    Redirect::to(&format!("{SIGN_IN}?next={}", segment(here))).into_response()
}

fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

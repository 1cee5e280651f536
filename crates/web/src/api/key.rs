//! Keys of systems: who comes, by a key as it is or by a signature.

use std::net::{IpAddr, SocketAddr};

use axum::{
    body::Body,
    extract::{ConnectInfo, FromRequestParts, MatchedPath, OriginalUri, Request, State},
    http::{header::AUTHORIZATION, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::{access::Action, sealed::hex, signature::Signed};
use futures_util::StreamExt as _;
use registry::{
    api_key::{self, Presented, Refusal},
    platform::Platform,
};

use crate::{
    api::problem::{Kind, Problem},
    routes,
};

/// The system that came, and whom it acts for.
///
/// No key, an unknown one, a revoked one, one from elsewhere and a wrong signature get the same
/// answer.
#[derive(Clone, Debug)]
pub struct Keyed(pub Presented);

/// A department whose system came, and the label of the key.
#[derive(Clone, Debug)]
pub struct Sender(pub String, pub String);

impl FromRequestParts<Platform> for Keyed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        // A signed request was looked at before its body was touched.
        if let Some(keyed) = parts.extensions.get::<Keyed>() {
            return Ok(keyed.clone());
        }
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, key) = header.and_then(|value| value.split_once(' ')).unwrap_or_default();
        let key = if scheme.eq_ignore_ascii_case("bearer") { key.trim() } else { "" };
        let address = address(parts);
        let presented = api_key::present(platform, key, action(parts), address).await?;
        answered(platform, presented, address).await
    }
}

impl FromRequestParts<Platform> for Sender {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let Keyed(presented) = Keyed::from_request_parts(parts, platform).await?;
        let department = presented.access.department().map(str::to_owned);
        let department = department.ok_or_else(|| Problem::new(Kind::Forbidden))?;
        Ok(Sender(department, presented.label))
    }
}

async fn answered(
    platform: &Platform,
    presented: Result<Presented, Refusal>,
    address: Option<IpAddr>,
) -> Result<Keyed, Problem> {
    match presented {
        Ok(presented) => Ok(Keyed(presented)),
        Err(Refusal::TooOften(seconds)) => Err(Problem::too_often(seconds)),
        Err(Refusal::Forbidden) => Err(Problem::new(Kind::Forbidden)),
        Err(Refusal::Unauthorised) => {
            api_key::tell_refusal(platform, address).await?;
            Err(Problem::new(Kind::Unauthorised))
        }
    }
}

/// Looks at the signature of a signed request, and holds its body to the digest that was signed.
pub async fn signed(State(platform): State<Platform>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if !header.is_some_and(|value| value.starts_with("XINHENG-")) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let Some(signed) = header.and_then(Signed::parse) else {
        return Problem::new(Kind::Unauthorised).into_response();
    };
    let (address, action) = (address(&parts), action(&parts));
    let method = parts.method.as_str().to_owned();
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |OriginalUri(uri)| uri);
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let asked = (method.as_str(), path.as_str());
    let presented = api_key::present_signed(&platform, &signed, asked, action, address).await;
    let keyed = match presented {
        Ok(presented) => answered(&platform, presented, address).await,
        Err(why) => Err(why.into()),
    };
    match keyed {
        Ok(keyed) => {
            let body = held(body, keyed.0.body.clone().unwrap_or_default());
            parts.extensions.insert(keyed);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// A body that breaks off at its end where it is not the one that was signed.
fn held(body: Body, digest: String) -> Body {
    use sm3::Digest as _;
    let stream = body.into_data_stream().map(Some).chain(futures_util::stream::iter([None]));
    let checked = stream.scan(sm3::Sm3::new(), move |hasher, chunk| {
        let item = match chunk {
            Some(Ok(bytes)) => {
                hasher.update(&bytes);
                Some(Ok(bytes))
            }
            Some(Err(why)) => Some(Err(std::io::Error::other(why))),
            None if hex(&hasher.clone().finalize()) == digest => Some(Ok(axum::body::Bytes::new())),
            None => Some(Err(std::io::Error::other("the body is not the one that was signed"))),
        };
        std::future::ready(item)
    });
    Body::from_stream(checked)
}

fn address(parts: &Parts) -> Option<IpAddr> {
    let address = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    address.map(|ConnectInfo(address)| address.ip())
}

/// What is done at the address that was matched.
fn action(parts: &Parts) -> Action {
    let path = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    match routes::action(parts.method.as_str(), path).unwrap_or(Action::ReadPublic) {
        // Open to everybody without a key; with one it is a check for a matter, and is logged.
        Action::ReadPublic if path == "/api/v1/check" => Action::Check,
        action => action,
    }
}

/// The system that came, where one did.
#[derive(Clone, Debug)]
pub struct MaybeKeyed(pub Option<Presented>);

impl FromRequestParts<Platform> for MaybeKeyed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        if !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(MaybeKeyed(None));
        }
        let Keyed(presented) = Keyed::from_request_parts(parts, platform).await?;
        Ok(MaybeKeyed(Some(presented)))
    }
}

//! Keys of departments: who hands something in.

use axum::{
    extract::FromRequestParts,
    http::{header::AUTHORIZATION, request::Parts},
};
use registry::{api_key, platform::Platform};

use crate::api::problem::{Kind, Problem};

/// The department whose key was presented, and the label of the key.
///
/// No key, an unknown one and a revoked one get the same answer.
#[derive(Clone, Debug)]
pub struct Sender(pub String, pub String);

impl FromRequestParts<Platform> for Sender {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, key) = header.and_then(|value| value.split_once(' ')).unwrap_or_default();
        let key = if scheme.eq_ignore_ascii_case("bearer") { key.trim() } else { "" };
        let holder = api_key::holder(platform, key).await?;
        let sender = holder.map(|holder| Sender(holder.department, holder.label));
        sender.ok_or_else(|| Problem::new(Kind::Unauthorised))
    }
}

//! Signing in at a provider of identities, and linking one's identity there to one's account.

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    http::{
        HeaderMap, HeaderValue,
        header::{CACHE_CONTROL, SET_COOKIE},
    },
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::text::{Lang, Text};
use registry::{
    oidc::{self, Begun, Finished},
    platform::Platform,
    session,
    sign_in::Outcome,
};
use serde::Deserialize;

use super::{go, home, local};
use crate::{
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    signed::{self, Sent, Signed, Visitor},
    view::{Frame, segment},
};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/sign-in/oidc", get(begin))
        .route("/sign-in/oidc/callback", get(back))
        .route("/account/oidc", post(link))
        .route("/account/oidc/unlink", post(unlink))
}

#[derive(Template)]
#[template(path = "account/oidc.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    url: String,
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
}

#[derive(Deserialize)]
struct Nothing {}

async fn begin(
    State(platform): State<Platform>,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Error> {
    let next = local(&next).unwrap_or_default();
    let Begun { url, round } = oidc::begin(&platform, None, next).await?;
    let mut response = Redirect::to(&url).into_response();
    let headers = response.headers_mut();
    headers.append(SET_COOKIE, signed::set_round(&platform, &round));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Answers with a page that leads on: a form that ended at another site would be refused by the
/// browser under the platform's own rules for forms.
async fn link(desk: Desk, Sent(Nothing {}): Sent<Nothing>) -> Result<Response, Error> {
    let platform = desk.platform();
    let Begun { url, round } = oidc::begin(platform, Some(&desk.signed), "").await?;
    let page = Page { f: desk.frame(), l: desk.lang(), d: desk.own(), url };
    let mut response = draw(&page)?;
    response.headers_mut().append(SET_COOKIE, signed::set_round(platform, &round));
    Ok(response)
}

async fn unlink(
    State(platform): State<Platform>,
    Signed(signed): Signed,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Redirect, Error> {
    oidc::unlink(&platform, &signed).await?;
    Ok(Redirect::to("/account"))
}

async fn back(
    State(platform): State<Platform>,
    Visitor(browser): Visitor,
    headers: HeaderMap,
    Query(Back { state, code }): Query<Back>,
) -> Result<Response, Error> {
    let round = signed::round(&platform, &headers).unwrap_or_default();
    let signed = match signed::token(&platform, &headers) {
        Some(token) => session::find(&platform, &token).await?,
        None => None,
    };
    let finished = oidc::finish(&platform, signed.as_ref(), &round, &state, code, &browser).await?;
    let mut response = match finished {
        Finished::Linked => Redirect::to("/account").into_response(),
        Finished::SignedIn { outcome: Outcome::In(token), next } => {
            let found = session::find(&platform, &token).await?.ok_or(Error::Internal)?;
            go(&platform, local(&next).unwrap_or(home(&found)), &token)
        }
        Finished::SignedIn { outcome: Outcome::Half(token), next } => {
            let next = local(&next).map(|next| format!("?next={}", segment(next)));
            go(&platform, &format!("/sign-in/factor{}", next.unwrap_or_default()), &token)
        }
        Finished::SignedIn { .. } | Finished::Unlinked => {
            return Err(Error::BadRequest(unlinked()));
        }
    };
    response.headers_mut().append(SET_COOKIE, signed::set_round(&platform, ""));
    Ok(response)
}

fn unlinked() -> Text {
    Text::new(
        "这个外部身份还没有关联本平台的账号。请先用口令登录，在“我的账号”里关联。",
        "This identity is not linked to an account here. Sign in by password first and link it under “My account”.",
    )
}

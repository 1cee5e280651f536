//! Signing in by password, and out.

use askama::Template;
use axum::{
    Form, Router,
    extract::{Query, State},
    http::{StatusCode, header::SET_COOKIE},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::text::{Lang, Text};
use registry::{
    factor,
    platform::Platform,
    session,
    sign_in::{self, Outcome},
};
use serde::Deserialize;

use super::{go, home, local};
use crate::{
    error::Error,
    portal::{Visit, draw},
    signed::{self, Sent, Signed, Visitor},
    view::{Frame, segment},
};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/sign-in", get(page).post(send))
        .route("/sign-in/factor", get(factor_page).post(factor_send))
        .route("/sign-out", post(out))
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct Credentials {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct Code {
    code: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Template)]
#[template(path = "account/sign_in.html")]
struct Page {
    f: Frame,
    l: Lang,
    next: String,
    login: String,
    wrong: Option<Text>,
    /// There is a provider of identities.
    oidc: bool,
}

#[derive(Template)]
#[template(path = "account/sign_in_factor.html")]
struct FactorPage {
    f: Frame,
    l: Lang,
    next: String,
    form_token: String,
    wrong: Option<Text>,
}

async fn page(visit: Visit, Query(Next { next }): Query<Next>) -> Result<Response, Error> {
    let next = local(&next).unwrap_or_default().to_owned();
    let f = visit.frame_unsaid("");
    let oidc = visit.platform.oidc.is_some();
    draw(&Page { f, l: visit.lang, next, login: String::new(), wrong: None, oidc })
}

async fn send(
    visit: Visit,
    Visitor(browser): Visitor,
    Form(given): Form<Credentials>,
) -> Result<Response, Error> {
    let platform = &visit.platform;
    let outcome = sign_in::sign_in(platform, &given.login, given.password, &browser).await?;
    match outcome {
        Outcome::In(token) => {
            let signed = session::find(platform, &token).await?.ok_or(Error::Internal)?;
            let to = local(&given.next).unwrap_or(home(&signed));
            Ok(go(platform, to, &token))
        }
        Outcome::Half(token) => {
            let next = local(&given.next).map(|next| format!("?next={}", segment(next)));
            Ok(go(platform, &format!("/sign-in/factor{}", next.unwrap_or_default()), &token))
        }
        Outcome::Wait(seconds) => Err(Error::TooOften(seconds)),
        Outcome::Refused => {
            let wrong = Text::new(
                "登录名或口令不对，或者这个账号现在不能登录。连续输错会暂时锁定。",
                "The login or the password is wrong, or this account cannot sign in at the moment. Repeated failures lock it for a while.",
            );
            let next = local(&given.next).unwrap_or_default().to_owned();
            let f = visit.frame_unsaid("");
            let login = given.login.chars().take(sign_in::LOGIN_MAX).collect();
            let (wrong, oidc) = (Some(wrong), platform.oidc.is_some());
            let page = draw(&Page { f, l: visit.lang, next, login, wrong, oidc })?;
            Ok((StatusCode::UNAUTHORIZED, page).into_response())
        }
    }
}

async fn factor_page(
    visit: Visit,
    Signed(signed): Signed,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Error> {
    if signed.second_factor || signed.account.totp.is_none() {
        return Ok(Redirect::to(home(&signed)).into_response());
    }
    let next = local(&next).unwrap_or_default().to_owned();
    let (f, form_token) = (visit.frame_unsaid(""), signed.form_token);
    draw(&FactorPage { f, l: visit.lang, next, form_token, wrong: None })
}

async fn factor_send(
    visit: Visit,
    Signed(signed): Signed,
    Visitor(browser): Visitor,
    Sent(sent): Sent<Code>,
) -> Result<Response, Error> {
    let platform = &visit.platform;
    match factor::show(platform, &signed, &sent.code, &browser).await {
        Ok(token) => Ok(go(platform, local(&sent.next).unwrap_or(home(&signed)), &token)),
        Err(registry::error::Error::Question { text, .. }) => {
            let (f, form_token) = (visit.frame_unsaid(""), signed.form_token);
            let next = local(&sent.next).unwrap_or_default().to_owned();
            let page = FactorPage { f, l: visit.lang, next, form_token, wrong: Some(text) };
            Ok((StatusCode::UNAUTHORIZED, draw(&page)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn out(
    State(platform): State<Platform>,
    Signed(signed): Signed,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Response, Error> {
    session::end_own(&platform, &signed, None).await?;
    let mut response = Redirect::to("/").into_response();
    response.headers_mut().append(SET_COOKIE, signed::clear_cookie(&platform));
    Ok(response)
}

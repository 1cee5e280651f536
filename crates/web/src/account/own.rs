//! The page of one's own account.

use askama::Template;
use axum::{
    Router,
    extract::State,
    response::{Redirect, Response},
    routing::{get, post},
};
use domain::{ids::OrganisationId, text::Lang};
use registry::{
    account,
    platform::Platform,
    session::{self, SessionView},
};
use serde::Deserialize;

use super::go;
use crate::{
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    signed::{Sent, Signed, Visitor},
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/account", get(page))
        .route("/account/acting", post(act))
        .route("/account/sessions", post(end))
        .route("/account/one-session", post(one_session))
}

#[derive(Template)]
#[template(path = "account/own.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    login: String,
    factor: bool,
    /// Whether there is a password to be asked for again.
    password: bool,
    codes_left: i64,
    one_session: bool,
    /// Outside identities linked; none where no provider is set.
    linked: Option<i64>,
    sessions: Vec<SessionView>,
}

#[derive(Deserialize)]
struct Acting {
    /// Empty for oneself.
    #[serde(default)]
    organisation: String,
}

#[derive(Deserialize)]
struct Which {
    session: String,
}

#[derive(Deserialize)]
struct OneSession {
    #[serde(default)]
    one: String,
}

async fn page(desk: Desk) -> Result<Response, Error> {
    let (platform, signed) = (desk.platform(), &desk.signed);
    let linked = match platform.oidc {
        Some(_) => Some(registry::oidc::linked(platform, signed).await?),
        None => None,
    };
    draw(&Page {
        linked,
        f: desk.frame(),
        l: desk.lang(),
        d: desk.own(),
        login: signed.account.login.clone(),
        factor: signed.account.totp.is_some(),
        password: signed.account.password.is_some(),
        codes_left: registry::factor::codes_left(platform, signed).await?,
        one_session: signed.account.one_session,
        sessions: session::own(platform, signed).await?,
    })
}

async fn act(
    State(platform): State<Platform>,
    Signed(signed): Signed,
    Visitor(browser): Visitor,
    Sent(sent): Sent<Acting>,
) -> Result<Response, Error> {
    let organisation = match sent.organisation.as_str() {
        "" => None,
        number => Some(OrganisationId(number.parse().map_err(|_| Error::NotFound)?)),
    };
    let token = session::act_for(&platform, &signed, organisation, &browser).await?;
    let acting = session::find(&platform, &token).await?.ok_or(Error::Internal)?;
    Ok(go(&platform, super::home(&acting), &token))
}

async fn end(
    State(platform): State<Platform>,
    Signed(signed): Signed,
    Sent(sent): Sent<Which>,
) -> Result<Redirect, Error> {
    session::end_own(&platform, &signed, Some(&sent.session)).await?;
    Ok(Redirect::to("/account"))
}

async fn one_session(
    State(platform): State<Platform>,
    Signed(signed): Signed,
    Sent(sent): Sent<OneSession>,
) -> Result<Redirect, Error> {
    account::set_one_session(&platform, &signed, sent.one == "1").await?;
    Ok(Redirect::to("/account"))
}

//! Setting up the second factor, and recovery codes.

use askama::Template;
use axum::{
    Router,
    http::{StatusCode, header::SET_COOKIE},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use domain::text::{Lang, Text};
use registry::{
    factor::{self, Setup},
    platform::Platform,
};
use serde::Deserialize;

use super::home;
use crate::{
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    signed::{self, Sent, Visitor},
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/account/factor", get(page).post(send))
        .route("/account/recovery", post(renew))
}

#[derive(Template)]
#[template(path = "account/factor.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    /// In groups of four, as one types it.
    grouped: String,
    secret: String,
    picture: String,
    again: bool,
    /// Whether the password is asked for: another factor takes the place of one.
    password: bool,
    wrong: Option<Text>,
}

#[derive(Template)]
#[template(path = "account/codes.html")]
struct Codes {
    f: Frame,
    l: Lang,
    d: Bench,
    codes: Vec<String>,
    home: &'static str,
}

#[derive(Deserialize)]
struct Shown {
    secret: String,
    code: String,
    #[serde(default)]
    old: String,
}

#[derive(Deserialize)]
struct Password {
    #[serde(default)]
    old: String,
}

async fn page(desk: Desk) -> Result<Response, Error> {
    let setup = factor::propose(&desk.signed.account)?;
    ask(&desk, &setup, None)
}

async fn send(
    desk: Desk,
    Visitor(browser): Visitor,
    Sent(sent): Sent<Shown>,
) -> Result<Response, Error> {
    let (platform, signed) = (desk.platform(), &desk.signed);
    let shown = (sent.secret.as_str(), sent.code.trim());
    match factor::set_up(platform, signed, sent.old, shown, &browser).await {
        Ok((token, codes)) => {
            let mut response = told(&desk, codes)?;
            response.headers_mut().append(SET_COOKIE, signed::set_cookie(platform, &token));
            Ok(response)
        }
        Err(registry::error::Error::Question { text, .. }) => {
            let setup = factor::setup(&signed.account, &sent.secret)?;
            let page = ask(&desk, &setup, Some(text))?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn renew(desk: Desk, Sent(sent): Sent<Password>) -> Result<Response, Error> {
    match factor::renew_codes(desk.platform(), &desk.signed, sent.old).await {
        Ok(codes) => told(&desk, codes),
        Err(registry::error::Error::Question { text, .. }) => Err(Error::BadRequest(text)),
        Err(error) => Err(error.into()),
    }
}

fn ask(desk: &Desk, setup: &Setup, wrong: Option<Text>) -> Result<Response, Error> {
    let letters: Vec<char> = setup.secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    draw(&Page {
        f: desk.frame(),
        l: desk.lang(),
        d: desk.own(),
        grouped: groups.join(" "),
        secret: setup.secret.clone(),
        picture: factor::picture(setup)?,
        again: desk.signed.account.totp.is_some(),
        password: desk.signed.account.totp.is_some() && desk.signed.account.password.is_some(),
        wrong,
    })
}

fn told(desk: &Desk, codes: Vec<String>) -> Result<Response, Error> {
    let (f, l, d, home) = (desk.frame(), desk.lang(), desk.own(), home(&desk.signed));
    let grouped = |code: String| {
        let letters: Vec<char> = code.chars().collect();
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        groups.join("-")
    };
    draw(&Codes { f, l, d, codes: codes.into_iter().map(grouped).collect(), home })
}

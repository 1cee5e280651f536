//! An account of one's own, without a role, for the subject centre.

use askama::Template;
use axum::{
    Form, Router,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::get,
};
use domain::text::{Lang, Text};
use registry::{
    account,
    platform::Platform,
    sign_in::{self, Outcome},
};
use serde::Deserialize;

use super::go;
use crate::{
    error::Error,
    portal::{Visit, draw},
    signed::Visitor,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/register", get(page).post(send))
}

#[derive(Deserialize)]
struct Given {
    login: String,
    name: String,
    password: String,
}

#[derive(Template)]
#[template(path = "account/register.html")]
struct Page {
    f: Frame,
    l: Lang,
    login: String,
    name: String,
    shortest: i64,
    wrong: Option<Text>,
}

async fn page(visit: Visit) -> Result<Response, Error> {
    again(&visit, String::new(), String::new(), None)
}

async fn send(
    visit: Visit,
    Visitor(browser): Visitor,
    Form(given): Form<Given>,
) -> Result<Response, Error> {
    let (platform, password) = (&visit.platform, given.password.clone());
    let opened = account::open_own(platform, &given.login, &given.name, password).await;
    let wrong = match opened {
        Ok(Some(_)) => {
            let signed = sign_in::sign_in(platform, &given.login, given.password, &browser).await?;
            return match signed {
                Outcome::In(token) => Ok(go(platform, "/centre", &token)),
                Outcome::Wait(seconds) => Err(Error::TooOften(seconds)),
                _ => Err(Error::Internal),
            };
        }
        Ok(None) => {
            Text::new("这个登录名不能用，请换一个。", "This login cannot be had; choose another.")
        }
        Err(registry::error::Error::Question { text, .. }) => text,
        Err(error) => return Err(error.into()),
    };
    let page = again(&visit, given.login, given.name, Some(wrong))?;
    Ok((StatusCode::BAD_REQUEST, page).into_response())
}

fn again(
    visit: &Visit,
    login: String,
    name: String,
    wrong: Option<Text>,
) -> Result<Response, Error> {
    let shortest = registry::session::limit(&visit.platform, "password_length")?;
    draw(&Page { f: visit.frame_unsaid(""), l: visit.lang, login, name, shortest, wrong })
}

//! Changing one's own password.

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::get,
};
use domain::text::{Lang, Text};
use registry::{account, password, platform::Platform, session::limit};
use serde::Deserialize;

use super::{go, home};
use crate::{
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    signed::{Sent, Visitor},
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/account/password", get(page).post(send))
}

#[derive(Template)]
#[template(path = "account/password.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    must_change: bool,
    /// Days a password lives, where this one is older.
    old: Option<i64>,
    shortest: i64,
    wrong: Option<Text>,
}

#[derive(Deserialize)]
struct Passwords {
    old: String,
    new: String,
    again: String,
}

async fn page(desk: Desk) -> Result<Response, Error> {
    again(&desk, None)
}

async fn send(
    desk: Desk,
    Visitor(browser): Visitor,
    Sent(sent): Sent<Passwords>,
) -> Result<Response, Error> {
    let (platform, signed) = (desk.platform(), &desk.signed);
    let changed = if sent.new == sent.again {
        account::change_password(platform, signed, sent.old, sent.new, &browser).await
    } else {
        let (zh, en) = ("两次输入的新口令不一样", "the new password was typed differently twice");
        Err(registry::error::Error::Question { name: "again", text: Text::new(zh, en) })
    };
    match changed {
        Ok(token) => Ok(go(platform, home(signed), &token)),
        Err(registry::error::Error::Question { text, .. }) => {
            let page = again(&desk, Some(text))?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn again(desk: &Desk, wrong: Option<Text>) -> Result<Response, Error> {
    let (platform, account) = (desk.platform(), &desk.signed.account);
    let old = password::is_old(platform, account)?;
    draw(&Page {
        f: desk.frame(),
        l: desk.lang(),
        d: desk.own(),
        must_change: account.must_change,
        old: if old { Some(limit(platform, "password_age")?) } else { None },
        shortest: limit(platform, "password_length")?,
        wrong,
    })
}

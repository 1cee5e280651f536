//! Making a commitment (信用承诺): chosen, read and made on one page.

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use domain::{
    role::Role,
    text::{Lang, Text},
};
use registry::{
    commitment::making::{self, Making},
    platform::Platform,
};
use serde::Deserialize;

use super::own_subject;
use crate::{
    desk::{Bench, Desk},
    error::Error,
    paper,
    portal::{
        commitments::{OfferLine, lines},
        draw,
    },
    signed::Sent,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/centre/commitments", get(page).post(make))
}

#[derive(Template)]
#[template(path = "centre/commitments.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    lines: Vec<OfferLine>,
    given: Given,
    /// Whether the reader signs for the subject.
    signs: bool,
    /// Whether the subject is an organisation, whose representative is named.
    names: bool,
    wrong: Option<Text>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Given {
    #[serde(default)]
    template: String,
    #[serde(default)]
    organ: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    representative: String,
    #[serde(default)]
    agreed: String,
}

async fn page(desk: Desk) -> Result<Response, Error> {
    let representative = match desk.signed.acting {
        Some(_) => desk.signed.account.name.clone(),
        None => String::new(),
    };
    shown(&desk, Given { representative, ..Given::default() }, None).await
}

async fn make(desk: Desk, Sent(given): Sent<Given>) -> Result<Response, Error> {
    own_subject(&desk)?;
    let making = Making {
        template: given.template.clone(),
        organ: given.organ.clone(),
        about: given.about.clone(),
        representative: given.representative.clone(),
        agreed: given.agreed == "1",
    };
    match making::make(desk.platform(), &desk.signed.own_access(), making).await {
        Ok(id) => Ok(Redirect::to(&format!("/centre/cases/{id}")).into_response()),
        Err(why) => {
            let page = shown(&desk, given, Some(paper::told(why)?)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn shown(desk: &Desk, given: Given, wrong: Option<Text>) -> Result<Response, Error> {
    own_subject(desk)?;
    let (platform, access, lang) = (desk.platform(), desk.signed.own_access(), desk.lang());
    let offers = making::own_offers(platform, &access).await?;
    draw(&Page {
        f: desk.frame(),
        l: lang,
        d: desk.centre("commitments"),
        lines: lines(platform, offers, lang),
        given,
        signs: !access.has(Role::Agent),
        names: desk.signed.acting.is_some(),
        wrong,
    })
}

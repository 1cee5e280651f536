//! Samples (抽查): an auditor looks at a file to see whether it is kept as it should be.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use domain::{
    access::{Action, Ground},
    text::Lang,
};
use registry::{platform::Platform, reading, subject};
use serde::Deserialize;

use super::file::FilePage;
use crate::{
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    signed::Sent,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/console/sample", get(form).post(open))
}

#[derive(Template)]
#[template(path = "console/sample.html")]
struct Form {
    f: Frame,
    l: Lang,
    d: Bench,
}

#[derive(Deserialize)]
struct Sample {
    code: String,
    reason: String,
}

async fn form(desk: Desk) -> Result<Response, Error> {
    draw(&Form { f: desk.frame(), l: desk.lang(), d: desk.console("sample") })
}

async fn open(desk: Desk, Sent(sent): Sent<Sample>) -> Result<Response, Error> {
    let (platform, lang) = (desk.platform(), desk.lang());
    let subject = subject::find(platform, sent.code.trim()).await?;
    let access = desk.signed.access().on(Ground::Office, sent.reason.trim());
    let asked = reading::Asked {
        access: &access,
        action: Action::ReadAsAuditor,
        subject: subject.id,
        lang,
    };
    let opened = reading::file(platform, asked).await?;
    let ground = lang.t("抽查", "Sample").to_owned();
    draw(&FilePage::of(&desk, "sample", opened, ground, "/console/sample".to_owned()))
}

//! 开放接口: every operation of the API, read off its description.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use domain::text::Lang;
use registry::platform::Platform;

use super::{Visit, draw};
use crate::{
    api::openapi::{self, Operation},
    error::Error,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/api/v1/docs", get(page))
}

#[derive(Template)]
#[template(path = "docs.html")]
struct Page {
    f: Frame,
    l: Lang,
    operations: Vec<Operation>,
}

async fn page(visit: Visit) -> Result<Response, Error> {
    let operations = openapi::operations();
    draw(&Page { f: visit.frame(""), l: visit.lang, operations })
}

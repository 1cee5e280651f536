//! Pages of words: rights, about, accessibility.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use domain::text::Lang;
use registry::platform::Platform;

use super::{Visit, draw};
use crate::{error::Error, view::Frame};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/rights", get(rights))
        .route("/about", get(about))
        .route("/accessibility", get(accessibility))
}

#[derive(Template)]
#[template(path = "rights.html")]
struct Rights {
    f: Frame,
    l: Lang,
}

#[derive(Template)]
#[template(path = "about.html")]
struct About {
    f: Frame,
    l: Lang,
    departments: usize,
    items: usize,
}

#[derive(Template)]
#[template(path = "accessibility.html")]
struct Accessibility {
    f: Frame,
    l: Lang,
}

async fn rights(visit: Visit) -> Result<Response, Error> {
    draw(&Rights { f: visit.frame("rights"), l: visit.lang })
}

async fn about(visit: Visit) -> Result<Response, Error> {
    draw(&About {
        f: visit.frame(""),
        l: visit.lang,
        departments: visit.platform.place.departments.len(),
        items: visit.platform.policy.items.len(),
    })
}

async fn accessibility(visit: Visit) -> Result<Response, Error> {
    draw(&Accessibility { f: visit.frame(""), l: visit.lang })
}

//! Search: organisations and individual businesses by name or code; persons never.

use askama::Template;
use axum::{Router, extract::Query, response::Response, routing::get};
use domain::text::Lang;
use registry::{platform::Platform, search::Hit};
use serde::Deserialize;

use super::{Visit, draw};
use crate::{
    error::Error,
    person,
    view::{Frame, segment},
};

/// A longer question is no name; the rest is dropped.
const QUERY_MAX: usize = 100;
const HITS_MAX: usize = 20;

pub fn router() -> Router<Platform> {
    Router::new().route("/search", get(search))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct Found {
    f: Frame,
    l: Lang,
    query: String,
    hits: Vec<Hit>,
    /// The question looks like the identity number of a person and is said nowhere.
    person: bool,
}

impl Found {
    /// Whether there may be more than is listed.
    fn is_cut(&self) -> bool {
        self.hits.len() == HITS_MAX
    }
}

async fn search(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let query: String = asked.q.trim().chars().take(QUERY_MAX).collect();
    let (hits, person) = person::search(&visit.platform, &query, visit.lang, HITS_MAX).await?;
    let mut f = if person { visit.frame_unsaid("search") } else { visit.frame("search") };
    if !hits.is_empty() {
        // A registration number may look like a person's: what was found may be asked again.
        let other = visit.lang.t("en", "zh");
        f.other_language = format!("/search?q={}&lang={other}", segment(&query));
    }
    let query = if person { String::new() } else { query };
    draw(&Found { f, l: visit.lang, query, hits, person })
}

//! Search: organisations and individual businesses by name or code; persons never.

use askama::Template;
use axum::{Router, extract::Query, response::Response, routing::get};
use domain::{
    identifier::{resident_id::ResidentId, uscc::UnifiedCode},
    text::Lang,
};
use registry::{platform::Platform, search::Hit};
use serde::Deserialize;

use super::{Visit, draw};
use crate::{error::Error, view::Frame};

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
    let person = is_person(&query);
    // A 15-digit registration number may have the shape of an old identity number: only a hit shows.
    let ask = !query.is_empty() && (!person || query.len() == 15);
    let hits = if ask {
        registry::search::search(&visit.platform, &query, visit.lang, HITS_MAX).await?.hits
    } else {
        Vec::new()
    };
    let person = person && hits.is_empty();
    let (f, query) = if person {
        (visit.frame_unsaid("search"), String::new())
    } else {
        (visit.frame("search"), query)
    };
    draw(&Found { f, l: visit.lang, query, hits, person })
}

/// Whether a question has the shape of a resident id and is no unified code.
fn is_person(query: &str) -> bool {
    use domain::identifier::resident_id::InvalidResidentId::CheckDigit;
    let text: String = query.chars().filter(|one| !matches!(one, ' ' | '-' | '\u{3000}')).collect();
    match ResidentId::parse(&text) {
        Ok(_) => true,
        Err(CheckDigit) => UnifiedCode::parse(&text.to_uppercase()).is_err(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_person;

    #[test]
    fn an_identity_number_is_recognised_however_it_is_written() {
        for (query, person) in [
            ("11010519491231002X", true),
            ("110105 19491231 002x", true),
            ("110105194912310021", true),
            ("110105491231002", true),
            ("91419900MA0000001X", false),
            ("示例青禾", false),
            ("", false),
        ] {
            assert_eq!(is_person(query), person, "{query}");
        }
    }
}

//! What commitments (信用承诺) are made for here, in which words, and which matters are of notice and
//! commitment (告知承诺制目录).

use askama::Template;
use axum::{Router, response::Response, routing::get};
use domain::text::Lang;
use registry::{
    commitment::making::{self, Offer},
    platform::Platform,
};

use super::{Visit, draw};
use crate::{error::Error, view::Frame};

pub fn router() -> Router<Platform> {
    Router::new().route("/commitments", get(page))
}

#[derive(Template)]
#[template(path = "commitments.html")]
struct Page {
    f: Frame,
    l: Lang,
    lines: Vec<OfferLine>,
}

/// A template as pages show it.
pub(crate) struct OfferLine {
    pub offer: Offer,
    pub kind: String,
    /// Id and name of each department that receives it.
    pub organs: Vec<(String, String)>,
}

/// Templates in the words of a language.
pub(crate) fn lines(platform: &Platform, offers: Vec<Offer>, lang: Lang) -> Vec<OfferLine> {
    let kinds = platform.policy.codes.get("commitment_kinds");
    let line = |offer: Offer| {
        let code = offer.template.kind.as_str();
        let kind = kinds.map_or(code, |kinds| kinds.label(code, lang)).to_owned();
        let named = |id: &String| (id.clone(), platform.department_label(id, lang));
        OfferLine { kind, organs: offer.organs.iter().map(named).collect(), offer }
    };
    offers.into_iter().map(line).collect()
}

async fn page(visit: Visit) -> Result<Response, Error> {
    let lines = lines(&visit.platform, making::offers(&visit.platform), visit.lang);
    draw(&Page { f: visit.frame(""), l: visit.lang, lines })
}

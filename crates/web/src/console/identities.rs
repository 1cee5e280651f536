//! Pairs that may be of one subject: the queue, the two sides, and the judgement.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use domain::{
    ids::PairId,
    merge::{Judgement, Outcome, PairState},
    text::{Lang, Text},
};
use registry::{
    identity::{self, PairLine, PairView},
    platform::Platform,
};
use serde::Deserialize;

use crate::{
    desk::{Bench, Desk},
    error::Error,
    paper,
    portal::draw,
    signed::Sent,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/console/identities", get(list))
        .route("/console/identities/{pair}", get(open).post(judge))
}

#[derive(Template)]
#[template(path = "console/identities.html")]
struct List {
    f: Frame,
    l: Lang,
    d: Bench,
    state: PairState,
    counts: Vec<(PairState, i64)>,
    pairs: Vec<PairLine>,
}

#[derive(Template)]
#[template(path = "console/identity.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    p: PairView,
    wrong: Option<Text>,
    reason: String,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    state: String,
}

#[derive(Deserialize)]
struct Judged {
    judgement: String,
    #[serde(default)]
    reason: String,
}

async fn list(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let state = PairState::from_code(&asked.state).unwrap_or(PairState::Open);
    let counts = identity::counts(platform, &access).await?;
    let of = |state: &PairState| (*state, counts.get(state).copied().unwrap_or_default());
    draw(&List {
        f: desk.frame(),
        l: desk.lang(),
        d: desk.console("identities"),
        state,
        counts: PairState::ALL.iter().map(of).collect(),
        pairs: identity::list(platform, &access, state).await?,
    })
}

async fn open(desk: Desk, Path(pair): Path<i64>) -> Result<Response, Error> {
    shown(&desk, PairId(pair), None, String::new()).await
}

async fn shown(
    desk: &Desk,
    id: PairId,
    wrong: Option<Text>,
    reason: String,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    draw(&Page {
        f: desk.frame(),
        l: desk.lang(),
        d: desk.console("identities"),
        p: identity::open(platform, &access, id, desk.lang()).await?,
        wrong,
        reason,
    })
}

async fn judge(
    desk: Desk,
    Path(pair): Path<i64>,
    Sent(sent): Sent<Judged>,
) -> Result<Response, Error> {
    let (platform, access, id) = (desk.platform(), desk.signed.access(), PairId(pair));
    let judgement = Judgement::from_code(&sent.judgement).ok_or(Error::NotFound)?;
    match identity::judge(platform, &access, id, judgement, &sent.reason).await {
        Ok(Outcome::Merge) => Ok(to(&format!("/console/identities/{pair}"))),
        Ok(_) => Ok(to("/console/identities")),
        Err(why) => {
            let page = shown(&desk, id, Some(paper::told(why)?), sent.reason).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

fn to(place: &str) -> Response {
    Redirect::to(place).into_response()
}

/// Thousandths of bits as a page writes them: +12.3.
fn bits(millibits: &i64) -> String {
    let tenths = (millibits + millibits.signum() * 50) / 100;
    let sign = if tenths < 0 { "−" } else { "+" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

/// What speaks for stands out from what speaks against.
fn tag(millibits: &i64) -> &'static str {
    match millibits {
        0 => "",
        1.. => " tag--ok",
        _ => " tag--late",
    }
}

fn by_two(p: &PairView) -> bool {
    p.grave && p.state != PairState::Merged
}

#[cfg(test)]
mod tests {
    use super::bits;

    #[test]
    fn bits_are_written_with_one_place() {
        let written = [0, 49, 50, -50, 12_345, -14_288].map(|one| bits(&one));
        assert_eq!(written, ["+0.0", "+0.0", "+0.1", "−0.1", "+12.3", "−14.3"]);
    }
}

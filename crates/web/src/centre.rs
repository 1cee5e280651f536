//! The subject centre (主体服务): where companies and persons see their own file.

pub mod cases;
pub mod claims;
mod commitments;
mod consents;
mod file;
mod home;
mod reports;
mod score;

use axum::Router;
use domain::{ids::SubjectId, text::Text};
use registry::platform::Platform;

use crate::{desk::Desk, error::Error};

/// Every address of the subject centre.
pub fn router() -> Router<Platform> {
    Router::new()
        .merge(home::router())
        .merge(file::router())
        .merge(consents::router())
        .merge(cases::router())
        .merge(commitments::router())
        .merge(claims::router())
        .merge(reports::router())
        .merge(score::router())
}

/// The subject that is one's own, or how one comes to have one.
fn own_subject(desk: &Desk) -> Result<SubjectId, Error> {
    desk.signed.own_subject().ok_or_else(|| {
        Error::BadRequest(Text::new(
            "还没有可看的档案：请先在“认领单位”里认领您的单位或本人，确认后再来。",
            "There is no file of yours to see yet: claim your organisation, or yourself, and come back once that is confirmed.",
        ))
    })
}

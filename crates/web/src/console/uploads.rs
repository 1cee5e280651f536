//! Large files in parts: begun, gone on with, and handed in once they are whole.

use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{access::Action, text::Text};
use registry::{api_use, delivery, import::Delivery, platform::Platform, session::SignedIn};
use serde::Deserialize;

use crate::{
    deliveries::Deliveries,
    error::Error,
    signed::{self, Sent, Signed},
    uploads,
};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/console/uploads", post(begin))
        .route("/console/uploads/{upload}/submission", post(hand_in))
}

/// The one address that takes parts; each has a limit of its own.
pub fn parts() -> Router<Platform> {
    Router::new()
        .route("/console/uploads/{upload}", get(stand).put(append))
        .layer(DefaultBodyLimit::disable())
}

#[derive(Deserialize)]
struct Begun {
    file_name: String,
    bytes: u64,
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    offset: u64,
    #[serde(default)]
    form_token: String,
}

#[derive(Deserialize)]
struct Whole {
    item: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    dry_run: String,
    #[serde(default)]
    mends: String,
}

fn owner(platform: &Platform, signed: &SignedIn) -> Result<String, Error> {
    let access = signed.access();
    delivery::department(platform, &access, Action::Deliver)?;
    Ok(access.actor.to_string())
}

async fn begin(
    State(platform): State<Platform>,
    Signed(signed): Signed,
    Sent(Begun { file_name, bytes }): Sent<Begun>,
) -> Result<Response, Error> {
    let (owner, folder) = (owner(&platform, &signed)?, api_use::spool_folder(&platform)?);
    let begun = uploads::begin(&folder, &owner, (&file_name, bytes), platform.now())?;
    Ok((StatusCode::CREATED, Json(begun)).into_response())
}

async fn stand(
    State(platform): State<Platform>,
    Signed(signed): Signed,
    Path(upload): Path<String>,
) -> Result<Response, Error> {
    let (owner, folder) = (owner(&platform, &signed)?, api_use::spool_folder(&platform)?);
    Ok(Json(uploads::find(&folder, &owner, &upload)?).into_response())
}

/// Adds a part; where it does not fit, the answer says from which byte to go on.
async fn append(
    State(platform): State<Platform>,
    Signed(signed): Signed,
    Path(upload): Path<String>,
    Query(Part { offset, form_token }): Query<Part>,
    body: Body,
) -> Result<Response, Error> {
    signed::check_token(&signed, Some(&form_token))?;
    let (owner, folder) = (owner(&platform, &signed)?, api_use::spool_folder(&platform)?);
    let (stands, added) = uploads::append(&folder, &owner, &upload, offset, body).await?;
    let status = if added { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok((status, Json(stands)).into_response())
}

/// Hands the whole file in, as if it had come at once.
async fn hand_in(
    State(platform): State<Platform>,
    Extension(deliveries): Extension<Deliveries>,
    Signed(signed): Signed,
    Path(upload): Path<String>,
    Sent(sent): Sent<Whole>,
) -> Result<Redirect, Error> {
    let access = signed.access();
    let department = delivery::department(&platform, &access, Action::Deliver)?;
    let (owner, folder) = (owner(&platform, &signed)?, api_use::spool_folder(&platform)?);
    let mode = if sent.mode.is_empty() { "changes" } else { &sent.mode };
    let mode = api_use::mode(mode).ok_or_else(|| {
        Error::BadRequest(Text::new("报送方式请从列表里选。", "Choose the mode from the list."))
    })?;
    let mends = match sent.mends.as_str() {
        "" => None,
        receipt => Some(delivery::find(&platform, &access, receipt).await?.receipt),
    };
    let room = deliveries.room()?;
    let spooled = uploads::take(&folder, &owner, &upload)?;
    let delivery = Delivery {
        path: spooled.path.to_path_buf(),
        file_name: spooled.file_name.clone(),
        item: Some(sent.item),
        pack: None,
        department: Some(department),
        mode,
        confirmed: None,
        dry_run: !sent.dry_run.is_empty(),
        actor: access.actor.to_string(),
        mends,
        piecemeal: false,
    };
    let number = deliveries.begin(&platform, signed.id(), delivery, spooled, room);
    Ok(Redirect::to(&format!("/console/deliveries/{number}")))
}

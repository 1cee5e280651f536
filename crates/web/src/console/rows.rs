//! A row that came back or was doubted: mended in a form, explained or given up, and what became of it.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Extension, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    access::Action,
    fault::Fault,
    mending::RowAct,
    text::{Lang, Text},
};
use registry::{
    api_use, delivery,
    import::Delivery,
    mending::{self, RowStory},
    platform::Platform,
};
use serde::Deserialize;

use crate::{
    api::spool::{self, Spooled},
    deliveries::Deliveries,
    desk::{Bench, Desk},
    error::Error,
    paper,
    portal::draw,
    signed::{Sent, Signed},
    view::{Frame, segment},
};

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/console/submissions/{receipt}/rows/{row}", get(row).post(mend))
        .route("/console/submissions/{receipt}/rows/{row}/state", post(act))
}

#[derive(Template)]
#[template(path = "console/row.html")]
struct Row {
    f: Frame,
    l: Lang,
    d: Bench,
    receipt: String,
    row: u64,
    cells: Vec<Cell>,
    whole: Vec<String>,
    story: RowStory,
    wrong: Option<Text>,
}

struct Cell {
    heading: String,
    value: String,
    faults: Vec<String>,
}

#[derive(Deserialize)]
struct Acted {
    act: String,
    #[serde(default)]
    note: String,
}

async fn row(desk: Desk, Path((number, row)): Path<(String, u64)>) -> Result<Response, Error> {
    shown(&desk, &number, row, None).await
}

/// Writes down what the department says of a row.
async fn act(
    desk: Desk,
    Path((number, row)): Path<(String, u64)>,
    Sent(sent): Sent<Acted>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let found = delivery::find(platform, &access, &number).await?;
    let act = RowAct::from_code(&sent.act).ok_or(Error::NotFound)?;
    match mending::act(platform, &access, &found, row, (act, &sent.note)).await {
        Ok(()) => {
            let to = format!("/console/submissions/{}/rows/{row}", segment(&number));
            Ok(Redirect::to(&to).into_response())
        }
        Err(why) => {
            let page = shown(&desk, &number, row, Some(paper::told(why)?)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn shown(
    desk: &Desk,
    number: &str,
    row: u64,
    wrong: Option<Text>,
) -> Result<Response, Error> {
    let (platform, lang) = (desk.platform(), desk.lang());
    let found = delivery::find(platform, &desk.signed.access(), number).await?;
    let story = mending::story(platform, &found, row, lang).await?;
    let row = delivery::row(platform, &found, row).await?;
    let of = |heading: &str| {
        let own = row.faults.iter().filter(|fault| fault.column == heading);
        own.map(|fault| fault.message(lang)).collect::<Vec<_>>()
    };
    let known = |fault: &&Fault| row.cells.iter().any(|(heading, _)| *heading == fault.column);
    let whole = row.faults.iter().filter(|fault| !known(fault));
    draw(&Row {
        f: desk.frame(),
        l: lang,
        d: desk.console("submissions"),
        receipt: found.receipt.clone(),
        row: row.row,
        whole: whole.map(|fault| fault.message(lang)).collect(),
        cells: row
            .cells
            .iter()
            .map(|(heading, value)| Cell {
                faults: of(heading),
                heading: heading.clone(),
                value: value.clone(),
            })
            .collect(),
        story,
        wrong,
    })
}

/// Hands a mended row in, as a file of one row under the heading of the file it came from.
async fn mend(
    State(platform): State<Platform>,
    Extension(deliveries): Extension<Deliveries>,
    Signed(signed): Signed,
    Path((number, row)): Path<(String, u64)>,
    Sent(cells): Sent<BTreeMap<String, String>>,
) -> Result<Redirect, Error> {
    let access = signed.access();
    let department = delivery::department(&platform, &access, Action::Deliver)?;
    let found = delivery::find(&platform, &access, &number).await?;
    let cell = |index: usize| cells.get(&format!("cell.{index}")).cloned().unwrap_or_default();
    let mended: Vec<String> = (0..found.heading.len()).map(cell).collect();
    let bytes = delivery::mended(&found, row, &mended)?;
    let room = deliveries.room()?;
    let spooled: Spooled =
        spool::keep(&api_use::spool_folder(&platform)?, "mended.csv", bytes).await?;
    let delivery = Delivery {
        path: spooled.path.to_path_buf(),
        file_name: format!("{}-补正.csv", found.receipt),
        item: Some(found.item.clone()),
        pack: found.pack.clone(),
        department: Some(department),
        mode: api_use::mode("changes").ok_or(Error::Internal)?,
        confirmed: None,
        dry_run: false,
        actor: access.actor.to_string(),
        mends: Some(found.receipt.clone()),
        piecemeal: true,
    };
    let next = deliveries.begin(&platform, signed.id(), delivery, spooled, room);
    Ok(Redirect::to(&format!("/console/deliveries/{next}")))
}

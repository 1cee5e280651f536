//! A row entered in a form: the fields of an item, handed in as a file of one row.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Extension, Router,
    extract::{Path, State},
    response::{Redirect, Response},
    routing::get,
};
use domain::{
    access::Action,
    text::{Lang, Text},
};
use registry::{
    api_use,
    delivery::{self, EntryField},
    import::Delivery,
    platform::Platform,
};

use crate::{
    api::spool,
    deliveries::Deliveries,
    desk::{Bench, Desk},
    error::Error,
    portal::draw,
    signed::{Sent, Signed},
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/console/submissions/enter/{item}", get(form).post(enter))
}

#[derive(Template)]
#[template(path = "console/entry.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    item: String,
    label: String,
    fields: Vec<EntryField>,
}

async fn form(desk: Desk, Path(item): Path<String>) -> Result<Response, Error> {
    let (platform, lang) = (desk.platform(), desk.lang());
    let (label, fields) = delivery::entry(platform, &desk.signed.access(), &item, lang)?;
    let (f, d) = (desk.frame(), desk.console("submissions"));
    draw(&Page { f, l: lang, d, item, label, fields })
}

/// Hands the row in; what is wrong with it is told as for every other file.
async fn enter(
    State(platform): State<Platform>,
    Extension(deliveries): Extension<Deliveries>,
    Signed(signed): Signed,
    Path(item): Path<String>,
    Sent(cells): Sent<BTreeMap<String, String>>,
) -> Result<Redirect, Error> {
    let access = signed.access();
    let department = delivery::department(&platform, &access, Action::Deliver)?;
    let (label, fields) = delivery::entry(&platform, &access, &item, Lang::Zh)?;
    let cell = |field: &EntryField| cells.get(&field.code).cloned().unwrap_or_default();
    let written: Vec<String> = fields.iter().map(cell).collect();
    if written.iter().all(|cell| cell.trim().is_empty()) {
        return Err(Error::BadRequest(Text::new("一栏都没有填。", "Nothing was filled in.")));
    }
    let bytes = delivery::entered(&fields, &written)?;
    let room = deliveries.room()?;
    let folder = api_use::spool_folder(&platform)?;
    let spooled = spool::keep(&folder, "entered.csv", bytes).await?;
    let delivery = Delivery {
        path: spooled.path.to_path_buf(),
        file_name: format!("{label}-填报.csv"),
        item: Some(item),
        pack: None,
        department: Some(department),
        mode: api_use::mode("changes").ok_or(Error::Internal)?,
        confirmed: None,
        dry_run: false,
        actor: access.actor.to_string(),
        mends: None,
        piecemeal: true,
    };
    let number = deliveries.begin(&platform, signed.id(), delivery, spooled, room);
    Ok(Redirect::to(&format!("/console/deliveries/{number}")))
}

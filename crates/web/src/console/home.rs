//! The home page of the console: what is to be done, by its deadline.

use askama::Template;
use axum::{Extension, Router, response::Response, routing::get};
use domain::text::{Lang, Text};
use registry::{
    delivery,
    platform::Platform,
    receipt::Brief,
    task::{self, Task, Timely},
};

use crate::{
    deliveries::Deliveries,
    desk::{Bench, Desk},
    error::{Error, if_any},
    portal::draw,
    view::Frame,
};

/// Submissions shown on the home page.
const LATEST: i64 = 5;

pub fn router() -> Router<Platform> {
    Router::new().route("/console", get(page))
}

#[derive(Template)]
#[template(path = "console/home.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    tasks: Vec<Task>,
    submissions: Vec<Brief>,
    timely: Vec<Timely>,
}

async fn page(desk: Desk, Extension(deliveries): Extension<Deliveries>) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let submissions = if_any(delivery::list(platform, &access, None, LATEST).await)?;
    let mut submissions = submissions.unwrap_or_default();
    for submission in &mut submissions {
        submission.item = delivery::item_label(platform, &submission.item, desk.lang());
    }
    // What waits for a yes comes first: the file is kept only as long as the platform runs.
    let waiting = deliveries.waiting(desk.signed.id(), access.department().unwrap_or_default());
    let mut tasks: Vec<Task> = waiting
        .into_iter()
        .map(|one| Task {
            due: None,
            title: Text::new(one.file_name.clone(), one.file_name),
            href: format!("/console/deliveries/{}", one.number),
            next: one.question,
        })
        .collect();
    tasks.extend(task::of(platform, &access).await?);
    let timely = if_any(task::timely(platform, &access).await)?;
    draw(&Page {
        f: desk.frame(),
        l: desk.lang(),
        d: desk.console("home"),
        tasks,
        submissions,
        timely: timely.unwrap_or_default(),
    })
}

//! The home page and the day's figures.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use domain::{catalogue::Openness, text::Lang};
use jiff::civil::Date;
use registry::{
    figures,
    list::{self, Asked},
    platform::Platform,
    record::RecordView,
};

use super::{
    Visit, draw,
    law::{self, GenerationView},
};
use crate::{
    error::Error,
    view::{self, Frame},
};

/// Newest records of each of the two items of 双公示 on the home page.
const NEWEST: usize = 3;

pub fn router() -> Router<Platform> {
    Router::new().route("/", get(home)).route("/today", get(today))
}

/// The figures of an item, as printed.
struct Line {
    item: String,
    label: String,
    began: String,
    ended: String,
    published: String,
    basis: String,
    /// The day they are of, where those of today are not there yet.
    earlier: Option<Date>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    f: Frame,
    l: Lang,
    lines: Vec<Line>,
    newest: Vec<RecordView>,
    law: Option<GenerationView>,
}

#[derive(Template)]
#[template(path = "today.html")]
struct Today {
    f: Frame,
    l: Lang,
    lines: Vec<Line>,
    items: Vec<PublicItem>,
}

/// An item with a public list.
struct PublicItem {
    id: String,
    label: String,
    about: String,
}

async fn home(visit: Visit) -> Result<Response, Error> {
    let platform = &visit.platform;
    let mut newest = Vec::new();
    for item in ["licence", "penalty"] {
        if platform.policy.item(item).is_none() {
            continue;
        }
        let asked = Asked::newest(platform, item, visit.lang, NEWEST);
        newest.extend(list::list(platform, &asked).await?.records);
    }
    newest.sort_by_key(|record: &RecordView| std::cmp::Reverse(record.decided_on));
    draw(&Home {
        f: visit.frame("search"),
        l: visit.lang,
        lines: lines(&visit).await?,
        newest,
        law: law::in_force(&platform.policy, platform.today(), visit.lang),
    })
}

async fn today(visit: Visit) -> Result<Response, Error> {
    let items = registry::catalogue::items(&visit.platform, visit.platform.today());
    let public = items.iter().filter(|(item, basis)| {
        item.openness == Openness::Public && basis.is_some() && &*item.id != "registration"
    });
    let items = public.map(|(item, _)| PublicItem {
        id: item.id.to_string(),
        label: item.label.get(visit.lang).to_owned(),
        about: item.about.get(visit.lang).to_owned(),
    });
    let items = items.collect();
    draw(&Today { f: visit.frame("today"), l: visit.lang, lines: lines(&visit).await?, items })
}

/// The figures as printed; none before the first were computed.
async fn lines(visit: &Visit) -> Result<Vec<Line>, Error> {
    let today = visit.platform.today();
    let lines = figures::newest(&visit.platform, visit.lang).await?;
    let lines = lines.into_iter().map(|line| Line {
        item: line.item,
        label: line.label,
        began: view::count(line.began),
        ended: view::count(line.ended),
        published: view::count(line.published),
        basis: line.basis,
        earlier: Some(line.on).filter(|on| *on != today),
    });
    Ok(lines.collect())
}

//! Public lists of one item, with filters that are a plain form.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query},
    response::{Redirect, Response},
    routing::get,
};
use domain::{
    catalogue::{FieldKind, Item},
    text::Lang,
};
use registry::{
    list::{self, ListView},
    platform::Platform,
};
use serde::Deserialize;

use super::{Visit, day, draw};
use crate::{
    error::Error,
    view::{self, Frame, segment},
};

const PAGE: usize = 30;

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/public", get(async || Redirect::permanent("/today")))
        .route("/public/{item}", get(page))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Filters {
    from: String,
    until: String,
    department: String,
    code: String,
    district: String,
    as_of: String,
    known_at: String,
    after: String,
}

/// One choice of a filter.
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "list.html")]
struct Page {
    f: Frame,
    l: Lang,
    list: ListView,
    filters: Filters,
    departments: Vec<Choice>,
    /// The coded field of the item with its codes.
    codes: Option<(String, Vec<Choice>)>,
    districts: Vec<Choice>,
    filtered: bool,
    /// True where another day or instant was asked for.
    is_past: bool,
    /// How many are published in all, where nothing is left out.
    total: Option<String>,
    /// The first page, where this is another.
    first: Option<String>,
    next: Option<String>,
    basis: String,
}

async fn page(
    visit: Visit,
    Path(id): Path<String>,
    Query(filters): Query<Filters>,
) -> Result<Response, Error> {
    let platform = &visit.platform;
    let item = platform.policy.item(&id).ok_or(Error::NotFound)?;
    let asked = list::Asked {
        item: id,
        from: day(Some(&filters.from))?,
        until: day(Some(&filters.until))?,
        department: filled(&filters.department),
        code: filled(&filters.code),
        district: filled(&filters.district),
        after: filled(&filters.after),
        clocks: visit.clocks(Some(&filters.as_of), Some(&filters.known_at)).await?,
        lang: visit.lang,
        limit: PAGE,
    };
    let list = list::list(platform, &asked).await?;
    let basis = item.basis_on(asked.clocks.as_of).map(|basis| basis.instrument.clone());
    draw(&Page {
        f: visit.frame("today"),
        l: visit.lang,
        departments: departments(platform, item, &filters.department, visit.lang),
        codes: codes(platform, item, &filters.code, visit.lang),
        districts: districts(platform, &filters.district, visit.lang),
        filtered: filters.any(),
        is_past: asked.clocks.is_past,
        total: list.total.map(view::count),
        first: asked.after.is_some().then(|| filters.href(&list.item, None)),
        next: list.next.as_deref().map(|after| filters.href(&list.item, Some(after))),
        basis: basis.unwrap_or_default(),
        list,
        filters,
    })
}

impl Filters {
    fn pairs(&self) -> [(&'static str, &str); 7] {
        [
            ("from", &self.from),
            ("until", &self.until),
            ("department", &self.department),
            ("code", &self.code),
            ("district", &self.district),
            ("as_of", &self.as_of),
            ("known_at", &self.known_at),
        ]
    }

    fn any(&self) -> bool {
        self.pairs().iter().any(|(_, value)| !value.trim().is_empty())
    }

    /// The page of the list that begins after a cursor, or the first, under the same filters.
    fn href(&self, item: &str, after: Option<&str>) -> String {
        let kept = self.pairs().into_iter().filter(|(_, value)| !value.trim().is_empty());
        let pairs = kept.chain(after.map(|after| ("after", after)));
        let query: Vec<String> =
            pairs.map(|(name, value)| format!("{name}={}", segment(value))).collect();
        let address = format!("/public/{}", segment(item));
        if query.is_empty() { address } else { format!("{address}?{}", query.join("&")) }
    }
}

fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn departments(platform: &Platform, item: &Item, chosen: &str, lang: Lang) -> Vec<Choice> {
    let departments = platform.place.departments.iter();
    let providing =
        departments.filter(|department| department.items.iter().any(|id| **id == *item.id));
    let choices = providing.map(|department| Choice {
        value: department.id.clone(),
        label: department.label.get(lang).to_owned(),
        chosen: department.id == chosen,
    });
    choices.collect()
}

fn codes(
    platform: &Platform,
    item: &Item,
    chosen: &str,
    lang: Lang,
) -> Option<(String, Vec<Choice>)> {
    let field = list::filter_field(item)?;
    let (FieldKind::Code { list } | FieldKind::Codes { list }) = &field.kind else { return None };
    let entries = &platform.policy.codes.get(list)?.entries;
    let choices = entries.iter().map(|entry| Choice {
        value: entry.code.clone(),
        label: entry.label.get(lang).to_owned(),
        chosen: entry.code == chosen,
    });
    Some((field.label.get(lang).to_owned(), choices.collect()))
}

fn districts(platform: &Platform, chosen: &str, lang: Lang) -> Vec<Choice> {
    let choices = platform.place.districts.iter().map(|district| Choice {
        value: district.code.clone(),
        label: district.label.get(lang).to_owned(),
        chosen: district.code == chosen,
    });
    choices.collect()
}

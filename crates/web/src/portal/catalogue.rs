//! The catalogue (信息目录): what may be recorded, on what basis, and who sees which field.

use std::sync::Arc;

use askama::Template;
use axum::{Router, extract::Path, response::Response, routing::get};
use domain::{
    catalogue::{Field, Item, Openness, Required, Section},
    disclosure::{Audience, Verdict},
    parameter::Reference,
    text::Lang,
};
use registry::{catalogue, platform::Platform};

use super::{Visit, draw};
use crate::{error::Error, view::Frame};

pub fn router() -> Router<Platform> {
    Router::new().route("/catalogue", get(index)).route("/catalogue/{item}", get(page))
}

#[derive(Template)]
#[template(path = "catalogue.html")]
struct Index {
    f: Frame,
    l: Lang,
    sections: Vec<SectionItems>,
    count: usize,
}

struct SectionItems {
    label: String,
    items: Vec<(Arc<Item>, Option<Reference>)>,
}

#[derive(Template)]
#[template(path = "item.html")]
struct Page {
    f: Frame,
    l: Lang,
    item: Arc<Item>,
    basis: Option<Reference>,
    section: String,
    /// True where there is a public list of it.
    listed: bool,
    public_fields: usize,
}

async fn index(visit: Visit) -> Result<Response, Error> {
    let items = catalogue::items(&visit.platform, visit.platform.today());
    let count = items.len();
    let sections = Section::ALL.into_iter().map(|section| SectionItems {
        label: section.label().get(visit.lang).to_owned(),
        items: items.iter().filter(|(item, _)| item.section == section).cloned().collect(),
    });
    let sections = sections.filter(|section| !section.items.is_empty()).collect();
    draw(&Index { f: visit.frame("catalogue"), l: visit.lang, sections, count })
}

async fn page(visit: Visit, Path(id): Path<String>) -> Result<Response, Error> {
    let item = Arc::clone(visit.platform.policy.item(&id).ok_or(Error::NotFound)?);
    let basis = item.basis_on(visit.platform.today()).cloned();
    let public = item.openness == Openness::Public;
    let shown = |field: &&Field| field.disclosure.verdict(Audience::Public) == Verdict::Show;
    draw(&Page {
        f: visit.frame("catalogue"),
        l: visit.lang,
        section: item.section.label().get(visit.lang).to_owned(),
        listed: public && basis.is_some() && &*item.id != "registration",
        public_fields: if public { item.fields.iter().filter(shown).count() } else { 0 },
        basis,
        item,
    })
}

impl Index {
    fn cycle(&self, item: &Item) -> String {
        item.cycle.label().get(self.l).to_owned()
    }

    fn openness(&self, item: &Item) -> String {
        item.openness.label().get(self.l).to_owned()
    }
}

impl Page {
    fn required(&self, field: &Field) -> &'static str {
        match (&field.required, self.f.zh) {
            (Required::Always, true) => "必填",
            (Required::Always, false) => "required",
            (Required::Never, true) => "选填",
            (Required::Never, false) => "optional",
            (Required::When(_), true) => "按条件",
            (Required::When(_), false) => "on condition",
        }
    }

    /// What the public gets of a field.
    fn verdict(&self, field: &Field) -> &'static str {
        let verdict = field.disclosure.verdict(Audience::Public);
        let verdict =
            if self.item.openness == Openness::Public { verdict } else { Verdict::Withhold };
        match (verdict, self.f.zh) {
            (Verdict::Show, true) => "公示",
            (Verdict::Show, false) => "published",
            (Verdict::Mask, true) => "遮盖后公示",
            (Verdict::Mask, false) => "published masked",
            (Verdict::Withhold, true) => "不公示",
            (Verdict::Withhold, false) => "not published",
        }
    }

    fn length(&self, field: &Field) -> String {
        field.max.map_or_else(|| "—".to_owned(), |max| max.to_string())
    }

    fn cycle(&self) -> String {
        self.item.cycle.label().get(self.l).to_owned()
    }

    fn openness(&self) -> String {
        self.item.openness.label().get(self.l).to_owned()
    }

    fn providers(&self) -> String {
        let kinds: Vec<_> = self.item.providers.iter().map(|kind| self.f.provider(kind)).collect();
        kinds.join(self.l.t("、", ", "))
    }

    fn subjects(&self) -> String {
        let kinds: Vec<_> = self.item.subject_kinds.iter().map(|kind| kind.label(self.l)).collect();
        kinds.join(self.l.t("、", ", "))
    }

    fn natural_key(&self) -> String {
        let fields = self.item.natural_key.iter().filter_map(|at| self.item.fields.get(*at));
        let labels = fields.map(|field| field.label.get(self.l));
        let all: Vec<_> = std::iter::once(self.l.t("主体", "subject")).chain(labels).collect();
        all.join(self.l.t("、", ", "))
    }
}

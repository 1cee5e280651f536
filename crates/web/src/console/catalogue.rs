//! The catalogue as those who work by it read it: every field with who sees it.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use domain::{
    access::Action,
    catalogue::Required,
    disclosure::{Audience, Verdict},
    text::Lang,
};
use registry::{catalogue, delivery, gate, platform::Platform};

use crate::{
    desk::{Bench, Desk},
    error::{Error, if_any},
    portal::draw,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/console/catalogue", get(page))
}

#[derive(Template)]
#[template(path = "console/catalogue.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    audiences: Vec<&'static str>,
    items: Vec<ItemView>,
}

struct ItemView {
    id: String,
    label: String,
    openness: String,
    basis: String,
    verified: bool,
    /// Handed in by the department acted for.
    ours: bool,
    fields: Vec<FieldView>,
}

struct FieldView {
    code: String,
    label: String,
    kind: String,
    required: bool,
    /// One for each audience.
    marks: Vec<&'static str>,
}

async fn page(desk: Desk) -> Result<Response, Error> {
    let (platform, lang, access) = (desk.platform(), desk.lang(), desk.signed.access());
    gate::admit(platform, &access, Action::ReadCatalogue, true)?;
    let own = if_any(delivery::items(platform, &access))?.unwrap_or_default();
    let frame = desk.frame();
    let items = catalogue::items(platform, platform.today());
    let items = items.iter().map(|(item, basis)| ItemView {
        id: item.id.to_string(),
        label: item.label.get(lang).to_owned(),
        openness: item.openness.label().get(lang).to_owned(),
        basis: basis.as_ref().map(|one| frame.cited(one)).unwrap_or_default(),
        verified: basis.as_ref().is_some_and(|basis| basis.verified),
        ours: own.iter().any(|one| one.id == item.id),
        fields: item
            .fields
            .iter()
            .map(|field| FieldView {
                code: field.code.clone(),
                label: field.label.get(lang).to_owned(),
                kind: frame.kind_of_field(&field.kind),
                required: field.required == Required::Always,
                marks: Audience::ALL
                    .map(|audience| match field.disclosure.verdict(audience) {
                        Verdict::Show if item.openness.admits(audience) => "●",
                        Verdict::Mask if item.openness.admits(audience) => "◐",
                        _ => "",
                    })
                    .to_vec(),
            })
            .collect(),
    });
    let items = items.collect();
    let audiences = Audience::ALL.map(|audience| match audience {
        Audience::Public => lang.t_static("社会", "public"),
        Audience::Subject => lang.t_static("本主体", "subject"),
        Audience::Consent => lang.t_static("被授权", "consent"),
        Audience::Officer => lang.t_static("经办", "officer"),
        Audience::Auditor => lang.t_static("审计", "auditor"),
    });
    draw(&Page {
        f: frame,
        l: lang,
        d: desk.console("catalogue"),
        audiences: audiences.to_vec(),
        items,
    })
}

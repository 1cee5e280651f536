//! The catalogue: what may be recorded, by whom, on what basis, who sees it.

use axum::extract::{Path, State};
use domain::{
    catalogue::{Field, FieldKind, Item, Required},
    disclosure::{Audience, Verdict},
    parameter::Reference,
    text::{Lang, Text},
};
use registry::{catalogue, platform::Platform};
use serde::Serialize;

use crate::api::{
    answer::{self, Answer, address},
    asking::{Asker, Params},
    problem::{Kind, Problem},
};

/// The catalogue as it stands today.
#[derive(Serialize)]
struct Catalogue {
    policy_version: String,
    items: Vec<ItemView>,
}

/// One item; its fields stand in the answer about it alone.
#[derive(Serialize)]
struct ItemView {
    item: String,
    label: String,
    about: String,
    category: String,
    section: &'static str,
    section_label: String,
    polarity: domain::catalogue::Polarity,
    openness: domain::catalogue::Openness,
    openness_label: String,
    cycle: domain::catalogue::Cycle,
    cycle_label: String,
    providers: Vec<String>,
    subject_kinds: Vec<domain::subject::Kind>,
    /// Basis in force today; none where it has lapsed and nothing may be collected.
    basis: Option<Reference>,
    /// Fields that, with the subject, tell one record from another.
    natural_key: Vec<String>,
    link: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldView>,
}

/// One field as it is exchanged.
#[derive(Serialize)]
struct FieldView {
    name: String,
    /// As exchanged: `CF_WSH`.
    code: String,
    aliases: Vec<String>,
    label: Text,
    kind: &'static str,
    kind_label: String,
    /// The code list of a coded field.
    code_list: Option<String>,
    max_length: Option<u32>,
    /// `always`, `never`, or `when`: under conditions that a fault names.
    required: &'static str,
    /// What the public sees: `show`, `mask` or `withhold`.
    public: &'static str,
}

/// 信息目录
///
/// What may be recorded, each item with its basis in force today.
#[utoipa::path(
    get, path = "/catalogue", tag = "catalogue",
    responses((status = 200, description = "目录 · catalogue"))
)]
pub async fn catalogue(State(platform): State<Platform>, asker: Asker, params: Params) -> Answer {
    params.only(&[])?;
    let items = catalogue::items(&platform, platform.today());
    let views = items.into_iter().map(|(item, basis)| view(&item, basis, asker.lang));
    let policy_version = platform.policy.short_version().to_owned();
    answer::json(&Catalogue { policy_version, items: views.collect() })
}

/// 一个信息项及其全部字段
///
/// One item with all its fields: code as exchanged, kind, length, when required, who sees it.
#[utoipa::path(
    get, path = "/catalogue/{item}", tag = "catalogue",
    params(("item" = String, Path, description = "信息项 · item", example = "penalty")),
    responses((status = 200, description = "信息项 · item"), (status = 404, description = "没有这个信息项"))
)]
pub async fn catalogue_item(
    State(platform): State<Platform>,
    Path(id): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&[])?;
    let item = platform.policy.item(&id).ok_or_else(|| Problem::new(Kind::NotFound))?;
    let basis = item.basis_on(platform.today()).cloned();
    let fields = item.fields.iter().map(|field| field_view(field, asker.lang)).collect();
    answer::json(&ItemView { fields, ..view(item, basis, asker.lang) })
}

fn view(item: &Item, basis: Option<Reference>, lang: Lang) -> ItemView {
    let key = item.natural_key.iter().filter_map(|&position| item.fields.get(position));
    ItemView {
        item: item.id.to_string(),
        label: item.label.get(lang).to_owned(),
        about: item.about.get(lang).to_owned(),
        category: item.category.clone(),
        section: item.section.code(),
        section_label: item.section.label().get(lang).to_owned(),
        polarity: item.polarity,
        openness: item.openness,
        openness_label: item.openness.label().get(lang).to_owned(),
        cycle: item.cycle,
        cycle_label: item.cycle.label().get(lang).to_owned(),
        providers: item.providers.clone(),
        subject_kinds: item.subject_kinds.clone(),
        basis,
        natural_key: key.map(|field| field.name.clone()).collect(),
        link: address("/catalogue/", &item.id, ""),
        fields: Vec::new(),
    }
}

fn field_view(field: &Field, lang: Lang) -> FieldView {
    let code_list = match &field.kind {
        FieldKind::Code { list } | FieldKind::Codes { list } => Some(list.clone()),
        _ => None,
    };
    FieldView {
        name: field.name.clone(),
        code: field.code.clone(),
        aliases: field.aliases.clone(),
        label: field.label.clone(),
        kind: kind_word(&field.kind),
        kind_label: field.kind.label().get(lang).to_owned(),
        code_list,
        max_length: field.max,
        required: match field.required {
            Required::Always => "always",
            Required::Never => "never",
            Required::When(_) => "when",
        },
        public: match field.disclosure.verdict(Audience::Public) {
            Verdict::Show => "show",
            Verdict::Mask => "mask",
            Verdict::Withhold => "withhold",
        },
    }
}

fn kind_word(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Date => "date",
        FieldKind::DateOpen => "date_open",
        FieldKind::MoneyWan => "money_wan",
        FieldKind::MoneyYuan => "money_yuan",
        FieldKind::Integer => "integer",
        FieldKind::Decimal => "decimal",
        FieldKind::Flag => "flag",
        FieldKind::Code { .. } => "code",
        FieldKind::Codes { .. } => "codes",
        FieldKind::Uscc => "uscc",
        FieldKind::OrgCode => "org_code",
        FieldKind::RegNo => "reg_no",
        FieldKind::PersonId => "person_id",
    }
}

//! `places/<place>/`: the city, its districts and its departments.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    check::Check,
    commitment::Template,
    identifier::uscc::UnifiedCode,
    list::List,
    place::{Department, District, Place},
    text::Text,
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    catalogue::Items,
    check::{self, Law},
    code_list::Codes,
    dated,
    disclosure::Nothing,
    raw::{self, Day, RawReference, Wording, Words},
    scope::Scope,
    source::{Folder, Page, Report},
};

/// What the places refer to.
#[derive(Debug)]
pub(crate) struct Shelf<'a> {
    pub(crate) items: &'a Items,
    pub(crate) codes: &'a Codes,
    pub(crate) lists: Option<&'a [List]>,
    pub(crate) templates: Option<&'a [Template]>,
    pub(crate) law: Law<'a>,
}

/// Places by id; a place with a faulty file is known but gives nothing.
pub(crate) type Places = BTreeMap<String, Option<Place>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlace {
    zh: Words,
    en: Words,
    division: Spanned<String>,
    #[serde(default)]
    fictional: bool,
    operator: Wording,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDistrict {
    code: Spanned<String>,
    zh: Words,
    en: Words,
    #[serde(default)]
    local_code: bool,
    from: Option<Spanned<Day>>,
    until: Option<Spanned<Day>>,
    outline: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDepartment {
    id: Spanned<Words>,
    zh: Words,
    en: Words,
    uscc: Option<Spanned<String>>,
    kinds: Spanned<Vec<Words>>,
    mark: Spanned<Words>,
    items: Vec<Spanned<String>>,
    #[serde(default)]
    lists: Vec<Spanned<String>>,
    #[serde(default)]
    commitments: Vec<Spanned<String>>,
    instrument: Option<Spanned<Words>>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

/// Reads every place.
pub(crate) fn read_all(folder: &Folder, report: &mut Report, shelf: &Shelf<'_>) -> Places {
    let ids: BTreeSet<&str> = folder
        .paths()
        .filter_map(|path| Some(path.strip_prefix("places/")?.split_once('/')?.0))
        .collect();
    let mut places = BTreeMap::new();
    for id in ids {
        let before = report.faults.len();
        let file = |name: &str| format!("places/{id}/{name}.toml");
        let place = folder.required(&file("place"), report, |page| page.document()?.rest(page));
        let districts = folder.required(&file("districts"), report, read_districts);
        let departments =
            folder.required(&file("departments"), report, |page| read_departments(page, shelf));
        let checks = folder.get(&file("checks"));
        let checks = checks.map(|source| read_checks(&mut Page { source, report }, shelf));
        if let (Some(RawPlace { division, .. }), Some(source)) =
            (&place, folder.get(&file("place")))
            && !is_division(division.get_ref())
        {
            let page = &mut Page { source, report };
            page.fault(division.span(), "expected a division code of six figures");
        }
        let place = place.zip(districts).zip(departments);
        let place = place.map(|((raw, districts), departments)| Place {
            id: id.to_owned(),
            label: raw::text(raw.zh, raw.en),
            division: raw.division.into_inner(),
            fictional: raw.fictional,
            operator: Text::from(raw.operator),
            districts,
            departments,
            checks: checks.unwrap_or_default(),
        });
        places.insert(id.to_owned(), place.filter(|_| before == report.faults.len()));
    }
    places
}

/// What local regulations check beyond the catalogue: each `[[check]]` names its item.
fn read_checks(page: &mut Page<'_>, shelf: &Shelf<'_>) -> BTreeMap<String, Vec<Check>> {
    let mut checks: BTreeMap<String, Vec<Check>> = BTreeMap::new();
    let Some(mut document) = page.document() else { return checks };
    for mut table in document.tables(page, "check") {
        let span = table.span();
        let Some(id) = table.take::<String>(page, "item") else {
            page.fault(span, "expected item = \"…\"");
            continue;
        };
        let Some(item) = shelf.items.get(id.get_ref()) else {
            page.fault(id.span(), format!("there is no catalogue item `{}`", id.get_ref()));
            continue;
        };
        let Some(item) = item else { continue };
        let scope = Scope::of(item, shelf.codes);
        let check = check::read(page, &scope, shelf.law, table);
        checks.entry(id.into_inner()).or_default().extend(check);
    }
    let _: Option<Nothing> = document.rest(page);
    checks
}

fn read_districts(page: &mut Page<'_>) -> Option<Vec<District>> {
    let mut document = page.document()?;
    let mut seen = BTreeSet::new();
    let mut districts = Vec::new();
    for district in document.each::<RawDistrict>(page, "district") {
        let district = district.into_inner();
        let code = district.code.get_ref();
        if !seen.insert(code.clone()) {
            page.fault(
                district.code.span(),
                format!("code `{code}` belongs to another district already"),
            );
        }
        if !district.local_code && !is_division(code) {
            page.fault(district.code.span(), "expected six figures, or local_code = true");
        }
        dated::check_order(page, district.from.as_ref(), district.until.as_ref());
        let day = |day: Option<Spanned<Day>>| day.map(|day| day.into_inner().0);
        districts.push(District {
            code: district.code.into_inner(),
            label: raw::text(district.zh, district.en),
            local_code: district.local_code,
            from: day(district.from),
            until: day(district.until),
            outline: district.outline,
        });
    }
    document.rest::<Nothing>(page)?;
    Some(districts)
}

fn read_departments(page: &mut Page<'_>, shelf: &Shelf<'_>) -> Option<Vec<Department>> {
    let mut document = page.document()?;
    let (mut ids, mut codes) = (BTreeSet::new(), BTreeSet::new());
    let mut departments = Vec::new();
    for raw in document.each::<RawDepartment>(page, "department") {
        let raw = raw.into_inner();
        let id = &raw.id.get_ref().0;
        if !ids.insert(id.clone()) {
            page.fault(raw.id.span(), format!("id `{id}` belongs to another department already"));
        }
        if let Some(written) = &raw.uscc {
            let uscc = written.get_ref();
            if let Err(reason) = UnifiedCode::parse(uscc) {
                page.fault(written.span(), format!("`{uscc}` is no unified code: {reason}"));
            }
            if !codes.insert(uscc.clone()) {
                let message = format!("code `{uscc}` belongs to another department already");
                page.fault(written.span(), message);
            }
        }
        if raw.kinds.get_ref().is_empty() {
            page.fault(raw.kinds.span(), "expected at least one kind of body");
        }
        check_items(page, shelf.items, &raw);
        check_lists(page, shelf.lists, &raw);
        check_commitments(page, shelf.templates, &raw);
        departments.push(build_department(page, raw));
    }
    document.rest::<Nothing>(page)?;
    Some(departments)
}

/// Each list must exist, and whoever decides on one hands its entries in.
fn check_lists(page: &mut Page<'_>, lists: Option<&[List]>, raw: &RawDepartment) {
    for named in &raw.lists {
        let id = named.get_ref();
        if lists.is_some_and(|lists| !lists.iter().any(|list| list.id == *id)) {
            page.fault(named.span(), format!("lists.toml has no list `{id}`"));
        }
        if !raw.items.iter().any(|item| item.get_ref() == "serious_breach") {
            page.fault(named.span(), "who decides on a list hands in `serious_breach`");
        }
    }
}

/// Each template must exist, and whoever receives commitments hands in what became of them.
fn check_commitments(page: &mut Page<'_>, templates: Option<&[Template]>, raw: &RawDepartment) {
    for named in &raw.commitments {
        let id = named.get_ref();
        if templates.is_some_and(|templates| !templates.iter().any(|one| one.id == *id)) {
            page.fault(named.span(), format!("commitments.toml has no template `{id}`"));
        }
        for needed in ["commitment", "commitment_fulfilment"] {
            if !raw.items.iter().any(|item| item.get_ref() == needed) {
                let message = format!("who receives commitments hands in `{needed}`");
                page.fault(named.span(), message);
            }
        }
    }
}

/// Each item must exist, stand once, and be one that a body of these kinds provides.
fn check_items(page: &mut Page<'_>, items: &Items, raw: &RawDepartment) {
    let mut seen = BTreeSet::new();
    for name in &raw.items {
        let id = name.get_ref();
        if !seen.insert(id) {
            page.fault(name.span(), format!("item `{id}` stands here twice"));
        }
        let Some(item) = items.get(id) else {
            page.fault(name.span(), format!("there is no catalogue item `{id}`"));
            continue;
        };
        let Some(item) = item else { continue };
        let provides = |kind: &Words| item.providers.contains(&kind.0);
        if !raw.kinds.get_ref().iter().any(provides) {
            let providers = item.providers.join("、");
            let message =
                format!("`{id}` is provided by {providers}, and this body is none of them");
            page.fault(name.span(), message);
        }
    }
}

fn build_department(page: &mut Page<'_>, raw: RawDepartment) -> Department {
    let reference = raw.instrument.as_ref().map(|instrument| {
        let reference = RawReference {
            span: instrument.span(),
            instrument: &instrument.get_ref().0,
            article: raw.article.as_deref(),
            verified: raw.verified,
        };
        reference.read(page, &raw.zh.0)
    });
    Department {
        id: raw.id.into_inner().0,
        label: raw::text(raw.zh, raw.en),
        uscc: raw.uscc.map(Spanned::into_inner),
        kinds: raw.kinds.into_inner().into_iter().map(|kind| kind.0).collect(),
        lists: raw.lists.into_iter().map(Spanned::into_inner).collect(),
        commitments: raw.commitments.into_iter().map(Spanned::into_inner).collect(),
        items: raw.items.into_iter().map(Spanned::into_inner).collect(),
        mark: raw.mark.into_inner().0,
        reference,
    }
}

fn is_division(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())
}

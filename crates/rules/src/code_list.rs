//! `codes/<list>.toml`, with long lists in a CSV beside it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use domain::code_list::{CodeList, Entry, Manner};
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::{
    dated,
    raw::{self, Day, RawReference, Words},
    source::{Folder, Page, Report, Source},
};

/// Code lists by id; a list whose file is faulty is known but gives nothing.
pub(crate) type Codes = BTreeMap<String, Option<Arc<CodeList>>>;

const COLUMNS: [&str; 7] = ["code", "zh", "en", "aliases", "from", "until", "parent"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    zh: Words,
    en: Words,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
    #[serde(default)]
    open: bool,
    #[serde(default)]
    lasting: bool,
    maps_into: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    code: Words,
    zh: Words,
    en: Words,
    #[serde(default)]
    aliases: Vec<Words>,
    prefix: Option<Words>,
    from: Option<Spanned<Day>>,
    until: Option<Spanned<Day>>,
    parent: Option<Words>,
    #[serde(default)]
    maps_to: Vec<Words>,
}

/// An entry and the line it stands on.
type Placed = (usize, Entry);

/// Reads every list.
pub(crate) fn read_all(folder: &Folder, report: &mut Report) -> Codes {
    let mut codes = BTreeMap::new();
    for (id, source) in folder.stems("codes") {
        let before = report.faults.len();
        let table = folder.get(&format!("codes/{id}.csv"));
        let list = read(&mut Page { source, report }, id, table);
        let clean = before == report.faults.len();
        codes.insert(id.to_owned(), list.filter(|_| clean).map(Arc::new));
    }
    for path in folder.paths().filter(|path| path.starts_with("codes/")) {
        let Some(stem) = path.strip_suffix(".csv") else { continue };
        if let (None, Some(source)) = (folder.get(&format!("{stem}.toml")), folder.get(path)) {
            let message = format!("expected {stem}.toml beside it, with label and reference");
            Page { source, report }.fault_on(1, message);
        }
    }
    for (id, source) in folder.stems("codes") {
        if let Some(Some(list)) = codes.get(id) {
            check_mapping(&mut Page { source, report }, list, &codes);
        }
    }
    codes
}

/// Whether `word` is a code of the list itself, not a label or an alias.
pub(crate) fn has_code(list: &CodeList, word: &str) -> bool {
    list.find(word).is_some_and(|entry| entry.code == word)
}

/// Reports codes that lead nowhere, and words of an older list that the newer one reads otherwise.
fn check_mapping(page: &mut Page<'_>, list: &CodeList, codes: &Codes) {
    let target = match &list.maps_into {
        None => Some(list),
        Some(id) => {
            if !codes.contains_key(id) {
                page.fault_on(1, format!("there is no code list codes/{id}.toml"));
            }
            codes.get(id).and_then(|list| list.as_deref())
        }
    };
    let Some(target) = target else { return };
    for entry in &list.entries {
        for code in entry.maps_to.iter().filter(|code| !has_code(target, code)) {
            let message =
                format!("`{}` maps to `{code}`, no code of codes/{}", entry.code, target.id);
            page.fault_on(1, message);
        }
        if list.maps_into.is_none() {
            continue;
        }
        let own = [&entry.code, &entry.label.zh];
        for word in own.into_iter().chain(&entry.aliases).collect::<BTreeSet<_>>() {
            let same = target.find(word).is_some_and(|found| {
                found.maps_to == entry.maps_to || entry.maps_to == [found.code.as_str()]
            });
            if !same {
                let message =
                    format!("`{word}` does not mean {:?} in codes/{}", entry.maps_to, target.id);
                page.fault_on(1, message);
            }
        }
    }
}

fn read(page: &mut Page<'_>, id: &str, table: Option<&Source>) -> Option<CodeList> {
    let mut document = page.document()?;
    let written = document.each::<RawEntry>(page, "entry");
    let raw: RawList = document.rest(page)?;
    let reference = RawReference {
        span: raw.instrument.span(),
        instrument: &raw.instrument.get_ref().0,
        article: raw.article.as_deref(),
        verified: raw.verified,
    };
    let reference = reference.read(page, &format!("{} ({id})", raw.zh.0));
    let maps_into = raw.maps_into.map(Spanned::into_inner);
    let manner = Manner { open: raw.open, lasting: raw.lasting, maps_into };
    let label = raw::text(raw.zh, raw.en);
    let build = |page: &mut Page<'_>, placed: Vec<Placed>| {
        let before = page.count();
        check(page, &placed);
        let entries = placed.iter().map(|(_, entry)| entry.clone()).collect();
        let words = match CodeList::new(id.to_owned(), label, reference, entries, manner) {
            Ok(list) => return Some(list),
            Err(words) => words,
        };
        // Codes given twice are reported already, each on its line.
        if before == page.count() {
            report_clashes(page, &placed, &words);
        }
        None
    };
    match table {
        Some(source) => {
            if let Some(entry) = written.first() {
                page.fault(entry.span(), format!("entries stand in codes/{id}.csv already"));
            }
            let page = &mut Page { source, report: page.report };
            let placed = read_rows(page);
            build(page, placed)
        }
        None => {
            let placed = written.into_iter().map(|entry| read_entry(page, entry)).collect();
            build(page, placed)
        }
    }
}

/// Reports each word that stands for two codes, where the last of them claims it.
fn report_clashes(page: &mut Page<'_>, placed: &[Placed], words: &[String]) {
    for word in words {
        let claims = |(_, entry): &&Placed| {
            let own = [&entry.code, &entry.label.zh];
            own.into_iter().chain(&entry.aliases).chain(&entry.prefix).any(|own| own == word)
        };
        let claims: Vec<&Placed> = placed.iter().filter(claims).collect();
        let codes: Vec<&str> = claims.iter().map(|(_, entry)| entry.code.as_str()).collect();
        let line = claims.last().map_or(1, |(line, _)| *line);
        page.fault_on(line, format!("`{word}` stands for the codes {}", codes.join(", ")));
    }
}

fn read_entry(page: &mut Page<'_>, entry: Spanned<RawEntry>) -> Placed {
    let line = page.source.line(entry.span().start);
    let entry = entry.into_inner();
    dated::check_order(page, entry.from.as_ref(), entry.until.as_ref());
    let day = |day: Option<Spanned<Day>>| day.map(|day| day.into_inner().0);
    let checked = Entry {
        code: entry.code.0,
        label: raw::text(entry.zh, entry.en),
        aliases: entry.aliases.into_iter().map(|alias| alias.0).collect(),
        prefix: entry.prefix.map(|prefix| prefix.0),
        from: day(entry.from),
        until: day(entry.until),
        parent: entry.parent.map(|parent| parent.0),
        maps_to: entry.maps_to.into_iter().map(|code| code.0).collect(),
    };
    (line, checked)
}

/// Reads the rows of the CSV beside a list.
fn read_rows(page: &mut Page<'_>) -> Vec<Placed> {
    let text = page.source.text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let heading: Vec<String> = match reader.headers() {
        Ok(heading) => heading.iter().map(str::to_owned).collect(),
        Err(error) => {
            page.fault_on(1, error.to_string());
            return Vec::new();
        }
    };
    if heading != COLUMNS {
        page.fault_on(1, format!("expected the heading {}", COLUMNS.join(",")));
        return Vec::new();
    }
    let mut entries = Vec::new();
    for row in reader.records() {
        match row {
            Ok(row) => entries.extend(read_row(page, &row)),
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                page.fault_on(usize::try_from(line).unwrap_or(usize::MAX), error.to_string());
            }
        }
    }
    entries
}

fn read_row(page: &mut Page<'_>, row: &csv::StringRecord) -> Option<Placed> {
    let line = row.position().map_or(1, csv::Position::line);
    let line = usize::try_from(line).unwrap_or(usize::MAX);
    if row.len() != COLUMNS.len() {
        page.fault_on(line, format!("expected {} columns, found {}", COLUMNS.len(), row.len()));
        return None;
    }
    let before = page.count();
    let cell = |column: usize| row.get(column).map_or("", str::trim);
    for (column, name) in COLUMNS.iter().enumerate().take(3) {
        if cell(column).is_empty() {
            page.fault_on(line, format!("expected something in the column `{name}`"));
        }
    }
    let mut day = |column: usize| -> Option<Date> {
        let written = cell(column);
        if written.is_empty() {
            return None;
        }
        let parsed = written.parse().ok();
        if parsed.is_none() {
            page.fault_on(line, format!("expected a date such as 2026-04-01, found `{written}`"));
        }
        parsed
    };
    let (from, until) = (day(4), day(5));
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        page.fault_on(line, format!("until {until} is before from {from}"));
    }
    let some = |written: &str| (!written.is_empty()).then(|| written.to_owned());
    let entry = Entry {
        code: cell(0).to_owned(),
        label: domain::text::Text::new(cell(1), cell(2)),
        aliases: cell(3).split('|').map(str::trim).filter_map(some).collect(),
        prefix: None,
        from,
        until,
        parent: some(cell(6)),
        maps_to: Vec::new(),
    };
    (before == page.count()).then_some((line, entry))
}

/// Reports codes given twice and parents that are no codes of the list.
fn check(page: &mut Page<'_>, placed: &[Placed]) {
    if placed.is_empty() {
        page.fault_on(1, "expected at least one entry");
    }
    let mut lines: HashMap<&str, usize> = HashMap::new();
    for (line, entry) in placed {
        if let Some(earlier) = lines.insert(&entry.code, *line) {
            page.fault_on(*line, format!("code `{}` stands on line {earlier} too", entry.code));
        }
    }
    for (line, entry) in placed {
        if let Some(parent) = &entry.parent
            && !lines.contains_key(parent.as_str())
        {
            page.fault_on(*line, format!("parent `{parent}` is no code of this list"));
        }
    }
}

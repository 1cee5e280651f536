//! Public lists of records by date: 双公示 and the rest.

use domain::{disclosure::Audience, text::Lang};
use jiff::civil::Date;
use serde::Serialize;
use store::record::ListQuery;

use crate::{
    error::Error,
    platform::Platform,
    record::{RecordView, Viewing},
    subject,
};

/// A list as asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub item: String,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub department: Option<String>,
    /// Value of the coded field that the item's lists are filtered by: penalty kind, licence kind.
    pub code: Option<String>,
    pub district: Option<String>,
    /// Where the last page ended.
    pub after: Option<String>,
    pub lang: Lang,
    pub limit: usize,
}

/// One page of a list.
#[derive(Clone, Debug, Serialize)]
pub struct ListView {
    pub item: String,
    pub label: String,
    pub about: String,
    pub records: Vec<RecordView>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// True where looking stopped before the page was full; `next` goes on from there.
    pub partial: bool,
}

/// Rows looked at for one page before the reader is asked to go on.
const LOOKED_AT_MAX: usize = 2_000;

/// The published records of an item, newest document first.
pub async fn list(platform: &Platform, asked: &Asked) -> Result<ListView, Error> {
    let item = platform.policy.item(&asked.item).ok_or(Error::NotFound)?;
    if item.openness != domain::catalogue::Openness::Public {
        return Err(Error::NotFound);
    }
    let viewing =
        Viewing { platform, audience: Audience::Public, lang: asked.lang, as_of: platform.today() };
    let mut after = asked.after.as_deref().and_then(read_cursor);
    let mut records = Vec::new();
    let mut looked = 0;
    let mut more = true;
    'pages: while more && looked < LOOKED_AT_MAX {
        let query = ListQuery {
            item: asked.item.clone(),
            from: asked.from,
            until: asked.until,
            department: asked.department.clone(),
            after: after.clone(),
            limit: 100,
        };
        let versions = store::record::list(&platform.register, &query).await?;
        more = versions.len() == 100;
        let subjects: Vec<_> = versions.iter().map(|version| version.subject).collect();
        let states =
            store::record::registrations(&platform.register, &subjects, subject::REGISTRATION)
                .await?;
        for version in &versions {
            looked += 1;
            let day = version.decided_on.map(|day| day.to_string()).unwrap_or_default();
            after = Some((day, version.subject.0, version.record.0));
            let registration = states.get(&version.subject);
            if !fits(platform, asked, item, version, registration) {
                continue;
            }
            let ended = registration.is_some_and(|state| {
                state.payload.text("status").is_some_and(|code| subject::is_ended(platform, code))
            });
            let Some(holder) = store::subject::get(&platform.register, version.subject).await?
            else {
                continue;
            };
            let code = subject::code(&holder, asked.lang).slug();
            records.extend(viewing.record(version, &code, ended, 0).await?);
            if records.len() == asked.limit {
                more = true;
                break 'pages;
            }
        }
    }
    Ok(ListView {
        item: asked.item.clone(),
        label: item.label.get(asked.lang).to_owned(),
        about: item.about.get(asked.lang).to_owned(),
        partial: more && records.len() < asked.limit,
        next: after
            .filter(|_| more)
            .map(|(day, subject, record)| format!("{day}.{subject}.{record}")),
        records,
    })
}

fn read_cursor(text: &str) -> Option<(String, i64, i64)> {
    let mut parts = text.splitn(3, '.');
    // Records without a date come last, under an empty day.
    let day = parts.next()?;
    let day = if day.is_empty() { String::new() } else { day.parse::<Date>().ok()?.to_string() };
    Some((day, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn fits(
    platform: &Platform,
    asked: &Asked,
    item: &domain::catalogue::Item,
    version: &domain::record::Version,
    registration: Option<&domain::record::Version>,
) -> bool {
    let code_fits = asked.code.as_ref().is_none_or(|code| {
        filter_field(item)
            .is_some_and(|field| version.payload.codes(&field.name).any(|has| has == code))
    });
    let district_fits = asked.district.as_ref().is_none_or(|district| {
        let field = platform
            .policy
            .item(subject::REGISTRATION)
            .and_then(|item| item.roles.district.and_then(|position| item.fields.get(position)));
        let value = field.and_then(|field| registration.and_then(|r| r.payload.text(&field.name)));
        value == Some(district.as_str())
    });
    code_fits && district_fits
}

/// The coded field by which the lists of an item are filtered.
#[must_use]
pub fn filter_field(item: &domain::catalogue::Item) -> Option<&domain::catalogue::Field> {
    use domain::catalogue::FieldKind;
    let kinds = item.roles.penalty_kinds.and_then(|position| item.fields.get(position));
    kinds.or_else(|| {
        let roles = [item.roles.subject_kind, item.roles.subject_status];
        let coded = |(position, field): &(usize, &domain::catalogue::Field)| {
            matches!(field.kind, FieldKind::Code { .. }) && !roles.contains(&Some(*position))
        };
        item.fields.iter().enumerate().find(coded).map(|(_, field)| field)
    })
}

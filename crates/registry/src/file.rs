//! The file (信用档案) of one subject, as of a day, as known at an instant.

use std::{cmp::Reverse, collections::HashSet};

use domain::{
    catalogue::Section, disclosure::Audience, ids::RecordId, publication::Publication, text::Lang,
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use crate::{
    error::Error,
    platform::Platform,
    record::{RecordView, Viewing},
    subject::{self, Head},
};

/// Which file is asked for, by whom.
#[derive(Clone, Debug)]
pub struct Asked {
    pub slug: String,
    pub audience: Audience,
    pub lang: Lang,
    /// The day whose law and periods count; today where nothing is said.
    pub as_of: Option<Date>,
    /// What the platform knew at this instant; now where nothing is said.
    pub known_at: Option<Timestamp>,
}

/// Everything of one subject that the reader may see.
#[derive(Clone, Debug, Serialize)]
pub struct FileView {
    pub subject: Head,
    pub as_of: Date,
    pub known_at: String,
    pub sections: Vec<SectionView>,
    pub timeline: Vec<Moment>,
    pub policy_version: String,
    pub records: usize,
}

/// The records of one section, newest first.
#[derive(Clone, Debug, Serialize)]
pub struct SectionView {
    pub section: String,
    pub label: String,
    pub records: Vec<RecordView>,
}

/// One thing that happened, for the timeline.
#[derive(Clone, Debug, Serialize)]
pub struct Moment {
    pub on: Date,
    pub text: String,
    pub record: i64,
}

/// Builds the file.
pub async fn file(platform: &Platform, asked: &Asked) -> Result<FileView, Error> {
    let subject = subject::find(platform, &asked.slug).await?;
    let known_at = match asked.known_at {
        Some(known_at) => known_at,
        None => platform.known_now().await?,
    };
    let as_of = asked.as_of.unwrap_or_else(|| platform.today());
    let versions = store::record::of_subject(&platform.register, subject.id, known_at).await?;
    let head = subject::head(platform, &subject, &versions, asked.lang);
    let viewing = Viewing { platform, audience: asked.audience, lang: asked.lang, as_of };
    let earlier = asked.as_of.is_some() || asked.known_at.is_some();
    let standing = match asked.audience {
        Audience::Public if earlier => Some(standing(platform, &subject, asked.lang).await?),
        _ => None,
    };
    let slug = head.code.slug();
    let mut records = Vec::new();
    for version in store::record::current(versions) {
        let later = version.decided_on.is_some_and(|decided| as_of < decided);
        let left = standing.as_ref().is_some_and(|standing| !standing.contains(&version.record));
        if !later && !left {
            records.extend(viewing.record(&version, &slug, head.ended, version.no).await?);
        }
    }
    records.sort_by_key(|record| Reverse((record.decided_on, record.record)));
    if records.is_empty() && asked.audience == Audience::Public && head.name.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(FileView {
        timeline: timeline(&records, as_of, asked.lang),
        records: records.len(),
        sections: sections(platform, records, asked.lang),
        subject: head,
        as_of,
        known_at: platform.minute(known_at),
        policy_version: platform.policy.short_version().to_owned(),
    })
}

/// The records the public may see now: what has left publication is not seen by asking for an
/// older day or for what was known then.
async fn standing(
    platform: &Platform,
    subject: &store::subject::Subject,
    lang: Lang,
) -> Result<HashSet<RecordId>, Error> {
    let known_at = platform.known_now().await?;
    let versions = store::record::of_subject(&platform.register, subject.id, known_at).await?;
    let head = subject::head(platform, subject, &versions, lang);
    let today = Viewing { platform, audience: Audience::Public, lang, as_of: platform.today() };
    let shown = |version: &domain::record::Version| {
        let item = platform.policy.item(&version.item)?;
        let publication = today.publication(item, version, head.ended);
        matches!(publication, Publication::Public(_)).then_some(version.record)
    };
    Ok(store::record::current(versions).iter().filter_map(shown).collect())
}

fn sections(platform: &Platform, records: Vec<RecordView>, lang: Lang) -> Vec<SectionView> {
    let used =
        |section: Section| platform.policy.items.values().any(|item| item.section == section);
    let mut sections: Vec<SectionView> = Vec::new();
    let mut left = records;
    for section in Section::ALL.into_iter().filter(|section| used(*section)) {
        let (here, rest): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|record| record.section == section);
        left = rest;
        let label = section.label().get(lang).to_owned();
        sections.push(SectionView { section: section.code().to_owned(), label, records: here });
    }
    sections
}

fn timeline(records: &[RecordView], as_of: Date, lang: Lang) -> Vec<Moment> {
    let mut moments: Vec<Moment> = Vec::new();
    for record in records {
        if let Some(on) = record.decided_on {
            let text = format!("{}{}{}", record.item_label, lang.t("：", ": "), record.title);
            moments.push(Moment { on, text, record: record.record });
        }
        if let Some(on) = record.publication.repair_from.filter(|on| *on <= as_of) {
            let text = format!(
                "{}{}",
                lang.t("可申请修复：", "repair may be applied for: "),
                record.title
            );
            moments.push(Moment { on, text, record: record.record });
        }
    }
    moments.sort_by_key(|moment| Reverse(moment.on));
    moments
}

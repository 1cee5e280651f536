//! The file (信用档案) of one subject, as of a day, as known at an instant.

use std::cmp::Reverse;

use domain::{
    catalogue::{Openness, Section},
    record::Version,
    text::Lang,
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use crate::{
    api_use,
    error::Error,
    platform::Platform,
    record::{Of, RecordView, Viewing},
    subject::{self, Head},
    version::{Clocks, lives},
};

/// Which public file is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub slug: String,
    pub lang: Lang,
    pub clocks: Clocks,
}

/// Everything of one subject that the reader may see.
#[derive(Clone, Debug, Serialize)]
pub struct FileView {
    pub subject: Head,
    pub as_of: Date,
    /// The instant asked about, or that of the last change: asked about, it gives this very file.
    pub known_at: Timestamp,
    /// True where the reader asked for another day or instant.
    pub is_past: bool,
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
    /// Whether the public may ever see a record of the section.
    pub is_public: bool,
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
    let (clocks, lang) = (asked.clocks, asked.lang);
    let subject = subject::find(platform, &asked.slug).await?;
    let known_at = match clocks.known_at {
        Some(at) => at,
        None => api_use::last_change(platform).await?,
    };
    let versions = subject::versions(platform, subject.id, clocks).await?;
    let head = subject::head(platform, &subject, &versions, clocks, lang);
    let head = head.ok_or(Error::NotFound)?;
    let viewing = Viewing::public(platform, lang, clocks);
    assemble(&viewing, head, &versions, known_at).await
}

/// The file of versions that were read already, as far as the viewing goes.
pub(crate) async fn assemble(
    viewing: &Viewing<'_>,
    head: Head,
    versions: &[Version],
    known_at: Timestamp,
) -> Result<FileView, Error> {
    let (platform, clocks, lang) = (viewing.platform, viewing.clocks, viewing.lang);
    let slug = head.code.slug();
    let ended_today = match clocks.is_past {
        true => subject::has_ended(platform, versions, Clocks::present(platform)),
        false => head.ended,
    };
    let of = Of { slug: &slug, ended: head.ended, ended_today };
    let mut records = Vec::new();
    for life in lives(versions) {
        records.extend(viewing.record(&life, of).await?);
    }
    records.sort_by_key(|record| Reverse((record.decided_on, record.record)));
    Ok(FileView {
        timeline: timeline(&records, clocks.as_of, lang),
        records: records.len(),
        sections: sections(platform, records, lang),
        subject: head,
        as_of: clocks.as_of,
        known_at,
        is_past: clocks.is_past,
        policy_version: platform.policy.short_version().to_owned(),
    })
}

fn sections(platform: &Platform, records: Vec<RecordView>, lang: Lang) -> Vec<SectionView> {
    let items = |section: Section| {
        platform.policy.items.values().filter(move |item| item.section == section)
    };
    let mut sections: Vec<SectionView> = Vec::new();
    let mut left = records;
    for section in Section::ALL.into_iter().filter(|section| items(*section).next().is_some()) {
        let (here, rest): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|record| record.section == section);
        left = rest;
        sections.push(SectionView {
            section: section.code().to_owned(),
            label: section.label().get(lang).to_owned(),
            is_public: items(section).any(|item| item.openness == Openness::Public),
            records: here,
        });
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

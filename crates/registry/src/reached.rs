//! What records reached: every report, answer, case, measure and recipient that told of them or rested on
//! them while they stood with some subjects.

use std::collections::{BTreeMap, HashSet};

use domain::{
    audit::Event,
    ids::{OrganisationId, RecordId, SubjectId},
    text::Lang,
};
use jiff::Timestamp;

use crate::{
    access_log::{self, Told},
    error::Error,
    matter,
    platform::Platform,
    report::{self, Issued},
};

/// Everything that records reached.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    pub reports: Vec<Issued>,
    pub answers: Vec<Answer>,
    pub cases: Vec<TouchedCase>,
    pub measures: Vec<TouchedMeasure>,
    pub recipients: Vec<TouchedRecipient>,
}

/// A check that was answered, or a file that was opened.
#[derive(Clone, Debug)]
pub struct Answer {
    pub at: String,
    pub what: String,
    pub organisation: String,
    pub purpose: String,
    /// How many of the records that moved were among those looked at.
    pub records: usize,
}

#[derive(Clone, Debug)]
pub struct TouchedCase {
    pub id: i64,
    pub number: String,
    pub kind: String,
    /// Whether it is about a record that moved, and not only about the subject it stood with.
    pub of_record: bool,
}

#[derive(Clone, Debug)]
pub struct TouchedMeasure {
    pub organisation: String,
    pub measure: String,
    pub matter: String,
}

/// A recipient of the change feed.
#[derive(Clone, Debug)]
pub struct TouchedRecipient {
    pub organisation: String,
    /// Whether it confirmed what put it right again.
    pub put_right: bool,
}

/// Records, whom they stood with, and when.
pub(crate) struct Sought<'s> {
    pub stood: &'s [SubjectId],
    /// Others with whom cases about the records may lie.
    pub beside: &'s [SubjectId],
    /// Whether cases about whoever they stood with count too.
    pub with_whom: bool,
    pub span: (Timestamp, Timestamp),
    pub records: &'s [RecordId],
}

/// Events by which something of a subject was told to somebody.
const ANSWERS: [Event; 4] =
    [Event::CheckAnswered, Event::RecordRead, Event::ConsentUsed, Event::CaseRead];

/// Gathers what records reached; the recipients of the change feed are known to whoever asks.
pub(crate) async fn of(
    platform: &Platform,
    sought: &Sought<'_>,
    recipients: Vec<TouchedRecipient>,
    lang: Lang,
) -> Result<Reached, Error> {
    let records: HashSet<i64> = sought.records.iter().map(|record| record.0).collect();
    Ok(Reached {
        reports: report::asserting(platform, sought.stood, sought.span, &records).await?,
        answers: answers(platform, sought, &records, lang).await?,
        cases: cases(platform, sought, lang).await?,
        measures: measures(platform, sought, lang).await?,
        recipients,
    })
}

async fn answers(
    platform: &Platform,
    sought: &Sought<'_>,
    records: &HashSet<i64>,
    lang: Lang,
) -> Result<Vec<Answer>, Error> {
    let register = &platform.register;
    let (subjects, span) = (sought.stood, sought.span);
    let mut found = Vec::new();
    for entry in store::access_log::between(register, subjects, span, &ANSWERS).await? {
        let Some(Told { organisation, purpose, looked }) = access_log::told(&entry.detail) else {
            continue;
        };
        // A check that found none of them would have found some had they stood elsewhere: it was not
        // misled, but whoever asked was told of the subject as it stood.
        let count = looked.count_of(records);
        if count != 0 {
            found.push(Answer {
                at: platform.minute(entry.at),
                what: entry.event.label().get(lang).to_owned(),
                organisation,
                purpose,
                records: count,
            });
        }
    }
    Ok(found)
}

/// Cases opened in the span about the records, or about whoever they stood with where that is asked.
async fn cases(
    platform: &Platform,
    sought: &Sought<'_>,
    lang: Lang,
) -> Result<Vec<TouchedCase>, Error> {
    let (from, until) = sought.span;
    let mut found: BTreeMap<i64, TouchedCase> = BTreeMap::new();
    for subject in sought.stood.iter().chain(sought.beside).copied() {
        for case in store::case::of_subject(&platform.register, subject).await? {
            let of_record = sought.records.contains(&case.record);
            let of_whom = sought.with_whom && sought.stood.contains(&case.subject);
            if case.opened_at < from || until < case.opened_at || !(of_record || of_whom) {
                continue;
            }
            let touched = TouchedCase {
                id: case.id.0,
                number: case.number,
                kind: case.kind.label().get(lang).to_owned(),
                of_record,
            };
            found.insert(case.id.0, touched);
        }
    }
    Ok(found.into_values().collect())
}

async fn measures(
    platform: &Platform,
    sought: &Sought<'_>,
    lang: Lang,
) -> Result<Vec<TouchedMeasure>, Error> {
    let (span, records) = (sought.span, sought.records);
    let mut found = Vec::new();
    for asked in store::joint::asked_between(&platform.register, records, span).await? {
        let measure = platform.policy.measure(&asked.measure);
        let matter = store::matter::get(&platform.register, asked.matter).await?;
        found.push(TouchedMeasure {
            organisation: organisation(platform, asked.organisation).await?,
            measure: measure.map_or(asked.measure.clone(), |one| one.label.get(lang).to_owned()),
            matter: matter.map_or_else(String::new, |matter| {
                let kind = matter::kind_label(platform, &matter.kind, lang);
                format!("{kind} {}", matter.number)
            }),
        });
    }
    Ok(found)
}

/// Recipients that confirmed a position of the feed, and whether they did a later one too.
pub(crate) async fn told(
    platform: &Platform,
    first: i64,
    right: Option<i64>,
) -> Result<Vec<TouchedRecipient>, Error> {
    let mut found = Vec::new();
    for one in store::recipient::all(&platform.register).await? {
        if one.confirmed < first {
            continue;
        }
        found.push(TouchedRecipient {
            organisation: organisation(platform, one.organisation).await?,
            put_right: right.is_some_and(|right| right <= one.confirmed),
        });
    }
    Ok(found)
}

async fn organisation(platform: &Platform, id: OrganisationId) -> Result<String, Error> {
    let found = store::organisation::get(&platform.register, id).await?;
    Ok(found.map_or_else(|| id.to_string(), |one| one.name))
}

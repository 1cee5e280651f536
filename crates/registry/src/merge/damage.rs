//! What a merge touched: everything that went out, was answered or was decided while records stood with a
//! subject that they perhaps are not of.

use std::collections::{BTreeMap, HashSet};

use domain::{
    audit::Event,
    catalogue::Openness,
    ids::{RecordId, SubjectId},
    text::Lang,
};
use jiff::Timestamp;
use store::merge::Merge;

use crate::{
    access_log::{self, Told},
    delivery,
    error::Error,
    matter,
    platform::Platform,
    report::{self, Issued},
};

/// Everything a merge touched, from its making to its end or to now.
#[derive(Clone, Debug, Default)]
pub struct Damage {
    /// The records it moved, by the label of their item.
    pub records: Vec<(String, usize)>,
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

/// Events by which something of a subject was told to somebody.
const ANSWERS: [Event; 4] =
    [Event::CheckAnswered, Event::RecordRead, Event::ConsentUsed, Event::CaseRead];

/// Gathers what a merge touched.
pub async fn of(platform: &Platform, merge: &Merge, lang: Lang) -> Result<Damage, Error> {
    let register = &platform.register;
    let moved = store::merge::records(register, merge).await?;
    let records: HashSet<i64> = moved.values().flatten().map(|record| record.0).collect();
    let numbers: Vec<RecordId> = moved.values().flatten().copied().collect();
    let until = merge.ended.as_ref().map_or_else(|| platform.now(), |ended| ended.at);
    let span = (merge.made_at, until);
    // Where the one it stood with was merged in its turn, that one told of it too.
    let stood = store::merge::ever_in(register, merge.into).await?;
    Ok(Damage {
        reports: report::asserting(platform, &stood, span, &records).await?,
        answers: answers(platform, &stood, span, &records, lang).await?,
        cases: cases(platform, (&stood, &[merge.subject]), span, &records, lang).await?,
        measures: measures(platform, span, &numbers, lang).await?,
        recipients: recipients(platform, merge, &moved).await?,
        records: moved
            .iter()
            .map(|(item, records)| (delivery::item_label(platform, item, lang), records.len()))
            .collect(),
    })
}

pub(crate) async fn answers(
    platform: &Platform,
    subjects: &[SubjectId],
    span: (Timestamp, Timestamp),
    records: &HashSet<i64>,
    lang: Lang,
) -> Result<Vec<Answer>, Error> {
    let register = &platform.register;
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

/// Cases opened in a span about some records, looked for with whoever they stood with and beside; or
/// about whoever they stood with.
pub(crate) async fn cases(
    platform: &Platform,
    (stood, beside): (&[SubjectId], &[SubjectId]),
    (from, until): (Timestamp, Timestamp),
    records: &HashSet<i64>,
    lang: Lang,
) -> Result<Vec<TouchedCase>, Error> {
    let mut found: BTreeMap<i64, TouchedCase> = BTreeMap::new();
    for subject in stood.iter().chain(beside).copied() {
        for case in store::case::of_subject(&platform.register, subject).await? {
            let of_record = records.contains(&case.record.0);
            let of_whom = stood.contains(&case.subject);
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

pub(crate) async fn measures(
    platform: &Platform,
    span: (Timestamp, Timestamp),
    records: &[RecordId],
    lang: Lang,
) -> Result<Vec<TouchedMeasure>, Error> {
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

/// Recipients that carried out what the merge told the change feed.
async fn recipients(
    platform: &Platform,
    merge: &Merge,
    moved: &BTreeMap<String, Vec<RecordId>>,
) -> Result<Vec<TouchedRecipient>, Error> {
    let public = |item: &String| {
        platform.policy.item(item).is_some_and(|item| item.openness == Openness::Public)
    };
    let [told, back] = store::merge::positions(&platform.register, merge).await?;
    match (told.first(), moved.keys().any(public)) {
        (Some(first), true) => self::told(platform, *first, back.last().copied()).await,
        _ => Ok(Vec::new()),
    }
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

async fn organisation(
    platform: &Platform,
    id: domain::ids::OrganisationId,
) -> Result<String, Error> {
    let found = store::organisation::get(&platform.register, id).await?;
    Ok(found.map_or_else(|| id.to_string(), |one| one.name))
}

impl Damage {
    /// How many things were touched.
    #[must_use]
    pub fn count(&self) -> usize {
        let decided = self.cases.len() + self.measures.len();
        self.reports.len() + self.answers.len() + decided + self.recipients.len()
    }

    /// Whom to tell, and what: everybody who was told of the wrong subject, once each, and both sides.
    #[must_use]
    pub fn notices(&self, [joined, stood]: &[String; 2]) -> Vec<(String, String)> {
        let mut by: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for answer in &self.answers {
            let line = format!("{}：{}{}", answer.at, answer.what, bracketed(&answer.purpose));
            by.entry(&answer.organisation).or_default().push(line);
        }
        for measure in &self.measures {
            let line = format!("措施“{}”（{}）", measure.measure, measure.matter);
            by.entry(&measure.organisation).or_default().push(line);
        }
        for recipient in &self.recipients {
            by.entry(&recipient.organisation).or_default().push("变更流".to_owned());
        }
        let told = by.into_iter().filter(|(organisation, _)| !organisation.is_empty());
        let mut notices: Vec<(String, String)> = told
            .map(|(organisation, lines)| {
                let what = format!(
                    "此前提供的“{stood}”信息中误含“{joined}”的记录，已更正，请据更正后的信息复核：{}",
                    lines.join("；")
                );
                (organisation.to_owned(), what)
            })
            .collect();
        let reports: Vec<&str> = self.reports.iter().map(|one| one.number.as_str()).collect();
        let papers = match reports.is_empty() {
            true => String::new(),
            false => format!("；误含这些记录的报告：{}", reports.join("、")),
        };
        let text = format!("“{joined}”的记录曾误记入“{stood}”，已解除{papers}");
        notices.extend([stood, joined].map(|side| (side.clone(), text.clone())));
        notices
    }
}

fn bracketed(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("（{text}）") }
}

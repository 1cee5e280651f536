//! What a merge touched: everything that went out, was answered or was decided while records stood with a
//! subject that they perhaps are not of.

use std::collections::BTreeMap;

use domain::{catalogue::Openness, ids::RecordId, text::Lang};
use store::merge::Merge;

use crate::{
    delivery,
    error::Error,
    platform::Platform,
    reached::{self, Reached, Sought, TouchedRecipient},
};

/// Everything a merge touched, from its making to its end or to now.
#[derive(Clone, Debug, Default)]
pub struct Damage {
    /// The records it moved, by the label of their item.
    pub records: Vec<(String, usize)>,
    pub reached: Reached,
}

/// Gathers what a merge touched.
pub async fn of(platform: &Platform, merge: &Merge, lang: Lang) -> Result<Damage, Error> {
    let register = &platform.register;
    let moved = store::merge::records(register, merge).await?;
    let records: Vec<RecordId> = moved.values().flatten().copied().collect();
    let until = merge.ended.as_ref().map_or_else(|| platform.now(), |ended| ended.at);
    // Where the one it stood with was merged in its turn, that one told of it too.
    let sought = Sought {
        stood: &store::merge::ever_in(register, merge.into).await?,
        beside: &[merge.subject],
        with_whom: true,
        span: (merge.made_at, until),
        records: &records,
    };
    let recipients = recipients(platform, merge, &moved).await?;
    Ok(Damage {
        reached: reached::of(platform, &sought, recipients, lang).await?,
        records: moved
            .iter()
            .map(|(item, records)| (delivery::item_label(platform, item, lang), records.len()))
            .collect(),
    })
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
        (Some(first), true) => reached::told(platform, *first, back.last().copied()).await,
        _ => Ok(Vec::new()),
    }
}

impl Damage {
    /// How many things were touched.
    #[must_use]
    pub fn count(&self) -> usize {
        let Reached { reports, answers, cases, measures, recipients } = &self.reached;
        reports.len() + answers.len() + cases.len() + measures.len() + recipients.len()
    }

    /// Whom to tell, and what: everybody who was told of the wrong subject, once each, and both sides.
    #[must_use]
    pub fn notices(&self, [joined, stood]: &[String; 2]) -> Vec<(String, String)> {
        let mut by: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for answer in &self.reached.answers {
            let line = format!("{}：{}{}", answer.at, answer.what, bracketed(&answer.purpose));
            by.entry(&answer.organisation).or_default().push(line);
        }
        for measure in &self.reached.measures {
            let line = format!("措施“{}”（{}）", measure.measure, measure.matter);
            by.entry(&measure.organisation).or_default().push(line);
        }
        for recipient in &self.reached.recipients {
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
        let reports: Vec<&str> =
            self.reached.reports.iter().map(|one| one.number.as_str()).collect();
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

//! Scores (信用评价): of one subject as its records stand now, and of everybody from the lake.
//!
//! Both come from the same plan over the same columns; what is asked of one subject needs no lake, so
//! that a change is in its score the moment it is in the register.

pub mod view;

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    access::{Access, Action},
    catalogue::Item,
    ids::SubjectId,
    policy::Policy,
    scorecard::{Card, Indicator, Score},
    text::Lang,
};
use jiff::civil::Date;
use lake::{
    change::Change,
    cluster, engine, evaluation,
    lake::Lake,
    score::{Kept, Run, Scores, Told},
    scorecard::{Prepared, prepare},
};
use rules::PolicyFault;

use self::view::ScoresView;
use crate::{
    error::Error,
    gate,
    lake::{present, standing},
    platform::Platform,
    reading::Seen,
    record::Viewing,
};

/// Kind of the nightly job.
pub const JOB: &str = "evaluate";

/// Parts of a plan on a cluster, and buckets in it: as many as there are tasks for at once.
const PARTS: usize = 16;

/// Hours for which earlier states of the lake stay readable.
const KEPT_HOURS: i64 = 168;

/// Asks for the nightly run.
pub async fn ask(platform: &Platform) -> Result<(), Error> {
    let mut write = platform.register.write().await?;
    store::job::enqueue(&mut write, JOB, "", platform.now()).await?;
    Ok(write.commit().await?)
}

/// The nightly run: the lake is fed and tidied, and every card in force is run over everybody. Killed, it
/// goes on with the bucket it was at.
pub async fn work(platform: &Platform) -> Result<(), Error> {
    let mut lake = crate::lake::open(platform).await?;
    if let Some(table) = lake.unfit()? {
        tracing::info!(table, "the catalogue has other columns: the lake is made anew");
        lake.empty(platform.now()).await?;
    }
    let taken = crate::lake::sync(platform, &mut lake, |_| {}).await?;
    let (folded, removed) = lake.tidy(platform.now(), KEPT_HOURS).await?;
    tracing::info!(taken, folded, removed, "the lake followed the feed");
    let today = platform.today();
    for card in platform.policy.cards_on(today) {
        let told = run(platform, &lake, card, today, None, |_, _| {}).await?;
        tracing::info!(card = card.name(), subjects = told.subjects, "card run over everybody");
    }
    Ok(())
}

/// Everything wrong with the SQL of the cards.
#[must_use]
pub fn faults(policy: &Policy) -> Vec<PolicyFault> {
    let session = engine::session(&policy.calendar, 1);
    let mut faults = Vec::new();
    for card in &policy.cards {
        let problems = prepare(&session, card, &policy.items).err().unwrap_or_default();
        let file = format!("scorecards/{}.toml", card.name());
        faults.extend(problems.into_iter().map(|problem| PolicyFault {
            file: file.clone(),
            line: problem.line,
            message: problem.message,
        }));
    }
    faults
}

/// A card made ready; one that cannot be was not loaded.
pub(crate) fn ready(
    session: &engine::Session,
    card: &Arc<Card>,
    items: &BTreeMap<String, Arc<Item>>,
) -> Result<Arc<Prepared>, Error> {
    prepare(session, card, items).map(Arc::new).map_err(|problems| {
        let what = problems.first().map(|one| one.message.clone()).unwrap_or_default();
        Error::Lake(lake::error::Error::Corrupt(format!("{}: {what}", card.name())))
    })
}

/// What a subject comes to under a card, as its records stand now.
pub async fn of_subject(
    platform: &Platform,
    card: &Arc<Card>,
    subject: SubjectId,
    as_of: Date,
) -> Result<Score, Error> {
    let policy = &platform.policy;
    let (changes, _) = present(platform, &[subject]).await?;
    let session = engine::session(&policy.calendar, 1);
    scored(platform, &session, card, subject, &changes, as_of).await
}

async fn scored(
    platform: &Platform,
    session: &engine::Session,
    card: &Arc<Card>,
    subject: SubjectId,
    changes: &[Change],
    as_of: Date,
) -> Result<Score, Error> {
    let items = &platform.policy.items;
    let prepared = ready(session, card, items)?;
    let tables = engine::tables_in_memory(items, changes)?;
    let range = subject.0..subject.0 + 1;
    let mut values = evaluation::values(session, &prepared, &tables, &range, as_of).await?;
    Ok(card.score(values.take(subject.0)))
}

/// What a subject comes to under every card that is in force and for it, from what was read of it.
pub(crate) async fn seen(viewing: &Viewing<'_>, seen: Seen<'_>) -> Result<ScoresView, Error> {
    let (platform, lang) = (viewing.platform, viewing.lang);
    let as_of = platform.today();
    let subject = seen.head.id;
    let changes = standing(platform, seen.versions)?;
    let session = engine::session(&platform.policy.calendar, 1);
    let history = history(platform, subject).await.unwrap_or_else(|why| {
        tracing::warn!(error = %why, "what was kept of earlier scores cannot be read");
        Vec::new()
    });
    let (kind, industry) = (seen.head.kind, seen.head.industry_code.as_deref());
    let mut cards = Vec::new();
    let mut counted = Vec::new();
    let ours = platform.policy.cards_on(as_of).filter(|card| card.is_for(kind, industry));
    for card in ours.filter(|_| !seen.head.ended) {
        let score = scored(platform, &session, card, subject, &changes, as_of).await?;
        for point in &score.points {
            let item = &card.indicators[point.indicator].item;
            counted.extend(point.records.iter().map(|&record| (item.clone(), record)));
        }
        cards.push(view::of_card(platform, card, &score, seen.versions, &history, lang));
    }
    counted.sort_unstable();
    counted.dedup();
    Ok(ScoresView { subject: seen.head, as_of, cards, counted })
}

/// Scores everybody the card is for, from the lake, in the process or on the cluster of an address; what was counted already for this day and this
/// position of the feed is not counted again.
pub async fn run(
    platform: &Platform,
    lake: &Lake,
    card: &Arc<Card>,
    as_of: Date,
    cluster: Option<&str>,
    told: impl FnMut(usize, usize),
) -> Result<Told, Error> {
    let calendar = &platform.policy.calendar;
    let (session, at_once, together) = match cluster {
        Some(address) => (cluster::session(address, calendar, PARTS).await?, 1, PARTS),
        None => {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            (engine::session(calendar, 1), cores, 1)
        }
    };
    let prepared = ready(&session, card, &platform.policy.items)?;
    let run = Run { session, prepared, as_of, at: (platform.clock)(), at_once, together };
    let mut scores = Scores::open(&platform.lake).await?;
    Ok(scores.run(lake, &run, told).await?)
}

/// Every score kept of a subject, the oldest first.
pub async fn history(platform: &Platform, subject: SubjectId) -> Result<Vec<Kept>, Error> {
    let scores = Scores::open(&platform.lake).await?;
    let session = engine::session(&platform.policy.calendar, 1);
    Ok(scores.of_subject(&session, subject).await?)
}

/// A card as the page of cards shows it.
#[derive(Clone, Debug)]
pub struct CardLine {
    pub card: String,
    pub label: String,
    pub about: String,
    pub in_force: bool,
    pub verified: bool,
    /// The day of the last run over everybody.
    pub run_on: Option<Date>,
    pub subjects: u64,
    pub grades: Vec<GradeLine>,
    pub indicators: Vec<IndicatorLine>,
}

#[derive(Clone, Debug)]
pub struct GradeLine {
    pub id: String,
    pub label: String,
    pub count: u64,
}

#[derive(Clone, Debug)]
pub struct IndicatorLine {
    pub label: String,
    pub dimension: String,
    pub sql: String,
    pub bands: String,
    pub reference: String,
}

/// Every card with its last run, for whoever may read scores.
pub async fn cards(
    platform: &Platform,
    access: &Access,
    lang: Lang,
) -> Result<Vec<CardLine>, Error> {
    gate::admit(platform, access, Action::ReadScore, true)?;
    let scores = Scores::open(&platform.lake).await?;
    let mut lines = Vec::new();
    for card in &platform.policy.cards {
        let run_on = scores.days(&card.name())?.last().copied();
        let counts = match run_on {
            Some(day) => scores.counts(card, day).await?,
            None => vec![0; card.grades.len()],
        };
        lines.push(line(platform, card, run_on, &counts, lang));
    }
    Ok(lines)
}

fn line(
    platform: &Platform,
    card: &Card,
    run_on: Option<Date>,
    counts: &[u64],
    lang: Lang,
) -> CardLine {
    let grades = card.grades.iter().zip(counts).map(|(grade, &count)| GradeLine {
        id: grade.id.clone(),
        label: grade.label.get(lang).to_owned(),
        count,
    });
    let indicators = card.indicators.iter().map(|one| IndicatorLine {
        label: one.label.get(lang).to_owned(),
        dimension: card.dimensions[one.dimension].label.get(lang).to_owned(),
        sql: format!("select {} from {} where {}", one.value, one.item, one.filter),
        bands: bands(card, one),
        reference: view::cited(&one.reference),
    });
    CardLine {
        card: card.name(),
        label: card.label.get(lang).to_owned(),
        about: card.about.get(lang).to_owned(),
        in_force: card.in_force(platform.today()),
        verified: card.reference.verified,
        run_on,
        subjects: counts.iter().sum(),
        grades: grades.collect(),
        indicators: indicators.collect(),
    }
}

/// The bands of an indicator in one line: `-10; 2: -25; 8: -70 (C)`.
fn bands(card: &Card, indicator: &Indicator) -> String {
    let bands = indicator.bands.iter().map(|band| {
        let from = band.from.map(|from| format!("{from}: ")).unwrap_or_default();
        let best = band.at_best.map(|at| format!(" ({})", card.grades[at].id)).unwrap_or_default();
        format!("{from}{:+}{best}", band.points)
    });
    bands.collect::<Vec<_>>().join("; ")
}

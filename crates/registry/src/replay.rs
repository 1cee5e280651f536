//! Replay (政策试算): a candidate card is tried over everybody beside the live one, told in figures and by
//! name, adopted with reference to that, and held against what came.
//!
//! The candidate stands in the policy as a version without a first day. Where it is tried under another
//! law as well (a policy folder with other periods), its records are taken from the register under that
//! law; otherwise both cards are counted over the lake.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    access::{Access, Action, Ground},
    audit::Event,
    date::add_months,
    policy::Policy,
    replay::{Direction, Stand, Summary, Terms},
    scorecard::Card,
    text::Lang,
};
use jiff::civil::Date;
use lake::{
    engine,
    lake::Lake,
    replay::{KeptMover, Movers, Pair, Side, compare},
    score::{Scores, subjects_of, totals},
};
use serde::{Deserialize, Serialize};
use store::replay::{Adopted, Replay};

use crate::{
    error::Error, gate, identity::reason_of, lake::present, platform::Platform, question::question,
    score::ready,
};

/// Kind of the job.
pub const JOB: &str = "replay";

/// Replays in a list.
const SHOWN: i64 = 50;

/// What is to be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    pub live: String,
    pub candidate: String,
    pub as_of: Date,
    pub by: String,
}

/// A replay in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayLine {
    pub id: i64,
    pub live: String,
    pub candidate: String,
    pub as_of: Date,
    pub adopted: bool,
}

/// A replay as its page shows it.
#[derive(Clone, Debug)]
pub struct ReplayView {
    pub replay: Replay,
    pub summary: Summary,
    pub made_at: String,
    pub live: String,
    pub candidate: String,
    /// Whether the policy still says what was tried.
    pub is_current: bool,
    /// From a grade to a grade, with the number of organisations.
    pub passages: Vec<(String, String, u64)>,
    /// Labels of districts and industries stand in place of their codes.
    pub districts: Vec<(String, domain::replay::Group)>,
    pub industries: Vec<(String, domain::replay::Group)>,
    /// What came of it, where the candidate was run over everybody since.
    pub came: Option<Came>,
}

/// What was foretold against what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    pub on: Date,
    pub foretold: u64,
    /// Movers that are in the grade foretold.
    pub as_foretold: u64,
    /// In another grade, or scored no more.
    pub otherwise: u64,
}

/// The terms of a replay on a day.
fn terms(platform: &Platform, as_of: Date) -> Terms {
    let figure = |key: &str| {
        let parameter = platform.policy.parameters.get(key);
        parameter.and_then(|parameter| parameter.nearest(as_of)).unwrap_or_default()
    };
    Terms {
        old_before: add_months(as_of, -figure("replay.old_facts")),
        small_below: figure("replay.small_capital"),
        objections: figure("replay.objections"),
    }
}

/// Tries a candidate over everybody, and keeps what it came to. Where `law` is given, the candidate is that
/// law's, and its records are counted as that law lets them.
pub async fn run(
    platform: &Platform,
    lake: &Lake,
    trial: &Trial,
    law: Option<&Arc<Policy>>,
    mut told: impl FnMut(usize, usize),
) -> Result<i64, Error> {
    let other = law.map(|law| Platform { policy: Arc::clone(law), ..platform.clone() });
    let candidates = other.as_ref().unwrap_or(platform);
    let live = card(&platform.policy, &trial.live)?;
    let candidate = card(&candidates.policy, &trial.candidate)?;
    let session = engine::session(&platform.policy.calendar, 1);
    let before = ready(&session, live, &platform.policy.items)?;
    let after = ready(&session, candidate, &candidates.policy.items)?;
    let terms = terms(platform, trial.as_of);
    let mut write = platform.register.write().await?;
    let id = store::replay::number(&mut write).await?;
    write.commit().await?;
    let mut movers = Movers::open(&platform.lake).await?;
    let mut summary = Summary::default();
    let buckets = lake.buckets()?;
    for (place, &bucket) in buckets.iter().enumerate() {
        let subjects = subjects_of(&session, lake.table_of_subjects(&[bucket])?).await?;
        let records =
            |items: Vec<Arc<str>>| lake.tables_of(items.iter().map(AsRef::as_ref), &[bucket]);
        let tables = match &other {
            None => records(after.items())?,
            Some(other) => {
                let ids: Vec<_> = subjects.iter().map(|one| one.subject).collect();
                let (changes, _) = present(other, &ids).await?;
                engine::tables_in_memory(&other.policy.items, &changes)?
            }
        };
        let pair = Pair {
            session: session.clone(),
            before: Side { prepared: before.clone(), tables: records(before.items())? },
            after: Side { prepared: after.clone(), tables },
            subjects,
            as_of: trial.as_of,
            terms,
        };
        let found = compare(&pair, bucket, &mut summary).await?;
        movers.keep(id, bucket, &found, platform.now()).await?;
        told(place + 1, buckets.len());
    }
    keep(platform, candidates, lake, trial, (id, &summary)).await?;
    Ok(id)
}

/// Writes a replay down, and that it was made.
async fn keep(
    platform: &Platform,
    candidates: &Platform,
    lake: &Lake,
    trial: &Trial,
    (id, summary): (i64, &Summary),
) -> Result<(), Error> {
    let replay = Replay {
        id,
        live: trial.live.clone(),
        candidate: trial.candidate.clone(),
        policy_version: candidates.policy.version.clone(),
        as_of: trial.as_of,
        feed_position: lake.position(),
        summary: serde_json::to_string(summary).unwrap_or_default(),
        made_by: trial.by.clone(),
        made_at: platform.now(),
        adopted: None,
    };
    let mut write = platform.register.write().await?;
    store::replay::keep(&mut write, &replay).await?;
    let (event, object) = (Event::ReplayMade, id.to_string());
    store::audit::append(&mut write, replay.made_at, &trial.by, event, &object, &trial.candidate)
        .await?;
    Ok(write.commit().await?)
}

fn card<'p>(policy: &'p Policy, name: &str) -> Result<&'p Arc<Card>, Error> {
    policy.card(name).ok_or_else(|| {
        question("candidate", "没有这个版本的评价模型", "there is no such version of a card")
    })
}

/// Asks the worker to try a candidate.
pub async fn ask(
    platform: &Platform,
    access: &Access,
    live: &str,
    candidate: &str,
) -> Result<(), Error> {
    admit(platform, access)?;
    card(&platform.policy, live)?;
    card(&platform.policy, candidate)?;
    let trial = Trial {
        live: live.to_owned(),
        candidate: candidate.to_owned(),
        as_of: platform.today(),
        by: access.actor.to_string(),
    };
    let payload = serde_json::to_string(&trial).unwrap_or_default();
    let mut write = platform.register.write().await?;
    store::job::enqueue(&mut write, JOB, &payload, platform.now()).await?;
    Ok(write.commit().await?)
}

/// Carries out what was asked of the worker.
pub async fn work(platform: &Platform, payload: &str) -> Result<(), Error> {
    let corrupt = |_| store::error::Error::Corrupt("job of a replay".to_owned());
    let trial: Trial = serde_json::from_str(payload).map_err(corrupt)?;
    let mut lake = crate::lake::open(platform).await?;
    crate::lake::sync(platform, &mut lake, |_| {}).await?;
    run(platform, &lake, &trial, None, |_, _| {}).await.map(drop)
}

fn admit(platform: &Platform, access: &Access) -> Result<(), Error> {
    let access = access.clone().on(Ground::Office, "政策试算");
    gate::admit(platform, &access, Action::ReplayPolicy, true).map(drop)
}

/// The newest replays.
pub async fn list(platform: &Platform, access: &Access) -> Result<Vec<ReplayLine>, Error> {
    admit(platform, access)?;
    let replays = store::replay::list(&platform.register, SHOWN).await?;
    let line = |replay: Replay| ReplayLine {
        id: replay.id,
        live: replay.live,
        candidate: replay.candidate,
        as_of: replay.as_of,
        adopted: replay.adopted.is_some(),
    };
    Ok(replays.into_iter().map(line).collect())
}

/// One replay, with what came of it.
pub async fn open(
    platform: &Platform,
    access: &Access,
    id: i64,
    lang: Lang,
) -> Result<ReplayView, Error> {
    admit(platform, access)?;
    let replay = store::replay::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    let corrupt = |_| store::error::Error::Corrupt("replay.summary".to_owned());
    let summary: Summary = serde_json::from_str(&replay.summary).map_err(corrupt)?;
    let label = |list: &str, code: &str| match platform.policy.codes.get(list) {
        Some(list) if !code.is_empty() => list.label(code, lang).to_owned(),
        _ => lang.t("未登记", "not registered").to_owned(),
    };
    let named = |list: &str, groups: &BTreeMap<String, domain::replay::Group>| {
        groups.iter().map(|(code, group)| (label(list, code), *group)).collect()
    };
    let card_label = |name: &str| {
        let card = platform.policy.card(name);
        card.map_or_else(|| name.to_owned(), |card| card.label.get(lang).to_owned())
    };
    let passages = summary.passages.iter().flat_map(|(from, to)| {
        to.iter().map(move |(to, count)| (from.clone(), to.clone(), *count))
    });
    Ok(ReplayView {
        made_at: platform.minute(replay.made_at),
        live: card_label(&replay.live),
        candidate: card_label(&replay.candidate),
        is_current: replay.policy_version == platform.policy.version,
        passages: passages.collect(),
        districts: named("divisions", &summary.districts),
        industries: named("industries", &summary.industries),
        came: came(platform, &replay).await?,
        summary,
        replay,
    })
}

/// Holds what was foretold against the candidate's last run over everybody, where that came later.
async fn came(platform: &Platform, replay: &Replay) -> Result<Option<Came>, Error> {
    if replay.adopted.is_none() {
        return Ok(None);
    }
    let scores = Scores::open(&platform.lake).await?;
    let later = scores.days(&replay.candidate)?.pop().filter(|day| replay.as_of <= *day);
    let Some(on) = later else { return Ok(None) };
    let session = engine::session(&platform.policy.calendar, 1);
    let is = totals(&session, scores.table(&replay.candidate, on)?, on).await?;
    let mut came = Came { on, foretold: 0, as_foretold: 0, otherwise: 0 };
    for kept in Movers::open(&platform.lake).await?.of(replay.id).await? {
        let Some(after) = kept.mover.after else { continue };
        came.foretold += 1;
        match is.get(&kept.mover.subject).is_some_and(|(_, grade)| *grade == after.grade) {
            true => came.as_foretold += 1,
            false => came.otherwise += 1,
        }
    }
    Ok(Some(came))
}

/// Says that the candidate shall bind, with reference to its replay. The policy file then gives it a
/// first day, which is done where the policy is kept.
pub async fn adopt(
    platform: &Platform,
    access: &Access,
    id: i64,
    reason: &str,
) -> Result<(), Error> {
    admit(platform, access)?;
    let reason = reason_of(reason)?;
    let replay = store::replay::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    let by = access.actor.to_string();
    if replay.made_by == by {
        let (zh, en) =
            ("试算由您发起，请由另一人采用", "you made the replay; another person adopts it");
        return Err(question("reason", zh, en));
    }
    if replay.policy_version != platform.policy.version {
        let (zh, en) = ("政策已改动，请重新试算", "the policy was changed since; replay it again");
        return Err(question("reason", zh, en));
    }
    let at = platform.now();
    let adopted = Adopted { by: by.clone(), at, reason: reason.clone() };
    let mut write = platform.register.write().await?;
    if !store::replay::adopt(&mut write, id, &adopted).await? {
        return Err(question("reason", "已经采用过了", "it was adopted already"));
    }
    let object = id.to_string();
    store::audit::append(&mut write, at, &by, Event::ReplayAdopted, &object, &reason).await?;
    Ok(write.commit().await?)
}

/// Every mover of a replay as CSV, and that it was taken out.
pub async fn csv(
    platform: &Platform,
    access: &Access,
    id: i64,
    lang: Lang,
) -> Result<Vec<u8>, Error> {
    admit(platform, access)?;
    store::replay::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    let movers = Movers::open(&platform.lake).await?.of(id).await?;
    let rows: Vec<Vec<String>> = movers.iter().map(|mover| cells(mover, lang)).collect();
    let mut write = platform.register.write().await?;
    let (by, object) = (access.actor.to_string(), id.to_string());
    let many = rows.len().to_string();
    store::audit::append(&mut write, platform.now(), &by, Event::MoversTaken, &object, &many)
        .await?;
    write.commit().await?;
    let headings = match lang {
        Lang::Zh => [
            "名称",
            "统一社会信用代码",
            "区划",
            "行业",
            "现得分",
            "现等级",
            "试算得分",
            "试算等级",
            "变动",
            "仅因陈旧事实",
            "变动的指标",
        ],
        Lang::En => [
            "name",
            "code",
            "district",
            "industry",
            "total now",
            "grade now",
            "total then",
            "grade then",
            "moves",
            "old facts only",
            "indicators",
        ],
    };
    Ok(render::table::csv(&headings, &rows)?)
}

fn cells(kept: &KeptMover, lang: Lang) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let total =
        |stand: &Option<Stand>| stand.as_ref().map(|one| one.total.to_string()).unwrap_or_default();
    let grade =
        |stand: &Option<Stand>| stand.as_ref().map(|one| one.grade.clone()).unwrap_or_default();
    let mover = &kept.mover;
    let why = mover.why.iter().map(|one| {
        let hundredths = one.after - one.before;
        format!("{} {:+}.{:02}", one.indicator, hundredths / 100, (hundredths % 100).abs())
    });
    let direction = match mover.direction {
        Direction::Better => lang.t("上升", "better"),
        Direction::Worse => lang.t("下降", "worse"),
        Direction::Same => lang.t("同级", "same grade"),
        Direction::OtherCard => lang.t("适用变化", "another card"),
    };
    vec![
        text(&kept.name),
        text(&kept.uscc),
        text(&kept.district),
        text(&kept.industry),
        total(&mover.before),
        grade(&mover.before),
        total(&mover.after),
        grade(&mover.after),
        direction.to_owned(),
        if mover.old_only { lang.t("是", "yes") } else { "" }.to_owned(),
        why.collect::<Vec<_>>().join("; "),
    ]
}

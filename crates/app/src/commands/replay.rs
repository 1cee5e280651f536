//! `xinheng replay CARD@DRAFT`.

use std::{path::PathBuf, sync::Arc};

use anyhow::Context as _;
use clap::Args;
use jiff::civil::Date;
use registry::replay::Trial;
use serde_json::json;

use crate::{
    exit::{Exit, output, say},
    progress::Steps,
    settings::Settings,
    wiring,
};

#[derive(Debug, Args)]
pub struct Replay {
    /// The candidate: a version of a card, such as comprehensive@2
    candidate: String,
    /// The version it is held against; the one in force of the same card where none is given
    #[arg(long)]
    against: Option<String>,
    /// The day asked about; today where none is given
    #[arg(long)]
    as_of: Option<Date>,
    /// Another policy folder, under whose law the candidate is counted
    #[arg(long)]
    law: Option<PathBuf>,
}

pub async fn run(settings: &Settings, given: &Replay, json: bool) -> anyhow::Result<Exit> {
    let platform = wiring::platform(settings, false).await?;
    let as_of = given.as_of.unwrap_or_else(wiring::today);
    let id = given.candidate.split('@').next().unwrap_or_default();
    let in_force = platform.policy.cards_on(as_of).find(|card| card.id == id);
    let live = match &given.against {
        Some(named) => named.clone(),
        None => {
            in_force.map(|card| card.name()).with_context(|| format!("no card `{id}` in force"))?
        }
    };
    let law = match &given.law {
        Some(folder) => {
            let other = Settings { policy: folder.clone(), ..settings.clone() };
            let policy = wiring::policy(&other)?;
            let place = wiring::place(&other, &policy)?;
            Some(Arc::new(policy.at(&place)))
        }
        None => None,
    };
    let by = super::actor();
    let trial = Trial { live, candidate: given.candidate.clone(), as_of, by };
    let mut lake = registry::lake::open(&platform).await?;
    registry::lake::sync(&platform, &mut lake, |_| {}).await?;
    let steps = Steps::new(json);
    let told = |done: usize, of: usize| steps.at(done as i64, of as i64);
    let id = registry::replay::run(&platform, &lake, &trial, law.as_ref(), told).await?;
    steps.finish();
    let kept = store::replay::get(&platform.register, id).await?.context("the replay")?;
    let summary: domain::replay::Summary = serde_json::from_str(&kept.summary)?;
    if json {
        output(
            json!({ "replay": id, "live": kept.live, "candidate": kept.candidate, "summary": summary }),
        );
        return Ok(Exit::Done);
    }
    output(format_args!("{} {id}: {} → {}", say("试算", "replay"), kept.live, kept.candidate));
    for (from, to) in &summary.passages {
        for (to, count) in to.iter().filter(|(to, _)| *to != from) {
            output(format_args!("{from} → {to}  {count}"));
        }
    }
    let (moved, better, worse) = (summary.moved, summary.better, summary.worse);
    let counted = say(
        "变动 / 上升 / 下降 / 仅因陈旧事实下降：",
        "moved / better / worse / for old facts only: ",
    );
    output(format_args!("{counted}{moved} / {better} / {worse} / {}", summary.worse_old_only));
    Ok(Exit::Done)
}

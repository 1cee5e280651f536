//! `xinheng evaluate CARD`.

use anyhow::Context as _;
use clap::Args;
use jiff::civil::Date;
use serde_json::json;

use crate::{
    exit::{Exit, output, say},
    progress::Steps,
    settings::Settings,
    wiring,
};

#[derive(Debug, Args)]
pub struct Evaluate {
    /// A version of a card, such as comprehensive@1
    card: String,
    /// The day asked about; today where none is given
    #[arg(long)]
    as_of: Option<Date>,
    /// Run on the cluster of this scheduler, such as df://host:50050; its executors read the lake's files
    #[arg(long)]
    cluster: Option<String>,
}

pub async fn run(settings: &Settings, given: &Evaluate, json: bool) -> anyhow::Result<Exit> {
    let platform = wiring::platform(settings, false).await?;
    let known = || {
        let names: Vec<String> = platform.policy.cards.iter().map(|card| card.name()).collect();
        format!("no card `{}`; known are {}", given.card, names.join(", "))
    };
    let card = platform.policy.card(&given.card).with_context(known)?;
    let as_of = given.as_of.unwrap_or_else(wiring::today);
    let mut lake = registry::lake::open(&platform).await?;
    registry::lake::sync(&platform, &mut lake, |_| {}).await?;
    let steps = Steps::new(json);
    let told = |done: usize, of: usize| steps.at(done as i64, of as i64);
    let cluster = given.cluster.as_deref();
    let result = registry::score::run(&platform, &lake, card, as_of, cluster, told).await?;
    steps.finish();
    if json {
        let grades: serde_json::Map<String, serde_json::Value> = card
            .grades
            .iter()
            .zip(&result.grades)
            .map(|(grade, count)| (grade.id.clone(), json!(count)))
            .collect();
        output(json!({
            "card": card.name(), "as_of": as_of.to_string(), "position": lake.position(),
            "subjects": result.subjects, "grades": grades,
            "buckets": result.buckets, "buckets_counted_before": result.before,
        }));
        return Ok(Exit::Done);
    }
    output(format_args!("{} {} {as_of}", card.label.get(crate::settings::language()), card.name()));
    for (grade, count) in card.grades.iter().zip(&result.grades) {
        let label = grade.label.get(crate::settings::language());
        output(format_args!("{}  {label}  {count}", grade.id));
    }
    output(format_args!("{}{}", say("已评价主体：", "subjects scored: "), result.subjects));
    Ok(Exit::Done)
}

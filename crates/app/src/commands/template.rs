//! `xinheng template`: the form a department fills in.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use crate::{
    exit::{Exit, output},
    settings::Settings,
    wiring,
};

#[derive(Debug, Args)]
pub struct Template {
    /// Catalogue item
    item: String,
    /// Where to write the workbook
    #[arg(long, value_name = "FILE.xlsx")]
    out: PathBuf,
}

pub fn run(settings: &Settings, given: &Template, json: bool) -> anyhow::Result<Exit> {
    let policy = wiring::policy(settings)?;
    let known = || policy.items.keys().cloned().collect::<Vec<_>>().join(", ");
    let item = policy
        .item(&given.item)
        .with_context(|| format!("no item `{}`; known are {}", given.item, known()))?;
    std::fs::write(&given.out, render::template::template(item, &policy.codes)?)?;
    if json {
        output(serde_json::json!({ "item": given.item, "file": given.out.display().to_string() }));
    } else {
        output(format_args!("{} → {}", item.label.zh, given.out.display()));
    }
    Ok(Exit::Done)
}

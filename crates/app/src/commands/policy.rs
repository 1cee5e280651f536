//! `xinheng policy check`.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
    exit::{Exit, output, say},
    settings::Settings,
    wiring,
};

#[derive(Debug, Args)]
pub struct Policy {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// Load everything; list every fault with file and line, and every unverified value
    Check {
        /// The place whose overlay must be there
        #[arg(long)]
        place: Option<String>,
    },
}

pub fn run(settings: &Settings, policy: &Policy, json: bool) -> anyhow::Result<Exit> {
    let PolicyCommand::Check { place } = &policy.command;
    let loaded = wiring::loaded(settings);
    let mut faults: Vec<String> = loaded.faults.iter().map(ToString::to_string).collect();
    let mut cases = 0;
    if let Some(policy) = &loaded.policy {
        let (read, broken) = rules::cases(&settings.policy, policy);
        faults.extend(broken.iter().map(ToString::to_string));
        cases = read.len();
        for case in &read {
            if let Err(why) = case.run(policy) {
                faults.push(why);
            }
        }
        let place = place.as_ref().unwrap_or(&settings.place);
        if !policy.places.contains_key(place) {
            faults.push(format!("places/{place}: there is no such place"));
        }
    }
    let unverified: Vec<String> = loaded
        .unverified
        .iter()
        .map(|open| format!("{}:{}: {}", open.file, open.line, open.what))
        .collect();
    let version = loaded.policy.as_ref().map(|policy| policy.version.clone());
    if json {
        let items =
            loaded.policy.as_ref().map(|policy| policy.items.keys().cloned().collect::<Vec<_>>());
        output(
            json!({ "version": version, "items": items, "cases": cases, "faults": faults, "unverified": unverified }),
        );
    } else {
        for fault in &faults {
            output(format_args!("{}{fault}", say("差错 ", "fault ")));
        }
        for open in &unverified {
            output(format_args!("{}{open}", say("待核 ", "unverified ")));
        }
        let counts = format!("{cases} / {} / {}", faults.len(), unverified.len());
        output(format_args!(
            "{}{counts}",
            say("案例 / 差错 / 待核：", "cases / faults / unverified: ")
        ));
        if let Some(version) = version {
            output(format_args!("{}{version}", say("政策版本：", "policy version: ")));
        }
    }
    Ok(if faults.is_empty() { Exit::Done } else { Exit::Failed })
}

//! Keys of departments' systems, and codes somebody answers for.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
    exit::{Exit, output, say},
    settings::Settings,
    wiring,
};

#[derive(Debug, Args)]
pub struct Key {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make a key; it is shown once and kept as a digest only
    Add(Holder),
    /// Make a key useless from now on
    Revoke(Holder),
}

#[derive(Debug, Args)]
struct Holder {
    #[arg(long)]
    department: String,
    /// By what the key is known: the system that uses it
    #[arg(long)]
    label: String,
}

/// A code that fails its check digit, or looks like a person's number, and that somebody answers for.
#[derive(Debug, Args)]
pub struct Override {
    code: String,
    /// On what document or inquiry it rests
    #[arg(long)]
    reason: String,
}

pub async fn run(settings: &Settings, key: &Key, json: bool) -> anyhow::Result<Exit> {
    let platform = wiring::platform(settings, false).await?;
    let actor = super::actor();
    match &key.command {
        KeyCommand::Add(Holder { department, label }) => {
            let key = registry::api_key::create(&platform, department, label, &actor).await?;
            if json {
                output(json!({ "department": department, "label": label, "key": key }));
            } else {
                output(format_args!("{key}"));
                eprintln!("{}", say("此密钥只显示这一次", "this key is shown this once"));
            }
        }
        KeyCommand::Revoke(Holder { department, label }) => {
            if !registry::api_key::revoke(&platform, department, label, &actor).await? {
                let why = say(
                    "“{department}”没有名为“{label}”的有效密钥",
                    "“{department}” has no key in force called “{label}”",
                );
                let why = why.replace("{department}", department).replace("{label}", label);
                return Err(anyhow::Error::msg(why));
            }
            if json {
                let told = json!({ "department": department, "label": label, "revoked": true });
                output(format_args!("{told}"));
            } else {
                output(format_args!("{}{department} {label}", say("已作废：", "revoked: ")));
            }
        }
    }
    Ok(Exit::Done)
}

pub async fn run_override(
    settings: &Settings,
    given: &Override,
    json: bool,
) -> anyhow::Result<Exit> {
    let platform = wiring::platform(settings, false).await?;
    let (code, reason) = (&given.code, &given.reason);
    let code =
        registry::code_override::answer_for(&platform, code, reason, &super::actor()).await?;
    if json {
        output(json!({ "code": code.as_str(), "reason": given.reason }));
    } else {
        output(format_args!("{}{}", say("已记录：", "recorded: "), code.as_str()));
    }
    Ok(Exit::Done)
}

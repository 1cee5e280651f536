//! Keys of departments' systems, and codes somebody answers for.

use clap::{Args, Subcommand};
use domain::identifier::{self, uscc::UnifiedCode};
use serde_json::json;

use crate::{
    exit::{Exit, say},
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
    Add {
        #[arg(long)]
        department: String,
        /// By what the key is known: the system that uses it
        #[arg(long)]
        label: String,
    },
    /// Make a key useless from now on
    Revoke { label: String },
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
    match &key.command {
        KeyCommand::Add { department, label } => {
            let key = registry::api_use::create_key(&platform, department, label, &super::actor())
                .await?;
            if json {
                println!("{}", json!({ "department": department, "label": label, "key": key }));
            } else {
                println!("{key}");
                eprintln!("{}", say("此密钥只显示这一次", "this key is shown this once"));
            }
        }
        KeyCommand::Revoke { label } => {
            let mut write = platform.register.write().await?;
            let now = platform.now();
            if !store::api_key::revoke(&mut write, label, now).await? {
                anyhow::bail!("no key in force is called `{label}`");
            }
            store::audit::append(&mut write, now, &super::actor(), "api_key_revoked", label, "")
                .await?;
            write.commit().await?;
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
    let code = UnifiedCode::parse_overridden(&given.code)
        .map_err(|invalid| anyhow::anyhow!("{}: {}", given.code, invalid.reason().en))?;
    if code.check_fits() && !identifier::is_rather_a_person(&code) {
        anyhow::bail!("{} needs no override: its check character fits", given.code);
    }
    let (mut write, now, actor) =
        (platform.register.write().await?, platform.now(), super::actor());
    store::code_override::insert(&mut write, "uscc", code.as_str(), &given.reason, &actor, now)
        .await?;
    store::audit::append(&mut write, now, &actor, "code_overridden", code.as_str(), &given.reason)
        .await?;
    write.commit().await?;
    if json {
        println!("{}", json!({ "code": code.as_str(), "reason": given.reason }));
    } else {
        println!("{}{}", say("已记录：", "recorded: "), code.as_str());
    }
    Ok(Exit::Done)
}

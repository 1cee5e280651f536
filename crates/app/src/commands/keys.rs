//! `xinheng keys`: the sealing keys, renewed and taken away.

use std::path::Path;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use domain::{access::Access, sealed::Keys as Sealing};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::{
    exit::{Exit, output, say},
    settings::Settings,
    wiring,
};

#[derive(Debug, Args)]
pub struct Keys {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Put a new key into the key file; values are sealed under it from here on
    Add,
    /// Seal every value of the register anew under the present key, while the platform serves
    Rotate,
    /// Take an older key out of the key file; refused while a value is sealed under it
    Remove { id: String },
}

pub async fn run(settings: &Settings, given: &Keys, json: bool) -> anyhow::Result<Exit> {
    let platform = wiring::platform(settings, false).await?;
    let access = Access::operator(&super::actor());
    if settings.seal_keys.is_some() && !matches!(given.command, KeysCommand::Rotate) {
        bail!(
            "{}",
            say(
                "密钥由 XINHENG_SEAL_KEYS 给出，不用密钥文件：请在给出它的地方增减密钥",
                "XINHENG_SEAL_KEYS gives the keys, and no key file counts: change them where it is set"
            )
        );
    }
    match &given.command {
        KeysCommand::Add => {
            let text = read(&settings.keys)?;
            let mut random = [0u8; 16];
            getrandom::fill(&mut random)
                .map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
            let renewed = Sealing::renewed_text(&text, &random)?;
            put(&settings.keys, &renewed)?;
            let id = Sealing::parse(&renewed)?.id();
            told(
                json,
                json!({ "key": id }),
                &format!("{}{id}", say("现用密钥：", "present key: ")),
            );
        }
        KeysCommand::Rotate => {
            for count in registry::reseal::rotate(&platform, &access).await? {
                let line = format!("{} {} / {}", count.place, count.resealed, count.looked_at);
                let value = json!({
                    "place": count.place, "resealed": count.resealed, "looked_at": count.looked_at,
                });
                told(json, value, &line);
            }
        }
        KeysCommand::Remove { id } => {
            let still = registry::reseal::still_under(&platform, id).await?;
            if !still.is_empty() {
                let places: Vec<String> =
                    still.iter().map(|(place, count)| format!("{place} {count}")).collect();
                let why = say(
                    "还有值用这个密钥加密，请先 xinheng keys rotate：",
                    "values are still sealed under it; run `xinheng keys rotate` first: ",
                );
                bail!("{why}{}", places.join(", "));
            }
            let Some(text) = Sealing::without_text(&read(&settings.keys)?, id)? else {
                bail!("{}", say("密钥文件里没有这个旧密钥", "the key file has no such older key"));
            };
            put(&settings.keys, &text)?;
            told(json, json!({ "removed": id }), &format!("{}{id}", say("已移除：", "removed: ")));
        }
    }
    Ok(Exit::Done)
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("key file {}", path.display()))
}

/// Puts the file in place whole, for its owner alone.
fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    let named = || format!("key file {}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).with_context(named)?;
    file.write_all(text.as_bytes()).with_context(named)?;
    file.as_file().sync_all().with_context(named)?;
    file.persist(path).map_err(|why| why.error).with_context(named)?;
    Ok(())
}

fn told(json: bool, value: serde_json::Value, line: &str) {
    if json { output(value) } else { output(line) }
}

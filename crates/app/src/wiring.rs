//! Putting the platform together from its settings.

use std::{
    io::{ErrorKind, Write as _},
    path::Path,
    sync::{Arc, OnceLock},
};

use anyhow::{Context as _, bail};
use domain::{place::Place, policy::Policy, sealed::Keys};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use registry::platform::Platform;
use store::{register::Register, search::NameIndex};
use tempfile::NamedTempFile;

use crate::settings::Settings;

/// Loads the law, or lists its faults.
pub fn policy(settings: &Settings) -> anyhow::Result<Policy> {
    let loaded = rules::load(&settings.policy);
    match loaded.policy {
        Some(policy) => Ok(policy),
        None => {
            let faults: Vec<String> =
                loaded.faults.iter().take(20).map(ToString::to_string).collect();
            bail!(
                "policy has {} faults; see `xinheng policy check`:\n{}",
                loaded.faults.len(),
                faults.join("\n")
            )
        }
    }
}

pub fn place(settings: &Settings, policy: &Policy) -> anyhow::Result<Arc<Place>> {
    let known = || policy.places.keys().cloned().collect::<Vec<_>>().join(", ");
    let place = policy.places.get(&settings.place).cloned();
    place.with_context(|| format!("no place `{}`; known are {}", settings.place, known()))
}

/// The platform over the register of the settings.
pub async fn platform(settings: &Settings, search: bool) -> anyhow::Result<Platform> {
    let policy = policy(settings)?;
    let place = place(settings, &policy)?;
    let policy = Arc::new(policy.at(&place));
    std::fs::create_dir_all(&settings.data)
        .with_context(|| format!("data folder {}", settings.data.display()))?;
    let register = Register::open(settings.engine()).await?;
    if !settings.keys.exists() {
        registry::seal_key::may_be_made(&register).await?;
    }
    let keys = keys(&settings.keys)?;
    registry::seal_key::confirm(&register, &keys).await?;
    let names =
        if search { Some(Arc::new(NameIndex::open(&settings.data.join("names"))?)) } else { None };
    Ok(Platform {
        register,
        keys: Some(Arc::new(keys)),
        names,
        public_url: public_url(settings.public_url.as_deref(), &place, LOCAL),
        policy,
        place,
        clock: Arc::new(Timestamp::now),
        zone: zone(),
        font_paths: render::fonts::default_font_paths(),
        fonts: Arc::new(OnceLock::new()),
        submissions: registry::platform::Submissions::default(),
    })
}

/// Where the portal of a made-up place is, where nothing else is said.
const LOCAL: &str = "http://127.0.0.1:8080";

/// The address reports print: the one set, or for a made-up place the one at hand. A paper of a
/// real place must not lead to this machine, so that it has none until one is set.
pub fn public_url(set: Option<&str>, place: &Place, at_hand: &str) -> String {
    match set {
        Some(url) => url.to_owned(),
        None if place.fictional => at_hand.to_owned(),
        None => String::new(),
    }
}

/// The zone whose midnight begins a day.
fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

/// The day it is at the place.
pub fn today() -> Date {
    Timestamp::now().to_zoned(zone()).date()
}

/// Reads the sealing keys, making them on first use; only the owner may read the file.
///
/// Of several processes that make them at the same moment, one puts its keys in place, and all
/// read those: a value sealed under keys that were lost could never be opened.
fn keys(path: &Path) -> anyhow::Result<Keys> {
    let named = || format!("key file {}", path.display());
    if !path.exists() {
        let mut random = [0u8; 48];
        getrandom::fill(&mut random)
            .map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut file =
            NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).with_context(named)?;
        file.write_all(Keys::generate_text(&random, "k1").as_bytes()).with_context(named)?;
        file.as_file().sync_all().with_context(named)?;
        match file.persist_noclobber(path) {
            Err(taken) if taken.error.kind() != ErrorKind::AlreadyExists => {
                return Err(taken.error).with_context(named);
            }
            _ => {}
        }
    }
    let text = std::fs::read_to_string(path).with_context(named)?;
    Keys::parse(&text).with_context(named)
}

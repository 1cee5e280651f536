//! Putting the platform together from its settings.

use std::{
    io::{ErrorKind, Write as _},
    path::Path,
    sync::{Arc, OnceLock},
};

use anyhow::{Context as _, bail};
use domain::{place::Place, policy::Policy, sealed::Keys};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use registry::{audit::LogKey, oidc::Provider, platform::Platform};
use rules::access::Gate;
use store::{register::Register, search::NameIndex};
use tempfile::NamedTempFile;

use crate::{key_file::KeyFile, settings::Settings};

/// Loads the law, or lists its faults.
pub fn policy(settings: &Settings) -> anyhow::Result<Policy> {
    Ok(law(settings)?.0)
}

/// The law as its files say, the SQL of its cards read too.
pub fn loaded(settings: &Settings) -> rules::Loaded {
    let mut loaded = rules::load(&settings.policy);
    if let Some(policy) = &loaded.policy {
        loaded.faults = registry::score::faults(policy);
    }
    if !loaded.faults.is_empty() {
        loaded.policy = None;
    }
    loaded
}

/// The law and the policies of access that go with it.
fn law(settings: &Settings) -> anyhow::Result<(Policy, Arc<Gate>)> {
    let loaded = loaded(settings);
    match (loaded.policy, loaded.gate) {
        (Some(policy), Some(gate)) => Ok((policy, gate)),
        _ => {
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
    let (policy, gate) = law(settings)?;
    let place = place(settings, &policy)?;
    let policy = Arc::new(policy.at(&place));
    std::fs::create_dir_all(&settings.data)
        .with_context(|| format!("data folder {}", settings.data.display()))?;
    let register = Register::open(settings.engine()).await?;
    if settings.seal_keys.is_none() && !settings.keys.exists() {
        registry::seal_key::may_be_made(&register).await?;
    }
    let keys = match &settings.seal_keys {
        Some(text) => Keys::parse(text).context("XINHENG_SEAL_KEYS")?,
        None => {
            let keys = keys(&settings.keys)?;
            Keys::of(Arc::new(KeyFile::new(&settings.keys, keys)))
        }
    };
    registry::seal_key::confirm(&register, &keys).await?;
    let names =
        if search { Some(Arc::new(NameIndex::open(&settings.data.join("names"))?)) } else { None };
    Ok(Platform {
        register,
        keys: Some(Arc::new(keys)),
        log_key: Some(Arc::new(log_key(&settings.log_key, &settings.place)?)),
        oidc: provider(settings)?,
        names,
        inbox: settings.inbox.clone(),
        libraries: Arc::new(settings.libraries.clone()),
        lake: settings.lake.clone(),
        public_url: public_url(settings.public_url.as_deref(), &place, LOCAL),
        policy,
        gate,
        place,
        clock: Arc::new(Timestamp::now),
        proxies: settings.proxies.clone().into(),
        zone: zone(),
        font_paths: render::fonts::default_font_paths(),
        fonts: Arc::new(OnceLock::new()),
        submissions: registry::platform::Submissions::default(),
        meter: registry::meter::Meter::default(),
    })
}

/// The provider of identities, where one is set.
fn provider(settings: &Settings) -> anyhow::Result<Option<Arc<Provider>>> {
    let Some(oidc) = &settings.oidc else { return Ok(None) };
    let roots = match &oidc.ca {
        Some(path) => std::fs::read(path).with_context(|| format!("oidc_ca {}", path.display()))?,
        None => ROOTS.iter().find_map(|path| std::fs::read(path).ok()).unwrap_or_default(),
    };
    let made = Provider::new(&oidc.issuer, &oidc.client, &oidc.secret, &roots);
    let made = made.map_err(|why| anyhow::anyhow!("oidc_issuer is {}: {why}", oidc.issuer))?;
    Ok(Some(Arc::new(made)))
}

/// Where systems keep the certificates they trust.
const ROOTS: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

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
    let text = secret(path, || {
        let mut random = [0u8; 48];
        fill(&mut random)?;
        Ok(Keys::generate_text(&random, "k1"))
    })?;
    Keys::parse(&text).with_context(|| format!("key file {}", path.display()))
}

/// The key that signs heads of the audit log, made on first use.
fn log_key(path: &Path, place: &str) -> anyhow::Result<LogKey> {
    let text = secret(path, || {
        let mut random = [0u8; 32];
        fill(&mut random)?;
        Ok(LogKey::generate_text(&random))
    })?;
    let key = LogKey::parse(&format!("xinheng-audit-{place}"), &text);
    key.with_context(|| format!("key file {}: expected 64 hexadecimal digits", path.display()))
}

fn fill(random: &mut [u8]) -> anyhow::Result<()> {
    getrandom::fill(random).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))
}

/// Reads a secret file, which is made where it is not there.
fn secret(path: &Path, make: impl FnOnce() -> anyhow::Result<String>) -> anyhow::Result<String> {
    let named = || format!("key file {}", path.display());
    if !path.exists() {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut file =
            NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).with_context(named)?;
        file.write_all(make()?.as_bytes()).with_context(named)?;
        file.as_file().sync_all().with_context(named)?;
        match file.persist_noclobber(path) {
            Err(taken) if taken.error.kind() != ErrorKind::AlreadyExists => {
                return Err(taken.error).with_context(named);
            }
            _ => {}
        }
    }
    std::fs::read_to_string(path).with_context(named)
}

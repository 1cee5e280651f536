//! Settings: one `xinheng.toml`, each key overridable by `XINHENG_…`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use domain::text::Lang;

/// What the platform is told before it starts.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder of the register, keys and index (`XINHENG_DATA`).
    pub data: PathBuf,
    /// `DATABASE_URL`; SQLite under the data folder where absent.
    pub database_url: Option<String>,
    /// Folder of the law (`XINHENG_POLICY`).
    pub policy: PathBuf,
    /// Which place of `policy/places/` is served (`XINHENG_PLACE`).
    pub place: String,
    /// Address the portal is reached under, printed in reports (`XINHENG_PUBLIC_URL`). Where none is
    /// set, a made-up place uses the address listened on; a real one issues no report.
    pub public_url: Option<String>,
    /// Sealing keys (`XINHENG_KEYS`); made on first use where absent.
    pub keys: PathBuf,
}

const KEYS: [&str; 6] = ["data", "database_url", "policy", "place", "public_url", "keys"];

impl Settings {
    /// Reads file and environment; every wrong setting is named at once.
    pub fn read() -> anyhow::Result<Settings> {
        let file = std::env::var("XINHENG_CONFIG").unwrap_or_else(|_| "xinheng.toml".to_owned());
        let table = match std::fs::read_to_string(&file) {
            Ok(text) => {
                text.parse::<toml::Table>().with_context(|| format!("settings file {file}"))?
            }
            Err(_) if file == "xinheng.toml" => toml::Table::new(),
            Err(error) => bail!("settings file {file}: {error}"),
        };
        let mut wrong: Vec<String> = Vec::new();
        for key in table.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            wrong.push(format!("{file}: unknown setting `{key}`; known are {}", KEYS.join(", ")));
        }
        let mut get = |key: &str| {
            let variable = if key == "database_url" {
                "DATABASE_URL".to_owned()
            } else {
                format!("XINHENG_{}", key.to_uppercase())
            };
            if let Ok(value) = std::env::var(&variable) {
                return Some(value).filter(|value| !value.is_empty());
            }
            match table.get(key) {
                Some(toml::Value::String(value)) => Some(value.clone()),
                Some(other) => {
                    wrong.push(format!("{file}: `{key}` is {}, expected text", other.type_str()));
                    None
                }
                None => None,
            }
        };
        let data = PathBuf::from(get("data").unwrap_or_else(|| "data".to_owned()));
        let policy = get("policy").map_or_else(default_policy, PathBuf::from);
        let keys = get("keys").map_or_else(|| data.join("keys"), PathBuf::from);
        let database_url = get("database_url");
        let place = get("place").unwrap_or_else(|| "shili".to_owned());
        let public_url = get("public_url").map(|url| url.trim_end_matches('/').to_owned());
        if !policy.join("catalogue").is_dir() {
            wrong.push(format!("no policy folder at {}: set XINHENG_POLICY", policy.display()));
        }
        let web = |url: &str| url.starts_with("http://") || url.starts_with("https://");
        if let Some(url) = public_url.as_deref().filter(|url| !web(url)) {
            wrong.push(format!("public_url is {url}, expected http://… or https://…"));
        }
        if let Some(url) = &database_url
            && url.contains("://")
            && !["postgres://", "postgresql://", "sqlite://"]
                .iter()
                .any(|scheme| url.starts_with(scheme))
        {
            wrong.push("DATABASE_URL is neither postgres://… nor sqlite://…".to_owned());
        }
        if !wrong.is_empty() {
            bail!("{}", wrong.join("\n"));
        }
        Ok(Settings { data, database_url, policy, place, public_url, keys })
    }

    /// The register's address.
    #[must_use]
    pub fn engine(&self) -> store::register::Engine {
        match &self.database_url {
            Some(url) => store::register::Engine::from_url(url),
            None => store::register::Engine::Sqlite(self.data.join("register.db")),
        }
    }
}

/// `policy/` here, or beside the folder of the binary.
fn default_policy() -> PathBuf {
    let here = PathBuf::from("policy");
    if here.is_dir() {
        return here;
    }
    let binary = std::env::current_exe().ok();
    let beside = binary
        .as_deref()
        .and_then(Path::parent)
        .and_then(Path::parent)
        .map(|root| root.join("policy"));
    beside.filter(|folder| folder.is_dir()).unwrap_or(here)
}

/// The language of the terminal: `XINHENG_LANG`, else Chinese unless the locale says English.
#[must_use]
pub fn language() -> Lang {
    let said = std::env::var("XINHENG_LANG").or_else(|_| std::env::var("LANG")).unwrap_or_default();
    if said.to_lowercase().starts_with("en") { Lang::En } else { Lang::Zh }
}

//! Settings: one `xinheng.toml`, each key overridable by `XINHENG_…`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use domain::{pull::is_name, sealed::Keys, text::Lang};
use registry::network::is_network;
use tracing_subscriber::EnvFilter;
use url::Url;

/// What the platform is told before it starts. Never printed: an address may hold a password.
#[derive(Clone)]
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
    /// Proxies before the platform (`XINHENG_PROXIES`), addresses or networks parted by commas: callers
    /// come from where these say, and nobody else is believed.
    pub proxies: Vec<String>,
    /// Folder of the channels (`XINHENG_INBOX`), from which files of departments are taken.
    pub inbox: PathBuf,
    /// Front-end libraries (`XINHENG_LIBRARIES`), each `name=address`, parted by commas: departments'
    /// databases, PostgreSQL or SQLite, from which channels pull.
    pub libraries: BTreeMap<String, String>,
    /// The lake (`XINHENG_LAKE`): a folder; beside the register in the data folder where absent.
    pub lake: Url,
    /// Sealing keys (`XINHENG_KEYS`); made on first use where absent.
    pub keys: PathBuf,
    /// The text of a key file, in place of one (`XINHENG_SEAL_KEYS`).
    pub seal_keys: Option<String>,
    /// The key that signs heads of the audit log (`XINHENG_LOG_KEY`); made on first use where absent.
    pub log_key: PathBuf,
    /// The provider of identities (`XINHENG_OIDC_ISSUER`, `…_CLIENT`, `…_SECRET`, `…_CA`).
    pub oidc: Option<Oidc>,
    /// What is logged (`XINHENG_LOG`), as `tracing` filters are written: `info,store=debug`.
    pub log: String,
}

/// A provider of identities; the secret is never printed.
#[derive(Clone)]
pub struct Oidc {
    pub issuer: String,
    pub client: String,
    pub secret: String,
    /// Certificates trusted for it; those of the system where absent.
    pub ca: Option<PathBuf>,
}

impl std::fmt::Debug for Oidc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Oidc").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

const KEYS: [&str; 17] = [
    "seal_keys",
    "data",
    "database_url",
    "policy",
    "place",
    "public_url",
    "proxies",
    "inbox",
    "libraries",
    "lake",
    "keys",
    "log_key",
    "log",
    "oidc_issuer",
    "oidc_client",
    "oidc_secret",
    "oidc_ca",
];

impl Settings {
    /// Reads file and environment; every wrong setting is named at once.
    pub fn read() -> anyhow::Result<Settings> {
        let mut source = Source::open()?;
        let data = PathBuf::from(source.get("data").unwrap_or_else(|| "data".to_owned()));
        let settings = Settings {
            policy: source.get("policy").map_or_else(default_policy, PathBuf::from),
            inbox: source.get("inbox").map_or_else(|| data.join("inbox"), PathBuf::from),
            libraries: source.libraries(),
            lake: source.lake(&data)?,
            keys: source.get("keys").map_or_else(|| data.join("keys"), PathBuf::from),
            seal_keys: source.get("seal_keys"),
            log_key: source.get("log_key").map_or_else(|| data.join("log-key"), PathBuf::from),
            database_url: source.get("database_url"),
            place: source.get("place").unwrap_or_else(|| "shili".to_owned()),
            public_url: source.get("public_url").map(|url| url.trim_end_matches('/').to_owned()),
            proxies: source.list("proxies"),
            oidc: source.oidc(),
            log: source.get("log").unwrap_or_else(|| "info,tantivy=warn".to_owned()),
            data,
        };
        let mut wrong = source.wrong;
        wrong.extend(settings.faults());
        if !wrong.is_empty() {
            bail!("{}", wrong.join("\n"));
        }
        Ok(settings)
    }

    fn faults(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let policy = self.policy.display();
        if !self.policy.join("catalogue").is_dir() {
            wrong.push(format!("no policy folder at {policy}: set XINHENG_POLICY"));
        } else if !self.policy.join("places").join(&self.place).is_dir() {
            wrong.push(format!("place is {}, expected a folder of {policy}/places", self.place));
        }
        let web = |url: &str| url.starts_with("http://") || url.starts_with("https://");
        if let Some(Err(why)) = self.seal_keys.as_deref().map(Keys::parse) {
            wrong.push(format!("seal_keys: {why}"));
        }
        if let Some(url) = self.public_url.as_deref().filter(|url| !web(url)) {
            wrong.push(format!("public_url is {url}, expected http://… or https://…"));
        }
        for proxy in self.proxies.iter().filter(|proxy| !is_network(proxy)) {
            let expected = "an address or a network such as 192.0.2.7 or 192.0.2.0/24";
            wrong.push(format!("proxies has {proxy}, expected {expected}"));
        }
        // The address itself may hold a password, and is not repeated.
        if self.database_url.as_deref().is_some_and(|url| !is_register(url)) {
            wrong.push("DATABASE_URL is neither postgres://…, sqlite:PATH nor a path".to_owned());
        }
        if let Ok(text) = std::fs::read_to_string(&self.keys)
            && let Err(why) = Keys::parse(&text)
        {
            wrong.push(format!("key file {}: {why}", self.keys.display()));
        }
        if let Err(why) = EnvFilter::try_new(&self.log) {
            wrong.push(format!("log is {}: {why}", self.log));
        }
        wrong
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

/// Where settings come from, and what was wrong with them so far.
struct Source {
    file: String,
    table: toml::Table,
    wrong: Vec<String>,
}

impl Source {
    fn open() -> anyhow::Result<Source> {
        let file = std::env::var("XINHENG_CONFIG").unwrap_or_else(|_| "xinheng.toml".to_owned());
        let table = match std::fs::read_to_string(&file) {
            Ok(text) => {
                text.parse::<toml::Table>().with_context(|| format!("settings file {file}"))?
            }
            Err(_) if file == "xinheng.toml" => toml::Table::new(),
            Err(error) => bail!("settings file {file}: {error}"),
        };
        let unknown = table.keys().filter(|key| !KEYS.contains(&key.as_str()));
        let unknown = unknown
            .map(|key| format!("{file}: unknown setting `{key}`; known are {}", KEYS.join(", ")));
        let wrong = unknown.collect();
        Ok(Source { file, table, wrong })
    }

    /// The provider of identities; issuer, client and secret come together.
    fn oidc(&mut self) -> Option<Oidc> {
        let ca = self.get("oidc_ca").map(PathBuf::from);
        let [issuer, client, secret] =
            ["oidc_issuer", "oidc_client", "oidc_secret"].map(|key| self.get(key));
        match (issuer, client, secret) {
            (Some(issuer), Some(client), Some(secret)) => Some(Oidc { issuer, client, secret, ca }),
            (None, None, None) => None,
            _ => {
                let wrong =
                    "oidc_issuer, oidc_client and oidc_secret are set together, or not at all";
                self.wrong.push(wrong.to_owned());
                None
            }
        }
    }

    /// Libraries by their names; what is no address is told without repeating it.
    fn libraries(&mut self) -> BTreeMap<String, String> {
        let mut libraries = BTreeMap::new();
        for entry in self.list("libraries") {
            match entry.split_once('=').map(|(name, url)| (name.trim(), url.trim())) {
                Some((name, url)) if is_name(name) && url.contains(':') && is_register(url) => {
                    libraries.insert(name.to_owned(), url.to_owned());
                }
                Some((name, _)) => self.wrong.push(format!(
                    "libraries: {name} is neither name=postgres://… nor name=sqlite:PATH"
                )),
                None => self.wrong.push("libraries: expected name=address".to_owned()),
            }
        }
        libraries
    }

    /// The lake's address; a path is that of a folder.
    fn lake(&mut self, data: &Path) -> anyhow::Result<Url> {
        let named = self.get("lake").unwrap_or_else(|| data.join("lake").display().to_string());
        if let Some((scheme, _)) = named.split_once("://") {
            let url = Url::parse(&format!("{}/", named.trim_end_matches('/')));
            match url {
                Ok(url) if lake::place::SCHEMES.contains(&scheme) => return Ok(url),
                _ => self.wrong.push(format!("lake is {named}, expected a folder")),
            }
        }
        let folder = std::path::absolute(&named).context("lake")?;
        Url::from_directory_path(&folder).map_err(|()| anyhow::anyhow!("lake is {named}"))
    }

    /// A setting of several values, parted by commas.
    fn list(&mut self, key: &str) -> Vec<String> {
        let text = self.get(key).unwrap_or_default();
        let values = text.split(',').map(str::trim).filter(|value| !value.is_empty());
        values.map(str::to_owned).collect()
    }

    /// A setting by its key; an empty variable unsets what the file says.
    fn get(&mut self, key: &str) -> Option<String> {
        let variable = match key {
            "database_url" => "DATABASE_URL".to_owned(),
            _ => format!("XINHENG_{}", key.to_uppercase()),
        };
        if let Ok(value) = std::env::var(&variable) {
            return Some(value).filter(|value| !value.is_empty());
        }
        match self.table.get(key)? {
            toml::Value::String(value) => Some(value.clone()),
            other => {
                let kind = other.type_str();
                self.wrong.push(format!("{}: `{key}` is {kind}, expected text", self.file));
                None
            }
        }
    }
}

/// Whether an address is that of PostgreSQL or of a file; a scheme mistyped is neither.
fn is_register(url: &str) -> bool {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme);
    let known = |start: &str| url.starts_with(start);
    match scheme {
        Some(scheme) if scheme.chars().all(|one| one.is_ascii_alphanumeric()) => {
            ["postgres://", "postgresql://", "sqlite:"].into_iter().any(known)
        }
        _ => true,
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

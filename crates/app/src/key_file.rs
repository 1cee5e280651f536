//! The sealing keys of a file that may be renewed while the platform serves: read again when it changed.

use std::{
    path::{Path, PathBuf},
    sync::RwLock,
    time::{Duration, Instant, SystemTime},
};

use domain::sealed::{Keys, OpenError, Provider};

/// How often the file is looked at, at most.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Keys as the file has them.
pub struct KeyFile {
    path: PathBuf,
    held: RwLock<Held>,
}

struct Held {
    keys: Keys,
    changed: Option<SystemTime>,
    looked: Instant,
}

impl KeyFile {
    /// Holds keys that were read from a file.
    pub fn new(path: &Path, keys: Keys) -> KeyFile {
        let held = Held { keys, changed: changed(path), looked: Instant::now() };
        KeyFile { path: path.to_owned(), held: RwLock::new(held) }
    }

    /// The keys of now. A file that cannot be read, or is at fault, leaves those at hand, and a word
    /// in the log.
    fn keys(&self) -> Keys {
        let held = self.held.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        if held.looked.elapsed() < LOOK_EVERY {
            return held.keys.clone();
        }
        drop(held);
        let mut held = self.held.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        held.looked = Instant::now();
        let now = changed(&self.path);
        if now != held.changed {
            let text = std::fs::read_to_string(&self.path).map_err(|why| why.to_string());
            match text.and_then(|text| Keys::parse(&text).map_err(|why| why.to_string())) {
                Ok(keys) => {
                    tracing::info!(key.id = keys.id(), "the key file was read again");
                    (held.keys, held.changed) = (keys, now);
                }
                Err(error) => tracing::error!(error, "the key file cannot be read again"),
            }
        }
        held.keys.clone()
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|file| file.modified()).ok()
}

impl Provider for KeyFile {
    fn id(&self) -> String {
        self.keys().id()
    }

    fn seal(&self, purpose: &str, plain: &str) -> String {
        self.keys().seal(purpose, plain)
    }

    fn open(&self, purpose: &str, sealed: &str) -> Result<zeroize::Zeroizing<String>, OpenError> {
        self.keys().open(purpose, sealed)
    }

    fn lookup(&self, scheme: &str, value: &str) -> String {
        self.keys().lookup(scheme, value)
    }
}

//! A home of a test's own: a register on each engine there is, with its keys, and the binary at work
//! on it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::Value;
use store::register::{Engine, Register};
use tempfile::TempDir;

/// One empty register, gone with the value.
pub struct Home {
    pub engine: &'static str,
    pub folder: TempDir,
    keys: PathBuf,
    database: Option<Database>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Answer {
    pub code: i32,
    /// The last line printed, which with `--json` is the whole answer.
    pub json: Value,
}

/// A database of its own on the tests' server.
struct Database {
    server: String,
    name: String,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// The folder of the workspace: tests run in that of their crate, wherever they were compiled.
pub fn root() -> PathBuf {
    PathBuf::from("../..").canonicalize().unwrap()
}

/// A setting of the test run itself.
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The folder of real files and facts, or none and a word about it.
pub fn shared_data() -> Option<PathBuf> {
    let folder =
        setting("XINHENG_SHARED_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "skipped: no real files at {}; XINHENG_SHARED_DATA names their folder",
        folder.display()
    );
    None
}

/// An empty register on SQLite, and one on PostgreSQL where a server is named.
pub fn homes() -> Vec<Home> {
    let mut homes = vec![Home::sqlite()];
    homes.extend(Home::postgresql());
    homes
}

impl Home {
    pub fn sqlite() -> Home {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        Home { engine: "sqlite", folder, keys, database: None }
    }

    /// None, and a word about it, where `XINHENG_TEST_POSTGRES` names no server.
    pub fn postgresql() -> Option<Home> {
        let Some(server) = setting("XINHENG_TEST_POSTGRES") else {
            println!("skipped on PostgreSQL: XINHENG_TEST_POSTGRES names no server");
            return None;
        };
        let database = Some(Database::create(server));
        Some(Home { engine: "postgresql", database, ..Home::sqlite() })
    }

    /// Another empty register on the same engine, with the same keys.
    pub fn another(&self) -> Home {
        let database = self.database.as_ref();
        let database = database.map(|database| Database::create(database.server.clone()));
        let engine = self.engine;
        Home { engine, keys: self.keys.clone(), database, ..Home::sqlite() }
    }

    /// The binary on this register.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xinheng"));
        command
            .args(arguments)
            .arg("--json")
            .current_dir(self.folder.path())
            .env("XINHENG_DATA", self.folder.path())
            .env("XINHENG_KEYS", &self.keys)
            .env("XINHENG_POLICY", root().join("policy"))
            .env("XINHENG_PLACE", "shili")
            .env("XINHENG_LANG", "en")
            .env_remove("XINHENG_CONFIG")
            .env_remove("XINHENG_PUBLIC_URL")
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null());
        if let Some(database) = &self.database {
            command.env("DATABASE_URL", database.url());
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Answer {
        let output = self.command(arguments).stderr(Stdio::inherit()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let last = text.lines().last().unwrap_or_default();
        Answer {
            code: output.status.code().unwrap_or(-1),
            json: serde_json::from_str(last).unwrap_or_default(),
        }
    }

    /// Runs a command that must end with this code.
    #[track_caller]
    pub fn must(&self, arguments: &[&str], code: i32) -> Value {
        let answer = self.run(arguments);
        assert_eq!(answer.code, code, "{}: {arguments:?}: {answer:?}", self.engine);
        answer.json
    }

    /// Fails with what `verify` finds.
    #[track_caller]
    pub fn must_verify(&self) {
        let answer = self.run(&["verify"]);
        assert_eq!(answer.json["problems"], Value::Array(Vec::new()), "{}", self.engine);
        assert_eq!(answer.code, 0, "{}: {answer:?}", self.engine);
    }

    pub async fn register(&self) -> Register {
        let engine = match &self.database {
            Some(database) => Engine::Postgres(database.url()),
            None => Engine::Sqlite(self.folder.path().join("register.db")),
        };
        Register::open(engine).await.unwrap()
    }

    pub fn path(&self, name: &str) -> String {
        text(&self.folder.path().join(name))
    }
}

/// A path as an argument.
pub fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

impl Database {
    fn create(server: String) -> Database {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("xinheng_integration_{}_{number}", std::process::id());
        let database = Database { server, name };
        assert!(database.tell(&format!("create database {}", database.name)), "create database");
        database
    }

    fn url(&self) -> String {
        let (base, _) = self.server.rsplit_once('/').unwrap();
        format!("{base}/{}", self.name)
    }

    fn tell(&self, statement: &str) -> bool {
        let mut psql = Command::new("psql");
        psql.args([&self.server, "-qXv", "ON_ERROR_STOP=1", "-c", statement]);
        psql.status().expect("psql comes with PostgreSQL: make setup").success()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.tell(&format!("drop database if exists {} with (force)", self.name));
    }
}

//! The import table: which crate knows which, and where the heavy libraries live.

use std::path::{Component, Path, PathBuf};

use syn::{LitStr, Macro, visit::Visit};

use super::{none, read, source};

/// Five floors; a crate imports lower floors only, and crates on one floor do not know each other.
const FLOORS: &[(&str, u8, &[&str])] = &[
    ("domain", 0, &[]),
    ("rules", 1, &["domain"]),
    ("intake", 1, &["domain"]),
    ("store", 1, &["domain"]),
    ("lake", 1, &["domain"]),
    ("render", 1, &["domain"]),
    ("registry", 2, &["domain", "rules", "intake", "store", "lake", "render"]),
    ("web", 3, &["domain", "registry"]),
    (
        "app",
        4,
        &["domain", "rules", "intake", "store", "lake", "render", "registry", "web", "verify"],
    ),
    // A program outside the floors: it knows nothing of the platform, whose tests alone know it.
    ("verify", 0, &[]),
];

/// Libraries that one kind of crate alone may depend on, so that its reason stays in one place.
const HOMES: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("rusqlite", &["store"]),
    ("tantivy", &["store"]),
    ("datafusion", &["lake"]),
    ("deltalake", &["lake"]),
    ("ballista", &["lake"]),
    ("ballista-core", &["lake"]),
    ("ballista-executor", &["lake"]),
    ("ballista-scheduler", &["lake"]),
    ("typst", &["render"]),
    ("typst-pdf", &["render"]),
    ("qrcode", &["render"]),
    ("calamine", &["intake"]),
    ("parquet", &["intake", "lake"]),
    ("axum", &["web", "app"]),
    ("askama", &["web"]),
    ("tower-http", &["web"]),
    ("utoipa", &["web"]),
    ("clap", &["app"]),
    ("anyhow", &["app"]),
    ("indicatif", &["app"]),
    ("tracing-subscriber", &["app"]),
    ("tokio", &["store", "lake", "registry", "web", "app"]),
    ("futures-util", &["store", "lake", "registry", "web", "app"]),
    ("tracing", &["store", "lake", "registry", "web", "app"]),
    ("toml", &["rules", "app"]),
];

fn manifest(name: &str) -> toml::Table {
    let text = read(&format!("crates/{name}/Cargo.toml"));
    text.parse().unwrap_or_else(|fault| panic!("crates/{name}/Cargo.toml: {fault}"))
}

fn names(manifest: &toml::Table, section: &str) -> Vec<String> {
    let table = manifest.get(section).and_then(toml::Value::as_table);
    table.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn crates_import_lower_floors_only() {
    let mut findings = Vec::new();
    for (name, floor, imports) in FLOORS {
        let lower =
            |import: &&str| FLOORS.iter().any(|(other, below, _)| other == import && below < floor);
        assert!(imports.iter().all(lower), "{name}: the table itself");
        let manifest = manifest(name);
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for import in names(&manifest, section) {
                let ours = FLOORS.iter().any(|(other, ..)| *other == import);
                if ours && !imports.contains(&import.as_str()) {
                    findings.push(format!("crates/{name}/Cargo.toml: {section}: {import}"));
                }
            }
        }
    }
    none(&findings, "Move what is needed to a lower floor, or the caller to a higher one.");
}

#[test]
fn the_table_names_every_crate() {
    let mut named: Vec<String> = FLOORS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    named.sort();
    assert_eq!(named, super::crates(), "give a new crate its floor, here and in ARCHITECTURE.md");
}

#[test]
fn heavy_libraries_stay_in_their_crate() {
    let mut findings = Vec::new();
    for (name, ..) in FLOORS {
        for import in names(&manifest(name), "dependencies") {
            let homes = HOMES.iter().find(|(library, _)| *library == import);
            if homes.is_some_and(|(_, homes)| !homes.contains(name)) {
                findings.push(format!("crates/{name}/Cargo.toml: {import}"));
            }
        }
    }
    none(&findings, "Use it through the crate it lives in (HOMES in tidy/imports.rs).");
}

#[test]
fn versions_stand_in_the_workspace_manifest() {
    let mut findings = Vec::new();
    for (name, ..) in FLOORS {
        let manifest = manifest(name);
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for import in names(&manifest, section) {
                let entry = &manifest[section][&import];
                if entry.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                    findings.push(format!("crates/{name}/Cargo.toml: {section}: {import}"));
                }
            }
        }
    }
    none(&findings, "Write the version in the root Cargo.toml and `workspace = true` here.");
}

#[test]
fn no_file_reaches_into_another_crate() {
    let mut findings = Vec::new();
    for source in source::all() {
        let mut reader = Includes::default();
        reader.visit_file(&source.file);
        let folder = Path::new(&source.path).parent().expect("a file has a folder");
        let own = format!("crates/{}", source.owner());
        for (line, file) in reader.found {
            let file_of = resolve(&folder.join(&file));
            // Tests may read the law of the repository as it is.
            let law = source.is_test && file_of.starts_with("policy");
            if !file_of.starts_with(&own) && !law {
                findings.push(format!("{}:{line}: {file}", source.path));
            }
        }
        for (number, line) in (1..).zip(source.text.lines()) {
            if line.trim_start().starts_with("#[path") {
                findings.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    none(
        &findings,
        "A crate is reached by its name; data of policy/ is read when the program runs.",
    );
}

/// Files named by `include_str!` and its kind.
#[derive(Default)]
struct Includes {
    found: Vec<(usize, String)>,
}

impl<'s> Visit<'s> for Includes {
    fn visit_macro(&mut self, call: &'s Macro) {
        let name = call.path.segments.last().map(|word| word.ident.to_string());
        let includes = name.is_some_and(|name| name.starts_with("include"));
        if let (true, Ok(file)) = (includes, call.parse_body::<LitStr>()) {
            self.found.push((file.span().start().line, file.value()));
        }
        syn::visit::visit_macro(self, call);
    }
}

fn resolve(path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    whole
}

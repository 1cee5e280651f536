//! Licences of what is built in, and no library in two versions without a reason.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;

use super::{none, read, root, source};

/// Licences that ask for no more than notice, and MPL-2.0, which keeps to its own files.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    // That of bzip2 itself, which the engine of the lake links: as free as BSD.
    "bzip2-1.0.6",
];

/// Every package that is built here, ours among them.
fn packages() -> Vec<Value> {
    let cargo = env!("CARGO");
    let version = Command::new(cargo).arg("-vV").output().expect("cargo -vV");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    let listed = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", host])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let whole: Value = serde_json::from_slice(&listed.stdout).expect("JSON of cargo metadata");
    let used: BTreeSet<&str> = whole["resolve"]["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .filter_map(|node| node["id"].as_str())
        .collect();
    let all = whole["packages"].as_array().expect("packages").iter();
    all.filter(|one| one["id"].as_str().is_some_and(|id| used.contains(id))).cloned().collect()
}

#[test]
fn every_licence_is_allowed() {
    let mut findings = Vec::new();
    for package in packages() {
        let licence = package["license"].as_str().unwrap_or("none stated");
        if !is_allowed(licence) {
            findings.push(format!("{} {}: {licence}", package["name"], package["version"]));
        }
    }
    none(&findings, "Choose another library, or add the licence to ALLOWED with its reason.");
}

#[test]
fn licence_expressions_are_read_right() {
    for (expression, allowed) in [
        ("MIT OR Apache-2.0", true),
        ("MIT/Apache-2.0", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("GPL-3.0-only", false),
        ("MIT AND GPL-3.0-only", false),
        ("GPL-3.0-only OR MIT", true),
        ("(GPL-3.0-only OR MIT) AND LGPL-3.0", false),
        ("none stated", false),
    ] {
        assert_eq!(is_allowed(expression), allowed, "{expression}");
    }
}

#[test]
fn no_library_comes_twice_but_those_listed() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages() {
        let name = package["name"].as_str().expect("a name").to_owned();
        let version = compatible(package["version"].as_str().expect("a version"));
        versions.entry(name).or_default().insert(version);
    }
    let twice = versions.into_iter().filter(|(_, versions)| 1 < versions.len());
    let found: BTreeSet<String> = twice
        .map(|(name, versions)| {
            let versions: Vec<String> = versions.into_iter().collect();
            format!("{name} {}", versions.join(" "))
        })
        .collect();
    let list = read("tools/duplicates.txt");
    let listed: BTreeSet<String> = list
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(str::to_owned)
        .collect();
    let new = found.difference(&listed).map(|line| format!("new: {line}"));
    let gone = listed.difference(&found).map(|line| format!("tools/duplicates.txt: gone: {line}"));
    let findings: Vec<String> = new.chain(gone).collect();
    none(&findings, "The list may only shrink: take one version, or strike what is gone.");
}

#[test]
fn every_library_has_its_reason() {
    let manifest: toml::Table = read("Cargo.toml").parse().expect("TOML");
    let libraries = manifest["workspace"]["dependencies"].as_table().expect("a table");
    let page = read("docs/adr/0006-dependencies.md");
    let named: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" | ").next())
        .flat_map(|names| names.split(", "))
        .collect();
    let mut findings = Vec::new();
    let crates = super::crates();
    let manifests: Vec<String> =
        crates.iter().map(|name| read(&format!("crates/{name}/Cargo.toml"))).collect();
    for (library, entry) in libraries.iter().filter(|(_, entry)| entry.get("path").is_none()) {
        let import = format!("\n{library}.workspace");
        let inherited = format!("\n{library} = {{ workspace");
        if !manifests.iter().any(|text| text.contains(&import) || text.contains(&inherited)) {
            findings.push(format!("Cargo.toml: no crate uses {library} {entry}"));
        } else if !named.contains(library.as_str()) {
            findings.push(format!("docs/adr/0006-dependencies.md: no line for {library}"));
        }
    }
    none(&findings, "Strike what nobody uses; give the rest a line: which crate, and why it.");
}

#[test]
fn every_crate_uses_what_it_asks_for() {
    let mut findings = Vec::new();
    for name in super::crates() {
        let manifest: toml::Table =
            read(&format!("crates/{name}/Cargo.toml")).parse().expect("TOML");
        let own = format!("crates/{name}/");
        let sources = source::all();
        let sources: Vec<_> = sources.iter().filter(|one| one.path.starts_with(&own)).collect();
        for table in ["dependencies", "dev-dependencies"] {
            let libraries = manifest.get(table).and_then(toml::Value::as_table);
            for library in libraries.into_iter().flat_map(toml::Table::keys) {
                let path = format!("{}::", library.replace('-', "_"));
                if !sources.iter().any(|one| one.text.contains(&path)) {
                    findings.push(format!("crates/{name}/Cargo.toml: {library} is not used"));
                }
            }
        }
    }
    none(&findings, "Strike it: what a crate does not depend on is its most important property.");
}

/// The part of a version within which Cargo takes one for the other.
fn compatible(version: &str) -> String {
    let core = version.split(['+', '-']).next().unwrap_or_default();
    let mut kept = Vec::new();
    for part in core.split('.') {
        kept.push(part);
        if part != "0" {
            break;
        }
    }
    kept.join(".")
}

/// Reads an SPDX expression, in which AND binds closer than OR, and `/` is an old OR.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any_of(&mut rest) && rest.is_empty()
}

fn any_of(rest: &mut &[&str]) -> bool {
    let mut allowed = all_of(rest);
    while let ["OR", tail @ ..] = *rest {
        *rest = tail;
        allowed |= all_of(rest);
    }
    allowed
}

fn all_of(rest: &mut &[&str]) -> bool {
    let mut allowed = one(rest);
    while let ["AND", tail @ ..] = *rest {
        *rest = tail;
        allowed &= one(rest);
    }
    allowed
}

fn one(rest: &mut &[&str]) -> bool {
    match *rest {
        ["(", tail @ ..] => {
            *rest = tail;
            let allowed = any_of(rest);
            if let [")", tail @ ..] = *rest {
                *rest = tail;
            }
            allowed
        }
        // An exception only adds permissions.
        [licence, "WITH", _, tail @ ..] | [licence, tail @ ..] => {
            *rest = tail;
            ALLOWED.contains(licence)
        }
        [] => false,
    }
}

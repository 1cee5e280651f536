//! House rules as tests: each fails with file and line, and says what to do about it.

mod columns;
mod dependencies;
mod glossary;
mod hygiene;
mod imports;
mod law;
mod length;
mod map;
mod modules;
mod patterns;
mod policy;
pub mod source;
mod traps;

use std::{fs, path::PathBuf, process::Command};

/// The folder of the workspace: tests run in that of their crate, wherever they were compiled.
fn root() -> PathBuf {
    PathBuf::from("../..").canonicalize().expect("the workspace")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("read {path}: {error}"))
}

/// Files that are in the repository or would be with the next commit, by path from the root.
fn tracked() -> Vec<String> {
    let listed = Command::new("git")
        // The checkout may belong to another user of the machine.
        .args(["-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root())
        .output()
        .expect("git is needed to know which files belong to the repository");
    assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    let mut files: Vec<String> = String::from_utf8(listed.stdout)
        .expect("file names in UTF-8")
        .split_terminator('\0')
        .filter(|path| root().join(path).is_file())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();
    files
}

/// Names of the crates, which are the names of their folders.
fn crates() -> Vec<String> {
    let folders = fs::read_dir(root().join("crates")).expect("crates/");
    let mut names: Vec<String> = folders
        .map(|entry| entry.expect("an entry of crates/").file_name())
        .map(|name| name.into_string().expect("a name in UTF-8"))
        .collect();
    names.sort();
    names
}

/// Fails with every finding, one a line, and what to do about them.
#[track_caller]
fn none(findings: &[String], advice: &str) {
    assert!(findings.is_empty(), "\n{}\n\n{} found. {advice}", findings.join("\n"), findings.len());
}

//! Nothing of one machine in the repository.

use super::{none, root, tracked};

/// Written in halves, so that this file does not name what it looks for.
const FORBIDDEN: &[(&str, &str)] = &[
    ("/wor", "k/"),
    ("/roo", "t/"),
    ("/far", "m/"),
    ("/hom", "e/"),
    ("/User", "s/"),
    ("/tmp/ba", "sh"),
    ("npmjs", ".org"),
    ("npmmirror", ".com"),
    ("pypi", ".org"),
    ("pythonhosted", ".org"),
    ("deb.debian", ".org"),
    ("static.crates", ".io"),
    ("index.crates", ".io"),
    ("proxy.golang", ".org"),
];

#[test]
fn no_machine_path_and_no_registry_host() {
    let mut findings = Vec::new();
    for path in tracked() {
        // What is no text has no lines to look at.
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        for (number, line) in (1..).zip(text.lines()) {
            for (first, second) in FORBIDDEN {
                let word = format!("{first}{second}");
                if holds(line, &word) {
                    findings.push(format!("{path}:{number}: {word}"));
                }
            }
        }
    }
    none(
        &findings,
        "Write paths from the root of the repository; leave hosts to the client's settings.",
    );
}

/// A path counts where it begins one: `docs/home/` is a folder of ours.
fn holds(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let inside = before.is_some_and(|one| one.is_alphanumeric() || "._-}*".contains(one));
        !word.starts_with('/') || !inside
    })
}

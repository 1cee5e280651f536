//! Every module says what it is for, under a name that means something.

use syn::Meta;

use super::{none, source};

/// Names that say nothing; name the thing, or put it beside its one user.
const EMPTY_NAMES: &[&str] = &[
    "common", "handlers", "helpers", "macros", "manager", "managers", "misc", "models", "prelude",
    "service", "services", "shared", "traits", "types", "util", "utils",
];

#[test]
fn every_module_has_a_doc() {
    let mut findings = Vec::new();
    for source in source::all() {
        // `tests.rs` is for the module above it, which has said so.
        if source.path.ends_with("/tests.rs") {
            continue;
        }
        let docs = source.file.attrs.iter().filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => Some(&pair.value),
            _ => None,
        });
        let written = docs.into_iter().any(|value| match value {
            syn::Expr::Lit(literal) => match &literal.lit {
                // `//! rules` above an empty file is no doc: it must be a sentence.
                syn::Lit::Str(text) => text.value().trim().contains(' '),
                _ => false,
            },
            _ => false,
        });
        if !written {
            findings.push(format!("{}:1: no module doc", source.path));
        }
    }
    none(&findings, "Begin the file with `//!` and a sentence saying what the module is for.");
}

#[test]
fn names_mean_something() {
    let mut findings = Vec::new();
    for source in source::all() {
        let path = source.path.trim_end_matches(".rs");
        for part in path.split('/').skip(2).filter(|part| EMPTY_NAMES.contains(part)) {
            findings.push(format!("{}:1: a module named {part}", source.path));
        }
    }
    none(&findings, "Name the thing, or put it beside its one user (STYLE, anti-pattern 6).");
}

//! ARCHITECTURE.md and its companions name what there is: tests, types, files.

use std::collections::BTreeSet;

use syn::visit::Visit;

use super::{none, read, root, source, tracked};

#[test]
fn every_invariant_names_a_test_that_exists() {
    let mut tests = BTreeSet::new();
    for source in source::all() {
        let stem = source.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
        let mut reader = Names::default();
        reader.visit_file(&source.file);
        tests.extend(reader.functions.into_iter().map(|name| format!("{stem}::{name}")));
    }
    let mut findings = Vec::new();
    for (line, name) in quoted("ARCHITECTURE.md") {
        let names_test = name.matches("::").count() == 1 && name.starts_with(char::is_lowercase);
        let words = name.split("::").nth(1).unwrap_or_default();
        if names_test && words.contains('_') && !tests.contains(&name) {
            findings.push(format!("ARCHITECTURE.md:{line}: no function {name}"));
        }
    }
    none(&findings, "Name the test that proves it, as `module::function`.");
}

#[test]
fn every_type_of_map_and_glossary_exists() {
    let mut types = BTreeSet::new();
    for source in source::all() {
        let mut reader = Names::default();
        reader.visit_file(&source.file);
        types.extend(reader.types);
    }
    let mut findings = Vec::new();
    let pages = ["ARCHITECTURE.md", "GLOSSARY.md"];
    let names = pages.iter().flat_map(|page| {
        quoted(page).into_iter().map(move |(line, name)| (format!("{page}:{line}"), name))
    });
    for (place, name) in names {
        let bare = name.split(['<', '(']).next().unwrap_or_default();
        let last = bare.rsplit("::").next().unwrap_or_default();
        let camel = last.starts_with(char::is_uppercase) && last.chars().all(char::is_alphanumeric);
        if camel && last.contains(char::is_lowercase) && !types.contains(last) {
            findings.push(format!("{place}: no type {name}"));
        }
    }
    none(&findings, "Name types as the code names them.");
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut findings = Vec::new();
    for path in tracked().iter().filter(|path| path.ends_with(".md")) {
        let folder = root().join(path).parent().expect("a file has a folder").to_owned();
        for (number, line) in (1..).zip(read(path).lines()) {
            for link in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let file = link.split('#').next().unwrap_or_default();
                let outward = link.contains("://") || link.starts_with("mailto:");
                if !outward && !file.is_empty() && !folder.join(file).exists() {
                    findings.push(format!("{path}:{number}: {link}"));
                }
            }
        }
    }
    none(&findings, "Mend the link.");
}

/// What stands between backticks in a page, with its line.
fn quoted(path: &str) -> Vec<(usize, String)> {
    let text = read(path);
    let lines = (1..).zip(text.lines());
    let quotes = lines.flat_map(|(number, line)| {
        line.split('`').skip(1).step_by(2).map(move |name| (number, name.to_owned()))
    });
    quotes.collect()
}

#[derive(Default)]
struct Names {
    functions: Vec<String>,
    types: Vec<String>,
}

impl<'s> Visit<'s> for Names {
    fn visit_item_fn(&mut self, item: &'s syn::ItemFn) {
        self.functions.push(item.sig.ident.to_string());
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_item_struct(&mut self, item: &'s syn::ItemStruct) {
        self.types.push(item.ident.to_string());
    }

    fn visit_item_enum(&mut self, item: &'s syn::ItemEnum) {
        self.types.push(item.ident.to_string());
        self.types.extend(item.variants.iter().map(|variant| variant.ident.to_string()));
    }

    fn visit_macro(&mut self, call: &'s syn::Macro) {
        // Types and rules that one list of the house makes: `ids! { … JobId; … }`.
        let words = call.tokens.to_string();
        let names = words.split(|one: char| !one.is_alphanumeric());
        self.types.extend(names.filter(|n| n.starts_with(char::is_uppercase)).map(str::to_owned));
    }
}

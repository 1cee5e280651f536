//! What the house does not write, wherever the compiler and clippy do not look.

use proc_macro2::{TokenStream, TokenTree};
use syn::{ItemUse, UseTree, Visibility, visit::Visit};

use super::{
    none,
    source::{self, Source},
};

#[test]
fn lints_are_not_allowed_away() {
    let mut findings = Vec::new();
    for source in source::all() {
        for (line, words) in attributes(tokens(&source)) {
            if words.first().is_some_and(|word| word == "allow") {
                findings.push(format!("{}:{line}: #[allow(…)]", source.path));
            }
        }
    }
    none(&findings, "Mend the code, or write #[expect(lint, reason = \"…\")].");
}

#[test]
fn tests_run_and_say_what_they_expect() {
    let mut findings = Vec::new();
    for source in source::all() {
        for (line, words) in attributes(tokens(&source)) {
            let word = words.first().map(String::as_str);
            if matches!(word, Some("ignore" | "should_panic" | "serial")) {
                findings.push(format!("{}:{line}: #[{}]", source.path, words[0]));
            }
        }
    }
    none(&findings, "A long test takes its size from a setting; a failure is a value to compare.");
}

#[test]
fn names_have_a_visible_origin() {
    let mut findings = Vec::new();
    for source in source::all() {
        let mut reader = Uses { is_test: source.is_test, depth: 0, found: Vec::new() };
        reader.visit_file(&source.file);
        for (line, fault) in reader.found {
            findings.push(format!("{}:{line}: {fault}", source.path));
        }
    }
    none(&findings, "Import each name from where it is written (STYLE, anti-pattern 5).");
}

#[test]
fn app_alone_reads_clock_and_environment() {
    let mut findings = Vec::new();
    for source in source::all() {
        if source.is_test || source.path.starts_with("crates/app/src/") {
            continue;
        }
        let mut reader = Ambient::default();
        source::visit_product(&source, &mut reader);
        for (line, call) in reader.found {
            findings.push(format!("{}:{line}: {call}", source.path));
        }
    }
    none(&findings, "Take the day, the instant or the setting as an argument.");
}

#[test]
fn sql_stands_in_store_alone() {
    let mut findings = Vec::new();
    for source in source::all() {
        if source.is_test || ["store", "lake"].contains(&source.owner()) {
            continue;
        }
        let mut reader = Statements::default();
        source::visit_product(&source, &mut reader);
        for line in reader.found {
            findings.push(format!("{}:{line}: a statement of SQL", source.path));
        }
    }
    none(&findings, "Give store a function that says what is wanted.");
}

fn tokens(source: &Source) -> TokenStream {
    source.text.parse().expect("a file that was parsed before")
}

/// Attributes of a whole file, those inside macros too: their line and their words.
fn attributes(tokens: TokenStream) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut hash = false;
    for token in tokens {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => hash = true,
            TokenTree::Punct(mark) if hash && mark.as_char() == '!' => {}
            TokenTree::Group(group) => {
                if hash {
                    let words = group.stream().into_iter().map(|word| word.to_string());
                    found.push((group.span_open().start().line, words.collect()));
                }
                hash = false;
                found.extend(attributes(group.stream()));
            }
            _ => hash = false,
        }
    }
    found
}

/// Re-exports, preludes, and paths that climb two floors.
struct Uses {
    is_test: bool,
    depth: usize,
    found: Vec<(usize, &'static str)>,
}

impl<'s> Visit<'s> for Uses {
    fn visit_item_use(&mut self, item: &'s ItemUse) {
        self.depth = 0;
        let line = item.use_token.span.start().line;
        if !matches!(item.vis, Visibility::Inherited) {
            self.found.push((line, "a re-export"));
        }
        syn::visit::visit_item_use(self, item);
    }

    fn visit_use_tree(&mut self, tree: &'s UseTree) {
        if let UseTree::Path(path) = tree {
            let line = path.ident.span().start().line;
            self.depth = if path.ident == "super" { self.depth + 1 } else { 0 };
            if self.depth == 2 {
                self.found.push((line, "super::super"));
            }
            let glob = matches!(*path.tree, UseTree::Glob(_));
            if glob && path.ident == "prelude" && !self.is_test {
                self.found.push((line, "a prelude"));
            }
        }
        syn::visit::visit_use_tree(self, tree);
    }
}

#[derive(Default)]
struct Ambient {
    found: Vec<(usize, String)>,
}

impl<'s> Visit<'s> for Ambient {
    fn visit_expr_path(&mut self, path: &'s syn::ExprPath) {
        let words: Vec<String> =
            path.path.segments.iter().map(|word| word.ident.to_string()).collect();
        if let [.., owner, call] = words.as_slice() {
            let clock = call == "now" && owner != "Instant";
            let environment = owner == "env" && call.starts_with("var");
            if clock || environment {
                let line = path.path.segments[0].ident.span().start().line;
                self.found.push((line, format!("{owner}::{call}")));
            }
        }
        syn::visit::visit_expr_path(self, path);
    }
}

#[derive(Default)]
struct Statements {
    found: Vec<usize>,
}

impl<'s> Visit<'s> for Statements {
    fn visit_lit_str(&mut self, literal: &'s syn::LitStr) {
        let text = literal.value().trim_start().to_lowercase();
        let selects = text.starts_with("select ") && text.contains(" from ");
        let changes = ["insert into ", "update ", "delete from ", "create table "];
        let writes = changes.iter().any(|verb| text.starts_with(verb))
            && [" set ", " values ", " where ", " select ", "("].iter().any(|w| text.contains(w));
        if selects || writes {
            self.found.push(literal.span().start().line);
        }
    }
}

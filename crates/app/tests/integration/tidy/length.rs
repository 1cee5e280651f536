//! Nothing is longer than a reader can hold.

use syn::{ImplItemFn, ItemFn, TraitItemFn, spanned::Spanned, visit::Visit};

use super::{none, read, source};

/// Tests in the file count too.
const FILE_MAX: usize = 500;

/// From the signature to the closing brace.
const FUNCTION_MAX: usize = 60;

/// The map of the code must be read in one sitting.
const MAP_MAX: usize = 250;

/// A checklist that needs more steps says that the design is at fault.
const STEPS_MAX: usize = 7;

#[test]
fn files_are_short() {
    let mut findings = Vec::new();
    for source in source::all() {
        let lines = source.text.lines().count();
        if FILE_MAX < lines {
            findings.push(format!("{}:{lines}: {lines} lines", source.path));
        }
    }
    none(&findings, &format!("Part it by meaning; {FILE_MAX} lines at most, tests among them."));
}

/// Functions still over the limit, to be parted; the list may only shrink.
const STILL_LONG: [&str; 1] =
    ["crates/store/src/verify/tests.rs every_change_behind_the_registers_back_is_found"];

#[test]
fn functions_are_short() {
    let mut findings = Vec::new();
    let mut left: Vec<&str> = STILL_LONG.to_vec();
    for source in source::all() {
        let mut reader = Functions::default();
        reader.visit_file(&source.file);
        for (line, name, lines) in reader.long {
            let listed = format!("{} {name}", source.path);
            if let Some(place) = left.iter().position(|entry| *entry == listed) {
                left.remove(place);
                continue;
            }
            findings.push(format!("{}:{line}: {name} has {lines} lines", source.path));
        }
    }
    findings.extend(left.iter().map(|entry| format!("STILL_LONG: {entry} is short now")));
    none(&findings, &format!("Give a part of it a name; {FUNCTION_MAX} lines at most."));
}

#[test]
fn the_map_is_short() {
    let lines = read("ARCHITECTURE.md").lines().count();
    assert!(lines <= MAP_MAX, "ARCHITECTURE.md: {lines} lines, {MAP_MAX} at most");
}

#[test]
fn checklists_have_few_steps() {
    let mut findings = Vec::new();
    for path in ["docs/adding-a-record-type.md", "docs/adding-an-endpoint.md"] {
        let text = read(path);
        let numbered = |line: &&str| line.starts_with(|first: char| first.is_ascii_digit());
        let steps = text.lines().filter(numbered).count();
        if steps == 0 || STEPS_MAX < steps {
            findings.push(format!("{path}: {steps} steps"));
        }
    }
    none(&findings, &format!("1 to {STEPS_MAX} steps; if it takes more, mend the design."));
}

#[derive(Default)]
struct Functions {
    long: Vec<(usize, String, usize)>,
}

impl Functions {
    fn look(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let first = signature.span().start().line;
        let lines = body.span().end().line - first + 1;
        if FUNCTION_MAX < lines {
            self.long.push((first, signature.ident.to_string(), lines));
        }
    }
}

impl<'s> Visit<'s> for Functions {
    fn visit_item_fn(&mut self, function: &'s ItemFn) {
        self.look(&function.sig, &function.block);
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'s ImplItemFn) {
        self.look(&function.sig, &function.block);
        syn::visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'s TraitItemFn) {
        if let Some(body) = &function.default {
            self.look(&function.sig, body);
        }
        syn::visit::visit_trait_item_fn(self, function);
    }
}

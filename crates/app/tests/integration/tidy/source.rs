//! Rust sources as the house rules look at them: parsed, with what belongs to tests known.

use std::path::Path;

use syn::{Attribute, File, Item, visit::Visit};

/// One parsed file.
pub struct Source {
    /// From the root of the workspace: `crates/domain/src/money.rs`.
    pub path: String,
    pub text: String,
    pub file: File,
    /// All of it is test: a file of `tests/`, or a module that `#[cfg(test)]` brings in.
    pub is_test: bool,
}

impl Source {
    /// The crate it belongs to.
    pub fn owner(&self) -> &str {
        self.path.split('/').nth(1).unwrap_or_default()
    }
}

/// Every Rust file of the crates.
pub fn all() -> Vec<Source> {
    let paths = super::tracked();
    let paths = paths.iter().filter(|path| path.starts_with("crates/") && path.ends_with(".rs"));
    let mut sources: Vec<Source> = paths
        .map(|path| {
            let text = super::read(path);
            let file = syn::parse_file(&text)
                .unwrap_or_else(|fault| panic!("{path}:{}: {fault}", fault.span().start().line));
            let is_test = ["/tests/", "/benches/"].iter().any(|folder| path.contains(folder));
            Source { path: path.clone(), text, file, is_test }
        })
        .collect();
    let tests: Vec<String> = sources.iter().flat_map(test_modules).collect();
    for source in &mut sources {
        let folder = |module: &String| source.path.starts_with(&format!("{module}/"));
        let file = |module: &String| source.path == format!("{module}.rs");
        source.is_test |= tests.iter().any(|module| folder(module) || file(module));
    }
    sources
}

/// Paths, without `.rs`, of the modules a file brings in for tests only.
fn test_modules(source: &Source) -> Vec<String> {
    let path = Path::new(&source.path);
    let folder = path.parent().expect("a file has a folder");
    let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a file has a name");
    let base = match stem {
        "lib" | "main" | "mod" => folder.to_owned(),
        _ => folder.join(stem),
    };
    let modules = source.file.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.content.is_none() && is_cfg_test(&module.attrs) => {
            Some(base.join(module.ident.to_string()).display().to_string())
        }
        _ => None,
    });
    modules.collect()
}

/// Whether `#[cfg(test)]` or `#[test]` is among the attributes.
pub fn is_cfg_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let words = attribute.meta.path().segments.last().map(|word| word.ident.to_string());
        match words.as_deref() {
            Some("test") => true,
            Some("cfg") => attribute
                .meta
                .require_list()
                .is_ok_and(|list| list.tokens.to_string().split(' ').any(|word| word == "test")),
            _ => false,
        }
    })
}

/// Visits what is not test.
pub fn visit_product<'s>(source: &'s Source, visitor: &mut impl Visit<'s>) {
    if source.is_test {
        return;
    }
    for item in source.file.items.iter().filter(|item| !is_cfg_test(attributes(item))) {
        visitor.visit_item(item);
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

//! A TOML document taken apart, so that every table of it is read, whatever the others hold.
//!
//! Serde alone stops a file at its first wrong key. Here the arrays of tables (`[[field]]`,
//! `[[value]]`) are taken out first and each element is read on its own.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::{
    Spanned,
    de::{DeTable, DeValue, Error, ValueDeserializer},
};

use crate::source::Page;

/// One table of a document, not yet read.
#[derive(Debug)]
pub(crate) struct Table<'i> {
    span: Range<usize>,
    table: DeTable<'i>,
}

impl<'a> Page<'a> {
    /// The whole document, or none where it is no TOML.
    pub(crate) fn document(&mut self) -> Option<Table<'a>> {
        let source = self.source;
        let (root, errors) = DeTable::parse_recoverable(&source.text);
        for error in &errors {
            self.fault(at(error, 0..0), sentence(error));
        }
        errors.is_empty().then(|| Table { span: root.span(), table: root.into_inner() })
    }
}

impl<'i> Table<'i> {
    pub(crate) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Takes out an array of tables and reads each element on its own.
    pub(crate) fn each<T: DeserializeOwned>(
        &mut self,
        page: &mut Page<'_>,
        key: &str,
    ) -> Vec<Spanned<T>> {
        let elements = self.tables(page, key);
        elements
            .into_iter()
            .filter_map(|element| {
                let span = element.span();
                Some(Spanned::new(span, element.rest(page)?))
            })
            .collect()
    }

    /// Takes out an array of tables.
    pub(crate) fn tables(&mut self, page: &mut Page<'_>, key: &str) -> Vec<Table<'i>> {
        let Some(value) = self.table.remove(key) else { return Vec::new() };
        let span = value.span();
        let DeValue::Array(elements) = value.into_inner() else {
            page.fault(span, format!("expected [[{key}]], an array of tables"));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for element in elements {
            let span = element.span();
            match element.into_inner() {
                DeValue::Table(table) => tables.push(Table { span, table }),
                _ => page.fault(span, format!("expected a table in the array `{key}`")),
            }
        }
        tables
    }

    /// Takes out the table under every key that is left, in the order of the file.
    pub(crate) fn into_tables(self, page: &mut Page<'_>) -> Vec<(Spanned<String>, Table<'i>)> {
        let mut tables = Vec::new();
        for (key, value) in self.table {
            let key = Spanned::new(key.span(), key.into_inner().into_owned());
            let span = value.span();
            match value.into_inner() {
                DeValue::Table(table) => tables.push((key, Table { span, table })),
                _ => page.fault(span, format!("expected [{}], a table", key.get_ref())),
            }
        }
        tables.sort_by_key(|(key, _)| key.span().start);
        tables
    }

    /// Takes out one value.
    pub(crate) fn take<T: DeserializeOwned>(
        &mut self,
        page: &mut Page<'_>,
        key: &str,
    ) -> Option<Spanned<T>> {
        let value = self.table.remove(key)?;
        let span = value.span();
        read(page, value).map(|value| Spanned::new(span, value))
    }

    /// Reads what is left.
    pub(crate) fn rest<T: DeserializeOwned>(self, page: &mut Page<'_>) -> Option<T> {
        read(page, Spanned::new(self.span, DeValue::Table(self.table)))
    }
}

fn read<T: DeserializeOwned>(page: &mut Page<'_>, value: Spanned<DeValue<'_>>) -> Option<T> {
    let span = value.span();
    match T::deserialize(ValueDeserializer::from(value)) {
        Ok(value) => Some(value),
        Err(error) => {
            page.fault(at(&error, span), sentence(&error));
            None
        }
    }
}

fn at(error: &Error, otherwise: Range<usize>) -> Range<usize> {
    error.span().unwrap_or(otherwise)
}

fn sentence(error: &Error) -> String {
    error.message().trim().replace('\n', "; ")
}

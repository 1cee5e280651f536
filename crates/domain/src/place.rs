//! A place (地方): the city the platform serves, its districts and its departments.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::{check::Check, parameter::Reference, text::Text};

/// The overlay of `policy/places/<place>/`.
#[derive(Clone, Debug)]
pub struct Place {
    pub id: String,
    pub label: Text,
    /// Division code of the city.
    pub division: String,
    /// True where the place and all in it are made up.
    pub fictional: bool,
    /// Who runs the platform (主办).
    pub operator: Text,
    pub districts: Vec<District>,
    pub departments: Vec<Department>,
    /// What a local regulation checks beyond the catalogue, by item.
    pub checks: BTreeMap<String, Vec<Check>>,
}

impl Place {
    /// A department by its short name or its code.
    #[must_use]
    pub fn department(&self, id: &str) -> Option<&Department> {
        let named = |one: &&Department| one.id == id || one.uscc.as_deref() == Some(id);
        self.departments.iter().find(named)
    }
}

/// A county-level division or functional zone.
#[derive(Clone, Debug)]
pub struct District {
    pub code: String,
    pub label: Text,
    /// True where GB/T 2260 has no such code (示范区, 高新区).
    pub local_code: bool,
    pub from: Option<Date>,
    pub until: Option<Date>,
    /// Outline as SVG path data in the place's own grid; none for a zone without a polygon.
    pub outline: Option<String>,
}

/// A department (信源单位).
#[derive(Clone, Debug)]
pub struct Department {
    /// Short name used in commands and receipts: `scjg`.
    pub id: String,
    pub label: Text,
    /// None where it is not known: a code is never made up.
    pub uscc: Option<String>,
    /// What it is in the terms of [`crate::catalogue::Item::providers`]; one body may be several.
    pub kinds: Vec<String>,
    /// Catalogue items it hands in.
    pub items: Vec<String>,
    /// Serious-breach lists on which it decides.
    pub lists: Vec<String>,
    /// Templates of commitments it receives.
    pub commitments: Vec<String>,
    /// Abbreviation in document numbers and receipts: 示市监.
    pub mark: String,
    pub reference: Option<Reference>,
}

//! The fields of one item, as conditions, roles, checks and packs may name them.

use domain::{
    catalogue::{Field, FieldKind, Item},
    code_list::CodeList,
};
use toml::Spanned;

use crate::{
    code_list::{self, Codes},
    source::Page,
};

/// What a name may mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    fields: &'a [Field],
    /// False where a field of the item was unreadable: then an unknown name is not reported.
    complete: bool,
    codes: &'a Codes,
}

/// A test on the type of a field, with the words that say what it expects.
pub(crate) type Fit = (fn(&FieldKind) -> bool, &'static str);

pub(crate) const CODED: Fit =
    (|kind| matches!(kind, FieldKind::Code { .. } | FieldKind::Codes { .. }), "code or codes");
pub(crate) const DATE: Fit = (|kind| matches!(kind, FieldKind::Date), "date");
pub(crate) const ANY_DATE: Fit =
    (|kind| matches!(kind, FieldKind::Date | FieldKind::DateOpen), "date or date_open");
pub(crate) const MONEY: Fit =
    (|kind| matches!(kind, FieldKind::MoneyWan | FieldKind::MoneyYuan), "money_wan or money_yuan");
pub(crate) const ONE_CODE: Fit = (|kind| matches!(kind, FieldKind::Code { .. }), "code");
pub(crate) const PERSON_ID: Fit = (|kind| matches!(kind, FieldKind::PersonId), "person_id");
pub(crate) const TEXT: Fit = (|kind| matches!(kind, FieldKind::Text), "text");
pub(crate) const FLAG: Fit = (|kind| matches!(kind, FieldKind::Flag), "flag");
pub(crate) const USCC: Fit = (|kind| matches!(kind, FieldKind::Uscc), "uscc");

/// The code list of a coded field.
pub(crate) fn list_of(kind: &FieldKind) -> Option<&str> {
    match kind {
        FieldKind::Code { list } | FieldKind::Codes { list } => Some(list),
        _ => None,
    }
}

impl<'a> Scope<'a> {
    pub(crate) fn new(fields: &'a [Field], complete: bool, codes: &'a Codes) -> Self {
        Scope { fields, complete, codes }
    }

    pub(crate) fn of(item: &'a Item, codes: &'a Codes) -> Self {
        Scope { fields: &item.fields, complete: true, codes }
    }

    /// Position and definition of a field, or a fault where the item has none of this name.
    pub(crate) fn field(
        &self,
        page: &mut Page<'_>,
        name: &Spanned<String>,
    ) -> Option<(usize, &'a Field)> {
        let found = self.fields.iter().enumerate().find(|(_, field)| field.name == *name.get_ref());
        if found.is_none() && self.complete {
            page.fault(name.span(), format!("the item has no field `{}`", name.get_ref()));
        }
        found
    }

    /// A field by its name, without a fault where there is none.
    pub(crate) fn known(&self, name: &str) -> Option<&'a Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Position of a field whose type fits, or a fault.
    pub(crate) fn fitting(
        &self,
        page: &mut Page<'_>,
        name: &Spanned<String>,
        fit: Fit,
    ) -> Option<usize> {
        let (position, field) = self.field(page, name)?;
        let (fits, expected) = fit;
        if !fits(&field.kind) {
            let message = format!("expected `{}` to be of type {expected}", field.name);
            page.fault(name.span(), message);
            return None;
        }
        Some(position)
    }

    /// Positions of several fields that fit.
    pub(crate) fn all_fitting(
        &self,
        page: &mut Page<'_>,
        names: &[Spanned<String>],
        fit: Fit,
    ) -> Vec<usize> {
        names.iter().filter_map(|name| self.fitting(page, name, fit)).collect()
    }

    /// A code list, or none where it is unknown or faulty, which is reported elsewhere.
    pub(crate) fn list(&self, id: &str) -> Option<&'a CodeList> {
        self.codes.get(id)?.as_deref()
    }

    /// Why a canonical value cannot stand in a field, or none where it can.
    pub(crate) fn refuse(&self, field: &Field, value: &str) -> Option<String> {
        match &field.kind {
            FieldKind::Code { list } | FieldKind::Codes { list } => {
                let list = self.list(list)?;
                let known = code_list::has_code(list, value);
                (!known).then(|| format!("`{value}` is no code of codes/{}", list.id))
            }
            FieldKind::Flag if value != "true" && value != "false" => {
                Some(format!("`{}` is true or false, not `{value}`", field.name))
            }
            FieldKind::PersonId => {
                Some(format!("`{}` is sealed and has no value to compare", field.name))
            }
            _ => None,
        }
    }
}

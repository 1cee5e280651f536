//! What of a written value is compared: a part of a name, the digits of a number, the words of a text.

use serde::{Deserialize, Serialize};

use crate::name::{forms::Forms, parts::Parts};

/// A part of a written value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Derive {
    /// As written, without the white space around it.
    Raw,
    /// In one writing: width, case, brackets, diacritics.
    Folded,
    /// The core of a name.
    Core,
    /// The name without former and trading names.
    Key,
    /// The legal form of a name.
    Form,
    /// The divisions a name names.
    Division,
    /// What tells a branch from others of its parent.
    Place,
    /// The digits alone.
    Digits,
    /// The first number: of a house in its street.
    FirstNumber,
    /// What follows the first number.
    AfterNumber,
    /// All but digits.
    WithoutDigits,
}

impl Derive {
    /// Whether the part is one of a name taken apart.
    #[must_use]
    pub fn is_of_name(self) -> bool {
        matches!(self, Derive::Core | Derive::Key | Derive::Form | Derive::Division | Derive::Place)
    }

    /// The part of a name, empty where the name has none.
    #[must_use]
    pub fn of_name<'p>(self, forms: &'p Forms, parts: &'p Parts) -> &'p str {
        match self {
            Derive::Core => &parts.core,
            Derive::Form => parts.form.map_or("", |form| forms.form(form)),
            Derive::Division => parts.division.as_deref().unwrap_or_default(),
            Derive::Place => parts.branch.as_ref().map_or("", |branch| &branch.place),
            _ => &parts.key,
        }
    }

    /// The part of a written value that is no name.
    #[must_use]
    pub fn of_text(self, forms: &Forms, written: &str) -> String {
        match self {
            Derive::Raw => written.trim().to_owned(),
            Derive::Digits => written.chars().filter(char::is_ascii_digit).collect(),
            Derive::WithoutDigits => {
                forms.fold(written).chars().filter(|one| !one.is_ascii_digit()).collect()
            }
            Derive::FirstNumber => {
                let start = written.trim_start_matches(|one: char| !one.is_ascii_digit());
                start.chars().take_while(char::is_ascii_digit).collect()
            }
            Derive::AfterNumber => {
                let folded = forms.fold(written);
                let from = folded.find(|one: char| one.is_ascii_digit()).unwrap_or(0);
                let rest = folded[from..].trim_start_matches(|one: char| one.is_ascii_digit());
                rest.trim().to_owned()
            }
            _ => forms.fold(written).replace(['(', ')', ':'], " ").trim().to_owned(),
        }
    }
}

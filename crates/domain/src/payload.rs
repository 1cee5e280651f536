//! What a record asserts: canonical values by field name.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    catalogue::Item,
    condition::{Condition, Test},
};

/// Canonical values of one version: text, ISO dates, fen, codes, lists of codes; never an empty value.
///
/// A sealed value is an object `{"s": sealed, "h": keyed hash}` and shows neither.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Payload(pub Map<String, Value>);

impl Payload {
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field)?.as_str()
    }

    #[must_use]
    pub fn fen(&self, field: &str) -> Option<i64> {
        self.0.get(field)?.as_i64()
    }

    #[must_use]
    pub fn date(&self, field: &str) -> Option<Date> {
        self.text(field)?.parse().ok()
    }

    #[must_use]
    pub fn flag(&self, field: &str) -> bool {
        self.0.get(field).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Every code of a field of one or several codes.
    pub fn codes(&self, field: &str) -> impl Iterator<Item = &str> {
        let value = self.0.get(field);
        let one = value.and_then(Value::as_str);
        let many = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        one.into_iter().chain(many)
    }

    /// What a condition compares: the codes of a coded field, `true` or `false` of a flag.
    fn words(&self, field: &str) -> impl Iterator<Item = &str> {
        let flag = self.0.get(field).and_then(Value::as_bool);
        self.codes(field).chain(flag.map(|flag| if flag { "true" } else { "false" }))
    }

    /// Whether all conditions hold.
    #[must_use]
    pub fn meets(&self, item: &Item, conditions: &[Condition]) -> bool {
        conditions.iter().all(|condition| self.meets_one(item, condition))
    }

    fn meets_one(&self, item: &Item, condition: &Condition) -> bool {
        let Some(field) = item.fields.get(condition.field) else { return false };
        let mut codes = self.words(&field.name);
        match &condition.test {
            Test::Is(words) | Test::Has(words) => codes.any(|code| words.iter().any(|w| w == code)),
            Test::IsNot(words) => codes.all(|code| words.iter().all(|w| w != code)),
            Test::Filled => self.0.contains_key(&field.name),
            Test::Empty => !self.0.contains_key(&field.name),
        }
    }

    /// The text that is digested: the stored text with every sealed value replaced by its keyed
    /// hash, so that sealing under another key leaves the digest as it was.
    #[must_use]
    pub fn canonical(&self) -> String {
        let stripped: Map<String, Value> = self
            .0
            .iter()
            .map(|(name, value)| {
                let hash = value.as_object().and_then(|sealed| sealed.get("h"));
                (name.clone(), hash.unwrap_or(value).clone())
            })
            .collect();
        Value::Object(stripped).to_string()
    }
}

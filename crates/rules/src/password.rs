//! `passwords.toml`: words that no password may be made of.

use serde::Deserialize;
use toml::Spanned;

use crate::{raw::Words, source::Page};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPasswords {
    words: Vec<Spanned<Words>>,
}

/// Reads the words, each in the small letters it is compared in.
pub(crate) fn read(page: &mut Page<'_>) -> Option<Vec<String>> {
    let raw: RawPasswords = page.document()?.rest(page)?;
    let mut words = Vec::new();
    for word in raw.words {
        let lower = word.get_ref().0.to_lowercase();
        if lower != word.get_ref().0 {
            page.fault(word.span(), format!("expected `{lower}`: letters in lower case"));
        }
        words.push(lower);
    }
    Some(words)
}

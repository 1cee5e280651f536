//! Who may see which field: the verdicts of the catalogue, and the type that carries them out.

use serde::Serialize;

/// Who is reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Anybody, without signing in.
    Public,
    /// The subject itself.
    Subject,
    /// A holder of the subject's consent.
    Consent,
    /// An officer for a registered matter.
    Officer,
    /// An auditor.
    Auditor,
}

impl Audience {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Audience::Public => "public",
            Audience::Subject => "subject",
            Audience::Consent => "consent",
            Audience::Officer => "officer",
            Audience::Auditor => "auditor",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Audience> {
        Audience::ALL.into_iter().find(|audience| audience.code() == code)
    }

    pub const ALL: [Audience; 5] = [
        Audience::Public,
        Audience::Subject,
        Audience::Consent,
        Audience::Officer,
        Audience::Auditor,
    ];
}

/// What a reader gets of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Show,
    /// First and last character of a text; of anything else, stars alone.
    Mask,
    Withhold,
}

/// A named row of `policy/disclosure.toml`: one verdict for every audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    pub name: String,
    verdicts: [Verdict; 5],
}

impl Disclosure {
    /// Verdicts in the order of [`Audience::ALL`].
    #[must_use]
    pub fn new(name: String, verdicts: [Verdict; 5]) -> Self {
        Disclosure { name, verdicts }
    }

    #[must_use]
    pub fn verdict(&self, audience: Audience) -> Verdict {
        self.verdicts[audience as usize]
    }
}

/// A value that has passed the verdicts for one audience; nothing else is serialised outward.
///
/// Only [`crate::publication::disclose`] makes one from a record, so a field that was not meant
/// for a reader cannot be in what a page or an answer receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Disclosed<T>(T);

impl<T> Disclosed<T> {
    pub(crate) fn new(value: T) -> Self {
        Disclosed(value)
    }

    #[must_use]
    pub fn get(&self) -> &T {
        &self.0
    }
}

impl<T: Clone + PartialEq> Disclosed<Vec<T>> {
    /// What both disclose alike: of a version that was put right, what still holds.
    #[must_use]
    pub fn agreeing(&self, other: &Self) -> Self {
        Disclosed(self.0.iter().filter(|part| other.0.contains(part)).cloned().collect())
    }
}

/// What stands for a value of which not even the length may be told.
pub const STARS: &str = "******";

/// Shows the first and the last character of a text.
#[must_use]
pub fn mask(value: &str) -> String {
    let count = value.chars().count();
    let first = value.chars().next();
    let last = value.chars().last();
    match (first, last) {
        (Some(first), Some(last)) if 2 < count => format!("{first}{}{last}", "*".repeat(count - 2)),
        (Some(_), _) => "*".repeat(count),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_text_keeps_its_first_and_last_character() {
        let rows =
            [("", ""), ("张", "*"), ("张三", "**"), ("示例子", "示*子"), ("410402", "4****2")];
        for (text, expected) in rows {
            assert_eq!(mask(text), expected, "{text}");
        }
    }

    #[test]
    fn every_audience_has_its_own_verdict() {
        let verdicts =
            [Verdict::Show, Verdict::Mask, Verdict::Withhold, Verdict::Mask, Verdict::Show];
        let class = Disclosure::new("class".to_owned(), verdicts);
        assert_eq!(Audience::ALL.map(|audience| class.verdict(audience)), verdicts);
    }
}

//! Checks of the catalogue: what a row must satisfy beyond the type of each field.

use jiff::civil::Date;

use crate::{
    condition::Condition,
    fault::Level,
    parameter::{Parameter, Reference},
    text::Text,
};

/// One cross-field or content check of a catalogue item.
#[derive(Clone, Debug)]
pub struct Check {
    pub rule: CheckRule,
    pub level: Level,
    /// First day of receipt on which the rule is law; none where it always was.
    pub from: Option<Date>,
    /// Last such day.
    pub until: Option<Date>,
}

impl Check {
    /// Whether what is received on a day is held to the rule: the law of the day of collecting
    /// says what may be collected, whatever the age of the document.
    #[must_use]
    pub fn in_force(&self, received: Date) -> bool {
        self.from.is_none_or(|from| from <= received)
            && self.until.is_none_or(|until| received <= until)
    }
}

/// The kinds of check; a field is named by its position in the item.
#[derive(Clone, Debug)]
pub enum CheckRule {
    /// The first date is not after the second (起止颠倒).
    DateOrder { first: usize, then: usize },
    /// The date is not after the day of receipt.
    NotFuture { field: usize },
    /// The date is not before a day on which no such document can exist.
    NotBefore { field: usize, date: Date },
    /// An amount in 万元 whose figure the text gives as 元, or beyond belief.
    AmountUnit { amount: usize, text: usize, limit_fen: i64 },
    /// Free text holds an identity number, a telephone or a bank card number.
    PersonalData { fields: Vec<usize> },
    /// The department named is one the place knows.
    RegisteredDepartment { field: usize },
    /// The first two characters of the code fit the category of the subject.
    CodeFitsKind { code: usize, kind: usize },
    /// The row is refused by law where all conditions hold.
    Refuse { when: Vec<Condition>, reason: Text, reference: Reference },
    /// The person is a minor on the day of the document, by the identity number.
    Minor {
        field: usize,
        on: usize,
        /// The age of majority through time.
        age: Parameter,
        reference: Reference,
    },
    /// Text holds matter that may not be recorded at all (信访, 献血 …).
    Forbidden { fields: Vec<usize>, words: Vec<String> },
}

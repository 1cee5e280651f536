//! Conditions of the catalogue: when a field is required, when a record may be shown.

/// One test on one field of a row; a list of them holds when all hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Position of the field in its catalogue item.
    pub field: usize,
    pub test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// The canonical value is one of these.
    Is(Vec<String>),
    /// The canonical value is none of these (an empty field passes).
    IsNot(Vec<String>),
    /// A field of several values holds one of these.
    Has(Vec<String>),
    /// Something is written in the field.
    Filled,
    /// Nothing is written in the field.
    Empty,
}

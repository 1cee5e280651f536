//! Where a lake may be: a folder, local or mounted.

/// Schemes of the addresses a lake may have.
pub const SCHEMES: [&str; 1] = ["file"];

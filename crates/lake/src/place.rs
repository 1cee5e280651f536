//! Where a lake may be: a local folder, or an S3-compatible store.

/// Schemes of the addresses a lake may have.
pub const SCHEMES: [&str; 2] = ["file", "s3"];

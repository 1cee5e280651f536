//! Intake (归集): bytes to rows, rows to accepted records or faults.
//!
//! This crate knows no database. It reads a delivery in batches of text, checks a column at a
//! time, and hands on what passed and every fault of what did not.

pub mod batch;
mod blank;
pub mod check;
mod clean;
pub mod decode;
pub mod encoding;
mod faults;
pub mod plan;
pub mod screen;
mod values;

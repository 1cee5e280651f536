//! From a view to bytes: the credit report as PDF, workbooks for the departments.
//!
//! Nothing here reads a clock, a database or the network, and nothing decides what may be shown:
//! a view arrives holding only what its reader may see, and the same view gives the same bytes.

pub mod error;
pub mod faults;
pub mod fonts;
pub mod notice;
mod printable;
pub mod qr;
pub mod report;
mod sheet;
pub mod table;
pub mod template;
mod workbook;
mod world;

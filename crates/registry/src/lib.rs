//! Every operation of the platform: load, decide, save, audit and enqueue, in one transaction.
//!
//! This crate holds no rule and no statement of SQL: it asks the register for facts, lets
//! `domain` decide, and carries the decision out.

pub mod advice;
pub mod api_key;
pub mod api_use;
pub mod catalogue;
pub mod changes;
pub mod code_override;
pub mod digest;
pub mod error;
pub mod figures;
pub mod file;
pub mod health;
pub mod import;
pub mod list;
pub mod platform;
pub mod receipt;
pub mod record;
pub mod report;
pub mod seal_key;
pub mod search;
pub mod subject;
pub mod version;
pub mod work;

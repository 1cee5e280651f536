//! Every operation of the platform: load, decide, save, audit and enqueue, in one transaction.
//!
//! This crate holds no rule and no statement of SQL: it asks the register for facts, lets
//! `domain` decide, and carries the decision out.

pub mod access_log;
pub mod account;
pub mod advice;
pub mod api_key;
pub mod api_use;
pub mod audit;
pub mod case;
pub mod catalogue;
pub mod changes;
pub mod claim;
pub mod code_override;
pub mod consent;
pub mod delivery;
pub mod department_record;
pub mod digest;
pub mod error;
pub mod factor;
pub mod figures;
pub mod file;
pub mod gate;
pub mod health;
pub mod import;
pub mod joint;
pub mod list;
pub mod listing;
pub mod matter;
pub mod meter;
pub mod network;
pub mod notice;
pub mod objection;
pub mod oidc;
pub mod organisation;
pub mod password;
pub mod platform;
mod question;
pub mod reading;
pub mod receipt;
pub mod recipient;
pub mod reconcile;
pub mod record;
pub mod repair;
pub mod report;
pub mod reseal;
pub mod seal_key;
pub mod search;
pub mod session;
pub mod sign_in;
pub mod statement;
pub mod subject;
pub mod task;
pub mod version;
pub mod work;

//! Vocabulary of public credit information and the decisions made on it.
//!
//! This crate has no clock, no files, no SQL, no async and no logging. A date that matters
//! arrives as an argument, and every number of the law arrives in a value that `rules` read
//! from `policy/`.

#[macro_use]
mod words;

pub mod access;
pub mod account;
pub mod audit;
pub mod calendar;
pub mod case;
pub mod catalogue;
pub mod channel;
pub mod check;
pub mod code_doubt;
pub mod code_list;
pub mod commitment;
pub mod complaint;
pub mod condition;
pub mod consent;
pub mod date;
pub mod deadline;
pub mod disclosure;
pub mod document_number;
pub mod fault;
pub mod identifier;
pub mod ids;
pub mod joint;
pub mod linkage;
pub mod list;
pub mod listing;
pub mod matter;
pub mod mending;
pub mod merge;
pub mod money;
pub mod name;
pub mod notice;
pub mod objection;
pub mod pack;
pub mod parameter;
pub mod payload;
pub mod period;
pub mod place;
pub mod policy;
pub mod publication;
pub mod pull;
pub mod record;
pub mod repair;
pub mod replay;
pub mod role;
pub mod scorecard;
pub mod sealed;
pub mod signature;
pub mod standing;
pub mod subject;
pub mod text;
pub mod tlog;
pub mod volume;

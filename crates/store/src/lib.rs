//! The register (登记库): every statement of SQL, on SQLite and on PostgreSQL.
//!
//! One statement text serves both engines. Written twice, with the reason beside it: bulk load
//! ([`load`]), and the turn writers take on SQLite ([`turn`]). Readers see a submission from the
//! instant it is accepted and not before; nothing already written is ever changed by a later one.

#[macro_use]
pub mod merge;

pub mod access_log;
pub mod account;
pub mod api_key;
pub mod audit;
pub mod backup;
pub mod case;
pub mod channel;
pub mod claim;
pub mod code_doubt;
pub mod code_override;
pub mod collection;
pub mod consent;
pub mod error;
pub mod fault;
pub mod feed;
pub mod figure;
pub mod front_library;
pub mod job;
pub mod joint;
pub mod ledger;
pub mod linkage;
pub mod load;
pub mod log;
pub mod matter;
pub mod mending;
pub mod organisation;
pub mod outside_identity;
mod policy_version;
pub mod pull;
pub mod recipient;
pub mod record;
pub mod register;
pub mod repair_notice;
pub mod replay;
pub mod report;
pub mod reseal;
#[cfg(test)]
mod samples;
pub mod seal_key;
pub mod search;
pub mod session;
pub mod sign_in_attempt;
pub mod stamp;
pub mod standing;
pub mod statement;
pub mod subject;
pub mod submission;
mod turn;
pub mod verify;
pub mod volume;
pub mod zero_report;

//! The lake (数据湖): columns for work on the whole population.
//!
//! The register answers for one subject at a time; the lake answers for all of them at once. It
//! holds what the change feed tells, as one Delta table per catalogue item and one of subjects, its
//! files bucketed by ranges of subjects and sorted by subject, so that aggregating a subject's records
//! streams. Indicators, scorecards, warnings, statistics and the replay of a draft policy are SQL
//! for DataFusion over these tables, in the process or on a Ballista cluster of the same binary.
//!
//! It is never the truth: dropped, it is rebuilt from the register. Money is integer fen here too,
//! because sums of floating-point numbers differ from plan to plan. The files carry no deletion
//! vectors, so that any engine reads them as they are.
//!
//! What is about natural persons comes without their name, their numbers and every free text: a
//! folder that any engine reads has no access log.

pub mod bucket;
pub mod change;
pub mod cluster;
pub mod columns;
pub mod engine;
pub mod error;
pub mod evaluation;
pub mod function;
pub mod lake;
pub mod linkage;
mod parquet_file;
pub mod place;
pub mod replay;
mod rows;
pub mod score;
pub mod scorecard;
mod table;
pub mod view;

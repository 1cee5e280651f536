//! The lake (数据湖): columns for work on the whole population.
//!
//! The register answers for one subject at a time; the lake answers for all of them at once. It
//! holds what the change feed tells, as one Delta table per catalogue item, partitioned by a bucket
//! of the subject and sorted by subject within a file, so that aggregating a subject's records
//! streams. Indicators, scorecards, warnings, statistics and the replay of a draft policy are SQL
//! for DataFusion over these tables, in the process or on a Ballista cluster of the same binary.
//!
//! It is never the truth: dropped, it is rebuilt from the register. Money is integer fen here too,
//! because sums of floating-point numbers differ from plan to plan. The files carry no deletion
//! vectors, so that any engine reads them as they are.
//!
//! So far it holds [`linkage`] alone: nothing else in Xinheng evaluates the population yet, and the
//! libraries it needs are not built until something does.

pub mod linkage;

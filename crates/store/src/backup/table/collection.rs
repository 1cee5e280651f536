//! The tables that look after what is collected.

use super::{
    Kind::{Number, Text},
    Table, table,
};

pub const ZERO_REPORT: Table = table(
    "zero_report",
    &[
        ("department", Text),
        ("item", Text),
        ("first_day", Text),
        ("stated_at", Text),
        ("last_day", Text),
        ("actor", Text),
        ("name", Text),
        ("withdrawn_at", Text),
        ("withdrawn_by", Text),
    ],
);

pub const VOLUME_BASELINE: Table = table(
    "volume_baseline",
    &[
        ("department", Text),
        ("item", Text),
        ("mode", Text),
        ("submission_id", Number),
        ("reason", Text),
        ("actor", Text),
        ("decided_at", Text),
    ],
);

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

pub const CHANNEL: Table = table(
    "channel",
    &[
        ("id", Number),
        ("department", Text),
        ("item", Text),
        ("mode", Text),
        ("created_by", Text),
        ("created_at", Text),
        ("paused_at", Text),
        ("busy_until", Text),
    ],
);

pub const CHANNEL_RUN: Table = table(
    "channel_run",
    &[
        ("id", Number),
        ("channel_id", Number),
        ("file_name", Text),
        ("state", Text),
        ("found_at", Text),
        ("attempts", Number),
        ("next_at", Text),
        ("settled_at", Text),
        ("receipt", Text),
        ("detail", Text),
        ("reason", Text),
        ("answered_by", Text),
    ],
);

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

pub const CODE_DOUBT: Table = table(
    "code_doubt",
    &[
        ("id", Number),
        ("kind", Text),
        ("subject_id", Number),
        ("other", Text),
        ("source", Text),
        ("found_at", Text),
        ("seen_at", Text),
        ("gone_at", Text),
        ("note", Text),
        ("settled_by", Text),
        ("settled_at", Text),
    ],
);

pub const REPLAY: Table = table(
    "replay",
    &[
        ("id", Number),
        ("live", Text),
        ("candidate", Text),
        ("policy_version", Text),
        ("as_of", Text),
        ("feed_position", Number),
        ("summary", Text),
        ("made_by", Text),
        ("made_at", Text),
        ("adopted_by", Text),
        ("adopted_at", Text),
        ("reason", Text),
    ],
);

pub const LEDGER_ENTRY: Table = table(
    "ledger_entry",
    &[
        ("department", Text),
        ("item", Text),
        ("number_key", Text),
        ("number", Text),
        ("decided_on", Text),
        ("source", Text),
        ("added_by", Text),
        ("added_at", Text),
    ],
);

pub const ROW_EVENT: Table = table(
    "row_event",
    &[
        ("submission_id", Number),
        ("row_no", Number),
        ("seq", Number),
        ("state", Text),
        ("note", Text),
        ("receipt", Text),
        ("actor", Text),
        ("at", Text),
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

pub const CHANNEL_PULL: Table = table(
    "channel_pull",
    &[
        ("channel_id", Number),
        ("library", Text),
        ("relation", Text),
        ("cursor_column", Text),
        ("every_minutes", Number),
        ("next_at", Text),
        ("attempts", Number),
        ("failure", Text),
        ("read_at", Text),
        ("position", Text),
        ("pending", Text),
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

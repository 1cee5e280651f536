//! The tables of linkage and merges.

use super::{
    Kind::{Number, Text},
    Table, table,
};

pub const LINKAGE_PAIR: Table = table(
    "linkage_pair",
    &[
        ("id", Number),
        ("one_id", Number),
        ("other_id", Number),
        ("linkage", Text),
        ("model_version", Text),
        ("millibits", Number),
        ("reasons", Text),
        ("state", Text),
        ("found_at", Text),
        ("proposed_by", Text),
    ],
);

pub const LINKAGE_LOOK: Table =
    table("linkage_look", &[("subject_id", Number), ("position", Number)]);

pub const JUDGEMENT: Table = table(
    "judgement",
    &[
        ("pair_id", Number),
        ("seq", Number),
        ("judgement", Text),
        ("reason", Text),
        ("actor", Text),
        ("at", Text),
    ],
);

pub const MERGE: Table = table(
    "merge",
    &[
        ("id", Number),
        ("subject_id", Number),
        ("into_id", Number),
        ("pair_id", Number),
        ("made_by", Text),
        ("made_at", Text),
        ("ended_by", Text),
        ("ended_at", Text),
        ("end_reason", Text),
    ],
);

pub const MERGE_MEMBER: Table = table(
    "merge_member",
    &[("subject_id", Number), ("from_at", Text), ("into_id", Number), ("until_at", Text)],
);

pub const MERGE_CHANGE: Table = table(
    "merge_change",
    &[
        ("feed_at", Number),
        ("merge_id", Number),
        ("subject_id", Number),
        ("record_id", Number),
        ("at", Text),
    ],
);

pub const MERGE_NOTICE: Table = table(
    "merge_notice",
    &[
        ("merge_id", Number),
        ("seq", Number),
        ("recipient", Text),
        ("what", Text),
        ("sent_by", Text),
        ("sent_at", Text),
    ],
);

//! Columns of a table: those every record has, and those its catalogue item gives it.

use std::{collections::HashMap, sync::Arc};

use datafusion::arrow::datatypes::{
    DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit,
};
use domain::{
    catalogue::{self, FieldKind, Item},
    standing::Standing,
};

/// The table of subjects.
pub const SUBJECT: &str = "subject";

/// The table of scores.
pub const SCORE: &str = "score";

/// The table of movers in replays.
pub const MOVER: &str = "mover";

/// Columns of one table.
#[derive(Clone, Debug)]
pub struct Columns {
    pub table: Arc<str>,
    pub schema: SchemaRef,
    /// Catalogue fields that are columns, in their order behind the common ones.
    pub(crate) fields: Vec<ItemColumn>,
    /// Place in `fields` by the name in the payload.
    pub(crate) by_name: HashMap<String, usize>,
}

/// A column that comes from the payload.
#[derive(Clone, Debug)]
pub(crate) struct ItemColumn {
    pub(crate) kind: ColumnKind,
    /// Whether it may hold what somebody wrote: nothing of it is kept of natural persons.
    pub(crate) free: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    Text,
    Date,
    Integer,
    Flag,
    Codes,
}

/// Since when a state of a record holds.
#[must_use]
pub fn standing_column(standing: Standing) -> String {
    format!("{}_on", standing.code())
}

/// Columns of every table of records, before those of its item.
fn common() -> Vec<Field> {
    let mut fields = vec![
        Field::new("subject", DataType::Int64, false),
        Field::new("record", DataType::Int64, false),
        Field::new("position", DataType::Int64, false),
        Field::new("subject_kind", DataType::Utf8, false),
        Field::new("subject_name", DataType::Utf8, true),
        Field::new("department", DataType::Utf8, false),
        Field::new("submission", DataType::Int64, false),
        Field::new("row", DataType::Int64, false),
        Field::new("decided_on", DataType::Date32, true),
        Field::new("effective_from", DataType::Date32, true),
        Field::new("effective_until", DataType::Date32, true),
        Field::new("counts_until", DataType::Date32, true),
        Field::new("withdrawn", DataType::Boolean, false),
        Field::new("overridden", DataType::Boolean, false),
        Field::new("known_from", instant(), false),
    ];
    let states = Standing::ALL.into_iter().map(standing_column);
    fields.extend(states.map(|name| Field::new(name, DataType::Date32, true)));
    fields
}

/// What each point of a score holds.
pub(crate) fn point_fields() -> Fields {
    Fields::from(vec![
        Field::new("indicator", DataType::Utf8, false),
        Field::new("value", DataType::Int64, false),
        Field::new("points", DataType::Int64, false),
        Field::new("records", list(DataType::Int64), false),
    ])
}

/// Several of a kind, named as Delta names them.
pub(crate) fn list(of: DataType) -> DataType {
    DataType::List(element(of))
}

pub(crate) fn element(of: DataType) -> FieldRef {
    Arc::new(Field::new("element", of, true))
}

fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

impl Columns {
    /// Columns of an item. Identity numbers of persons are none of them; a field by the name of a common
    /// column is that column.
    #[must_use]
    pub fn of(item: &Item) -> Columns {
        let mut all = common();
        let mut fields = Vec::new();
        let mut by_name = HashMap::new();
        for field in &item.fields {
            let taken = all.iter().any(|column| *column.name() == field.name);
            let Some(kind) = kind(field).filter(|_| !taken) else { continue };
            by_name.insert(field.name.clone(), fields.len());
            fields.push(ItemColumn { kind, free: is_free(field) });
            all.push(Field::new(&field.name, kind.data_type(), true));
        }
        let schema = Arc::new(Schema::new(all));
        Columns { table: item.id.clone(), schema, fields, by_name }
    }

    /// Columns of the table of subjects.
    #[must_use]
    pub fn of_subjects() -> Columns {
        let all = vec![
            Field::new("subject", DataType::Int64, false),
            Field::new("kind", DataType::Utf8, false),
            Field::new("name", DataType::Utf8, true),
            Field::new("uscc", DataType::Utf8, true),
            Field::new("district", DataType::Utf8, true),
            Field::new("industry", DataType::Utf8, true),
            Field::new("status", DataType::Utf8, true),
            Field::new("ended", DataType::Boolean, false),
            Field::new("established_on", DataType::Date32, true),
            Field::new("registered_capital", DataType::Int64, true),
        ];
        Columns::own(SUBJECT, all)
    }

    /// Columns of the table of scores: one row for each subject, card and day, with every point of it.
    #[must_use]
    pub fn of_scores() -> Columns {
        let all = vec![
            Field::new("subject", DataType::Int64, false),
            Field::new("card", DataType::Utf8, false),
            Field::new("as_of", DataType::Date32, false),
            Field::new("position", DataType::Int64, false),
            Field::new("total", DataType::Int64, false),
            Field::new("grade", DataType::Utf8, false),
            Field::new("dimensions", list(DataType::Int64), false),
            Field::new("points", list(DataType::Struct(point_fields())), false),
        ];
        Columns::own(SCORE, all)
    }

    /// Columns of the table of movers: one row for each subject that does not come to the same in a replay.
    #[must_use]
    pub fn of_movers() -> Columns {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let number = |name: &str| Field::new(name, DataType::Int64, true);
        let all = vec![
            Field::new("subject", DataType::Int64, false),
            Field::new("replay", DataType::Int64, false),
            text("name"),
            text("uscc"),
            text("district"),
            text("industry"),
            number("total_before"),
            text("grade_before"),
            number("total_after"),
            text("grade_after"),
            text("direction"),
            Field::new("old_only", DataType::Boolean, false),
            text("why"),
        ];
        Columns::own(MOVER, all)
    }

    /// Columns of a table that is of no catalogue item.
    fn own(table: &str, all: Vec<Field>) -> Columns {
        Columns {
            table: table.into(),
            schema: Arc::new(Schema::new(all)),
            fields: Vec::new(),
            by_name: HashMap::new(),
        }
    }

    /// The columns by which its files are sorted.
    #[must_use]
    pub fn order(&self) -> &'static [&'static str] {
        match &*self.table {
            SUBJECT | SCORE | MOVER => &["subject"],
            _ => &["subject", "record"],
        }
    }
}

fn kind(field: &catalogue::Field) -> Option<ColumnKind> {
    match field.kind {
        FieldKind::PersonId => None,
        FieldKind::Date | FieldKind::DateOpen => Some(ColumnKind::Date),
        FieldKind::MoneyWan | FieldKind::MoneyYuan | FieldKind::Integer => {
            Some(ColumnKind::Integer)
        }
        FieldKind::Flag => Some(ColumnKind::Flag),
        FieldKind::Codes { .. } => Some(ColumnKind::Codes),
        FieldKind::Text
        | FieldKind::Decimal
        | FieldKind::Code { .. }
        | FieldKind::Uscc
        | FieldKind::OrgCode
        | FieldKind::RegNo => Some(ColumnKind::Text),
    }
}

fn is_free(field: &catalogue::Field) -> bool {
    let coded = matches!(field.kind, FieldKind::Code { .. } | FieldKind::Decimal);
    kind(field) == Some(ColumnKind::Text) && !coded
}

impl ColumnKind {
    fn data_type(self) -> DataType {
        match self {
            ColumnKind::Text => DataType::Utf8,
            ColumnKind::Date => DataType::Date32,
            ColumnKind::Integer => DataType::Int64,
            ColumnKind::Flag => DataType::Boolean,
            ColumnKind::Codes => list(DataType::Utf8),
        }
    }
}

//! What may be evaluated: the records of an item as a scorecard, a monitor or a figure sees them.
//!
//! A view leaves out what is no ground for anything: what was taken back, and what is repaired, annulled,
//! shielded, left unanswered or under objection on the day asked about, and what its term has ended. It has no column of a natural
//! person and none of those, so that no SQL over it can name them.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{Field, Schema, SchemaRef},
    dataframe::DataFrame,
    error::Result,
    prelude::{Expr, col, lit},
    scalar::ScalarValue,
};
use domain::{catalogue::Item, standing::Standing, subject::Kind};
use jiff::civil::Date;

use crate::{columns::Columns, columns::standing_column, rows::day_number};

/// Columns every view has: what tells a record, and its days.
const KEPT: [&str; 6] =
    ["subject", "record", "department", "decided_on", "effective_from", "effective_until"];

/// The class of disclosure whose fields a view has; the law publishes these, and they name no person.
const OPEN: &str = "open";

/// A view of one item.
#[derive(Clone, Debug)]
pub struct View {
    pub columns: Columns,
    /// Its columns, in their order.
    pub names: Vec<String>,
}

impl View {
    #[must_use]
    pub fn of(item: &Item) -> View {
        let columns = Columns::of(item);
        let open = item.fields.iter().filter(|field| field.disclosure.name == OPEN);
        let open = open.filter(|field| columns.by_name.contains_key(&field.name));
        let names = KEPT.into_iter().map(str::to_owned);
        let names = names.chain(open.map(|field| field.name.clone())).collect();
        View { columns, names }
    }

    /// The columns with their types.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        let named = |name: &String| self.columns.schema.field_with_name(name).ok().cloned();
        Arc::new(Schema::new(self.names.iter().filter_map(named).collect::<Vec<Field>>()))
    }

    /// Why a name is no column of it, for whoever wrote it into a policy; none where it is one.
    #[must_use]
    pub fn why_not(&self, item: &Item, name: &str) -> Option<String> {
        if self.names.iter().any(|one| one == name) {
            return None;
        }
        if Standing::ALL.into_iter().any(|one| standing_column(one) == name) || name == "withdrawn"
        {
            return Some(format!(
                "`{name}` is no column of a view: repaired, annulled, shielded, unanswered and disputed \
                 records, and those taken back, are left out before anything is counted"
            ));
        }
        if ["subject_name", "subject_kind"].contains(&name) {
            return Some(format!(
                "`{name}` is no column of a view: nobody is counted by name or kind"
            ));
        }
        let Some(field) = item.field(name) else {
            return Some(format!(
                "`{}` has no field `{name}`; a view of it has {}",
                item.id,
                self.names.join(", ")
            ));
        };
        Some(format!(
            "`{name}` is disclosed as `{}`: a view has only fields that the law opens to everybody and \
             that name no natural person",
            field.disclosure.name
        ))
    }

    /// Records of its table that count on a day, of subjects of some kinds.
    pub fn over(&self, table: DataFrame, as_of: Date, kinds: &[Kind]) -> Result<DataFrame> {
        let kinds = kinds.iter().map(|kind| lit(kind.code())).collect();
        let mut counts = col("subject_kind").in_list(kinds, false).and(!col("withdrawn"));
        let decided = col("decided_on");
        counts = counts.and(decided.clone().is_null().or(decided.lt_eq(day(as_of))));
        let until = col("counts_until");
        counts = counts.and(until.clone().is_null().or(until.gt_eq(day(as_of))));
        for standing in Standing::ALL {
            let since = col(standing_column(standing));
            counts = counts.and(since.clone().is_null().or(since.gt(day(as_of))));
        }
        table.filter(counts)?.select(self.names.iter().map(col).collect::<Vec<_>>())
    }
}

/// A day in an expression.
#[must_use]
pub fn day(day: Date) -> Expr {
    lit(ScalarValue::Date32(Some(day_number(day))))
}

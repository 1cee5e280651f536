//! Scorecards made ready: their SQL planned against the views, and every fault of it told with its line.

use std::{collections::BTreeMap, sync::Arc};

use datafusion::{
    arrow::{array::RecordBatch, datatypes::DataType},
    common::{
        Column, DFSchema,
        tree_node::{Transformed, TreeNode as _, TreeNodeRecursion},
    },
    datasource::MemTable,
    error::{DataFusionError, Result},
    functions_aggregate::array_agg::array_agg_udaf,
    logical_expr::expr::{AggregateFunction, Placeholder},
    prelude::{DataFrame, Expr, SessionContext, col},
};
use domain::{catalogue::Item, scorecard::Card};
use jiff::civil::Date;

use crate::view::{self, View};

/// The name by which SQL calls the day asked about.
const AS_OF: &str = "$as_of";

/// Catalogue items by their ids.
pub type Items = BTreeMap<String, Arc<Item>>;

/// One thing wrong with a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Of the card's file, counted from 1.
    pub line: usize,
    pub message: String,
}

/// A card whose SQL was read.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub card: Arc<Card>,
    /// One for each item, in which all its indicators are counted in one reading.
    pub(crate) readings: Vec<Reading>,
}

/// What is counted of one item.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) item: Arc<str>,
    pub(crate) view: View,
    /// Places of indicators in the card, with their condition and value.
    pub(crate) counted: Vec<Counted>,
}

#[derive(Clone, Debug)]
pub(crate) struct Counted {
    pub(crate) indicator: usize,
    filter: Expr,
    value: Expr,
}

impl Prepared {
    /// The items that are read.
    #[must_use]
    pub fn items(&self) -> Vec<Arc<str>> {
        self.readings.iter().map(|reading| reading.item.clone()).collect()
    }
}

/// Reads the SQL of a card, or tells everything that is wrong with it.
pub fn prepare(
    session: &SessionContext,
    card: &Arc<Card>,
    items: &Items,
) -> std::result::Result<Prepared, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut readings: Vec<Reading> = Vec::new();
    for (place, indicator) in card.indicators.iter().enumerate() {
        let Some(item) = items.get(&indicator.item) else { continue };
        let at = readings.iter().position(|reading| reading.item == item.id);
        let at = at.unwrap_or_else(|| {
            readings.push(Reading {
                item: item.id.clone(),
                view: View::of(item),
                counted: Vec::new(),
            });
            readings.len() - 1
        });
        match counted(session, &readings[at].view, item, card, place) {
            Ok(counted) => readings[at].counted.push(counted),
            Err(message) => problems.push(Problem { line: indicator.line, message }),
        }
    }
    match problems.is_empty() {
        true => Ok(Prepared { card: card.clone(), readings }),
        false => Err(problems),
    }
}

/// Reads one indicator, types and all.
fn counted(
    session: &SessionContext,
    view: &View,
    item: &Item,
    card: &Card,
    place: usize,
) -> std::result::Result<Counted, String> {
    let indicator = &card.indicators[place];
    let schema = DFSchema::try_from(view.schema()).map_err(|error| plain(&error))?;
    let read = |sql: &str| -> std::result::Result<Expr, String> {
        session.parse_sql_expr(sql, &schema).map_err(|error| {
            let unknown = unknown(&error).and_then(|name| view.why_not(item, &name));
            format!("`{sql}`: {}", unknown.unwrap_or_else(|| plain(&error)))
        })
    };
    let counted = Counted {
        indicator: place,
        filter: read(&indicator.filter)?,
        value: read(&indicator.value)?,
    };
    if !aggregates(&counted.value) {
        return Err(format!("`{}` is no aggregate such as count(*) or sum(fine)", indicator.value));
    }
    let nothing = RecordBatch::new_empty(view.schema());
    let table = MemTable::try_new(view.schema(), vec![vec![nothing]]).map_err(|e| plain(&e))?;
    let empty = session.read_table(Arc::new(table)).map_err(|error| plain(&error))?;
    let planned = plan(empty, std::slice::from_ref(&counted), Date::ZERO);
    let planned = planned.and_then(|frame| {
        let typed = frame.schema().field(1).data_type().clone();
        session.state().optimize(frame.logical_plan()).map(|_| typed)
    });
    let typed = planned.map_err(|error| {
        format!("`{}` over `{}`: {}", indicator.value, indicator.filter, plain(&error))
    })?;
    match typed {
        DataType::Int64 => Ok(counted),
        other => Err(format!("`{}` gives {other}, expected an integer", indicator.value)),
    }
}

/// The records of a view, aggregated by subject: value and records of each indicator.
pub(crate) fn plan(view: DataFrame, counted: &[Counted], as_of: Date) -> Result<DataFrame> {
    let mut any: Option<Expr> = None;
    let mut columns = Vec::new();
    for (place, one) in counted.iter().enumerate() {
        let filter = on(one.filter.clone(), as_of)?;
        let value = filtered(on(one.value.clone(), as_of)?, &filter)?;
        let records = AggregateFunction::new_udf(
            array_agg_udaf(),
            vec![col("record")],
            false,
            Some(Box::new(filter.clone())),
            Vec::new(),
            None,
        );
        columns.push(value.alias(format!("value_{place}")));
        columns.push(Expr::AggregateFunction(records).alias(format!("records_{place}")));
        any = Some(match any {
            None => filter,
            Some(others) => others.or(filter),
        });
    }
    let counting = match any {
        Some(any) => view.filter(any)?,
        None => view,
    };
    counting.aggregate(vec![col("subject")], columns)
}

/// An expression on a day.
fn on(expression: Expr, as_of: Date) -> Result<Expr> {
    let fill = |one: Expr| match &one {
        Expr::Placeholder(Placeholder { id, .. }) if id == AS_OF => {
            Ok(Transformed::yes(view::day(as_of)))
        }
        Expr::Placeholder(Placeholder { id, .. }) => {
            Err(DataFusionError::Plan(format!("{id} is unknown; only {AS_OF} is given")))
        }
        _ => Ok(Transformed::no(one)),
    };
    Ok(expression.transform(fill)?.data)
}

/// An aggregate over those records alone that meet a condition.
fn filtered(value: Expr, filter: &Expr) -> Result<Expr> {
    let narrow = |one: Expr| match one {
        Expr::AggregateFunction(mut function) => {
            let own = function.params.filter.take();
            let both = own.map_or_else(|| filter.clone(), |own| own.and(filter.clone()));
            function.params.filter = Some(Box::new(both));
            Ok(Transformed::yes(Expr::AggregateFunction(function)))
        }
        other => Ok(Transformed::no(other)),
    };
    Ok(value.transform(narrow)?.data)
}

fn aggregates(value: &Expr) -> bool {
    let mut found = false;
    let look = |one: &Expr| {
        found |= matches!(one, Expr::AggregateFunction(_));
        Ok(TreeNodeRecursion::Continue)
    };
    let looked: Result<_> = value.apply(look);
    looked.is_ok() && found
}

/// The name of a column that is none.
fn unknown(error: &DataFusionError) -> Option<String> {
    use datafusion::common::SchemaError;
    match error.find_root() {
        DataFusionError::SchemaError(error, _) => match &**error {
            SchemaError::FieldNotFound { field, .. } => Some(Column::name(field).to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// What went wrong, in one line, without the names the engine has for its own parts.
fn plain(error: &DataFusionError) -> String {
    let whole = error.find_root().strip_backtrace();
    let mut line = whole.lines().next().unwrap_or_default();
    for prefix in ["Error during planning: ", "Internal error: ", "Schema error: "] {
        line = line.strip_prefix(prefix).unwrap_or(line);
    }
    let line = line.split(", errors:").next().unwrap_or(line);
    line.trim_end_matches('.').to_owned()
}

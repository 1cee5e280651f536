//! Functions of ours in SQL, the same in the process, in the scheduler and in every executor.
//!
//! What they need of the law, the calendar, comes with them; a day whose year the calendar lacks is an
//! error of the query and never a guess.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray as _, BooleanArray, Date32Array, Int64Array, StringArray,
        },
        compute::cast,
        datatypes::{DataType, Date32Type, Int64Type},
    },
    common::{DataFusionError, Result},
    logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf},
};
use domain::{
    calendar::Calendar, date::add_months, identifier::uscc::UnifiedCode, name::normalise,
};
use jiff::{ToSpan as _, civil::Date};

use crate::rows::{EPOCH, day_number};

/// Every function, by the names SQL calls them.
#[must_use]
pub fn all(calendar: &Arc<Calendar>) -> Vec<Arc<ScalarUDF>> {
    let working = calendar.clone();
    let later = calendar.clone();
    let functions = vec![
        made("uscc_valid", &[DataType::Utf8], DataType::Boolean, uscc_valid),
        made("norm_name", &[DataType::Utf8], DataType::Utf8, norm_name),
        made("months_before", &[DataType::Date32, DataType::Int64], DataType::Date32, |args| {
            months(args, -1)
        }),
        made("months_after", &[DataType::Date32, DataType::Int64], DataType::Date32, |args| {
            months(args, 1)
        }),
        made("days_between", &[DataType::Date32, DataType::Date32], DataType::Int64, days_between),
        made(
            "workdays_between",
            &[DataType::Date32, DataType::Date32],
            DataType::Int64,
            move |args| workdays_between(args, &working),
        ),
        made(
            "workdays_after",
            &[DataType::Date32, DataType::Int64],
            DataType::Date32,
            move |args| workdays_after(args, &later),
        ),
        made(
            "in_force",
            &[DataType::Date32, DataType::Date32, DataType::Date32],
            DataType::Boolean,
            in_force,
        ),
    ];
    functions.into_iter().map(Arc::new).collect()
}

/// A function over whole columns; a scalar argument is spread over the rows of the others.
fn made(
    name: &str,
    arguments: &[DataType],
    answer: DataType,
    of: impl Fn(&[ArrayRef]) -> Result<ArrayRef> + Send + Sync + 'static,
) -> ScalarUDF {
    let kinds = arguments.to_vec();
    let over = move |args: &[ColumnarValue]| -> Result<ColumnarValue> {
        let scalar = args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let arrays = ColumnarValue::values_to_arrays(args)?;
        let typed = arrays.iter().zip(&kinds).map(|(array, kind)| Ok(cast(array, kind)?));
        let answer = of(&typed.collect::<Result<Vec<_>>>()?)?;
        match scalar {
            true => {
                let one = datafusion::scalar::ScalarValue::try_from_array(&answer, 0)?;
                Ok(ColumnarValue::Scalar(one))
            }
            false => Ok(ColumnarValue::Array(answer)),
        }
    };
    create_udf(name, arguments.to_vec(), answer, Volatility::Immutable, Arc::new(over))
}

/// Whether a unified social credit code is formed as GB 32100 says and its check character fits.
fn uscc_valid(args: &[ArrayRef]) -> Result<ArrayRef> {
    let codes = args[0].as_string::<i32>();
    let valid = codes.iter().map(|code| code.map(|code| UnifiedCode::parse(code).is_ok()));
    Ok(Arc::new(valid.collect::<BooleanArray>()))
}

/// A name in the form in which names are compared.
fn norm_name(args: &[ArrayRef]) -> Result<ArrayRef> {
    let names = args[0].as_string::<i32>();
    Ok(Arc::new(names.iter().map(|name| name.map(normalise)).collect::<StringArray>()))
}

/// A day so many calendar months before or after another; the last day of a shorter month.
fn months(args: &[ArrayRef], sign: i64) -> Result<ArrayRef> {
    let (days, months) =
        (args[0].as_primitive::<Date32Type>(), args[1].as_primitive::<Int64Type>());
    let moved = days.iter().zip(months).map(|pair| {
        let (Some(day), Some(months)) = pair else { return Ok(None) };
        Ok(Some(day_number(add_months(date(day)?, sign * months))))
    });
    Ok(Arc::new(moved.collect::<Result<Date32Array>>()?))
}

/// Days from the first day to the second.
fn days_between(args: &[ArrayRef]) -> Result<ArrayRef> {
    let (from, until) =
        (args[0].as_primitive::<Date32Type>(), args[1].as_primitive::<Date32Type>());
    let counted =
        from.iter().zip(until).map(|(from, until)| Some(i64::from(until?) - i64::from(from?)));
    Ok(Arc::new(counted.collect::<Int64Array>()))
}

/// Working days after the first day up to and with the second.
fn workdays_between(args: &[ArrayRef], calendar: &Calendar) -> Result<ArrayRef> {
    let (from, until) =
        (args[0].as_primitive::<Date32Type>(), args[1].as_primitive::<Date32Type>());
    let counted = from.iter().zip(until).map(|pair| {
        let (Some(from), Some(until)) = pair else { return Ok(None) };
        calendar.working_days_after(date(from)?, date(until)?).map(Some).map_err(refused)
    });
    Ok(Arc::new(counted.collect::<Result<Int64Array>>()?))
}

/// The day on which so many working days have passed after a day.
fn workdays_after(args: &[ArrayRef], calendar: &Calendar) -> Result<ArrayRef> {
    let (from, days) = (args[0].as_primitive::<Date32Type>(), args[1].as_primitive::<Int64Type>());
    let moved = from.iter().zip(days).map(|pair| {
        let (Some(from), Some(days)) = pair else { return Ok(None) };
        let day = calendar.add_working_days(date(from)?, days).map_err(refused)?;
        Ok(Some(day_number(day)))
    });
    Ok(Arc::new(moved.collect::<Result<Date32Array>>()?))
}

/// Whether a day is from the first on, where there is one, and not behind the second, which is included.
fn in_force(args: &[ArrayRef]) -> Result<ArrayRef> {
    let column = |at: usize| args[at].as_primitive::<Date32Type>();
    let (from, until, on) = (column(0), column(1), column(2));
    let held = (0..on.len()).map(|at| {
        let begun = from.is_null(at) || from.value(at) <= on.value(at);
        let open = until.is_null(at) || on.value(at) <= until.value(at);
        (!on.is_null(at)).then_some(begun && open)
    });
    Ok(Arc::new(held.collect::<BooleanArray>()))
}

pub(crate) fn date(number: i32) -> Result<Date> {
    EPOCH.checked_add(i64::from(number).days()).map_err(refused)
}

fn refused(why: impl std::fmt::Display) -> DataFusionError {
    DataFusionError::Execution(why.to_string())
}

#[cfg(test)]
mod tests;

//! From changes to columns.

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, LazyLock},
};

use datafusion::arrow::{
    array::{
        ArrayRef, BooleanBuilder, Date32Builder, Int64Builder, ListBuilder, RecordBatch,
        StringBuilder, TimestampMicrosecondBuilder,
    },
    datatypes::DataType,
};
use domain::{standing::Standing, subject::Kind};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::{
    change::{Change, Profile},
    columns::{ColumnKind, Columns, element},
    error::Error,
};

/// The day from which a column of days counts.
pub(crate) static EPOCH: LazyLock<Date> =
    LazyLock::new(|| Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC).date());

/// A day as a column holds it.
pub(crate) fn day_number(day: Date) -> i32 {
    // Some four million days either way.
    EPOCH.until(day).map(|span| span.get_days()).unwrap_or_default()
}

/// Records in the order given, as columns of their table.
pub(crate) fn records(columns: &Columns, changes: &[&Change]) -> Result<RecordBatch, Error> {
    let mut arrays = common(changes);
    let mut cells: Vec<Cells> = columns.fields.iter().map(|field| Cells::new(field.kind)).collect();
    for (row, change) in changes.iter().enumerate() {
        read_payload(columns, change, &mut cells)?;
        cells.iter_mut().for_each(|cells| cells.fill(row + 1));
    }
    arrays.extend(cells.into_iter().map(Cells::finish));
    Ok(RecordBatch::try_new(columns.schema.clone(), arrays)?)
}

fn common(changes: &[&Change]) -> Vec<ArrayRef> {
    let mut instants =
        TimestampMicrosecondBuilder::with_capacity(changes.len()).with_timezone("UTC");
    for change in changes {
        instants.append_value(change.known_from.as_microsecond());
    }
    let mut arrays = vec![
        numbers(changes, |change| Some(change.subject.0)),
        numbers(changes, |change| Some(change.record.0)),
        numbers(changes, |change| Some(change.position)),
        texts(changes, |change| Some(change.kind.code())),
        texts(changes, |change| named(change.kind, &change.name)),
        texts(changes, |change| Some(&*change.department)),
        numbers(changes, |change| Some(change.submission)),
        numbers(changes, |change| Some(change.row)),
        days(changes, |change| change.decided_on),
        days(changes, |change| change.effective_from),
        days(changes, |change| change.effective_until),
        days(changes, |change| change.counts_until),
        flags(changes, |change| change.withdrawn),
        flags(changes, |change| change.overridden),
        Arc::new(instants.finish()),
    ];
    arrays.extend(
        (0..Standing::ALL.len()).map(|state| days(changes, |change| change.standings[state])),
    );
    arrays
}

/// Subjects in the order given, as columns of their table.
pub(crate) fn subjects(columns: &Columns, profiles: &[&Profile]) -> Result<RecordBatch, Error> {
    let arrays = vec![
        numbers(profiles, |one| Some(one.subject.0)),
        texts(profiles, |one| Some(one.kind.code())),
        texts(profiles, |one| named(one.kind, &one.name)),
        texts(profiles, |one| one.uscc.as_deref()),
        texts(profiles, |one| one.district.as_deref()),
        texts(profiles, |one| one.industry.as_deref()),
        texts(profiles, |one| one.status.as_deref()),
        flags(profiles, |one| one.ended),
        days(profiles, |one| one.established_on),
        numbers(profiles, |one| one.registered_capital),
    ];
    Ok(RecordBatch::try_new(columns.schema.clone(), arrays)?)
}

/// The name, unless it is a natural person's.
fn named(kind: Kind, name: &str) -> Option<&str> {
    (kind != Kind::NaturalPerson).then_some(name)
}

fn numbers<T>(rows: &[&T], of: impl Fn(&T) -> Option<i64>) -> ArrayRef {
    let mut built = Int64Builder::with_capacity(rows.len());
    rows.iter().for_each(|row| built.append_option(of(row)));
    Arc::new(built.finish())
}

fn texts<'r, T>(rows: &[&'r T], of: impl Fn(&'r T) -> Option<&'r str>) -> ArrayRef {
    let mut built = StringBuilder::with_capacity(rows.len(), rows.len() * 16);
    rows.iter().for_each(|row| built.append_option(of(row)));
    Arc::new(built.finish())
}

fn days<T>(rows: &[&T], of: impl Fn(&T) -> Option<Date>) -> ArrayRef {
    let mut built = Date32Builder::with_capacity(rows.len());
    rows.iter().for_each(|row| built.append_option(of(row).map(day_number)));
    Arc::new(built.finish())
}

fn flags<T>(rows: &[&T], of: impl Fn(&T) -> bool) -> ArrayRef {
    let mut built = BooleanBuilder::with_capacity(rows.len());
    rows.iter().for_each(|row| built.append_value(of(row)));
    Arc::new(built.finish())
}

/// One column of a payload while it is built.
enum Cells {
    Text(StringBuilder),
    Date(Date32Builder),
    Integer(Int64Builder),
    Flag(BooleanBuilder),
    Codes(ListBuilder<StringBuilder>),
}

impl Cells {
    fn new(kind: ColumnKind) -> Cells {
        match kind {
            ColumnKind::Text => Cells::Text(StringBuilder::new()),
            ColumnKind::Date => Cells::Date(Date32Builder::new()),
            ColumnKind::Integer => Cells::Integer(Int64Builder::new()),
            ColumnKind::Flag => Cells::Flag(BooleanBuilder::new()),
            ColumnKind::Codes => {
                let codes = ListBuilder::new(StringBuilder::new());
                Cells::Codes(codes.with_field(element(DataType::Utf8)))
            }
        }
    }

    /// Says nothing where a row said nothing.
    fn fill(&mut self, rows: usize) {
        use datafusion::arrow::array::ArrayBuilder as _;
        match self {
            Cells::Text(built) if built.len() < rows => built.append_null(),
            Cells::Date(built) if built.len() < rows => built.append_null(),
            Cells::Integer(built) if built.len() < rows => built.append_null(),
            Cells::Flag(built) if built.len() < rows => built.append_null(),
            Cells::Codes(built) if built.len() < rows => built.append_null(),
            _ => {}
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Cells::Text(mut built) => Arc::new(built.finish()),
            Cells::Date(mut built) => Arc::new(built.finish()),
            Cells::Integer(mut built) => Arc::new(built.finish()),
            Cells::Flag(mut built) => Arc::new(built.finish()),
            Cells::Codes(mut built) => Arc::new(built.finish()),
        }
    }
}

/// Puts the values of one payload behind those of the rows before it.
fn read_payload(columns: &Columns, change: &Change, cells: &mut [Cells]) -> Result<(), Error> {
    let person = change.kind == Kind::NaturalPerson;
    let mut json = serde_json::Deserializer::from_str(&change.payload);
    let read = json.deserialize_map(Row { columns, cells, person });
    read.map_err(|_| Error::Corrupt(format!("payload of record {}", change.record)))
}

struct Row<'r> {
    columns: &'r Columns,
    cells: &'r mut [Cells],
    person: bool,
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of canonical values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = map.next_key()? {
            let place = self.columns.by_name.get(&*name);
            let kept = place.filter(|&&place| !(self.person && self.columns.fields[place].free));
            match kept {
                Some(&place) => map.next_value_seed(&mut self.cells[place])?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// A name, borrowed where it is written without escapes.
#[derive(serde::Deserialize)]
struct Name<'n>(#[serde(borrow)] Cow<'n, str>);

impl<'de> DeserializeSeed<'de> for &mut Cells {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Cells {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a canonical value of the kind of its field")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        match self {
            Cells::Text(built) => built.append_value(text),
            Cells::Date(built) => {
                built.append_value(day_number(text.parse().map_err(E::custom)?));
            }
            // One code where several are allowed.
            Cells::Codes(built) => {
                built.values().append_value(text);
                built.append(true);
            }
            _ => return Err(E::custom("text")),
        }
        Ok(())
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<(), E> {
        match self {
            Cells::Integer(built) => built.append_value(number),
            _ => return Err(E::custom("a number")),
        }
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        self.visit_i64(i64::try_from(number).map_err(E::custom)?)
    }

    fn visit_bool<E: serde::de::Error>(self, flag: bool) -> Result<(), E> {
        match self {
            Cells::Flag(built) => built.append_value(flag),
            _ => return Err(E::custom("a flag")),
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut codes: A) -> Result<(), A::Error> {
        let Cells::Codes(built) = self else { return Err(A::Error::custom("codes")) };
        while let Some(Name(code)) = codes.next_element()? {
            built.values().append_value(code);
        }
        built.append(true);
        Ok(())
    }
}

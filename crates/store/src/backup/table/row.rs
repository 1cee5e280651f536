//! A row of a table as the file of a backup holds it, read and written.

use domain::sealed::hex;
use serde_json::{Value, json};
use sqlx::{
    Any, Row as _,
    any::{AnyArguments, AnyRow},
    query::Query,
};

use super::{
    Kind::{self, Bytes, Flag, Number, Text},
    Table,
};
use crate::{error::Error, register::Engine};

impl Table {
    pub fn is_counter(&self) -> bool {
        self.name == "counter"
    }

    pub fn select(&self) -> String {
        let columns: Vec<String> =
            self.columns.iter().map(|(name, kind)| selected(name, *kind)).collect();
        let accepted = self.submission.map(|column| {
            format!(" where {column} not in (select id from submission where accepted_at is null)")
        });
        let accepted = accepted.unwrap_or_default();
        format!("select {} from {}{accepted}", columns.join(", "), self.name)
    }

    /// The row as the file holds it.
    pub fn read(&self, row: &AnyRow) -> Result<Vec<Value>, Error> {
        let cells = self.columns.iter().enumerate();
        cells.map(|(at, (_, kind))| read(row, at, *kind)).collect()
    }

    pub fn insert(&self, rows: usize) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let row = |at: usize| {
            let first = at * names.len() + 1;
            let places: Vec<String> =
                (first..first + names.len()).map(|n| format!("${n}")).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        format!("insert into {} ({}) values {}", self.name, names.join(", "), rows.join(", "))
    }

    /// Gives a row of the file to an insert.
    pub fn bind<'q>(
        &self,
        mut query: Query<'q, Any, AnyArguments>,
        row: &[Value],
        engine: &Engine,
    ) -> Result<Query<'q, Any, AnyArguments>, Error> {
        if row.len() != self.columns.len() {
            return Err(Error::Corrupt(format!("a row of {} in the backup", self.name)));
        }
        for ((name, kind), cell) in self.columns.iter().zip(row) {
            let corrupt = || Error::Corrupt(format!("{}.{name} in the backup", self.name));
            query = match (kind, cell) {
                (Text, Value::Null) => query.bind(None::<String>),
                (Text, Value::String(text)) => query.bind(held_text(text, engine)),
                (Number, Value::Null) => query.bind(None::<i64>),
                (Number, Value::Number(number)) => query.bind(number.as_i64().ok_or_else(corrupt)?),
                (Flag, Value::Bool(flag)) => query.bind(*flag),
                (Bytes, Value::Object(marker)) => {
                    let digits = marker.get("x").and_then(Value::as_str);
                    query.bind(digits.and_then(unhex).ok_or_else(corrupt)?)
                }
                _ => return Err(corrupt()),
            };
        }
        Ok(query)
    }
}

/// SQLite's `Any` driver knows no boolean column.
fn selected(name: &str, kind: Kind) -> String {
    match kind {
        Flag => format!("case when {name} then 1 else 0 end"),
        Bytes | Number | Text => name.to_owned(),
    }
}

fn read(row: &AnyRow, at: usize, kind: Kind) -> Result<Value, Error> {
    Ok(match kind {
        Bytes => json!({ "x": hex(row.try_get::<&[u8], _>(at)?) }),
        Flag => Value::from(row.try_get::<i64, _>(at)? != 0),
        Number => Value::from(row.try_get::<Option<i64>, _>(at)?),
        Text => Value::from(row.try_get::<Option<String>, _>(at)?),
    })
}

/// PostgreSQL holds no NUL; loading into it drops them in the same way.
fn held_text(text: &str, engine: &Engine) -> String {
    match engine {
        Engine::Postgres(_) => text.replace('\0', ""),
        Engine::Sqlite(_) => text.to_owned(),
    }
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(digit(*high)? * 16 + digit(*low)?)).collect()
}

//! A department's front-end library (前置库): its own database, of which rows are read and to which nothing
//! is written.
//!
//! One reading sees one moment of the library, however long it takes and whoever writes meanwhile.

use domain::pull::{Relation, Seen};
use futures_util::TryStreamExt as _;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};

use crate::error::Error;

/// What is read.
#[derive(Clone, Debug)]
pub struct Wanted<'w> {
    pub relation: &'w Relation,
    /// The column by which new rows are told; every row where there is none.
    pub cursor: Option<&'w str>,
    /// Rows behind this cursor.
    pub after: Option<&'w str>,
    /// Seconds before it that are read again where the cursor is an instant: a writer takes its instant
    /// long before it writes.
    pub overlap: i64,
}

/// How rows behind a cursor are told.
enum Behind {
    /// A number that no two rows share.
    Number,
    /// Several rows may bear the same day or instant: those of the last one are read again.
    Day,
    Instant,
}

/// Takes the heading first, then every row.
pub type Take<'t> = dyn FnMut(&[Option<String>]) -> std::io::Result<()> + Send + 't;

/// A column with its type, as the library names them.
struct Column {
    name: String,
    kind: String,
}

/// Reads rows of a library and answers what the reading saw.
pub async fn read(url: &str, wanted: &Wanted<'_>, take: &mut Take<'_>) -> Result<Seen, Error> {
    sqlx::any::install_default_drivers();
    let postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
    let mut connection = AnyConnection::connect(&address(url, postgres)).await?;
    let begin = match postgres {
        true => "set datestyle = 'ISO'; begin isolation level repeatable read read only",
        false => "begin",
    };
    sqlx::raw_sql(begin).execute(&mut connection).await?;
    let columns = columns(&mut connection, wanted.relation, postgres).await?;
    if columns.is_empty() {
        let name = named(wanted.relation);
        return Err(Error::Refused(format!("the library has no table or view {name}")));
    }
    let seen = rows(&mut connection, wanted, &columns, postgres, take).await?;
    sqlx::raw_sql("commit").execute(&mut connection).await?;
    connection.close().await?;
    Ok(seen)
}

/// SQLite is opened for reading alone: a mistyped path must not make an empty library.
fn address(url: &str, postgres: bool) -> String {
    match postgres {
        true => url.to_owned(),
        false if url.contains("mode=") => url.to_owned(),
        false => format!("{url}{}mode=ro", if url.contains('?') { '&' } else { '?' }),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn named(relation: &Relation) -> String {
    let schema = relation.schema.as_deref().map(|schema| format!("{}.", quoted(schema)));
    format!("{}{}", schema.unwrap_or_default(), quoted(&relation.name))
}

async fn columns(
    connection: &mut AnyConnection,
    relation: &Relation,
    postgres: bool,
) -> Result<Vec<Column>, Error> {
    let statement = match postgres {
        true => {
            "select cast(a.attname as text), cast(format_type(a.atttypid, a.atttypmod) as text)
             from pg_attribute a where a.attrelid = to_regclass($1) and a.attnum > 0
               and not a.attisdropped order by a.attnum"
        }
        false => "select name, type from pragma_table_info($1)",
    };
    let name = if postgres { named(relation) } else { relation.name.clone() };
    let rows = sqlx::query(statement).bind(name).fetch_all(connection).await?;
    rows.iter().map(|row| Ok(Column { name: row.try_get(0)?, kind: row.try_get(1)? })).collect()
}

async fn rows(
    connection: &mut AnyConnection,
    wanted: &Wanted<'_>,
    columns: &[Column],
    postgres: bool,
    take: &mut Take<'_>,
) -> Result<Seen, Error> {
    let mut seen = Seen::default();
    if postgres {
        seen.writers = Some(writers(connection).await?);
    }
    let from = named(wanted.relation);
    let kept: Vec<&Column> =
        columns.iter().filter(|column| Some(column.name.as_str()) != wanted.cursor).collect();
    let heading: Vec<Option<String>> =
        kept.iter().map(|column| Some(column.name.clone())).collect();
    take(&heading)?;
    let list: Vec<String> =
        kept.iter().map(|column| format!("cast({} as text)", quoted(&column.name))).collect();
    let list = list.join(", ");
    let mut statement = format!("select {list} from {from}");
    match wanted.cursor {
        // In one order, so that the same rows are the same file.
        None => {
            let places: Vec<String> = (1..=kept.len()).map(|place| place.to_string()).collect();
            statement += &format!(" order by {}", places.join(", "));
        }
        Some(cursor) => {
            let column = columns.iter().find(|column| column.name == cursor).ok_or_else(|| {
                Error::Refused(format!("{from} has no column {}", quoted(cursor)))
            })?;
            seen.last = greatest(connection, &from, column).await?;
            let behind = behind(column, postgres, seen.last.as_deref().unwrap_or_default())?;
            let name = quoted(cursor);
            if wanted.after.is_some() {
                let place = place(&behind, column, postgres, wanted.overlap);
                statement += &format!(" where {name} {place}");
            }
            statement += &format!(" order by {name}, {}", quoted(&kept[0].name));
        }
    }
    let after = wanted.cursor.and(wanted.after);
    seen.rows = fetch(connection, statement, after, kept.len(), take).await?;
    Ok(seen)
}

/// Hands every row of a statement on, and answers how many there were.
async fn fetch(
    connection: &mut AnyConnection,
    statement: String,
    after: Option<&str>,
    columns: usize,
    take: &mut Take<'_>,
) -> Result<u64, Error> {
    let mut query = sqlx::query(AssertSqlSafe(statement));
    if let Some(after) = after {
        query = query.bind(after.to_owned());
    }
    let mut found = query.fetch(connection);
    let mut cells: Vec<Option<String>> = Vec::with_capacity(columns);
    let mut rows = 0;
    while let Some(row) = found.try_next().await? {
        cells.clear();
        for place in 0..columns {
            cells.push(row.try_get(place)?);
        }
        take(&cells)?;
        rows += 1;
    }
    Ok(rows)
}

/// The oldest transaction at work as this reading sees it, and the number of the next.
async fn writers(connection: &mut AnyConnection) -> Result<(u64, u64), Error> {
    let statement = "\
        select cast(pg_snapshot_xmin(pg_current_snapshot()) as text),
          cast(pg_snapshot_xmax(pg_current_snapshot()) as text)";
    let row = sqlx::query(statement).fetch_one(connection).await?;
    let number = |place: usize| -> Result<u64, Error> {
        let text: String = row.try_get(place)?;
        text.parse().map_err(|_| Error::Corrupt(format!("transaction number {text}")))
    };
    Ok((number(0)?, number(1)?))
}

/// The greatest cursor there is; a library in which some rows have none is refused, because those would
/// never be read.
async fn greatest(
    connection: &mut AnyConnection,
    from: &str,
    column: &Column,
) -> Result<Option<String>, Error> {
    let name = quoted(&column.name);
    let empty = format!("select count(*) from {from} where {name} is null");
    let empty: i64 = sqlx::query_scalar(AssertSqlSafe(empty)).fetch_one(&mut *connection).await?;
    if empty != 0 {
        return Err(Error::Refused(format!(
            "{empty} rows of {from} have no {name}: fill the cursor in"
        )));
    }
    let statement = format!("select cast(max({name}) as text) from {from}");
    Ok(sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(connection).await?)
}

/// How a column tells new rows; one that does not is refused. SQLite takes anything in any column: what
/// stands there last says what it is.
fn behind(column: &Column, postgres: bool, last: &str) -> Result<Behind, Error> {
    let refused = || {
        let (name, kind) = (quoted(&column.name), &column.kind);
        Error::Refused(format!(
            "{name} is of type {kind} and cannot be a cursor: choose a number, a day or an instant"
        ))
    };
    told_by(column, postgres, last).ok_or_else(refused)
}

fn told_by(column: &Column, postgres: bool, last: &str) -> Option<Behind> {
    let kind = column.kind.to_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| kind.starts_with(word));
    let number = begins(&["int", "bigint", "smallint", "numeric", "number", "decimal"]);
    if postgres {
        return match kind.as_str() {
            "date" => Some(Behind::Day),
            _ if kind.contains('[') || kind.starts_with("interval") => None,
            _ if number => Some(Behind::Number),
            _ if kind.starts_with("timestamp") => Some(Behind::Instant),
            _ => None,
        };
    }
    let dated = last.is_empty() || last.as_bytes().get(4) == Some(&b'-');
    match last.len() {
        10 if dated => Some(Behind::Day),
        _ if dated => Some(Behind::Instant),
        _ => number.then_some(Behind::Number),
    }
}

/// Where rows are wanted from, in the column's own type.
fn place(behind: &Behind, column: &Column, postgres: bool, overlap: i64) -> String {
    let kind = &column.kind;
    match (behind, postgres) {
        (Behind::Number, true) => format!("> cast($1 as {kind})"),
        (Behind::Number, false) => "> cast($1 as integer)".to_owned(),
        (Behind::Day, true) => format!(">= cast($1 as {kind})"),
        (Behind::Day, false) => ">= $1".to_owned(),
        (Behind::Instant, true) => {
            format!(">= cast($1 as {kind}) - interval '{overlap} seconds'")
        }
        // Text in the form 2026-11-20T09:00:00 stands behind the same with a space, and is read again.
        (Behind::Instant, false) => format!(
            ">= coalesce(strftime('%Y-%m-%d %H:%M:%S', substr($1, 1, 19), '-{overlap} seconds'), $1)"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    /// Every row behind a cursor, parted by bars, and what was seen.
    async fn all(
        url: &str,
        cursor: Option<&str>,
        after: Option<&str>,
    ) -> Result<(Vec<String>, Seen), Error> {
        let relation = Relation::parse("xzcf").unwrap();
        let wanted = Wanted { relation: &relation, cursor, after, overlap: 0 };
        let mut lines = Vec::new();
        let mut take = |cells: &[Option<String>]| {
            let cells: Vec<&str> =
                cells.iter().map(|cell| cell.as_deref().unwrap_or("∅")).collect();
            lines.push(cells.join("|"));
            Ok(())
        };
        let seen = read(url, &wanted, &mut take).await?;
        Ok((lines, seen))
    }

    async fn run(connection: &mut AnyConnection, statement: &'static str) {
        sqlx::raw_sql(statement).execute(connection).await.unwrap();
    }

    const TABLE: &str = "create table xzcf (id integer primary key, wsh text, fk numeric)";
    const ROWS: &str = "insert into xzcf values (1, '示罚1号', 0.2), (2, '示罚2号', null)";

    #[tokio::test]
    async fn a_library_is_read_behind_its_cursor() {
        for sample in samples::each().await {
            let url = match sample.register.engine() {
                crate::register::Engine::Sqlite(_) => {
                    format!("sqlite:{}", sample.folder.path().join("qzk.db").display())
                }
                crate::register::Engine::Postgres(url) => url.clone(),
            };
            let opened =
                if url.starts_with("sqlite") { format!("{url}?mode=rwc") } else { url.clone() };
            let mut writer = AnyConnection::connect(&opened).await.unwrap();
            run(&mut writer, TABLE).await;
            run(&mut writer, ROWS).await;
            let (lines, seen) = all(&url, Some("id"), None).await.unwrap();
            assert_eq!(lines, ["wsh|fk", "示罚1号|0.2", "示罚2号|∅"]);
            assert_eq!((seen.rows, seen.last.as_deref()), (2, Some("2")));
            let (lines, seen) = all(&url, Some("id"), Some("1")).await.unwrap();
            assert_eq!((lines.len(), seen.rows), (2, 1));
            let (lines, _) = all(&url, None, None).await.unwrap();
            assert_eq!(lines[0], "id|wsh|fk");
            let wrong = all(&url, Some("nirgends"), None).await.unwrap_err();
            assert!(wrong.to_string().contains("nirgends"), "{wrong}");
            run(&mut writer, "drop table xzcf").await;
            assert!(matches!(all(&url, None, None).await, Err(Error::Refused(_))));
        }
    }

    /// Rows that bear the very instant of the last reading are read again, and what cannot be put in an
    /// order is no cursor.
    #[tokio::test]
    async fn an_instant_is_read_again_with_what_bears_it_too() {
        for sample in samples::each().await {
            let sqlite = matches!(sample.register.engine(), crate::register::Engine::Sqlite(_));
            let url = match sample.register.engine() {
                crate::register::Engine::Postgres(url) => url.clone(),
                crate::register::Engine::Sqlite(_) => {
                    format!("sqlite:{}", sample.folder.path().join("qzk.db").display())
                }
            };
            let opened = if sqlite { format!("{url}?mode=rwc") } else { url.clone() };
            let mut writer = AnyConnection::connect(&opened).await.unwrap();
            let table = "create table xzcf (gxsj timestamp, rq date, wsh text);
                insert into xzcf values ('2026-11-20 09:00:00', '2026-11-20', 'a'),
                  ('2026-11-20 09:00:30', '2026-11-20', 'b'), ('2026-11-20 09:00:30', '2026-11-20', 'c')";
            run(&mut writer, table).await;
            let relation = Relation::parse("xzcf").unwrap();
            for (cursor, after, overlap, rows) in [
                ("gxsj", "2026-11-20 09:00:30", 0, 2),
                ("gxsj", "2026-11-20 09:00:30", 60, 3),
                ("rq", "2026-11-20", 60, 3),
                ("rq", "2026-11-21", 60, 0),
            ] {
                let wanted = Wanted {
                    relation: &relation,
                    cursor: Some(cursor),
                    after: Some(after),
                    overlap,
                };
                let seen = read(&url, &wanted, &mut |_| Ok(())).await.unwrap();
                assert_eq!(seen.rows, rows, "{cursor} {after} {overlap}");
            }
            let wrong = all(&url, Some("wsh"), None).await.unwrap_err();
            assert!(wrong.to_string().contains("cannot be a cursor"), "{wrong}");
            run(&mut writer, "drop table xzcf").await;
        }
    }

    #[tokio::test]
    async fn a_path_that_leads_nowhere_makes_no_library() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("qzk.db");
        let url = format!("sqlite:{}", path.display());
        assert!(all(&url, None, None).await.is_err());
        assert!(!path.exists());
    }
}

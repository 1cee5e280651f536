//! Ledgers (台账): what documents a department has, by its own books.

use jiff::{Timestamp, civil::Date};
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    register::{Register, Write},
    stamp,
};

/// One document of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The number in the form in which numbers are compared.
    pub key: String,
    pub number: String,
    pub decided_on: Date,
    /// What book or system it stands in.
    pub source: String,
}

/// Adds documents; one that is known is replaced by what is said now.
pub async fn add(
    write: &mut Write,
    (department, item): (&str, &str),
    entries: &[LedgerEntry],
    by: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let statement = "\
        insert into ledger_entry (department, item, number_key, number, decided_on, source, added_by,
          added_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (department, item, number_key) do update set number = $4, decided_on = $5,
          source = $6, added_by = $7, added_at = $8";
    for entry in entries {
        sqlx::query(statement)
            .bind(department)
            .bind(item)
            .bind(&entry.key)
            .bind(&entry.number)
            .bind(entry.decided_on.to_string())
            .bind(&entry.source)
            .bind(by)
            .bind(stamp::instant(at))
            .execute(&mut *write.tx)
            .await?;
    }
    Ok(())
}

/// The documents of a ledger dated in a span of days, in the order of their days.
pub async fn dated(
    register: &Register,
    (department, item): (&str, &str),
    (from, until): (Date, Date),
) -> Result<Vec<LedgerEntry>, Error> {
    let statement = "\
        select number_key, number, decided_on, source from ledger_entry
        where department = $1 and item = $2 and decided_on >= $3 and decided_on <= $4
        order by decided_on, number_key";
    let rows = sqlx::query(statement)
        .bind(department)
        .bind(item)
        .bind(from.to_string())
        .bind(until.to_string())
        .fetch_all(&register.pool)
        .await?;
    let read = |row: &AnyRow| -> Result<LedgerEntry, Error> {
        let day: String = row.try_get(2)?;
        Ok(LedgerEntry {
            key: row.try_get(0)?,
            number: row.try_get(1)?,
            decided_on: stamp::read_day(Some(&day))?
                .ok_or_else(|| Error::Corrupt("ledger_entry.decided_on".to_owned()))?,
            source: row.try_get(3)?,
        })
    };
    rows.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{Sample, each, now};

    #[tokio::test]
    async fn a_document_stands_in_a_ledger_once() {
        for Sample { register, folder: _folder } in each().await {
            let day = jiff::civil::date(2026, 5, 4);
            let entry = |number: &str, source: &str| LedgerEntry {
                key: number.to_owned(),
                number: number.to_owned(),
                decided_on: day,
                source: source.to_owned(),
            };
            let source = ("scjg", "penalty");
            let mut write = register.write().await.unwrap();
            let both = [entry("1", "台账"), entry("2", "台账")];
            add(&mut write, source, &both, "account:1", now()).await.unwrap();
            add(&mut write, source, &[entry("2", "执法系统")], "account:1", now()).await.unwrap();
            write.commit().await.unwrap();
            let found = dated(&register, source, (day, day)).await.unwrap();
            assert_eq!(found, [entry("1", "台账"), entry("2", "执法系统")]);
            assert!(dated(&register, ("scjg", "licence"), (day, day)).await.unwrap().is_empty());
        }
    }
}

//! Zero reports (零报告): statements that a period brought nothing.

use jiff::{Timestamp, civil::Date};
use sqlx::Row as _;

use crate::{
    error::Error,
    register::{Register, Write},
    stamp,
};

/// A statement that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZeroReport {
    pub department: String,
    pub item: String,
    pub first_day: Date,
    pub last_day: Date,
    pub actor: String,
    /// The name under it.
    pub name: String,
    pub stated_at: Timestamp,
}

/// Keeps a statement; false where one stands for the period already.
pub async fn state(write: &mut Write, report: &ZeroReport) -> Result<bool, Error> {
    let statement = "\
        insert into zero_report (department, item, first_day, stated_at, last_day, actor, name)
        select $1, $2, $3, $4, $5, $6, $7
        where not exists (
          select 1 from zero_report
          where department = $1 and item = $2 and first_day = $3 and withdrawn_at is null)";
    let done = sqlx::query(statement)
        .bind(&report.department)
        .bind(&report.item)
        .bind(report.first_day.to_string())
        .bind(stamp::instant(report.stated_at))
        .bind(report.last_day.to_string())
        .bind(&report.actor)
        .bind(&report.name)
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes the statement of a period back; it stays in the register. False where none stands.
pub async fn withdraw(
    write: &mut Write,
    (department, item, first_day): (&str, &str, Date),
    by: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    let statement = "\
        update zero_report set withdrawn_at = $4, withdrawn_by = $5
        where department = $1 and item = $2 and first_day = $3 and withdrawn_at is null";
    let done = sqlx::query(statement)
        .bind(department)
        .bind(item)
        .bind(first_day.to_string())
        .bind(stamp::instant(at))
        .bind(by)
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The statements that stand for periods that end on a day or later, of one department or of all.
pub async fn standing(
    register: &Register,
    department: Option<&str>,
    since: Date,
) -> Result<Vec<ZeroReport>, Error> {
    let statement = "\
        select department, item, first_day, last_day, actor, name, stated_at from zero_report
        where last_day >= $1 and withdrawn_at is null and ($2 = '' or department = $2)
        order by department, item, first_day";
    let rows = sqlx::query(statement)
        .bind(since.to_string())
        .bind(department.unwrap_or_default())
        .fetch_all(&register.pool)
        .await?;
    let day = |text: String| {
        stamp::read_day(Some(&text))?.ok_or_else(|| Error::Corrupt("zero_report".to_owned()))
    };
    rows.iter()
        .map(|row| {
            Ok(ZeroReport {
                department: row.try_get(0)?,
                item: row.try_get(1)?,
                first_day: day(row.try_get(2)?)?,
                last_day: day(row.try_get(3)?)?,
                actor: row.try_get(4)?,
                name: row.try_get(5)?,
                stated_at: stamp::read_instant(&row.try_get::<String, _>(6)?)?,
            })
        })
        .collect()
}

//! Deadlines (时限) of cases: one row each, in the order in which they began.

use domain::{deadline::Deadline, ids::CaseId};
use jiff::civil::Date;
use sqlx::{Any, Executor, Row as _, any::AnyRow};

use crate::{
    error::Error,
    register::{Register, Write},
    stamp,
};

/// A deadline with its place in the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    pub case: CaseId,
    pub seq: i64,
    pub deadline: Deadline,
    /// It ran out, and what follows from that was done.
    pub lapsed: bool,
}

/// Begins a deadline.
pub async fn start(write: &mut Write, case: CaseId, deadline: &Deadline) -> Result<(), Error> {
    let statement = "\
        insert into case_deadline (case_id, seq, rule, started_on, due_on, extended, paused_on,
          paused_days, ended_on, lapsed)
        select $1, count(*) + 1, $2, $3, $4, $5, $6, $7, $8, $9 from case_deadline where case_id = $1";
    sqlx::query(statement)
        .bind(case.0)
        .bind(&deadline.rule)
        .bind(deadline.started_on.to_string())
        .bind(stamp::day(deadline.due_on))
        .bind(deadline.extended)
        .bind(stamp::day(deadline.paused_on))
        .bind(deadline.paused_days)
        .bind(stamp::day(deadline.ended_on))
        .bind(false)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Keeps what became of a deadline.
pub async fn keep(write: &mut Write, running: &Running) -> Result<(), Error> {
    let statement = "\
        update case_deadline set due_on = $3, extended = $4, paused_on = $5, paused_days = $6,
          ended_on = $7, lapsed = $8
        where case_id = $1 and seq = $2";
    let deadline = &running.deadline;
    sqlx::query(statement)
        .bind(running.case.0)
        .bind(running.seq)
        .bind(stamp::day(deadline.due_on))
        .bind(deadline.extended)
        .bind(stamp::day(deadline.paused_on))
        .bind(deadline.paused_days)
        .bind(stamp::day(deadline.ended_on))
        .bind(running.lapsed)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Flags are read as numbers: the driver for both engines reads none of SQLite.
const DEADLINE: &str = "\
    select case_id, seq, rule, started_on, due_on, paused_on, paused_days, ended_on,
      case when extended then 1 else 0 end as extended, case when lapsed then 1 else 0 end as lapsed
    from case_deadline";

/// The deadlines of a case, in the order in which they began.
pub async fn of(register: &Register, case: CaseId) -> Result<Vec<Running>, Error> {
    found(&register.pool, case).await
}

/// The same in the transaction that goes on with the case.
pub async fn held(write: &mut Write, case: CaseId) -> Result<Vec<Running>, Error> {
    found(&mut *write.tx, case).await
}

async fn found<'e>(
    executor: impl Executor<'e, Database = Any>,
    case: CaseId,
) -> Result<Vec<Running>, Error> {
    let statement = format!("{DEADLINE} where case_id = $1 order by seq");
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(case.0).fetch_all(executor).await?;
    rows.iter().map(read).collect()
}

/// Deadlines that ran out before a day and for which nothing followed yet, and those whose last day
/// nobody could tell, by case; behind a case and a place where one is given.
pub async fn overdue(
    register: &Register,
    today: Date,
    after: (CaseId, i64),
    limit: i64,
) -> Result<Vec<Running>, Error> {
    let statement = format!(
        "{DEADLINE} where ended_on is null and lapsed = false and paused_on is null
           and (due_on is null or due_on < $1) and (case_id > $2 or (case_id = $2 and seq > $3))
         order by case_id, seq limit $4"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(today.to_string())
        .bind(after.0.0)
        .bind(after.1)
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Running, Error> {
    let day = |column: &str| -> Result<Option<Date>, Error> {
        let day: Option<String> = row.try_get(column)?;
        stamp::read_day(day.as_deref())
    };
    let started_on = day("started_on")?;
    Ok(Running {
        case: CaseId(row.try_get("case_id")?),
        seq: row.try_get("seq")?,
        deadline: Deadline {
            rule: row.try_get("rule")?,
            started_on: started_on
                .ok_or_else(|| Error::Corrupt("deadline without a day".to_owned()))?,
            due_on: day("due_on")?,
            extended: row.try_get::<i64, _>("extended")? != 0,
            paused_on: day("paused_on")?,
            ended_on: day("ended_on")?,
            paused_days: row.try_get("paused_days")?,
        },
        lapsed: row.try_get::<i64, _>("lapsed")? != 0,
    })
}

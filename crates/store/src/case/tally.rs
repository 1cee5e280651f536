//! How departments keep their deadlines: counted from the cases themselves.

use jiff::{Timestamp, civil::Date};
use sqlx::Row as _;

use crate::{error::Error, register::Register, stamp};

/// Cases of one organ that were opened since an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub organ: String,
    pub opened: i64,
    pub closed: i64,
    pub urged: i64,
}

/// Deadlines of one rule that ran out at one organ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapsed {
    pub organ: String,
    pub rule: String,
    pub count: i64,
}

/// The cases opened since an instant, by organ.
pub async fn opened(register: &Register, since: Timestamp) -> Result<Vec<Opened>, Error> {
    let statement = "\
        select c.organ, count(*) as opened,
          cast(sum(case when c.closed_at is not null then 1 else 0 end) as bigint) as closed,
          cast(sum((select count(*) from case_event e where e.case_id = c.id and e.step = 'urged'))
            as bigint) as urged
        from credit_case c where c.opened_at >= $1 group by c.organ order by c.organ";
    let rows = sqlx::query(statement).bind(stamp::instant(since)).fetch_all(&register.pool).await?;
    let read = |row: &sqlx::any::AnyRow| -> Result<Opened, Error> {
        Ok(Opened {
            organ: row.try_get("organ")?,
            opened: row.try_get("opened")?,
            closed: row.try_get("closed")?,
            urged: row.try_get("urged")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Deadlines that ran out since a day, by organ and rule.
pub async fn lapsed(register: &Register, since: Date) -> Result<Vec<Lapsed>, Error> {
    counted(register, "d.lapsed = true and d.due_on >= $1", since).await
}

/// Deadlines of open cases that have run out and still wait, however old, by organ and rule.
pub async fn overdue(register: &Register, today: Date) -> Result<Vec<Lapsed>, Error> {
    let waits = "d.ended_on is null and d.paused_on is null and d.due_on < $1
          and c.closed_at is null";
    counted(register, waits, today).await
}

async fn counted(register: &Register, which: &str, day: Date) -> Result<Vec<Lapsed>, Error> {
    let statement = format!(
        "select c.organ, d.rule, count(*) as count from case_deadline d
         join credit_case c on c.id = d.case_id where {which}
         group by c.organ, d.rule order by c.organ, d.rule"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(day.to_string())
        .fetch_all(&register.pool)
        .await?;
    let read = |row: &sqlx::any::AnyRow| -> Result<Lapsed, Error> {
        Ok(Lapsed {
            organ: row.try_get("organ")?,
            rule: row.try_get("rule")?,
            count: row.try_get("count")?,
        })
    };
    rows.iter().map(read).collect()
}

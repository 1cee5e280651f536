//! Faults (疑问数据) and the rows sent back.

use domain::{
    fault::{Fault, Level, Rule},
    ids::SubmissionId,
};
use sqlx::Row as _;

use crate::{error::Error, register::Register};

#[must_use]
pub fn level_code(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
    }
}

/// The faults of a submission by row, from a row on.
pub async fn of_submission(
    register: &Register,
    submission: SubmissionId,
    from_row: i64,
    limit: i64,
) -> Result<Vec<Fault>, Error> {
    let statement = "\
        select row_no, column_name, rule, level, detail, raw from fault
        where submission_id = $1 and row_no >= $2 order by row_no, seq limit $3";
    let rows = sqlx::query(statement)
        .bind(submission.0)
        .bind(from_row)
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    let mut faults = Vec::with_capacity(rows.len());
    for row in &rows {
        let (rule, level): (String, String) = (row.try_get(2)?, row.try_get(3)?);
        faults.push(Fault {
            row: u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default(),
            column: row.try_get(1)?,
            rule: Rule::from_id(&rule).ok_or_else(|| Error::Corrupt(format!("rule {rule}")))?,
            level: if level == "error" { Level::Error } else { Level::Warning },
            detail: Fault::detail_from(row.try_get(4)?),
            raw: row.try_get(5)?,
        });
    }
    Ok(faults)
}

/// How many faults there are of each rule.
pub async fn by_rule(
    register: &Register,
    submission: SubmissionId,
) -> Result<Vec<(String, String, i64)>, Error> {
    let statement = "\
        select rule, level, count(*) as n from fault where submission_id = $1 group by rule, level
        order by n desc, rule";
    let rows = sqlx::query(statement).bind(submission.0).fetch_all(&register.pool).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}

/// The rows sent back, with their cells as the caller sealed them.
pub async fn rejected(
    register: &Register,
    submission: SubmissionId,
    from_row: i64,
    limit: i64,
) -> Result<Vec<(u64, String)>, Error> {
    let statement = "\
        select row_no, cells from rejected_row where submission_id = $1 and row_no >= $2
        order by row_no limit $3";
    let rows = sqlx::query(statement)
        .bind(submission.0)
        .bind(from_row)
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter()
        .map(|row| {
            Ok((u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default(), row.try_get(1)?))
        })
        .collect()
}

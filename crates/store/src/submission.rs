//! Submissions (归集批次): receipts, counts and headings.

use domain::ids::SubmissionId;
use jiff::{SignedDuration, Timestamp};
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    load::Counts,
    register::{Register, Write},
    stamp,
};

/// One delivery as its receipt shows it.
#[derive(Clone, Debug)]
pub struct Submission {
    pub id: SubmissionId,
    pub receipt: String,
    pub item: String,
    pub department: String,
    pub pack: Option<String>,
    pub mode: String,
    pub file_name: String,
    pub file_digest: String,
    pub file_salt: String,
    pub file_bytes: i64,
    pub heading: Vec<String>,
    pub policy_version: String,
    pub actor: String,
    pub state: String,
    pub received_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub feed_first: Option<i64>,
    pub feed_count: i64,
    pub counts: Counts,
    /// The receipt of the delivery whose rows it mends.
    pub mends: Option<String>,
}

pub async fn get(register: &Register, id: SubmissionId) -> Result<Option<Submission>, Error> {
    let row = sqlx::query("select * from submission where id = $1")
        .bind(id.0)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

pub async fn by_receipt(register: &Register, receipt: &str) -> Result<Option<Submission>, Error> {
    let row = sqlx::query("select * from submission where receipt = $1")
        .bind(receipt)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The newest accepted submissions; of one department where one is named.
pub async fn recent(
    register: &Register,
    department: Option<&str>,
    limit: i64,
) -> Result<Vec<Submission>, Error> {
    let statement = "\
        select * from submission where accepted_at is not null and ($1 = '' or department = $1)
        order by accepted_at desc limit $2";
    let rows = sqlx::query(statement)
        .bind(department.unwrap_or_default())
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// Accepted submissions of a department, newest first, those before an id where one is given.
pub async fn of_department(
    register: &Register,
    department: &str,
    before: Option<SubmissionId>,
    limit: i64,
) -> Result<Vec<Submission>, Error> {
    let statement = "\
        select * from submission where accepted_at is not null and department = $1 and id < $2
        order by id desc limit $3";
    let rows = sqlx::query(statement)
        .bind(department)
        .bind(before.map_or(i64::MAX, |before| before.0))
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// Accepted submissions that mend rows of a receipt, oldest first.
pub async fn mending(register: &Register, receipt: &str) -> Result<Vec<Submission>, Error> {
    let statement = "\
        select * from submission where mends = $1 and accepted_at is not null order by id";
    let rows = sqlx::query(statement).bind(receipt).fetch_all(&register.pool).await?;
    rows.iter().map(read).collect()
}

/// The submission that holds a position of the change feed.
pub async fn holding(register: &Register, position: i64) -> Result<Option<Submission>, Error> {
    let statement = "\
        select * from submission where feed_first <= $1 and feed_count > 0
        order by feed_first desc limit 1";
    let row = sqlx::query(statement).bind(position).fetch_optional(&register.pool).await?;
    let last = row.as_ref().map(read).transpose()?;
    let reaches = |submission: &Submission| {
        submission.feed_first.is_some_and(|first| position < first + submission.feed_count)
    };
    Ok(last.filter(reaches))
}

/// The last position of the feed that a submission of an item holds; 0 where none does.
pub async fn last_position(register: &Register, item: &str) -> Result<i64, Error> {
    let statement = "\
        select cast(coalesce(max(feed_first + feed_count - 1), 0) as bigint) from submission
        where item = $1 and feed_count > 0";
    Ok(sqlx::query_scalar(statement).bind(item).fetch_one(&register.pool).await?)
}

/// The instant of the newest acceptance, or change of standing. Where a clock was ahead once it lies after now, and
/// whoever asks what is known now has to ask for then.
pub async fn newest_instant(register: &Register) -> Result<Option<Timestamp>, Error> {
    let newest: Option<String> = sqlx::query_scalar(NEWEST).fetch_one(&register.pool).await?;
    newest.as_deref().map(stamp::read_instant).transpose()
}

/// The instant of an acceptance or of a change of standing: now, or just after the newest one where a
/// clock was ahead of this one.
pub(crate) async fn next_instant(write: &mut Write, now: Timestamp) -> Result<Timestamp, Error> {
    let last: Option<String> = sqlx::query_scalar(NEWEST).fetch_one(&mut *write.tx).await?;
    let last = last.as_deref().map(stamp::read_instant).transpose()?;
    let tick = SignedDuration::from_micros(1);
    // As it will be read again, so that no two are the same.
    let now = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
    Ok(match last {
        Some(last) if now <= last => last.saturating_add(tick).unwrap_or(now),
        _ => now,
    })
}

const NEWEST: &str = "\
    select max(at) from (
      select max(accepted_at) as at from submission union all select max(at) from standing
      union all select max(at) from merge_change union all select max(made_at) from merge
      union all select max(ended_at) from merge) known";

fn read(row: &AnyRow) -> Result<Submission, Error> {
    let heading: String = row.try_get("heading")?;
    let accepted_at: Option<String> = row.try_get("accepted_at")?;
    let received_at: String = row.try_get("received_at")?;
    let count = |column: &str| -> Result<u64, Error> {
        Ok(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or_default())
    };
    Ok(Submission {
        id: SubmissionId(row.try_get("id")?),
        receipt: row.try_get("receipt")?,
        item: row.try_get("item")?,
        department: row.try_get("department")?,
        pack: row.try_get("pack")?,
        mode: row.try_get("mode")?,
        file_name: row.try_get("file_name")?,
        file_digest: row.try_get("file_digest")?,
        file_salt: row.try_get("file_salt")?,
        file_bytes: row.try_get("file_bytes")?,
        heading: serde_json::from_str(&heading)
            .map_err(|_| Error::Corrupt("submission.heading".to_owned()))?,
        policy_version: row.try_get("policy_version")?,
        actor: row.try_get("actor")?,
        state: row.try_get("state")?,
        received_at: stamp::read_instant(&received_at)?,
        mends: row.try_get("mends")?,
        accepted_at: accepted_at.as_deref().map(stamp::read_instant).transpose()?,
        feed_first: row.try_get("feed_first")?,
        feed_count: row.try_get("feed_count")?,
        counts: Counts {
            rows: count("row_count")?,
            created: count("created")?,
            changed: count("changed")?,
            unchanged: count("unchanged")?,
            withdrawn: count("withdrawn")?,
            rejected: count("rejected")?,
            warned: count("warned")?,
        },
    })
}

#[cfg(test)]
mod tests;

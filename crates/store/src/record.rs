//! Versions of records (信用信息记录): a subject's file, one record's history, lists by date.

use std::collections::HashMap;

use domain::{
    ids::{RecordId, SubjectId, SubmissionId},
    payload::Payload,
    record::Version,
    subject::Kind,
};
use jiff::{Timestamp, civil::Date};
use sqlx::{Row as _, any::AnyRow};

use crate::{error::Error, register::Register, stamp};

/// That no accepted version follows `v`, which came with `s`.
pub(crate) const NOTHING_LATER: &str = "\
    not exists (
      select 1 from record_version w join submission t on t.id = w.submission_id
      where w.subject_id = v.subject_id and w.item = v.item and w.key = v.key
        and t.feed_first > s.feed_first)";

const COLUMNS: &str = "\
    v.record_id, v.item, v.subject_id, u.kind, v.subject_name, s.department, v.submission_id, v.row_no,
    v.decided_on, v.effective_from, v.effective_until, v.payload, v.digest,
    case when v.withdrawn then 1 else 0 end as withdrawn,
    case when v.overridden then 1 else 0 end as overridden,
    s.accepted_at, s.policy_version, v.key, s.feed_first";

/// Where every version of a record is at hand, number and first instant are counted from those.
const ALONE: &str = "1 as no, s.accepted_at as first_known_from";

/// The number of a version, and the acceptance from which its record has stood without a break.
const IN_HISTORY: &str = "\
    (select count(*) from record_version w join submission t on t.id = w.submission_id
      where w.subject_id = v.subject_id and w.item = v.item and w.key = v.key
        and t.feed_first <= s.feed_first) as no,
    (select min(t.accepted_at) from record_version w join submission t on t.id = w.submission_id
      where w.subject_id = v.subject_id and w.item = v.item and w.key = v.key and w.withdrawn = false
        and t.feed_first <= s.feed_first and t.feed_first > coalesce((
          select max(e.feed_first) from record_version x join submission e on e.id = x.submission_id
          where x.subject_id = v.subject_id and x.item = v.item and x.key = v.key
            and x.withdrawn = true and e.feed_first < s.feed_first), 0)) as first_known_from";

const FROM: &str = "\
    from record_version v
    join submission s on s.id = v.submission_id join subject u on u.id = v.subject_id";

/// Every version of every record of a subject that the platform knew at an instant, each record's
/// versions oldest first and numbered from 1.
pub async fn of_subject(
    register: &Register,
    subject: SubjectId,
    known_at: Timestamp,
) -> Result<Vec<Version>, Error> {
    let statement = format!(
        "select {COLUMNS}, {ALONE} {FROM}
         where v.subject_id = $1 and s.accepted_at <= $2 order by v.item, v.key, s.feed_first"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(subject.0)
        .bind(stamp::instant(known_at))
        .fetch_all(&register.pool)
        .await?;
    let mut versions: Vec<Version> = Vec::with_capacity(rows.len());
    let mut last_key: Vec<u8> = Vec::new();
    for row in &rows {
        let mut version = read(row)?;
        let key: Vec<u8> = row.try_get("key")?;
        if let Some(before) =
            versions.last_mut().filter(|before| before.item == version.item && last_key == key)
        {
            before.known_until = Some(version.known_from);
            version.no = before.no + 1;
            version.record = before.record;
            if !before.withdrawn {
                version.first_known_from = before.first_known_from;
            }
        }
        last_key = key;
        versions.push(version);
    }
    Ok(versions)
}

/// What stood at that instant: the last version of each record.
#[must_use]
pub fn current(versions: Vec<Version>) -> Vec<Version> {
    versions.into_iter().filter(|version| version.known_until.is_none()).collect()
}

/// What is asked of a list of records by date.
#[derive(Clone, Debug)]
pub struct ListQuery {
    pub item: String,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub department: Option<String>,
    /// Continue after this date and subject and record.
    pub after: Option<(String, i64, i64)>,
    pub limit: i64,
}

/// Current records of an item, newest document first and those without a date last; no natural
/// person's. Where a first or last day is asked for, a record without a date is on neither side.
pub async fn list(register: &Register, query: &ListQuery) -> Result<Vec<Version>, Error> {
    let statement = format!(
        "select {COLUMNS}, {IN_HISTORY} {FROM}
         where v.item = $1 and v.decided_on >= $2 and v.decided_on <= $3
           and (v.decided_on < $4 or (v.decided_on = $4 and (v.subject_id < $5
             or (v.subject_id = $5 and v.record_id < $6))))
           and ($7 = '' or s.department = $7)
           and u.kind <> 'natural_person' and s.feed_first is not null and v.withdrawn = false
           and {NOTHING_LATER}
         order by v.decided_on desc, v.subject_id desc, v.record_id desc limit $8"
    );
    let (day, subject, record) = query.after.clone().unwrap_or(("9999-99-99".to_owned(), 0, 0));
    let earliest = if query.until.is_some() { "0000-00-00" } else { "" };
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(&query.item)
        .bind(stamp::day(query.from).unwrap_or_else(|| earliest.to_owned()))
        .bind(stamp::day(query.until).unwrap_or_else(|| "9999-99-99".to_owned()))
        .bind(day)
        .bind(subject)
        .bind(record)
        .bind(query.department.clone().unwrap_or_default())
        .bind(query.limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// Subjects asked for in one statement.
const AT_ONCE: usize = 100;

/// The current registration records of some subjects.
pub async fn registrations(
    register: &Register,
    subjects: &[SubjectId],
    item: &str,
) -> Result<HashMap<SubjectId, Version>, Error> {
    let mut wanted: Vec<SubjectId> = subjects.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let places: Vec<String> = (2..AT_ONCE + 2).map(|place| format!("${place}")).collect();
    let statement = format!(
        "select {COLUMNS}, {ALONE} {FROM}
         where v.item = $1 and v.subject_id in ({}) and s.feed_first is not null
           and v.withdrawn = false and {NOTHING_LATER}
         order by s.feed_first",
        places.join(", ")
    );
    let mut found = HashMap::with_capacity(wanted.len());
    for part in wanted.chunks(AT_ONCE) {
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement.clone())).bind(item);
        // Filled up with the last, so that one statement serves every number of subjects.
        let last = part.last().into_iter().cycle();
        for subject in part.iter().chain(last).take(AT_ONCE) {
            query = query.bind(subject.0);
        }
        for row in &query.fetch_all(&register.pool).await? {
            let version = read(row)?;
            found.insert(version.subject, version);
        }
    }
    Ok(found)
}

/// The rows of one submission in their order, from an ordinal on.
pub async fn of_submission(
    register: &Register,
    submission: SubmissionId,
    from: i64,
    limit: i64,
) -> Result<Vec<(i64, Version)>, Error> {
    let statement = format!(
        "select {COLUMNS}, {IN_HISTORY}, v.ordinal {FROM}
         where v.submission_id = $1 and v.ordinal >= $2 and s.feed_first is not null
         order by v.ordinal limit $3"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(submission.0)
        .bind(from)
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(|row| Ok((row.try_get("ordinal")?, read(row)?))).collect()
}

fn read(row: &AnyRow) -> Result<Version, Error> {
    let payload: String = row.try_get("payload")?;
    let kind: String = row.try_get("kind")?;
    let digest: Vec<u8> = row.try_get("digest")?;
    let day = |column: &str| -> Result<Option<Date>, Error> {
        let day: Option<String> = row.try_get(column)?;
        stamp::read_day(day.as_deref().filter(|day| !day.is_empty()))
    };
    let known_from: String = row.try_get("accepted_at")?;
    let first_known_from: Option<String> = row.try_get("first_known_from")?;
    Ok(Version {
        record: RecordId(row.try_get("record_id")?),
        no: row.try_get("no")?,
        item: row.try_get("item")?,
        subject: SubjectId(row.try_get("subject_id")?),
        subject_kind: Kind::from_code(&kind)
            .ok_or_else(|| Error::Corrupt(format!("kind {kind}")))?,
        subject_name: row.try_get("subject_name")?,
        department: row.try_get("department")?,
        submission: SubmissionId(row.try_get("submission_id")?),
        row: u64::try_from(row.try_get::<i64, _>("row_no")?).unwrap_or_default(),
        decided_on: day("decided_on")?,
        effective_from: day("effective_from")?,
        effective_until: day("effective_until")?,
        withdrawn: flag(row, "withdrawn")?,
        overridden: flag(row, "overridden")?,
        payload: serde_json::from_str(&payload)
            .map(Payload)
            .map_err(|_| Error::Corrupt("record_version.payload".to_owned()))?,
        digest: digest
            .try_into()
            .map_err(|_| Error::Corrupt("record_version.digest".to_owned()))?,
        first_known_from: stamp::read_instant(first_known_from.as_ref().unwrap_or(&known_from))?,
        known_from: stamp::read_instant(&known_from)?,
        known_until: None,
        policy_version: row.try_get("policy_version")?,
    })
}

/// `Any` has no booleans on SQLite: they are read as 1 and 0.
fn flag(row: &AnyRow, column: &str) -> Result<bool, Error> {
    Ok(row.try_get::<i64, _>(column)? != 0)
}

#[cfg(test)]
mod tests;

//! Versions of records (信用信息记录): a subject's file, one record's history, lists by date.

use std::collections::{BTreeMap, HashMap};

use domain::{
    ids::{RecordId, SubjectId, SubmissionId},
    payload::Payload,
    record::Version,
    subject::Kind,
};
use jiff::{Timestamp, civil::Date};
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    merge,
    register::{Register, Write},
    stamp, standing,
};

/// That no accepted version follows `v`, which came with `s`.
pub(crate) const NOTHING_LATER: &str = "\
    not exists (
      select 1 from record_version w join submission t on t.id = w.submission_id
      where w.subject_id = v.subject_id and w.item = v.item and w.key = v.key
        and t.feed_first > s.feed_first)";

/// When the record of `v` was first accepted, through whatever version.
pub(crate) const FIRST_ACCEPTED_AT: &str = "\
    (select min(f.accepted_at) from record_version e join submission f on f.id = e.submission_id
     where e.subject_id = v.subject_id and e.item = v.item and e.key = v.key
       and f.feed_first is not null)";

/// `held_by` is the subject a row was asserted for, `subject_id` the one it stands in now.
const COLUMNS: &str = concat!(
    "v.record_id, v.item, v.subject_id as held_by, ",
    stands_in!("v.subject_id"),
    " as subject_id,
    u.kind, v.subject_name, s.department, v.submission_id, v.row_no,
    v.decided_on, v.effective_from, v.effective_until, v.payload, v.digest,
    case when v.withdrawn then 1 else 0 end as withdrawn,
    case when v.overridden then 1 else 0 end as overridden,
    s.accepted_at, s.policy_version, v.key, s.feed_first"
);

const FROM: &str = "\
    from record_version v
    join submission s on s.id = v.submission_id join subject u on u.id = v.subject_id";

/// Every version of every record of a subject that the platform knew at an instant, each record's
/// versions oldest first and numbered from 1; with those of whoever stood in the subject then.
pub async fn of_subject(
    register: &Register,
    subject: SubjectId,
    known_at: Timestamp,
) -> Result<Vec<Version>, Error> {
    of_subject_with(register, subject, known_at, known_at).await
}

/// The same, with the versions of whoever stood in the subject at another instant.
pub async fn of_subject_with(
    register: &Register,
    subject: SubjectId,
    known_at: Timestamp,
    members_at: Timestamp,
) -> Result<Vec<Version>, Error> {
    let statement = format!(
        "select {COLUMNS} {FROM}
         where v.subject_id in {} and s.accepted_at <= $2
         order by v.item, v.key, v.subject_id, s.feed_first",
        merge::members_at("$1", "$3")
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(subject.0)
        .bind(stamp::instant(known_at))
        .bind(stamp::instant(members_at))
        .fetch_all(&register.pool)
        .await?;
    let mut versions = numbered(&rows)?;
    standing::lay_over(register, &mut versions).await?;
    Ok(versions)
}

/// Subjects asked for in one statement.
pub(crate) const AT_ONCE: usize = 500;

/// Every accepted version of the records of some subjects, of some items or of all, as
/// [`of_subject`] gives them, by the subject they stand in.
pub async fn of_subjects(
    register: &Register,
    subjects: &[SubjectId],
    items: &[&str],
) -> Result<HashMap<SubjectId, Vec<Version>>, Error> {
    let mut ids = merge::with_members(register, subjects).await?;
    ids.sort_unstable();
    ids.dedup();
    let mut rows = Vec::new();
    for ids in ids.chunks(AT_ONCE) {
        let of_items = match items.len() {
            0 => String::new(),
            count => format!("and v.item in ({})", binds(ids.len() + 1, count)),
        };
        let statement = format!(
            "select {COLUMNS} {FROM}
             where v.subject_id in ({}) {of_items} and s.feed_first is not null
             order by v.item, v.key, v.subject_id, s.feed_first",
            binds(1, ids.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
        for id in ids {
            query = query.bind(id.0);
        }
        for &item in items {
            query = query.bind(item.to_owned());
        }
        rows.extend(query.fetch_all(&register.pool).await?);
    }
    // All together: what stands in one subject may have been asked for in two statements.
    let mut versions = numbered(&rows)?;
    standing::lay_over(register, &mut versions).await?;
    let mut found: HashMap<SubjectId, Vec<Version>> = HashMap::with_capacity(ids.len());
    for version in versions {
        found.entry(version.subject).or_default().push(version);
    }
    Ok(found)
}

/// The subject a record stands in.
pub async fn subject_of(register: &Register, record: RecordId) -> Result<Option<SubjectId>, Error> {
    let (submission, ordinal) = record.first_place();
    let statement = concat!(
        "select ",
        stands_in!("v.subject_id"),
        " from record_version v join submission s on s.id = v.submission_id
        where v.submission_id = $1 and v.ordinal = $2 and v.record_id = $3 and s.feed_first is not null"
    );
    let id: Option<i64> = sqlx::query_scalar(statement)
        .bind(submission.0)
        .bind(ordinal)
        .bind(record.0)
        .fetch_optional(&register.pool)
        .await?;
    Ok(id.map(SubjectId))
}

/// Subjects of which records of an item were taken back since an instant.
pub async fn withdrawn_since(
    register: &Register,
    item: &str,
    since: Timestamp,
) -> Result<Vec<SubjectId>, Error> {
    let statement = "\
        select distinct v.subject_id from submission s join record_version v on v.submission_id = s.id
        where s.item = $1 and s.accepted_at >= $2 and s.withdrawn > 0 and v.withdrawn = true";
    let ids: Vec<i64> = sqlx::query_scalar(statement)
        .bind(item)
        .bind(stamp::instant(since))
        .fetch_all(&register.pool)
        .await?;
    Ok(ids.into_iter().map(SubjectId).collect())
}

/// `$3, $4, $5`: places for so many values, from a number on.
pub(crate) fn binds(first: usize, count: usize) -> String {
    let binds: Vec<String> = (first..first + count).map(|place| format!("${place}")).collect();
    binds.join(", ")
}

/// Versions read in the order of their records, each record's numbered from 1.
fn numbered(rows: &[AnyRow]) -> Result<Vec<Version>, Error> {
    let mut versions: Vec<Version> = Vec::with_capacity(rows.len());
    let mut keys: Vec<Vec<u8>> = Vec::with_capacity(rows.len());
    for row in rows {
        let mut version = read(row)?;
        let key: Vec<u8> = row.try_get("key")?;
        let same = |before: &&mut Version| {
            let keyed = keys.last() == Some(&key);
            before.held_by == version.held_by && before.item == version.item && keyed
        };
        if let Some(before) = versions.last_mut().filter(same) {
            before.known_until = Some(version.known_from);
            version.no = before.no + 1;
            version.record = before.record;
        }
        keys.push(key);
        versions.push(version);
    }
    Ok(if versions.iter().all(is_own) { versions } else { once(versions, &keys) })
}

/// Whether a record was asserted for the very subject it stands in.
fn is_own(version: &Version) -> bool {
    version.held_by == version.subject
}

/// What came under several subjects that are one stands once: of a record that one department gave for
/// more than one of them under the same key, that of the subject they stand in is kept, or the one that
/// was not taken back.
fn once(versions: Vec<Version>, keys: &[Vec<u8>]) -> Vec<Version> {
    let named = |version: &Version, key: &Vec<u8>| {
        (version.subject, version.item.clone(), version.department.clone(), key.clone())
    };
    let mut holders: HashMap<_, BTreeMap<SubjectId, bool>> = HashMap::new();
    for (version, key) in versions.iter().zip(keys) {
        // Versions come oldest first: the last one says whether it was taken back.
        let gone = holders.entry(named(version, key)).or_default();
        gone.insert(version.held_by, version.withdrawn);
    }
    let stands = |(version, key): &(Version, &Vec<u8>)| {
        let held = holders.get(&named(version, key)).into_iter().flatten();
        let kept =
            held.min_by_key(|(holder, gone)| (**gone, **holder != version.subject, **holder));
        kept.is_none_or(|(holder, _)| *holder == version.held_by)
    };
    let kept = versions.into_iter().zip(keys).filter(stands);
    kept.map(|(version, _)| version).collect()
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
    /// The day whose facts count: what is dated later does not.
    pub as_of: Date,
    /// What the platform knew at this instant.
    pub known_at: Timestamp,
    /// Continue after this date and subject and record.
    pub after: Option<(String, i64, i64)>,
    pub limit: i64,
}

/// Records of an item as they stood by both clocks, newest document first and those without a date
/// last; no natural person's.
///
/// Of each record the last version known that is dated not after the day, unless it was taken back.
/// Where a first or last day is asked for, a record without a date is on neither side.
pub async fn list(register: &Register, query: &ListQuery) -> Result<Vec<Version>, Error> {
    let statement = format!(
        "select {COLUMNS} {FROM}
         where v.item = $1 and v.decided_on >= $2 and v.decided_on <= $3
           and (v.decided_on < $4 or (v.decided_on = $4 and (v.subject_id < $5
             or (v.subject_id = $5 and v.record_id < $6))))
           and ($7 = '' or s.department = $7)
           and u.kind <> 'natural_person' and s.accepted_at <= $8 and v.withdrawn = false
           and not exists (
             select 1 from record_version w join submission t on t.id = w.submission_id
             where w.subject_id = v.subject_id and w.item = v.item and w.key = v.key
               and t.feed_first > s.feed_first and t.accepted_at <= $8
               and (w.withdrawn = true or w.decided_on <= $9))
         order by v.decided_on desc, v.subject_id desc, v.record_id desc limit $10"
    );
    let (day, subject, record) = query.after.clone().unwrap_or(("9999-99-99".to_owned(), 0, 0));
    let earliest = if query.until.is_some() { "0000-00-00" } else { "" };
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(&query.item)
        .bind(stamp::day(query.from).unwrap_or_else(|| earliest.to_owned()))
        .bind(query.until.unwrap_or(query.as_of).min(query.as_of).to_string())
        .bind(day)
        .bind(subject)
        .bind(record)
        .bind(query.department.clone().unwrap_or_default())
        .bind(stamp::instant(query.known_at))
        .bind(query.as_of.to_string())
        .bind(query.limit)
        .fetch_all(&register.pool)
        .await?;
    let mut versions = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    standing::lay_over(register, &mut versions).await?;
    Ok(versions)
}

/// Records of one document date, and the instant their first versions were accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAccepted {
    pub decided_on: Date,
    pub accepted_at: Timestamp,
    pub records: u64,
}

/// When the records a department holds of an item, dated in a span of days, first came in.
pub async fn first_accepted(
    register: &Register,
    department: &str,
    item: &str,
    from: Date,
    until: Date,
) -> Result<Vec<FirstAccepted>, Error> {
    let statement = format!(
        "select decided_on, accepted_at, count(*) as records from (
           select v.decided_on, {FIRST_ACCEPTED_AT} as accepted_at
           {FROM}
           where v.item = $1 and v.decided_on >= $2 and v.decided_on <= $3
             and s.department = $4 and s.feed_first is not null and v.withdrawn = false
             and {NOTHING_LATER}) dated
         group by decided_on, accepted_at order by decided_on, accepted_at"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(item)
        .bind(from.to_string())
        .bind(until.to_string())
        .bind(department)
        .fetch_all(&register.pool)
        .await?;
    let dated = |row: &AnyRow| -> Result<FirstAccepted, Error> {
        let accepted_at: String = row.try_get("accepted_at")?;
        let decided_on: String = row.try_get("decided_on")?;
        Ok(FirstAccepted {
            decided_on: stamp::read_day(Some(&decided_on))?
                .ok_or_else(|| Error::Corrupt("record_version.decided_on".to_owned()))?,
            accepted_at: stamp::read_instant(&accepted_at)?,
            records: u64::try_from(row.try_get::<i64, _>("records")?).unwrap_or_default(),
        })
    };
    rows.iter().map(dated).collect()
}

/// What is asked of the records a department handed in.
#[derive(Clone, Debug)]
pub struct DepartmentQuery {
    pub department: String,
    pub item: String,
    pub from: Option<Date>,
    pub until: Option<Date>,
    /// Continue behind this date, subject and record.
    pub after: Option<(String, i64, i64)>,
    pub limit: i64,
}

/// The last versions of the records a department handed in, newest document first and those without
/// a date last, those of natural persons among them; read in the transaction that writes down who
/// read them. Where a last day is asked for, a record without a date is on neither side.
pub async fn of_department_noted(
    write: &mut Write,
    query: &DepartmentQuery,
) -> Result<Vec<Version>, Error> {
    let statement = format!(
        "select {COLUMNS} {FROM}
         where v.item = $1 and v.decided_on >= $2 and v.decided_on <= $3
           and (v.decided_on < $4 or (v.decided_on = $4 and (v.subject_id < $5
             or (v.subject_id = $5 and v.record_id < $6))))
           and s.department = $7 and s.feed_first is not null and v.withdrawn = false
           and {NOTHING_LATER}
         order by v.decided_on desc, v.subject_id desc, v.record_id desc limit $8"
    );
    let (day, subject, record) = query.after.clone().unwrap_or(("9999-99-99".to_owned(), 0, 0));
    let earliest = if query.until.is_some() { "0000-00-00" } else { "" };
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(&query.item)
        .bind(stamp::day(query.from).unwrap_or_else(|| earliest.to_owned()))
        .bind(stamp::day(query.until).unwrap_or_else(|| "9999-12-31".to_owned()))
        .bind(day)
        .bind(subject)
        .bind(record)
        .bind(&query.department)
        .bind(query.limit)
        .fetch_all(&mut *write.tx)
        .await?;
    let mut versions = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    standing::lay_over_noted(write, &mut versions).await?;
    Ok(versions)
}

/// The rows of one submission in their order, from an ordinal on.
pub async fn of_submission(
    register: &Register,
    submission: SubmissionId,
    from: i64,
    limit: i64,
) -> Result<Vec<(i64, Version)>, Error> {
    let statement = format!(
        "select {COLUMNS}, v.ordinal {FROM}
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
    Ok(Version {
        record: RecordId(row.try_get("record_id")?),
        no: 1,
        item: row.try_get("item")?,
        subject: SubjectId(row.try_get("subject_id")?),
        held_by: SubjectId(row.try_get("held_by")?),
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
        known_from: stamp::read_instant(&known_from)?,
        known_until: None,
        policy_version: row.try_get("policy_version")?,
        standings: Vec::new(),
        statement: None,
    })
}

/// `Any` has no booleans on SQLite: they are read as 1 and 0.
pub(crate) fn flag(row: &AnyRow, column: &str) -> Result<bool, Error> {
    Ok(row.try_get::<i64, _>(column)? != 0)
}

#[cfg(test)]
mod tests;

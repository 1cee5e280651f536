//! Merges (归并): which subject another is read with, from when until when.
//!
//! Rows stay where they were asserted; readers ask here whose they are. So the end of a merge restores
//! what was, whatever came in between.

use std::collections::{BTreeMap, HashMap};

use domain::ids::{MergeId, PairId, RecordId, SubjectId};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    record::{AT_ONCE, binds},
    register::{Register, Write, take_numbers},
    stamp, submission,
};

/// One merge, standing or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    pub id: MergeId,
    pub subject: SubjectId,
    pub into: SubjectId,
    pub pair: PairId,
    pub made_by: String,
    pub made_at: Timestamp,
    pub ended: Option<Ended>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub by: String,
    pub at: Timestamp,
    pub reason: String,
}

/// A merge to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewMerge<'m> {
    pub subject: SubjectId,
    pub into: SubjectId,
    pub pair: PairId,
    pub by: &'m str,
}

/// The subject in which the one of a column stands now; the column with the name of its table.
macro_rules! stands_in {
    ($column:literal) => {
        concat!(
            "coalesce((select g.into_id from merge_member g where g.subject_id = ",
            $column,
            " and g.until_at is null), ",
            $column,
            ")"
        )
    };
}

/// A subject, and those that stand in it now, to stand behind `in`.
pub(crate) fn members(bind: &str) -> String {
    format!(
        "(select cast({bind} as bigint) union all
          select g.subject_id from merge_member g where g.into_id = {bind} and g.until_at is null)"
    )
}

/// A subject, and those that stood in it at an instant.
pub(crate) fn members_at(bind: &str, at: &str) -> String {
    format!(
        "(select cast({bind} as bigint) union all
          select g.subject_id from merge_member g where g.into_id = {bind}
            and g.from_at <= {at} and (g.until_at is null or g.until_at > {at}))"
    )
}

/// The subject in which one stands now; itself where it was never merged.
pub async fn root(register: &Register, subject: SubjectId) -> Result<SubjectId, Error> {
    Ok(roots(register, &[subject]).await?.get(&subject).copied().unwrap_or(subject))
}

/// Those of some subjects that stand in another, and in which.
pub async fn roots(
    register: &Register,
    subjects: &[SubjectId],
) -> Result<HashMap<SubjectId, SubjectId>, Error> {
    let mut found = HashMap::new();
    for ids in subjects.chunks(AT_ONCE) {
        let statement = format!(
            "select subject_id, into_id from merge_member where until_at is null and subject_id in ({})",
            binds(1, ids.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
        for id in ids {
            query = query.bind(id.0);
        }
        for row in query.fetch_all(&register.pool).await? {
            found.insert(SubjectId(row.try_get(0)?), SubjectId(row.try_get(1)?));
        }
    }
    Ok(found)
}

/// Every subject that each of some ever stood in, themselves first.
pub async fn ever_stood(
    register: &Register,
    subjects: &[SubjectId],
) -> Result<HashMap<SubjectId, Vec<SubjectId>>, Error> {
    let mut stood: HashMap<SubjectId, Vec<SubjectId>> =
        subjects.iter().map(|&subject| (subject, vec![subject])).collect();
    for ids in subjects.chunks(AT_ONCE) {
        let statement = format!(
            "select subject_id, into_id from merge_member where subject_id in ({})
             order by into_id",
            binds(1, ids.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
        for id in ids {
            query = query.bind(id.0);
        }
        for row in query.fetch_all(&register.pool).await? {
            let (subject, into) = (SubjectId(row.try_get(0)?), SubjectId(row.try_get(1)?));
            let into_all = stood.entry(subject).or_default();
            if !into_all.contains(&into) {
                into_all.push(into);
            }
        }
    }
    Ok(stood)
}

/// A subject, and every one in which it ever stood.
pub async fn ever_in(register: &Register, subject: SubjectId) -> Result<Vec<SubjectId>, Error> {
    let mut stood = ever_stood(register, &[subject]).await?;
    Ok(stood.remove(&subject).unwrap_or_default())
}

/// Some subjects and those that stand in them now.
pub async fn with_members(
    register: &Register,
    subjects: &[SubjectId],
) -> Result<Vec<SubjectId>, Error> {
    let mut all = subjects.to_vec();
    for ids in subjects.chunks(AT_ONCE) {
        let statement = format!(
            "select subject_id from merge_member where until_at is null and into_id in ({})",
            binds(1, ids.len())
        );
        let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(statement));
        for id in ids {
            query = query.bind(id.0);
        }
        let members: Vec<i64> = query.fetch_all(&register.pool).await?;
        all.extend(members.into_iter().map(SubjectId));
    }
    Ok(all)
}

/// The subject a record was asserted for, whatever it stands in now; `subject` where there is no such
/// record yet.
pub(crate) async fn holder(
    write: &mut Write,
    subject: SubjectId,
    record: RecordId,
) -> Result<SubjectId, Error> {
    let (submission, ordinal) = record.first_place();
    let statement = "\
        select subject_id from record_version
        where submission_id = $1 and ordinal = $2 and record_id = $3";
    let id: Option<i64> = sqlx::query_scalar(statement)
        .bind(submission.0)
        .bind(ordinal)
        .bind(record.0)
        .fetch_optional(&mut *write.tx)
        .await?;
    Ok(id.map_or(subject, SubjectId))
}

/// Reads one subject with another from now on; none where either stands in another already.
pub async fn make(
    write: &mut Write,
    new: &NewMerge<'_>,
    now: Timestamp,
) -> Result<Option<MergeId>, Error> {
    // The counter's row puts merges one after the other on PostgreSQL.
    let id = take_numbers(write, "merge", 1).await?;
    let taken =
        "select count(*) from merge_member where until_at is null and subject_id in ($1, $2)";
    let taken: i64 = sqlx::query_scalar(taken)
        .bind(new.subject.0)
        .bind(new.into.0)
        .fetch_one(&mut *write.tx)
        .await?;
    if taken != 0 || new.subject == new.into {
        return Ok(None);
    }
    // As everything that takes a place in the feed: its row first, then the instant behind the last.
    take_numbers(write, "feed", 0).await?;
    let at = submission::next_instant(write, now).await?;
    let statement = "\
        insert into merge (id, subject_id, into_id, pair_id, made_by, made_at)
        values ($1, $2, $3, $4, $5, $6)";
    sqlx::query(statement)
        .bind(id)
        .bind(new.subject.0)
        .bind(new.into.0)
        .bind(new.pair.0)
        .bind(new.by)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    let mut moved = inside(write, new.subject).await?;
    moved.push(new.subject);
    for member in &moved {
        place(write, *member, Some(new.into), at).await?;
    }
    tell_feed(write, MergeId(id), &moved, at).await?;
    Ok(Some(MergeId(id)))
}

/// Ends a merge; false where it was ended before. Whoever had come to stand in the subject that was
/// joined goes with it.
pub async fn end(
    write: &mut Write,
    id: MergeId,
    (by, reason): (&str, &str),
    now: Timestamp,
) -> Result<bool, Error> {
    take_numbers(write, "merge", 0).await?;
    let statement = "select * from merge where id = $1 and ended_at is null";
    let row = sqlx::query(statement).bind(id.0).fetch_optional(&mut *write.tx).await?;
    let Some(merge) = row.as_ref().map(read).transpose()? else { return Ok(false) };
    take_numbers(write, "feed", 0).await?;
    let at = submission::next_instant(write, now).await?;
    let statement = "update merge set ended_by = $2, ended_at = $3, end_reason = $4 where id = $1";
    sqlx::query(statement)
        .bind(id.0)
        .bind(by)
        .bind(stamp::instant(at))
        .bind(reason)
        .execute(&mut *write.tx)
        .await?;
    let moved = below(write, merge.subject).await?;
    for member in &moved {
        let into = (*member != merge.subject).then_some(merge.subject);
        place(write, *member, into, at).await?;
    }
    tell_feed(write, id, &moved, at).await?;
    Ok(true)
}

/// Those that stand in a subject now.
async fn inside(write: &mut Write, subject: SubjectId) -> Result<Vec<SubjectId>, Error> {
    let statement = "select subject_id from merge_member where into_id = $1 and until_at is null";
    let ids: Vec<i64> =
        sqlx::query_scalar(statement).bind(subject.0).fetch_all(&mut *write.tx).await?;
    Ok(ids.into_iter().map(SubjectId).collect())
}

/// A subject and those joined with it, directly or through another, by merges that stand.
async fn below(write: &mut Write, subject: SubjectId) -> Result<Vec<SubjectId>, Error> {
    let mut found = vec![subject];
    let mut at = 0;
    while let Some(next) = found.get(at).copied() {
        let statement = "select subject_id from merge where into_id = $1 and ended_at is null";
        let ids: Vec<i64> =
            sqlx::query_scalar(statement).bind(next.0).fetch_all(&mut *write.tx).await?;
        found.extend(ids.into_iter().map(SubjectId));
        at += 1;
    }
    Ok(found)
}

/// Writes down in which subject one stands from an instant on, or that it stands by itself.
async fn place(
    write: &mut Write,
    subject: SubjectId,
    into: Option<SubjectId>,
    at: Timestamp,
) -> Result<(), Error> {
    let ended = "update merge_member set until_at = $2 where subject_id = $1 and until_at is null";
    let at = stamp::instant(at);
    sqlx::query(ended).bind(subject.0).bind(&at).execute(&mut *write.tx).await?;
    if let Some(into) = into {
        let begun = "insert into merge_member (subject_id, from_at, into_id) values ($1, $2, $3)";
        sqlx::query(begun).bind(subject.0).bind(&at).bind(into.0).execute(&mut *write.tx).await?;
    }
    Ok(())
}

/// Gives every record that moved a place in the change feed, so that whoever follows it takes it anew.
async fn tell_feed(
    write: &mut Write,
    merge: MergeId,
    moved: &[SubjectId],
    at: Timestamp,
) -> Result<(), Error> {
    let statement = "\
        select distinct v.record_id from record_version v join submission s on s.id = v.submission_id
        where v.subject_id = $1 and s.feed_first is not null order by v.record_id";
    let mut records: Vec<(SubjectId, i64)> = Vec::new();
    for subject in moved {
        let own: Vec<i64> =
            sqlx::query_scalar(statement).bind(subject.0).fetch_all(&mut *write.tx).await?;
        records.extend(own.into_iter().map(|record| (*subject, record)));
    }
    let count = i64::try_from(records.len()).unwrap_or(i64::MAX);
    let first = take_numbers(write, "feed", count).await?;
    let insert = "\
        insert into merge_change (feed_at, merge_id, subject_id, record_id, at)
        values ($1, $2, $3, $4, $5)";
    // The feed goes by instants too: each entry is known a moment after the one before.
    for (place, (subject, record)) in (0..).zip(records) {
        let at = at.checked_add(jiff::SignedDuration::from_micros(place)).unwrap_or(at);
        sqlx::query(insert)
            .bind(first + place)
            .bind(merge.0)
            .bind(subject.0)
            .bind(record)
            .bind(stamp::instant(at))
            .execute(&mut *write.tx)
            .await?;
    }
    Ok(())
}

/// Positions of the feed at which a merge moved records, and those at which its end moved them back.
pub async fn positions(register: &Register, merge: &Merge) -> Result<[Vec<i64>; 2], Error> {
    let statement = "select feed_at, at from merge_change where merge_id = $1 order by feed_at";
    let rows = sqlx::query(statement).bind(merge.id.0).fetch_all(&register.pool).await?;
    let mut found = [Vec::new(), Vec::new()];
    let end = merge.ended.as_ref().map(|ended| stamp::instant(ended.at));
    for row in rows {
        let at: String = row.try_get(1)?;
        let back = end.as_ref().is_some_and(|end| *end <= at);
        found[usize::from(back)].push(row.try_get(0)?);
    }
    Ok(found)
}

/// The records a merge moved, by item: those that were accepted before it ended, or until now.
pub async fn records(
    register: &Register,
    merge: &Merge,
) -> Result<BTreeMap<String, Vec<RecordId>>, Error> {
    let moved = moved(register, merge).await?;
    let mut found: BTreeMap<String, Vec<RecordId>> = BTreeMap::new();
    for subject in moved {
        let statement = "\
            select distinct v.item, v.record_id from record_version v
            join submission s on s.id = v.submission_id
            where v.subject_id = $1 and s.feed_first is not null and s.accepted_at <= $2
            order by v.item, v.record_id";
        let until = merge.ended.as_ref().map_or(Timestamp::MAX, |ended| ended.at);
        let rows = sqlx::query(statement)
            .bind(subject.0)
            .bind(stamp::instant(until))
            .fetch_all(&register.pool)
            .await?;
        for row in rows {
            let record = RecordId(row.try_get(1)?);
            found.entry(row.try_get(0)?).or_default().push(record);
        }
    }
    Ok(found)
}

/// The subject a merge joined, and whoever came along with it.
pub async fn moved(register: &Register, merge: &Merge) -> Result<Vec<SubjectId>, Error> {
    let statement = "\
        select distinct subject_id from merge_change where merge_id = $1 order by subject_id";
    let ids: Vec<i64> =
        sqlx::query_scalar(statement).bind(merge.id.0).fetch_all(&register.pool).await?;
    let mut ids: Vec<SubjectId> = ids.into_iter().map(SubjectId).collect();
    if !ids.contains(&merge.subject) {
        ids.push(merge.subject);
    }
    Ok(ids)
}

pub async fn get(register: &Register, id: MergeId) -> Result<Option<Merge>, Error> {
    let row = sqlx::query("select * from merge where id = $1")
        .bind(id.0)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The merge of a pair that stands, or the last that did.
pub async fn of_pair(register: &Register, pair: PairId) -> Result<Option<Merge>, Error> {
    let row = sqlx::query("select * from merge where pair_id = $1 order by id desc limit 1")
        .bind(pair.0)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Merges, newest first.
pub async fn list(register: &Register, limit: i64) -> Result<Vec<Merge>, Error> {
    let statement = "select * from merge order by id desc limit $1";
    let rows = sqlx::query(statement).bind(limit).fetch_all(&register.pool).await?;
    rows.iter().map(read).collect()
}

/// A notice (告知) to somebody who was told of the wrong subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeNotice {
    pub seq: i64,
    pub recipient: String,
    pub what: String,
    pub sent: Option<(String, Timestamp)>,
}

/// Keeps the notices that the end of a merge brings about.
pub async fn keep_notices(
    write: &mut Write,
    merge: MergeId,
    notices: &[(String, String)],
) -> Result<(), Error> {
    let statement =
        "insert into merge_notice (merge_id, seq, recipient, what) values ($1, $2, $3, $4)";
    for (seq, (recipient, what)) in (1_i64..).zip(notices) {
        sqlx::query(statement)
            .bind(merge.0)
            .bind(seq)
            .bind(recipient)
            .bind(what)
            .execute(&mut *write.tx)
            .await?;
    }
    Ok(())
}

/// Notes that a notice was sent; false where it was before, or is none.
pub async fn sent(
    write: &mut Write,
    (merge, seq): (MergeId, i64),
    by: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    let statement = "\
        update merge_notice set sent_by = $3, sent_at = $4
        where merge_id = $1 and seq = $2 and sent_at is null";
    let done = sqlx::query(statement)
        .bind(merge.0)
        .bind(seq)
        .bind(by)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn notices(register: &Register, merge: MergeId) -> Result<Vec<MergeNotice>, Error> {
    let statement = "select * from merge_notice where merge_id = $1 order by seq";
    let rows = sqlx::query(statement).bind(merge.0).fetch_all(&register.pool).await?;
    let read = |row: &AnyRow| -> Result<MergeNotice, Error> {
        let by: Option<String> = row.try_get("sent_by")?;
        let at: Option<String> = row.try_get("sent_at")?;
        Ok(MergeNotice {
            seq: row.try_get("seq")?,
            recipient: row.try_get("recipient")?,
            what: row.try_get("what")?,
            sent: by.zip(at.as_deref().map(stamp::read_instant).transpose()?),
        })
    };
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Merge, Error> {
    let made_at: String = row.try_get("made_at")?;
    let ended_at: Option<String> = row.try_get("ended_at")?;
    let by: Option<String> = row.try_get("ended_by")?;
    let reason: Option<String> = row.try_get("end_reason")?;
    let ended = ended_at.as_deref().map(stamp::read_instant).transpose()?.map(|at| Ended {
        by: by.unwrap_or_default(),
        at,
        reason: reason.unwrap_or_default(),
    });
    Ok(Merge {
        id: MergeId(row.try_get("id")?),
        subject: SubjectId(row.try_get("subject_id")?),
        into: SubjectId(row.try_get("into_id")?),
        pair: PairId(row.try_get("pair_id")?),
        made_by: row.try_get("made_by")?,
        made_at: stamp::read_instant(&made_at)?,
        ended,
    })
}

#[cfg(test)]
mod tests;

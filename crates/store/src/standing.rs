//! What cases did to records (信息状态): laid over their versions, each change with its place in the
//! change feed.

use std::collections::HashMap;

use domain::{
    ids::{CaseId, RecordId, SubjectId},
    record::Version,
    standing::{Change, Standing},
};
use jiff::civil::Date;
use sqlx::{Any, Executor, Row as _, any::AnyRow};

use crate::{
    error::Error,
    merge,
    record::{AT_ONCE, binds},
    register::{Register, Write, take_numbers},
    stamp, submission,
};

/// The record a change is about.
#[derive(Clone, Copy, Debug)]
pub struct Place<'p> {
    pub subject: SubjectId,
    pub record: RecordId,
    pub item: &'p str,
}

/// What is laid over the versions of a record.
#[derive(Default)]
struct Laid {
    changes: Vec<Change>,
    /// The subject's own words.
    statement: Option<String>,
}

/// By record.
type Changes = HashMap<RecordId, Laid>;

/// Writes a change down and gives it its place in the feed, which it answers. Its instant is moved
/// behind what came before it in the feed, where a clock was ahead.
pub async fn append(write: &mut Write, place: Place<'_>, change: &Change) -> Result<i64, Error> {
    let subject = merge::holder(write, place.subject, place.record).await?;
    // On PostgreSQL this row lock puts changes one after the other.
    let feed_at = take_numbers(write, "feed", 1).await?;
    let at = submission::next_instant(write, change.at).await?;
    let statement = "\
        insert into standing (subject_id, record_id, seq, item, standing, begins, on_day, case_id, at, feed_at)
        select $1, $2, count(*) + 1, $3, $4, $5, $6, $7, $8, $9 from standing
        where subject_id = $1 and record_id = $2";
    sqlx::query(statement)
        .bind(subject.0)
        .bind(place.record.0)
        .bind(place.item)
        .bind(change.standing.code())
        .bind(change.begins)
        .bind(change.on.to_string())
        .bind(change.case.0)
        .bind(stamp::instant(at))
        .bind(feed_at)
        .execute(&mut *write.tx)
        .await?;
    Ok(feed_at)
}

/// Lays over versions what cases did to their records.
pub(crate) async fn lay_over(register: &Register, versions: &mut [Version]) -> Result<(), Error> {
    let ids = subjects(versions);
    for ids in ids.chunks(AT_ONCE) {
        lay(versions, of(&register.pool, ids).await?);
    }
    Ok(())
}

/// The same in a transaction.
pub(crate) async fn lay_over_noted(
    write: &mut Write,
    versions: &mut [Version],
) -> Result<(), Error> {
    let ids = subjects(versions);
    for ids in ids.chunks(AT_ONCE) {
        lay(versions, of(&mut *write.tx, ids).await?);
    }
    Ok(())
}

fn subjects(versions: &[Version]) -> Vec<i64> {
    let mut ids: Vec<i64> = versions.iter().map(|version| version.held_by.0).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn lay(versions: &mut [Version], changes: Changes) {
    if changes.is_empty() {
        return;
    }
    for version in versions {
        if let Some(laid) = changes.get(&version.record) {
            version.standings.clone_from(&laid.changes);
            version.statement.clone_from(&laid.statement);
        }
    }
}

/// Words of somebody the record was parted from again are not laid over it.
///
/// Both in one statement, since every page asks; flags are read as numbers: the driver for both engines
/// reads none of SQLite.
async fn of<'e>(
    executor: impl Executor<'e, Database = Any>,
    ids: &[i64],
) -> Result<Changes, Error> {
    let places = binds(1, ids.len());
    let statement = format!(
        "select record_id, seq, standing, on_day, case_id, at,
           case when begins then 1 else 0 end as begins, '' as text
         from standing where subject_id in ({places})
         union all
         select record_id, 0, '', '', 0, made_at, 0, text
         from statement t where withdrawn_at is null and subject_id in ({places})
           and {} = {}
         order by 1, 2",
        stands_in!("t.made_for"),
        stands_in!("t.subject_id")
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
    for id in ids {
        query = query.bind(*id);
    }
    let mut changes = Changes::new();
    for row in query.fetch_all(executor).await? {
        let record = RecordId(row.try_get("record_id")?);
        let laid = changes.entry(record).or_default();
        match row.try_get::<String, _>("standing")?.as_str() {
            "" => laid.statement = Some(row.try_get("text")?),
            word => laid.changes.push(read(&row, word)?),
        }
    }
    Ok(changes)
}

fn read(row: &AnyRow, word: &str) -> Result<Change, Error> {
    let (day, at): (String, String) = (row.try_get("on_day")?, row.try_get("at")?);
    let corrupt = |what: &str| Error::Corrupt(format!("standing {what}"));
    Ok(Change {
        standing: Standing::from_code(word).ok_or_else(|| corrupt(word))?,
        begins: row.try_get::<i64, _>("begins")? != 0,
        on: day.parse::<Date>().map_err(|_| corrupt(&day))?,
        at: stamp::read_instant(&at)?,
        case: CaseId(row.try_get("case_id")?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{feed, samples, statement};

    #[tokio::test]
    async fn a_change_takes_its_place_in_the_feed() {
        for sample in samples::each().await {
            let register = &sample.register;
            let place = Place { subject: SubjectId(7), record: RecordId(9), item: "penalty" };
            let change = Change {
                standing: Standing::Repaired,
                begins: true,
                on: jiff::civil::date(2026, 5, 14),
                at: "2026-05-14T01:00:00Z".parse().unwrap(),
                case: CaseId(3),
            };
            let mut write = register.write().await.unwrap();
            let first = append(&mut write, place, &change).await.unwrap();
            let lifted = Change { begins: false, ..change };
            let second = append(&mut write, place, &lifted).await.unwrap();
            write.commit().await.unwrap();
            assert_eq!(second, first + 1);
            let held = of(&register.pool, &[7]).await.unwrap();
            let later = change.at + jiff::SignedDuration::from_micros(1);
            assert_eq!(held[&RecordId(9)].changes, [change, Change { at: later, ..lifted }]);
            let found = feed::holding(register, first).await.unwrap();
            assert_eq!(found, Some((SubjectId(7), RecordId(9))));
        }
    }

    #[tokio::test]
    async fn the_last_statement_of_a_record_is_laid_over_it_until_it_is_taken_back() {
        for sample in samples::each().await {
            let register = &sample.register;
            let place = (SubjectId(7), RecordId(9));
            let mut write = register.write().await.unwrap();
            for text in ["先前的话", "示例声明"] {
                let at = jiff::Timestamp::UNIX_EPOCH;
                statement::make(&mut write, place, text, "account:1", at).await.unwrap();
            }
            write.commit().await.unwrap();
            let held = of(&register.pool, &[7]).await.unwrap();
            assert_eq!(held[&RecordId(9)].statement.as_deref(), Some("示例声明"));
            let mut write = register.write().await.unwrap();
            let at = jiff::Timestamp::UNIX_EPOCH;
            assert!(statement::withdraw(&mut write, place, at).await.unwrap());
            assert!(!statement::withdraw(&mut write, place, at).await.unwrap());
            write.commit().await.unwrap();
            assert!(of(&register.pool, &[7]).await.unwrap().is_empty());
        }
    }
}

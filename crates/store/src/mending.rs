//! States of rows that came back or were doubted, with their history.

use std::collections::BTreeMap;

use domain::{ids::SubmissionId, mending::RowState};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    register::{Register, Write},
    stamp,
};

/// A change of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowEvent {
    pub state: RowState,
    pub note: String,
    /// The receipt of the delivery that brought the row again.
    pub receipt: Option<String>,
    pub actor: String,
    pub at: Timestamp,
}

/// Writes a change down.
pub async fn append(
    write: &mut Write,
    (submission, row): (SubmissionId, u64),
    event: &RowEvent,
) -> Result<(), Error> {
    let statement = "\
        insert into row_event (submission_id, row_no, seq, state, note, receipt, actor, at)
        select $1, $2, count(*) + 1, $3, $4, $5, $6, $7 from row_event
        where submission_id = $1 and row_no = $2";
    sqlx::query(statement)
        .bind(submission.0)
        .bind(i64::try_from(row).unwrap_or(i64::MAX))
        .bind(event.state.code())
        .bind(&event.note)
        .bind(&event.receipt)
        .bind(&event.actor)
        .bind(stamp::instant(event.at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// What counts: a change through a delivery does once that is accepted.
const COUNTED: &str = "\
    from row_event e left join submission s on s.receipt = e.receipt
    where (e.receipt is null or s.accepted_at is not null)";

/// The last state of each row of a submission, from a row on, that has one.
pub async fn states(
    register: &Register,
    submission: SubmissionId,
    from_row: i64,
) -> Result<BTreeMap<u64, RowState>, Error> {
    let statement = format!(
        "select e.row_no, e.state {COUNTED} and e.submission_id = $1 and e.row_no >= $2
         order by e.row_no, e.seq"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(submission.0)
        .bind(from_row)
        .fetch_all(&register.pool)
        .await?;
    let read = |row: &AnyRow| -> Result<(u64, RowState), Error> {
        let number = u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default();
        Ok((number, state(&row.try_get::<String, _>(1)?)?))
    };
    rows.iter().map(read).collect()
}

/// What became of a row, oldest first.
pub async fn history(
    register: &Register,
    (submission, row): (SubmissionId, u64),
) -> Result<Vec<RowEvent>, Error> {
    let statement =
        format!("select e.* {COUNTED} and e.submission_id = $1 and e.row_no = $2 order by e.seq");
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(submission.0)
        .bind(i64::try_from(row).unwrap_or(i64::MAX))
        .fetch_all(&register.pool)
        .await?;
    let read = |row: &AnyRow| -> Result<RowEvent, Error> {
        let (word, at): (String, String) = (row.try_get("state")?, row.try_get("at")?);
        Ok(RowEvent {
            state: state(&word)?,
            note: row.try_get("note")?,
            receipt: row.try_get("receipt")?,
            actor: row.try_get("actor")?,
            at: stamp::read_instant(&at)?,
        })
    };
    rows.iter().map(read).collect()
}

fn state(word: &str) -> Result<RowState, Error> {
    RowState::from_code(word).ok_or_else(|| Error::Corrupt(format!("row_event.state {word}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        load::Mode,
        samples::{Sample, begin, each, load, now},
    };

    #[tokio::test]
    async fn what_a_delivery_mends_counts_once_it_is_accepted() {
        for Sample { register, folder: _folder } in each().await {
            load(&register, Mode::Changes, &[]).await;
            let row = (SubmissionId(1), 2);
            let mut again = begin(&register, Mode::Changes, &[]).await;
            again.note_mended(row.0, &[2], now()).await.unwrap();
            assert!(states(&register, row.0, 0).await.unwrap().is_empty(), "it is still loading");
            assert!(history(&register, row).await.unwrap().is_empty());
            again.accept(&now).await.unwrap();
            let kept = history(&register, row).await.unwrap();
            assert_eq!((kept.len(), kept[0].state), (1, RowState::Mended));
            let event = RowEvent { state: RowState::Open, receipt: None, ..kept[0].clone() };
            let mut write = register.write().await.unwrap();
            append(&mut write, row, &event).await.unwrap();
            write.commit().await.unwrap();
            let states = states(&register, row.0, 0).await.unwrap();
            assert_eq!(states, BTreeMap::from([(2, RowState::Open)]));
        }
    }
}

//! Checks of submissions as a whole: the change feed, the places of versions, counts, counters.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use sqlx::{Any, Row as _, Transaction};

use super::{Check, What};
use crate::error::Error;

/// What the rows of one submission come to.
#[derive(Default)]
struct Tally {
    versions: i64,
    withdrawn: i64,
    rejected: i64,
}

/// Accepted submissions follow each other in the feed, and their counts are those of their rows.
///
/// Submissions are few beside their rows, so a tally of each is kept in memory.
pub async fn submissions(
    tx: &mut Transaction<'static, Any>,
    check: &mut Check<'_>,
) -> Result<(), Error> {
    let mut tallies = tally_versions(tx, check).await?;
    tally_rejected(tx, &mut tallies).await?;
    let statement = "\
        select id, receipt, state, accepted_at, feed_first, feed_count, created, changed, withdrawn, rejected
        from submission order by feed_first, feed_count, accepted_at, id";
    let mut rows = sqlx::query(statement).fetch(&mut **tx);
    let mut count = 0;
    let mut next = 1;
    let mut last_accepted = String::new();
    while let Some(row) = rows.try_next().await? {
        count += 1;
        let (id, receipt): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
        let place = || format!("submission {id}, receipt {receipt}");
        let (state, accepted_at): (String, Option<String>) = (row.try_get(2)?, row.try_get(3)?);
        let (Some(accepted_at), Some(first)) = (accepted_at, row.try_get::<Option<i64>, _>(4)?)
        else {
            if state == "accepted" {
                check.problem(
                    What::Feed,
                    place(),
                    "is accepted but has no instant or no place in the feed",
                );
            }
            continue;
        };
        let feed_count: i64 = row.try_get(5)?;
        if first != next {
            let how = if first < next { "overlap" } else { "gap" };
            let detail =
                format!("{how}: begins at {first} of the change feed where {next} was to come");
            check.problem(What::Feed, place(), detail);
        }
        next = first + feed_count;
        if accepted_at <= last_accepted {
            let detail = format!(
                "accepted at {accepted_at}, not after {last_accepted} before it in the feed"
            );
            check.problem(What::Feed, place(), detail);
        }
        last_accepted = accepted_at;
        let tally = tallies.remove(&id).unwrap_or_default();
        let asserted = row.try_get::<i64, _>(6)? + row.try_get::<i64, _>(7)?;
        let told = [
            ("changes", feed_count, tally.versions),
            ("rows created or changed", asserted, tally.versions - tally.withdrawn),
            ("rows withdrawn", row.try_get(8)?, tally.withdrawn),
        ];
        for (what, says, has) in told {
            if says != has {
                check.problem(What::Count, place(), format!("says {says} {what}, has {has}"));
            }
        }
        // A row that only the register can refuse is counted as sent back and not kept.
        let rejected: i64 = row.try_get(9)?;
        if rejected < tally.rejected {
            let detail = format!("says {rejected} rows sent back, has {}", tally.rejected);
            check.problem(What::Count, place(), detail);
        }
    }
    drop(rows);
    check.done("submission", count);
    let feed = counter(tx, "feed").await?;
    if feed != Some(next) {
        let detail = format!("holds {feed:?} where the change feed goes on at {next}");
        check.problem(What::Counter, "counter feed".to_owned(), detail);
    }
    Ok(())
}

/// Counts the versions of each submission and looks that their places are 0, 1, 2, …
async fn tally_versions(
    tx: &mut Transaction<'static, Any>,
    check: &mut Check<'_>,
) -> Result<HashMap<i64, Tally>, Error> {
    let statement = "\
        select submission_id, ordinal, case when withdrawn then 1 else 0 end from record_version
        order by submission_id, ordinal";
    let mut rows = sqlx::query(statement).fetch(&mut **tx);
    let mut tallies: HashMap<i64, Tally> = HashMap::new();
    let mut count = 0;
    let (mut submission, mut next) = (0, 0);
    while let Some(row) = rows.try_next().await? {
        count += 1;
        check.seen("change", count);
        let (of, ordinal): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        if of != submission {
            (submission, next) = (of, 0);
        }
        if ordinal != next {
            let how = if ordinal < next { "a second version" } else { "a version" };
            let detail = format!("{how} has place {ordinal} where {next} was to come");
            check.problem(What::Ordinal, format!("submission {of}"), detail);
        }
        next = ordinal + 1;
        let tally = tallies.entry(of).or_default();
        tally.versions += 1;
        tally.withdrawn += row.try_get::<i64, _>(2)?;
    }
    check.done("change", count);
    Ok(tallies)
}

async fn tally_rejected(
    tx: &mut Transaction<'static, Any>,
    tallies: &mut HashMap<i64, Tally>,
) -> Result<(), Error> {
    let statement = "select submission_id, count(*) from rejected_row group by submission_id";
    let mut rows = sqlx::query(statement).fetch(&mut **tx);
    while let Some(row) = rows.try_next().await? {
        tallies.entry(row.try_get(0)?).or_default().rejected = row.try_get(1)?;
    }
    Ok(())
}

/// No counter may give out a number a second time.
pub async fn counters(
    tx: &mut Transaction<'static, Any>,
    check: &mut Check<'_>,
) -> Result<(), Error> {
    let largest = [
        ("subject", "select max(id) from subject"),
        ("submission", "select max(id) from submission"),
    ];
    for (name, statement) in largest {
        let taken: Option<i64> = sqlx::query_scalar(statement).fetch_one(&mut **tx).await?;
        let next = counter(tx, name).await?;
        if next.is_none() || next <= taken {
            let detail = format!("holds {next:?} though {} is taken", taken.unwrap_or_default());
            check.problem(What::Counter, format!("counter {name}"), detail);
        }
    }
    check.done("counter", 3);
    Ok(())
}

async fn counter(tx: &mut Transaction<'static, Any>, name: &str) -> Result<Option<i64>, Error> {
    let statement = "select next from counter where name = $1";
    Ok(sqlx::query_scalar(statement).bind(name).fetch_optional(&mut **tx).await?)
}

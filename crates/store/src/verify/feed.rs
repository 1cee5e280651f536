//! Checks of submissions as a whole: the change feed, the places of versions, counts, counters.

use std::collections::{BTreeMap, HashMap};

use domain::ids::{RecordId, SubmissionId};
use futures_util::TryStreamExt as _;
use sqlx::{Any, Row as _, Transaction, any::AnyRow};

use super::{Check, What};
use crate::error::Error;

/// What the rows of one submission come to.
#[derive(Default)]
struct Tally {
    versions: i64,
    /// Versions that begin a record.
    created: i64,
    withdrawn: i64,
    /// Withdrawals of what a full delivery left out: they stand for no row of the file.
    missing: i64,
    rejected: i64,
    warned: i64,
}

/// Where the change feed goes on after the submissions seen so far.
struct Walk {
    next: i64,
    last_accepted: String,
    /// Changes of standing: their places in the feed and their instants.
    standings: BTreeMap<i64, String>,
}

/// Accepted submissions follow each other in the feed, and their counts are those of their rows.
///
/// Submissions are few beside their rows, so a tally of each is kept in memory.
pub async fn submissions(
    tx: &mut Transaction<'static, Any>,
    check: &mut Check<'_>,
) -> Result<(), Error> {
    let mut tallies = tally_versions(tx, check).await?;
    tally_rows(tx, &mut tallies).await?;
    let standings = standings(tx).await?;
    let statement = "\
        select id, receipt, state, accepted_at, feed_first, feed_count, mode, row_count, created, changed,
          unchanged, withdrawn, rejected, warned
        from submission order by feed_first, feed_count, accepted_at, id";
    let mut rows = sqlx::query(statement).fetch(&mut **tx);
    let mut count = 0;
    let mut walk = Walk { next: 1, last_accepted: String::new(), standings };
    while let Some(row) = rows.try_next().await? {
        count += 1;
        let id: i64 = row.try_get(0)?;
        if walk.step(&row, check)? {
            counts(&row, &tallies.remove(&id).unwrap_or_default(), check)?;
        }
    }
    drop(rows);
    walk.pass_standings(check);
    for place in walk.standings.keys() {
        let detail = format!("stands at {place} of the change feed, where something else does");
        check.problem(What::Feed, "standing".to_owned(), detail);
    }
    check.done("submission", count);
    let feed = counter(tx, "feed").await?;
    if feed != Some(walk.next) {
        let detail = format!("holds {feed:?} where the change feed goes on at {}", walk.next);
        check.problem(What::Counter, "counter feed".to_owned(), detail);
    }
    Ok(())
}

fn place(row: &AnyRow) -> Result<String, Error> {
    let (id, receipt): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
    Ok(format!("submission {id}, receipt {receipt}"))
}

/// Changes of standing and records that merges moved are few beside versions, and are kept in memory.
async fn standings(tx: &mut Transaction<'static, Any>) -> Result<BTreeMap<i64, String>, Error> {
    let statement = "\
        select feed_at, at from standing union all select feed_at, at from merge_change";
    let rows = sqlx::query(statement).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

impl Walk {
    /// Goes past the changes of standing that come next in the feed.
    fn pass_standings(&mut self, check: &mut Check<'_>) {
        while let Some(at) = self.standings.remove(&self.next) {
            self.follow("standing".to_owned(), at, check);
            self.next += 1;
        }
    }

    /// What comes next in the feed became known after what came before it.
    fn follow(&mut self, place: String, at: String, check: &mut Check<'_>) {
        if at <= self.last_accepted {
            let last = &self.last_accepted;
            let detail = format!("accepted at {at}, not after {last} before it in the feed");
            check.problem(What::Feed, place, detail);
        }
        self.last_accepted = at;
    }

    /// Whether the submission was accepted; if so, it must follow the one before.
    fn step(&mut self, row: &AnyRow, check: &mut Check<'_>) -> Result<bool, Error> {
        let (state, accepted_at): (String, Option<String>) = (row.try_get(2)?, row.try_get(3)?);
        let (Some(accepted_at), Some(first)) = (accepted_at, row.try_get::<Option<i64>, _>(4)?)
        else {
            if state == "accepted" {
                let detail = "is accepted but has no instant or no place in the feed";
                check.problem(What::Feed, place(row)?, detail);
            }
            return Ok(false);
        };
        self.pass_standings(check);
        if first != self.next {
            let how = if first < self.next { "overlap" } else { "gap" };
            let next = self.next;
            let detail =
                format!("{how}: begins at {first} of the change feed where {next} was to come");
            check.problem(What::Feed, place(row)?, detail);
        }
        self.next = first + row.try_get::<i64, _>(5)?;
        self.follow(place(row)?, accepted_at, check);
        Ok(true)
    }
}

/// What a receipt says against what there is. Rows found unchanged leave nothing behind; they are
/// what the other counts leave of the rows of the file.
fn counts(row: &AnyRow, tally: &Tally, check: &mut Check<'_>) -> Result<(), Error> {
    let told = |column: usize| row.try_get::<i64, _>(column);
    let [created, changed, unchanged] = [told(8)?, told(9)?, told(10)?];
    let [withdrawn, rejected, warned] = [told(11)?, told(12)?, told(13)?];
    let fates = created + changed + unchanged + withdrawn - tally.missing + rejected;
    let told = [
        ("changes", told(5)?, tally.versions),
        ("rows created", created, tally.created),
        ("rows changed", changed, tally.versions - tally.created - tally.withdrawn),
        ("rows withdrawn", withdrawn, tally.withdrawn),
        ("rows sent back", rejected, tally.rejected),
        ("rows in doubt", warned, tally.warned),
        ("rows", told(7)?, fates),
    ];
    for (what, says, has) in told {
        if says != has {
            check.problem(What::Count, place(row)?, format!("says {says} {what}, has {has}"));
        }
    }
    Ok(())
}

/// Counts the versions of each accepted submission and looks that their places are 0, 1, 2, …
async fn tally_versions(
    tx: &mut Transaction<'static, Any>,
    check: &mut Check<'_>,
) -> Result<HashMap<i64, Tally>, Error> {
    let statement = "\
        select v.submission_id, v.ordinal, case when v.withdrawn then 1 else 0 end, v.record_id, v.row_no
        from record_version v join submission s on s.id = v.submission_id
        where s.feed_first is not null order by v.submission_id, v.ordinal";
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
        let withdrawn: i64 = row.try_get(2)?;
        let begins = RecordId(row.try_get(3)?).first_place().0 == SubmissionId(of);
        let of_no_row = row.try_get::<i64, _>(4)? == 0;
        let tally = tallies.entry(of).or_default();
        tally.versions += 1;
        tally.created += i64::from(begins && withdrawn == 0);
        tally.withdrawn += withdrawn;
        tally.missing += i64::from(of_no_row);
    }
    check.done("change", count);
    Ok(tallies)
}

/// Counts the rows sent back, and the rows in doubt among those that were taken.
async fn tally_rows(
    tx: &mut Transaction<'static, Any>,
    tallies: &mut HashMap<i64, Tally>,
) -> Result<(), Error> {
    let rejected = "select submission_id, count(*) from rejected_row group by submission_id";
    let mut rows = sqlx::query(rejected).fetch(&mut **tx);
    while let Some(row) = rows.try_next().await? {
        tallies.entry(row.try_get(0)?).or_default().rejected = row.try_get(1)?;
    }
    drop(rows);
    let warned = "\
        select f.submission_id, count(distinct f.row_no) from fault f
        where f.level = 'warning' and not exists (
          select 1 from rejected_row r where r.submission_id = f.submission_id and r.row_no = f.row_no)
        group by f.submission_id";
    let mut rows = sqlx::query(warned).fetch(&mut **tx);
    while let Some(row) = rows.try_next().await? {
        tallies.entry(row.try_get(0)?).or_default().warned = row.try_get(1)?;
    }
    Ok(())
}

/// A counter, what it counts, and the largest number taken.
const COUNTERS: &[(&str, &str)] = &[
    ("subject", "select max(id) from subject"),
    ("submission", "select max(id) from submission"),
    // A number is taken for each report, and some for reports that could not be printed.
    ("report", "select count(*) from report"),
    ("job", "select max(id) from job"),
    ("audit", "select max(seq) from audit_event"),
    ("account", "select max(id) from account"),
    ("organisation", "select max(id) from organisation"),
    ("consent", "select max(id) from consent"),
    ("matter", "select max(id) from matter"),
    ("claim", "select max(id) from claim"),
    ("key", "select max(id) from api_key"),
    ("linkage_pair", "select max(id) from linkage_pair"),
    ("merge", "select max(id) from merge"),
];

/// No counter may give out a number a second time; that of audit events leaves none out either, so
/// that events missing at the end are missed.
pub async fn counters(
    tx: &mut Transaction<'static, Any>,
    check: &mut Check<'_>,
) -> Result<(), Error> {
    for (name, statement) in COUNTERS {
        let taken: Option<i64> = sqlx::query_scalar(*statement).fetch_one(&mut **tx).await?;
        let taken = taken.unwrap_or_default();
        let next = counter(tx, name).await?;
        let place = format!("counter {name}");
        match next {
            Some(next) if *name == "audit" && taken + 1 < next => {
                let detail = format!("holds {next} though {taken} is the last event there is");
                check.problem(What::Audit, place, detail);
            }
            Some(next) if taken < next => {}
            _ => {
                let detail = format!("holds {next:?} though {taken} is taken");
                check.problem(What::Counter, place, detail);
            }
        }
    }
    check.done("counter", COUNTERS.len() as u64 + 1);
    Ok(())
}

async fn counter(tx: &mut Transaction<'static, Any>, name: &str) -> Result<Option<i64>, Error> {
    let statement = "select next from counter where name = $1";
    Ok(sqlx::query_scalar(statement).bind(name).fetch_optional(&mut **tx).await?)
}

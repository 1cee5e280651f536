//! Checks of single rows: digests, and what they refer to.

use domain::{
    payload::Payload,
    sealed::{from_hex, hex, sm3, sm3_hex},
    tlog,
};
use futures_util::TryStreamExt as _;
use sqlx::{Any, AssertSqlSafe, Row as _, Transaction};

use super::{Check, What};
use crate::{audit, error::Error};

/// Digest, subject, submission and item of every version.
pub async fn versions(
    tx: &mut Transaction<'static, Any>,
    check: &mut Check<'_>,
) -> Result<(), Error> {
    let statement = "\
        select v.subject_id, v.item, v.submission_id, v.row_no, v.payload, v.digest, u.id, s.id, s.item
        from record_version v
        left join subject u on u.id = v.subject_id left join submission s on s.id = v.submission_id";
    let mut rows = sqlx::query(statement).fetch(&mut **tx);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        count += 1;
        check.seen("record_version", count);
        let (subject, item): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
        let (submission, line): (i64, i64) = (row.try_get(2)?, row.try_get(3)?);
        let place = || {
            format!("record_version subject {subject}, {item}, submission {submission}, row {line}")
        };
        match serde_json::from_str::<Payload>(row.try_get(4)?) {
            Err(_) => check.problem(What::VersionDigest, place(), "the payload is no JSON object"),
            Ok(payload) => {
                let (holds, is) =
                    (row.try_get::<&[u8], _>(5)?, sm3(payload.canonical().as_bytes()));
                if holds != is {
                    let detail =
                        format!("the digest says {}, the payload gives {}", hex(holds), hex(&is));
                    check.problem(What::VersionDigest, place(), detail);
                }
            }
        }
        for (at, what) in [(6, "subject"), (7, "submission")] {
            if row.try_get::<Option<i64>, _>(at)?.is_none() {
                check.problem(What::Reference, place(), format!("there is no such {what}"));
            }
        }
        if let Some(of) = row.try_get::<Option<String>, _>(8)?.filter(|of| *of != item) {
            check.problem(What::Reference, place(), format!("its submission is of {of}"));
        }
    }
    check.done("record_version", count);
    Ok(())
}

/// Every version of a record bears the record's number, whichever submission brought it.
pub async fn records(
    tx: &mut Transaction<'static, Any>,
    check: &mut Check<'_>,
) -> Result<(), Error> {
    let statement = "\
        select v.subject_id, v.item, min(v.record_id), max(v.record_id)
        from record_version v join submission s on s.id = v.submission_id
        where s.feed_first is not null
        group by v.subject_id, v.item, v.key";
    let mut rows = sqlx::query(statement).fetch(&mut **tx);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        count += 1;
        check.seen("record", count);
        let (least, most): (i64, i64) = (row.try_get(2)?, row.try_get(3)?);
        if least != most {
            let (subject, item): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
            let place = format!("record {least} of subject {subject}, {item}");
            check.problem(What::Record, place, format!("goes by the number {most} too"));
        }
    }
    check.done("record", count);
    Ok(())
}

/// A table, the column that refers, the table and column referred to, and the column that tells
/// rows apart.
const REFERENCES: &[[&str; 5]] = &[
    ["identifier", "subject_id", "subject", "id", "value"],
    ["subject_name", "subject_id", "subject", "id", "norm"],
    ["subject_name", "submission_id", "submission", "id", "norm"],
    ["report", "subject_id", "subject", "id", "number"],
    ["report", "policy_version", "policy_version", "version", "number"],
    ["submission", "policy_version", "policy_version", "version", "receipt"],
    ["fault", "submission_id", "submission", "id", "column_name"],
    ["rejected_row", "submission_id", "submission", "id", "''"],
    ["linkage_pair", "one_id", "subject", "id", "id"],
    ["linkage_pair", "other_id", "subject", "id", "id"],
    ["merge", "subject_id", "subject", "id", "id"],
    ["merge", "into_id", "subject", "id", "id"],
    ["merge_member", "into_id", "subject", "id", "subject_id"],
    ["judgement", "pair_id", "linkage_pair", "id", "seq"],
];

/// Rows of every other table that refer to what is not there.
pub async fn references(
    tx: &mut Transaction<'static, Any>,
    check: &mut Check<'_>,
) -> Result<(), Error> {
    for [table, column, target, key, label] in REFERENCES {
        let statement = format!("select count(*) from {table}");
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(&mut **tx).await?;
        let statement = format!(
            "select cast({table}.{column} as text), {label} from {table}
             where not exists (select 1 from {target} where {target}.{key} = {table}.{column})"
        );
        let mut rows = sqlx::query(AssertSqlSafe(statement)).fetch(&mut **tx);
        while let Some(row) = rows.try_next().await? {
            let (id, label): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let detail = format!("there is no {target} {id}");
            check.problem(What::Reference, format!("{table} {label}"), detail);
        }
        check.done(&format!("{table} to {target}"), count.unsigned_abs());
    }
    Ok(())
}

/// Digests of the data and the document of every report.
pub async fn reports(
    tx: &mut Transaction<'static, Any>,
    check: &mut Check<'_>,
) -> Result<(), Error> {
    let statement = "select number, data, data_digest, document, document_digest from report";
    let mut rows = sqlx::query(statement).fetch(&mut **tx);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        count += 1;
        check.seen("report", count);
        let number: String = row.try_get(0)?;
        let data =
            (sm3_hex(row.try_get::<&str, _>(1)?.as_bytes()), row.try_get::<&str, _>(2)?, "data");
        let document =
            (sm3_hex(row.try_get::<&[u8], _>(3)?), row.try_get::<&str, _>(4)?, "document");
        for (is, holds, part) in [data, document] {
            if is != holds.strip_prefix("sm3:").unwrap_or(holds) {
                let detail =
                    format!("the digest of the {part} says {holds}, the {part} gives {is}");
                check.problem(What::ReportDigest, format!("report {number}"), detail);
            }
        }
    }
    check.done("report", count);
    Ok(())
}

/// Audit events are numbered from 1 without a gap, and each is what its leaf of the log commits to.
pub async fn audit_events(
    tx: &mut Transaction<'static, Any>,
    check: &mut Check<'_>,
) -> Result<(), Error> {
    let leaves = leaves(tx).await?;
    let mut rows = sqlx::query(AUDIT).fetch(&mut **tx);
    let mut count = 0;
    let mut next = 1;
    while let Some(row) = rows.try_next().await? {
        count += 1;
        check.seen("audit_event", count);
        let event = audit::read(&row)?;
        let place = format!("audit_event {}", event.seq);
        if event.seq != next {
            let missing = event.seq - next;
            let detail = format!("number {next} was to come, {missing} are missing");
            check.problem(What::Audit, place.clone(), detail);
        }
        next = event.seq + 1;
        if !event.fits() {
            check.problem(What::Audit, place.clone(), "the event is not what it commits to");
        }
        let index = usize::try_from(event.seq - 1).unwrap_or(usize::MAX);
        let entry = from_hex(&event.commitment).unwrap_or_default();
        if leaves.get(index).is_some_and(|leaf| *leaf != tlog::leaf(&entry)) {
            check.problem(What::Audit, place, "the event is not that of its leaf in the log");
        }
    }
    let whole = usize::try_from(next - 1).unwrap_or_default();
    if whole < leaves.len() {
        let detail = format!("the log has {} leaves, {whole} events are here", leaves.len());
        check.problem(What::Audit, "audit_event".to_owned(), detail);
    }
    check.done("audit_event", count);
    Ok(())
}

const AUDIT: &str = "\
    select seq, at, actor, event, object, detail, subject_id, salt, commitment from audit_event
    order by seq";

/// The leaves of the log, from its lowest tiles.
async fn leaves(tx: &mut Transaction<'static, Any>) -> Result<Vec<tlog::Hash>, Error> {
    let statement = "select data from log_tile where level = 0 order by number";
    let tiles: Vec<Vec<u8>> = sqlx::query_scalar(statement).fetch_all(&mut **tx).await?;
    let hashes = tiles.iter().flat_map(|tile| tile.chunks_exact(32));
    Ok(hashes.filter_map(|hash| hash.try_into().ok()).collect())
}

//! Writing a chunk into SQLite: prepared statements on one connection, in one transaction.

use std::{collections::HashMap, path::Path};

use domain::ids::SubjectId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::{
    Chunk, Mode, State, Subject,
    chunk::{self, Head, Held, Outcome, Plan},
};
use crate::{error::Error, stamp};

pub fn connect(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    // A chunk lost to a power cut belongs to a submission not yet accepted; accepting one syncs it all.
    for (name, value) in
        [("synchronous", "normal"), ("cache_size", "-64000"), ("temp_store", "memory")]
    {
        connection.pragma_update(None, name, value)?;
    }
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

pub fn write(
    connection: &mut Connection,
    state: &mut State,
    chunk: &mut Chunk,
) -> Result<Outcome, Error> {
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let subjects = subjects(&tx, state, chunk)?;
    let held = held(&tx, state, chunk, &subjects)?;
    let mut plan = chunk::decide(state, &chunk.accepted, &subjects, &held);
    let mut name_faults = names(&tx, state, chunk, &plan)?;
    insert_versions(&tx, state, chunk, &plan)?;
    withdraw(&tx, state, &plan)?;
    plan.outcome.faults.append(&mut name_faults);
    insert_faults(&tx, state, chunk, &plan.outcome)?;
    tx.commit()?;
    Ok(plan.outcome)
}

fn subjects(
    tx: &Transaction<'_>,
    state: &mut State,
    chunk: &Chunk,
) -> Result<Vec<Option<SubjectId>>, Error> {
    let mut find =
        tx.prepare_cached("select subject_id from identifier where scheme = ?1 and value = ?2")?;
    let mut known = tx.prepare_cached(
        "select n.name from subject_name n join submission s on s.id = n.submission_id
         where n.subject_id = ?1 and (s.feed_first is not null or s.id = ?2) order by s.id",
    )?;
    let mut subject = tx.prepare_cached("insert into subject (id, kind) values (?1, ?2)")?;
    let mut identifier = tx
        .prepare_cached("insert into identifier (scheme, value, subject_id) values (?1, ?2, ?3)")?;
    let mut ids = Vec::with_capacity(chunk.accepted.len());
    for row in &chunk.accepted {
        if let Some(met) = state.subjects.get_mut(&row.subject) {
            ids.push(Some(met.id));
            continue;
        }
        let key = &row.subject;
        let found: Option<i64> =
            find.query_row(params![key.scheme, key.value], |row| row.get(0)).optional()?;
        let met = match found {
            Some(id) => {
                let names = known.query_map([id, state.submission.0], |row| row.get(0))?;
                let names = names.collect::<Result<_, _>>()?;
                Subject { id: SubjectId(id), fresh: false, names }
            }
            None if state.mode == Mode::Withdraw => {
                ids.push(None);
                continue;
            }
            None => {
                let id = state
                    .numbers
                    .next()
                    .ok_or_else(|| Error::Corrupt("no subject number left".to_owned()))?;
                subject.execute(params![id, row.subject_kind.code()])?;
                identifier.execute(params![key.scheme, key.value, id])?;
                Subject { id: SubjectId(id), fresh: true, names: Vec::new() }
            }
        };
        ids.push(Some(met.id));
        state.subjects.insert(key.clone(), met);
    }
    Ok(ids)
}

fn names(
    tx: &Transaction<'_>,
    state: &mut State,
    chunk: &Chunk,
    plan: &Plan,
) -> Result<Vec<domain::fault::Fault>, Error> {
    let mut insert = tx.prepare_cached(
        "insert into subject_name (subject_id, norm, submission_id, name) values (?1, ?2, ?3, ?4)
         on conflict do nothing",
    )?;
    let mut faults = Vec::new();
    for row in plan.taken(&chunk.accepted) {
        if let Some((subject, norm)) = chunk::meet_name(state, row, &mut faults) {
            insert.execute(params![subject.0, norm, state.submission.0, row.subject_name])?;
        }
    }
    Ok(faults)
}

fn held(
    tx: &Transaction<'_>,
    state: &mut State,
    chunk: &Chunk,
    subjects: &[Option<SubjectId>],
) -> Result<HashMap<(i64, [u8; 16]), Held>, Error> {
    let mut find = tx.prepare_cached(
        "select v.record_id, v.submission_id, s.feed_first, v.withdrawn, v.digest, v.row_no,
           s.department
         from record_version v join submission s on s.id = v.submission_id
         where v.subject_id = ?1 and v.item = ?2 and v.key = ?3",
    )?;
    let mut all = HashMap::new();
    for (row, subject) in chunk.accepted.iter().zip(subjects) {
        let Some(subject) = subject else { continue };
        if state.subjects.get(&row.subject).is_some_and(|met| met.fresh) {
            continue;
        }
        let mut rows = find.query(params![subject.0, state.item, row.key.as_slice()])?;
        while let Some(found) = rows.next()? {
            let held: &mut Held = all.entry((subject.0, row.key)).or_default();
            let submission: i64 = found.get(1)?;
            if submission == state.submission.0 {
                held.own_row = Some(found.get(5)?);
                continue;
            }
            let Some(feed_first) = found.get::<_, Option<i64>>(2)? else { continue };
            if held.head.as_ref().is_none_or(|head| head.feed_first < feed_first) {
                held.head = Some(Head {
                    record: found.get(0)?,
                    submission,
                    feed_first,
                    withdrawn: found.get(3)?,
                    digest: found.get(4)?,
                    department: found.get(6)?,
                });
            }
        }
    }
    // A subject is fresh within the chunk that made it; its rows of later chunks are looked up.
    for row in &chunk.accepted {
        if let Some(met) = state.subjects.get_mut(&row.subject) {
            met.fresh = false;
        }
    }
    Ok(all)
}

fn insert_versions(
    tx: &Transaction<'_>,
    state: &State,
    chunk: &Chunk,
    plan: &Plan,
) -> Result<(), Error> {
    let mut insert = tx.prepare_cached(
        "insert into record_version (subject_id, item, key, submission_id, ordinal, record_id, row_no, decided_on,
           effective_from, effective_until, withdrawn, overridden, subject_name, payload, digest)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, false, ?11, ?12, ?13, ?14)",
    )?;
    for version in &plan.versions {
        let row = &chunk.accepted[version.at];
        insert.execute(params![
            version.subject.0,
            state.item,
            row.key.as_slice(),
            state.submission.0,
            version.ordinal,
            version.record.0,
            i64::try_from(row.row).unwrap_or_default(),
            stamp::day(row.decided_on).unwrap_or_default(),
            stamp::day(row.effective_from),
            stamp::day(row.effective_until),
            row.overridden,
            row.subject_name,
            row.payload,
            row.digest.as_slice(),
        ])?;
    }
    Ok(())
}

fn withdraw(tx: &Transaction<'_>, state: &State, plan: &Plan) -> Result<(), Error> {
    if state.mode != Mode::Withdraw {
        return Ok(());
    }
    let mut insert = tx.prepare_cached(chunk::WITHDRAW)?;
    for (ordinal, withdrawal) in &plan.withdrawals {
        insert.execute(params![
            state.submission.0,
            ordinal,
            i64::try_from(withdrawal.row).unwrap_or_default(),
            withdrawal.subject.0,
            state.item,
            withdrawal.key.as_slice(),
            withdrawal.base.0,
        ])?;
    }
    Ok(())
}

fn insert_faults(
    tx: &Transaction<'_>,
    state: &State,
    chunk: &Chunk,
    outcome: &Outcome,
) -> Result<(), Error> {
    let mut insert = tx.prepare_cached(
        "insert into fault (submission_id, row_no, seq, column_name, rule, level, detail, raw)
         values (?1, ?2, (select coalesce(max(seq), 0) + 1 from fault where submission_id = ?1 and row_no = ?2),
           ?3, ?4, ?5, ?6, ?7)",
    )?;
    for fault in chunk.faults.iter().chain(&outcome.faults) {
        insert.execute(params![
            state.submission.0,
            i64::try_from(fault.row).unwrap_or_default(),
            fault.column,
            fault.rule.id(),
            crate::fault::level_code(fault.level),
            fault.stored_detail(),
            fault.raw,
        ])?;
    }
    let mut insert = tx.prepare_cached(
        "insert into rejected_row (submission_id, row_no, cells) values (?1, ?2, ?3) on conflict do nothing",
    )?;
    for (row, cells) in &chunk.rejected {
        insert.execute(params![
            state.submission.0,
            i64::try_from(*row).unwrap_or_default(),
            cells
        ])?;
    }
    Ok(())
}

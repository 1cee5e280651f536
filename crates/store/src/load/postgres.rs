//! Writing a chunk into PostgreSQL: lookups by array, rows by COPY, in one transaction.

use std::{collections::HashMap, fmt::Write as _, ops::Range};

use domain::{fault::Fault, ids::SubjectId, record::SubjectKey};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _, postgres::PgConnectOptions};

use super::{
    Chunk, Mode, State, Subject,
    chunk::{self, Head, Held, Outcome, Plan},
};
use crate::{error::Error, stamp};

/// Opens a session of its own. The server is to find out within a minute that a client is gone, so
/// that what it held is free again.
pub async fn connect(url: &str) -> Result<PgConnection, Error> {
    let options: PgConnectOptions = url.parse()?;
    let mut session = PgConnection::connect_with(&options).await?;
    let keepalives = "\
        set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3";
    session.execute(sqlx::raw_sql(keepalives)).await?;
    Ok(session)
}

pub async fn write(
    connection: &mut PgConnection,
    state: &mut State,
    chunk: &mut Chunk,
) -> Result<Outcome, Error> {
    // New subjects are made in a transaction of their own, so that another load that meets the
    // same code waits for that alone and not for the whole chunk.
    let subjects = subjects(connection, state, chunk).await?;
    let mut tx = connection.begin().await?;
    let held = held(&mut tx, state, chunk, &subjects).await?;
    let mut plan = chunk::decide(state, &chunk.accepted, &subjects, &held);
    let mut name_faults = names(&mut tx, state, chunk, &plan).await?;
    copy_versions(&mut tx, state, chunk, &plan).await?;
    withdraw(&mut tx, state, &plan).await?;
    plan.outcome.faults.append(&mut name_faults);
    copy_faults(&mut tx, state, chunk, &plan.outcome).await?;
    tx.commit().await?;
    Ok(plan.outcome)
}

async fn subjects(
    connection: &mut PgConnection,
    state: &mut State,
    chunk: &Chunk,
) -> Result<Vec<Option<SubjectId>>, Error> {
    let mut unknown: HashMap<SubjectKey, &'static str> = HashMap::new();
    for row in chunk.accepted.iter().filter(|row| !state.subjects.contains_key(&row.subject)) {
        unknown.insert(row.subject.clone(), row.subject_kind.code());
    }
    if !unknown.is_empty() {
        let mut tx = connection.begin().await?;
        find(&mut tx, state, unknown.keys(), 0..0).await?;
        let fresh: Vec<(SubjectKey, &str)> =
            unknown.into_iter().filter(|(key, _)| !state.subjects.contains_key(key)).collect();
        if !fresh.is_empty() && state.mode != Mode::Withdraw {
            let own = create(&mut tx, state, &fresh).await?;
            find(&mut tx, state, fresh.iter().map(|(key, _)| key), own).await?;
        }
        tx.commit().await?;
    }
    let met = |row: &domain::record::Accepted| state.subjects.get(&row.subject).map(|met| met.id);
    let subjects: Vec<_> = chunk.accepted.iter().map(met).collect();
    if state.mode != Mode::Withdraw && subjects.contains(&None) {
        return Err(Error::Corrupt("a subject was not made".to_owned()));
    }
    Ok(subjects)
}

/// Looks subjects up. One that another load made in the meantime may have records already, so only
/// those with a number of our `own` are fresh.
async fn find(
    tx: &mut PgConnection,
    state: &mut State,
    keys: impl Iterator<Item = &SubjectKey>,
    own: Range<i64>,
) -> Result<(), Error> {
    let (schemes, values): (Vec<&str>, Vec<&str>) =
        keys.map(|key| (key.scheme.as_str(), key.value.as_str())).unzip();
    let statement = "\
        select i.scheme, i.value, i.subject_id, n.name
        from unnest($1::text[], $2::text[]) k (scheme, value)
        join identifier i on i.scheme = k.scheme and i.value = k.value
        left join (subject_name n join submission s on s.id = n.submission_id)
          on n.subject_id = i.subject_id and (s.feed_first is not null or s.id = $3)
        order by n.submission_id";
    let rows = sqlx::query(statement)
        .bind(&schemes)
        .bind(&values)
        .bind(state.submission.0)
        .fetch_all(tx)
        .await?;
    for row in rows {
        let key = SubjectKey { scheme: row.try_get(0)?, value: row.try_get(1)? };
        let id = SubjectId(row.try_get(2)?);
        let (name, fresh): (Option<String>, bool) = (row.try_get(3)?, own.contains(&id.0));
        state
            .subjects
            .entry(key)
            .or_insert(Subject { id, fresh, names: Vec::new() })
            .names
            .extend(name);
    }
    Ok(())
}

/// Makes subjects and says from which numbers on.
async fn create(
    tx: &mut PgConnection,
    state: &mut State,
    fresh: &[(SubjectKey, &str)],
) -> Result<Range<i64>, Error> {
    let first = state.numbers.start;
    let mut ids = Vec::with_capacity(fresh.len());
    for _ in fresh {
        ids.push(
            state
                .numbers
                .next()
                .ok_or_else(|| Error::Corrupt("no subject number left".to_owned()))?,
        );
    }
    let schemes: Vec<&str> = fresh.iter().map(|(key, _)| key.scheme.as_str()).collect();
    let values: Vec<&str> = fresh.iter().map(|(key, _)| key.value.as_str()).collect();
    let kinds: Vec<&str> = fresh.iter().map(|(_, kind)| *kind).collect();
    // Sorted, so that two loads that meet the same codes never wait for each other in a ring.
    let statement = "\
        with made as (
          insert into identifier (scheme, value, subject_id)
          select scheme, value, id from unnest($1::text[], $2::text[], $3::bigint[]) k (scheme, value, id)
          order by scheme, value
          on conflict do nothing returning subject_id)
        insert into subject (id, kind)
        select k.id, k.kind from unnest($3::bigint[], $4::text[]) k (id, kind) join made on made.subject_id = k.id";
    sqlx::query(statement).bind(schemes).bind(values).bind(ids).bind(kinds).execute(tx).await?;
    Ok(first..state.numbers.start)
}

async fn names(
    tx: &mut PgConnection,
    state: &mut State,
    chunk: &Chunk,
    plan: &Plan,
) -> Result<Vec<Fault>, Error> {
    let mut faults = Vec::new();
    let (mut ids, mut norms, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for row in plan.taken(&chunk.accepted) {
        if let Some((subject, norm)) = chunk::meet_name(state, row, &mut faults) {
            ids.push(subject.0);
            norms.push(norm);
            names.push(row.subject_name.clone());
        }
    }
    let statement = "\
        insert into subject_name (subject_id, norm, submission_id, name)
        select id, norm, $4, name from unnest($1::bigint[], $2::text[], $3::text[]) k (id, norm, name)
        order by id, norm on conflict do nothing";
    sqlx::query(statement)
        .bind(ids)
        .bind(norms)
        .bind(names)
        .bind(state.submission.0)
        .execute(tx)
        .await?;
    Ok(faults)
}

async fn held(
    tx: &mut PgConnection,
    state: &mut State,
    chunk: &Chunk,
    subjects: &[Option<SubjectId>],
) -> Result<HashMap<(i64, [u8; 16]), Held>, Error> {
    let (mut ids, mut keys) = (Vec::new(), Vec::new());
    for (row, subject) in chunk.accepted.iter().zip(subjects) {
        let Some(subject) = subject else { continue };
        if state.subjects.get(&row.subject).is_none_or(|met| !met.fresh) {
            ids.push(subject.0);
            keys.push(row.key.to_vec());
        }
    }
    for row in &chunk.accepted {
        if let Some(met) = state.subjects.get_mut(&row.subject) {
            met.fresh = false;
        }
    }
    let mut all: HashMap<(i64, [u8; 16]), Held> = HashMap::new();
    if ids.is_empty() {
        return Ok(all);
    }
    let statement = "\
        select v.subject_id, v.key, v.record_id, v.submission_id, s.feed_first, v.withdrawn, v.digest, v.row_no,
          s.department
        from unnest($1::bigint[], $2::bytea[]) k (subject_id, key)
        join record_version v on v.subject_id = k.subject_id and v.item = $3 and v.key = k.key
        join submission s on s.id = v.submission_id";
    let rows = sqlx::query(statement).bind(ids).bind(keys).bind(&state.item).fetch_all(tx).await?;
    for row in rows {
        let held = all.entry((row.try_get(0)?, chunk::key(row.try_get(1)?)?)).or_default();
        let submission: i64 = row.try_get(3)?;
        if submission == state.submission.0 {
            held.own_row = Some(row.try_get(7)?);
            continue;
        }
        let Some(feed_first) = row.try_get::<Option<i64>, _>(4)? else { continue };
        if held.head.as_ref().is_none_or(|head| head.feed_first < feed_first) {
            held.head = Some(Head {
                record: row.try_get(2)?,
                submission,
                feed_first,
                withdrawn: row.try_get(5)?,
                digest: row.try_get(6)?,
                department: row.try_get(8)?,
            });
        }
    }
    Ok(all)
}

async fn copy_versions(
    tx: &mut PgConnection,
    state: &State,
    chunk: &Chunk,
    plan: &Plan,
) -> Result<(), Error> {
    if plan.versions.is_empty() {
        return Ok(());
    }
    let mut text = String::with_capacity(plan.versions.len() * 800);
    for version in &plan.versions {
        let row = &chunk.accepted[version.at];
        let _ = write!(text, "{}\t{}\t\\\\x", version.subject, state.item);
        hex(&mut text, &row.key);
        let _ = write!(
            text,
            "\t{}\t{}\t{}\t{}",
            state.submission, version.ordinal, version.record, row.row
        );
        let _ = write!(text, "\t{}", stamp::day(row.decided_on).unwrap_or_default());
        for date in [row.effective_from, row.effective_until] {
            let _ = write!(text, "\t{}", stamp::day(date).as_deref().unwrap_or("\\N"));
        }
        let _ = write!(text, "\tf\t{}\t", if row.overridden { 't' } else { 'f' });
        escape(&mut text, &row.subject_name);
        text.push('\t');
        escape(&mut text, &row.payload);
        text.push_str("\t\\\\x");
        hex(&mut text, &row.digest);
        text.push('\n');
    }
    let statement = "\
        copy record_version (subject_id, item, key, submission_id, ordinal, record_id, row_no, decided_on,
          effective_from, effective_until, withdrawn, overridden, subject_name, payload, digest) from stdin";
    copy(tx, statement, text).await
}

async fn withdraw(tx: &mut PgConnection, state: &State, plan: &Plan) -> Result<(), Error> {
    if state.mode != Mode::Withdraw {
        return Ok(());
    }
    for (ordinal, withdrawal) in &plan.withdrawals {
        sqlx::query(chunk::WITHDRAW)
            .bind(state.submission.0)
            .bind(i64::from(*ordinal))
            .bind(i64::try_from(withdrawal.row).unwrap_or_default())
            .bind(withdrawal.subject.0)
            .bind(&state.item)
            .bind(withdrawal.key.to_vec())
            .bind(withdrawal.base.0)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

async fn copy_faults(
    tx: &mut PgConnection,
    state: &State,
    chunk: &Chunk,
    outcome: &Outcome,
) -> Result<(), Error> {
    let mut text = String::new();
    let mut seqs: HashMap<u64, u32> = HashMap::new();
    // Faults that the register finds come after those of the check and are numbered from there.
    for (first, list) in [(1, &chunk.faults), (1_000, &outcome.faults)] {
        for fault in list {
            let seq = seqs.entry(fault.row).or_default();
            *seq = (*seq + 1).max(first);
            let _ = write!(text, "{}\t{}\t{seq}", state.submission, fault.row);
            let level = crate::fault::level_code(fault.level);
            let detail = fault.stored_detail();
            for word in [fault.column.as_str(), fault.rule.id(), level, &detail, &fault.raw] {
                text.push('\t');
                escape(&mut text, word);
            }
            text.push('\n');
        }
    }
    if !text.is_empty() {
        let statement = "\
            copy fault (submission_id, row_no, seq, column_name, rule, level, detail, raw) from stdin";
        copy(tx, statement, text).await?;
    }
    let mut text = String::new();
    for (row, cells) in &chunk.rejected {
        let _ = write!(text, "{}\t{row}\t", state.submission);
        escape(&mut text, cells);
        text.push('\n');
    }
    if text.is_empty() {
        return Ok(());
    }
    copy(tx, "copy rejected_row (submission_id, row_no, cells) from stdin", text).await
}

async fn copy(tx: &mut PgConnection, statement: &str, text: String) -> Result<(), Error> {
    let mut copy = tx.copy_in_raw(statement).await?;
    copy.send(text.into_bytes()).await?;
    copy.finish().await?;
    Ok(())
}

/// Escapes a value for the text form of COPY; PostgreSQL holds no NUL.
fn escape(into: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\\' => into.push_str("\\\\"),
            '\t' => into.push_str("\\t"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\0' => {}
            c => into.push(c),
        }
    }
}

fn hex(into: &mut String, bytes: &[u8]) {
    into.push_str(&domain::sealed::hex(bytes));
}

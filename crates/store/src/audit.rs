//! Audit events: who did what to which object, written in the transaction that did it, each with a
//! salted commitment that becomes a leaf of the log ([`crate::log`]).

use domain::{
    audit::Event,
    ids::SubjectId,
    sealed::{from_hex, hex},
    tlog,
};
use jiff::Timestamp;
use sqlx::{
    Any, Row as _,
    any::{AnyArguments, AnyRow},
    query::Query,
};

use crate::{
    error::Error,
    record::binds,
    register::{Register, Write, take_numbers},
    stamp,
};

/// Bytes of a salt.
const SALT_BYTES: usize = 32;
/// Events written in one statement.
const AT_ONCE: usize = 100;

/// What is told of an event; its number and instant are given to it.
#[derive(Clone, Copy, Debug)]
pub struct NewEvent<'e> {
    pub actor: &'e str,
    pub event: Event,
    pub object: &'e str,
    pub detail: &'e str,
    /// Whose access log it stands in.
    pub subject: Option<SubjectId>,
}

/// One event as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub seq: i64,
    pub at: String,
    pub actor: String,
    /// Word of the event.
    pub event: String,
    pub object: String,
    pub detail: String,
    pub subject: Option<i64>,
    /// Hexadecimal; empty where the event was erased.
    pub salt: String,
    pub commitment: String,
}

impl Written {
    /// The bytes a commitment is made of, beside the salt: one line of JSON.
    #[must_use]
    pub fn canonical(&self) -> String {
        let Written { seq, at, actor, event, object, detail, subject, .. } = self;
        serde_json::json!([seq, at, actor, event, object, detail, subject]).to_string()
    }

    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.salt.is_empty() && !self.commitment.is_empty()
    }

    /// Whether the event is what it commits to; one without a commitment, or erased, says nothing.
    #[must_use]
    pub fn fits(&self) -> bool {
        let Some(salt) = from_hex(&self.salt).filter(|salt| !salt.is_empty()) else { return true };
        hex(&tlog::commitment(&salt, self.canonical().as_bytes())) == self.commitment
    }

    /// Gives the event its salt and commitment.
    fn commit(&mut self) -> Result<(), Error> {
        let mut salt = [0u8; SALT_BYTES];
        getrandom::fill(&mut salt)
            .map_err(|_| Error::Io(std::io::Error::other("no random bytes")))?;
        self.salt = hex(&salt);
        let committed = tlog::commitment(&salt, self.canonical().as_bytes());
        self.commitment = hex(&committed);
        Ok(())
    }
}

/// Appends one event; its number follows the last without a gap.
pub async fn append(
    write: &mut Write,
    at: Timestamp,
    actor: &str,
    event: Event,
    object: &str,
    detail: &str,
) -> Result<(), Error> {
    append_all(write, at, &[NewEvent { actor, event, object, detail, subject: None }]).await
}

/// The same about a subject, who reads it in its access log.
pub async fn append_about(
    write: &mut Write,
    at: Timestamp,
    actor: &str,
    event: Event,
    object: &str,
    detail: &str,
    subject: SubjectId,
) -> Result<(), Error> {
    let subject = Some(subject);
    append_all(write, at, &[NewEvent { actor, event, object, detail, subject }]).await
}

/// Appends the entry of somebody who read, and answers how far the change feed is as this transaction
/// sees it: where that is as far as before the read, the records are as they were read.
pub async fn append_read(
    write: &mut Write,
    at: Timestamp,
    entry: NewEvent<'_>,
) -> Result<i64, Error> {
    let number = take_numbers(write, "audit", 1).await?;
    let statement =
        format!("{} returning (select next - 1 from counter where name = 'feed')", values(1));
    let query = sqlx::query(sqlx::AssertSqlSafe(statement));
    let told = bound(query, &stamp::instant(at), number, &[entry])?;
    Ok(told.fetch_one(&mut *write.tx).await?.try_get(0)?)
}

/// Appends several events of one instant; they follow each other without a gap.
pub async fn append_all(
    write: &mut Write,
    at: Timestamp,
    events: &[NewEvent<'_>],
) -> Result<(), Error> {
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let first = take_numbers(write, "audit", count).await?;
    let at = stamp::instant(at);
    for (chunk, events) in (0..).zip(events.chunks(AT_ONCE)) {
        let from = first + chunk * i64::try_from(AT_ONCE).unwrap_or_default();
        insert(write, &at, from, events).await?;
    }
    Ok(())
}

async fn insert(
    write: &mut Write,
    at: &str,
    first: i64,
    events: &[NewEvent<'_>],
) -> Result<(), Error> {
    let query = sqlx::query(sqlx::AssertSqlSafe(values(events.len())));
    bound(query, at, first, events)?.execute(&mut *write.tx).await?;
    Ok(())
}

/// The statement that inserts so many events.
fn values(events: usize) -> String {
    const COLUMNS: usize = 9;
    let rows: Vec<String> =
        (0..events).map(|row| format!("({})", binds(row * COLUMNS + 1, COLUMNS))).collect();
    format!(
        "insert into audit_event (seq, at, actor, event, object, detail, subject_id, salt, commitment)
         values {}",
        rows.join(", ")
    )
}

/// The events with their salts and commitments, bound to such a statement.
fn bound<'q>(
    mut query: Query<'q, Any, AnyArguments>,
    at: &str,
    first: i64,
    events: &[NewEvent<'_>],
) -> Result<Query<'q, Any, AnyArguments>, Error> {
    for (seq, new) in (first..).zip(events) {
        let mut event = Written {
            seq,
            at: at.to_owned(),
            actor: new.actor.to_owned(),
            event: new.event.code().to_owned(),
            object: new.object.to_owned(),
            detail: new.detail.to_owned(),
            subject: new.subject.map(|subject| subject.0),
            salt: String::new(),
            commitment: String::new(),
        };
        event.commit()?;
        query = query
            .bind(event.seq)
            .bind(event.at)
            .bind(event.actor)
            .bind(event.event)
            .bind(event.object)
            .bind(event.detail)
            .bind(event.subject)
            .bind(event.salt)
            .bind(event.commitment);
    }
    Ok(query)
}

/// Takes away what an event says, keeps its leaf, and tells of it in an event that names its number;
/// false where there is none, nothing is left, or it tells of an erasure itself.
///
/// A verifier takes an empty event for an erased one only where the log tells of it: otherwise
/// whoever copies a log could empty what he likes.
pub async fn erase(
    write: &mut Write,
    at: Timestamp,
    actor: &str,
    seq: i64,
    reason: &str,
) -> Result<bool, Error> {
    let statement = "\
        update audit_event set actor = '', object = '', detail = '', salt = null, subject_id = null
        where seq = $1 and event <> $2 and salt is not null and commitment is not null";
    let erased = Event::AuditErased;
    let done = sqlx::query(statement).bind(seq).bind(erased.code()).execute(&mut *write.tx).await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    append(write, at, actor, erased, &seq.to_string(), reason).await?;
    Ok(true)
}

const EVENT: &str =
    "select seq, at, actor, event, object, detail, subject_id, salt, commitment from audit_event";

/// Events from a number on, in their order.
pub async fn from(register: &Register, seq: i64, limit: i64) -> Result<Vec<Written>, Error> {
    let statement = format!("{EVENT} where seq >= $1 order by seq limit $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(seq)
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// The same in a transaction; an event from before the log is given its commitment.
pub(crate) async fn commitments_from(
    write: &mut Write,
    seq: i64,
    limit: i64,
) -> Result<Vec<String>, Error> {
    let statement = format!("{EVENT} where seq >= $1 order by seq limit $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(seq)
        .bind(limit)
        .fetch_all(&mut *write.tx)
        .await?;
    let mut commitments = Vec::with_capacity(rows.len());
    for (expected, row) in (seq..).zip(&rows) {
        let mut event = read(row)?;
        if event.seq != expected {
            return Err(Error::Corrupt(format!("audit event {expected} is missing")));
        }
        if event.commitment.is_empty() {
            event.commit()?;
            sqlx::query("update audit_event set salt = $2, commitment = $3 where seq = $1")
                .bind(event.seq)
                .bind(&event.salt)
                .bind(&event.commitment)
                .execute(&mut *write.tx)
                .await?;
        }
        commitments.push(event.commitment);
    }
    Ok(commitments)
}

/// Which events are looked for; what is empty asks for nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub event: String,
    pub actor: String,
    pub object: String,
    /// Instants as they are written; the second not included.
    pub from: String,
    pub until: String,
    /// Only those before this number.
    pub before: Option<i64>,
}

impl Filter {
    /// What is asked for alone, from `$3` on: an engine that plans for a condition that may be empty
    /// uses no index.
    fn conditions(&self) -> (String, Vec<&str>) {
        let all = [
            ("event =", &self.event),
            ("actor =", &self.actor),
            ("object =", &self.object),
            ("at >=", &self.from),
            ("at <", &self.until),
        ];
        let asked = all.into_iter().filter(|(_, value)| !value.is_empty());
        let (conditions, values): (Vec<String>, Vec<&str>) = (3..)
            .zip(asked)
            .map(|(place, (condition, value))| (format!(" and {condition} ${place}"), &**value))
            .unzip();
        (conditions.concat(), values)
    }
}

/// Events, newest first.
pub async fn find(register: &Register, filter: &Filter, limit: i64) -> Result<Vec<Written>, Error> {
    let (conditions, values) = filter.conditions();
    let statement = format!("{EVENT} where seq < $1{conditions} order by seq desc limit $2");
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(filter.before.unwrap_or(i64::MAX))
        .bind(limit);
    for value in values {
        query = query.bind(value.to_owned());
    }
    query.fetch_all(&register.pool).await?.iter().map(read).collect()
}

pub(crate) fn read(row: &AnyRow) -> Result<Written, Error> {
    let text = |name: &str| -> Result<String, Error> {
        Ok(row.try_get::<Option<String>, _>(name)?.unwrap_or_default())
    };
    Ok(Written {
        seq: row.try_get("seq")?,
        at: text("at")?,
        actor: text("actor")?,
        event: text("event")?,
        object: text("object")?,
        detail: text("detail")?,
        subject: row.try_get("subject_id")?,
        salt: text("salt")?,
        commitment: text("commitment")?,
    })
}

#[cfg(test)]
mod tests;

//! Cases (办件): one row each, with their history, deadlines and papers beside it.

pub mod deadline;
pub mod document;
pub mod tally;

use domain::{
    case::{CaseKind, Step, Turn},
    ids::{AccountId, CaseId, RecordId, SubjectId},
};
use jiff::{Timestamp, civil::Date};
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    merge,
    register::{Register, Write, take_numbers},
    stamp,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub id: CaseId,
    /// As people quote it: XF20261127-000001.
    pub number: String,
    pub kind: CaseKind,
    /// Word of the kind's own state.
    pub state: String,
    pub turn: Turn,
    pub subject: SubjectId,
    /// For whom it was filed; after the end of a merge another than its record's subject.
    pub filed_for: SubjectId,
    pub item: String,
    pub record: RecordId,
    /// Department that decides; empty where the centre does.
    pub organ: String,
    pub opened_by: String,
    pub opened_at: Timestamp,
    /// The law it began under.
    pub policy_version: String,
    pub handler: Option<AccountId>,
    /// JSON of what its kind keeps.
    pub data: String,
    /// The nearest last day of what runs.
    pub due_on: Option<Date>,
    pub closed_at: Option<Timestamp>,
}

impl Case {
    /// Whether it is about a record; one about an entry in a list is once that is published.
    #[must_use]
    pub fn has_record(&self) -> bool {
        self.record != RecordId(0)
    }
}

/// A case as it is opened.
#[derive(Clone, Debug)]
pub struct NewCase<'c> {
    pub kind: CaseKind,
    pub state: &'c str,
    pub turn: Turn,
    pub subject: SubjectId,
    pub item: &'c str,
    pub record: RecordId,
    pub organ: &'c str,
    pub opened_by: &'c str,
    pub at: Timestamp,
    pub day: Date,
    pub policy_version: &'c str,
    pub data: &'c str,
    /// Last day of publication of the record, where the case ends with it.
    pub ends_on: Option<Date>,
}

/// One step in the history of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    pub at: Timestamp,
    pub actor: String,
    pub step: Step,
    /// What the subject reads.
    pub note: String,
    /// JSON: what was decided, on what.
    pub detail: String,
}

/// Opens a case; none where one of the kind is open about the record.
pub async fn open(write: &mut Write, new: &NewCase<'_>) -> Result<Option<(CaseId, String)>, Error> {
    let subject = merge::holder(write, new.subject, new.record).await?;
    let id = take_numbers(write, "credit_case", 1).await?;
    let day = new.day.strftime("%Y%m%d");
    let number = format!("{}{day}-{id:06}", new.kind.prefix());
    let statement = "\
        insert into credit_case (id, number, kind, state, turn, subject_id, item, record_id, organ,
          opened_by, opened_at, policy_version, data, ends_on, filed_for)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) on conflict do nothing";
    let done = sqlx::query(statement)
        .bind(id)
        .bind(&number)
        .bind(new.kind.code())
        .bind(new.state)
        .bind(new.turn.code())
        .bind(subject.0)
        .bind(new.item)
        .bind(new.record.0)
        .bind(new.organ)
        .bind(new.opened_by)
        .bind(stamp::instant(new.at))
        .bind(new.policy_version)
        .bind(new.data)
        .bind(stamp::day(new.ends_on))
        .bind(new.subject.0)
        .execute(&mut *write.tx)
        .await?;
    Ok((done.rows_affected() == 1).then_some((CaseId(id), number)))
}

/// A case about a record stands with the subject the record was asserted for; it is read with the one
/// that stands now.
const CASE: &str = concat!(
    "select c.*, ",
    stands_in!("c.subject_id"),
    " as stands_in, ",
    stands_in!("c.filed_for"),
    " as stands_for from credit_case c"
);

pub async fn get(register: &Register, id: CaseId) -> Result<Option<Case>, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{CASE} where id = $1")))
        .bind(id.0)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The case people quote by a number.
pub async fn by_number(register: &Register, number: &str) -> Result<Option<Case>, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{CASE} where number = $1")))
        .bind(number)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The case, held until the transaction ends: of two who act at once, the second sees what the first
/// did.
pub async fn held(write: &mut Write, id: CaseId) -> Result<Option<Case>, Error> {
    sqlx::query("update credit_case set turn = turn where id = $1")
        .bind(id.0)
        .execute(&mut *write.tx)
        .await?;
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{CASE} where id = $1")))
        .bind(id.0)
        .fetch_optional(&mut *write.tx)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Keeps what a step changed of a case.
pub async fn update(write: &mut Write, case: &Case) -> Result<(), Error> {
    let statement = "\
        update credit_case set state = $2, turn = $3, organ = $4, handler = $5, data = $6, due_on = $7,
          closed_at = $8, record_id = $9
        where id = $1";
    sqlx::query(statement)
        .bind(case.id.0)
        .bind(&case.state)
        .bind(case.turn.code())
        .bind(&case.organ)
        .bind(case.handler.map(|account| account.0))
        .bind(&case.data)
        .bind(stamp::day(case.due_on))
        .bind(case.closed_at.map(stamp::instant))
        .bind(case.record.0)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// The cases of a subject, newest first; what strangers report of it is none of them.
pub async fn of_subject(register: &Register, subject: SubjectId) -> Result<Vec<Case>, Error> {
    of_column(register, "subject_id", subject).await
}

/// The same of cases that were filed for it, or about it where nobody filed them.
pub async fn filed_for(register: &Register, subject: SubjectId) -> Result<Vec<Case>, Error> {
    of_column(register, "filed_for", subject).await
}

async fn of_column(
    register: &Register,
    column: &str,
    subject: SubjectId,
) -> Result<Vec<Case>, Error> {
    let statement = format!(
        "{CASE} where {column} in {} and kind <> 'complaint' order by id desc limit 500",
        merge::members("$1")
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(subject.0)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// The cases about a record, newest first.
pub async fn of_record(
    register: &Register,
    subject: SubjectId,
    record: RecordId,
) -> Result<Vec<Case>, Error> {
    let statement = format!(
        "{CASE} where subject_id in {} and record_id = $2 order by id desc",
        merge::members("$1")
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(subject.0)
        .bind(record.0)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// Which cases are asked for.
#[derive(Clone, Debug, Default)]
pub struct CaseQuery {
    /// Department that decides; every one where none is given.
    pub organ: Option<String>,
    pub kind: Option<CaseKind>,
    pub turn: Option<Turn>,
    pub handler: Option<AccountId>,
    /// Closed ones instead of open ones.
    pub closed: bool,
    pub limit: i64,
}

/// Cases by their last day, those without one behind.
pub async fn queue(register: &Register, query: &CaseQuery) -> Result<Vec<Case>, Error> {
    let closed = if query.closed { "closed_at is not null" } else { "closed_at is null" };
    let wanted = [
        ("organ", query.organ.as_deref()),
        ("kind", query.kind.map(CaseKind::code)),
        ("turn", query.turn.map(Turn::code)),
    ];
    let mut statement = format!("{CASE} where {closed}");
    let given: Vec<_> =
        wanted.iter().filter_map(|(column, word)| Some((column, (*word)?))).collect();
    for (at, (column, _)) in given.iter().enumerate() {
        statement += &format!(" and {column} = ${}", at + 2);
    }
    if query.handler.is_some() {
        statement += &format!(" and handler = ${}", given.len() + 2);
    }
    statement += " order by coalesce(due_on, '9999-12-31'), id limit $1";
    let mut asked = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(query.limit);
    for (_, word) in &given {
        asked = asked.bind((*word).to_owned());
    }
    if let Some(handler) = query.handler {
        asked = asked.bind(handler.0);
    }
    asked.fetch_all(&register.pool).await?.iter().map(read).collect()
}

/// How many open cases wait for an organ, and how many of them are due by a day.
pub async fn waiting(
    register: &Register,
    organ: Option<&str>,
    turn: Turn,
    by: Date,
) -> Result<(i64, i64), Error> {
    let of = if organ.is_some() { "and organ = $3" } else { "" };
    let statement = format!(
        "select count(*) as waiting,
           cast(coalesce(sum(case when due_on <= $2 then 1 else 0 end), 0) as bigint) as due
         from credit_case where closed_at is null and turn = $1 {of}"
    );
    let mut query =
        sqlx::query(sqlx::AssertSqlSafe(statement)).bind(turn.code()).bind(by.to_string());
    if let Some(organ) = organ {
        query = query.bind(organ.to_owned());
    }
    let row = query.fetch_one(&register.pool).await?;
    Ok((row.try_get("waiting")?, row.try_get("due")?))
}

/// Open cases of a kind that may have nothing left to decide, behind a case: the publication of their
/// record has run out, its department took it back, or another case ended it.
pub async fn perhaps_over(
    register: &Register,
    kind: CaseKind,
    today: Date,
    after: CaseId,
    limit: i64,
) -> Result<Vec<CaseId>, Error> {
    let statement = "\
        select c.id from credit_case c
        where c.kind = $1 and c.closed_at is null and c.id > $2
          and (c.ends_on < $3
            or exists (select 1 from record_version v where v.subject_id = c.subject_id
                 and v.item = c.item and v.record_id = c.record_id and v.withdrawn = true)
            or exists (select 1 from standing s where s.subject_id = c.subject_id
                 and s.record_id = c.record_id and s.case_id <> c.id))
        order by c.id limit $4";
    let ids: Vec<i64> = sqlx::query_scalar(statement)
        .bind(kind.code())
        .bind(after.0)
        .bind(today.to_string())
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    Ok(ids.into_iter().map(CaseId).collect())
}

/// Writes a step down.
pub async fn tell(write: &mut Write, case: CaseId, happened: &Happened) -> Result<(), Error> {
    let statement = "\
        insert into case_event (case_id, seq, at, actor, step, note, detail)
        select $1, count(*) + 1, $2, $3, $4, $5, $6 from case_event where case_id = $1";
    sqlx::query(statement)
        .bind(case.0)
        .bind(stamp::instant(happened.at))
        .bind(&happened.actor)
        .bind(happened.step.code())
        .bind(&happened.note)
        .bind(&happened.detail)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// The history of a case, oldest first.
pub async fn history(register: &Register, case: CaseId) -> Result<Vec<Happened>, Error> {
    let rows = sqlx::query("select * from case_event where case_id = $1 order by seq")
        .bind(case.0)
        .fetch_all(&register.pool)
        .await?;
    let read = |row: &AnyRow| -> Result<Happened, Error> {
        let (at, step): (String, String) = (row.try_get("at")?, row.try_get("step")?);
        Ok(Happened {
            at: stamp::read_instant(&at)?,
            actor: row.try_get("actor")?,
            step: Step::from_code(&step).ok_or_else(|| Error::Corrupt(format!("step {step}")))?,
            note: row.try_get("note")?,
            detail: row.try_get("detail")?,
        })
    };
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Case, Error> {
    let word = |column: &str| -> Result<String, Error> { Ok(row.try_get(column)?) };
    let (kind, turn) = (word("kind")?, word("turn")?);
    let (opened_at, due_on): (String, Option<String>) =
        (row.try_get("opened_at")?, row.try_get("due_on")?);
    let closed_at: Option<String> = row.try_get("closed_at")?;
    let corrupt = |word: &str| Error::Corrupt(format!("case {word}"));
    Ok(Case {
        id: CaseId(row.try_get("id")?),
        number: word("number")?,
        kind: CaseKind::from_code(&kind).ok_or_else(|| corrupt(&kind))?,
        state: word("state")?,
        turn: Turn::from_code(&turn).ok_or_else(|| corrupt(&turn))?,
        subject: SubjectId(row.try_get("stands_in")?),
        filed_for: SubjectId(row.try_get("stands_for")?),
        item: word("item")?,
        record: RecordId(row.try_get("record_id")?),
        organ: word("organ")?,
        opened_by: word("opened_by")?,
        opened_at: stamp::read_instant(&opened_at)?,
        policy_version: word("policy_version")?,
        handler: row.try_get::<Option<i64>, _>("handler")?.map(AccountId),
        data: word("data")?,
        due_on: stamp::read_day(due_on.as_deref())?,
        closed_at: closed_at.as_deref().map(stamp::read_instant).transpose()?,
    })
}

#[cfg(test)]
mod tests;

//! Joint action (联合奖惩): what entries asked for in matters, what was done, and what must be lifted.

use domain::{
    ids::{MatterId, OrganisationId, RecordId, SubjectId},
    joint::Outcome,
};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    merge,
    record::binds,
    register::{Register, Write},
    stamp,
};

/// A measure asked for in a matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    pub matter: MatterId,
    pub record: RecordId,
    pub measure: String,
    pub organisation: OrganisationId,
    pub subject: SubjectId,
    pub mandatory: bool,
    pub asked_at: Timestamp,
    pub told: Option<Told>,
    /// Since when it is asked for no longer, and why.
    pub lifted: Option<(Timestamp, String)>,
    pub lift_told_at: Option<Timestamp>,
}

/// What the organisation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub outcome: Outcome,
    pub reason: String,
    /// Number of the document it was done by.
    pub document: String,
    pub by: String,
    pub at: Timestamp,
}

/// How much of what an organisation handles was checked, and how much of what was asked was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    pub organisation: OrganisationId,
    pub kind: String,
    pub matters: i64,
    pub checked: i64,
    pub asked: i64,
    pub told: i64,
    pub to_lift: i64,
}

/// The columns of a measure. A boolean is read as a number: the driver for any engine reads none of SQLite.
const MEASURE: &str = concat!(
    "select matter_id, record_id, measure, organisation_id, ",
    stands_in!("joint_measure.subject_id"),
    " as stands_in,
      case when mandatory then 1 else 0 end as mandatory, asked_at, outcome, reason, document, told_by,
      told_at, lifted_at, lifted_why, lift_told_at
    from joint_measure"
);

/// Notes that a measure was asked for; asked again, nothing changes.
pub async fn ask(write: &mut Write, asked: &Measure) -> Result<(), Error> {
    let subject = merge::holder(write, asked.subject, asked.record).await?;
    let statement = "\
        insert into joint_measure (matter_id, record_id, measure, organisation_id, subject_id, mandatory,
          asked_at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
    sqlx::query(statement)
        .bind(asked.matter.0)
        .bind(asked.record.0)
        .bind(&asked.measure)
        .bind(asked.organisation.0)
        .bind(subject.0)
        .bind(asked.mandatory)
        .bind(stamp::instant(asked.asked_at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Notes that a matter was checked.
pub async fn checked(write: &mut Write, matter: MatterId, at: Timestamp) -> Result<(), Error> {
    sqlx::query("update matter set checked_at = $2 where id = $1 and checked_at is null")
        .bind(matter.0)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Notes what was done; false where nothing of the kind was asked for. What was told before is
/// replaced until the measure is lifted.
pub async fn tell(
    write: &mut Write,
    (matter, record, measure): (MatterId, RecordId, &str),
    told: &Told,
) -> Result<bool, Error> {
    let statement = "\
        update joint_measure set outcome = $4, reason = $5, document = $6, told_by = $7, told_at = $8
        where matter_id = $1 and record_id = $2 and measure = $3 and lifted_at is null";
    let done = sqlx::query(statement)
        .bind(matter.0)
        .bind(record.0)
        .bind(measure)
        .bind(told.outcome.code())
        .bind(&told.reason)
        .bind(&told.document)
        .bind(&told.by)
        .bind(stamp::instant(told.at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Asks no longer for what a record asked for, or for one measure of it in one matter: those that were
/// not taken are settled; the others are to be lifted, also where nothing was told yet: what was done
/// before the telling is not lost. How many.
pub async fn lift(
    write: &mut Write,
    (record, only): (RecordId, Option<(MatterId, &str)>),
    why: &str,
    at: Timestamp,
) -> Result<u64, Error> {
    let (matter, measure) = only.unwrap_or((MatterId(0), ""));
    let at = stamp::instant(at);
    let which = "record_id = $1 and lifted_at is null
          and ($4 = 0 or (matter_id = $4 and measure = $5))";
    let mut lifted = 0;
    for statement in [
        format!(
            "update joint_measure set lifted_at = $2, lifted_why = $3, lift_told_at = $2
            where {which} and outcome <> 'taken'"
        ),
        format!("update joint_measure set lifted_at = $2, lifted_why = $3 where {which}"),
    ] {
        let done = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(record.0)
            .bind(&at)
            .bind(why)
            .bind(matter.0)
            .bind(measure)
            .execute(&mut *write.tx)
            .await?;
        lifted = done.rows_affected();
    }
    Ok(lifted)
}

/// Asks again for what was lifted: the record is shown again, and what was told before has passed.
pub async fn ask_again(write: &mut Write, record: RecordId) -> Result<(), Error> {
    let statement = "\
        update joint_measure set lifted_at = null, lifted_why = null, lift_told_by = null,
          lift_told_at = null, outcome = null, reason = null, document = null, told_by = null,
          told_at = null
        where record_id = $1 and lifted_at is not null";
    sqlx::query(statement).bind(record.0).execute(&mut *write.tx).await?;
    Ok(())
}

/// Notes that a measure was lifted; false where none is to be.
pub async fn tell_lifted(
    write: &mut Write,
    (matter, record, measure): (MatterId, RecordId, &str),
    by: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    let statement = "\
        update joint_measure set lift_told_by = $4, lift_told_at = $5
        where matter_id = $1 and record_id = $2 and measure = $3 and lifted_at is not null
          and lift_told_at is null";
    let done = sqlx::query(statement)
        .bind(matter.0)
        .bind(record.0)
        .bind(measure)
        .bind(by)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// What was asked for in a matter.
pub async fn of_matter(register: &Register, matter: MatterId) -> Result<Vec<Measure>, Error> {
    let statement = format!("{MEASURE} where matter_id = $1 order by record_id, measure");
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(matter.0)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// What a record still asks for.
pub async fn of_record(register: &Register, record: RecordId) -> Result<Vec<Measure>, Error> {
    let statement =
        format!("{MEASURE} where record_id = $1 and lifted_at is null order by matter_id, measure");
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(record.0)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// What some records asked for in a span.
pub async fn asked_between(
    register: &Register,
    records: &[RecordId],
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Measure>, Error> {
    let mut found = Vec::new();
    for records in records.chunks(RECORDS_AT_ONCE) {
        let statement = format!(
            "{MEASURE} where asked_at >= $1 and asked_at <= $2 and record_id in ({})
             order by matter_id, record_id, measure",
            binds(3, records.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(stamp::instant(from))
            .bind(stamp::instant(until));
        for record in records {
            query = query.bind(record.0);
        }
        for row in query.fetch_all(&register.pool).await? {
            found.push(read(&row)?);
        }
    }
    Ok(found)
}

/// Records asked about in one statement.
const RECORDS_AT_ONCE: usize = 500;

/// What an organisation still has to tell: what it did, or that it lifted what it took.
pub async fn open_of(
    register: &Register,
    organisation: OrganisationId,
    limit: i64,
) -> Result<Vec<Measure>, Error> {
    let statement = format!(
        "{MEASURE} where organisation_id = $1
          and ((outcome is null and lifted_at is null)
            or (lifted_at is not null and lift_told_at is null))
        order by asked_at, matter_id, record_id, measure limit $2"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(organisation.0)
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// Records of which something is asked for: subject and record, in their order.
pub async fn records(
    register: &Register,
    after: RecordId,
    limit: i64,
) -> Result<Vec<(SubjectId, RecordId)>, Error> {
    let statement = "\
        select distinct subject_id, record_id from joint_measure
        where lifted_at is null and record_id > $1 order by record_id limit $2";
    let rows = sqlx::query(statement).bind(after.0).bind(limit).fetch_all(&register.pool).await?;
    let pair = |row: &AnyRow| -> Result<(SubjectId, RecordId), Error> {
        Ok((SubjectId(row.try_get(0)?), RecordId(row.try_get(1)?)))
    };
    rows.iter().map(pair).collect()
}

/// Coverage of every organisation and kind of matter registered since an instant.
pub async fn coverage(register: &Register, since: Timestamp) -> Result<Vec<Coverage>, Error> {
    let statement = "\
        select m.organisation_id, m.kind, count(*), count(m.checked_at),
          cast(coalesce(sum(j.asked), 0) as bigint), cast(coalesce(sum(j.told), 0) as bigint),
          cast(coalesce(sum(j.to_lift), 0) as bigint)
        from matter m left join (
          select matter_id, count(*) as asked, count(outcome) as told,
            count(case when lifted_at is not null and lift_told_at is null then 1 end) as to_lift
          from joint_measure group by matter_id) j on j.matter_id = m.id
        where m.opened_at >= $1 or j.to_lift > 0
        group by m.organisation_id, m.kind order by m.organisation_id, m.kind";
    let rows = sqlx::query(statement).bind(stamp::instant(since)).fetch_all(&register.pool).await?;
    let line = |row: &AnyRow| -> Result<Coverage, Error> {
        Ok(Coverage {
            organisation: OrganisationId(row.try_get(0)?),
            kind: row.try_get(1)?,
            matters: row.try_get(2)?,
            checked: row.try_get(3)?,
            asked: row.try_get(4)?,
            told: row.try_get(5)?,
            to_lift: row.try_get(6)?,
        })
    };
    rows.iter().map(line).collect()
}

fn read(row: &AnyRow) -> Result<Measure, Error> {
    let instant = |name: &str| -> Result<Option<Timestamp>, Error> {
        let text: Option<String> = row.try_get(name)?;
        text.as_deref().map(stamp::read_instant).transpose()
    };
    let text = |name: &str| -> Result<String, Error> {
        Ok(row.try_get::<Option<String>, _>(name)?.unwrap_or_default())
    };
    let outcome = Outcome::from_code(&text("outcome")?);
    let told = match (outcome, instant("told_at")?) {
        (Some(outcome), Some(at)) => Some(Told {
            outcome,
            at,
            reason: text("reason")?,
            document: text("document")?,
            by: text("told_by")?,
        }),
        _ => None,
    };
    Ok(Measure {
        matter: MatterId(row.try_get("matter_id")?),
        record: RecordId(row.try_get("record_id")?),
        measure: row.try_get("measure")?,
        organisation: OrganisationId(row.try_get("organisation_id")?),
        subject: SubjectId(row.try_get("stands_in")?),
        mandatory: row.try_get::<i64, _>("mandatory")? != 0,
        asked_at: stamp::read_instant(&text("asked_at")?)?,
        told,
        lifted: instant("lifted_at")?.zip(Some(text("lifted_why")?)),
        lift_told_at: instant("lift_told_at")?,
    })
}

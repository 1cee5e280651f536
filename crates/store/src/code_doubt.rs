//! Doubts about codes: found by looking through names, faults, overrides and registrations.

use std::collections::BTreeMap;

use domain::{
    code_doubt::{DoubtKind, DoubtRate},
    ids::SubjectId,
};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    record::NOTHING_LATER,
    register::{Register, Write, take_numbers},
    stamp,
};

/// One doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeDoubt {
    pub id: i64,
    pub kind: DoubtKind,
    pub subject: SubjectId,
    pub other: String,
    pub source: String,
    pub found_at: Timestamp,
    /// Since when it is found no more.
    pub gone_at: Option<Timestamp>,
    /// Who settled it, when, and what they said.
    pub settled: Option<(String, Timestamp, String)>,
}

/// A doubt as the look finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundDoubt {
    pub kind: DoubtKind,
    pub subject: SubjectId,
    pub other: String,
    pub source: String,
}

/// Names under which several codes are registered: each code with every other of its name.
pub async fn shared_names(register: &Register) -> Result<Vec<FoundDoubt>, Error> {
    let statement = "\
        select n.norm, n.subject_id, i.value
        from subject_name n join submission s on s.id = n.submission_id
        join identifier i on i.subject_id = n.subject_id and i.scheme = 'uscc'
        where s.item = 'registration' and s.feed_first is not null and n.norm in (
          select m.norm from subject_name m join submission t on t.id = m.submission_id
          join identifier j on j.subject_id = m.subject_id and j.scheme = 'uscc'
          where t.item = 'registration' and t.feed_first is not null
          group by m.norm having count(distinct m.subject_id) > 1)
        order by n.norm, n.subject_id";
    let mut by_name: BTreeMap<String, BTreeMap<i64, String>> = BTreeMap::new();
    for row in sqlx::query(statement).fetch_all(&register.pool).await? {
        by_name.entry(row.try_get(0)?).or_default().insert(row.try_get(1)?, row.try_get(2)?);
    }
    let mut found = Vec::new();
    for subjects in by_name.values() {
        for subject in subjects.keys() {
            let others = subjects.iter().filter(|(other, _)| *other != subject);
            let others: Vec<&str> = others.map(|(_, code)| code.as_str()).collect();
            found.push(FoundDoubt {
                kind: DoubtKind::SharedName,
                subject: SubjectId(*subject),
                other: others.join(" "),
                source: String::new(),
            });
        }
    }
    Ok(found)
}

/// Rows that name a code otherwise than it is registered, the newest of each name.
pub async fn other_names(register: &Register) -> Result<Vec<FoundDoubt>, Error> {
    let statement = "\
        select v.subject_id, f.raw, s.receipt, f.row_no
        from fault f join submission s on s.id = f.submission_id
        join record_version v on v.submission_id = f.submission_id and v.row_no = f.row_no
        where f.rule = 'name_differs' and s.feed_first is not null
        order by s.feed_first, f.row_no";
    let mut found: BTreeMap<(i64, String), String> = BTreeMap::new();
    for row in sqlx::query(statement).fetch_all(&register.pool).await? {
        let (receipt, line): (String, i64) = (row.try_get(2)?, row.try_get(3)?);
        found.insert((row.try_get(0)?, row.try_get(1)?), format!("{receipt} {line}"));
    }
    let doubt = |((subject, other), source)| FoundDoubt {
        kind: DoubtKind::OtherName,
        subject: SubjectId(subject),
        other,
        source,
    };
    Ok(found.into_iter().map(doubt).collect())
}

/// Codes in use that fail their check and that somebody answered for.
pub async fn overridden(register: &Register) -> Result<Vec<FoundDoubt>, Error> {
    let statement = "\
        select i.subject_id, o.reason from code_override o
        join identifier i on i.scheme = o.scheme and i.value = o.value where o.scheme = 'uscc'";
    let rows = sqlx::query(statement).fetch_all(&register.pool).await?;
    let read = |row: &AnyRow| -> Result<FoundDoubt, Error> {
        Ok(FoundDoubt {
            kind: DoubtKind::CheckDigit,
            subject: SubjectId(row.try_get(0)?),
            other: String::new(),
            source: row.try_get(1)?,
        })
    };
    rows.iter().map(read).collect()
}

/// A registration as it stands: its subject, its code, and what it says.
pub type Registered = (SubjectId, String, String);

/// Registrations that stand, behind a subject, a page at a time.
pub async fn registrations(
    register: &Register,
    after: SubjectId,
    limit: i64,
) -> Result<Vec<Registered>, Error> {
    let statement = format!(
        "select v.subject_id, i.value, v.payload
         from record_version v join submission s on s.id = v.submission_id
         join identifier i on i.subject_id = v.subject_id and i.scheme = 'uscc'
         where v.item = 'registration' and v.subject_id > $1 and s.feed_first is not null
           and v.withdrawn = false and {NOTHING_LATER}
         order by v.subject_id limit $2"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(after.0)
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    let read = |row: &AnyRow| -> Result<Registered, Error> {
        Ok((SubjectId(row.try_get(0)?), row.try_get(1)?, row.try_get(2)?))
    };
    rows.iter().map(read).collect()
}

/// Doubts written in one transaction, so that nobody waits long.
const AT_ONCE: usize = 500;

/// Keeps what a look found; what it found no more is gone.
pub async fn keep(register: &Register, found: &[FoundDoubt], at: Timestamp) -> Result<(), Error> {
    let statement = "\
        insert into code_doubt (id, kind, subject_id, other, source, found_at, seen_at)
        values ($1, $2, $3, $4, $5, $6, $6)
        on conflict (kind, subject_id, other) do update set source = $5, seen_at = $6, gone_at = null";
    for part in found.chunks(AT_ONCE) {
        let mut write = register.write().await?;
        let count = i64::try_from(part.len()).unwrap_or(i64::MAX);
        let first = take_numbers(&mut write, "code_doubt", count).await?;
        for (id, doubt) in (first..).zip(part) {
            sqlx::query(statement)
                .bind(id)
                .bind(doubt.kind.code())
                .bind(doubt.subject.0)
                .bind(&doubt.other)
                .bind(&doubt.source)
                .bind(stamp::instant(at))
                .execute(&mut *write.tx)
                .await?;
        }
        write.commit().await?;
    }
    let mut write = register.write().await?;
    sqlx::query("update code_doubt set gone_at = $1 where seen_at < $1 and gone_at is null")
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    write.commit().await
}

/// Open doubts of a kind, or of all, oldest first; or those that are settled or gone, newest first.
pub async fn list(
    register: &Register,
    kind: Option<DoubtKind>,
    open: bool,
    limit: i64,
) -> Result<Vec<CodeDoubt>, Error> {
    let (which, order) = match open {
        true => ("settled_at is null and gone_at is null", "id"),
        false => ("(settled_at is not null or gone_at is not null)", "id desc"),
    };
    let statement = format!(
        "select * from code_doubt where {which} and ($1 = '' or kind = $1) order by {order} limit $2"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(kind.map_or("", DoubtKind::code))
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// How many doubts of each kind are open.
pub async fn counts(register: &Register) -> Result<Vec<(DoubtKind, u64)>, Error> {
    let statement = "\
        select kind, count(*) from code_doubt where settled_at is null and gone_at is null
        group by kind order by kind";
    let rows = sqlx::query(statement).fetch_all(&register.pool).await?;
    let read = |row: &AnyRow| -> Result<(DoubtKind, u64), Error> {
        let count = u64::try_from(row.try_get::<i64, _>(1)?).unwrap_or_default();
        Ok((kind(&row.try_get::<String, _>(0)?)?, count))
    };
    rows.iter().map(read).collect()
}

/// Repeated and wrong codes that are open, among all codes in use.
pub async fn rate(register: &Register) -> Result<DoubtRate, Error> {
    let kinds: Vec<String> = DoubtKind::ALL
        .iter()
        .filter(|kind| kind.counts())
        .map(|kind| format!("'{}'", kind.code()))
        .collect();
    let statement = format!(
        "select count(distinct subject_id) from code_doubt
         where settled_at is null and gone_at is null and kind in ({})",
        kinds.join(", ")
    );
    let doubted: i64 =
        sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_one(&register.pool).await?;
    let all = "select count(*) from identifier where scheme = 'uscc'";
    let of: i64 = sqlx::query_scalar(all).fetch_one(&register.pool).await?;
    let number = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(DoubtRate { doubted: number(doubted), of: number(of) })
}

/// When the last look ended; none where there was none that found anything.
pub async fn looked_at(register: &Register) -> Result<Option<Timestamp>, Error> {
    let at: Option<String> =
        sqlx::query_scalar("select max(seen_at) from code_doubt").fetch_one(&register.pool).await?;
    at.as_deref().map(stamp::read_instant).transpose()
}

/// Notes what somebody found of a doubt; false where it was settled before.
pub async fn settle(
    write: &mut Write,
    id: i64,
    (by, note): (&str, &str),
    at: Timestamp,
) -> Result<bool, Error> {
    let statement = "\
        update code_doubt set settled_by = $2, note = $3, settled_at = $4
        where id = $1 and settled_at is null";
    let done = sqlx::query(statement)
        .bind(id)
        .bind(by)
        .bind(note)
        .bind(stamp::instant(at))
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

fn kind(word: &str) -> Result<DoubtKind, Error> {
    DoubtKind::from_code(word).ok_or_else(|| Error::Corrupt(format!("code_doubt.kind {word}")))
}

fn read(row: &AnyRow) -> Result<CodeDoubt, Error> {
    let found_at: String = row.try_get("found_at")?;
    let instant = |column: &str| -> Result<Option<Timestamp>, Error> {
        let text: Option<String> = row.try_get(column)?;
        text.as_deref().map(stamp::read_instant).transpose()
    };
    let by: Option<String> = row.try_get("settled_by")?;
    let note: Option<String> = row.try_get("note")?;
    let settled = by.zip(instant("settled_at")?);
    Ok(CodeDoubt {
        id: row.try_get("id")?,
        kind: kind(&row.try_get::<String, _>("kind")?)?,
        subject: SubjectId(row.try_get("subject_id")?),
        other: row.try_get("other")?,
        source: row.try_get("source")?,
        found_at: stamp::read_instant(&found_at)?,
        gone_at: instant("gone_at")?,
        settled: settled.map(|(by, at)| (by, at, note.unwrap_or_default())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{Sample, each, now};

    fn doubt(subject: i64, other: &str) -> FoundDoubt {
        FoundDoubt {
            kind: DoubtKind::SharedName,
            subject: SubjectId(subject),
            other: other.to_owned(),
            source: String::new(),
        }
    }

    #[tokio::test]
    async fn what_a_look_finds_no_more_is_gone_and_what_was_settled_stays_so() {
        for Sample { register, folder: _folder } in each().await {
            let later = now() + jiff::SignedDuration::from_hours(24);
            keep(&register, &[doubt(1, "A"), doubt(2, "B")], now()).await.unwrap();
            let open = list(&register, None, true, 9).await.unwrap();
            assert_eq!(open.len(), 2);
            let mut write = register.write().await.unwrap();
            let said = ("account:1", "示例：换码");
            assert!(settle(&mut write, open[0].id, said, now()).await.unwrap());
            assert!(!settle(&mut write, open[0].id, said, now()).await.unwrap());
            write.commit().await.unwrap();
            keep(&register, &[doubt(1, "A")], later).await.unwrap();
            assert!(list(&register, None, true, 9).await.unwrap().is_empty());
            let closed = list(&register, Some(DoubtKind::SharedName), false, 9).await.unwrap();
            assert_eq!(
                closed.iter().map(|one| one.gone_at.is_some()).collect::<Vec<_>>(),
                [true, false]
            );
            keep(&register, &[doubt(2, "B")], later + jiff::SignedDuration::from_hours(24))
                .await
                .unwrap();
            let back = list(&register, None, true, 9).await.unwrap();
            assert_eq!(back.len(), 1, "it is found again");
            assert_eq!(counts(&register).await.unwrap(), [(DoubtKind::SharedName, 1)]);
        }
    }
}

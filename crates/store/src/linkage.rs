//! Pairs that may be of one subject (比对对), what people judged of them, and how far the change feed was
//! looked through for subjects without a code.

use domain::{
    ids::{PairId, SubjectId},
    merge::{Judgement, PairState},
};
use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::Error,
    record::binds,
    register::{Register, Write, take_numbers},
    stamp,
};

/// Two descriptions, as they were when they were compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub id: PairId,
    /// The older of the two.
    pub one: SubjectId,
    pub other: SubjectId,
    /// The kind of linkage, and the version of its parameters.
    pub linkage: String,
    pub model_version: String,
    /// Thousandths of bits.
    pub millibits: i64,
    /// What spoke for and against, as JSON.
    pub reasons: String,
    pub state: PairState,
    pub found_at: Timestamp,
    pub proposed_by: Option<String>,
}

/// A pair to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewPair<'p> {
    pub subjects: (SubjectId, SubjectId),
    pub linkage: &'p str,
    pub model_version: &'p str,
    pub millibits: i64,
    pub reasons: &'p str,
    pub at: Timestamp,
}

/// What somebody said of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub judgement: Judgement,
    pub reason: String,
    pub actor: String,
    pub at: Timestamp,
}

/// Keeps a pair. Of one that is known and still waits, what is newly found replaces what was; of one
/// that was settled nothing changes. Answers the pair and where it stands.
pub async fn keep(write: &mut Write, new: &NewPair<'_>) -> Result<(PairId, PairState), Error> {
    let (one, other) = new.subjects;
    let (one, other) = (one.min(other), one.max(other));
    let id = take_numbers(write, "linkage_pair", 1).await?;
    let statement = "\
        insert into linkage_pair (id, one_id, other_id, linkage, model_version, millibits, reasons, state,
          found_at)
        values ($1, $2, $3, $4, $5, $6, $7, 'open', $8)
        on conflict (one_id, other_id) do update set linkage = $4, model_version = $5, millibits = $6,
          reasons = $7
        where linkage_pair.state in ('open', 'unsure')";
    sqlx::query(statement)
        .bind(id)
        .bind(one.0)
        .bind(other.0)
        .bind(new.linkage)
        .bind(new.model_version)
        .bind(new.millibits)
        .bind(new.reasons)
        .bind(stamp::instant(new.at))
        .execute(&mut *write.tx)
        .await?;
    let known = "select id, state from linkage_pair where one_id = $1 and other_id = $2";
    let row = sqlx::query(known).bind(one.0).bind(other.0).fetch_one(&mut *write.tx).await?;
    Ok((PairId(row.try_get(0)?), state(&row.try_get::<String, _>(1)?)?))
}

/// Moves a pair on and keeps what was said.
pub async fn settle(
    write: &mut Write,
    id: PairId,
    state: PairState,
    proposed_by: Option<&str>,
    judged: Option<&Judged>,
) -> Result<(), Error> {
    sqlx::query("update linkage_pair set state = $2, proposed_by = $3 where id = $1")
        .bind(id.0)
        .bind(state.code())
        .bind(proposed_by)
        .execute(&mut *write.tx)
        .await?;
    let Some(judged) = judged else { return Ok(()) };
    let statement = "\
        insert into judgement (pair_id, seq, judgement, reason, actor, at)
        select $1, count(*) + 1, $2, $3, $4, $5 from judgement where pair_id = $1";
    sqlx::query(statement)
        .bind(id.0)
        .bind(judged.judgement.code())
        .bind(&judged.reason)
        .bind(&judged.actor)
        .bind(stamp::instant(judged.at))
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

/// Drops what was found of a subject and nobody said a word of.
pub async fn forget_open(write: &mut Write, subject: SubjectId) -> Result<(), Error> {
    let statement = "\
        delete from linkage_pair where state = 'open' and (one_id = $1 or other_id = $1)
          and not exists (select 1 from judgement j where j.pair_id = linkage_pair.id)";
    sqlx::query(statement).bind(subject.0).execute(&mut *write.tx).await?;
    Ok(())
}

/// A pair as it stands, held until the transaction ends; nobody merges meanwhile.
pub async fn held(write: &mut Write, id: PairId) -> Result<Option<Pair>, Error> {
    take_numbers(write, "merge", 0).await?;
    sqlx::query("update linkage_pair set state = state where id = $1")
        .bind(id.0)
        .execute(&mut *write.tx)
        .await?;
    let row = sqlx::query("select * from linkage_pair where id = $1")
        .bind(id.0)
        .fetch_optional(&mut *write.tx)
        .await?;
    row.as_ref().map(read).transpose()
}

pub async fn get(register: &Register, id: PairId) -> Result<Option<Pair>, Error> {
    let row = sqlx::query("select * from linkage_pair where id = $1")
        .bind(id.0)
        .fetch_optional(&register.pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Those of which both sides were joined by others meanwhile wait for nobody.
fn waits() -> String {
    format!(
        "(state in ('merged', 'parted') or {} <> {})",
        stands_in!("linkage_pair.one_id"),
        stands_in!("linkage_pair.other_id")
    )
}

/// Pairs in a state: those that wait, the likeliest first; those that were settled, the newest first.
pub async fn in_state(
    register: &Register,
    state: PairState,
    limit: i64,
) -> Result<Vec<Pair>, Error> {
    let order = match state {
        PairState::Open | PairState::Proposed | PairState::Unsure => "millibits desc, id",
        PairState::Merged | PairState::Parted => "id desc",
    };
    let statement = format!(
        "select * from linkage_pair where state = $1 and {} order by {order} limit $2",
        waits()
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(state.code())
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter().map(read).collect()
}

/// How many pairs are in each state.
pub async fn counts(register: &Register) -> Result<Vec<(PairState, i64)>, Error> {
    let statement =
        format!("select state, count(*) from linkage_pair where {} group by state", waits());
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement)).fetch_all(&register.pool).await?;
    rows.iter().map(|row| Ok((state(&row.try_get::<String, _>(0)?)?, row.try_get(1)?))).collect()
}

/// What was said of a pair, oldest first.
pub async fn judgements(register: &Register, id: PairId) -> Result<Vec<Judged>, Error> {
    let rows = sqlx::query("select * from judgement where pair_id = $1 order by seq")
        .bind(id.0)
        .fetch_all(&register.pool)
        .await?;
    let read = |row: &AnyRow| -> Result<Judged, Error> {
        let (word, at): (String, String) = (row.try_get("judgement")?, row.try_get("at")?);
        Ok(Judged {
            judgement: Judgement::from_code(&word)
                .ok_or_else(|| Error::Corrupt(format!("judgement {word}")))?,
            reason: row.try_get("reason")?,
            actor: row.try_get("actor")?,
            at: stamp::read_instant(&at)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The pairs judged to be two subjects that have one of these on a side.
pub async fn parted(
    register: &Register,
    subjects: &[SubjectId],
) -> Result<Vec<(PairId, SubjectId, SubjectId)>, Error> {
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    let places = binds(1, subjects.len());
    let statement = format!(
        "select id, one_id, other_id from linkage_pair
         where state = 'parted' and one_id in ({places})
         union select id, one_id, other_id from linkage_pair
         where state = 'parted' and other_id in ({places})"
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
    for subject in subjects {
        query = query.bind(subject.0);
    }
    let rows = query.fetch_all(&register.pool).await?;
    let read = |row: &AnyRow| -> Result<_, Error> {
        let (one, other) = (SubjectId(row.try_get(1)?), SubjectId(row.try_get(2)?));
        Ok((PairId(row.try_get(0)?), one, other))
    };
    rows.iter().map(read).collect()
}

/// Subjects known by some schemes that stand by themselves, have a record, and were not looked for since a
/// position of the feed.
pub async fn waiting(
    register: &Register,
    schemes: &[String],
    since: i64,
    limit: i64,
) -> Result<Vec<SubjectId>, Error> {
    let statement = format!(
        "select i.subject_id from identifier i
         left join linkage_look l on l.subject_id = i.subject_id
         where i.scheme in ({}) and (l.position is null or l.position < $1)
           and not exists (select 1 from merge_member g
             where g.subject_id = i.subject_id and g.until_at is null)
           and exists (select 1 from record_version v join submission s on s.id = v.submission_id
             where v.subject_id = i.subject_id and s.feed_first is not null)
         order by i.subject_id limit $2",
        binds(3, schemes.len())
    );
    let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).bind(since).bind(limit);
    for scheme in schemes {
        query = query.bind(scheme.clone());
    }
    let ids: Vec<i64> = query.fetch_all(&register.pool).await?;
    Ok(ids.into_iter().map(SubjectId).collect())
}

/// Notes how far the feed was when a subject was looked for.
pub async fn looked_for(write: &mut Write, subject: SubjectId, position: i64) -> Result<(), Error> {
    let statement = "\
        insert into linkage_look (subject_id, position) values ($1, $2)
        on conflict (subject_id) do update set position = $2";
    sqlx::query(statement).bind(subject.0).bind(position).execute(&mut *write.tx).await?;
    Ok(())
}

/// The position of the change feed from which on nothing was looked at yet.
pub async fn position(register: &Register) -> Result<i64, Error> {
    let statement = "select next from counter where name = 'linkage'";
    Ok(sqlx::query_scalar(statement).fetch_one(&register.pool).await?)
}

/// Notes that the feed was looked through up to a position; never back.
pub async fn looked_at(write: &mut Write, next: i64) -> Result<(), Error> {
    sqlx::query("update counter set next = $1 where name = 'linkage' and next < $1")
        .bind(next)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

fn state(word: &str) -> Result<PairState, Error> {
    PairState::from_code(word).ok_or_else(|| Error::Corrupt(format!("linkage_pair.state {word}")))
}

fn read(row: &AnyRow) -> Result<Pair, Error> {
    let (word, found_at): (String, String) = (row.try_get("state")?, row.try_get("found_at")?);
    Ok(Pair {
        id: PairId(row.try_get("id")?),
        one: SubjectId(row.try_get("one_id")?),
        other: SubjectId(row.try_get("other_id")?),
        linkage: row.try_get("linkage")?,
        model_version: row.try_get("model_version")?,
        millibits: row.try_get("millibits")?,
        reasons: row.try_get("reasons")?,
        state: state(&word)?,
        found_at: stamp::read_instant(&found_at)?,
        proposed_by: row.try_get("proposed_by")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{Sample, each, now};

    #[tokio::test]
    async fn a_judgement_is_kept_and_what_is_found_again_does_not_undo_it() {
        for Sample { register, folder: _folder } in each().await {
            let subjects = (SubjectId(9), SubjectId(4));
            let pair = |millibits| NewPair {
                subjects,
                linkage: "organisation",
                model_version: "v1",
                millibits,
                reasons: "{}",
                at: now(),
            };
            let mut write = register.write().await.unwrap();
            let (id, state) = keep(&mut write, &pair(3_000)).await.unwrap();
            assert_eq!(state, PairState::Open);
            assert_eq!(keep(&mut write, &pair(4_000)).await.unwrap(), (id, PairState::Open));
            let judged = Judged {
                judgement: Judgement::Different,
                reason: "示例：两家店".to_owned(),
                actor: "account:1".to_owned(),
                at: now(),
            };
            settle(&mut write, id, PairState::Parted, None, Some(&judged)).await.unwrap();
            assert_eq!(keep(&mut write, &pair(9_000)).await.unwrap(), (id, PairState::Parted));
            write.commit().await.unwrap();
            let kept = get(&register, id).await.unwrap().unwrap();
            assert_eq!((kept.one, kept.other), (SubjectId(4), SubjectId(9)), "the older first");
            assert_eq!(kept.millibits, 4_000);
            assert_eq!(judgements(&register, id).await.unwrap(), [judged]);
            for side in [SubjectId(4), SubjectId(9)] {
                let found = parted(&register, &[side]).await.unwrap();
                assert_eq!(found, [(id, SubjectId(4), SubjectId(9))]);
            }
            assert_eq!(counts(&register).await.unwrap(), [(PairState::Parted, 1)]);
        }
    }

    #[tokio::test]
    async fn how_far_the_feed_was_looked_through_never_goes_back() {
        for Sample { register, folder: _folder } in each().await {
            assert_eq!(position(&register).await.unwrap(), 1);
            for (next, kept) in [(7, 7), (3, 7), (9, 9)] {
                let mut write = register.write().await.unwrap();
                looked_at(&mut write, next).await.unwrap();
                write.commit().await.unwrap();
                assert_eq!(position(&register).await.unwrap(), kept);
            }
        }
    }
}

//! A replay over the whole population: two cards, bucket by bucket, and every subject that moves.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{
            Array as _, ArrayRef, AsArray as _, BooleanArray, Int64Array, RecordBatch, StringArray,
        },
        datatypes::{Date32Type, Int64Type},
    },
    prelude::{SessionContext, col},
};
use domain::{
    replay::{Direction, Firm, Mover, Scored, Stand, Summary, Terms, adverse_records, decide},
    scorecard::Score,
};
use jiff::{Timestamp, civil::Date};
use url::Url;

use crate::{
    bucket::Bucket,
    change::Profile,
    columns::Columns,
    error::Error,
    evaluation::{self, Tables},
    function::date,
    parquet_file::Commit,
    scorecard::Prepared,
    table::Table,
};

/// One of the two cards, with the records it is counted over.
#[derive(Clone, Debug)]
pub struct Side {
    pub prepared: Arc<Prepared>,
    pub tables: Tables,
}

/// Two cards over one bucket.
#[derive(Clone)]
pub struct Pair {
    pub session: SessionContext,
    pub before: Side,
    pub after: Side,
    pub subjects: Vec<Profile>,
    pub as_of: Date,
    pub terms: Terms,
}

/// Scores the subjects of a bucket under both cards, counts them in, and answers those that move.
pub async fn compare(
    pair: &Pair,
    bucket: Bucket,
    summary: &mut Summary,
) -> Result<Vec<(Profile, Mover)>, Error> {
    let before = scores(pair, &pair.before, bucket).await?;
    let after = scores(pair, &pair.after, bucket).await?;
    let [was, is] = [&pair.before, &pair.after].map(|side| &*side.prepared.card);
    let under = |scores: &'_ BTreeMap<i64, Score>, subject: i64| scores.get(&subject).cloned();
    let mut adverse = BTreeSet::new();
    let mut pairs = Vec::new();
    for profile in &pair.subjects {
        let subject = profile.subject.0;
        let (before, after) = (under(&before, subject), under(&after, subject));
        if before.is_none() && after.is_none() {
            continue;
        }
        let before_scored = before.as_ref().map(|score| Scored { card: was, score });
        let after_scored = after.as_ref().map(|score| Scored { card: is, score });
        adverse.extend(adverse_records(before_scored, after_scored));
        pairs.push((profile, before, after));
    }
    let dated = days_of(pair, &adverse).await?;
    let mut movers = Vec::new();
    for (profile, before, after) in pairs {
        let before = before.as_ref().map(|score| Scored { card: was, score });
        let after = after.as_ref().map(|score| Scored { card: is, score });
        let mover = decide(profile.subject.0, before, after, &dated, &pair.terms);
        let stand = after.map(|one| Stand {
            total: one.score.total,
            grade: one.card.grades[one.score.grade].id.clone(),
        });
        summary.add(&firm(profile), stand.as_ref(), mover.as_ref(), &pair.terms);
        movers.extend(mover.map(|mover| (profile.clone(), mover)));
    }
    Ok(movers)
}

fn firm(profile: &Profile) -> Firm {
    Firm {
        district: profile.district.clone(),
        industry: profile.industry.clone(),
        registered_capital: profile.registered_capital,
    }
}

/// Scores of the subjects a card is for.
async fn scores(pair: &Pair, side: &Side, bucket: Bucket) -> Result<BTreeMap<i64, Score>, Error> {
    let (card, range) = (&side.prepared.card, bucket.subjects());
    let mut values =
        evaluation::values(&pair.session, &side.prepared, &side.tables, &range, pair.as_of).await?;
    let is_for = |one: &&Profile| !one.ended && card.is_for(one.kind, one.industry.as_deref());
    let ours = pair.subjects.iter().filter(is_for);
    let scored = ours.map(|one| (one.subject.0, card.score(values.take(one.subject.0))));
    Ok(scored.collect())
}

/// The day of each of some records.
async fn days_of(pair: &Pair, records: &BTreeSet<i64>) -> Result<BTreeMap<i64, Date>, Error> {
    let mut days = BTreeMap::new();
    if records.is_empty() {
        return Ok(days);
    }
    for table in pair.before.tables.values().chain(pair.after.tables.values()) {
        let asked = pair.session.read_table(table.clone())?;
        let asked = asked.select(vec![col("record"), col("decided_on")])?;
        for rows in asked.collect().await? {
            let numbers = rows.column(0).as_primitive::<Int64Type>();
            let decided = rows.column(1).as_primitive::<Date32Type>();
            for row in 0..rows.num_rows() {
                let number = numbers.value(row);
                if records.contains(&number) && decided.is_valid(row) {
                    days.insert(number, date(decided.value(row))?);
                }
            }
        }
    }
    Ok(days)
}

/// Movers of replays, kept beside the lake.
#[derive(Debug)]
pub struct Movers(Table);

/// A mover as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMover {
    pub name: Option<String>,
    pub uscc: Option<String>,
    pub district: Option<String>,
    pub industry: Option<String>,
    pub mover: Mover,
}

impl Movers {
    pub async fn open(place: &Url) -> Result<Movers, Error> {
        Ok(Movers(Table::open(place, Columns::of_movers()).await?))
    }

    /// Keeps the movers of one bucket under the number of their replay.
    pub async fn keep(
        &mut self,
        replay: i64,
        bucket: Bucket,
        movers: &[(Profile, Mover)],
        at: Timestamp,
    ) -> Result<(), Error> {
        let name = named(replay);
        let rows = written(replay, movers)?;
        let commit = Commit { position: replay, at, data_change: true };
        self.0.put((bucket, &name), &name, &rows, commit).await
    }

    /// Every mover of a replay, by the number of the subject.
    pub async fn of(&self, replay: i64) -> Result<Vec<KeptMover>, Error> {
        let mut movers = Vec::new();
        for bucket in self.0.files()?.into_keys() {
            for rows in self.0.read(&self.0.named(bucket, &named(replay))?).await? {
                movers.extend(read(&rows)?);
            }
        }
        Ok(movers)
    }
}

fn named(replay: i64) -> String {
    format!("replay-{replay:06}")
}

fn written(replay: i64, movers: &[(Profile, Mover)]) -> Result<RecordBatch, Error> {
    let texts = |of: &dyn Fn(&(Profile, Mover)) -> Option<String>| -> ArrayRef {
        Arc::new(movers.iter().map(of).collect::<StringArray>())
    };
    let numbers = |of: &dyn Fn(&(Profile, Mover)) -> Option<i64>| -> ArrayRef {
        Arc::new(movers.iter().map(of).collect::<Int64Array>())
    };
    let grade = |stand: &Option<Stand>| stand.as_ref().map(|stand| stand.grade.clone());
    let total = |stand: &Option<Stand>| stand.as_ref().map(|stand| stand.total);
    let old = movers.iter().map(|(_, mover)| Some(mover.old_only));
    let arrays: Vec<ArrayRef> = vec![
        numbers(&|(_, mover)| Some(mover.subject)),
        numbers(&|_| Some(replay)),
        texts(&|(profile, _)| Some(profile.name.clone())),
        texts(&|(profile, _)| profile.uscc.clone()),
        texts(&|(profile, _)| profile.district.clone()),
        texts(&|(profile, _)| profile.industry.clone()),
        numbers(&|(_, mover)| total(&mover.before)),
        texts(&|(_, mover)| grade(&mover.before)),
        numbers(&|(_, mover)| total(&mover.after)),
        texts(&|(_, mover)| grade(&mover.after)),
        texts(&|(_, mover)| serde_json::to_string(&mover.direction).ok()),
        Arc::new(old.collect::<BooleanArray>()),
        texts(&|(_, mover)| serde_json::to_string(&mover.why).ok()),
    ];
    Ok(RecordBatch::try_new(Columns::of_movers().schema, arrays)?)
}

fn read(rows: &RecordBatch) -> Result<Vec<KeptMover>, Error> {
    let corrupt = |_| Error::Corrupt("a mover of a replay".to_owned());
    let text = |column: usize, row: usize| {
        let column = rows.column(column).as_string::<i32>();
        column.is_valid(row).then(|| column.value(row).to_owned())
    };
    let number = |column: usize, row: usize| {
        let column = rows.column(column).as_primitive::<Int64Type>();
        column.is_valid(row).then(|| column.value(row))
    };
    let stand = |total: usize, row: usize| {
        Some(Stand { total: number(total, row)?, grade: text(total + 1, row)? })
    };
    let mut movers = Vec::with_capacity(rows.num_rows());
    for row in 0..rows.num_rows() {
        let said = |column: usize| text(column, row).unwrap_or_default();
        let direction: Direction = serde_json::from_str(&said(10)).map_err(corrupt)?;
        movers.push(KeptMover {
            name: text(2, row),
            uscc: text(3, row),
            district: text(4, row),
            industry: text(5, row),
            mover: Mover {
                subject: number(0, row).unwrap_or_default(),
                before: stand(6, row),
                after: stand(8, row),
                direction,
                old_only: rows.column(11).as_boolean().value(row),
                why: serde_json::from_str(&said(12)).map_err(corrupt)?,
            },
        });
    }
    Ok(movers)
}

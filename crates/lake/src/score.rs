//! Scores of the whole population: counted bucket by bucket, kept with every point.
//!
//! A run that was killed goes on where it was: a bucket whose file is there for this card, this day and
//! this position of the feed is not counted again.

use std::{collections::BTreeMap, pin::Pin, sync::Arc};

use datafusion::{
    arrow::{
        array::{
            Array as _, ArrayRef, AsArray as _, Date32Array, Int64Array, ListArray, RecordBatch,
            StringArray, StructArray,
        },
        buffer::OffsetBuffer,
        datatypes::{DataType, Date32Type, Int64Type},
    },
    prelude::{SessionContext, col, lit},
};
use domain::{
    ids::SubjectId,
    scorecard::{Card, Point, Score},
    subject::Kind,
};
use futures_util::{StreamExt as _, stream};
use jiff::{Timestamp, civil::Date};
use url::Url;

use crate::{
    bucket::Bucket,
    change::Profile,
    columns::{Columns, element, point_fields},
    engine::listing,
    error::Error,
    evaluation,
    function::date,
    lake::Lake,
    parquet_file::Commit,
    rows::day_number,
    scorecard::Prepared,
    table::Table,
    view::day,
};

/// The scores kept beside the lake.
#[derive(Debug)]
pub struct Scores(Table);

/// What a run is asked for.
#[derive(Clone)]
pub struct Run {
    pub session: SessionContext,
    pub prepared: Arc<Prepared>,
    pub as_of: Date,
    pub at: Timestamp,
    /// Plans that run at once, and buckets in each: one in the process, on a cluster enough for its
    /// executors.
    pub at_once: usize,
    pub together: usize,
}

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub subjects: u64,
    /// Subjects by grade, in the card's order.
    pub grades: Vec<u64>,
    /// Buckets, and those of them that an earlier run had counted.
    pub buckets: usize,
    pub before: usize,
}

/// A score as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub subject: SubjectId,
    pub card: String,
    pub as_of: Date,
    pub position: i64,
    pub total: i64,
    pub grade: String,
    pub dimensions: Vec<i64>,
    pub points: Vec<KeptPoint>,
}

/// A point as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPoint {
    pub indicator: String,
    pub value: i64,
    pub points: i64,
    pub records: Vec<i64>,
}

/// The counting of some buckets, on its way.
type Counting<'c> =
    Pin<Box<dyn Future<Output = Result<Vec<(Bucket, RecordBatch)>, Error>> + Send + 'c>>;

impl Scores {
    pub async fn open(place: &Url) -> Result<Scores, Error> {
        Ok(Scores(Table::open(place, Columns::of_scores()).await?))
    }

    /// Scores every subject the card is for.
    pub async fn run(
        &mut self,
        lake: &Lake,
        run: &Run,
        mut told: impl FnMut(usize, usize),
    ) -> Result<Told, Error> {
        let card = &run.prepared.card;
        let buckets = lake.buckets()?;
        let mut result = Told { grades: vec![0; card.grades.len()], ..Told::default() };
        result.buckets = buckets.len();
        let alike = format!("{}/{}-", card.name(), run.as_of);
        let name = format!("{alike}{:012}", lake.position());
        let mut waiting = Vec::new();
        for &bucket in &buckets {
            match self.0.named(bucket, &name)?.as_slice() {
                [] => waiting.push(bucket),
                files => {
                    result.before += 1;
                    count(&mut result, card, &self.0.read(files).await?);
                }
            }
        }
        let commit = Commit { position: lake.position(), at: run.at, data_change: true };
        let mut done = result.before;
        // Boxed, or the compiler cannot tell that they may move between threads.
        let counting: Vec<Counting<'_>> = waiting
            .chunks(run.together.max(1))
            .map(|buckets| Box::pin(of_buckets(lake, run, buckets)) as Counting<'_>)
            .collect();
        let mut counted = stream::iter(counting).buffered(run.at_once.max(1));
        while let Some(scored) = counted.next().await {
            for (bucket, rows) in scored? {
                self.0.put((bucket, &name), &alike, &rows, commit).await?;
                count(&mut result, card, std::slice::from_ref(&rows));
                done += 1;
            }
            told(done, buckets.len());
        }
        Ok(result)
    }

    /// Every score kept of a subject, the oldest first.
    pub async fn of_subject(
        &self,
        session: &SessionContext,
        subject: SubjectId,
    ) -> Result<Vec<Kept>, Error> {
        let files = self.0.files()?.remove(&Bucket::of(subject)).unwrap_or_default();
        let files = files.iter().map(|add| self.0.address(add)).collect::<Result<Vec<_>, _>>()?;
        let table = listing(&self.0.columns, &files)?;
        let found = session.read_table(table)?.filter(col("subject").eq(lit(subject.0)))?;
        let mut kept = Vec::new();
        for rows in found.collect().await? {
            kept.extend(read(&rows)?);
        }
        kept.sort_by(|a: &Kept, b| (a.as_of, &a.card).cmp(&(b.as_of, &b.card)));
        Ok(kept)
    }

    /// The files of a card's run on a day, as queries read them.
    pub fn table(
        &self,
        card: &str,
        as_of: Date,
    ) -> Result<Arc<dyn datafusion::catalog::TableProvider>, Error> {
        let named = format!("/{card}/{as_of}-");
        let mut files = Vec::new();
        for add in self.0.files()?.values().flatten().filter(|add| add.path.contains(&named)) {
            files.push(self.0.address(add)?);
        }
        listing(&self.0.columns, &files)
    }

    /// Subjects by grade, in the card's order, as a card's run of a day came to them.
    pub async fn counts(&self, card: &Card, as_of: Date) -> Result<Vec<u64>, Error> {
        let mut told = Told { grades: vec![0; card.grades.len()], ..Told::default() };
        for bucket in self.0.files()?.keys() {
            let files = self.0.named(*bucket, &format!("{}/{as_of}-", card.name()))?;
            count(&mut told, card, &self.0.read(&files).await?);
        }
        Ok(told.grades)
    }

    /// The days on which a card was run, rising.
    pub fn days(&self, card: &str) -> Result<Vec<Date>, Error> {
        let mut days = std::collections::BTreeSet::new();
        for add in self.0.files()?.values().flatten() {
            let mut parts = add.path.split('/').skip(1);
            if parts.next() == Some(card)
                && let Some(day) = parts.next().and_then(|name| name.get(..10)?.parse().ok())
            {
                days.insert(day);
            }
        }
        Ok(days.into_iter().collect())
    }
}

fn count(result: &mut Told, card: &Card, batches: &[RecordBatch]) {
    for rows in batches {
        let grades = rows.column(5).as_string::<i32>();
        for grade in grades.iter().flatten() {
            result.subjects += 1;
            if let Some(at) = card.grades.iter().position(|one| one.id == grade) {
                result.grades[at] += 1;
            }
        }
    }
}

/// The scores of some buckets in a row.
async fn of_buckets(
    lake: &Lake,
    run: &Run,
    buckets: &[Bucket],
) -> Result<Vec<(Bucket, RecordBatch)>, Error> {
    let (Some(first), Some(last)) = (buckets.first(), buckets.last()) else {
        return Ok(Vec::new());
    };
    let range = first.subjects().start..last.subjects().end;
    let prepared = run.prepared.clone();
    let items = prepared.readings.iter().map(|reading| &*reading.item);
    let tables = lake.tables_of(items, buckets)?;
    let subjects = lake.table_of_subjects(buckets)?;
    let (session, as_of, position) = (run.session.clone(), run.as_of, lake.position());
    let buckets = buckets.to_vec();
    let counting = async move {
        let card = &prepared.card;
        let subjects = ours(&session, subjects, card).await?;
        let mut values = evaluation::values(&session, &prepared, &tables, &range, as_of).await?;
        let mut scored: Vec<(i64, Score)> = subjects
            .into_iter()
            .map(|subject| (subject, card.score(values.take(subject))))
            .collect();
        let mut written = Vec::with_capacity(buckets.len());
        for bucket in buckets.into_iter().rev() {
            let from = scored.partition_point(|(subject, _)| *subject < bucket.subjects().start);
            let own = scored.split_off(from);
            written.push((bucket, rows_of(card, as_of, position, &own)?));
        }
        Ok(written)
    };
    tokio::spawn(counting).await.map_err(|why| Error::Corrupt(why.to_string()))?
}

/// The subjects of a bucket that a card is for, rising; none that is no more.
async fn ours(
    session: &SessionContext,
    table: Arc<dyn datafusion::catalog::TableProvider>,
    card: &Card,
) -> Result<Vec<i64>, Error> {
    let names = ["subject", "kind", "industry", "ended"];
    let asked = session.read_table(table)?.select(names.map(col).to_vec())?;
    let mut subjects = Vec::new();
    for rows in asked.collect().await? {
        let (numbers, kinds) = (rows.column(0).as_primitive::<Int64Type>(), text(&rows, 1)?);
        let (industries, ended) = (text(&rows, 2)?, rows.column(3).as_boolean());
        for row in (0..rows.num_rows()).filter(|row| !ended.value(*row)) {
            let kind = Kind::from_code(kinds.value(row));
            let industry = industries.is_valid(row).then(|| industries.value(row));
            if kind.is_some_and(|kind| card.is_for(kind, industry)) {
                subjects.push(numbers.value(row));
            }
        }
    }
    subjects.sort_unstable();
    Ok(subjects)
}

/// The subjects of a bucket, rising.
pub async fn subjects_of(
    session: &SessionContext,
    table: Arc<dyn datafusion::catalog::TableProvider>,
) -> Result<Vec<Profile>, Error> {
    let mut subjects = Vec::new();
    for rows in session.read_table(table)?.collect().await? {
        let numbers = |at: usize| rows.column(at).as_primitive::<Int64Type>();
        let texts = [1, 2, 3, 4, 5, 6].map(|at| text(&rows, at));
        let [kinds, names, codes, districts, industries, states] = texts;
        let (kinds, names, codes) = (kinds?, names?, codes?);
        let (districts, industries, states) = (districts?, industries?, states?);
        let said =
            |of: &StringArray, row: usize| of.is_valid(row).then(|| of.value(row).to_owned());
        let (ended, established) =
            (rows.column(7).as_boolean(), rows.column(8).as_primitive::<Date32Type>());
        for row in 0..rows.num_rows() {
            let kind = Kind::from_code(kinds.value(row))
                .ok_or_else(|| Error::Corrupt(format!("kind {}", kinds.value(row))))?;
            let known = established.is_valid(row).then(|| date(established.value(row)));
            subjects.push(Profile {
                subject: SubjectId(numbers(0).value(row)),
                kind,
                name: said(&names, row).unwrap_or_default(),
                uscc: said(&codes, row),
                district: said(&districts, row),
                industry: said(&industries, row),
                status: said(&states, row),
                ended: ended.value(row),
                established_on: known.transpose()?,
                registered_capital: numbers(9).is_valid(row).then(|| numbers(9).value(row)),
            });
        }
    }
    subjects.sort_unstable_by_key(|one| one.subject);
    Ok(subjects)
}

/// A column of text, however the engine read it.
fn text(rows: &RecordBatch, column: usize) -> Result<StringArray, Error> {
    let column = datafusion::arrow::compute::cast(rows.column(column), &DataType::Utf8)?;
    Ok(column.as_string::<i32>().clone())
}

/// Scores as rows of their table.
fn rows_of(
    card: &Card,
    as_of: Date,
    position: i64,
    scored: &[(i64, Score)],
) -> Result<RecordBatch, Error> {
    let columns = Columns::of_scores();
    let count = scored.len();
    let dimensions = scored.iter().map(|(_, score)| score.dimensions.len());
    let dimension_values = scored.iter().flat_map(|(_, score)| score.dimensions.iter().copied());
    let all_points: Vec<&Point> = scored.iter().flat_map(|(_, score)| &score.points).collect();
    let records = all_points.iter().map(|point| point.records.len());
    let record_values = all_points.iter().flat_map(|point| point.records.iter().copied());
    let indicators = all_points.iter().map(|point| Some(&*card.indicators[point.indicator].id));
    let parts: Vec<ArrayRef> = vec![
        Arc::new(indicators.collect::<StringArray>()),
        Arc::new(all_points.iter().map(|point| point.value).collect::<Int64Array>()),
        Arc::new(all_points.iter().map(|point| point.points).collect::<Int64Array>()),
        listed(records, record_values)?,
    ];
    let points = StructArray::try_new(point_fields(), parts, None)?;
    let lengths = scored.iter().map(|(_, score)| score.points.len());
    let points = ListArray::try_new(
        element(DataType::Struct(point_fields())),
        OffsetBuffer::from_lengths(lengths),
        Arc::new(points),
        None,
    )?;
    let grades = scored.iter().map(|(_, score)| Some(&*card.grades[score.grade].id));
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(scored.iter().map(|(subject, _)| *subject).collect::<Int64Array>()),
        Arc::new(StringArray::from(vec![card.name(); count])),
        Arc::new(Date32Array::from(vec![day_number(as_of); count])),
        Arc::new(Int64Array::from(vec![position; count])),
        Arc::new(scored.iter().map(|(_, score)| score.total).collect::<Int64Array>()),
        Arc::new(grades.collect::<StringArray>()),
        listed(dimensions, dimension_values)?,
        Arc::new(points),
    ];
    Ok(RecordBatch::try_new(columns.schema, arrays)?)
}

/// Lists of numbers, from their lengths and all their numbers in a row.
fn listed(
    lengths: impl ExactSizeIterator<Item = usize>,
    numbers: impl Iterator<Item = i64>,
) -> Result<ArrayRef, Error> {
    let numbers: ArrayRef = Arc::new(numbers.collect::<Int64Array>());
    let lengths = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(element(DataType::Int64), lengths, numbers, None)?))
}

/// Scores from rows of their table.
fn read(rows: &RecordBatch) -> Result<Vec<Kept>, Error> {
    let number =
        |column: usize, row: usize| rows.column(column).as_primitive::<Int64Type>().value(row);
    let (cards, grades) = (text(rows, 1)?, text(rows, 5)?);
    let days = rows.column(2).as_primitive::<Date32Type>();
    let (dimensions, points) = (rows.column(6).as_list::<i32>(), rows.column(7).as_list::<i32>());
    let mut kept = Vec::with_capacity(rows.num_rows());
    for row in 0..rows.num_rows() {
        let of = points.value(row);
        let of = of.as_struct();
        let indicators = datafusion::arrow::compute::cast(of.column(0), &DataType::Utf8)?;
        let indicators = indicators.as_string::<i32>();
        let [values, worth] = [1, 2].map(|at| of.column(at).as_primitive::<Int64Type>());
        let records = of.column(3).as_list::<i32>();
        let points = (0..of.len()).map(|at| KeptPoint {
            indicator: indicators.value(at).to_owned(),
            value: values.value(at),
            points: worth.value(at),
            records: records.value(at).as_primitive::<Int64Type>().values().to_vec(),
        });
        kept.push(Kept {
            subject: SubjectId(number(0, row)),
            card: cards.value(row).to_owned(),
            as_of: date(days.value(row))?,
            position: number(3, row),
            total: number(4, row),
            grade: grades.value(row).to_owned(),
            dimensions: dimensions.value(row).as_primitive::<Int64Type>().values().to_vec(),
            points: points.collect(),
        });
    }
    Ok(kept)
}

/// Which subjects moved between two runs, by what each came to: what a replay and a later look at it
/// compare.
pub type Totals = BTreeMap<i64, (i64, String)>;

/// The total and grade of every subject in a run.
pub async fn totals(
    session: &SessionContext,
    table: Arc<dyn datafusion::catalog::TableProvider>,
    on: Date,
) -> Result<Totals, Error> {
    let asked = session.read_table(table)?.filter(col("as_of").eq(day(on)))?;
    let asked = asked.select(vec![col("subject"), col("total"), col("grade")])?;
    let mut totals = Totals::new();
    for rows in asked.collect().await? {
        let grades = text(&rows, 2)?;
        let [subjects, sums] = [0, 1].map(|at| rows.column(at).as_primitive::<Int64Type>());
        for row in 0..rows.num_rows() {
            totals.insert(subjects.value(row), (sums.value(row), grades.value(row).to_owned()));
        }
    }
    Ok(totals)
}

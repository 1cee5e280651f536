//! What the lake takes, with changes of organisations that do not exist.
//!
//! `lake_speed <policy> fill <folder> <subjects> <records> [batches]` feeds a lake, tidied after so many
//! batches where that is given; `… tidy <folder>` folds its files; `… score <folder> [buckets at once]`
//! scores everybody under one card; `… explain <folder> <points>` follows points of those scores back to
//! the records and the articles they rest on. What each took is printed as JSON, a line each, the last of
//! them the whole. The making of the changes is in no time, though in the peak of memory.

mod made;
mod organisation;
mod paper;

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{ids::SubjectId, policy::Policy, scorecard::Card};
use jiff::civil::Date;
use lake::{
    bucket::Bucket,
    columns::{SCORE, SUBJECT},
    engine::{self, Session},
    lake::Lake,
    score::{Kept, KeptPoint, Run, Scores},
    scorecard::prepare,
};
use serde_json::{Value as Json, json};
use url::Url;

use crate::{
    made::{AS_OF, AT, Made, Size},
    organisation::Draw,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// That of the platform, so that peaks of memory are those of the platform.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CARD: &str = "comprehensive@1";

/// Changes taken at once, as many as the platform takes.
const BATCH: i64 = 200_000;

/// Subjects asked for one point before it is given up: some have ended, some have no records.
const TRIES: i64 = 100;

const USAGE: &str = "usage: lake_speed <policy> fill <folder> <subjects> <records> [batches] | \
                     tidy <folder> | score <folder> [buckets at once] | explain <folder> <points>";

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [policy, command, folder, numbers @ ..] = &arguments[..] else { return Err(USAGE.into()) };
    let numbers = numbers.iter().map(|number| number.parse()).collect::<Result<Vec<i64>, _>>()?;
    let bench = Bench::open(policy, folder)?;
    match (*command, &numbers[..]) {
        ("fill", &[subjects, records]) => bench.fill(Size { subjects, records }, 0).await,
        ("fill", &[subjects, records, batches]) => {
            bench.fill(Size { subjects, records }, batches).await
        }
        ("tidy", []) => bench.tidy().await,
        ("score", []) => bench.score(cores()).await,
        ("score", &[at_once]) => bench.score(usize::try_from(at_once)?).await,
        ("explain", &[points]) => bench.explain(points).await,
        _ => Err(USAGE.into()),
    }
}

/// A lake and the law it is read under.
struct Bench {
    policy: Policy,
    folder: PathBuf,
    place: Url,
}

/// What became of points that were followed back.
#[derive(Default)]
struct Followed {
    points: i64,
    resolved: i64,
    with_article: i64,
    records: usize,
    records_found: usize,
}

impl Bench {
    fn open(policy: &str, folder: &str) -> Outcome<Bench> {
        let loaded = rules::load(Path::new(policy));
        let faults = loaded.faults;
        let policy = loaded.policy.ok_or_else(|| format!("faults in {policy}: {faults:?}"))?;
        fs::create_dir_all(folder)?;
        let folder = fs::canonicalize(folder)?;
        let place = Url::from_directory_path(&folder).map_err(|()| "no folder of a lake")?;
        Ok(Bench { policy, folder, place })
    }

    async fn lake(&self) -> Outcome<Lake> {
        let items = self.policy.items.values().map(AsRef::as_ref);
        Ok(Lake::open(&self.place, items).await?)
    }

    fn card(&self) -> Outcome<&Arc<Card>> {
        Ok(self.policy.card(CARD).ok_or("the policy has no such card")?)
    }

    fn session(&self) -> Session {
        engine::session(&self.policy.calendar, 1)
    }

    async fn fill(&self, size: Size, every: i64) -> Outcome<()> {
        let mut lake = self.lake().await?;
        if lake.position() != 0 {
            return Err(format!("the lake at {} is fed already", self.place).into());
        }
        let made = Made::new(&self.policy, size)?;
        let (mut taking, mut tidying) = (Duration::ZERO, Duration::ZERO);
        let mut rows = BTreeMap::from([(SUBJECT.to_owned(), size.subjects)]);
        let (mut first, mut batches) = (0, 0);
        while first < size.records {
            let batch = made.batch(first..size.records.min(first + BATCH))?;
            for change in &batch.changes {
                *rows.entry(change.item.to_string()).or_default() += 1;
            }
            let began = Instant::now();
            lake.take(&batch).await?;
            taking += began.elapsed();
            batches += 1;
            if every > 0 && batches % every == 0 {
                let began = Instant::now();
                lake.tidy(AT, 0).await?;
                tidying += began.elapsed();
            }
            println!("{}", json!({ "position": batch.until, "seconds": taking.as_secs_f64() }));
            first += BATCH;
        }
        let told = json!({
            "changes": size.records,
            "seconds": taking.as_secs_f64(),
            "changes_per_second": size.records as f64 / taking.as_secs_f64(),
            "tidying": tidying.as_secs_f64(),
            "rows": rows,
            "bytes": self.bytes()?,
            "peak_mb": peak_mb()?,
        });
        println!("{told}");
        Ok(())
    }

    async fn tidy(&self) -> Outcome<()> {
        let mut lake = self.lake().await?;
        let began = Instant::now();
        let (folded, removed) = lake.tidy(AT, 0).await?;
        let told = json!({
            "seconds": began.elapsed().as_secs_f64(),
            "folded": folded,
            "removed": removed,
            "bytes": self.bytes()?,
            "peak_mb": peak_mb()?,
        });
        println!("{told}");
        Ok(())
    }

    /// Scores everybody anew: what an earlier run kept is taken away first.
    async fn score(&self, at_once: usize) -> Outcome<()> {
        let kept = self.folder.join(SCORE);
        if kept.exists() {
            fs::remove_dir_all(kept)?;
        }
        let began = Instant::now();
        let lake = self.lake().await?;
        let opened = began.elapsed();
        let began = Instant::now();
        let card = self.card()?;
        let session = self.session();
        let prepared = prepare(&session, card, &self.policy.items);
        let prepared = Arc::new(prepared.map_err(|problems| format!("{problems:?}"))?);
        let run = Run { session, prepared, as_of: day(AS_OF)?, at: AT, at_once, together: 1 };
        let mut scores = Scores::open(&self.place).await?;
        let told = scores.run(&lake, &run, |_, _| {}).await?;
        let seconds = began.elapsed().as_secs_f64();
        let grades: BTreeMap<&str, u64> =
            card.grades.iter().map(|grade| &*grade.id).zip(told.grades).collect();
        let told = json!({
            "opened": opened.as_secs_f64(),
            "seconds": seconds,
            "position": lake.position(),
            "subjects": told.subjects,
            "grades": grades,
            "buckets": told.buckets,
            "at_once": at_once,
            "peak_mb": peak_mb()?,
        });
        println!("{told}");
        Ok(())
    }

    /// Follows points drawn by lot back to their records and to what the card rests on.
    async fn explain(&self, points: i64) -> Outcome<()> {
        let (lake, session) = (self.lake().await?, self.session());
        let scores = Scores::open(&self.place).await?;
        let buckets = lake.buckets()?;
        if buckets.is_empty() {
            return Err("there are no subjects".into());
        }
        let (mut draw, mut followed) = (Draw::of(points), Followed::default());
        let began = Instant::now();
        for _ in 0..points.saturating_mul(TRIES) {
            if followed.points == points {
                break;
            }
            let subjects = draw.pick(&buckets).subjects();
            let subject = SubjectId(draw.between(subjects.start, subjects.end - 1));
            let kept = scores.of_subject(&session, subject).await?;
            let Some(score) = asked(&kept, day(AS_OF)?) else { continue };
            let point = draw.pick(&score.points);
            self.follow(&lake, &session, subject, point, &mut followed).await?;
        }
        let told = json!({
            "points": followed.points,
            "resolved": followed.resolved,
            "with_article": followed.with_article,
            "records": followed.records,
            "records_found": followed.records_found,
            "seconds": began.elapsed().as_secs_f64(),
        });
        println!("{told}");
        match followed.points == points {
            true => Ok(()),
            false => Err("too few subjects have points".into()),
        }
    }

    /// Looks for each record of a point in its item's table, and for its indicator in the card.
    async fn follow(
        &self,
        lake: &Lake,
        session: &Session,
        subject: SubjectId,
        point: &KeptPoint,
        followed: &mut Followed,
    ) -> Outcome<()> {
        followed.points += 1;
        followed.records += point.records.len();
        let card = self.card()?;
        let Some(indicator) = card.indicators.iter().find(|one| one.id == point.indicator) else {
            return Ok(());
        };
        let item = indicator.item.as_str();
        let mut tables = lake.tables_of([item], &[Bucket::of(subject)])?;
        let table = tables.remove(item).ok_or("no table of an item")?;
        let rows = session.read_table(table)?;
        let numbers: Vec<String> = point.records.iter().map(i64::to_string).collect();
        let these = format!("subject = {subject} and record in ({})", numbers.join(", "));
        let these = session.parse_sql_expr(&these, rows.schema())?;
        let found = rows.filter(these)?.count().await?;
        let reference = &indicator.reference;
        followed.records_found += found;
        let resolved = found == point.records.len() && !reference.instrument.is_empty();
        followed.resolved += i64::from(resolved);
        followed.with_article += i64::from(resolved && !reference.article.is_empty());
        Ok(())
    }

    /// Bytes on the disk for each table, files that no version needs any more among them.
    fn bytes(&self) -> Outcome<Json> {
        let mut tables = serde_json::Map::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let table = entry.file_name().to_string_lossy().into_owned();
            tables.insert(table, size(&entry.path())?.into());
        }
        Ok(Json::Object(tables))
    }
}

/// The score kept under the card for a day, where it has points.
fn asked(kept: &[Kept], as_of: Date) -> Option<&Kept> {
    let of_run = |one: &&Kept| one.card == CARD && one.as_of == as_of;
    kept.iter().find(of_run).filter(|one| !one.points.is_empty())
}

fn day(written: &str) -> Outcome<Date> {
    Ok(written.parse()?)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Bytes of a file, or of everything in a folder.
fn size(path: &Path) -> Outcome<u64> {
    let known = fs::metadata(path)?;
    if !known.is_dir() {
        return Ok(known.len());
    }
    let mut sum = 0;
    for entry in fs::read_dir(path)? {
        sum += size(&entry?.path())?;
    }
    Ok(sum)
}

/// The most memory this process ever held.
fn peak_mb() -> Outcome<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.ok_or("no VmHWM among what the system says of the process")?;
    let kib: f64 = peak.trim().trim_end_matches("kB").trim_end().parse()?;
    Ok(kib / 1024.0)
}

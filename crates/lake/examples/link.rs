//! Links CSV files and prints what it took: `link <plan.json> <names.toml> <divisions.csv> <out.csv> <left.csv> [right.csv]`.
//!
//! `bench/link.py` calls it. The plan says which columns make which field; the pairs go into `out.csv`
//! as line numbers of the two files, counted from 0, with their bits and their cluster. What it took
//! and the model are printed as JSON. `link pairs <names.toml> <divisions.csv> <pairs.csv>` times the scoring of pairs of names.

use std::{collections::BTreeMap, error::Error, fs, io::Write, path::Path, time::Instant};

use domain::{
    identifier::uscc::UnifiedCode,
    linkage::{
        derive::Derive,
        model::{Field, Level, Measure, Model, Odds},
        plan::Plan,
        score::Scorer,
        value::{Prepared, Value},
        veto::Marks,
    },
    name::{
        forms::{BranchWords, FormWords, Forms, Words},
        parts::Parts,
    },
};
use lake::linkage::{
    blocking::{Index, Skipped},
    cluster::{Clusters, cluster},
    draft::Draft,
    estimate::estimate,
    population::{Frequencies, Population},
    scan::{Scan, Sides, scan},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A plan and where its values come from.
#[derive(Debug, Deserialize)]
struct Job {
    plan: Plan,
    /// By the fields of the plan; for each side its own columns, or one list for both.
    sources: Vec<Source>,
    /// Columns whose names tell of branches and numbers.
    #[serde(default)]
    names: Vec<String>,
    code: Option<String>,
    account: Option<String>,
    /// For each side, whether it holds each subject once.
    #[serde(default)]
    registers: Vec<bool>,
    /// The least bits of a pair that is written, and of one that is joined.
    keep: f32,
    join: f32,
    threads: usize,
}

#[derive(Debug, Deserialize)]
struct Source {
    columns: Vec<String>,
    derive: Derive,
    /// Whether the columns are one value, joined by a space, and not several.
    #[serde(default)]
    joined: bool,
}

#[derive(Debug, Deserialize)]
struct NamesFile {
    form: Vec<FormWords>,
    branch: Vec<BranchWords>,
    former: Vec<String>,
    trading: Vec<String>,
    filler: Vec<String>,
    numbered: Vec<String>,
    division_ending: Vec<String>,
    writing: Writing,
}

#[derive(Debug, Deserialize)]
struct Writing {
    traditional: Vec<String>,
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["pairs", names, divisions, pairs] => time_pairs(&forms(names, divisions)?, pairs),
        [job, names, divisions, out, left] => link(job, &forms(names, divisions)?, out, left, None),
        [job, names, divisions, out, left, right] => {
            link(job, &forms(names, divisions)?, out, left, Some(right))
        }
        _ => Err(
            "usage: link <plan.json> <names.toml> <divisions.csv> <out.csv> <left.csv> [right.csv]"
                .into(),
        ),
    }
}

fn forms(names: &str, divisions: &str) -> Outcome<Forms> {
    let file: NamesFile = toml::from_str(&fs::read_to_string(names)?)?;
    let words = Words {
        form: file.form,
        branch: file.branch,
        former: file.former,
        trading: file.trading,
        filler: file.filler,
        numbered: file.numbered,
        division_ending: file.division_ending,
        traditional: file.writing.traditional,
    };
    let mut labels = Vec::new();
    for row in csv::Reader::from_path(divisions)?.records() {
        labels.extend(row?.get(1).map(str::to_owned));
    }
    let forms = Forms::new(&words, labels.iter().map(String::as_str));
    forms.map_err(|twice| format!("writings of two forms: {twice:?}").into())
}

fn link(job: &str, forms: &Forms, out: &str, left: &str, right: Option<&str>) -> Outcome<()> {
    let job: Job = serde_json::from_str(&fs::read_to_string(job)?)?;
    let mut took = BTreeMap::new();
    let began = Instant::now();
    let left = read(&job, forms, left, 0)?;
    let right = right.map(|path| read(&job, forms, path, 1)).transpose()?;
    took.insert("read", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let both: Vec<&[Draft]> =
        [Some(&left), right.as_ref()].into_iter().flatten().map(Vec::as_slice).collect();
    let frequencies = Frequencies::count(&job.plan, &both);
    let left = Population::new(&job.plan, &frequencies, left, job.threads);
    let right = right.map(|drafts| Population::new(&job.plan, &frequencies, drafts, job.threads));
    let sides = Sides { left: &left, right: right.as_ref() };
    let index = Index::new(sides.other());
    took.insert("prepare", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let model = estimate(&job.plan, &frequencies, sides, &index);
    drop(frequencies);
    took.insert("estimate", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let scorer = Scorer::new(&model).map_err(|faults| format!("{faults:?}"))?;
    let most = job.plan.limits.most_in_block;
    let found = scan(sides, &index, &scorer, most, job.keep, job.threads);
    took.insert("score", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let clusters = cluster(sides, &found.pairs, &scorer, job.join, job.plan.limits.most_members);
    write(Path::new(out), &found, &clusters, sides)?;
    took.insert("cluster", began.elapsed().as_secs_f64());
    println!("{}", report(&model, &found, &clusters, &took));
    Ok(())
}

/// Where in a file the values of a job stand.
struct Places {
    side: u8,
    sources: Vec<Vec<usize>>,
    names: Vec<usize>,
    code: Option<usize>,
    account: Option<usize>,
}

/// Reads a file into drafts, one for each line.
fn read(job: &Job, forms: &Forms, path: &str, side: u8) -> Outcome<Vec<Draft>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
    let headings = reader.headers()?.clone();
    let place = |column: &String| headings.iter().position(|heading| heading.trim() == column);
    let all = |columns: &[String]| columns.iter().filter_map(place).collect::<Vec<usize>>();
    let places = Places {
        side,
        sources: job.sources.iter().map(|source| all(&source.columns)).collect(),
        names: all(&job.names),
        code: job.code.as_ref().and_then(place),
        account: job.account.as_ref().and_then(place),
    };
    let mut drafts = Vec::new();
    let mut rows = Vec::with_capacity(ROWS);
    for row in reader.into_records() {
        rows.push(row?);
        if rows.len() == ROWS {
            drafts.extend(drafted(job, forms, &places, &rows));
            rows.clear();
        }
    }
    drafts.extend(drafted(job, forms, &places, &rows));
    Ok(drafts)
}

/// Rows taken apart together, over the threads.
const ROWS: usize = 50_000;

fn drafted(job: &Job, forms: &Forms, places: &Places, rows: &[csv::StringRecord]) -> Vec<Draft> {
    let part = rows.len().div_ceil(job.threads.max(1)).max(1);
    let of = |rows: &[csv::StringRecord]| -> Vec<Draft> {
        rows.iter().map(|row| draft(job, forms, places, row)).collect()
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = rows.chunks(part).map(|rows| scope.spawn(|| of(rows))).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).flatten().collect()
    })
}

fn draft(job: &Job, forms: &Forms, places: &Places, row: &csv::StringRecord) -> Draft {
    let cell = |at: usize| row.get(at).unwrap_or_default().trim();
    let mut apart: Vec<(usize, Parts)> = Vec::new();
    let mut draft = Draft::default();
    if let Some(at) = places.names.iter().copied().find(|at| !cell(*at).is_empty()) {
        draft.marks = Marks::of(taken_apart(&mut apart, forms, at, cell(at)));
    }
    let once = job.registers.get(usize::from(places.side)).copied().unwrap_or_default();
    draft.marks.register = once.then_some(places.side);
    if let Some(code) = places.code.and_then(|at| UnifiedCode::parse(cell(at)).ok()) {
        draft.marks.set_code(&code);
    }
    if let Some(at) = places.account {
        draft.marks.set_account(cell(at));
    }
    for (field, (source, columns)) in job.sources.iter().zip(&places.sources).enumerate() {
        let filled = columns.iter().copied().filter(|at| !cell(*at).is_empty());
        if source.joined {
            let cells: Vec<&str> = filled.map(cell).collect();
            if cells.len() == columns.len() {
                draft.add(field, &source.derive.of_text(forms, &cells.join(" ")));
            }
            continue;
        }
        for at in filled {
            if source.derive.is_of_name() {
                let parts = taken_apart(&mut apart, forms, at, cell(at));
                draft.add(field, source.derive.of_name(forms, parts));
            } else {
                draft.add(field, &source.derive.of_text(forms, cell(at)));
            }
        }
    }
    draft
}

/// The parts of the name in a column, taken apart once.
fn taken_apart<'a>(
    apart: &'a mut Vec<(usize, Parts)>,
    forms: &Forms,
    column: usize,
    written: &str,
) -> &'a Parts {
    let known = apart.iter().position(|(own, _)| *own == column);
    let at = known.unwrap_or_else(|| {
        apart.push((column, forms.parts(written)));
        apart.len() - 1
    });
    &apart[at].1
}

fn write(path: &Path, found: &Scan, clusters: &Clusters, sides: Sides<'_>) -> Outcome<()> {
    let offset = sides.right.map_or(0, |_| sides.left.records.len());
    let mut file = std::io::BufWriter::new(fs::File::create(path)?);
    writeln!(file, "left,right,bits,joined")?;
    for pair in &found.pairs {
        let (left, right) = (pair.left as usize, pair.right as usize + offset);
        let joined = u8::from(clusters.of[left] == clusters.of[right]);
        writeln!(file, "{},{},{:.2},{joined}", pair.left, pair.right, pair.bits)?;
    }
    let mut file = std::io::BufWriter::new(fs::File::create(path.with_extension("clusters.csv"))?);
    writeln!(file, "cluster")?;
    for cluster in &clusters.of {
        writeln!(file, "{cluster}")?;
    }
    Ok(())
}

fn report(model: &Model, found: &Scan, clusters: &Clusters, took: &BTreeMap<&str, f64>) -> Json {
    let vetoed: BTreeMap<String, u64> =
        found.vetoed.iter().map(|(veto, count)| (format!("{veto:?}"), *count)).collect();
    let Skipped { blocks, pairs } = &found.skipped;
    json!({
        "compared": found.compared,
        "kept": found.pairs.len(),
        "vetoed": vetoed,
        "vetoed_joins": clusters.vetoed,
        "outvoted": clusters.outvoted,
        "too_large": clusters.too_large,
        "skipped_blocks": blocks.iter().sum::<u64>(),
        "skipped_pairs": pairs.iter().sum::<u64>(),
        "took": took,
        "version": model.version(),
        "model": model,
    })
}

/// Times pairs of names: as written, and when each name was taken apart before.
fn time_pairs(forms: &Forms, path: &str) -> Outcome<()> {
    let mut pairs = Vec::new();
    for row in csv::Reader::from_path(path)?.records() {
        let row = row?;
        let cell = |at: usize| row.get(at).unwrap_or_default().to_owned();
        pairs.push((cell(0), cell(1)));
    }
    let model = names_model();
    let scorer = Scorer::new(&model).map_err(|faults| format!("{faults:?}"))?;
    let began = Instant::now();
    let mut sum = 0.0;
    for (one, other) in &pairs {
        sum += scorer.score(&name(forms, one), &name(forms, other)).bits;
    }
    let written = began.elapsed().as_secs_f64();
    let ready: Vec<(Prepared, Prepared)> =
        pairs.iter().map(|(one, other)| (name(forms, one), name(forms, other))).collect();
    let began = Instant::now();
    for (one, other) in &ready {
        sum += scorer.score(one, other).bits;
        sum += f32::from(u8::from(one.marks.veto(&other.marks).is_some()));
    }
    let scored = began.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({ "pairs": pairs.len(), "written": written, "scored": scored, "sum": sum })
    );
    Ok(())
}

/// Fields of a name with parameters of the right size; a timing needs no better ones.
const NAME_FIELDS: [(Derive, Measure); 3] = [
    (Derive::Core, Measure::Words),
    (Derive::Form, Measure::Equal),
    (Derive::Division, Measure::Equal),
];

fn names_model() -> Model {
    let field = |(derive, measure): &(Derive, Measure)| Field {
        name: format!("{derive:?}"),
        measure: *measure,
        rarest: None,
        levels: vec![
            Level { at_least: 1.0, odds: Odds { m: 0.8, u: 0.001 } },
            Level { at_least: 0.85, odds: Odds { m: 0.15, u: 0.01 } },
        ],
        unlike: Odds { m: 0.05, u: 0.989 },
    };
    Model { id: "names".to_owned(), share: 1e-6, fields: NAME_FIELDS.iter().map(field).collect() }
}

fn name(forms: &Forms, written: &str) -> Prepared {
    let parts = forms.parts(written);
    let field = |(derive, measure): &(Derive, Measure)| {
        let value = Value::new(*measure, derive.of_name(forms, &parts), 0.0, &mut |_| 1.0);
        value.into_iter().collect()
    };
    Prepared { fields: NAME_FIELDS.iter().map(field).collect(), marks: Marks::of(&parts) }
}

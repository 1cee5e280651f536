//! `xinheng seed`: a synthetic city.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use serde_json::json;

use crate::{
    exit::{Exit, output, say},
    seed, wiring,
};

#[derive(Debug, Args)]
pub struct Seed {
    /// How many subjects
    #[arg(long, default_value_t = 20_000)]
    subjects: u64,
    /// The number everything follows from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Newest day of the data; today where nothing is said
    #[arg(long)]
    as_of: Option<Date>,
    /// Folder to write to
    #[arg(long)]
    out: PathBuf,
    /// Rows spoilt of a thousand
    #[arg(long, default_value_t = seed::DEFECTS)]
    defects: u64,
    /// Without planted defects, for measuring
    #[arg(long)]
    plain: bool,
    /// Write this many clean penalty rows into one file instead, for measuring
    #[arg(long, value_name = "ROWS")]
    double_publicity: Option<u64>,
}

pub fn run(given: &Seed, json: bool) -> anyhow::Result<Exit> {
    let as_of = given.as_of.unwrap_or_else(wiring::today);
    if let Some(rows) = given.double_publicity {
        seed::write_double_publicity(rows, given.seed, as_of, &given.out)?;
        told(1, rows, json, &json!({ "rows": rows, "file": given.out.display().to_string() }));
        return Ok(Exit::Done);
    }
    let options = seed::Options {
        subjects: given.subjects,
        seed: given.seed,
        out: given.out.clone(),
        as_of,
        defects: given.defects,
        plain: given.plain,
    };
    let mut progress = |what: &str, done: u64, total: u64| {
        if !json {
            eprint!("\r{what} {done}/{total}      ");
        }
    };
    let summary = seed::write(&options, &mut progress)?;
    if !json {
        eprintln!();
    }
    told(summary.files.len(), summary.rows, json, &serde_json::to_value(&summary)?);
    Ok(Exit::Done)
}

fn told(files: usize, rows: u64, json: bool, answer: &serde_json::Value) {
    if json {
        output(format_args!("{answer}"));
        return;
    }
    let sentence = say("写出 {files} 个文件，{rows} 行", "wrote {files} files, {rows} rows");
    let sentence = sentence.replace("{files}", &files.to_string());
    output(sentence.replace("{rows}", &rows.to_string()));
}

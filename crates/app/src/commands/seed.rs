//! `xinheng seed`: a synthetic city.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use crate::{
    exit::{Exit, say},
    seed,
};

#[derive(Debug, Args)]
pub struct Seed {
    /// How many subjects
    #[arg(long, default_value_t = 20_000)]
    subjects: u64,
    /// The number everything follows from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Newest day of the data
    #[arg(long, default_value = "2026-11-20")]
    as_of: Date,
    /// Folder to write to
    #[arg(long)]
    out: PathBuf,
    /// Without planted defects, for measuring
    #[arg(long)]
    plain: bool,
    /// Write this many clean penalty rows into one file instead, for measuring
    #[arg(long, value_name = "ROWS")]
    double_publicity: Option<u64>,
}

pub fn run(given: &Seed, json: bool) -> anyhow::Result<Exit> {
    if let Some(rows) = given.double_publicity {
        seed::write_double_publicity(rows, given.seed, &given.out)?;
        return Ok(Exit::Done);
    }
    let options = seed::Options {
        subjects: given.subjects,
        seed: given.seed,
        out: given.out.clone(),
        as_of: given.as_of,
        plain: given.plain,
    };
    let mut progress = |what: &str, done: u64, total: u64| {
        if !json {
            eprint!("\r{what} {done}/{total}      ");
        }
    };
    let summary = seed::write(&options, &mut progress)?;
    if json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        let (rows, files) = (summary.rows, summary.files.len());
        let sentence = say("写出 {files} 个文件，{rows} 行", "wrote {files} files, {rows} rows");
        eprintln!();
        println!(
            "{}",
            sentence.replace("{files}", &files.to_string()).replace("{rows}", &rows.to_string())
        );
    }
    Ok(Exit::Done)
}

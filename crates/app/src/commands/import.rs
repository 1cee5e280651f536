//! `xinheng import`: files of a department.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use domain::{fault::Level, text::Lang};
use registry::import::{Delivery, Imported};
use serde_json::json;
use store::load::Mode;

use crate::{
    exit::{Exit, say},
    progress::Bar,
    settings::Settings,
    wiring,
};

#[derive(Debug, Args)]
pub struct Import {
    /// Catalogue item; found out from the heading where a pack knows it
    #[arg(long, required_unless_present = "pack")]
    item: Option<String>,
    /// Mapping of a foreign or older file
    #[arg(long)]
    pack: Option<String>,
    /// The department that hands it in
    #[arg(long)]
    department: Option<String>,
    /// What the file means for records it does not name
    #[arg(long, value_enum, default_value_t = ModeArg::Changes)]
    mode: ModeArg,
    /// Check only; nothing is written
    #[arg(long)]
    dry_run: bool,
    /// Write the rows sent back here, to be mended and sent again (.csv or .xlsx)
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Carry out a delivery that removes or halves what the department has here
    #[arg(long)]
    confirm: bool,
    /// Files in UTF-8 or GB18030 CSV, XLSX, JSON or Parquet
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ModeArg {
    /// New and changed rows; the rest stays
    Changes,
    /// The whole live set: what is missing is withdrawn
    Full,
    /// Every row is taken back
    Withdraw,
}

pub async fn run(settings: &Settings, given: &Import, json: bool) -> anyhow::Result<Exit> {
    let platform = wiring::platform(settings, false).await?;
    let mut exit = Exit::Done;
    for file in &given.files {
        let delivery = Delivery {
            path: file.clone(),
            file_name: file
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
            item: given.item.clone(),
            pack: given.pack.clone(),
            department: given.department.clone(),
            mode: match given.mode {
                ModeArg::Changes => Mode::Changes,
                ModeArg::Full => Mode::Full,
                ModeArg::Withdraw => Mode::Withdraw,
            },
            confirmed: given.confirm,
            dry_run: given.dry_run,
            actor: super::actor(),
        };
        let mut bar = Bar::new(json, given.faults.is_some());
        let started = std::time::Instant::now();
        let imported = registry::import::import(&platform, &delivery, &mut bar).await;
        bar.finish();
        let imported = imported.with_context(|| file.display().to_string())?;
        if let (Some(out), Some(rejected)) = (&given.faults, &bar.rejected) {
            write_rejected(out, rejected)?;
        }
        if 0 < imported.counts.rejected {
            exit = Exit::Rejected;
        }
        if json {
            println!("{}", answer(file, &imported));
        } else {
            summary(file, &imported, started.elapsed().as_secs_f64(), given.faults.as_deref());
        }
    }
    platform.register.close().await;
    Ok(exit)
}

fn write_rejected(out: &Path, rejected: &render::faults::RejectedRows) -> anyhow::Result<()> {
    let xlsx = out.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"));
    if xlsx {
        std::fs::write(out, render::faults::rejected_xlsx(rejected)?)?;
    } else {
        let mut file = std::io::BufWriter::new(std::fs::File::create(out)?);
        render::faults::rejected_csv(rejected, &mut file)?;
    }
    Ok(())
}

fn answer(file: &Path, imported: &Imported) -> serde_json::Value {
    let counts = imported.counts;
    let faults: Vec<serde_json::Value> = imported
        .faults
        .iter()
        .map(|fault| {
            json!({
                "row": fault.row, "column": fault.column, "rule": fault.rule.id(),
                "level": fault.level, "raw": fault.raw,
                "message": fault.message(Lang::Zh), "message_en": fault.message(Lang::En),
            })
        })
        .collect();
    json!({
        "file": file.display().to_string(), "item": imported.item, "pack": imported.pack,
        "department": imported.department, "receipt": imported.receipt,
        "rows": counts.rows, "passed": imported.passed, "created": counts.created, "changed": counts.changed,
        "unchanged": counts.unchanged, "withdrawn": counts.withdrawn, "rejected": counts.rejected,
        "warned": counts.warned, "fault_count": imported.fault_count, "faults": faults,
        "unused_columns": imported.unused,
    })
}

fn summary(file: &Path, imported: &Imported, seconds: f64, out: Option<&Path>) {
    let counts = imported.counts;
    let lang = crate::settings::language();
    let receipt =
        imported.receipt.clone().unwrap_or_else(|| say("试检，未写入", "dry run, nothing written"));
    println!("{} → {} ({}) {receipt}", file.display(), imported.item, imported.department);
    let line = say(
        "  {rows} 行：新增 {created}，变更 {changed}，未变 {unchanged}，撤回 {withdrawn}，退回 {rejected}，存疑 {warned}；{seconds} 秒",
        "  {rows} rows: {created} new, {changed} changed, {unchanged} unchanged, {withdrawn} withdrawn, {rejected} sent back, {warned} doubtful; {seconds} s",
    );
    let values = [
        ("{rows}", counts.rows),
        ("{created}", counts.created),
        ("{changed}", counts.changed),
        ("{unchanged}", counts.unchanged),
        ("{withdrawn}", counts.withdrawn),
        ("{rejected}", counts.rejected),
        ("{warned}", counts.warned),
    ];
    let line =
        values.iter().fold(line, |line, (name, value)| line.replace(name, &value.to_string()));
    println!("{}", line.replace("{seconds}", &format!("{seconds:.1}")));
    if !imported.unused.is_empty() {
        println!(
            "{}{}",
            say("  没有用到的列：", "  columns not used: "),
            imported.unused.join("、")
        );
    }
    for fault in imported.faults.iter().take(10) {
        let kind = match fault.level {
            Level::Error => say("退回", "sent back"),
            Level::Warning => say("存疑", "doubtful"),
        };
        println!("{} {kind} {}", row(fault.row), fault.message(lang));
    }
    if 10 < imported.fault_count {
        let more = imported.fault_count - 10;
        println!(
            "{}",
            say("  … 另有 {more} 条", "  … and {more} more").replace("{more}", &more.to_string())
        );
    }
    if let Some(out) = out {
        println!("{}{}", say("  退回的行写在 ", "  rows sent back are in "), out.display());
    }
}

fn row(number: u64) -> String {
    say("  第 {row} 行", "  row {row}").replace("{row}", &number.to_string())
}

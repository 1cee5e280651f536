//! `xinheng import`: files of a department.

use std::{
    fs::{File, OpenOptions, Permissions},
    io::{ErrorKind, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use domain::{fault::Level, text::Lang};
use registry::{
    import::{Delivery, Imported},
    platform::Platform,
};
use render::faults::RejectedRows;
use serde_json::json;
use store::load::Mode;

use crate::{
    exit::{self, Exit, OfFile, output, say},
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
    /// Carry out a delivery that was stopped: it removes or halves what the department has here, came
    /// before, or is of unusual volume
    #[arg(long)]
    confirm: bool,
    /// Why a delivery of unusual volume is right; kept with it
    #[arg(
        long,
        value_name = "TEXT",
        requires = "confirm",
        default_value = "",
        hide_default_value = true
    )]
    because: String,
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
    if given.faults.is_some() && 1 < given.files.len() {
        let why = say(
            "--faults 只写一个文件的退回行：请把各文件分开报送",
            "--faults takes the rows sent back of one file: hand the files in one by one",
        );
        return Ok(exit::misused(&why, json));
    }
    let platform = wiring::platform(settings, false).await?;
    let mut exit = Exit::Done;
    for file in &given.files {
        let taken = take(&platform, given, file, json).await;
        if taken.with_context(|| OfFile(file.display().to_string()))? == Exit::Rejected {
            exit = Exit::Rejected;
        }
    }
    platform.register.close().await;
    Ok(exit)
}

/// Takes one file in. The receipt is printed before the rows sent back are written.
async fn take(
    platform: &Platform,
    given: &Import,
    file: &Path,
    json: bool,
) -> anyhow::Result<Exit> {
    let target = given.faults.as_deref().map(Target::open).transpose()?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    let delivery = Delivery {
        path: file.to_owned(),
        file_name: name.unwrap_or_default(),
        item: given.item.clone(),
        pack: given.pack.clone(),
        department: given.department.clone(),
        mode: match given.mode {
            ModeArg::Changes => Mode::Changes,
            ModeArg::Full => Mode::Full,
            ModeArg::Withdraw => Mode::Withdraw,
        },
        confirmed: given.confirm.then(|| given.because.clone()),
        dry_run: given.dry_run,
        actor: super::actor(),
        mends: None,
        piecemeal: false,
    };
    let mut bar = Bar::new(json, target.is_some());
    let started = std::time::Instant::now();
    let imported = registry::import::import(platform, &delivery, &mut bar).await;
    bar.finish();
    match &imported {
        Ok(imported) if json => output(answer(file, imported)),
        Ok(imported) => summary(file, imported, started.elapsed().as_secs_f64()),
        Err(_) => {}
    }
    if let (Some(target), Some(rejected)) = (target, &bar.rejected) {
        // What was stopped or failed may have rows to mend too.
        if imported.is_ok() || !rejected.rows.is_empty() {
            target.write(rejected, json)?;
        } else {
            target.leave();
        }
    }
    Ok(if 0 < imported?.counts.rejected { Exit::Rejected } else { Exit::Done })
}

/// The file for the rows sent back. It is opened before anything is taken in, so that nothing is
/// lost where it cannot be written, and may hold personal data, so that nobody else reads it.
struct Target {
    path: PathBuf,
    file: File,
    made: bool,
}

impl Target {
    fn open(path: &Path) -> anyhow::Result<Target> {
        let named = || path.display().to_string();
        let mut options = OpenOptions::new();
        options.write(true).mode(0o600);
        let (file, made) = match options.clone().create_new(true).open(path) {
            Err(there) if there.kind() == ErrorKind::AlreadyExists => {
                (options.open(path).with_context(named)?, false)
            }
            opened => (opened.with_context(named)?, true),
        };
        Ok(Target { path: path.to_owned(), file, made })
    }

    fn write(mut self, rejected: &RejectedRows, json: bool) -> anyhow::Result<()> {
        let named = || self.path.display().to_string();
        let xlsx = self.path.extension().is_some_and(|is| is.eq_ignore_ascii_case("xlsx"));
        let mut bytes = Vec::new();
        if xlsx {
            bytes = render::faults::rejected_xlsx(rejected)?;
        } else {
            render::faults::rejected_csv(rejected, &mut bytes)?;
        }
        if self.file.metadata().with_context(named)?.is_file() {
            self.file.set_permissions(Permissions::from_mode(0o600)).with_context(named)?;
            self.file.set_len(0).with_context(named)?;
        }
        self.file.write_all(&bytes).with_context(named)?;
        if !json {
            output(format_args!(
                "{}{}",
                say("  退回的行写在 ", "  rows sent back are in "),
                named()
            ));
        }
        Ok(())
    }

    /// Leaves the place as it was found.
    fn leave(self) {
        if self.made {
            let _ = std::fs::remove_file(&self.path);
        }
    }
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

fn summary(file: &Path, imported: &Imported, seconds: f64) {
    let counts = imported.counts;
    let lang = crate::settings::language();
    let receipt =
        imported.receipt.clone().unwrap_or_else(|| say("试检，未写入", "dry run, nothing written"));
    output(format_args!(
        "{} → {} ({}) {receipt}",
        file.display(),
        imported.item,
        imported.department
    ));
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
    output(line.replace("{seconds}", &format!("{seconds:.1}")));
    if !imported.unused.is_empty() {
        output(format_args!(
            "{}{}",
            say("  没有用到的列：", "  columns not used: "),
            imported.unused.join("、")
        ));
    }
    for fault in imported.faults.iter().take(10) {
        let kind = match fault.level {
            Level::Error => say("退回", "sent back"),
            Level::Warning => say("存疑", "doubtful"),
        };
        output(format_args!("{} {kind} {}", row(fault.row), fault.message(lang)));
    }
    if 10 < imported.fault_count {
        let more = imported.fault_count - 10;
        output(
            say("  … 另有 {more} 条", "  … and {more} more").replace("{more}", &more.to_string()),
        );
    }
}

fn row(number: u64) -> String {
    say("  第 {row} 行", "  row {row}").replace("{row}", &number.to_string())
}

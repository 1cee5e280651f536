//! Commands on the register as a whole.

use std::path::Path;

use domain::{access::Access, audit::Event};
use jiff::Timestamp;
use serde_json::json;
use store::{
    register::Register,
    verify::{Problem, What},
};

use crate::{
    exit::{Exit, output, say},
    settings::Settings,
};

pub async fn migrate(settings: &Settings, json: bool) -> anyhow::Result<Exit> {
    std::fs::create_dir_all(&settings.data)?;
    let register = Register::connect(settings.engine(), 1).await?;
    if register.migrate().await? {
        note(&register, Event::RegisterMigrated, "register", env!("CARGO_PKG_VERSION")).await?;
    }
    let engine = register.engine().name();
    if json {
        output(json!({ "engine": engine, "migrated": true }));
    } else {
        output(format_args!(
            "{}{engine}",
            say("登记库已是本版本：", "the register is at this version: ")
        ));
    }
    Ok(Exit::Done)
}

pub async fn backup(settings: &Settings, file: &Path, json: bool) -> anyhow::Result<Exit> {
    let register = Register::open(settings.engine()).await?;
    let summary = store::backup::backup(&register, file, Timestamp::now(), &mut told(json)).await?;
    note(&register, Event::BackupWritten, &named(file), &summary.digest).await?;
    finish(json, file, &summary.tables);
    Ok(Exit::Done)
}

pub async fn restore(settings: &Settings, file: &Path, json: bool) -> anyhow::Result<Exit> {
    std::fs::create_dir_all(&settings.data)?;
    let register = Register::open_to_restore(settings.engine()).await?;
    let summary = store::backup::restore(&register, file, &mut told(json)).await?;
    note(&register, Event::RegisterRestored, &named(file), &summary.digest).await?;
    finish(json, file, &summary.tables);
    Ok(Exit::Done)
}

pub async fn verify(settings: &Settings, json: bool) -> anyhow::Result<Exit> {
    let register = Register::open(settings.engine()).await?;
    let mut findings = store::verify::verify(&register, &mut told(json)).await?;
    let (decided, mut otherwise) = registry::repair::replay(&register).await?;
    findings.checked.push(("repair_decision".to_owned(), decided));
    let (decided, lacking) = registry::listing::found::replay(&register).await?;
    findings.checked.push(("listing_decision".to_owned(), decided));
    otherwise.extend(lacking);
    let (decided, lacking) = registry::commitment::found::replay(&register).await?;
    findings.checked.push(("commitment_decision".to_owned(), decided));
    otherwise.extend(lacking);
    for number in &otherwise {
        let (zh, en) =
            ("按原来的事实重算，结论不同", "comes out otherwise on the facts it was decided on");
        findings.problems.push(Problem {
            what: What::Decision,
            place: number.clone(),
            detail: say(zh, en).to_owned(),
        });
    }
    if json {
        let problems: Vec<String> = findings.problems.iter().map(sentence).collect();
        let (checked, more) = (&findings.checked, findings.more);
        output(json!({ "checked": checked, "problems": problems, "more": more }));
    } else {
        for (what, count) in &findings.checked {
            output(format_args!("{what}: {count}"));
        }
        for problem in &findings.problems {
            output(format_args!("{}{}", say("问题：", "problem: "), sentence(problem)));
        }
        if 0 < findings.more {
            output(
                say("… 另有 {more} 个", "… and {more} more")
                    .replace("{more}", &findings.more.to_string()),
            );
        }
        output(format_args!("{}{}", say("问题数：", "problems: "), findings.count()));
    }
    Ok(if findings.problems.is_empty() { Exit::Done } else { Exit::Failed })
}

/// Writes into the audit what was done to the register as a whole.
async fn note(
    register: &Register,
    event: Event,
    object: &str,
    detail: &str,
) -> Result<(), store::error::Error> {
    let actor = Access::operator(&super::actor()).actor.to_string();
    let mut write = register.write().await?;
    store::audit::append(&mut write, Timestamp::now(), &actor, event, object, detail).await?;
    write.commit().await
}

/// The name of a file, without the folders of this machine.
fn named(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn told(json: bool) -> impl FnMut(&str, u64) + Send {
    move |what, done| {
        if !json {
            eprint!("\r{what} {done}        ");
        }
    }
}

fn finish(json: bool, file: &Path, tables: &[(String, u64)]) {
    if json {
        output(json!({ "file": file.display().to_string(), "tables": tables }));
        return;
    }
    eprintln!();
    for (table, rows) in tables {
        output(format_args!("{table}: {rows}"));
    }
}

fn sentence(problem: &Problem) -> String {
    format!("{} {}: {}", problem.what.code(), problem.place, problem.detail)
}

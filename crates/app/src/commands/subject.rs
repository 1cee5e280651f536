//! `xinheng subject`: the public file of one subject on the terminal.

use clap::Args;
use jiff::{Timestamp, civil::Date};
use registry::{
    file::{Asked, FileView, file},
    version::Clocks,
};

use crate::{
    exit::{Exit, output},
    settings::Settings,
    wiring,
};

#[derive(Debug, Args)]
pub struct Subject {
    /// Unified code, or scheme:value
    code: String,
    /// The day whose law, facts and periods count
    #[arg(long)]
    as_of: Option<Date>,
    /// What the platform knew at this instant
    #[arg(long)]
    known_at: Option<Timestamp>,
}

pub async fn run(settings: &Settings, given: &Subject, json: bool) -> anyhow::Result<Exit> {
    let platform = wiring::platform(settings, false).await?;
    let asked = Asked {
        slug: given.code.clone(),
        lang: crate::settings::language(),
        clocks: Clocks::set(&platform, given.as_of, given.known_at).await?,
    };
    let view = file(&platform, &asked).await?;
    if json {
        output(serde_json::to_string(&view)?);
    } else {
        print(&view);
    }
    Ok(Exit::Done)
}

fn print(view: &FileView) {
    let head = &view.subject;
    output(format_args!("{}  {} {}", head.name, head.code.label, head.code.value));
    output(format_args!("{} {}", head.type_label, head.status.as_deref().unwrap_or_default()));
    for section in view.sections.iter().filter(|section| !section.records.is_empty()) {
        output(format_args!("\n{} ({})", section.label, section.records.len()));
        for record in &section.records {
            let until = record
                .publication
                .until
                .map_or_else(|| record.publication.term.clone(), |d| d.to_string());
            let decided = record.decided_on.map(|day| day.to_string()).unwrap_or_default();
            output(format_args!(
                "  {decided}  {}  → {until}  [{} {}]",
                record.title, record.why.receipt, record.why.row
            ));
        }
    }
}

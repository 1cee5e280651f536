//! `xinheng audit`: the log as a folder that `xinheng-verify` reads, and the list of events.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::{access::Access, audit::Event};
use serde_json::json;

use crate::{
    exit::{Exit, output, say},
    settings::Settings,
    wiring,
};

#[derive(Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Write signed head, key, tiles, entries and events to a folder
    Export {
        #[arg(long)]
        out: PathBuf,
    },
    /// Add what was written since to the log, and print its signed head
    Checkpoint,
    /// Take away what an event says; its place in the log stays, and the reason is told
    Erase {
        /// Number of the event
        seq: i64,
        /// Why; it must not repeat what is erased
        #[arg(long)]
        reason: String,
    },
    /// Print the list of events as the page of docs/
    Events,
}

pub async fn run(settings: &Settings, given: &Audit, json: bool) -> anyhow::Result<Exit> {
    if let AuditCommand::Events = given.command {
        output(page().trim_end());
        return Ok(Exit::Done);
    }
    let platform = wiring::platform(settings, false).await?;
    match &given.command {
        AuditCommand::Export { out } => {
            let access = Access::operator(&super::actor());
            let events = registry::audit::write_out(&platform, &access, out).await?;
            if json {
                output(json!({ "events": events, "folder": out.display().to_string() }));
            } else {
                let told = say("已导出 {n} 个事件", "{n} events exported");
                output(told.replace("{n}", &events.to_string()));
            }
        }
        AuditCommand::Checkpoint => {
            while registry::audit::extend(&platform).await? {}
            let note = registry::audit::checkpoint(&platform).await?;
            if json { output(json!({ "checkpoint": note })) } else { output(note.trim_end()) }
        }
        AuditCommand::Erase { seq, reason } => {
            let access = Access::operator(&super::actor());
            registry::audit::erase(&platform, &access, *seq, reason).await?;
            if json {
                output(json!({ "erased": seq }));
            } else {
                output(format_args!("{}{seq}", say("已删除内容：", "erased: ")));
            }
        }
        AuditCommand::Events => {}
    }
    Ok(Exit::Done)
}

/// The page of audit events, made from the one list of them.
pub fn page() -> String {
    let mut page = String::from(
        "# Audit events\n\nMade by `xinheng audit events` from `domain::audit::Event`; a test holds it. Each event has a number, \
         an instant, an actor (`account:N`, `key:N`, `operator:NAME`, `platform`, `public`), an object and a detail, and is a leaf \
         of the transparency log.\n\n| event | 中文 | meaning | object |\n|---|---|---|---|\n",
    );
    for event in Event::ALL {
        let label = event.label();
        page.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            event.code(),
            label.zh,
            label.en,
            event.object()
        ));
    }
    page
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_of_events_is_up_to_date() {
        let kept = std::fs::read_to_string("../../docs/audit-events.md").unwrap();
        assert!(kept == super::page(), "docs/audit-events.md: xinheng audit events > it");
    }
}

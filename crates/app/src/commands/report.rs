//! `xinheng report`: a credit report, new, reproduced or revoked.

use std::path::PathBuf;

use clap::Args;
use domain::text::Text;
use jiff::{Timestamp, civil::Date};
use registry::{
    error::Error,
    report::{self, Wanted},
};
use serde_json::json;

use crate::{
    exit::{Exit, output, say},
    settings::Settings,
    wiring,
};

#[derive(Debug, Args)]
pub struct Report {
    /// Unified code of the organisation; a new report is issued
    #[arg(required_unless_present_any = ["number", "revoke"], conflicts_with_all = ["number", "revoke"])]
    code: Option<String>,
    /// The day whose law, facts and periods count
    #[arg(long, requires = "code")]
    as_of: Option<Date>,
    /// What the platform knew at this instant
    #[arg(long, requires = "code")]
    known_at: Option<Timestamp>,
    /// Number of a report issued before; the same bytes are handed out
    #[arg(long, conflicts_with = "revoke")]
    number: Option<String>,
    /// Number of a report that is not to be relied on any longer
    #[arg(long, value_name = "NUMBER", requires = "reason")]
    revoke: Option<String>,
    /// Why it is revoked, for the audit
    #[arg(long, requires = "revoke")]
    reason: Option<String>,
    /// Where to write the PDF; NUMBER.pdf here where nothing is said
    #[arg(long, value_name = "FILE.pdf", conflicts_with = "revoke")]
    out: Option<PathBuf>,
}

pub async fn run(settings: &Settings, given: &Report, json: bool) -> anyhow::Result<Exit> {
    let platform = wiring::platform(settings, false).await?;
    if let Some(number) = &given.revoke {
        let reason = given.reason.as_deref().unwrap_or_default();
        let now = report::revoke(&platform, number, reason, &super::actor()).await?;
        let said = match now {
            true => say("已作废", "revoked"),
            false => say("早已作废，没有改动", "was revoked before; nothing changed"),
        };
        if json {
            output(json!({ "number": number, "revoked": true, "changed": now }));
        } else {
            output(format_args!("{number}  {said}"));
        }
        return Ok(Exit::Done);
    }
    let report = match &given.number {
        Some(number) => report::reproduce(&platform, number).await?,
        None => {
            let wanted = Wanted {
                slug: given.code.clone().unwrap_or_default(),
                as_of: given.as_of,
                known_at: given.known_at,
            };
            report::issue(&platform, &wanted, &super::actor()).await?
        }
    };
    if report::is_revoked(&report) {
        let (zh, en) =
            ("这份报告已作废，不再提供", "this report was revoked and is no longer handed out");
        return Err(Error::Refused(Text::new(zh, en)).into());
    }
    let out = given.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.pdf", report.number)));
    std::fs::write(&out, &report.document)?;
    let (number, code) = (&report.number, &report.verification_code);
    let digest = &report.document_digest;
    if json {
        let out = out.display().to_string();
        output(
            json!({ "number": number, "verification_code": code, "digest": digest, "out": out }),
        );
    } else {
        output(format_args!("{number}  {code}  {digest} → {}", out.display()));
    }
    Ok(Exit::Done)
}

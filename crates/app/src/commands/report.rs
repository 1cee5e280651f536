//! `xinheng report`: a credit report, new or reproduced.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::{exit::Exit, settings::Settings, wiring};

#[derive(Debug, Args)]
pub struct Report {
    /// Unified code of the organisation; a new report is issued
    #[arg(required_unless_present = "number", conflicts_with = "number")]
    code: Option<String>,
    /// Number of a report issued before; the same bytes are handed out
    #[arg(long)]
    number: Option<String>,
    /// Where to write the PDF
    #[arg(long, value_name = "FILE.pdf")]
    out: PathBuf,
}

pub async fn run(settings: &Settings, given: &Report, json: bool) -> anyhow::Result<Exit> {
    let platform = wiring::platform(settings, false).await?;
    let report = match (&given.number, &given.code) {
        (Some(number), _) => registry::report::reproduce(&platform, number).await?,
        (None, code) => {
            registry::report::issue(&platform, code.as_deref().unwrap_or_default(), &super::actor())
                .await?
        }
    };
    std::fs::write(&given.out, &report.document)?;
    let (number, code) = (&report.number, &report.verification_code);
    let digest = &report.document_digest;
    if json {
        println!("{}", json!({ "number": number, "verification_code": code, "digest": digest }));
    } else {
        println!("{number}  {code}  {digest} → {}", given.out.display());
    }
    Ok(Exit::Done)
}

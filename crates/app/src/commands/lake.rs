//! `xinheng lake sync|rebuild|check|tidy`.

use clap::{Args, Subcommand};
use registry::lake::Progress;
use serde_json::json;

use crate::{
    exit::{Exit, output, say},
    progress::Steps,
    settings::Settings,
    wiring,
};

#[derive(Debug, Args)]
pub struct Lake {
    #[command(subcommand)]
    command: LakeCommand,
}

#[derive(Debug, Subcommand)]
enum LakeCommand {
    /// Take what the change feed has told since the last time
    Sync,
    /// Empty the lake and take the whole feed again
    Rebuild,
    /// Read every file and compare every bucket with the register
    Check,
    /// Fold small files together and take away those no version of late needs
    Tidy {
        /// Hours for which earlier versions stay readable
        #[arg(long, default_value_t = 168)]
        keep_hours: i64,
    },
}

pub async fn run(settings: &Settings, lake: &Lake, json: bool) -> anyhow::Result<Exit> {
    let platform = wiring::platform(settings, false).await?;
    let mut opened = registry::lake::open(&platform).await?;
    let steps = Steps::new(json);
    let told = |progress: Progress| steps.at(progress.position, progress.last);
    match &lake.command {
        LakeCommand::Sync | LakeCommand::Rebuild => {
            if matches!(lake.command, LakeCommand::Rebuild) {
                opened.empty((platform.clock)()).await?;
            }
            let taken = registry::lake::sync(&platform, &mut opened, told).await?;
            steps.finish();
            let position = opened.position();
            if json {
                output(json!({ "taken": taken, "position": position }));
            } else {
                let said = say("已取变更", "changes taken: ");
                let now = say("；已读到变更流第", "; the feed is read up to ");
                output(format_args!("{said}{taken}{now}{position}{}", say("位", "")));
            }
            Ok(Exit::Done)
        }
        LakeCommand::Check => {
            let found = registry::lake::check(&platform, &opened, told).await?;
            steps.finish();
            told_differences(&found, opened.position(), json);
            Ok(if found.is_empty() { Exit::Done } else { Exit::Failed })
        }
        LakeCommand::Tidy { keep_hours } => {
            let (folded, gone) = opened.tidy((platform.clock)(), *keep_hours).await?;
            if json {
                output(json!({ "folded": folded, "removed": gone }));
            } else {
                let said = say("已合并的桶 / 已清除的文件：", "buckets folded / files removed: ");
                output(format_args!("{said}{folded} / {gone}"));
            }
            Ok(Exit::Done)
        }
    }
}

fn told_differences(found: &[registry::lake::Difference], position: i64, json: bool) {
    if json {
        let differences: Vec<_> = found
            .iter()
            .map(|one| {
                json!({ "table": one.table, "bucket": one.bucket.0,
                        "register": one.register, "lake": one.lake })
            })
            .collect();
        output(json!({ "position": position, "differences": differences }));
        return;
    }
    for one in found {
        let (table, bucket) = (&one.table, one.bucket.0);
        let (register, lake) = (one.register, one.lake);
        output(match crate::settings::language() {
            domain::text::Lang::Zh => {
                format!("{table} 第 {bucket} 桶不一致：登记库 {register} 行，数据湖 {lake} 行")
            }
            domain::text::Lang::En => {
                format!("{table}, bucket {bucket} differs: register {register} rows, lake {lake}")
            }
        });
    }
    if found.is_empty() {
        output(say("数据湖与登记库一致", "the lake is as the register"));
    } else {
        output(say(
            "请先同步（lake sync）；仍不一致则重建（lake rebuild）",
            "sync first (lake sync); where it still differs, rebuild (lake rebuild)",
        ));
    }
}

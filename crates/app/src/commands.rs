//! The commands, one module each.

mod account;
mod audit;
mod cluster;
mod evaluate;
mod import;
mod key;
mod keys;
mod lake;
mod policy;
mod register;
mod replay;
mod report;
mod seed;
mod serve;
mod subject;
mod template;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::{exit::Exit, settings::Settings};

/// The commit that was built; `make build` says it.
const VERSION: &str = match option_env!("XINHENG_COMMIT") {
    Some(commit) if !commit.is_empty() => commit,
    _ => env!("CARGO_PKG_VERSION"),
};

/// 信衡：公共信用信息平台. Public credit information platform.
///
/// Exit codes: 0 done, 1 failed, 2 usage, 3 done with rejected rows, 4 stopped and asks for
/// --confirm, 5 refused by policy.
#[derive(Debug, Parser)]
#[command(name = "xinheng", version = VERSION, max_term_width = 100)]
pub struct Cli {
    /// Answer in JSON, for machines.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Load the law and list every fault and every unverified value
    Policy(policy::Policy),
    /// Bring the register to this version
    Migrate,
    /// Write a synthetic city: the departments' files and truth.json
    Seed(seed::Seed),
    /// Take in files of a department
    Import(import::Import),
    /// Write the form a department fills in
    Template(template::Template),
    /// Print the public file of one subject
    Subject(subject::Subject),
    /// Issue a credit report, or hand one out again by its number
    Report(report::Report),
    /// Serve portal and API
    Serve(serve::Serve),
    /// Run jobs and follow the change feed
    Worker,
    /// Write the register to a file
    Backup { file: PathBuf },
    /// Read the register back from a file
    Restore { file: PathBuf },
    /// Check digests, references and the change feed of the register
    Verify,
    /// Open the first administrators' accounts; unlock, reset and list accounts
    Account(account::Account),
    /// Feed the lake from the register, make it anew, compare the two
    Lake(lake::Lake),
    /// Score every subject a card is for, from the lake
    Evaluate(evaluate::Evaluate),
    /// Try a candidate card over everybody beside the one in force
    Replay(replay::Replay),
    /// Run the scheduler of a cluster
    Scheduler(cluster::Scheduler),
    /// Run an executor of a cluster
    Executor(cluster::Executor),
    /// Export the audit log, or print its signed head
    Audit(audit::Audit),
    /// Make or revoke a key with which a department's system hands in files
    Key(key::Key),
    /// Renew the sealing keys, seal the register anew, take an older key away
    Keys(keys::Keys),
    /// Answer for a code that fails its check digit, so that its rows are accepted and marked
    Override(key::Override),
}

/// Carries a command out.
pub async fn run(cli: Cli) -> anyhow::Result<Exit> {
    let json = cli.json;
    if let Command::Seed(seed) = &cli.command {
        return seed::run(seed, json);
    }
    let settings = Settings::read()?;
    match &cli.command {
        Command::Policy(policy) => policy::run(&settings, policy, json),
        Command::Seed(seed) => seed::run(seed, json),
        Command::Template(template) => template::run(&settings, template, json),
        Command::Import(import) => import::run(&settings, import, json).await,
        Command::Subject(subject) => subject::run(&settings, subject, json).await,
        Command::Report(report) => report::run(&settings, report, json).await,
        Command::Serve(serve) => serve::run(&settings, serve).await,
        Command::Worker => serve::worker(&settings).await,
        Command::Migrate => register::migrate(&settings, json).await,
        Command::Backup { file } => register::backup(&settings, file, json).await,
        Command::Restore { file } => register::restore(&settings, file, json).await,
        Command::Verify => register::verify(&settings, json).await,
        Command::Evaluate(given) => evaluate::run(&settings, given, json).await,
        Command::Replay(given) => replay::run(&settings, given, json).await,
        Command::Scheduler(given) => cluster::scheduler(&settings, given).await,
        Command::Executor(given) => cluster::executor(&settings, given).await,
        Command::Lake(lake) => lake::run(&settings, lake, json).await,
        Command::Account(account) => account::run(&settings, account, json).await,
        Command::Audit(audit) => audit::run(&settings, audit, json).await,
        Command::Key(key) => key::run(&settings, key, json).await,
        Command::Keys(keys) => keys::run(&settings, keys, json).await,
        Command::Override(given) => key::run_override(&settings, given, json).await,
    }
}

/// Who acts on the command line: the user of the machine.
fn actor() -> String {
    std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "cli".to_owned())
}

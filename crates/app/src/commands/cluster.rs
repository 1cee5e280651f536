//! `xinheng scheduler` and `xinheng executor`: a cluster of this binary.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use anyhow::Context as _;
use clap::Args;
use lake::cluster::{self, Member};

use crate::{
    exit::{Exit, output, say},
    settings::Settings,
    wiring,
};

#[derive(Debug, Args)]
pub struct Scheduler {
    /// Where it listens; nobody is asked who they are, so only on a network of its own
    #[arg(long, default_value = "127.0.0.1:50050")]
    listen: SocketAddr,
    /// The name under which executors reach it
    #[arg(long)]
    external_host: Option<String>,
}

#[derive(Debug, Args)]
pub struct Executor {
    /// The scheduler it works for
    #[arg(long, default_value = "127.0.0.1:50050")]
    scheduler: String,
    #[arg(long, default_value = "127.0.0.1")]
    bind: IpAddr,
    /// The name under which the others reach it
    #[arg(long)]
    external_host: Option<String>,
    /// Where its results are fetched
    #[arg(long, default_value_t = 50051)]
    port: u16,
    /// Where its tasks come in
    #[arg(long, default_value_t = 50052)]
    grpc_port: u16,
    /// Tasks at once; as many as there are cores where it is 0
    #[arg(long, default_value_t = 0)]
    cores: usize,
    /// Folder for what lies between two stages; made anew under the system's where none is given
    #[arg(long)]
    work: Option<PathBuf>,
}

pub async fn scheduler(settings: &Settings, given: &Scheduler) -> anyhow::Result<Exit> {
    let calendar = wiring::policy(settings)?.calendar;
    output(format_args!("{}{}", say("调度器监听 ", "the scheduler listens on "), given.listen));
    cluster::scheduler(given.listen, given.external_host.clone(), &calendar).await?;
    Ok(Exit::Done)
}

pub async fn executor(settings: &Settings, given: &Executor) -> anyhow::Result<Exit> {
    let calendar = wiring::policy(settings)?.calendar;
    let (host, port) = given
        .scheduler
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host.to_owned(), port.parse::<u16>().ok()?)))
        .with_context(|| format!("scheduler is {}, expected HOST:PORT", given.scheduler))?;
    let made = tempfile::tempdir()?;
    let member = Member {
        scheduler: (host, port),
        bind: given.bind,
        external_host: given.external_host.clone(),
        ports: (given.port, given.grpc_port),
        cores: given.cores,
        work: given.work.clone().unwrap_or_else(|| made.path().to_owned()),
    };
    output(format_args!("{}{}", say("执行器服务于 ", "the executor works for "), given.scheduler));
    cluster::executor(&member, &calendar).await?;
    Ok(Exit::Done)
}

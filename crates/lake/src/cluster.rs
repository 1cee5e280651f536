//! A cluster of our own binary: one scheduler, any number of executors, and sessions whose plans run there.
//!
//! Nobody is asked who they are: a cluster belongs on a network of its own, as a database's does. The
//! scheduler gets our functions with its sessions, each executor with its registry; the plans are those of
//! the process. An executor that falls silent loses its tasks to the others.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use ballista::prelude::SessionContextExt as _;
use ballista_core::{
    config::TaskSchedulingPolicy, error::BallistaError, extension::SessionConfigExt as _,
    registry::BallistaFunctionRegistry, utils::default_session_builder,
};
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::{
    cluster::BallistaCluster, config::SchedulerConfig, scheduler_process::start_server,
};
use datafusion::{
    execution::SessionStateBuilder,
    prelude::{SessionConfig, SessionContext},
};
use domain::calendar::Calendar;

use crate::{error::Error, function};

/// Seconds of silence after which an executor's tasks go to others.
const SILENCE: u64 = 20;
/// Seconds between signs of life.
const HEARTBEAT: u64 = 5;

/// Where an executor is, and whom it works for.
#[derive(Clone, Debug)]
pub struct Member {
    pub scheduler: (String, u16),
    pub bind: IpAddr,
    /// The name under which other executors and the scheduler reach it.
    pub external_host: Option<String>,
    /// Where results are fetched, and where tasks come in.
    pub ports: (u16, u16),
    pub cores: usize,
    /// Where it keeps what lies between two stages.
    pub work: PathBuf,
}

/// Runs the scheduler until the process ends.
pub async fn scheduler(
    address: SocketAddr,
    external_host: Option<String>,
    calendar: &Arc<Calendar>,
) -> Result<(), Error> {
    let functions = function::all(calendar);
    let builder = move |config: SessionConfig| {
        let session = SessionContext::new_with_state(default_session_builder(config)?);
        for function in &functions {
            session.register_udf(function.as_ref().clone());
        }
        Ok(session.state())
    };
    let mut config = SchedulerConfig {
        bind_host: address.ip().to_string(),
        bind_port: address.port(),
        scheduling_policy: TaskSchedulingPolicy::PullStaged,
        executor_timeout_seconds: SILENCE,
        expire_dead_executor_interval_seconds: HEARTBEAT,
        override_session_builder: Some(Arc::new(builder)),
        ..SchedulerConfig::default()
    };
    if let Some(host) = external_host {
        config.external_host = host;
    }
    let cluster = BallistaCluster::new_from_config(&config).await?;
    Ok(start_server(cluster, address, Arc::new(config)).await?)
}

/// Runs an executor until it is told to stop.
pub async fn executor(member: &Member, calendar: &Arc<Calendar>) -> Result<(), Error> {
    let mut registry = BallistaFunctionRegistry::default();
    for function in function::all(calendar) {
        registry.scalar_functions.insert(function.name().to_owned(), function);
    }
    let (scheduler_host, scheduler_port) = member.scheduler.clone();
    let (port, grpc_port) = member.ports;
    let config = ExecutorProcessConfig {
        bind_host: member.bind.to_string(),
        external_host: member.external_host.clone(),
        port,
        grpc_port,
        scheduler_host,
        scheduler_port,
        scheduler_connect_timeout_seconds: 60,
        vcores: member.cores,
        task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
        work_dir: Some(member.work.display().to_string()),
        executor_heartbeat_interval_seconds: HEARTBEAT,
        override_function_registry: Some(Arc::new(registry)),
        ..ExecutorProcessConfig::default()
    };
    Ok(start_executor_process(Arc::new(config)).await?)
}

/// A session whose plans run on the cluster at an address such as `df://host:50050`, in so many parts.
pub async fn session(
    address: &str,
    calendar: &Arc<Calendar>,
    parts: usize,
) -> Result<SessionContext, Error> {
    let config = SessionConfig::new_with_ballista().with_target_partitions(parts);
    let state = SessionStateBuilder::new().with_default_features().with_config(config).build();
    let session = SessionContext::remote_with_state(address, state).await?;
    for function in function::all(calendar) {
        session.register_udf(function.as_ref().clone());
    }
    Ok(session)
}

impl From<BallistaError> for Error {
    fn from(why: BallistaError) -> Error {
        Error::Cluster(why.to_string())
    }
}

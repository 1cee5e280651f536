//! `xinheng serve` and `xinheng worker`.

use std::net::SocketAddr;

use anyhow::Context as _;
use clap::Args;
use tokio::sync::watch;

use crate::{exit::Exit, settings::Settings, wiring};

#[derive(Debug, Args)]
pub struct Serve {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Leave the jobs to a separate `xinheng worker`
    #[arg(long)]
    no_worker: bool,
}

pub async fn run(settings: &Settings, given: &Serve) -> anyhow::Result<Exit> {
    log();
    let mut settings = settings.clone();
    let listener = tokio::net::TcpListener::bind(given.listen)
        .await
        .with_context(|| format!("listening on {}", given.listen))?;
    let address = listener.local_addr()?;
    if std::env::var("XINHENG_PUBLIC_URL").is_err()
        && settings.public_url == "http://127.0.0.1:8080"
    {
        settings.public_url = format!("http://{address}");
    }
    let platform = wiring::platform(&settings, true).await?;
    let (stop, stopped) = watch::channel(false);
    let worker = (!given.no_worker).then(|| {
        let (platform, stopped) = (platform.clone(), stopped.clone());
        tokio::spawn(async move { registry::work::run(&platform, stopped).await })
    });
    println!("http://{address}");
    let router = web::router(platform.clone());
    let signal = async move {
        until_told().await;
        let _ = stop.send(true);
    };
    axum::serve(listener, router).with_graceful_shutdown(signal).await?;
    if let Some(worker) = worker {
        worker.await?;
    }
    platform.register.close().await;
    Ok(Exit::Done)
}

pub async fn worker(settings: &Settings) -> anyhow::Result<Exit> {
    log();
    let platform = wiring::platform(settings, true).await?;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        until_told().await;
        let _ = stop.send(true);
    });
    registry::work::run(&platform, stopped).await;
    Ok(Exit::Done)
}

async fn until_told() {
    let mut terminate =
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(terminate) => terminate,
            Err(_) => return std::future::pending().await,
        };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("XINHENG_LOG");
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,tantivy=warn"));
    let _ =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

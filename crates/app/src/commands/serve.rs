//! `xinheng serve` and `xinheng worker`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::Context as _;
use axum::Extension;
use clap::Args;
use tokio::sync::watch;
use web::portal::Worker;

use crate::{
    exit::{Exit, output},
    settings::Settings,
    wiring,
};

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
    log(settings);
    let listener = tokio::net::TcpListener::bind(given.listen)
        .await
        .with_context(|| format!("listening on {}", given.listen))?;
    let at_hand = format!("http://{}", reachable(listener.local_addr()?));
    let mut platform = wiring::platform(settings, true).await?;
    let set = settings.public_url.as_deref();
    platform.public_url = wiring::public_url(set, &platform.place, &at_hand);
    let (spool, cleared) = (registry::api_use::spool_folder(&platform)?, web::api::spool::clear);
    let cleared = tokio::task::spawn_blocking(move || cleared(&spool)).await??;
    if 0 < cleared {
        tracing::info!(files = cleared, "cleared what a killed server left of deliveries");
    }
    let (stop, stopped) = watch::channel(false);
    let health = Worker::default();
    let worker = (!given.no_worker).then(|| {
        let (platform, stopped, health) = (platform.clone(), stopped.clone(), health.clone());
        tokio::spawn(async move {
            // Dropped however the worker ends, by a panic too.
            let _watch = Watch(health);
            let watched = registry::channel::watch(&platform, stopped.clone());
            tokio::join!(registry::work::run(&platform, stopped), watched);
        })
    });
    output(format_args!("{at_hand}"));
    let router = web::router(platform.clone()).layer(Extension(health));
    let signal = async move {
        until_told().await;
        let _ = stop.send(true);
    };
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router).with_graceful_shutdown(signal).await?;
    if let Some(worker) = worker {
        worker.await?;
    }
    platform.register.close().await;
    Ok(Exit::Done)
}

/// The address under which somebody on this machine reaches a listener: `0.0.0.0` is none.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, address.port())
}

/// Tells the health page when the worker has gone.
struct Watch(Worker);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.has_stopped();
    }
}

pub async fn worker(settings: &Settings) -> anyhow::Result<Exit> {
    log(settings);
    let platform = wiring::platform(settings, true).await?;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        until_told().await;
        let _ = stop.send(true);
    });
    let watched = registry::channel::watch(&platform, stopped.clone());
    tokio::join!(registry::work::run(&platform, stopped), watched);
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

fn log(settings: &Settings) {
    let filter = tracing_subscriber::EnvFilter::new(&settings.log);
    let _ =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

#[cfg(test)]
mod tests {
    use super::reachable;

    #[test]
    fn an_address_that_is_none_is_not_printed() {
        for (listened, printed) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("192.0.2.7:80", "192.0.2.7:80"),
        ] {
            assert_eq!(reachable(listened.parse().unwrap()).to_string(), printed);
        }
    }
}

//! The worker: runs the jobs that are due and keeps the name index up with the change feed.

use std::time::Duration;

use crate::{error::Error, figures, platform::Platform};

/// Changes indexed at a time.
const FOLLOW_AT_ONCE: i64 = 50_000;

/// Runs until `stop` is told; a failing job is put back and said so.
pub async fn run(
    platform: &Platform,
    mut stop: tokio::sync::watch::Receiver<bool>,
) -> Result<(), Error> {
    store::job::recover(&platform.register).await?;
    let mut day = None;
    while !*stop.borrow() {
        if day != Some(platform.today()) {
            figures::ask_for_missing(platform).await?;
            day = Some(platform.today());
        }
        let busy = step(platform).await?;
        if !busy {
            tokio::select! {
                _ = tokio::time::sleep(Duration::from_secs(1)) => {}
                _ = stop.changed() => {}
            }
        }
    }
    Ok(())
}

/// Does what is due now; false where nothing was.
pub async fn step(platform: &Platform) -> Result<bool, Error> {
    let mut busy = false;
    if let Some(names) = &platform.names {
        let last = store::feed::last(&platform.register).await?;
        if names.position() < last {
            let read = names.follow(&platform.register, FOLLOW_AT_ONCE).await?;
            tracing::info!(
                changes = read,
                position = names.position(),
                "name index followed the feed"
            );
            busy = 0 < read;
        }
    }
    if let Some(job) = store::job::take(&platform.register, platform.now()).await? {
        let done = match job.kind.as_str() {
            figures::JOB => figures::refresh(platform, &job.payload).await,
            _ => Ok(()),
        };
        let error = done.err().map(|error| error.message(domain::text::Lang::En));
        if let Some(error) = &error {
            tracing::error!(job.id, job.kind, error, "job failed");
        }
        store::job::finish(&platform.register, job.id, error.as_deref()).await?;
        busy = true;
    }
    Ok(busy)
}

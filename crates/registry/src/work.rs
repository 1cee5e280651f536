//! The worker: runs the jobs that are due, keeps the name index up with the change feed, and clears
//! away what killed loads left.

use std::time::{Duration, Instant};

use domain::text::Lang;

use crate::{
    api_key, audit, code_doubt, error::Error, figures, linkage, platform::Platform, reconcile,
    replay, score, sign_in,
};

/// Changes indexed at a time.
const FOLLOW_AT_ONCE: i64 = 50_000;
/// How long the worker rests where nothing is due.
const REST: Duration = Duration::from_secs(1);
/// The longest rest after failures, each of which doubles it.
const REST_MAX: Duration = Duration::from_secs(60);
/// How often killed loads are looked for.
const CLEAR_EVERY: Duration = Duration::from_secs(60);

/// Runs until `stop` is told, or nobody is left to tell it. A failure is logged and tried again
/// after a rest: a register that is away for a moment must not end the worker.
pub async fn run(platform: &Platform, mut stop: tokio::sync::watch::Receiver<bool>) {
    let mut after_failure = REST;
    let mut cleared: Option<Instant> = None;
    let mut day = None;
    while !*stop.borrow() {
        let mut done = step(platform).await;
        if done.is_ok() && cleared.is_none_or(|at| CLEAR_EVERY <= at.elapsed()) {
            cleared = Some(Instant::now());
            let clear = store::load::clear_killed(&platform.register).await;
            done = clear.map_err(Error::from).and(done);
            done = sign_in::clear(platform).await.and(done);
            done = api_key::clear(platform).await.and(done);
        }
        if done.is_ok() && day != Some(platform.today()) {
            day = Some(platform.today());
            done = figures::ask_for_missing(platform).await.and(done);
            done = code_doubt::ask(platform).await.and(done);
            done = score::ask(platform).await.and(done);
            done = reconcile::run(platform).await.map(drop).and(done);
        }
        let rest = match done {
            Ok(busy) => {
                after_failure = REST;
                if busy { Duration::ZERO } else { REST }
            }
            Err(error) => {
                let (error, rest) = (error.message(Lang::En), after_failure);
                tracing::error!(
                    error,
                    rest_s = rest.as_secs(),
                    "the worker failed and tries again"
                );
                after_failure = (rest * 2).min(REST_MAX);
                rest
            }
        };
        let told = tokio::select! {
            () = tokio::time::sleep(rest) => Ok(()),
            told = stop.changed() => told,
        };
        if told.is_err() {
            return;
        }
    }
}

/// Does what is due now; false where nothing was. A failure of the one keeps the other from nothing.
pub async fn step(platform: &Platform) -> Result<bool, Error> {
    let followed = follow(platform).await;
    let linked = linkage::follow(platform).await;
    let ran = run_job(platform).await;
    let logged = audit::extend(platform).await;
    Ok(followed? | linked? | ran? | logged?)
}

async fn follow(platform: &Platform) -> Result<bool, Error> {
    let Some(names) = &platform.names else { return Ok(false) };
    // A register that is behind the index was restored, and the index is to be built again.
    if names.position() == store::feed::last(&platform.register).await? {
        return Ok(false);
    }
    let read = names.follow(&platform.register, FOLLOW_AT_ONCE).await?;
    tracing::info!(changes = read, position = names.position(), "name index followed the feed");
    Ok(0 < read)
}

async fn run_job(platform: &Platform) -> Result<bool, Error> {
    let register = &platform.register;
    let Some(job) = store::job::take(register, platform.now()).await? else { return Ok(false) };
    let done = match job.kind.as_str() {
        figures::JOB => figures::refresh(platform, &job.payload).await,
        code_doubt::JOB => code_doubt::look(platform).await,
        replay::JOB => replay::work(platform, &job.payload).await,
        score::JOB => score::work(platform).await,
        _ => Ok(()),
    };
    match done.map_err(|error| error.message(Lang::En)) {
        Ok(()) => store::job::done(register, &job).await?,
        Err(error) => {
            tracing::error!(job.id, job.kind, job.attempt, error, "job failed");
            store::job::failed(register, &job, platform.now(), &error).await?;
        }
    }
    Ok(true)
}

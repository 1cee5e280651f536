//! Pulling from a front-end library (前置库): what is new there is written into a file, and the file goes the
//! way of every other.
//!
//! How far the library was read is kept in the transaction that settles the file, so that a worker killed
//! at any moment reads the same rows again, and rows that were taken in are found unchanged.

use std::{
    io,
    path::{Path, PathBuf},
};

use domain::{
    channel::{RunState, wait},
    pull::{Position, Seen},
    text::{Lang, Text},
};
use jiff::{SignedDuration, Timestamp};
use store::{
    channel::Run,
    front_library::{self, Wanted},
    pull::{Pending, Pull},
    register::Write,
};

use super::{
    Held, LEASE,
    folder::{self, ASIDE},
    taking::{self, kept, parameter},
};
use crate::{api_use, error::Error, platform::Platform};

/// Reads what is new and takes it in, where it is time and nothing of the channel waits for an answer.
pub async fn all(platform: &Platform, held: &mut Held, pull: Pull) -> Result<(), Error> {
    let (register, now, id) = (&platform.register, platform.now(), held.channel.id);
    for stopped in [RunState::Waiting, RunState::Refused] {
        if !store::channel::in_state(register, id, stopped).await?.is_empty() {
            return Ok(());
        }
    }
    let taking = store::channel::in_state(register, id, RunState::Taking).await?;
    let run = match taking.into_iter().next() {
        Some(run) if now < run.next_at => return Ok(()),
        Some(run) => run,
        None if now < pull.next_at => return Ok(()),
        None => match begin(platform, held, pull).await? {
            Some(run) => run,
            None => return Ok(()),
        },
    };
    let pull = store::pull::of(register, id).await?.ok_or(Error::NotFound)?;
    let written = pull.pending.as_ref().is_some_and(|pending| pending.run == run.id);
    if !(written && folder::aside(platform, &run).is_file()) {
        // Its worker was killed, or the library is to be read anew.
        if now < pull.next_at || !again(platform, held, pull, &run).await? {
            return Ok(());
        }
    }
    taking::take(platform, held, run).await.map(drop)
}

/// Reads the library anew for a run; false where nothing is to be taken in, or not yet.
async fn again(platform: &Platform, held: &mut Held, pull: Pull, run: &Run) -> Result<bool, Error> {
    let now = platform.now();
    let mut write = match read(platform, held, &pull).await? {
        Read::Failed => return Ok(false),
        Read::New(path, position) => {
            let mut write = platform.register.write().await?;
            let pending = Some(Pending { run: run.id, position });
            store::pull::keep(&mut write, &Pull { pending, ..pull }).await?;
            write.commit().await?;
            std::fs::rename(path, folder::aside(platform, run))?;
            return Ok(true);
        }
        Read::Nothing(position) => {
            let mut write = platform.register.write().await?;
            advance(&mut write, &pull, position, now).await?;
            write
        }
    };
    // What it was to bring is no longer there.
    let settled = Run { state: RunState::Discarded, settled_at: Some(now), ..run.clone() };
    store::channel::settle(&mut write, RunState::Taking, &settled).await?;
    write.commit().await?;
    Ok(false)
}

/// Reads the library; answers the run that what is new becomes, or none where nothing is.
async fn begin(platform: &Platform, held: &mut Held, pull: Pull) -> Result<Option<Run>, Error> {
    let (register, now) = (&platform.register, platform.now());
    let (path, position) = match read(platform, held, &pull).await? {
        Read::New(path, position) => (path, position),
        Read::Failed => return Ok(None),
        Read::Nothing(position) => {
            let mut write = register.write().await?;
            advance(&mut write, &pull, position, now).await?;
            write.commit().await?;
            return Ok(None);
        }
    };
    let name = format!(
        "{}-{}-{}.csv",
        pull.library,
        pull.relation.name,
        now.to_zoned(platform.zone.clone()).strftime("%Y%m%d-%H%M%S")
    );
    let mut write = register.write().await?;
    let id = store::channel::found_in(&mut write, held.channel.id, &name, now).await?;
    let pending = Some(Pending { run: id, position });
    store::pull::keep(&mut write, &Pull { pending, ..pull }).await?;
    write.commit().await?;
    let run = store::channel::run(register, id).await?.ok_or(Error::NotFound)?;
    std::fs::rename(path, folder::aside(platform, &run))?;
    Ok(Some(run))
}

/// What a reading came to.
enum Read {
    /// A file with what is new, and where to go on once it is taken in.
    New(PathBuf, Position),
    Nothing(Position),
    /// The library cannot be read, which was kept and is tried again later.
    Failed,
}

/// Writes what is new into a file.
async fn read(platform: &Platform, held: &mut Held, pull: &Pull) -> Result<Read, Error> {
    let path = fresh(platform, held)?;
    let read = extract(platform, held, pull, &path).await;
    let now = platform.now();
    let (seen, digest) = match read {
        Ok(read) => read,
        Err(Error::Busy) => return Err(Error::Busy),
        Err(why) => {
            failed(platform, pull, &why, now).await?;
            return Ok(Read::Failed);
        }
    };
    let nothing = pull.cursor.is_some() && seen.rows == 0;
    let before = pull.position.digest.as_deref();
    let same = before == Some(digest.as_str());
    let digest = if nothing { before.unwrap_or_default().to_owned() } else { digest };
    let rest = SignedDuration::from_secs(parameter(platform, "intake.pull_rest"));
    let position = pull.position.after(&seen, &digest, now, rest);
    if !nothing && !same {
        return Ok(Read::New(path, position));
    }
    std::fs::remove_file(&path)?;
    Ok(Read::Nothing(position))
}

/// A place for what is read, that no worker writes to; what one that was killed or lost the channel left
/// is removed.
fn fresh(platform: &Platform, held: &Held) -> Result<PathBuf, Error> {
    let aside = platform.inbox.join(ASIDE);
    std::fs::create_dir_all(&aside)?;
    let begin = format!("pull-{}-", held.channel.id);
    for entry in std::fs::read_dir(&aside)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(&begin)) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(aside.join(format!("{begin}{}.part", api_use::random_word()?)))
}

/// Keeps where a pull goes on, and when, once a reading came to its end.
async fn advance(
    write: &mut Write,
    pull: &Pull,
    position: Position,
    now: Timestamp,
) -> Result<(), Error> {
    let pause = SignedDuration::from_mins(i64::from(pull.every_minutes));
    let next_at = now.saturating_add(pause).unwrap_or(Timestamp::MAX);
    let (read_at, attempts) = (Some(now), 0);
    let pull =
        Pull { position, next_at, attempts, read_at, failure: None, pending: None, ..pull.clone() };
    Ok(store::pull::keep(write, &pull).await?)
}

/// Keeps how far the library was read, in the transaction that settles a run of it.
pub async fn settle(
    platform: &Platform,
    write: &mut Write,
    run: &Run,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(pull) = store::pull::of(&platform.register, run.channel).await? else { return Ok(()) };
    let Some(pending) = pull.pending.as_ref().filter(|pending| pending.run == run.id) else {
        return Ok(());
    };
    advance(write, &pull, pending.position.clone(), now).await
}

async fn failed(
    platform: &Platform,
    pull: &Pull,
    why: &Error,
    now: Timestamp,
) -> Result<(), Error> {
    let attempts = pull.attempts.saturating_add(1);
    let first = parameter(platform, "intake.retry_first");
    let seconds = wait(attempts, first, parameter(platform, "intake.retry_longest"));
    tracing::error!(
        channel.id = pull.channel.0,
        attempts,
        wait_s = seconds,
        "library cannot be read"
    );
    let next_at = now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
    let failure = kept(&Text::new(why.message(Lang::Zh), why.message(Lang::En)));
    let pull = Pull { attempts, next_at, failure: Some(failure), ..pull.clone() };
    let mut write = platform.register.write().await?;
    store::pull::keep(&mut write, &pull).await?;
    write.commit().await?;
    Ok(())
}

/// Reads the library into a file as CSV, and keeps the channel meanwhile.
async fn extract(
    platform: &Platform,
    held: &mut Held,
    pull: &Pull,
    path: &Path,
) -> Result<(Seen, String), Error> {
    let url = platform.libraries.get(&pull.library).cloned().ok_or_else(|| {
        Error::Refused(Text::new(
            format!("设置里没有前置库“{}”的地址", pull.library),
            format!("the settings give no address of the library “{}”", pull.library),
        ))
    })?;
    let mut file = csv::Writer::from_path(path).map_err(io::Error::from)?;
    let (pull, overlap) = (pull.clone(), parameter(platform, "intake.pull_overlap"));
    let mut task = tokio::spawn(async move {
        let wanted = Wanted {
            relation: &pull.relation,
            cursor: pull.cursor.as_deref(),
            after: pull.position.floor.as_deref(),
            overlap,
        };
        let mut take = |cells: &[Option<String>]| {
            let cells = cells.iter().map(|cell| cell.as_deref().unwrap_or_default());
            file.write_record(cells).map_err(io::Error::from)
        };
        let seen = front_library::read(&url, &wanted, &mut take).await?;
        let file = file.into_inner().map_err(|why| Error::Io(why.into_error()))?;
        file.sync_all()?;
        Ok::<_, Error>(seen)
    });
    let half = std::time::Duration::from_secs(LEASE.as_secs().unsigned_abs() / 2);
    let seen = loop {
        match tokio::time::timeout(half, &mut task).await {
            Ok(seen) => break seen??,
            Err(_) => held.renew(platform).await.inspect_err(|_| task.abort())?,
        }
    };
    let at = path.to_owned();
    let (digest, _) = tokio::task::spawn_blocking(move || crate::digest::of_file(&at)).await??;
    Ok((seen, digest))
}

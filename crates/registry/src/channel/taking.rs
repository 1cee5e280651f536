//! Taking the files of a channel in, and what becomes of each.

use domain::{
    channel::{RunState, wait},
    text::{Lang, Text},
};
use jiff::{SignedDuration, Timestamp};
use store::{channel::Run, load::Mode};

use super::{
    Held, LEASE,
    folder::{self, Moved},
    pulling,
};
use crate::{
    error::Error,
    import::{self, Delivery, Unwatched},
    platform::Platform,
};

/// Takes what waits to be tried again, and what has come since, in the order in which it came: what is
/// newer waits where an older file cannot be taken yet, because the last one taken in stands.
pub async fn all(platform: &Platform, held: &mut Held) -> Result<(), Error> {
    clear(platform).await?;
    if let Some(pull) = store::pull::of(&platform.register, held.channel.id).await? {
        return pulling::all(platform, held, pull).await;
    }
    let (register, now, id) = (&platform.register, platform.now(), held.channel.id);
    let mut taking = store::channel::in_state(register, id, RunState::Taking).await?;
    if taking.iter().any(|run| now < run.next_at) {
        return Ok(());
    }
    let known: Vec<String> = taking.iter().map(|run| run.file_name.clone()).collect();
    let rest = parameter(platform, "intake.folder_rest");
    for name in folder::whole(platform, &held.channel, now, rest)? {
        // A file of the same name that came meanwhile waits until the one before is settled.
        if !known.contains(&name) {
            let id = store::channel::found(register, id, &name, now).await?;
            taking.extend(store::channel::run(register, id).await?);
        }
    }
    for run in taking {
        held.renew(platform).await?;
        if !take(platform, held, run).await? {
            break;
        }
    }
    Ok(())
}

/// Removes the files whose fate was written down by a worker that was killed before it removed them.
async fn clear(platform: &Platform) -> Result<(), Error> {
    for number in folder::aside_of(platform)? {
        let run = store::channel::run(&platform.register, number).await?;
        let over = |run: &Run| matches!(run.state, RunState::Done | RunState::Discarded);
        if let Some(run) = run.filter(over) {
            folder::forget(platform, &run)?;
        }
    }
    Ok(())
}

/// Takes one file in and writes down what became of it; false where it must be tried again.
pub async fn take(platform: &Platform, held: &mut Held, run: Run) -> Result<bool, Error> {
    let rest = parameter(platform, "intake.folder_rest");
    let outcome = match folder::take(platform, &held.channel, &run, platform.now(), rest) {
        Ok(Moved::Aside) => import(platform, held, &run).await,
        Ok(Moved::Written) => return Ok(false),
        Ok(Moved::Gone) => Err(Error::Refused(Text::new(
            "文件被移走了，没有读到",
            "the file was moved away and could not be read",
        ))),
        Err(error) => Err(error.into()),
    };
    let settled = match outcome {
        Ok(receipt) => {
            Run { state: RunState::Done, receipt: Some(receipt), detail: String::new(), ..run }
        }
        Err(Error::NeedsConfirmation(text)) => {
            Run { state: RunState::Waiting, detail: kept(&text), ..run }
        }
        Err(why) if is_of_the_file(&why) => {
            let text = Text::new(why.message(Lang::Zh), why.message(Lang::En));
            Run { state: RunState::Refused, detail: kept(&text), ..run }
        }
        Err(why) => return later(platform, run, &why).await.map(|()| false),
    };
    let settled = Run { settled_at: Some(platform.now()), attempts: 0, ..settled };
    let mut write = platform.register.write().await?;
    if !store::channel::settle(&mut write, RunState::Taking, &settled).await? {
        return Ok(false);
    }
    if settled.state == RunState::Done {
        pulling::settle(platform, &mut write, &settled, platform.now()).await?;
    }
    write.commit().await?;
    tracing::info!(run.id = settled.id, state = settled.state.code(), "file of a channel settled");
    if settled.state == RunState::Done {
        folder::forget(platform, &settled)?;
    }
    Ok(true)
}

/// Hands the file in, and answers its receipt.
async fn import(platform: &Platform, held: &mut Held, run: &Run) -> Result<String, Error> {
    let channel = held.channel.clone();
    let path = folder::aside(platform, run);
    // A worker killed between acceptance and this note left it taken in.
    let at = path.clone();
    let (digest, _) = tokio::task::spawn_blocking(move || crate::digest::of_file(&at)).await??;
    let source = (channel.department.as_str(), channel.item.as_str());
    let digest = format!("sm3:{digest}");
    let same = store::volume::same_file(&platform.register, source, channel.mode, &digest).await?;
    if let Some(same) = same.filter(|same| run.found_at <= same.accepted_at) {
        return Ok(same.receipt);
    }
    let pulled = store::pull::of(&platform.register, channel.id).await?.is_some();
    let piecemeal = pulled && channel.mode == Mode::Changes;
    let delivery = Delivery {
        path,
        file_name: run.file_name.clone(),
        item: Some(channel.item.clone()),
        pack: None,
        department: Some(channel.department.clone()),
        mode: channel.mode,
        confirmed: run.reason.clone(),
        dry_run: false,
        actor: run.answered_by.clone().unwrap_or_else(|| format!("channel:{}", channel.id)),
        mends: None,
        piecemeal,
    };
    let (worker, runtime) = (platform.clone(), tokio::runtime::Handle::current());
    // On a thread of its own, as deliveries by the API are; the channel is kept meanwhile.
    let mut task = tokio::task::spawn_blocking(move || {
        runtime.block_on(import::import(&worker, &delivery, &mut Unwatched))
    });
    let imported = loop {
        let half = std::time::Duration::from_secs(LEASE.as_secs().unsigned_abs() / 2);
        match tokio::time::timeout(half, &mut task).await {
            Ok(imported) => break imported??,
            Err(_) => held.renew(platform).await?,
        }
    };
    imported.receipt.ok_or(Error::NotFound)
}

/// Whether it is the file that must be mended, and not the platform.
fn is_of_the_file(why: &Error) -> bool {
    matches!(
        why,
        Error::Refused(_) | Error::Question { .. } | Error::Heading(_) | Error::Unreadable(_)
    )
}

/// Tries again later, each time after a longer while.
async fn later(platform: &Platform, run: Run, why: &Error) -> Result<(), Error> {
    let attempts = run.attempts.saturating_add(1);
    let first = parameter(platform, "intake.retry_first");
    let seconds = wait(attempts, first, parameter(platform, "intake.retry_longest"));
    let error = why.message(Lang::En);
    tracing::error!(run.id, attempts, wait_s = seconds, error, "file of a channel failed");
    let now = platform.now();
    let next_at = now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
    let run = Run { attempts, next_at, ..run };
    let mut write = platform.register.write().await?;
    if store::channel::settle(&mut write, RunState::Taking, &run).await? {
        write.commit().await?;
    }
    Ok(())
}

pub fn parameter(platform: &Platform, key: &str) -> i64 {
    platform.policy.parameter(key, platform.today()).map_or(0, |value| value.value)
}

pub fn kept(text: &Text) -> String {
    serde_json::json!({ "zh": text.zh, "en": text.en }).to_string()
}

/// What was kept of a question or a refusal.
pub fn said(detail: &str) -> Text {
    let kept: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
    let words = |name: &str| kept.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    Text::new(words("zh"), words("en"))
}

//! Channels (归集通道): folders into which a department's system puts its files, and from which they are
//! taken in without anybody uploading them.
//!
//! A file is noted before it is touched, and moved aside before it is read, so that a worker killed at
//! any moment leaves a file that the next one finds; taken in already, it is not taken in twice.

mod folder;
mod pulling;
mod taking;

use std::time::Duration;

use domain::{
    access::{Access, Action},
    audit::Event,
    channel::{Answer, RunState},
    ids::ChannelId,
    pull::{Relation, is_name},
    text::{Lang, Text},
};
use jiff::{SignedDuration, Timestamp};
use store::{
    channel::{Channel, Run},
    load::Mode,
    pull::{NewPull, Pull},
};

use crate::{
    case, collection, delivery, error::Error, gate, import::looking::in_words_of_a_page,
    platform::Platform, question::question,
};

/// How often folders are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A worker that is not heard of for so long has lost its channels.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// Files of a channel on its page.
const SHOWN: i64 = 20;

/// A channel as its page shows it.
#[derive(Clone, Debug)]
pub struct ChannelView {
    pub id: ChannelId,
    pub department: String,
    pub department_label: String,
    pub item_label: String,
    pub mode: Mode,
    pub paused: bool,
    /// Where the files go, relative to the inbox.
    pub folder: String,
    /// What it pulls, where it is no folder.
    pub pull: Option<PullView>,
    pub runs: Vec<RunView>,
}

/// What a channel pulls from a front-end library, and how that goes.
#[derive(Clone, Debug)]
pub struct PullView {
    pub library: String,
    pub relation: String,
    pub cursor: Option<String>,
    pub every_minutes: u32,
    pub next_at: Timestamp,
    /// When it was read last.
    pub read_at: Option<Timestamp>,
    /// Why it could not be read, and how often.
    pub failure: Option<(Text, u32)>,
}

/// What is to be pulled, as a form says it.
#[derive(Clone, Debug)]
pub struct PullAsked {
    pub library: String,
    pub relation: String,
    /// Nothing where everything is compared each time.
    pub cursor: String,
    pub every_minutes: String,
}

/// Longest time between two readings, in minutes: a month.
const EVERY_MAX: u32 = 44_640;

#[derive(Clone, Debug)]
pub struct RunView {
    pub id: i64,
    pub file_name: String,
    pub state: RunState,
    pub found_at: Timestamp,
    pub attempts: u32,
    pub receipt: Option<String>,
    /// The question, or why it was refused.
    pub said: Text,
}

/// The channels somebody may look at: all for the centre, one's own for a department.
pub async fn list(
    platform: &Platform,
    access: &Access,
    lang: Lang,
) -> Result<Vec<ChannelView>, Error> {
    let whose = collection::whose(platform, access)?;
    let register = &platform.register;
    let mut views = Vec::new();
    for channel in store::channel::list(register, whose.as_deref()).await? {
        let runs = store::channel::runs(register, channel.id, SHOWN).await?;
        let pull = store::pull::of(register, channel.id).await?;
        views.push(ChannelView {
            id: channel.id,
            department_label: platform.department_label(&channel.department, lang),
            item_label: delivery::item_label(platform, &channel.item, lang),
            mode: channel.mode,
            paused: channel.paused_at.is_some(),
            folder: folder::relative(&channel),
            pull: pull.map(pull_view),
            runs: runs.into_iter().map(run_view).collect(),
            department: channel.department,
        });
    }
    Ok(views)
}

fn pull_view(pull: Pull) -> PullView {
    let relation = &pull.relation;
    let schema = relation.schema.as_ref().map(|schema| format!("{schema}."));
    let attempts = pull.attempts;
    PullView {
        relation: format!("{}{}", schema.unwrap_or_default(), relation.name),
        library: pull.library,
        cursor: pull.cursor,
        every_minutes: pull.every_minutes,
        next_at: pull.next_at,
        read_at: pull.read_at,
        failure: pull.failure.map(|text| (taking::said(&text), attempts)),
    }
}

fn run_view(run: Run) -> RunView {
    RunView {
        id: run.id,
        file_name: run.file_name,
        state: run.state,
        found_at: run.found_at,
        attempts: run.attempts,
        receipt: run.receipt,
        said: in_words_of_a_page(&taking::said(&run.detail)),
    }
}

/// Departments and the items they hand in, for the form that opens a channel.
pub fn open_to(platform: &Platform, access: &Access, lang: Lang) -> Vec<(String, String)> {
    if gate::admit(platform, access, Action::ManageChannels, true).is_err() {
        return Vec::new();
    }
    let departments = platform.place.departments.iter();
    departments
        .flat_map(|department| {
            department.items.iter().map(move |item| {
                let label = delivery::item_label(platform, item, lang);
                let name = department.label.get(lang);
                (format!("{}/{item}", department.id), format!("{name} · {label}"))
            })
        })
        .collect()
}

/// The front-end libraries there are, by their names.
#[must_use]
pub fn libraries(platform: &Platform) -> Vec<String> {
    platform.libraries.keys().cloned().collect()
}

/// Opens a channel for `department/item`: a folder, or what is pulled from a library.
pub async fn open(
    platform: &Platform,
    access: &Access,
    source: &str,
    mode: &str,
    pull: Option<&PullAsked>,
) -> Result<(), Error> {
    gate::admit(platform, access, Action::ManageChannels, true)?;
    let (department, item) = source.split_once('/').ok_or(Error::NotFound)?;
    let provider = platform.place.department(department).ok_or(Error::NotFound)?;
    if !provider.items.iter().any(|given| **given == *item) {
        return Err(Error::NotFound);
    }
    let pull = pull.map(|asked| pulled(platform, asked)).transpose()?;
    // What is compared as a whole is handed in as a whole.
    let mode = pull.as_ref().map_or(mode, |pull| match pull.cursor {
        Some(_) => Mode::Changes.code(),
        None => Mode::Full.code(),
    });
    let mode = Mode::from_code(mode)
        .filter(|mode| *mode != Mode::Withdraw)
        .ok_or_else(|| question("mode", "报送方式请从列表里选", "choose the mode from the list"))?;
    let (now, actor) = (platform.now(), access.actor.to_string());
    let mut write = platform.register.write().await?;
    let source = (department, item);
    let opened = store::channel::open(&mut write, source, mode, &actor, now).await?;
    let id = opened.ok_or_else(|| {
        Error::Refused(Text::new(
            "这个单位的这一信息项已经有通道",
            "there is a channel for this item of the department",
        ))
    })?;
    let mut detail = format!("department={department} item={item} mode={}", mode.code());
    match &pull {
        None => folder::make(platform, department, item)?,
        Some(Pulled { library, relation, cursor, every_minutes }) => {
            let new = NewPull {
                channel: id,
                library,
                relation,
                cursor: *cursor,
                every_minutes: *every_minutes,
                at: now,
            };
            store::pull::insert(&mut write, &new).await?;
            detail = format!("{detail} library={library} relation={relation}");
        }
    }
    let event = Event::ChannelOpened;
    store::audit::append(&mut write, now, &actor, event, &id.to_string(), &detail).await?;
    write.commit().await?;
    Ok(())
}

/// What is to be pulled, once it was looked at.
struct Pulled<'p> {
    library: &'p str,
    relation: &'p str,
    cursor: Option<&'p str>,
    every_minutes: u32,
}

fn pulled<'p>(platform: &Platform, asked: &'p PullAsked) -> Result<Pulled<'p>, Error> {
    if !platform.libraries.contains_key(&asked.library) {
        return Err(question("library", "前置库请从列表里选", "choose the library from the list"));
    }
    let relation = asked.relation.trim();
    if Relation::parse(relation).is_none() {
        return Err(question(
            "relation",
            "请写表名或视图名，例如 xzcf 或 qzk.xzcf",
            "give the name of a table or view, such as xzcf or qzk.xzcf",
        ));
    }
    let cursor = Some(asked.cursor.trim()).filter(|cursor| !cursor.is_empty());
    if cursor.is_some_and(|cursor| !is_name(cursor)) {
        return Err(question("cursor", "请写一个列名", "give the name of one column"));
    }
    let every = asked.every_minutes.trim().parse().ok();
    let every = every.filter(|minutes| (1..=EVERY_MAX).contains(minutes)).ok_or_else(|| {
        question("every_minutes", "间隔请写 1 到 44640 分钟", "give 1 to 44640 minutes")
    })?;
    Ok(Pulled { library: &asked.library, relation, cursor, every_minutes: every })
}

/// Reads a library now, whenever it would have been its turn.
pub async fn hurry(platform: &Platform, access: &Access, id: ChannelId) -> Result<(), Error> {
    gate::admit(platform, access, Action::ManageChannels, true)?;
    let (now, actor) = (platform.now(), access.actor.to_string());
    let mut write = platform.register.write().await?;
    if !store::pull::hurry(&mut write, id, now).await? {
        return Err(Error::NotFound);
    }
    let event = Event::ChannelRun;
    store::audit::append(&mut write, now, &actor, event, &id.to_string(), "").await?;
    write.commit().await?;
    Ok(())
}

/// Stops a channel from taking files, or lets it go on.
pub async fn pause(
    platform: &Platform,
    access: &Access,
    id: ChannelId,
    pause: bool,
) -> Result<(), Error> {
    gate::admit(platform, access, Action::ManageChannels, true)?;
    let (now, actor) = (platform.now(), access.actor.to_string());
    let mut write = platform.register.write().await?;
    if !store::channel::pause(&mut write, id, pause.then_some(now)).await? {
        return Err(Error::NotFound);
    }
    let event = if pause { Event::ChannelPaused } else { Event::ChannelResumed };
    store::audit::append(&mut write, now, &actor, event, &id.to_string(), "").await?;
    write.commit().await?;
    Ok(())
}

/// What somebody of the department says of a file that was stopped.
pub async fn answer(
    platform: &Platform,
    access: &Access,
    run: i64,
    answer: Answer,
    reason: &str,
) -> Result<(), Error> {
    let department = delivery::department(platform, access, Action::Deliver)?;
    let mut write = platform.register.write().await?;
    let held = store::channel::run_held(&mut write, run).await?.ok_or(Error::NotFound)?;
    let channel = store::channel::get(&platform.register, held.channel).await?;
    let channel = channel.filter(|one| one.department == department).ok_or(Error::NotFound)?;
    if !held.state.takes(held.attempts, answer) {
        return Err(Error::Refused(Text::new(
            "这个文件的状态已经变了，请刷新页面",
            "this file has moved on; load the page again",
        )));
    }
    // An older file would undo what a newer one brought.
    if answer != Answer::Discard && store::channel::overtaken(&mut write, &held).await? {
        return Err(overtaken());
    }
    let reason = match answer {
        Answer::Confirm => Some(case::note(reason, "reason")?),
        Answer::Again | Answer::Discard => None,
    };
    let (now, actor) = (platform.now(), access.actor.to_string());
    let discarded = answer == Answer::Discard;
    let was = held.state;
    let after = Run {
        state: if discarded { RunState::Discarded } else { RunState::Taking },
        attempts: 0,
        next_at: now,
        settled_at: discarded.then_some(now),
        reason,
        answered_by: Some(actor.clone()),
        ..held
    };
    if !store::channel::settle(&mut write, was, &after).await? {
        return Err(Error::Busy);
    }
    if discarded {
        // Given up is settled: what it held is not read again.
        pulling::settle(platform, &mut write, &after, now).await?;
    }
    let pulled = answer == Answer::Again && store::pull::hurry(&mut write, channel.id, now).await?;
    let detail =
        format!("channel={} file={} to={}", channel.id, after.file_name, after.state.code());
    let (event, object) = (Event::ChannelAnswered, after.id.to_string());
    store::audit::append(&mut write, now, &actor, event, &object, &detail).await?;
    write.commit().await?;
    // From a library it is read anew: what was mended there is in it.
    if discarded || pulled {
        folder::forget(platform, &after)?;
    }
    Ok(())
}

fn overtaken() -> Error {
    Error::Refused(Text::new(
        "这个文件之后已有更新的文件入库，旧文件会覆盖新数据；请放弃它，需要的行重新导出再报",
        "a newer file was taken in since, and this one would undo it; give it up and hand in anew what is needed",
    ))
}

/// Looks at the folders until `stop` is told.
pub async fn watch(platform: &Platform, mut stop: tokio::sync::watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = look(platform).await {
            tracing::error!(error = error.message(Lang::En), "channels failed");
        }
        let told = tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => Ok(()),
            told = stop.changed() => told,
        };
        if told.is_err() {
            return;
        }
    }
}

/// A channel that this worker has until an instant.
struct Held {
    channel: Channel,
    until: Timestamp,
}

impl Held {
    /// Keeps it for longer; an error where another worker has it by now.
    async fn renew(&mut self, platform: &Platform) -> Result<(), Error> {
        let now = platform.now();
        let until = now.saturating_add(LEASE).unwrap_or(now);
        let register = &platform.register;
        if !store::channel::keep(register, self.channel.id, self.until, Some(until)).await? {
            return Err(Error::Busy);
        }
        self.until = until;
        Ok(())
    }
}

/// Takes what lies in the folders of every channel that no other worker has.
pub async fn look(platform: &Platform) -> Result<(), Error> {
    let mut failed = Ok(());
    for channel in store::channel::list(&platform.register, None).await? {
        let now = platform.now();
        let until = now.saturating_add(LEASE).unwrap_or(now);
        if !store::channel::hold(&platform.register, channel.id, now, until).await? {
            continue;
        }
        let mut held = Held { channel, until };
        // What fails in one channel keeps the others from nothing.
        failed = taking::all(platform, &mut held).await.and(failed);
        store::channel::keep(&platform.register, held.channel.id, held.until, None).await?;
    }
    failed
}

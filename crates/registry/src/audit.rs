//! The audit (审计): events become leaves of a transparency log whose heads are signed, are looked
//! through by auditors, and go out in a form that a separate program verifies.

use std::{fmt, path::Path};

use domain::{
    access::{Access, Action, Actor},
    audit::Event,
    sealed::{base64, from_hex, hex},
    text::{Lang, Text},
    tlog::{self, TILE_WIDTH},
};
use ed25519_dalek::{Signer as _, SigningKey};
use jiff::civil::Date;
use serde_json::json;
use store::audit::{Filter, Written};

use crate::{
    error::Error,
    gate,
    platform::Platform,
    question::{impersonal, question},
};

/// The key that signs heads of the log, under the name they are known by.
pub struct LogKey {
    name: String,
    key: SigningKey,
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({})", self.name)
    }
}

impl LogKey {
    /// From the 64 hexadecimal digits of a key file; none where there are others.
    #[must_use]
    pub fn parse(name: &str, text: &str) -> Option<LogKey> {
        let seed: [u8; 32] = from_hex(text.trim())?.try_into().ok()?;
        let plain = !name.is_empty() && !name.contains(['+', ' ', '\n']);
        plain.then(|| LogKey { name: name.to_owned(), key: SigningKey::from_bytes(&seed) })
    }

    /// The text of a new key file.
    #[must_use]
    pub fn generate_text(random: &[u8; 32]) -> String {
        format!("{}\n", hex(random))
    }

    /// What a verifier is given: name, number and public key, as a note names its signers.
    #[must_use]
    pub fn verifier(&self) -> String {
        let public = self.key.verifying_key().to_bytes();
        let number = hex(&tlog::key_number(&self.name, &public));
        let bytes: Vec<u8> = std::iter::once(1).chain(public).collect();
        format!("{}+{number}+{}", self.name, base64(&bytes))
    }

    /// A signed head.
    fn sign(&self, size: u64, root: &tlog::Hash) -> String {
        let text = tlog::checkpoint(&self.name, size, root);
        let public = self.key.verifying_key().to_bytes();
        let mut signature = tlog::key_number(&self.name, &public).to_vec();
        signature.extend(self.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n— {} {}\n", self.name, base64(&signature))
    }
}

/// Events added to the tree in one transaction.
const AT_ONCE: i64 = 10_000;

/// Adds what was written since to the tree, and signs its head; false where there was nothing.
pub async fn extend(platform: &Platform) -> Result<bool, Error> {
    let Some(key) = &platform.log_key else { return Ok(false) };
    if store::log::waits(&platform.register).await? == 0 {
        return Ok(false);
    }
    let mut write = platform.register.write().await?;
    let Some(head) = store::log::extend(&mut write, AT_ONCE).await? else { return Ok(false) };
    let note = key.sign(head.size, &head.root);
    store::log::keep(&mut write, head.size, &note, platform.now()).await?;
    write.commit().await?;
    tracing::debug!(size = head.size, "the audit log has a new signed head");
    Ok(true)
}

/// The newest signed head.
pub async fn checkpoint(platform: &Platform) -> Result<String, Error> {
    let newest = store::log::newest(&platform.register).await?;
    Ok(newest.ok_or(Error::NotFound)?.1)
}

/// The hashes of a tile as far as asked, or of its entries where the level is `entries`.
pub async fn tile(platform: &Platform, level: &str, path: &str) -> Result<Vec<u8>, Error> {
    let (number, width) = tlog::read_path(path).ok_or(Error::NotFound)?;
    let bytes = match level {
        "entries" => bundle(platform, number, width).await?,
        level => {
            let level = level.parse().ok().filter(|level| *level < 8).ok_or(Error::NotFound)?;
            let whole = store::log::tile(&platform.register, level, number).await?;
            let wanted = usize::try_from(width).unwrap_or_default() * 32;
            whole.get(..wanted).unwrap_or_default().to_vec()
        }
    };
    if bytes.is_empty() { Err(Error::NotFound) } else { Ok(bytes) }
}

/// Entries of a tile, each behind its length in two bytes.
async fn bundle(platform: &Platform, number: u64, width: u64) -> Result<Vec<u8>, Error> {
    let size = store::log::size(&platform.register).await?;
    let first = number.saturating_mul(TILE_WIDTH);
    if size < first.saturating_add(width) {
        return Err(Error::NotFound);
    }
    let entries = store::log::entries(&platform.register, first, width).await?;
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend(u16::try_from(entry.len()).unwrap_or_default().to_be_bytes());
        bytes.extend(entry);
    }
    Ok(bytes)
}

/// An event as auditors read it.
#[derive(Clone, Debug)]
pub struct EventView {
    pub seq: i64,
    pub at: String,
    pub label: String,
    pub actor: String,
    pub object: String,
    pub detail: String,
    pub commitment: String,
    pub erased: bool,
}

/// What auditors look for; what is empty asks for nothing.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub event: String,
    pub actor: String,
    pub object: String,
    pub from: Option<Date>,
    /// Included.
    pub until: Option<Date>,
    pub before: Option<i64>,
}

/// Events for an auditor, newest first.
pub async fn find(
    platform: &Platform,
    access: &Access,
    wanted: &Wanted,
    limit: i64,
    lang: Lang,
) -> Result<Vec<EventView>, Error> {
    gate::admit(platform, access, Action::ReadAudit, true)?;
    let found = store::audit::find(&platform.register, &filter(platform, wanted)?, limit).await?;
    Ok(found.into_iter().map(|event| view(platform, event, lang)).collect())
}

/// Rows of an export, at most: what a workbook still opens with ease.
pub const EXPORT_MAX: i64 = 50_000;

/// Events for an auditor as a file; that it went out is an event itself.
pub async fn export(
    platform: &Platform,
    access: &Access,
    wanted: &Wanted,
    workbook: bool,
) -> Result<Vec<u8>, Error> {
    let events = find(platform, access, wanted, EXPORT_MAX, Lang::Zh).await?;
    let rows: Vec<Vec<String>> = events
        .into_iter()
        .map(|event| {
            let EventView { seq, at, label, actor, object, detail, commitment, .. } = event;
            vec![seq.to_string(), at, label, actor, object, detail, commitment]
        })
        .collect();
    let range = format!("{} 条", rows.len());
    let mut write = platform.register.write().await?;
    let (now, actor) = (platform.now(), access.actor.to_string());
    let detail = format!("event={} actor={} object={}", wanted.event, wanted.actor, wanted.object);
    store::audit::append(&mut write, now, &actor, Event::AuditExported, &range, &detail).await?;
    write.commit().await?;
    let headings = ["序号", "时间", "事件", "操作者", "对象", "说明", "承诺值"];
    Ok(match workbook {
        true => render::table::xlsx("审计", &headings, &rows)?,
        false => render::table::csv(&headings, &rows)?,
    })
}

/// Writes the whole log to a folder, in the form `xinheng-verify` reads: head, key, tiles, entries, and
/// every event with its salt. Answers how many events there are.
pub async fn write_out(platform: &Platform, access: &Access, folder: &Path) -> Result<u64, Error> {
    gate::admit(platform, access, Action::ReadAudit, true)?;
    while extend(platform).await? {}
    let Some((size, note)) = store::log::newest(&platform.register).await? else {
        return Err(Error::Refused(Text::new("还没有审计记录", "there is no audit event yet")));
    };
    let key = platform.log_key.as_ref().ok_or(Error::NotFound)?;
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("checkpoint"), note)?;
    std::fs::write(folder.join("key"), format!("{}\n", key.verifier()))?;
    for (level, number, width) in tlog::tiles(size) {
        let name = level.to_string();
        let path = tlog::path(&name, number, width);
        let rest = path.split_once('/').map_or("", |(_, rest)| rest);
        put(folder, &path, &tile(platform, &name, rest).await?)?;
        if level == 0 {
            put(
                folder,
                &tlog::path("entries", number, width),
                &bundle(platform, number, width).await?,
            )?;
        }
    }
    events(platform, folder, size).await?;
    let mut write = platform.register.write().await?;
    let (now, actor, range) = (platform.now(), access.actor.to_string(), format!("1-{size}"));
    store::audit::append(&mut write, now, &actor, Event::AuditExported, &range, "").await?;
    write.commit().await?;
    Ok(size)
}

/// Takes away what an event says, for a reason that stays; its leaf stays too, so that the log is
/// verified as before. Only whoever has the machine may: no auditor alters what is audited.
pub async fn erase(
    platform: &Platform,
    access: &Access,
    seq: i64,
    reason: &str,
) -> Result<(), Error> {
    gate::admit(platform, access, Action::ReadAudit, true)?;
    if !matches!(access.actor, Actor::Operator(_)) {
        return Err(Error::Forbidden(Action::ReadAudit));
    }
    if reason.trim().is_empty() {
        return Err(question("reason", "请写明理由", "say why it is erased"));
    }
    impersonal("reason", reason)?;
    let mut write = platform.register.write().await?;
    let (now, actor) = (platform.now(), access.actor.to_string());
    if !store::audit::erase(&mut write, now, &actor, seq, reason.trim()).await? {
        let zh = "没有这个事件，或已经删除，或它本身说明一次删除，或还不在日志里（xinheng audit checkpoint）";
        let en = "there is no such event, or it was erased, or tells of an erasure itself, or is in \
            no log yet (xinheng audit checkpoint)";
        return Err(question("seq", zh, en));
    }
    write.commit().await?;
    Ok(())
}

async fn events(platform: &Platform, folder: &Path, size: u64) -> Result<(), Error> {
    use std::io::Write as _;
    let mut file = std::io::BufWriter::new(std::fs::File::create(folder.join("events.jsonl"))?);
    let mut next = 1;
    loop {
        let events = store::audit::from(&platform.register, next, AT_ONCE).await?;
        let within = |event: &&Written| u64::try_from(event.seq).is_ok_and(|seq| seq <= size);
        let Some(last) = events.iter().rfind(within) else { break };
        next = last.seq + 1;
        for event in events.iter().filter(within) {
            let canonical = if event.is_erased() { String::new() } else { event.canonical() };
            let line = json!({ "seq": event.seq, "event": canonical, "salt": event.salt });
            writeln!(file, "{line}")?;
        }
    }
    file.flush()?;
    Ok(())
}

fn put(folder: &Path, path: &str, bytes: &[u8]) -> Result<(), Error> {
    let file = folder.join("tile").join(path);
    if let Some(parent) = file.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(file, bytes)?;
    Ok(())
}

fn filter(platform: &Platform, wanted: &Wanted) -> Result<Filter, Error> {
    let start = |day: Option<Date>| -> Result<String, Error> {
        let start = day.map(|day| platform.start_of(day)).transpose()?;
        Ok(start.map(store::stamp::instant).unwrap_or_default())
    };
    let after = wanted.until.map(|day| day.tomorrow().unwrap_or(day));
    Ok(Filter {
        event: wanted.event.clone(),
        actor: wanted.actor.trim().to_owned(),
        object: wanted.object.trim().to_owned(),
        from: start(wanted.from)?,
        until: start(after)?,
        before: wanted.before,
    })
}

fn view(platform: &Platform, event: Written, lang: Lang) -> EventView {
    let known = Event::from_code(&event.event).map(Event::label);
    let at = store::stamp::read_instant(&event.at).map(|at| platform.second(at));
    EventView {
        erased: event.is_erased(),
        seq: event.seq,
        at: at.unwrap_or_default(),
        label: known.map_or(event.event.clone(), |label| label.get(lang).to_owned()),
        actor: event.actor,
        object: event.object,
        detail: event.detail,
        commitment: event.commitment,
    }
}

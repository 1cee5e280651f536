//! The log: every leaf recomputed up to the signed root, every event against its leaf.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    Finding, from_hex,
    note::{Head, Verifier},
};

type Hash = [u8; 32];

/// An event with its salt.
type Salted = (String, Vec<u8>);

/// Hashes in a full tile.
const WIDTH: u64 = 256;

/// The file that holds the public key.
const KEY: &str = "key";

/// The files of an exported log, by their paths below its folder.
#[derive(Clone, Debug, Default)]
pub struct Files(pub HashMap<String, Vec<u8>>);

impl Files {
    /// Reads a folder; a file that cannot be read is missing.
    #[must_use]
    pub fn read(folder: &Path) -> Files {
        let mut files = HashMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let (Ok(name), Ok(bytes)) = (path.strip_prefix(folder), fs::read(&path)) {
                    files.insert(name.to_string_lossy().replace('\\', "/"), bytes);
                }
            }
        }
        Files(files)
    }

    /// The same under a key known from elsewhere, whatever key lies in the folder.
    #[must_use]
    pub fn under(mut self, key: &str) -> Files {
        self.0.insert(KEY.to_owned(), format!("{}\n", key.trim()).into_bytes());
        self
    }

    /// The key that must have signed the head.
    pub fn key(&self) -> Result<Verifier, Finding> {
        Verifier::parse(self.text(KEY)?)
            .ok_or_else(|| Finding::new(KEY, "不是日志公钥", "is no key of a log"))
    }

    fn text(&self, name: &str) -> Result<&str, Finding> {
        let bytes = self.0.get(name);
        bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or_else(|| {
            Finding::new(name, "文件不在，或不是文本", "the file is missing or no text")
        })
    }

    /// The signed head.
    fn head(&self) -> Result<Head, Finding> {
        self.key()?.head(self.text("checkpoint")?)
    }
}

/// What a verified log says.
#[derive(Clone, Debug)]
pub struct Log {
    pub head: Head,
    leaves: Vec<Hash>,
    /// Each event as it was written; none where it was erased.
    pub events: Vec<Option<String>>,
}

/// Verifies a whole log: signature, every tile, every entry, every event.
pub fn verify(files: &Files) -> Result<Log, Vec<Finding>> {
    let head = files.head().map_err(|why| vec![why])?;
    let mut findings = Vec::new();
    let leaves = leaves(files, head.size, &mut findings);
    tiles(files, head.size, &leaves, &mut findings);
    if findings.is_empty() && root(&leaves) != head.root {
        findings.push(Finding::new(
            "checkpoint",
            "根哈希与叶不符",
            "the root is not that of the leaves",
        ));
    }
    let events = events(files, &leaves, &mut findings);
    erasures(&events, &mut findings);
    strays(files, head.size, &mut findings);
    if findings.is_empty() { Ok(Log { head, leaves, events }) } else { Err(findings) }
}

/// Whether a log has grown from an older signed head of the same key.
pub fn consistency(older: &str, files: &Files) -> Result<(Head, Log), Vec<Finding>> {
    let log = verify(files)?;
    let old = files.key().and_then(|key| key.head(older)).map_err(|why| vec![why])?;
    let size = usize::try_from(old.size).unwrap_or(usize::MAX);
    match log.leaves.get(..size) {
        Some(leaves) if root(leaves) == old.root => Ok((old, log)),
        Some(_) => Err(vec![Finding::new(
            "checkpoint",
            "旧日志头不是这个日志的前一段：历史被改写过",
            "the older head is no beginning of this log: its history was rewritten",
        )]),
        None => Err(vec![Finding::new(
            "checkpoint",
            "日志比旧日志头还短：有事件被去掉",
            "the log is shorter than its older head: events were taken away",
        )]),
    }
}

/// Whether one event stands in the tree, from the tiles on its way to the root alone; an erased one
/// only where another that stands there tells of it.
pub fn inclusion(files: &Files, seq: u64) -> Result<Option<String>, Vec<Finding>> {
    let head = files.head().map_err(|why| vec![why])?;
    let event = included(files, &head, seq)?;
    if event.is_none() && !is_told(files, &head, seq) {
        return Err(vec![untold(seq)]);
    }
    Ok(event)
}

/// Whether an event that stands in the tree tells that this one was erased.
fn is_told(files: &Files, head: &Head, seq: u64) -> bool {
    let lines = files.text("events.jsonl").unwrap_or_default().split('\n');
    let told = lines.filter_map(|line| erasure(&read_event(line)?.1?.0));
    let mut by = told.filter(|(_, erased)| *erased == seq).map(|(by, _)| by);
    by.any(|by| {
        let event = included(files, head, by).ok().flatten();
        seq < by && event.and_then(|event| erasure(&event)) == Some((by, seq))
    })
}

fn included(files: &Files, head: &Head, seq: u64) -> Result<Option<String>, Vec<Finding>> {
    let missing = |place: String| vec![Finding::new(place, "文件不在或不全", "missing or cut")];
    if seq == 0 || head.size < seq {
        let place = format!("{seq}");
        return Err(vec![Finding::new(place, "日志里没有这个序号", "the log has no such number")]);
    }
    let event = one_event(files, seq)?;
    let mut hash = |level: u32, place: u64| -> Option<Hash> {
        let count = head.size >> (8 * level);
        let (number, index) = (place / WIDTH, usize::try_from(place % WIDTH).ok()?);
        let width = WIDTH.min(count - number * WIDTH);
        let tile = files.0.get(&format!("tile/{}", path(&level.to_string(), number, width)))?;
        tile.get(index * 32..index * 32 + 32)?.try_into().ok()
    };
    let leaf = hash(0, seq - 1).ok_or_else(|| missing(format!("tile 0, {seq}")))?;
    if let Some((event, salt)) = &event
        && leaf_of(&commitment(salt, event.as_bytes())) != leaf
    {
        let place = format!("events.jsonl {seq}");
        return Err(vec![Finding::new(
            place,
            "事件与它的叶不符",
            "the event is not that of its leaf",
        )]);
    }
    let top = climb(seq - 1, 0, head.size, leaf, &mut hash);
    match top {
        Some(top) if top == head.root => Ok(event.map(|(event, _)| event)),
        Some(_) => Err(vec![Finding::new(
            format!("{seq}"),
            "到根的路径不符",
            "the way to the root leads elsewhere",
        )]),
        None => Err(missing("tile".to_owned())),
    }
}

/// The hash over `count` leaves from `from` on, in which the leaf at `index` is taken as given.
fn climb(
    index: u64,
    from: u64,
    count: u64,
    leaf: Hash,
    hash: &mut impl FnMut(u32, u64) -> Option<Hash>,
) -> Option<Hash> {
    if count == 1 {
        return if from == index { Some(leaf) } else { hash(0, from) };
    }
    let within = (from..from + count).contains(&index);
    // A whole subtree of a tile stands in the level above.
    if !within && count.is_power_of_two() && count.trailing_zeros().is_multiple_of(8) {
        let level = count.trailing_zeros() / 8;
        return hash(level, from >> (8 * level));
    }
    let left = 1 << (u64::BITS - 1 - (count - 1).leading_zeros());
    let below = climb(index, from, left, leaf, hash)?;
    Some(node(&below, &climb(index, from + left, count - left, leaf, hash)?))
}

/// The leaves, from the entries.
fn leaves(files: &Files, size: u64, findings: &mut Vec<Finding>) -> Vec<Hash> {
    let mut leaves = Vec::new();
    for (number, width) in row(size) {
        let place = format!("tile/{}", path("entries", number, width));
        let wrong = |zh: &str, en: &str| Finding::new(&place, zh, en);
        let Some(mut rest) = files.0.get(&place).map(Vec::as_slice) else {
            findings.push(wrong("文件不在", "the file is missing"));
            return leaves;
        };
        for _ in 0..width {
            // An entry is a commitment: two bytes of length, and 32 of hash.
            let Some((entry, after)) =
                rest.split_at_checked(34).filter(|(entry, _)| entry[..2] == [0, 32])
            else {
                findings.push(wrong("条目不全或长度不对", "an entry is cut or of a wrong length"));
                return leaves;
            };
            leaves.push(leaf_of(&entry[2..]));
            rest = after;
        }
        if !rest.is_empty() {
            findings.push(wrong("多出内容", "there is more than the entries"));
        }
    }
    leaves
}

/// Every tile against what its leaves give.
fn tiles(files: &Files, size: u64, leaves: &[Hash], findings: &mut Vec<Finding>) {
    let (mut level, mut hashes, mut count) = (0, leaves.to_vec(), size);
    while 0 < count {
        for (number, width) in row(count) {
            let place = format!("tile/{}", path(&level.to_string(), number, width));
            let first = usize::try_from(number * WIDTH).unwrap_or(usize::MAX);
            let last = first.saturating_add(usize::try_from(width).unwrap_or_default());
            let made = hashes.get(first..last).map(<[Hash]>::concat);
            if made.is_none() || files.0.get(&place) != made.as_ref() {
                findings.push(Finding::new(
                    place,
                    "瓦片与叶不符",
                    "the tile is not that of its leaves",
                ));
            }
        }
        let whole = usize::try_from(WIDTH).unwrap_or_default();
        hashes = hashes.chunks_exact(whole).map(root).collect();
        count /= WIDTH;
        level += 1;
    }
}

/// Files that are no part of a log of this size.
fn strays(files: &Files, size: u64, findings: &mut Vec<Finding>) {
    let mut known = HashSet::from(["checkpoint", KEY, "events.jsonl"].map(str::to_owned));
    let (mut level, mut count) = (0, size);
    while 0 < count {
        for (number, width) in row(count) {
            known.insert(format!("tile/{}", path(&level.to_string(), number, width)));
            if level == 0 {
                known.insert(format!("tile/{}", path("entries", number, width)));
            }
        }
        count /= WIDTH;
        level += 1;
    }
    let stray = files.0.keys().filter(|name| !known.contains(*name));
    findings
        .extend(stray.map(|name| Finding::new(name, "不属于这个日志", "is no part of this log")));
}

/// Every event against its leaf; numbers run from 1 without a gap.
fn events(files: &Files, leaves: &[Hash], findings: &mut Vec<Finding>) -> Vec<Option<String>> {
    let text = match files.text("events.jsonl") {
        Ok(text) => text,
        Err(why) => {
            findings.push(why);
            return Vec::new();
        }
    };
    let mut events = Vec::new();
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    for (line, number) in lines.zip(1u64..) {
        let place = format!("events.jsonl {number}");
        let Some((seq, event)) = read_event(line) else {
            findings.push(Finding::new(place, "这一行读不懂", "the line cannot be read"));
            continue;
        };
        let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
        let fits = event.as_ref().is_none_or(|(event, salt)| {
            leaves.get(index) == Some(&leaf_of(&commitment(salt, event.as_bytes())))
        });
        if seq != number || !fits || !names_itself(event.as_ref(), number) {
            findings.push(Finding::new(
                place,
                "事件与它的叶不符",
                "the event is not that of its leaf",
            ));
        }
        events.push(event.map(|(event, _)| event));
    }
    if events.len() != leaves.len() || !text.ends_with('\n') && !text.is_empty() {
        findings.push(Finding::new(
            "events.jsonl",
            format!("应有 {} 个事件，现有 {} 个", leaves.len(), events.len()),
            format!("{} events were to come, {} are here", leaves.len(), events.len()),
        ));
    }
    events
}

/// An event may be empty only where a later one tells that it was erased.
fn erasures(events: &[Option<String>], findings: &mut Vec<Finding>) {
    let told: HashMap<u64, u64> = events
        .iter()
        .flatten()
        .filter_map(|event| erasure(event))
        .map(|(by, of)| (of, by))
        .collect();
    for (event, number) in events.iter().zip(1u64..) {
        if event.is_none() && told.get(&number).is_none_or(|by| *by <= number) {
            findings.push(untold(number));
        }
    }
}

/// The number of an event that tells of an erasure, and the number of the erased one.
fn erasure(event: &str) -> Option<(u64, u64)> {
    let value: Value = serde_json::from_str(event).ok()?;
    let erased = value[4].as_str().filter(|_| value[3] == "audit_erased")?;
    Some((value[0].as_u64()?, erased.parse().ok()?))
}

fn untold(number: u64) -> Finding {
    Finding::new(
        format!("events.jsonl {number}"),
        "内容是空的，日志里却没有删除它的事件",
        "the event is empty, and no event tells that it was erased",
    )
}

/// Whether an event says of itself that it is the one of this number.
fn names_itself(event: Option<&Salted>, number: u64) -> bool {
    let Some((event, _)) = event else { return true };
    let value: Option<Value> = serde_json::from_str(event).ok();
    value.is_some_and(|value| value[0].as_u64() == Some(number))
}

/// One line: number, and event with salt, or none where it was erased. In one form only.
fn read_event(line: &str) -> Option<(u64, Option<Salted>)> {
    let value: Value = serde_json::from_str(line).ok()?;
    // The line must be the very one that was written: nothing beside, and no other spelling.
    let written = value.to_string();
    if written != line || value.as_object()?.len() != 3 {
        return None;
    }
    let seq = value["seq"].as_u64()?;
    let (event, salt) = (value["event"].as_str()?, value["salt"].as_str()?);
    match (event.is_empty(), salt.is_empty()) {
        (true, true) => Some((seq, None)),
        (false, false) => {
            let salt = from_hex(salt).filter(|salt| salt.len() == 32)?;
            Some((seq, Some((event.to_owned(), salt))))
        }
        _ => None,
    }
}

fn one_event(files: &Files, seq: u64) -> Result<Option<Salted>, Vec<Finding>> {
    let text = files.text("events.jsonl").map_err(|why| vec![why])?;
    let index = usize::try_from(seq - 1).unwrap_or(usize::MAX);
    let line = text.split('\n').nth(index).unwrap_or_default();
    match read_event(line) {
        Some((number, event)) if number == seq => Ok(event),
        _ => {
            let place = format!("events.jsonl {seq}");
            Err(vec![Finding::new(place, "没有这个事件", "there is no such event")])
        }
    }
}

/// The tiles of a row of hashes, each by number and width.
fn row(count: u64) -> impl Iterator<Item = (u64, u64)> {
    let rest = count % WIDTH;
    let whole = (0..count / WIDTH).map(|number| (number, WIDTH));
    whole.chain((0 < rest).then_some((count / WIDTH, rest)))
}

fn path(level: &str, number: u64, width: u64) -> String {
    let mut parts = vec![format!("{:03}", number % 1000)];
    let mut rest = number / 1000;
    while 0 < rest {
        parts.insert(0, format!("x{:03}", rest % 1000));
        rest /= 1000;
    }
    let partial = if width < WIDTH { format!(".p/{width}") } else { String::new() };
    format!("{level}/{}{partial}", parts.join("/"))
}

/// The root of RFC 6962.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        many => {
            let left = 1 << (usize::BITS - 1 - (many.len() - 1).leading_zeros());
            node(&root(&many[..left]), &root(&many[left..]))
        }
    }
}

fn leaf_of(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

fn commitment(salt: &[u8], event: &[u8]) -> Hash {
    Sha256::new().chain_update(salt).chain_update(event).finalize().into()
}

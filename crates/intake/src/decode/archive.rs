//! Looking into a workbook's archive before anything is unpacked into memory.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use memchr::{memchr, memmem, memrchr};
use zip::{ZipArchive, result::ZipError};

use crate::decode::{ROW_MAX, Unreadable, kind::Unsupported};

/// Bytes a workbook may unpack to.
const EXPANDED_MAX: u64 = 2 << 30;

/// How many times its size a workbook may grow by unpacking, once it is large at all.
const RATIO_MAX: u64 = 200;
const RATIO_FROM: u64 = 200 << 20;

/// Parts an archive may have.
const ENTRIES_MAX: usize = 10_000;

/// Bytes of the table of strings, which is held in memory.
const STRINGS_MAX: u64 = 512 << 20;

/// Strings the table may announce or hold; each takes memory however short it is.
const STRING_COUNT_MAX: u64 = 20_000_000;

const UNIQUE_COUNT: &[u8] = b"uniqueCount";

/// Bytes unpacked at once.
const BLOCK: usize = 64 << 10;

/// Makes sure that the file is a workbook and unpacks to no more than it says.
pub fn inspect(path: &Path) -> Result<(), Unreadable> {
    let mut archive = ZipArchive::new(BufReader::new(File::open(path)?)).map_err(broken)?;
    let packed = std::fs::metadata(path)?.len();
    let mut expanded = 0u64;
    for index in 0..archive.len().min(ENTRIES_MAX) {
        expanded = expanded.saturating_add(archive.by_index_raw(index).map_err(broken)?.size());
    }
    if expanded > EXPANDED_MAX || is_bomb(packed, expanded) || archive.len() > ENTRIES_MAX {
        return Err(Unreadable::BombSuspected { packed, expanded });
    }
    if let Some(other) = not_a_workbook(&archive) {
        return Err(Unreadable::NotSupported(other));
    }
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(broken)?;
        let declared = entry.size();
        let strings = entry.name().to_ascii_lowercase().ends_with("sharedstrings.xml");
        // Whatever its name: a relationship may call any entry a sheet.
        if (strings && declared > STRINGS_MAX) || !is_honest(&mut entry, declared)? {
            return Err(Unreadable::BombSuspected { packed, expanded: expanded.max(declared) });
        }
    }
    Ok(())
}

/// Whether a file grows beyond all measure by unpacking.
#[must_use]
pub fn is_bomb(packed: u64, expanded: u64) -> bool {
    expanded / packed.max(1) > RATIO_MAX && expanded > RATIO_FROM
}

/// What the archive is, if no workbook.
fn not_a_workbook<R: Read + std::io::Seek>(archive: &ZipArchive<R>) -> Option<Unsupported> {
    let has = |end: &str| archive.file_names().any(|name| name.to_ascii_lowercase().ends_with(end));
    if has("workbook.xml") {
        return None;
    }
    let others = [
        ("xl/workbook.bin", Unsupported::BinaryWorkbook),
        ("word/document.xml", Unsupported::Word),
        ("ppt/presentation.xml", Unsupported::Slides),
        ("meta-inf/manifest.xml", Unsupported::OpenDocument),
    ];
    let found = others.into_iter().find(|(end, _)| has(end));
    Some(found.map_or(Unsupported::Archive, |(_, what)| what))
}

/// Unpacks an entry to nowhere: it must not exceed what it declares, hold text far longer than
/// any cell, or announce or hold more strings than any table.
fn is_honest(entry: &mut impl Read, declared: u64) -> Result<bool, Unreadable> {
    let mut block = vec![0; BLOCK];
    let (mut total, mut run, mut held, mut strings) = (0u64, 0usize, 0usize, 0u64);
    loop {
        let read = entry.read(&mut block[held..])?;
        if read == 0 {
            return Ok(true);
        }
        let fresh = &block[held..held + read];
        total += read as u64;
        let longest = run + memchr(b'<', fresh).unwrap_or(read);
        run = memrchr(b'<', fresh).map_or(longest, |at| read - at);
        let all = held + read;
        strings += held_strings(&block[..all], held);
        let most = announced(&block[..all]).max(strings);
        if total > declared || longest > ROW_MAX || most > STRING_COUNT_MAX {
            return Ok(false);
        }
        // Keeps the end of the block, lest an announcement lies across it.
        held = all.min(64);
        block.copy_within(all - held..all, 0);
    }
}

/// The greatest number of strings announced in some bytes: the reader sets memory aside for it.
fn announced(bytes: &[u8]) -> u64 {
    let number = |at: usize| {
        let rest = bytes[at + UNIQUE_COUNT.len()..].iter();
        let digits = rest.skip_while(|byte| b"=\"' \t\r\n".contains(byte));
        digits
            .take_while(|byte| byte.is_ascii_digit())
            .fold(0u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
    };
    memmem::find_iter(bytes, UNIQUE_COUNT).map(number).max().unwrap_or(0)
}

/// Entries of a table of strings (`<si>`, `<x:si/>`), those counted already left out: they end
/// within the first `seen` bytes.
fn held_strings(bytes: &[u8], seen: usize) -> u64 {
    let is_entry = |at: &usize| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(at + 2);
        let begins = matches!(before, Some(b'<' | b':'));
        begins && matches!(after, Some(b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n')) && seen < at + 3
    };
    memmem::find_iter(bytes, b"si").filter(is_entry).count() as u64
}

fn broken(error: ZipError) -> Unreadable {
    match error {
        ZipError::Io(error) => Unreadable::Io(error),
        other => Unreadable::Broken(other.to_string()),
    }
}

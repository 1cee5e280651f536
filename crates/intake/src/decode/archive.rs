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

/// Bytes of the shortest entry in the table of strings.
const STRING_MIN: u64 = 5;

/// Strings the table may announce whatever its size.
const STRINGS_FREE: u64 = 20_000_000;

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
    let ratio = expanded / packed.max(1);
    if expanded > EXPANDED_MAX
        || (ratio > RATIO_MAX && expanded > RATIO_FROM)
        || archive.len() > ENTRIES_MAX
    {
        return Err(Unreadable::BombSuspected { packed, expanded });
    }
    if let Some(other) = not_a_workbook(&archive) {
        return Err(Unreadable::NotSupported(other));
    }
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(broken)?;
        let name = entry.name().to_ascii_lowercase();
        let declared = entry.size();
        if [".xml", ".rels"].iter().any(|end| name.ends_with(end))
            && !is_honest(&mut entry, declared, name.ends_with("sharedstrings.xml"))?
        {
            return Err(Unreadable::BombSuspected { packed, expanded: expanded.max(declared) });
        }
    }
    Ok(())
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
/// any cell, or announce more strings than it has room for.
fn is_honest(entry: &mut impl Read, declared: u64, strings: bool) -> Result<bool, Unreadable> {
    if strings && declared > STRINGS_MAX {
        return Ok(false);
    }
    let mut block = vec![0; BLOCK];
    let (mut total, mut run, mut held) = (0u64, 0usize, 0usize);
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
        let room = STRINGS_FREE.max(declared / STRING_MIN);
        if total > declared || longest > ROW_MAX || strings && announced(&block[..all]) > room {
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

fn broken(error: ZipError) -> Unreadable {
    match error {
        ZipError::Io(error) => Unreadable::Io(error),
        other => Unreadable::Broken(other.to_string()),
    }
}

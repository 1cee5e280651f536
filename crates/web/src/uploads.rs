//! Uploads that go on where they broke off (断点续传): a large file comes in parts, each behind the one
//! before, and is handed in once it is whole.
//!
//! Parts lie beside the deliveries, one file for what has come and one that says whose it is. Both
//! outlive the server; what nobody goes on with is cleared away.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use axum::body::Body;
use domain::text::Text;
use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use registry::api_use;
use serde::{Deserialize, Serialize};

use crate::{
    api::spool::{self, DELIVERY_MAX, Spooled},
    error::Error,
};

/// How long an upload waits to be gone on with.
const KEPT: SignedDuration = SignedDuration::from_hours(48);
/// Uploads one person may have open.
const OPEN_MAX: usize = 4;
/// Uploads open in all: each may fill the disk by a delivery.
const ALL_MAX: usize = 64;
/// Bytes of one part, at most.
const PART_MAX: u64 = 16 << 20;

/// An upload as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct Upload {
    pub upload: String,
    /// Bytes that have come.
    pub offset: u64,
    pub bytes: u64,
}

/// Whose an upload is, and what it is to become.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    owner: String,
    file_name: String,
    bytes: u64,
}

/// Begins an upload of so many bytes.
pub fn begin(
    folder: &Path,
    owner: &str,
    (file_name, bytes): (&str, u64),
    now: Timestamp,
) -> Result<Upload, Error> {
    if bytes == 0 || DELIVERY_MAX < bytes {
        return Err(Error::TooLarge);
    }
    clear(folder, now).map_err(|_| Error::Internal)?;
    if ALL_MAX <= all(folder).map_err(|_| Error::Internal)?.len() {
        return Err(Error::Busy);
    }
    if OPEN_MAX <= open_of(folder, owner).map_err(|_| Error::Internal)? {
        return Err(Error::BadRequest(Text::new(
            "同时最多四个未传完的文件，请先传完或等两天后自动清除。",
            "Four files at most may be on their way; finish one first.",
        )));
    }
    let upload = api_use::random_word().map_err(|_| Error::Internal)?;
    let file_name = spool::safe_name(file_name, "dat");
    let about = About { owner: owner.to_owned(), file_name, bytes };
    // Whose it is first: a part of nobody's would lie there for ever.
    let kept = || -> io::Result<()> {
        let about = serde_json::to_string(&about)?;
        own_file(&about_file(folder, &upload))?.write_all(about.as_bytes())?;
        own_file(&part(folder, &upload)).map(drop)
    };
    kept().map_err(|_| Error::Internal)?;
    Ok(Upload { upload, offset: 0, bytes })
}

/// How far an upload of somebody's has come.
pub fn find(folder: &Path, owner: &str, upload: &str) -> Result<Upload, Error> {
    let about = about(folder, owner, upload)?;
    let offset = fs::metadata(part(folder, upload)).map_err(|_| Error::NotFound)?.len();
    Ok(Upload { upload: upload.to_owned(), offset, bytes: about.bytes })
}

/// Adds a part behind what has come, and whether anything was added; a part for another place changes
/// nothing and is told where to go on.
pub async fn append(
    folder: &Path,
    owner: &str,
    upload: &str,
    offset: u64,
    body: Body,
) -> Result<(Upload, bool), Error> {
    about(folder, owner, upload)?;
    let file = OpenOptions::new().append(true).open(part(folder, upload));
    let mut file = file.map_err(|_| Error::NotFound)?;
    // Two that send at once would mix their bytes; how much came is read once nobody else adds to it.
    let alone = file.try_lock().is_ok();
    let stands = find(folder, owner, upload)?;
    if !alone || stands.offset != offset {
        return Ok((stands, false));
    }
    let mut came = offset;
    let mut stream = spool::heard(body, spool::WHOLE).into_data_stream();
    while let Some(chunk) = stream.next().await {
        // Broken off: what came stays, and the sender asks how much that is.
        let Ok(chunk) = chunk else { break };
        came += chunk.len() as u64;
        if stands.bytes < came || PART_MAX < came - offset {
            return Err(Error::TooLarge);
        }
        file.write_all(&chunk).map_err(|_| Error::Internal)?;
    }
    file.sync_data().map_err(|_| Error::Internal)?;
    Ok((find(folder, owner, upload)?, offset < came))
}

/// The whole file, as a delivery.
pub fn take(folder: &Path, owner: &str, upload: &str) -> Result<Spooled, Error> {
    let (about, stands) = (about(folder, owner, upload)?, find(folder, owner, upload)?);
    if stands.offset != stands.bytes {
        return Err(Error::BadRequest(Text::new(
            format!("文件还没有传完：{} / {} 字节。", stands.offset, stands.bytes),
            format!("The file is not whole yet: {} of {} bytes.", stands.offset, stands.bytes),
        )));
    }
    let taken = || -> io::Result<Spooled> {
        let path = spool::place(folder, &about.file_name)?;
        fs::rename(part(folder, upload), &path)?;
        fs::remove_file(about_file(folder, upload))?;
        Ok(Spooled { path, file_name: about.file_name.clone() })
    };
    taken().map_err(|_| Error::Internal)
}

fn about(folder: &Path, owner: &str, upload: &str) -> Result<About, Error> {
    if !upload.chars().all(|one| one.is_ascii_hexdigit()) || upload.is_empty() {
        return Err(Error::NotFound);
    }
    let text = fs::read_to_string(about_file(folder, upload)).map_err(|_| Error::NotFound)?;
    let about: About = serde_json::from_str(&text).map_err(|_| Error::NotFound)?;
    Some(about).filter(|about| about.owner == owner).ok_or(Error::NotFound)
}

/// A new file that nobody else on the machine may read.
fn own_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn part(folder: &Path, upload: &str) -> PathBuf {
    folder.join(format!("upload-{upload}.part"))
}

fn about_file(folder: &Path, upload: &str) -> PathBuf {
    folder.join(format!("upload-{upload}.json"))
}

/// The uploads there are, by the file that says whose each is.
fn all(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("upload-") && name.ends_with(".json") {
            found.push(path);
        }
    }
    Ok(found)
}

fn open_of(folder: &Path, owner: &str) -> io::Result<usize> {
    let owned = |path: &PathBuf| {
        let about = fs::read_to_string(path).ok().and_then(|text| serde_json::from_str(&text).ok());
        about.is_some_and(|about: About| about.owner == owner)
    };
    Ok(all(folder)?.iter().filter(|path| owned(path)).count())
}

/// Clears away what nobody went on with.
fn clear(folder: &Path, now: Timestamp) -> io::Result<()> {
    for path in all(folder)? {
        let part = path.with_extension("part");
        let written = File::open(&part).and_then(|file| file.metadata()?.modified());
        let written = written.ok().and_then(|at| Timestamp::try_from(at).ok());
        if written.is_none_or(|at| KEPT < now.duration_since(at)) {
            let _ = fs::remove_file(part);
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

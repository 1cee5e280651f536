//! The folders of channels: what has come whole, and where it lies until its fate is known.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use domain::channel::is_partial;
use jiff::Timestamp;
use store::channel::{Channel, Run};

use crate::{error::Error, platform::Platform};

/// Where files lie that were taken out of their folders.
pub const ASIDE: &str = ".taken";

/// The folder of a channel, as the department is told it.
pub fn relative(channel: &Channel) -> String {
    format!("{}/{}", channel.department, channel.item)
}

/// Makes the folder of a department's item.
pub fn make(platform: &Platform, department: &str, item: &str) -> io::Result<()> {
    fs::create_dir_all(platform.inbox.join(department).join(item))
}

/// Files of a channel that have come whole: plain files that nobody has written to for some seconds,
/// the oldest first.
pub fn whole(
    platform: &Platform,
    channel: &Channel,
    now: Timestamp,
    rest: i64,
) -> io::Result<Vec<String>> {
    let folder = platform.inbox.join(relative(channel));
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(&folder)?;
            return Ok(Vec::new());
        }
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if is_partial(&name) {
            continue;
        }
        if let Some(written) = at_rest(&entry.path(), now, rest)? {
            found.push((written, name));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, name)| name).collect())
}

/// Where a file lies while it is read, and as long as it waits.
pub fn aside(platform: &Platform, run: &Run) -> PathBuf {
    // By its number: a long name must not become too long. The ending says what kind of file it is.
    let kind = Path::new(&run.file_name).extension().and_then(|kind| kind.to_str());
    platform.inbox.join(ASIDE).join(format!("{}.{}", run.id, kind.unwrap_or("file")))
}

/// What became of a file that is to be moved aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    Aside,
    /// Somebody writes to it again; it is left for the next look.
    Written,
    /// It lies nowhere any more.
    Gone,
}

/// Moves a file aside, where that was not done.
pub fn take(
    platform: &Platform,
    channel: &Channel,
    run: &Run,
    now: Timestamp,
    rest: i64,
) -> io::Result<Moved> {
    let to = aside(platform, run);
    if is_there(&to)? {
        return Ok(Moved::Aside);
    }
    fs::create_dir_all(platform.inbox.join(ASIDE))?;
    let from = platform.inbox.join(relative(channel)).join(&run.file_name);
    if !is_there(&from)? {
        return Ok(Moved::Gone);
    }
    if at_rest(&from, now, rest)?.is_none() {
        return Ok(Moved::Written);
    }
    fs::rename(&from, &to)?;
    // What was put in its place meanwhile may be a link, and is not followed.
    Ok(if is_there(&to)? { Moved::Aside } else { Moved::Gone })
}

/// When a plain file was last written to, where that is some seconds ago. Not through a link: nothing
/// outside the folder is the department's.
fn at_rest(path: &Path, now: Timestamp, rest: i64) -> io::Result<Option<Timestamp>> {
    let about = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        about => about?,
    };
    if !about.is_file() {
        return Ok(None);
    }
    let written = Timestamp::try_from(about.modified()?).unwrap_or(now);
    // A clock of the sender that is ahead must not keep a file for ever.
    let since = (now.as_second() - written.as_second()).abs();
    Ok((rest <= since).then_some(written))
}

/// The numbers of the files that lie aside.
pub fn aside_of(platform: &Platform) -> io::Result<Vec<i64>> {
    let entries = match fs::read_dir(platform.inbox.join(ASIDE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.split('.').next()?.parse::<i64>().ok());
        numbers.extend(number);
    }
    Ok(numbers)
}

/// Removes a file whose fate is known.
pub fn forget(platform: &Platform, run: &Run) -> Result<(), Error> {
    match fs::remove_file(aside(platform, run)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn is_there(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(about) => Ok(about.is_file()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

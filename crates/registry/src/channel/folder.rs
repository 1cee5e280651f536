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
const ASIDE: &str = ".taken";

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
        // Not through a link: nothing outside the folder is the department's.
        let about = entry.metadata()?;
        if !about.is_file() || is_partial(&name) {
            continue;
        }
        let written = Timestamp::try_from(about.modified()?).unwrap_or(now);
        if rest <= now.as_second() - written.as_second() {
            found.push((written, name));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, name)| name).collect())
}

/// Where a file lies while it is read, and as long as it waits.
pub fn aside(platform: &Platform, run: &Run) -> PathBuf {
    platform.inbox.join(ASIDE).join(format!("{}-{}", run.id, run.file_name))
}

/// Moves a file aside, where that was not done; false where it lies nowhere any more.
pub fn take(platform: &Platform, channel: &Channel, run: &Run) -> io::Result<bool> {
    let to = aside(platform, run);
    if is_there(&to)? {
        return Ok(true);
    }
    fs::create_dir_all(platform.inbox.join(ASIDE))?;
    let from = platform.inbox.join(relative(channel)).join(&run.file_name);
    match fs::rename(&from, &to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
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

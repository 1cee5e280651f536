//! Whose turn it is to write on SQLite, which takes one writer at a time.
//!
//! SQLite lets a waiting writer poll; one that writes chunk after chunk would starve it. Here a
//! writer first takes the place of the next one, then the pen, then gives up the place: between
//! two chunks a long load must queue for the place behind whoever waits, so nobody waits longer
//! than one chunk. The locks are the operating system's: a killed process gives both up.

use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// The two lock files beside the register.
#[derive(Clone, Debug)]
pub struct Turn {
    next: PathBuf,
    pen: PathBuf,
}

/// Held while writing; dropping it passes the pen on.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "the open file is the lock")] File);

impl Turn {
    #[must_use]
    pub fn beside(register: &Path) -> Self {
        Turn { next: register.with_extension("next"), pen: register.with_extension("pen") }
    }

    /// Waits for the pen; blocks the thread.
    pub fn take(&self) -> io::Result<Held> {
        let next = open(&self.next)?;
        next.lock()?;
        let pen = open(&self.pen)?;
        pen.lock()?;
        next.unlock()?;
        Ok(Held(pen))
    }

    /// Waits for the pen without blocking the runtime.
    pub async fn wait(&self) -> Result<Held, crate::error::Error> {
        let turn = self.clone();
        Ok(tokio::task::spawn_blocking(move || turn.take()).await??)
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(path)
}

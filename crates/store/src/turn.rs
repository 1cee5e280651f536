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

    /// Takes the pen where nobody holds it or waits for it.
    fn take_at_once(&self) -> io::Result<Option<Held>> {
        let (next, pen) = (open(&self.next)?, open(&self.pen)?);
        Ok((next.try_lock().is_ok() && pen.try_lock().is_ok()).then_some(Held(pen)))
    }

    /// Waits for the pen without blocking the runtime.
    pub async fn wait(&self) -> Result<Held, crate::error::Error> {
        if let Some(held) = self.take_at_once()? {
            return Ok(held);
        }
        let turn = self.clone();
        Ok(tokio::task::spawn_blocking(move || turn.take()).await??)
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(path)
}

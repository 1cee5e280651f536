//! The reading side of an import: what the checks find is handed on in the order of the file.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use domain::{catalogue::Item, pack::Pack, policy::Policy};
use intake::{
    batch::RowBatch,
    check::{Checker, Context, Departments, Seen, Want},
    decode::{Decoder, Unreadable},
};
use jiff::Timestamp;
use store::load::Mode;
use tokio::sync::mpsc;

use super::{Delivery, taking::Read};
use crate::{error::Error, platform::Platform};

/// Threads that read, where the machine has as many cores: more would wait for each other, because
/// decoding is about a quarter of the work.
const READERS_MAX: usize = 4;

/// What an import is read by.
pub struct Setting {
    policy: Arc<Policy>,
    pub item: Arc<Item>,
    pub pack: Option<Arc<Pack>>,
    context: Context,
    mode: Mode,
    want: Want,
    pub received_at: Timestamp,
}

impl Setting {
    pub async fn new(
        platform: &Platform,
        delivery: &Delivery,
        (item, pack): (Arc<Item>, Option<Arc<Pack>>),
        department: &str,
        received_at: Timestamp,
    ) -> Result<Setting, Error> {
        let context = Context {
            today: platform.day(received_at),
            department: department.to_owned(),
            departments: Arc::new(Departments::of(&platform.place)),
            overrides: Arc::new(store::code_override::all(&platform.register, "uscc").await?),
            keys: platform.keys.clone(),
        };
        let (policy, mode) = (Arc::clone(&platform.policy), delivery.mode);
        // What is compared with other records is compared in a dry run too.
        let faults_only = delivery.dry_run && item.contrary.is_empty();
        let want = if faults_only { Want::FaultsOnly } else { Want::Records };
        Ok(Setting { policy, item, pack, context, mode, want, received_at })
    }

    pub fn checker(&self, heading: &[String]) -> Result<Checker<'_>, Error> {
        let key_only = self.mode == Mode::Withdraw;
        let (pack, context) = (self.pack.as_ref(), self.context.clone());
        Ok(Checker::new(&self.policy, &self.item, pack, heading, context, key_only)?)
    }

    /// Reads and checks until the file ends or nobody takes what is read.
    pub fn read(
        &self,
        decoder: Decoder,
        heading: &[String],
        sender: &mpsc::Sender<Result<Read, Error>>,
    ) {
        let checker = match self.checker(heading) {
            Ok(checker) => checker,
            Err(error) => return drop(sender.blocking_send(Err(error))),
        };
        let reading = Reading {
            checker,
            want: self.want,
            width: heading.len(),
            source: Mutex::new(Source { decoder: Some(decoder), taken: 0 }),
            outlet: Mutex::new(Outlet { turn: 0, open: true, seen: Seen::default() }),
            turns: Condvar::new(),
            sender,
        };
        let readers = match self.want {
            Want::FaultsOnly => {
                thread::available_parallelism().map_or(1, usize::from).min(READERS_MAX)
            }
            // One reads faster than the register takes, and leaves the other cores to the site.
            Want::Records => 1,
        };
        thread::scope(|scope| {
            for _ in 0..readers {
                scope.spawn(|| reading.run());
            }
        });
    }
}

/// One file read by several threads. Each decodes a batch, while no other does, checks it, which
/// takes longer, and hands it on when the batches before it have been.
struct Reading<'r> {
    checker: Checker<'r>,
    want: Want,
    width: usize,
    source: Mutex<Source>,
    outlet: Mutex<Outlet>,
    turns: Condvar,
    sender: &'r mpsc::Sender<Result<Read, Error>>,
}

struct Source {
    /// None when nothing more is to be had.
    decoder: Option<Decoder>,
    /// Batches decoded.
    taken: u64,
}

struct Outlet {
    /// The batch whose turn it is to be handed on.
    turn: u64,
    /// Whether anybody takes what is handed on.
    open: bool,
    seen: Seen,
}

impl Reading<'_> {
    fn run(&self) {
        let _guard = Guard(self);
        let mut batch = RowBatch::new(self.width);
        while let Some((number, decoded)) = self.decode(&mut batch) {
            let examined = decoded.map(|position| {
                let given = std::mem::take(&mut batch);
                (self.checker.examine(given, self.want), position)
            });
            let outlet = lock(&self.outlet);
            let waits = |outlet: &mut Outlet| outlet.open && outlet.turn != number;
            let waited = self.turns.wait_while(outlet, waits);
            let mut outlet = waited.unwrap_or_else(PoisonError::into_inner);
            if !outlet.open {
                return;
            }
            let read = examined.map_err(Error::from).map(|(examined, position)| {
                let (checked, mut rows) = examined.settle(&mut outlet.seen);
                // Only the register can refuse rows that have passed here, and then they are sent
                // back as written; where it is not asked, the memory is used again.
                if self.want == Want::FaultsOnly {
                    batch = std::mem::take(&mut rows);
                }
                Read { checked, rows, position }
            });
            outlet.open = self.sender.blocking_send(read).is_ok();
            outlet.turn += 1;
            self.turns.notify_all();
        }
    }

    /// The next batch of the file, which of them it is, and the bytes read so far.
    fn decode(&self, batch: &mut RowBatch) -> Option<(u64, Result<u64, Unreadable>)> {
        let mut source = lock(&self.source);
        let decoder = source.decoder.as_mut()?;
        let decoded = match decoder.next(batch) {
            Ok(true) => Ok(decoder.position()),
            Ok(false) => {
                source.decoder = None;
                return None;
            }
            Err(unreadable) => {
                source.decoder = None;
                Err(unreadable)
            }
        };
        let number = source.taken;
        source.taken += 1;
        Some((number, decoded))
    }
}

/// A thread that ends by a panic must not leave the others waiting for its turn.
struct Guard<'r>(&'r Reading<'r>);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            lock(&self.0.outlet).open = false;
            self.0.turns.notify_all();
        }
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

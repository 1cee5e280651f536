//! Deliveries on their way in, as the console follows them: how far each is, and what became of it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::{ids::AccountId, text::Text};
use registry::{
    import::{self, Delivery, Imported, Progress, Watch, looking::in_words_of_a_page},
    platform::Platform,
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
};

use crate::{
    api::spool::{AT_ONCE, Spooled},
    error::Error,
};

/// Deliveries remembered, at most; the oldest are forgotten.
const REMEMBERED: usize = 500;

/// Those that are being taken in, and those that were.
#[derive(Clone)]
pub struct Deliveries {
    held: Arc<Mutex<HashMap<u64, Arc<Mutex<Held>>>>>,
    next: Arc<AtomicU64>,
    room: Arc<Semaphore>,
}

impl Default for Deliveries {
    fn default() -> Self {
        let room = Arc::new(Semaphore::new(AT_ONCE));
        Deliveries { held: Arc::default(), next: Arc::default(), room }
    }
}

/// Leave to take one delivery in, kept until it has ended.
pub struct Room(OwnedSemaphorePermit);

/// A delivery that asked, and that nobody answered yet.
pub struct Waiting {
    pub number: u64,
    pub file_name: String,
    pub question: Text,
}

/// One delivery.
pub struct Held {
    pub account: AccountId,
    pub department: String,
    pub file_name: String,
    pub progress: Progress,
    pub outcome: Outcome,
}

/// What became of a delivery.
pub enum Outcome {
    Running,
    /// Taken in, or looked at only; the receipt, where there is one.
    Done(Box<Imported>),
    /// It waits for a yes: the question, and everything needed to go on.
    Asks(Text, Box<(Delivery, Spooled)>),
    /// It was confirmed, and goes on under this number.
    Confirmed(u64),
    /// Not taken in, with the reason in words.
    Refused(Text),
}

struct Following(Arc<Mutex<Held>>);

impl Watch for Following {
    fn progress(&mut self, progress: Progress) {
        if let Ok(mut held) = self.0.lock() {
            held.progress = progress;
        }
    }
}

impl Held {
    /// How much of the file has been read, of a hundred.
    #[must_use]
    pub fn percent(&self) -> u64 {
        let Progress { bytes, size, .. } = self.progress;
        (bytes * 100).checked_div(size).unwrap_or_default().min(100)
    }
}

impl Deliveries {
    /// Leave to take a further delivery in, while there are not too many already.
    pub fn room(&self) -> Result<Room, Error> {
        let permit = Arc::clone(&self.room).try_acquire_owned();
        permit.map(Room).map_err(|_| Error::Busy)
    }

    /// Begins to take a delivery in, and answers the number by which it is followed.
    pub fn begin(
        &self,
        platform: &Platform,
        account: AccountId,
        delivery: Delivery,
        spooled: Spooled,
        room: Room,
    ) -> u64 {
        let number = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let held = Arc::new(Mutex::new(Held {
            account,
            department: delivery.department.clone().unwrap_or_default(),
            file_name: delivery.file_name.clone(),
            progress: Progress::default(),
            outcome: Outcome::Running,
        }));
        if let Ok(mut all) = self.held.lock() {
            let oldest = number.saturating_sub(REMEMBERED as u64);
            all.retain(|number, _| oldest < *number);
            all.insert(number, Arc::clone(&held));
        }
        let (worker, runtime) = (platform.clone(), Handle::current());
        // On a thread of its own, as deliveries by the API are.
        tokio::task::spawn_blocking(move || {
            let mut watch = Following(Arc::clone(&held));
            let imported = runtime.block_on(import::import(&worker, &delivery, &mut watch));
            let outcome = match imported {
                Ok(imported) => Outcome::Done(Box::new(imported)),
                Err(registry::error::Error::NeedsConfirmation(text)) => {
                    Outcome::Asks(in_words_of_a_page(&text), Box::new((delivery, spooled)))
                }
                Err(why) => Outcome::Refused(words(&why)),
            };
            if let Ok(mut held) = held.lock() {
                held.outcome = outcome;
            }
            drop(room.0);
        });
        number
    }

    /// A delivery of an account acting for a department.
    #[must_use]
    pub fn find(
        &self,
        number: u64,
        account: AccountId,
        department: &str,
    ) -> Option<Arc<Mutex<Held>>> {
        let found = self.held.lock().ok()?.get(&number).cloned()?;
        let own = {
            let held = found.lock().ok()?;
            held.account == account && held.department == department
        };
        own.then_some(found)
    }

    /// Deliveries of an account acting for a department that wait for its yes, oldest first.
    #[must_use]
    pub fn waiting(&self, account: AccountId, department: &str) -> Vec<Waiting> {
        let Ok(all) = self.held.lock().map(|all| all.clone()) else { return Vec::new() };
        let mut waiting: Vec<Waiting> = all
            .iter()
            .filter_map(|(number, held)| {
                let held = held.lock().ok()?;
                let own = held.account == account && held.department == department;
                let Outcome::Asks(question, _) = &held.outcome else { return None };
                own.then(|| Waiting {
                    number: *number,
                    file_name: held.file_name.clone(),
                    question: question.clone(),
                })
            })
            .collect();
        waiting.sort_by_key(|one| one.number);
        waiting
    }
}

/// What went wrong, in both languages; what is ours to mend is logged and not told.
fn words(why: &registry::error::Error) -> Text {
    use domain::text::Lang::{En, Zh};
    use registry::error::Error;
    match why {
        Error::Refused(text) | Error::Question { text, .. } => in_words_of_a_page(text),
        Error::Unreadable(_) | Error::Heading(_) | Error::Busy => {
            Text::new(why.message(Zh), why.message(En))
        }
        Error::Store(_) if registry::api_use::is_loading(why) => {
            Text::new(why.message(Zh), why.message(En))
        }
        why => {
            tracing::error!(error = why.message(En), "delivery failed");
            Text::new(
                "平台内部出错，没有入库，已经记录；请稍后再报一次。",
                "An error of ours; nothing was taken in and it has been logged. Hand it in again later.",
            )
        }
    }
}

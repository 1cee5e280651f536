//! The running platform: register, law, place, keys, and the clock handed to it.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
};

use domain::{
    ids::SubmissionId,
    place::Place,
    policy::Policy,
    sealed::Keys,
    text::{Lang, Text},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use render::fonts::Fonts;
use rules::access::Gate;
use store::{register::Register, search::NameIndex, submission::Submission};
use url::Url;

use crate::{audit::LogKey, error::Error, meter::Meter, oidc::Provider};

/// Reads the time; `app` gives the real one, tests a fixed one.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Everything an operation needs that does not change from call to call.
#[derive(Clone)]
pub struct Platform {
    pub register: Register,
    pub policy: Arc<Policy>,
    pub gate: Arc<Gate>,
    pub place: Arc<Place>,
    pub keys: Option<Arc<Keys>>,
    /// Signs the heads of the audit log.
    pub log_key: Option<Arc<LogKey>>,
    /// Where people may sign in besides by password.
    pub oidc: Option<Arc<Provider>>,
    pub names: Option<Arc<NameIndex>>,
    /// Folder in which each channel has one of its own.
    pub inbox: PathBuf,
    /// Addresses of front-end libraries (前置库) by their names; never printed, for they hold passwords.
    pub libraries: Arc<BTreeMap<String, String>>,
    /// Where the lake is: the address of a folder.
    pub lake: Url,
    /// Address under which the portal is reached, without a slash at the end.
    pub public_url: String,
    pub clock: Clock,
    /// Addresses and networks of the proxies before the platform, which are believed about whom they
    /// bring.
    pub proxies: Arc<[String]>,
    /// The zone whose midnight begins a day: the whole country has one.
    pub zone: TimeZone,
    pub font_paths: Vec<PathBuf>,
    pub fonts: Arc<OnceLock<Fonts>>,
    pub submissions: Submissions,
    /// How often keys and addresses came.
    pub meter: Meter,
}

/// Accepted submissions met before: they never change, and every record names one.
#[derive(Clone, Debug, Default)]
pub struct Submissions(Arc<Mutex<HashMap<SubmissionId, Arc<Submission>>>>);

/// Submissions remembered at most.
const SUBMISSIONS_MAX: usize = 20_000;

/// An instant as pages write it, to the minute.
#[must_use]
pub fn minute(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

impl Platform {
    /// Now, to the microsecond that the register keeps: a digest over a moment holds when it is
    /// made again from what was kept.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = (self.clock)();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    #[must_use]
    pub fn today(&self) -> Date {
        self.day(self.now())
    }

    /// The calendar day of an instant at the place.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// The first instant of a day at the place.
    pub fn start_of(&self, day: Date) -> Result<Timestamp, Error> {
        let start = day.to_zoned(self.zone.clone());
        Ok(start.map_err(|_| Error::NotFound)?.timestamp())
    }

    /// An instant as people at the place read it: 2026-11-22 10:31.
    #[must_use]
    pub fn minute(&self, at: Timestamp) -> String {
        minute(at, &self.zone)
    }

    #[must_use]
    pub fn second(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
    }

    /// The name of a department of the place, or its id where it is a source elsewhere.
    #[must_use]
    pub fn department_name(&self, id: &str) -> Text {
        self.place.department(id).map_or_else(|| id.into(), |department| department.label.clone())
    }

    #[must_use]
    pub fn department_label(&self, id: &str, lang: Lang) -> String {
        self.department_name(id).get(lang).to_owned()
    }

    /// The submission a record came with.
    pub async fn submission(&self, id: SubmissionId) -> Result<Arc<Submission>, Error> {
        let known = self.submissions.0.lock().ok().and_then(|known| known.get(&id).cloned());
        if let Some(known) = known {
            return Ok(known);
        }
        let found = store::submission::get(&self.register, id).await?.ok_or(Error::NotFound)?;
        let found = Arc::new(found);
        if let (Some(_), Ok(mut known)) = (found.accepted_at, self.submissions.0.lock()) {
            if SUBMISSIONS_MAX < known.len() {
                known.clear();
            }
            known.insert(id, Arc::clone(&found));
        }
        Ok(found)
    }

    pub fn fonts(&self) -> Result<&Fonts, Error> {
        if let Some(fonts) = self.fonts.get() {
            return Ok(fonts);
        }
        let fonts = Fonts::load(&self.font_paths)?;
        Ok(self.fonts.get_or_init(|| fonts))
    }
}

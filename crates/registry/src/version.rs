//! Which version of a record (记录版本) the two clocks choose, and what became of it since.
//!
//! `as_of` asks what was true on a day: of each record the last version dated not after it, and
//! nothing from before the record was taken back. `known_at` asks what the platform knew then. A
//! version was put right where a later one speaks of the same day or an earlier one; a later one
//! dated later is news, and leaves it true for its time.

use domain::{
    ids::RecordId,
    record::Version,
    standing::{self, Held},
    text::Text,
};
use jiff::{Timestamp, civil::Date};

use crate::{api_use, error::Error, platform::Platform};

/// Both clocks of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    pub as_of: Date,
    /// None where everything known counts.
    pub known_at: Option<Timestamp>,
    /// True where either was set back.
    pub is_past: bool,
}

/// Every accepted version of one record, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Life<'v> {
    versions: &'v [Version],
    /// As much of what cases did as was known by then.
    known: Timestamp,
}

/// What became of a version.
#[derive(Clone, Copy, Debug)]
pub enum Fate<'v> {
    /// It is what the register says of its time.
    Stands,
    /// Another version now speaks of its time.
    Corrected(&'v Version),
    TakenBack,
}

impl Clocks {
    #[must_use]
    pub fn present(platform: &Platform) -> Clocks {
        Clocks { as_of: platform.today(), known_at: None, is_past: false }
    }

    /// The clocks as somebody set them; what has not come yet cannot be asked about.
    pub async fn set(
        platform: &Platform,
        as_of: Option<Date>,
        known_at: Option<Timestamp>,
    ) -> Result<Clocks, Error> {
        let today = platform.today();
        if as_of.is_some_and(|day| today < day) {
            return Err(not_yet("as_of"));
        }
        let mut known_at = known_at;
        if let Some(at) = known_at {
            // What was known at the last change is what is known now.
            let last = api_use::last_change(platform).await?;
            if last.max(platform.now()) < at {
                return Err(not_yet("known_at"));
            }
            known_at = Some(at).filter(|at| *at < last);
        }
        let as_of = as_of.unwrap_or(today);
        Ok(Clocks { as_of, known_at, is_past: as_of < today || known_at.is_some() })
    }

    /// What counted as known: everything, where the clock was not set.
    #[must_use]
    pub fn known(&self) -> Timestamp {
        self.known_at.unwrap_or(Timestamp::MAX)
    }
}

fn not_yet(name: &'static str) -> Error {
    let text = Text::new(
        "只能看今天、此刻或以前的。",
        "Only today, this moment or earlier can be asked about.",
    );
    Error::Question { name, text }
}

/// The records among a subject's versions, as the register orders them.
pub fn lives(versions: &[Version]) -> impl Iterator<Item = Life<'_>> {
    versions.chunk_by(|one, next| one.record == next.record).map(Life::whole)
}

impl<'v> Life<'v> {
    /// The life of a record by all that is known of it.
    #[must_use]
    pub(crate) fn whole(versions: &'v [Version]) -> Life<'v> {
        Life { versions, known: Timestamp::MAX }
    }

    /// The life of one record among a subject's versions.
    #[must_use]
    pub fn of(versions: &'v [Version], record: RecordId) -> Option<Life<'v>> {
        lives(versions).find(|life| life.record() == Some(record))
    }

    #[must_use]
    pub fn record(&self) -> Option<RecordId> {
        self.versions.first().map(|version| version.record)
    }

    #[must_use]
    pub fn item(&self) -> &'v str {
        self.versions.first().map_or("", |version| &version.item)
    }

    #[must_use]
    pub fn versions(&self) -> &'v [Version] {
        self.versions
    }

    /// How many versions there are.
    #[must_use]
    pub fn count(&self) -> i64 {
        i64::try_from(self.versions.len()).unwrap_or(i64::MAX)
    }

    /// As much of it as was known at an instant.
    #[must_use]
    pub fn known(&self, at: Timestamp) -> Life<'v> {
        let known = self.versions.partition_point(|version| version.known_from <= at);
        Life { versions: &self.versions[..known], known: at.min(self.known) }
    }

    /// What stands: nothing from before the record was last taken back.
    fn standing(&self) -> &'v [Version] {
        let after = self.versions.iter().rposition(|version| version.withdrawn);
        after.map_or(self.versions, |at| &self.versions[at + 1..])
    }

    /// The version that tells how things were on a day.
    #[must_use]
    pub fn chosen(&self, as_of: Date) -> Option<&'v Version> {
        let dated = |version: &&Version| version.decided_on.is_none_or(|dated| dated <= as_of);
        self.standing().iter().rfind(dated)
    }

    /// The first version that stands, whatever its day.
    #[must_use]
    pub fn earliest(&self) -> Option<&'v Version> {
        self.standing().first()
    }

    /// What cases did to the record by a day, the weightiest first.
    #[must_use]
    pub fn held(&self, as_of: Date) -> Vec<Held> {
        let changes = self.versions.last().map_or(&[][..], |version| &version.standings);
        standing::held(changes, as_of, self.known)
    }

    /// Since when the platform has known the record without a break; corrections change nothing.
    #[must_use]
    pub fn known_from(&self) -> Option<Timestamp> {
        self.earliest().map(|version| version.known_from)
    }

    /// What became of one of its versions since.
    #[must_use]
    pub fn fate(&self, of: &Version) -> Fate<'v> {
        match self.chosen(of.decided_on.unwrap_or(Date::MAX)) {
            Some(now) if now.no == of.no => Fate::Stands,
            Some(now) => Fate::Corrected(now),
            None => Fate::TakenBack,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        ids::{SubjectId, SubmissionId},
        payload::Payload,
        subject::Kind,
    };
    use jiff::civil::date;

    use super::*;

    /// Versions of one record: the day of the document, or none for a withdrawal.
    fn versions(days: &[Option<i8>]) -> Vec<Version> {
        let version = |(at, day): (usize, &Option<i8>)| Version {
            record: RecordId(1),
            no: i64::try_from(at).unwrap() + 1,
            item: "penalty".to_owned(),
            subject: SubjectId(1),
            held_by: SubjectId(1),
            subject_kind: Kind::Organisation,
            subject_name: String::new(),
            department: String::new(),
            submission: SubmissionId(1),
            row: 2,
            decided_on: Some(date(2026, 1, day.unwrap_or(1))),
            effective_from: None,
            effective_until: None,
            withdrawn: day.is_none(),
            overridden: false,
            payload: Payload::default(),
            digest: [0; 32],
            known_from: Timestamp::from_second(i64::try_from(at).unwrap()).unwrap(),
            known_until: None,
            policy_version: String::new(),
            standings: Vec::new(),
            statement: None,
        };
        days.iter().enumerate().map(version).collect()
    }

    #[test]
    fn the_day_chooses_the_last_version_dated_not_after_it() {
        for (days, as_of, chosen) in [
            (&[Some(5)][..], 4, None),
            (&[Some(5)], 5, Some(1)),
            (&[Some(5), Some(9)], 8, Some(1)),
            (&[Some(5), Some(9)], 9, Some(2)),
            // Put right twice, the second time with an earlier date.
            (&[Some(5), Some(5), Some(3)], 4, Some(3)),
            // Taken back, and handed in again.
            (&[Some(5), None], 9, None),
            (&[Some(3), None, Some(7)], 5, None),
            (&[Some(3), None, Some(7)], 7, Some(3)),
        ] {
            let versions = versions(days);
            let life = Life::whole(&versions);
            let found = life.chosen(date(2026, 1, as_of)).map(|version| version.no);
            assert_eq!(found, chosen, "{days:?} on {as_of}");
        }
    }

    #[test]
    fn a_version_of_the_same_day_corrects_and_a_later_one_does_not() {
        for (days, fate) in [
            (&[Some(5)][..], Some(1)),
            (&[Some(5), Some(5)], Some(2)),
            (&[Some(5), Some(9)], Some(1)),
            (&[Some(5), Some(3), Some(9)], Some(2)),
            (&[Some(5), None], None),
            (&[Some(5), None, Some(9)], None),
            (&[Some(5), None, Some(5)], Some(3)),
        ] {
            let versions = versions(days);
            let found = match Life::whole(&versions).fate(&versions[0]) {
                Fate::Stands => Some(1),
                Fate::Corrected(now) => Some(now.no),
                Fate::TakenBack => None,
            };
            assert_eq!(found, fate, "{days:?}");
        }
    }

    #[test]
    fn a_record_is_known_from_its_first_acceptance_since_it_was_taken_back() {
        for (days, second) in [(&[Some(5), Some(6)][..], 0), (&[Some(5), None, Some(6)], 2)] {
            let versions = versions(days);
            let known_from = Life::whole(&versions).known_from().map(Timestamp::as_second);
            assert_eq!(known_from, Some(second));
        }
    }
}

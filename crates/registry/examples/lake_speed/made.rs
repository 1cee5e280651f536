//! Changes as the feed would tell them, the same on every run.
//!
//! Each record is drawn from its own number, so that threads may share the work. A registration need not
//! be the first record of its subject: records of all subjects stand between one another, as in real
//! feeds, and every batch touches every bucket.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use domain::{
    catalogue::Item,
    ids::{RecordId, SubjectId, SubmissionId},
    payload::Payload,
    place::Department,
    policy::Policy,
    publication::{Facts, counts_until},
    standing::Standing,
    subject::Kind,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use lake::change::{Batch, Change, Profile};

use crate::{
    Outcome, cores, day,
    organisation::{Draw, Organisation, days_between, plus},
    paper::{FORMS, Sheet, Written},
};

/// The day asked about, and the first of the days before it on which anything is decided.
pub const AS_OF: &str = "2026-11-01";
const FROM: &str = "2022-11-01";

/// The instant of every commit: long enough ago that whatever is tidied may go.
pub const AT: Timestamp = Timestamp::constant(1_764_200_000, 0);

const PLACE: &str = "shili";

/// Rows of one submission.
const ROWS: i64 = 5_000;

/// So many subjects, and so many records of all of them together, one registration of each among them.
#[derive(Clone, Copy)]
pub struct Size {
    pub subjects: i64,
    pub records: i64,
}

/// A feed.
pub struct Made<'p> {
    policy: &'p Policy,
    size: Size,
    items: Vec<&'p Arc<Item>>,
    departments: Vec<(&'p Department, Arc<str>)>,
    from: Date,
    as_of: Date,
    began: Timestamp,
}

impl<'p> Made<'p> {
    pub fn new(policy: &'p Policy, size: Size) -> Outcome<Made<'p>> {
        if size.subjects < 1 || size.records < size.subjects {
            return Err("every subject has a registration: more records than subjects".into());
        }
        let from = day(FROM)?;
        let place = policy.places.get(PLACE).ok_or("the policy has no place of that name")?;
        let departments = place.departments.iter().filter(|one| one.uscc.is_some());
        let items = FORMS.iter().map(|form| policy.item(form.item));
        Ok(Made {
            policy,
            size,
            items: items.collect::<Option<_>>().ok_or("an item is not in the catalogue")?,
            departments: departments.map(|one| (one, Arc::from(one.id.as_str()))).collect(),
            from,
            as_of: day(AS_OF)?,
            began: from.to_zoned(TimeZone::UTC)?.timestamp(),
        })
    }

    /// Records of a range of numbers, made by all cores, with the subjects they touch.
    pub fn batch(&self, numbers: Range<i64>) -> Outcome<Batch> {
        let count = usize::try_from(numbers.end - numbers.start)?;
        let numbers: Vec<i64> = numbers.collect();
        let made = |numbers: &[i64]| -> Vec<Change> {
            numbers.iter().map(|number| self.change(*number)).collect()
        };
        let parts = std::thread::scope(|scope| -> Vec<_> {
            let parts = numbers.chunks(count.div_ceil(cores()).max(1));
            let threads: Vec<_> = parts.map(|part| scope.spawn(move || made(part))).collect();
            threads.into_iter().map(|thread| thread.join()).collect()
        });
        let mut changes = Vec::with_capacity(count);
        for part in parts {
            changes.extend(part.map_err(|_| "a thread that made changes failed")?);
        }
        let mut profiles: BTreeMap<SubjectId, Profile> = BTreeMap::new();
        for change in &changes {
            let touched = profiles.entry(change.subject);
            touched.or_insert_with(|| Organisation::of(change.subject.0, self.as_of).profile());
        }
        let until = numbers.last().map_or(0, |number| number + 1);
        let profiles = profiles.into_values().collect();
        Ok(Batch { until, at: AT, changes, profiles, gone: Vec::new() })
    }

    fn change(&self, number: i64) -> Change {
        let mut draw = Draw::of(number);
        let (form, subject) = self.about(number, &mut draw);
        let of = Organisation::of(subject, self.as_of);
        let (department, department_id) = draw.pick(&self.departments);
        let decided_on = plus(self.day_of(number), -draw.between(0, 30));
        let mut sheet = Sheet::new(&of, department, &mut draw, number, (decided_on, self.as_of));
        (FORMS[form].fill)(&mut sheet);
        let written = sheet.done();
        let item = self.items[form];
        let counts_until = self.counts_until(item, &written, decided_on);
        let (submission, row) = (1 + number / ROWS, number % ROWS);
        Change {
            position: number + 1,
            item: item.id.clone(),
            record: RecordId::first_asserted(
                SubmissionId(submission),
                u32::try_from(row).unwrap_or_default(),
            ),
            subject: SubjectId(subject),
            before: Vec::new(),
            kind: Kind::Organisation,
            department: department_id.clone(),
            submission,
            row,
            decided_on: Some(decided_on),
            effective_from: written.effective_from,
            effective_until: written.effective_until,
            counts_until,
            withdrawn: draw.per_mille(5),
            overridden: draw.per_mille(20),
            known_from: self.instant_of(number),
            standings: standings(&mut draw, decided_on),
            payload: written.json,
            name: of.name,
        }
    }

    /// What a record is, and about whom: a subject's turn to be registered comes once, in no order.
    fn about(&self, number: i64, draw: &mut Draw) -> (usize, i64) {
        // Prime, and greater than any number of subjects: no two turns meet.
        const STEP: i64 = 2_654_435_761;
        let turns = |number: i64| part(number, self.size.subjects, self.size.records);
        let turn = turns(number);
        if turn < turns(number + 1) {
            return (0, 1 + part(turn % self.size.subjects, STEP, 1) % self.size.subjects);
        }
        let sum = FORMS.iter().map(|form| form.share).sum();
        let mut rest = draw.below(sum);
        let drawn = FORMS.iter().position(|form| {
            rest -= form.share;
            rest < 0
        });
        (drawn.unwrap_or_default(), 1 + draw.below(self.size.subjects))
    }

    /// The day on which a record became known: the feed goes evenly through the years.
    fn day_of(&self, number: i64) -> Date {
        plus(self.from, part(number, days_between(self.from, self.as_of), self.size.records))
    }

    fn instant_of(&self, number: i64) -> Timestamp {
        let span = days_between(self.from, self.as_of) * 24 * 60 * 60;
        let passed = part(number, span, self.size.records);
        Timestamp::from_second(self.began.as_second() + passed).unwrap_or(self.began)
    }

    /// The last day on which a record counts, as the platform tells it to the lake.
    fn counts_until(&self, item: &Item, written: &Written, decided_on: Date) -> Option<Date> {
        let payload: Payload = serde_json::from_str(&written.json).unwrap_or_default();
        let facts = Facts {
            item,
            payload: &payload,
            subject_kind: Kind::Organisation,
            subject_ended: false,
            decided_on: Some(decided_on),
            effective_until: written.effective_until,
            known_from: decided_on,
            withdrawn: false,
            standings: Vec::new(),
        };
        counts_until(self.policy, &facts)
    }
}

/// Few records are in any state, and few of these in two.
fn standings(draw: &mut Draw, decided_on: Date) -> [Option<Date>; Standing::ALL.len()] {
    Standing::ALL.map(|_| draw.per_mille(6).then(|| plus(decided_on, draw.between(20, 400))))
}

/// Of a number its part, so many of so many, rounded down.
fn part(number: i64, of: i64, whole: i64) -> i64 {
    let part = i128::from(number) * i128::from(of) / i128::from(whole);
    i64::try_from(part).unwrap_or(i64::MAX)
}

//! The lake fed from the register, and compared with it.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use domain::{
    catalogue::{Item, PublicationRule},
    ids::{RecordId, SubjectId},
    payload::Payload,
    policy::Policy,
    publication::{Facts, counts_until},
    record::Version,
    standing::Standing,
};
use jiff::civil::Date;
use lake::{
    bucket::Bucket,
    change::{Batch, Change, Profile},
    columns::SUBJECT,
    lake::{Lake, Sums},
};
use store::{
    feed::{
        self,
        slice::{First, Later, slice},
    },
    merge, record, subject,
};

use crate::{error::Error, platform::Platform, subject::is_ended};

/// Positions of the feed taken at once: what is held in memory on the way.
const AT_ONCE: i64 = 200_000;

/// The item whose records say what a subject is.
const REGISTRATION: &str = "registration";

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub position: i64,
    pub last: i64,
}

/// A bucket that does not hold what the register says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub table: String,
    pub bucket: Bucket,
    pub register: u64,
    pub lake: u64,
}

/// Opens the lake of the platform.
pub async fn open(platform: &Platform) -> Result<Lake, Error> {
    let items = platform.policy.items.values().map(AsRef::as_ref);
    Ok(Lake::open(&platform.lake, items).await?)
}

/// Takes what the feed has told since the lake was last fed; answers the changes taken.
///
/// The next slice is read while the last one is written.
pub async fn sync(
    platform: &Platform,
    lake: &mut Lake,
    mut told: impl FnMut(Progress),
) -> Result<i64, Error> {
    let began = lake.position();
    let read = |from: i64| {
        let platform = platform.clone();
        tokio::spawn(async move { batch(&platform, from).await })
    };
    let mut next = read(began + 1).await??;
    while let Some(taken) = next {
        let ahead = read(taken.until + 1);
        lake.take(&taken).await?;
        told(Progress { position: taken.until, last: feed::last(&platform.register).await? });
        next = ahead.await??;
    }
    Ok(lake.position() - began)
}

/// The next changes from a position on, with the subjects they touch; none where there are no more.
async fn batch(platform: &Platform, from: i64) -> Result<Option<Batch>, Error> {
    let register = &platform.register;
    let slice = slice(register, from, AT_ONCE).await?;
    if slice.until < from {
        return Ok(None);
    }
    let mut words = Words::default();
    let mut changes: Vec<Change> =
        slice.firsts.into_iter().map(|first| fresh(first, &mut words)).collect();
    changes.extend(later(platform, &slice.later, &mut words).await?);
    changes.sort_unstable_by_key(|change| change.position);
    set_terms(&platform.policy, &mut changes)?;
    let mut touched: Vec<SubjectId> = of_interest(platform, &changes).await?;
    touched.sort_unstable();
    let roots = merge::roots(register, &touched).await?;
    let (standing, gone): (Vec<_>, Vec<_>) =
        touched.into_iter().partition(|id| roots.get(id).is_none_or(|root| root == id));
    let profiles = profiles(platform, &standing).await?;
    let at = (platform.clock)();
    Ok(Some(Batch { until: slice.until, at, changes, profiles, gone }))
}

/// Subjects whose profile may be another than before: those that are registered anew, those that records
/// left or came to, and those that are not registered, whom every record may name. What comes to a
/// registered one says nothing new of it.
async fn of_interest(platform: &Platform, changes: &[Change]) -> Result<Vec<SubjectId>, Error> {
    let (mut anew, mut others) = (HashSet::new(), HashSet::new());
    for change in changes {
        if &*change.item == REGISTRATION || !change.before.is_empty() {
            anew.insert(change.subject);
            anew.extend(change.before.iter().copied());
        } else {
            others.insert(change.subject);
        }
    }
    let others: Vec<SubjectId> = others.difference(&anew).copied().collect();
    let registered = subject::with_item(&platform.register, &others, REGISTRATION).await?;
    anew.extend(others.into_iter().filter(|id| !registered.contains(id)));
    Ok(anew.into_iter().collect())
}

/// Words that stand in many changes, held once.
#[derive(Default)]
struct Words(HashMap<String, Arc<str>>);

impl Words {
    fn of(&mut self, word: String) -> Arc<str> {
        self.0.entry(word).or_insert_with_key(|word| word.as_str().into()).clone()
    }
}

fn fresh(first: First, words: &mut Words) -> Change {
    Change {
        position: first.position,
        item: words.of(first.item),
        record: first.record,
        subject: first.subject,
        before: Vec::new(),
        kind: first.kind,
        name: first.subject_name,
        department: words.of(first.department),
        submission: first.submission,
        row: first.row,
        decided_on: first.decided_on,
        effective_from: first.effective_from,
        effective_until: first.effective_until,
        counts_until: None,
        withdrawn: false,
        overridden: first.overridden,
        known_from: first.known_from,
        standings: [None; Standing::ALL.len()],
        payload: first.payload,
    }
}

/// Says of each change how long its record counts, where its item lets any end.
fn set_terms(policy: &Policy, changes: &mut [Change]) -> Result<(), Error> {
    for change in changes {
        let Some(item) = policy.item(&change.item).filter(|item| may_end(item)) else { continue };
        let payload: Payload = serde_json::from_str(&change.payload).map_err(|_| {
            store::error::Error::Corrupt(format!("payload of record {}", change.record))
        })?;
        let facts = Facts {
            item,
            payload: &payload,
            subject_kind: change.kind,
            subject_ended: false,
            decided_on: change.decided_on,
            effective_until: change.effective_until,
            known_from: Date::MIN,
            withdrawn: false,
            standings: Vec::new(),
        };
        change.counts_until = counts_until(policy, &facts);
    }
    Ok(())
}

/// Whether a record of an item can end by itself.
fn may_end(item: &Item) -> bool {
    let standing =
        matches!(item.publication, PublicationRule::Never | PublicationRule::Standing { .. });
    !standing || item.roles.removed_on.is_some()
}

/// Records to which something happened, as they stand now.
async fn later(
    platform: &Platform,
    later: &[Later],
    words: &mut Words,
) -> Result<Vec<Change>, Error> {
    if later.is_empty() {
        return Ok(Vec::new());
    }
    let register = &platform.register;
    let mut holders: Vec<SubjectId> = later.iter().map(|one| one.held_by).collect();
    holders.sort_unstable();
    holders.dedup();
    let stood = merge::ever_stood(register, &holders).await?;
    let mut last: HashMap<RecordId, Version> = HashMap::new();
    for versions in record::of_subjects(register, &holders, &[]).await?.into_values() {
        last.extend(versions.into_iter().map(|version| (version.record, version)));
    }
    let mut changes = Vec::with_capacity(later.len());
    for one in later {
        let version = last.get(&one.record).ok_or(Error::NotFound)?;
        let before = stood.get(&one.held_by).cloned().unwrap_or_default();
        changes.push(as_it_stands(version, one.position, before, words));
    }
    Ok(changes)
}

/// The last version of a record, with what cases did to it.
fn as_it_stands(
    version: &Version,
    position: i64,
    before: Vec<SubjectId>,
    words: &mut Words,
) -> Change {
    let since = |standing: Standing| {
        let last = version.standings.iter().rfind(|change| change.standing == standing);
        last.filter(|change| change.begins).map(|change| change.on)
    };
    Change {
        position,
        item: words.of(version.item.clone()),
        record: version.record,
        subject: version.subject,
        before,
        kind: version.subject_kind,
        name: version.subject_name.clone(),
        department: words.of(version.department.clone()),
        submission: version.submission.0,
        row: i64::try_from(version.row).unwrap_or(i64::MAX),
        decided_on: version.decided_on,
        effective_from: version.effective_from,
        effective_until: version.effective_until,
        counts_until: None,
        withdrawn: version.withdrawn,
        overridden: version.overridden,
        known_from: version.known_from,
        standings: Standing::ALL.map(since),
        payload: serde_json::Value::Object(version.payload.0.clone()).to_string(),
    }
}

/// The records of some subjects as the lake would hold them, and every one of those subjects.
pub async fn present(
    platform: &Platform,
    subjects: &[SubjectId],
) -> Result<(Vec<Change>, Vec<Profile>), Error> {
    let mut changes = Vec::new();
    for (_, versions) in record::of_subjects(&platform.register, subjects, &[]).await? {
        changes.extend(standing(platform, &versions)?);
    }
    Ok((changes, profiles(platform, subjects).await?))
}

/// Records as they stand by these versions, which come oldest first within their record.
pub(crate) fn standing(platform: &Platform, versions: &[Version]) -> Result<Vec<Change>, Error> {
    let mut words = Words::default();
    let mut last: BTreeMap<RecordId, &Version> = BTreeMap::new();
    last.extend(versions.iter().map(|version| (version.record, version)));
    let stands = last.into_values();
    let mut changes: Vec<Change> =
        stands.map(|version| as_it_stands(version, 0, Vec::new(), &mut words)).collect();
    set_terms(&platform.policy, &mut changes)?;
    Ok(changes)
}

/// What subjects are: their identifiers, and what their registration says.
async fn profiles(platform: &Platform, ids: &[SubjectId]) -> Result<Vec<Profile>, Error> {
    let register = &platform.register;
    let subjects = subject::of(register, ids).await?;
    let mut names = subject::last_names(register, ids).await?;
    let mut registered = match platform.policy.item(REGISTRATION) {
        Some(_) => record::of_subjects(register, ids, &[REGISTRATION]).await?,
        None => HashMap::new(),
    };
    let mut profiles = Vec::with_capacity(ids.len());
    for &id in ids {
        let Some(subject) = subjects.get(&id) else { continue };
        let uscc = subject.identifiers.iter().find(|(scheme, _)| scheme == "uscc");
        let mut profile = Profile {
            subject: id,
            kind: subject.kind,
            name: names.remove(&id).unwrap_or_default(),
            uscc: uscc.map(|(_, value)| value.clone()),
            district: None,
            industry: None,
            status: None,
            ended: false,
            established_on: None,
            registered_capital: None,
        };
        let current = record::current(registered.remove(&id).unwrap_or_default());
        let newest = current.into_iter().max_by_key(|version| (version.known_from, version.record));
        if let (Some(item), Some(version)) = (platform.policy.item(REGISTRATION), newest) {
            fill(&mut profile, item, &version);
            profile.ended = is_ended(platform, &version);
        }
        profiles.push(profile);
    }
    Ok(profiles)
}

/// What a registration record says.
fn fill(profile: &mut Profile, item: &Item, version: &Version) {
    let text = |role: Option<usize>| {
        let field = &item.fields.get(role?)?.name;
        version.payload.text(field).map(str::to_owned)
    };
    profile.name.clone_from(&version.subject_name);
    profile.district = text(item.roles.district);
    profile.industry = text(item.roles.industry);
    profile.status = text(item.roles.subject_status);
    profile.established_on = version.payload.date("established_on");
    profile.registered_capital = version.payload.fen("registered_capital");
}

/// Compares every bucket of every table with the register, from which it was made.
pub async fn check(
    platform: &Platform,
    lake: &Lake,
    mut told: impl FnMut(Progress),
) -> Result<Vec<Difference>, Error> {
    let mut held: BTreeMap<String, Sums> = BTreeMap::new();
    for name in lake.names() {
        held.insert(name.to_owned(), lake.sums(name).await?);
    }
    let mut differences = Vec::new();
    let greatest = Bucket::of(SubjectId(subject::greatest(&platform.register).await?));
    for bucket in (0..=greatest.0).map(Bucket) {
        let ids = subject::standing_in(&platform.register, bucket.subjects()).await?;
        let (changes, profiles) = present(platform, &ids).await?;
        let mut by_item: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
        for change in &changes {
            by_item.entry(&change.item).or_default().push(change);
        }
        for (table, sums) in &mut held {
            let expected = match table.as_str() {
                SUBJECT => lake.sum_of_subjects(&profiles)?,
                _ => lake.sum_of_records(table, by_item.remove(&**table).unwrap_or_default())?,
            };
            let found = sums.remove(&bucket).unwrap_or_default();
            if expected != found {
                differences.push(Difference {
                    table: table.clone(),
                    bucket,
                    register: expected.rows,
                    lake: found.rows,
                });
            }
        }
        told(Progress { position: bucket.0 + 1, last: greatest.0 + 1 });
    }
    for (table, sums) in held {
        let more = sums.into_iter().map(|(bucket, sum)| (table.clone(), bucket, sum.rows));
        differences.extend(more.map(|(table, bucket, lake)| Difference {
            table,
            bucket,
            register: 0,
            lake,
        }));
    }
    Ok(differences)
}

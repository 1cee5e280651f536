//! Linkage (主体比对) of what a department named without a code: candidates from the index of names, scored
//! by the model of the policy, joined where nothing speaks against it, and put before a person where it
//! is not plain.

pub mod describing;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use domain::{
    audit::Event,
    ids::{MergeId, PairId, SubjectId},
    linkage::{
        Verdict,
        plan::Linkage,
        score::{Explanation, MISSING, Reason, Score, Scorer},
        single::{Choice, choose},
    },
    merge::{Judgement, PairState, standing},
    name::normalise,
    text::Text,
};
use serde::{Deserialize, Serialize};
use store::{
    audit::NewEvent,
    linkage::{Judged, NewPair},
    merge::NewMerge,
    register::Write,
    search::{Match, NameIndex},
};

use self::describing::{Described, Rarity};
use crate::{error::Error, platform::Platform, subject::REGISTRATION};

/// Subjects looked for in one step of the worker.
const AT_ONCE: i64 = 500;
/// Names looked up for each way of asking.
const NAMES: usize = 50;
/// Candidates compared at most, those with the likest names first.
const CANDIDATES: usize = 12;

/// What spoke for and against a pair, as it is kept with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reasons {
    /// In thousandths of bits, as everything here.
    pub prior: i64,
    pub fields: Vec<FieldReason>,
}

/// What one field spoke.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FieldReason {
    pub field: String,
    pub agreement: Agreement,
    pub millibits: i64,
}

/// How a field of both sides agrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    Equal,
    Alike,
    Unlike,
    Missing,
}

impl Agreement {
    #[must_use]
    pub fn label(self) -> Text {
        let (zh, en) = match self {
            Agreement::Equal => ("一致", "equal"),
            Agreement::Alike => ("相近", "alike"),
            Agreement::Unlike => ("不同", "different"),
            Agreement::Missing => ("一方没有", "missing on a side"),
        };
        Text::new(zh, en)
    }
}

/// Looks for some of those that wait; false where nobody does.
///
/// Whoever was looked for in vain is looked for again once registrations have come since.
pub async fn follow(platform: &Platform) -> Result<bool, Error> {
    let Some(names) = &platform.names else { return Ok(false) };
    let register = &platform.register;
    let last = store::feed::last(register).await?;
    // Candidates come from the index, which must have all that the feed tells.
    if store::linkage::position(register).await? == last + 1 || names.position() != last {
        return Ok(false);
    }
    let since = store::submission::last_position(register, REGISTRATION).await?;
    for linkage in &platform.policy.linkages {
        let waiting = store::linkage::waiting(register, &linkage.schemes, since, AT_ONCE).await?;
        for subject in &waiting {
            look(platform, names, linkage, *subject, last).await?;
        }
        if !waiting.is_empty() {
            tracing::info!(
                subjects = waiting.len(),
                linkage.id,
                "looked for subjects without a code"
            );
            return Ok(true);
        }
    }
    let mut write = register.write().await?;
    store::linkage::looked_at(&mut write, last + 1).await?;
    write.commit().await?;
    Ok(false)
}

/// A candidate with what the model says of it.
struct Candidate {
    described: Described,
    score: Score,
    verdict: Verdict,
    reasons: Reasons,
}

/// Looks for one subject, and writes down what was found with the note that it was looked for.
async fn look(
    platform: &Platform,
    names: &Arc<NameIndex>,
    linkage: &Linkage,
    subject: SubjectId,
    position: i64,
) -> Result<(), Error> {
    let own = Described::of(platform, subject).await?;
    let candidates = match own.as_ref() {
        // Everything of it was taken back.
        None => Vec::new(),
        Some(own) => candidates(platform, names, linkage, own).await?,
    };
    let mut write = platform.register.write().await?;
    match &own {
        Some(own) => settle(platform, &mut write, linkage, own, &candidates).await?,
        None => store::linkage::forget_open(&mut write, subject).await?,
    }
    store::linkage::looked_for(&mut write, subject, position).await?;
    write.commit().await?;
    Ok(())
}

async fn candidates(
    platform: &Platform,
    names: &Arc<NameIndex>,
    linkage: &Linkage,
    own: &Described,
) -> Result<Vec<Candidate>, Error> {
    let register = &platform.register;
    let (found, rarity) = likely(platform, names, own).await?;
    let members = store::merge::with_members(register, &[own.subject]).await?;
    let apart: HashSet<SubjectId> = store::linkage::parted(register, &members)
        .await?
        .into_iter()
        .flat_map(|(_, one, other)| [one, other])
        .filter(|one| !members.contains(one))
        .collect();
    let Ok(scorer) = Scorer::new(&linkage.model) else { return Ok(Vec::new()) };
    let prepared = own.prepare(platform, linkage, &rarity);
    let mut candidates = Vec::new();
    for root in found {
        let standing = store::merge::with_members(register, &[root]).await?;
        if root == own.subject || standing.iter().any(|one| apart.contains(one)) {
            continue;
        }
        let Some(described) = Described::of(platform, root).await? else { continue };
        let other = described.prepare(platform, linkage, &rarity);
        let score = scorer.score(&prepared, &other);
        let verdict = linkage.verdict(score, prepared.marks.veto(&other.marks));
        let reasons = reasons(&scorer.explain(&prepared, &other));
        candidates.push(Candidate { described, score, verdict, reasons });
    }
    candidates.sort_by(|one, other| other.score.bits.total_cmp(&one.score.bits));
    Ok(candidates)
}

/// Subjects whose names are like those of one, the likest first, and how rare its names are.
async fn likely(
    platform: &Platform,
    names: &Arc<NameIndex>,
    own: &Described,
) -> Result<(Vec<SubjectId>, Rarity), Error> {
    let mut asked: Vec<String> = Vec::new();
    for name in &own.names {
        let core = platform.policy.names.parts(name).core;
        asked.extend([name.clone(), core]);
    }
    let index = Arc::clone(names);
    let hits = tokio::task::spawn_blocking(move || {
        let mut hits = Vec::new();
        for text in asked {
            hits.extend(index.search(&text, NAMES)?);
        }
        Ok::<_, store::error::Error>((hits, index.count()))
    });
    let (hits, all) = hits.await??;
    let mut best: HashMap<SubjectId, (Match, usize)> = HashMap::new();
    let mut cores: HashMap<String, HashSet<SubjectId>> = HashMap::new();
    let ids: Vec<SubjectId> = hits.iter().map(|hit| hit.subject).collect();
    let roots = store::merge::roots(&platform.register, &ids).await?;
    for hit in hits {
        let root = roots.get(&hit.subject).copied().unwrap_or(hit.subject);
        let length = normalise(&hit.name).chars().count();
        let likeness = (hit.how, length);
        let known = best.entry(root).or_insert(likeness);
        *known = likeness.min(*known);
        cores.entry(platform.policy.names.parts(&hit.name).core).or_default().insert(root);
    }
    let mut found: Vec<SubjectId> =
        best.keys().copied().filter(|one| *one != own.subject).collect();
    found.sort_by_key(|root| (best.get(root).copied(), *root));
    found.truncate(CANDIDATES);
    let counts = cores.into_iter().map(|(core, subjects)| (core, subjects.len())).collect();
    Ok((found, Rarity::new(counts, all)))
}

/// Joins, asks, or leaves alone.
async fn settle(
    platform: &Platform,
    write: &mut Write,
    linkage: &Linkage,
    own: &Described,
    candidates: &[Candidate],
) -> Result<(), Error> {
    let verdicts: Vec<Verdict> = candidates.iter().map(|one| one.verdict).collect();
    let (asked, join) = match choose(&verdicts) {
        Choice::Leave => return Ok(()),
        Choice::Join(at) if !own.grave && !candidates[at].described.is_joined_gravely(own) => {
            (vec![at], true)
        }
        Choice::Join(at) => (vec![at], false),
        Choice::Ask(places) => (places, false),
    };
    for at in asked {
        let candidate = &candidates[at];
        let (pair, state) = keep(platform, write, linkage, own, candidate).await?;
        if join && matches!(state, PairState::Open | PairState::Unsure) {
            let by = PLATFORM;
            let judged = Judged {
                judgement: Judgement::Same,
                reason: "达到自动归并的条件，没有否决情形".to_owned(),
                actor: by.to_owned(),
                at: platform.now(),
            };
            let state = PairState::Merged;
            store::linkage::settle(write, pair, state, None, Some(&judged)).await?;
            // Where one side was joined meanwhile, all is looked at again.
            let made = merge(platform, write, pair, [own, &candidate.described], by).await?;
            made.ok_or(Error::Busy)?;
        }
    }
    Ok(())
}

/// What acts where no person does.
const PLATFORM: &str = "platform";

async fn keep(
    platform: &Platform,
    write: &mut Write,
    linkage: &Linkage,
    own: &Described,
    candidate: &Candidate,
) -> Result<(PairId, PairState), Error> {
    let reasons = serde_json::to_string(&candidate.reasons).map_err(|why| Error::Io(why.into()))?;
    let new = NewPair {
        subjects: (own.subject, candidate.described.subject),
        linkage: &linkage.id,
        model_version: &linkage.model.version(),
        millibits: thousandths(candidate.score.bits),
        reasons: &reasons,
        at: platform.now(),
    };
    Ok(store::linkage::keep(write, &new).await?)
}

/// Reads one side with the other from now on, and writes it down for whoever it stands with. Nothing
/// happens where somebody else did it meanwhile.
pub(crate) async fn merge(
    platform: &Platform,
    write: &mut Write,
    pair: PairId,
    [one, other]: [&Described; 2],
    by: &str,
) -> Result<Option<MergeId>, Error> {
    let (subject, into) = standing(one.side(), other.side());
    let (now, new) = (platform.now(), NewMerge { subject, into, pair, by });
    let Some(id) = store::merge::make(write, &new, now).await? else { return Ok(None) };
    let (object, detail) = (id.to_string(), format!("pair={pair} subject={subject} into={into}"));
    let event = NewEvent {
        actor: by,
        event: Event::SubjectsMerged,
        object: &object,
        detail: &detail,
        subject: Some(into),
    };
    store::audit::append_all(write, now, &[event]).await?;
    Ok(Some(id))
}

fn reasons(explanation: &Explanation<'_>) -> Reasons {
    let of_field = |reason: &Reason<'_>| FieldReason {
        field: reason.field.name.clone(),
        agreement: match usize::from(reason.level) {
            level if level == usize::from(MISSING) => Agreement::Missing,
            level if level == reason.field.levels.len() => Agreement::Unlike,
            0 => Agreement::Equal,
            _ => Agreement::Alike,
        },
        millibits: thousandths(reason.bits),
    };
    Reasons {
        prior: thousandths(explanation.prior),
        fields: explanation.reasons.iter().map(of_field).collect(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "bits are small")]
fn thousandths(bits: f32) -> i64 {
    (f64::from(bits) * 1000.0).round() as i64
}

//! Whether two descriptions are of one subject (主体判定): pairs side by side, what speaks for and against,
//! and what people judged. A judgement is kept for ever and holds for everything that stands in a side.

use std::collections::BTreeMap;

use domain::{
    access::{Access, Action, Ground},
    audit::Event,
    ids::{MergeId, PairId, SubjectId},
    linkage::{plan::Linkage, veto::Veto},
    merge::{Bar, Facts, Judgement, Outcome, PairState, judge as decide, standing},
    text::{Lang, Text},
};
use store::{linkage::Judged, subject::Subject};

use crate::{
    access_log::{self, Looked},
    delivery,
    error::Error,
    gate::{self, Permit},
    linkage::{
        self, Agreement, Reasons,
        describing::{Described, Rarity},
    },
    platform::Platform,
    question::{impersonal, question},
    subject::{self, Code},
};

/// Pairs in a list.
const SHOWN: i64 = 100;
/// Characters of a reason, at most.
const REASON_MAX: usize = 500;

/// A pair in a list.
#[derive(Clone, Debug)]
pub struct PairLine {
    pub id: PairId,
    pub names: [String; 2],
    /// Thousandths of bits.
    pub millibits: i64,
    pub found_at: String,
}

/// A pair side by side.
#[derive(Clone, Debug)]
pub struct PairView {
    pub id: PairId,
    pub state: PairState,
    pub millibits: i64,
    pub thresholds: (f32, f32),
    pub linkage: String,
    pub model_version: String,
    /// What was said before anything was compared.
    pub prior: i64,
    pub reasons: Vec<ReasonView>,
    pub sides: [SideView; 2],
    pub veto: Option<Text>,
    /// A second person is needed.
    pub grave: bool,
    pub judgements: Vec<JudgedView>,
    /// The merge that came of it.
    pub merge: Option<MergeId>,
    /// Which side would be joined with the other.
    pub joined: usize,
}

#[derive(Clone, Debug)]
pub struct ReasonView {
    pub label: String,
    pub agreement: Agreement,
    pub millibits: i64,
}

/// One side, as its records describe it.
#[derive(Clone, Debug)]
pub struct SideView {
    pub subject: SubjectId,
    pub slug: String,
    pub code: Code,
    pub kind: String,
    pub names: Vec<String>,
    pub addresses: Vec<String>,
    /// Item, the department that answers for it, and how many records.
    pub records: Vec<(String, String, usize)>,
}

#[derive(Clone, Debug)]
pub struct JudgedView {
    pub judgement: Judgement,
    pub reason: String,
    pub who: String,
    pub at: String,
}

/// How many pairs are in each state.
pub async fn counts(
    platform: &Platform,
    access: &Access,
) -> Result<BTreeMap<PairState, i64>, Error> {
    admit(platform, access)?;
    Ok(store::linkage::counts(&platform.register).await?.into_iter().collect())
}

/// Pairs in a state.
pub async fn list(
    platform: &Platform,
    access: &Access,
    state: PairState,
) -> Result<Vec<PairLine>, Error> {
    admit(platform, access)?;
    let mut lines = Vec::new();
    for pair in store::linkage::in_state(&platform.register, state, SHOWN).await? {
        let one = Described::of(platform, pair.one).await?;
        let other = Described::of(platform, pair.other).await?;
        // Where everything of a side was taken back, nothing is left to judge.
        let (Some(one), Some(other)) = (one, other) else { continue };
        let names = [one, other].map(|side| side.names.into_iter().next().unwrap_or_default());
        let found_at = platform.minute(pair.found_at);
        lines.push(PairLine { id: pair.id, names, millibits: pair.millibits, found_at });
    }
    Ok(lines)
}

/// Puts a pair side by side, and writes down for both that somebody looked.
pub async fn open(
    platform: &Platform,
    access: &Access,
    id: PairId,
    lang: Lang,
) -> Result<PairView, Error> {
    let permit = admit(platform, access)?;
    let pair = store::linkage::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    let linkage = of(platform, &pair.linkage)?;
    let sides = [side(platform, pair.one).await?, side(platform, pair.other).await?];
    note(platform, &permit, &sides).await?;
    let reasons: Reasons = serde_json::from_str(&pair.reasons).map_err(|_| {
        Error::Store(store::error::Error::Corrupt(format!("linkage_pair {}", pair.id)))
    })?;
    let label = |name: &str| {
        let at = linkage.model.fields.iter().position(|field| field.name == name);
        let drawn = at.and_then(|at| linkage.drawn.get(at));
        drawn.map_or(name, |drawn| drawn.label.get(lang)).to_owned()
    };
    let joined = standing(sides[0].1.side(), sides[1].1.side()).0;
    let joined = usize::from(joined == sides[1].1.subject);
    let merge = store::merge::of_pair(&platform.register, id).await?;
    Ok(PairView {
        id,
        state: pair.state,
        millibits: pair.millibits,
        thresholds: (linkage.thresholds.review, linkage.thresholds.same),
        linkage: linkage.label.get(lang).to_owned(),
        model_version: pair.model_version.chars().take(8).collect(),
        prior: reasons.prior,
        reasons: reasons
            .fields
            .into_iter()
            .map(|one| ReasonView {
                label: label(&one.field),
                agreement: one.agreement,
                millibits: one.millibits,
            })
            .collect(),
        veto: veto(platform, linkage, [&sides[0].1, &sides[1].1]).map(veto_text),
        grave: sides[joined].1.grave,
        judgements: judgements(platform, id, lang).await?,
        merge: merge.map(|merge| merge.id),
        joined,
        sides: sides.map(|(subject, described)| view(platform, &subject, described, lang)),
    })
}

async fn judgements(platform: &Platform, id: PairId, lang: Lang) -> Result<Vec<JudgedView>, Error> {
    let mut views = Vec::new();
    for judged in store::linkage::judgements(&platform.register, id).await? {
        views.push(JudgedView {
            judgement: judged.judgement,
            reason: judged.reason,
            who: who(platform, &judged.actor, lang).await?,
            at: platform.minute(judged.at),
        });
    }
    Ok(views)
}

/// The name of whoever acted, for colleagues.
pub(crate) async fn who(platform: &Platform, actor: &str, lang: Lang) -> Result<String, Error> {
    let id = match actor.split_once(':') {
        Some(("account", id)) => id.parse().ok(),
        Some(("channel", id)) => return Ok(format!("{} {id}", lang.t("归集通道", "channel"))),
        _ => None,
    };
    let Some(id) = id else {
        return Ok(match actor {
            "platform" => lang.t("平台自动", "the platform by itself").to_owned(),
            actor => actor.to_owned(),
        });
    };
    let account = store::account::get(&platform.register, domain::ids::AccountId(id)).await?;
    Ok(account.map_or_else(|| actor.to_owned(), |account| account.name))
}

/// Judges a pair: merges, waits for a second person, keeps apart, or leaves it open.
pub async fn judge(
    platform: &Platform,
    access: &Access,
    id: PairId,
    judgement: Judgement,
    reason: &str,
) -> Result<Outcome, Error> {
    admit(platform, access)?;
    let reason = reason_of(reason)?;
    let mut write = platform.register.write().await?;
    // Of two who judge at once, the second sees what the first did.
    let held = store::linkage::held(&mut write, id).await?.ok_or(Error::NotFound)?;
    let linkage = of(platform, &held.linkage)?;
    let roots = [
        store::merge::root(&platform.register, held.one).await?,
        store::merge::root(&platform.register, held.other).await?,
    ];
    let [(_, one), (_, other)] = [side(platform, roots[0]).await?, side(platform, roots[1]).await?];
    let joined = standing(one.side(), other.side()).0;
    let grave = if joined == one.subject { one.grave } else { other.grave };
    let parted = parted(platform, id, roots).await?;
    let facts = Facts {
        state: held.state,
        joined: roots[0] == roots[1],
        veto: veto(platform, linkage, [&one, &other]),
        parted,
        grave,
        proposed_by: held.proposed_by.as_deref(),
    };
    let (now, actor) = (platform.now(), access.actor.to_string());
    let outcome = decide(&facts, judgement, &actor).map_err(barred)?;
    let judged = Judged { judgement, reason: reason.clone(), actor: actor.clone(), at: now };
    let (state, proposed_by) = match outcome {
        Outcome::Merge => (PairState::Merged, held.proposed_by.as_deref()),
        Outcome::Propose => (PairState::Proposed, Some(actor.as_str())),
        Outcome::Part => (PairState::Parted, None),
        Outcome::Wait => (PairState::Unsure, None),
    };
    store::linkage::settle(&mut write, id, state, proposed_by, Some(&judged)).await?;
    if outcome == Outcome::Merge {
        let made = linkage::merge(platform, &mut write, id, [&one, &other], &actor).await?;
        made.ok_or(Error::Busy)?;
    }
    let (event, object) = (Event::PairJudged, id.to_string());
    let detail = format!("judgement={} state={}", judgement.code(), state.code());
    store::audit::append(&mut write, now, &actor, event, &object, &detail).await?;
    write.commit().await?;
    Ok(outcome)
}

/// Whether another pair between what stands in both sides was judged to be two subjects.
async fn parted(platform: &Platform, id: PairId, roots: [SubjectId; 2]) -> Result<bool, Error> {
    let register = &platform.register;
    let one = store::merge::with_members(register, &roots[..1]).await?;
    let other = store::merge::with_members(register, &roots[1..]).await?;
    let apart = store::linkage::parted(register, &one).await?;
    Ok(apart
        .into_iter()
        .any(|(pair, a, b)| pair != id && (other.contains(&a) || other.contains(&b))))
}

/// How many pairs wait, for whoever may judge them.
pub async fn waiting(platform: &Platform, access: &Access) -> Result<i64, Error> {
    let counts = counts(platform, access).await?;
    let of = |state| counts.get(&state).copied().unwrap_or_default();
    Ok(of(PairState::Open) + of(PairState::Proposed))
}

pub(crate) fn admit(platform: &Platform, access: &Access) -> Result<Permit, Error> {
    let access = access.clone().on(Ground::Office, "主体比对");
    gate::admit(platform, &access, Action::JudgeIdentity, true)
}

pub(crate) fn reason_of(reason: &str) -> Result<String, Error> {
    let reason = reason.trim();
    if reason.is_empty() || REASON_MAX < reason.chars().count() {
        return Err(question(
            "reason",
            "请写明理由，最多 500 字",
            "say why, in at most 500 characters",
        ));
    }
    impersonal("reason", reason)?;
    Ok(reason.to_owned())
}

fn of<'p>(platform: &'p Platform, id: &str) -> Result<&'p Linkage, Error> {
    let mut linkages = platform.policy.linkages.iter();
    linkages.find(|linkage| linkage.id == id).ok_or(Error::NotFound)
}

/// A side by itself; one of which everything was taken back is nobody's to compare.
async fn side(platform: &Platform, id: SubjectId) -> Result<(Subject, Described), Error> {
    let subject = store::subject::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    let described = Described::of(platform, id).await?.ok_or_else(|| {
        Error::Refused(Text::new(
            "其中一方的记录已全部撤回，不再需要判定",
            "everything of one side was taken back: there is nothing left to judge",
        ))
    })?;
    Ok((subject, described))
}

fn veto(platform: &Platform, linkage: &Linkage, [one, other]: [&Described; 2]) -> Option<Veto> {
    let marks = |side: &Described| side.prepare(platform, linkage, &Rarity::default()).marks;
    marks(one).veto(&marks(other))
}

fn veto_text(veto: Veto) -> Text {
    let (zh, en) = veto.reason();
    Text::new(zh, en)
}

fn barred(bar: Bar) -> Error {
    let (zh, en) = match bar {
        Bar::Veto(veto) => {
            let (zh, en) = veto.reason();
            (format!("{zh}，不能归并"), format!("{en}: the two cannot be merged"))
        }
        Bar::Parted => (
            "双方（含已归并进来的）此前已判定不是同一主体；确需归并，先更正那次判定".to_owned(),
            "what stands in the two was judged to be two subjects before; put that right first"
                .to_owned(),
        ),
        Bar::SamePerson => (
            "涉及处罚或名单，须由另一名人员复核".to_owned(),
            "penalties or lists are touched: another person must look".to_owned(),
        ),
        Bar::Merged => (
            "已经归并；认为有误请解除归并".to_owned(),
            "the two are merged; where that is wrong, end the merge".to_owned(),
        ),
    };
    Error::Question { name: "judgement", text: Text::new(zh, en) }
}

/// Writes down for both sides that they were compared.
async fn note(
    platform: &Platform,
    permit: &Permit,
    sides: &[(Subject, Described); 2],
) -> Result<(), Error> {
    let mut write = platform.register.write().await?;
    for (subject, described) in sides {
        let records = described.records.iter().map(|(item, _, record)| (item.as_str(), *record));
        let (event, looked) = (Event::IdentityCompared, Looked::at(records));
        access_log::note(platform, &mut write, event, subject.id, permit, &looked).await?;
    }
    write.commit().await?;
    Ok(())
}

fn view(platform: &Platform, subject: &Subject, described: Described, lang: Lang) -> SideView {
    let code = subject::code(subject, lang);
    let mut records: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (item, department, _) in described.records {
        let item = delivery::item_label(platform, &item, lang);
        *records.entry((item, platform.department_label(&department, lang))).or_default() += 1;
    }
    SideView {
        subject: subject.id,
        slug: code.slug(),
        code,
        kind: subject.kind.label(lang).to_owned(),
        names: described.names,
        addresses: described.addresses,
        records: records.into_iter().map(|((item, by), count)| (item, by, count)).collect(),
    }
}

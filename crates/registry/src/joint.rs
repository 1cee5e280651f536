//! Joint action (联合奖惩): what entries ask of an organisation in its matters, what it tells back, and
//! what it lifts once an entry is gone.

use domain::{
    access::{Access, Action},
    audit::Event,
    ids::{MatterId, RecordId, SubjectId},
    joint::{Outcome, asked},
    matter::Matter,
    publication::Publication,
    role::OrganisationKind,
    text::{Lang, Text},
};
use jiff::{Span, Timestamp};
use serde::Serialize;
use store::{
    joint::{Measure, Told},
    register::Write,
};

use crate::{
    advice::{AdviceItem, AdviceMeasure},
    case::{self, Hand},
    error::Error,
    gate, matter,
    platform::Platform,
    question::{impersonal, question},
    record, subject,
    version::{Clocks, Life},
};

/// What an organisation tells of a measure (反馈).
#[derive(Clone, Debug)]
pub struct Feedback {
    pub record: RecordId,
    pub measure: String,
    pub outcome: Outcome,
    pub reason: String,
    /// Number of the document by which it was done.
    pub document: String,
}

/// A measure asked for in a matter, as its organisation reads it.
#[derive(Clone, Debug, Serialize)]
pub struct MeasureView {
    pub matter: i64,
    pub case_number: String,
    pub subject_code: String,
    pub record: i64,
    pub measure: String,
    pub label: String,
    pub mandatory: bool,
    pub asked_at: Timestamp,
    pub outcome: Option<String>,
    pub outcome_label: Option<String>,
    pub reason: String,
    pub document: String,
    /// Since when it is asked for no longer; where it was taken, it is to be lifted.
    pub lifted_at: Option<Timestamp>,
    pub lifted_why: Option<String>,
    /// When its organisation told that it was lifted.
    pub lift_told_at: Option<Timestamp>,
    pub to_tell: bool,
    pub to_lift: bool,
}

/// How much was checked, and how much of what was asked was answered.
#[derive(Clone, Debug)]
pub struct CoverageLine {
    pub organisation: String,
    pub kind: String,
    pub matters: i64,
    pub checked: i64,
    /// Of a hundred.
    pub rate: i64,
    pub asked: i64,
    pub told: i64,
    pub to_lift: i64,
}

/// Characters of a reason and of the number of a document.
const REASON_MAX: usize = 300;
const DOCUMENT_MAX: usize = 64;
/// Measures shown at a time.
const OPEN_MAX: i64 = 200;
/// Records looked at between two breaths.
const PAGE: i64 = 500;
/// Days of matters that coverage counts.
const COVERED_DAYS: i64 = 365;

/// The measures that entries of a subject ask for in a kind of matter, beside each entry.
pub(crate) async fn measures(
    platform: &Platform,
    id: SubjectId,
    items: &mut [AdviceItem],
    kind: &str,
    clocks: Clocks,
    lang: Lang,
) -> Result<(), Error> {
    if !items.iter().any(|item| item.item == crate::listing::ITEM) {
        return Ok(());
    }
    let versions = case::versions(platform, id).await?;
    for item in items.iter_mut().filter(|item| item.item == crate::listing::ITEM) {
        let life = Life::of(&versions, RecordId(item.record));
        let Some(version) = life.as_ref().and_then(|life| life.chosen(clocks.as_of)) else {
            continue;
        };
        let word = |field| version.payload.text(field).unwrap_or_default();
        let found =
            asked(&platform.policy, word("list_kind"), word("measures"), kind, clocks.as_of);
        item.measures = found
            .into_iter()
            .map(|one| AdviceMeasure {
                measure: one.measure,
                label: one.label.get(lang).to_owned(),
                mandatory: one.mandatory,
                basis: one.reference,
            })
            .collect();
    }
    Ok(())
}

/// Keeps what a check of a matter was answered, in the transaction that answers it.
pub(crate) async fn keep(
    write: &mut Write,
    matter: &Matter,
    items: &[AdviceItem],
    at: Timestamp,
) -> Result<(), Error> {
    store::joint::checked(write, matter.id, at).await?;
    for item in items {
        for one in &item.measures {
            let asked = Measure {
                matter: matter.id,
                record: RecordId(item.record),
                measure: one.measure.clone(),
                organisation: matter.organisation,
                subject: matter.subject,
                mandatory: one.mandatory,
                asked_at: at,
                told: None,
                lifted: None,
                lift_told_at: None,
            };
            store::joint::ask(write, &asked).await?;
        }
    }
    Ok(())
}

/// What was asked for in a matter of the organisation acted for.
pub async fn of_matter(
    platform: &Platform,
    access: &Access,
    id: MatterId,
    lang: Lang,
) -> Result<Vec<MeasureView>, Error> {
    let matter = matter::find(platform, access, id).await?;
    views(platform, store::joint::of_matter(&platform.register, matter.id).await?, lang).await
}

/// What the organisation acted for still has to tell, the oldest first.
pub async fn open(
    platform: &Platform,
    access: &Access,
    lang: Lang,
) -> Result<Vec<MeasureView>, Error> {
    gate::admit(platform, access, Action::RegisterMatter, true)?;
    let organisation = access.organisation_id().ok_or(Error::Forbidden(Action::RegisterMatter))?;
    let open = store::joint::open_of(&platform.register, organisation, OPEN_MAX).await?;
    views(platform, open, lang).await
}

/// Tells what was done, in a matter of the organisation acted for.
pub async fn tell(
    platform: &Platform,
    access: &Access,
    id: MatterId,
    feedback: &Feedback,
) -> Result<(), Error> {
    let matter = matter::find(platform, access, id).await?;
    let (reason, document) = (feedback.reason.trim(), feedback.document.trim());
    if feedback.outcome.needs_reason() && reason.is_empty() {
        return Err(question(
            "reason",
            "未采取或者不适用的，请写明理由",
            "say why it was not taken, or does not apply",
        ));
    }
    for (name, text, most) in [("reason", reason, REASON_MAX), ("document", document, DOCUMENT_MAX)]
    {
        if most < text.chars().count() || text.contains(char::is_control) {
            let zh = format!("最多 {most} 个字，不含控制字符");
            return Err(question(name, &zh, &format!("at most {most} plain characters")));
        }
        impersonal(name, text)?;
    }
    let (now, by) = (platform.now(), access.actor.to_string());
    let told = Told {
        outcome: feedback.outcome,
        reason: reason.to_owned(),
        document: document.to_owned(),
        by,
        at: now,
    };
    let mut write = platform.register.write().await?;
    let place = (id, feedback.record, feedback.measure.as_str());
    if !store::joint::tell(&mut write, place, &told).await? {
        return Err(not_asked());
    }
    let detail = format!("measure={} outcome={}", feedback.measure, feedback.outcome.code());
    note(&mut write, (Event::MeasureTold, &matter), &told.by, now, &detail).await?;
    write.commit().await?;
    Ok(())
}

/// Tells that a measure was lifted.
pub async fn tell_lifted(
    platform: &Platform,
    access: &Access,
    id: MatterId,
    (record, measure): (RecordId, &str),
) -> Result<(), Error> {
    let matter = matter::find(platform, access, id).await?;
    let (now, by) = (platform.now(), access.actor.to_string());
    let mut write = platform.register.write().await?;
    if !store::joint::tell_lifted(&mut write, (id, record, measure), &by, now).await? {
        return Err(not_asked());
    }
    let detail = format!("measure={measure}");
    note(&mut write, (Event::MeasureLifted, &matter), &by, now, &detail).await?;
    write.commit().await?;
    Ok(())
}

/// How far every organisation checks what it should, for the centre (应查必查).
pub async fn coverage(
    platform: &Platform,
    access: &Access,
    lang: Lang,
) -> Result<Vec<CoverageLine>, Error> {
    if case::officer(platform, access)? != Hand::Centre {
        return Err(Error::NotFound);
    }
    let since = platform.now().checked_sub(Span::new().hours(COVERED_DAYS * 24));
    let since = since.unwrap_or(Timestamp::MIN);
    let mut lines = Vec::new();
    for one in store::joint::coverage(&platform.register, since).await? {
        let known = store::organisation::get(&platform.register, one.organisation).await?;
        let Some(known) = known else { continue };
        if known.kind == OrganisationKind::Bank {
            continue;
        }
        lines.push(CoverageLine {
            organisation: known.name,
            kind: matter::kind_label(platform, &one.kind, lang),
            rate: (one.checked * 100).checked_div(one.matters).unwrap_or_default(),
            matters: one.matters,
            checked: one.checked,
            asked: one.asked,
            told: one.told,
            to_lift: one.to_lift,
        });
    }
    Ok(lines)
}

/// Asks no longer for the measures of records that the public does not see any more (their term is
/// over, their source took them back), nor for those an entry that was corrected names no more. How many
/// are to be lifted.
pub(crate) async fn lift_ended(platform: &Platform) -> Result<u64, Error> {
    let (mut lifted, mut after) = (0, RecordId(0));
    loop {
        let found = store::joint::records(&platform.register, after, PAGE).await?;
        for (id, record) in &found {
            let ended = match gone(platform, *id, *record).await? {
                Some(why) => vec![(None, why)],
                None => named_no_more(platform, *id, *record).await?,
            };
            let mut write = platform.register.write().await?;
            let now = platform.now();
            for (only, why) in ended {
                let only = only.as_ref().map(|(matter, measure)| (*matter, measure.as_str()));
                lifted += store::joint::lift(&mut write, (*record, only), &why.zh, now).await?;
            }
            write.commit().await?;
        }
        match found.last() {
            Some((_, last)) => after = *last,
            None => return Ok(lifted),
        }
    }
}

/// One measure in one matter; none for all of a record.
type Only = Option<(MatterId, String)>;

/// Measures that were asked for, and that the entry as it stands asks for no more.
async fn named_no_more(
    platform: &Platform,
    id: SubjectId,
    record: RecordId,
) -> Result<Vec<(Only, Text)>, Error> {
    let versions = case::versions(platform, id).await?;
    let today = platform.today();
    let life = Life::of(&versions, record);
    let Some(version) = life.as_ref().and_then(|life| life.chosen(today)) else {
        return Ok(Vec::new());
    };
    let word = |field| version.payload.text(field).unwrap_or_default();
    let mut ended = Vec::new();
    for one in store::joint::of_record(&platform.register, record).await? {
        let matter = store::matter::get(&platform.register, one.matter).await?;
        let kind = matter.map(|matter| matter.kind).unwrap_or_default();
        let still = asked(&platform.policy, word("list_kind"), word("measures"), &kind, today);
        if !still.iter().any(|asked| asked.measure == one.measure) {
            let why = Text::new("更正后不再有这项措施", "not named any more since a correction");
            ended.push((Some((one.matter, one.measure)), why));
        }
    }
    Ok(ended)
}

/// Why the public sees a record no longer; none where it does.
pub(crate) async fn gone(
    platform: &Platform,
    id: SubjectId,
    record: RecordId,
) -> Result<Option<Text>, Error> {
    let versions = case::versions(platform, id).await?;
    let taken_back = || Text::new("信源单位撤回或者更正", "taken back or corrected by its source");
    let Some(life) = Life::of(&versions, record) else { return Ok(Some(taken_back())) };
    let today = platform.today();
    let ended = subject::has_ended(platform, &versions, Clocks::present(platform));
    Ok(match record::decide(platform, &life, ended, today) {
        Some(Publication::Public(_)) => None,
        Some(Publication::Withheld(why)) => Some(why.reason()),
        None => Some(taken_back()),
    })
}

async fn note(
    write: &mut Write,
    (event, matter): (Event, &Matter),
    by: &str,
    at: Timestamp,
    detail: &str,
) -> Result<(), Error> {
    let object = matter.id.to_string();
    store::audit::append_about(write, at, by, event, &object, detail, matter.subject).await?;
    Ok(())
}

async fn views(
    platform: &Platform,
    measures: Vec<Measure>,
    lang: Lang,
) -> Result<Vec<MeasureView>, Error> {
    let mut views = Vec::new();
    for one in measures {
        let found = store::matter::get(&platform.register, one.matter).await?;
        let found = found.ok_or(Error::NotFound)?;
        let known = platform.policy.measure(&one.measure);
        let told = one.told.as_ref();
        views.push(MeasureView {
            matter: one.matter.0,
            case_number: found.number,
            subject_code: matter::slug(platform, one.subject).await?,
            record: one.record.0,
            label: known.map_or(one.measure.as_str(), |known| known.label.get(lang)).to_owned(),
            mandatory: one.mandatory,
            asked_at: one.asked_at,
            outcome: told.map(|told| told.outcome.code().to_owned()),
            outcome_label: told.map(|told| told.outcome.label().get(lang).to_owned()),
            reason: told.map(|told| told.reason.clone()).unwrap_or_default(),
            document: told.map(|told| told.document.clone()).unwrap_or_default(),
            lifted_at: one.lifted.as_ref().map(|(at, _)| *at),
            lifted_why: one.lifted.as_ref().map(|(_, why)| why.clone()),
            lift_told_at: one.lift_told_at,
            to_tell: told.is_none() && one.lifted.is_none(),
            to_lift: one.lifted.is_some() && one.lift_told_at.is_none(),
            measure: one.measure,
        });
    }
    Ok(views)
}

fn not_asked() -> Error {
    question(
        "measure",
        "这件事项没有这项待反馈、待解除的措施",
        "no such measure waits to be told or lifted in this matter",
    )
}

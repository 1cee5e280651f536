//! One record as a reader meets it, with the answer to 为何在此.

use domain::{
    catalogue::{Item, Section},
    disclosure::{Audience, Disclosed},
    ids::{RecordId, SubjectId},
    parameter::Reference,
    publication::{self, DisclosedField, Facts, Publication},
    record::Version,
    sealed::sm3_hex,
    text::Lang,
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use store::submission::Submission;

use crate::{
    digest,
    error::Error,
    platform::Platform,
    subject::{self, Head},
    version::{Clocks, Fate, Life},
};

/// A record the reader may see.
#[derive(Clone, Debug, Serialize)]
pub struct RecordView {
    /// Number of the record, which together with the subject addresses it.
    pub record: i64,
    pub item: String,
    pub item_label: String,
    #[serde(skip)]
    pub section: Section,
    pub subject_code: String,
    pub subject_name: String,
    pub title: String,
    pub document_number: Option<String>,
    pub organ: Option<String>,
    pub decided_on: Option<Date>,
    pub effective_from: Option<Date>,
    pub effective_until: Option<Date>,
    pub publication: PublicationView,
    pub fields: Disclosed<Vec<DisclosedField>>,
    /// True where the version was put right since: what was wrong in it is left out.
    pub corrected: bool,
    /// The subject's own words beside it (本人声明); none where it made no statement.
    pub statement: Option<String>,
    pub why: Why,
}

/// The decision on publication, in words.
#[derive(Clone, Debug, Serialize)]
pub struct PublicationView {
    pub public: bool,
    pub from: Option<Date>,
    /// Last day, included; none while the record stands.
    pub until: Option<Date>,
    pub severity: Option<String>,
    pub generation: Option<String>,
    pub repair_from: Option<Date>,
    /// Why until then, or why it is not shown.
    pub term: String,
    pub references: Vec<Reference>,
    /// The day since which its subject objects to it (异议处理中); none where nobody does.
    pub disputed: Option<Date>,
}

/// 为何在此: where a record comes from and what it rests on.
#[derive(Clone, Debug, Serialize)]
pub struct Why {
    pub row: u64,
    pub rows: u64,
    pub receipt: String,
    pub received_at: String,
    /// How soon after the decision the platform first had the record, where the law sets a limit.
    pub timeliness: Option<Timeliness>,
    /// Salted digest of the file handed in, see [`digest::salted`].
    pub file_digest: String,
    /// Digest of what is disclosed, which anybody can make again.
    pub disclosed_digest: String,
    pub department: String,
    /// Basis of the catalogue item on the day.
    pub basis: Option<Reference>,
    pub version: i64,
    pub versions: i64,
    pub policy_version: String,
    pub overridden: bool,
}

/// Working days from the decision to the first acceptance, against the limit of the law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Timeliness {
    /// None where a calendar is missing, which [`Self::missing_year`] names.
    pub working_days: Option<i64>,
    pub limit: i64,
    pub missing_year: Option<i16>,
}

/// A version as the public is told of it once another has taken its place: that it was there.
#[derive(Clone, Debug, Serialize)]
pub struct OlderVersion {
    pub version: i64,
    pub received_at: String,
    pub receipt: String,
    /// True where this version took the record back.
    pub withdrawn: bool,
}

/// One record and the older versions of it, newest first.
#[derive(Clone, Debug, Serialize)]
pub struct History {
    pub subject: Head,
    pub record: RecordView,
    pub older: Vec<OlderVersion>,
}

/// What the views of one page share.
#[derive(Clone, Copy)]
pub struct Viewing<'p> {
    pub platform: &'p Platform,
    /// Anybody but the public only by way of [`crate::reading`], which writes down who looked.
    pub(crate) audience: Audience,
    pub lang: Lang,
    pub clocks: Clocks,
    pub(crate) scope: Scope<'p>,
}

/// What of a file a reader who is not the public may see at all.
#[derive(Clone, Copy, Default)]
pub(crate) struct Scope<'s> {
    /// Records this department handed in, and no other.
    pub department: Option<&'s str>,
    pub sections: Option<&'s [Section]>,
    pub items: Option<&'s [String]>,
    /// Leave out what is over: nobody else may act on it.
    pub in_force: bool,
    /// What the public would not see leaves masked.
    pub masked: bool,
}

impl Scope<'_> {
    fn holds(&self, item: &Item, version: &Version, over: impl Fn() -> bool) -> bool {
        self.department.is_none_or(|department| department == version.department)
            && self.sections.is_none_or(|sections| sections.contains(&item.section))
            && self.items.is_none_or(|items| items.iter().any(|one| *one == *item.id))
            && !(self.in_force && over())
    }
}

/// The subject of a record, as a view of the record needs it.
#[derive(Clone, Copy, Debug)]
pub struct Of<'s> {
    pub slug: &'s str,
    /// Whether it was no more, by the clocks of the viewing.
    pub ended: bool,
    /// Whether it is no more today.
    pub ended_today: bool,
}

/// What is shown of a version, before it is put into words.
struct Shown {
    publication: Publication,
    fields: Disclosed<Vec<DisclosedField>>,
    corrected: bool,
    why: Why,
}

/// What the law asks about a record: the version that tells how things were on a day, and what cases
/// had done to the record by then.
pub(crate) fn facts<'v>(
    platform: &'v Platform,
    life: &Life<'v>,
    subject_ended: bool,
    as_of: Date,
) -> Option<Facts<'v>> {
    let (version, known_from) = life.chosen(as_of).zip(life.known_from())?;
    Some(Facts {
        item: platform.policy.item(&version.item)?,
        payload: &version.payload,
        subject_kind: version.subject_kind,
        subject_ended,
        decided_on: version.decided_on,
        effective_until: version.effective_until,
        known_from: platform.day(known_from),
        withdrawn: version.withdrawn,
        standings: life.held(as_of),
    })
}

/// Whether the public sees a record on a day, and until when.
#[must_use]
pub fn decide(
    platform: &Platform,
    life: &Life<'_>,
    subject_ended: bool,
    as_of: Date,
) -> Option<Publication> {
    let facts = facts(platform, life, subject_ended, as_of)?;
    Some(publication::decide(&platform.policy, &facts, as_of))
}

/// Whether the public sees the record on a day, by all that is known of it.
#[must_use]
pub fn is_public(platform: &Platform, life: &Life<'_>, subject_ended: bool, as_of: Date) -> bool {
    matches!(decide(platform, life, subject_ended, as_of), Some(Publication::Public(_)))
}

impl<'p> Viewing<'p> {
    /// What the public sees, by both clocks.
    #[must_use]
    pub fn public(platform: &'p Platform, lang: Lang, clocks: Clocks) -> Viewing<'p> {
        Viewing { platform, audience: Audience::Public, lang, clocks, scope: Scope::default() }
    }

    /// The record by both clocks, or none where this reader may not see it.
    ///
    /// The public never sees what has left publication by asking for an older day, nor what was
    /// put right: of a corrected version only what still holds is shown.
    pub async fn record(&self, life: &Life<'_>, of: Of<'_>) -> Result<Option<RecordView>, Error> {
        let known = life.known(self.clocks.known());
        let Some((version, known_from)) = known.chosen(self.clocks.as_of).zip(known.known_from())
        else {
            return Ok(None);
        };
        let platform = self.platform;
        let public = self.audience == Audience::Public;
        let today = platform.today();
        if public && self.clocks.is_past && !is_public(platform, life, of.ended_today, today) {
            return Ok(None);
        }
        let fate = life.fate(version);
        if public && matches!(fate, Fate::TakenBack) {
            return Ok(None);
        }
        let as_of = self.clocks.as_of;
        let Some(facts) = facts(platform, &known, of.ended, as_of) else { return Ok(None) };
        let (item, policy) = (facts.item, &platform.policy);
        let publication = publication::decide(policy, &facts, as_of);
        let admitted = item.openness.admits(self.audience);
        if !admitted || (public && !matches!(publication, Publication::Public(_))) {
            return Ok(None);
        }
        if !self.scope.holds(item, version, || publication::is_over(policy, &facts, as_of)) {
            return Ok(None);
        }
        let mut fields = self.disclose(item, version);
        if let (true, Fate::Corrected(now)) = (public, fate) {
            fields = fields.agreeing(&self.disclose(item, now));
        }
        let submission = platform.submission(version.submission).await?;
        let why = Why {
            versions: known.count(),
            timeliness: self.timeliness(item, version, known_from),
            ..self.why(item, version, &submission, &fields)
        };
        let shown =
            Shown { publication, fields, corrected: matches!(fate, Fate::Corrected(_)), why };
        Ok(Some(self.view(item, version, of.slug, shown)))
    }

    fn disclose(&self, item: &Item, version: &Version) -> Disclosed<Vec<DisclosedField>> {
        let policy = &self.platform.policy;
        let disclose = match self.scope.masked {
            true => publication::disclose_masked,
            false => publication::disclose,
        };
        disclose(policy, item, &version.payload, self.audience, self.lang)
    }

    fn view(&self, item: &Item, version: &Version, slug: &str, shown: Shown) -> RecordView {
        let Shown { publication, fields, corrected, why } = shown;
        let shown = |role: Option<usize>| {
            let name = &item.fields.get(role?)?.name;
            let field = fields.get().iter().find(|field| field.name == *name)?;
            Some(field.value.clone())
        };
        let day = |role: Option<usize>, day: Option<Date>| day.filter(|_| shown(role).is_some());
        let roles = &item.roles;
        RecordView {
            record: version.record.0,
            item: item.id.to_string(),
            item_label: item.label.get(self.lang).to_owned(),
            section: item.section,
            subject_code: slug.to_owned(),
            subject_name: shown(roles.subject_name).unwrap_or_default(),
            title: shown(roles.title).unwrap_or_else(|| item.label.get(self.lang).to_owned()),
            document_number: shown(roles.document_number),
            organ: shown(roles.organ),
            decided_on: day(roles.decided_on, version.decided_on),
            effective_from: day(roles.effective_from, version.effective_from),
            effective_until: day(roles.effective_until, version.effective_until),
            publication: view(&publication, self.lang),
            fields,
            corrected,
            statement: version.statement.clone(),
            why,
        }
    }

    fn why(
        &self,
        item: &Item,
        version: &Version,
        submission: &Submission,
        fields: &Disclosed<Vec<DisclosedField>>,
    ) -> Why {
        let platform = self.platform;
        Why {
            row: version.row,
            rows: submission.counts.rows,
            receipt: submission.receipt.clone(),
            received_at: platform.minute(version.known_from),
            timeliness: None,
            file_digest: digest::salted(&submission.file_salt, &submission.file_digest),
            disclosed_digest: disclosed_digest(fields),
            department: platform.department_label(&version.department, self.lang),
            basis: item.basis_on(self.clocks.as_of).cloned(),
            version: version.no,
            versions: version.no,
            policy_version: version.policy_version.get(..8).unwrap_or_default().to_owned(),
            overridden: version.overridden,
        }
    }

    /// Counted from the first acceptance: a correction does not make a record late.
    fn timeliness(
        &self,
        item: &Item,
        version: &Version,
        known_from: Timestamp,
    ) -> Option<Timeliness> {
        let policy = &self.platform.policy;
        let decided = version.decided_on?;
        let limit = policy.parameter(item.timeliness.as_deref()?, decided)?.value;
        let received = self.platform.day(known_from);
        Some(match policy.calendar.working_days_after(decided, received) {
            Ok(days) => Timeliness { working_days: Some(days), limit, missing_year: None },
            Err(missing) => Timeliness { working_days: None, limit, missing_year: Some(missing.0) },
        })
    }
}

/// SM3 of the disclosed fields as one JSON object, name to data, in the order of the catalogue.
fn disclosed_digest(fields: &Disclosed<Vec<DisclosedField>>) -> String {
    let pairs = fields.get().iter().map(|field| (field.name.clone(), field.data.clone()));
    let object = serde_json::Value::Object(pairs.collect());
    format!("sm3:{}", sm3_hex(object.to_string().as_bytes()))
}

fn view(publication: &Publication, lang: Lang) -> PublicationView {
    match publication {
        Publication::Public(published) => PublicationView {
            public: true,
            from: Some(published.from),
            until: published.until,
            severity: published.severity.as_ref().map(|s| s.class.get(lang).to_owned()),
            generation: published.severity.as_ref().map(|s| s.generation.get(lang).to_owned()),
            repair_from: published.severity.as_ref().and_then(|s| s.repair_from),
            term: published.term.get(lang).to_owned(),
            references: published.references.clone(),
            disputed: published.disputed,
        },
        Publication::Withheld(withheld) => PublicationView {
            public: false,
            from: None,
            until: None,
            severity: None,
            generation: None,
            repair_from: None,
            term: withheld.reason().get(lang).to_owned(),
            references: Vec::new(),
            disputed: None,
        },
    }
}

/// The subject of a record by its number alone, by the word in its address.
pub async fn slug_of(platform: &Platform, record: i64) -> Result<String, Error> {
    let subject = store::record::subject_of(&platform.register, RecordId(record)).await?;
    let id: SubjectId = subject.ok_or(Error::NotFound)?;
    let found = store::subject::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    Ok(subject::code(&found, Lang::Zh).slug())
}

/// One record of a subject, and that there were older versions of it.
pub async fn history(viewing: &Viewing<'_>, slug: &str, record: i64) -> Result<History, Error> {
    let platform = viewing.platform;
    let found = subject::find(platform, slug).await?;
    let versions = subject::versions(platform, found.id, viewing.clocks).await?;
    let head = subject::head(platform, &found, &versions, viewing.clocks, viewing.lang);
    history_of(viewing, head.ok_or(Error::NotFound)?, &versions, record).await
}

/// The same of versions that were read already.
pub(crate) async fn history_of(
    viewing: &Viewing<'_>,
    head: Head,
    versions: &[Version],
    record: i64,
) -> Result<History, Error> {
    let (platform, clocks) = (viewing.platform, viewing.clocks);
    let life = Life::of(versions, RecordId(record)).ok_or(Error::NotFound)?;
    let ended_today = subject::has_ended(platform, versions, Clocks::present(platform));
    let slug = head.code.slug();
    let of = Of { slug: &slug, ended: head.ended, ended_today };
    let record = viewing.record(&life, of).await?.ok_or(Error::NotFound)?;
    let mut older = Vec::new();
    let known = life.known(clocks.known());
    for version in known.versions().iter().rev().filter(|one| one.no != record.why.version) {
        let submission = platform.submission(version.submission).await?;
        older.push(OlderVersion {
            version: version.no,
            received_at: platform.minute(version.known_from),
            receipt: submission.receipt.clone(),
            withdrawn: version.withdrawn,
        });
    }
    Ok(History { subject: head, record, older })
}

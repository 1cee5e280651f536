//! One record as a reader meets it, with the answer to 为何在此.

use domain::{
    catalogue::{Item, Section},
    disclosure::{Audience, Disclosed},
    parameter::Reference,
    publication::{self, DisclosedField, Facts, Publication},
    record::Version,
    text::Lang,
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use store::submission::Submission;

use crate::{error::Error, platform::Platform, subject};

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
}

/// 为何在此: where a record comes from and what it rests on.
#[derive(Clone, Debug, Serialize)]
pub struct Why {
    pub row: u64,
    pub rows: u64,
    pub receipt: String,
    pub received_at: String,
    #[serde(skip)]
    pub received: Timestamp,
    /// Working days from the decision to acceptance, and the limit.
    pub working_days: Option<i64>,
    pub working_days_limit: Option<i64>,
    pub file_digest: String,
    pub record_digest: String,
    pub department: String,
    /// Basis of the catalogue item on the day.
    pub basis: Option<Reference>,
    pub version: i64,
    pub versions: i64,
    pub policy_version: String,
    pub overridden: bool,
}

/// What the views of one page share.
pub struct Viewing<'p> {
    pub platform: &'p Platform,
    pub audience: Audience,
    pub lang: Lang,
    /// The day whose law and periods count.
    pub as_of: Date,
}

impl Viewing<'_> {
    /// The decision for a version.
    #[must_use]
    pub fn publication(&self, item: &Item, version: &Version, subject_ended: bool) -> Publication {
        let facts = Facts {
            item,
            payload: &version.payload,
            subject_kind: version.subject_kind,
            subject_ended,
            decided_on: version.decided_on,
            effective_until: version.effective_until,
            known_from: self.platform.day(version.known_from),
            withdrawn: version.withdrawn,
        };
        publication::decide(&self.platform.policy, &facts, self.as_of)
    }

    /// The record, or none where this reader may not see it.
    pub async fn record(
        &self,
        version: &Version,
        subject_code: &str,
        subject_ended: bool,
        versions: i64,
    ) -> Result<Option<RecordView>, Error> {
        let Some(item) = self.platform.policy.item(&version.item) else { return Ok(None) };
        if !item.openness.admits(self.audience) {
            return Ok(None);
        }
        let publication = self.publication(item, version, subject_ended);
        if self.audience == Audience::Public && !matches!(publication, Publication::Public(_)) {
            return Ok(None);
        }
        let platform = self.platform;
        let submission = platform.submission(version.submission).await?;
        let disclosed = publication::disclose(
            &platform.policy,
            item,
            &version.payload,
            self.audience,
            self.lang,
        );
        let shown = |role: Option<usize>| {
            let name = &item.fields.get(role?)?.name;
            disclosed
                .get()
                .iter()
                .find(|field| field.name == *name)
                .map(|field| field.value.clone())
        };
        let why = self.why(item, version, &submission, versions);
        Ok(Some(RecordView {
            record: version.record.0,
            item: item.id.to_string(),
            item_label: item.label.get(self.lang).to_owned(),
            section: item.section,
            subject_code: subject_code.to_owned(),
            subject_name: version.subject_name.clone(),
            title: shown(item.roles.title).unwrap_or_else(|| item.label.get(self.lang).to_owned()),
            document_number: shown(item.roles.document_number),
            organ: shown(item.roles.organ),
            decided_on: version.decided_on,
            effective_from: version.effective_from,
            effective_until: version.effective_until,
            publication: view(&publication, self.lang),
            fields: disclosed,
            why,
        }))
    }

    fn why(&self, item: &Item, version: &Version, submission: &Submission, versions: i64) -> Why {
        let platform = self.platform;
        let (working_days, working_days_limit) = self.timeliness(version);
        Why {
            row: version.row,
            rows: submission.counts.rows,
            receipt: submission.receipt.clone(),
            received_at: platform.minute(version.known_from),
            received: version.known_from,
            working_days,
            working_days_limit,
            file_digest: submission.file_digest.clone(),
            record_digest: format!("sm3:{}", domain::sealed::hex(&version.digest)),
            department: platform.department_label(&version.department),
            basis: item.basis_on(self.as_of).cloned(),
            version: version.no,
            versions,
            policy_version: version.policy_version.get(..8).unwrap_or_default().to_owned(),
            overridden: version.overridden,
        }
    }

    fn timeliness(&self, version: &Version) -> (Option<i64>, Option<i64>) {
        let Some(decided) = version.decided_on else { return (None, None) };
        let policy = &self.platform.policy;
        let received = self.platform.day(version.known_from);
        let days = policy.calendar.working_days_after(decided, received).ok();
        let limit =
            policy.parameter("timeliness.double_publicity", decided).map(|limit| limit.value);
        (days, limit)
    }
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
        },
    }
}

/// One record of a subject with all its versions the reader may see, newest first.
pub async fn history(
    viewing: &Viewing<'_>,
    slug: &str,
    record: i64,
    known_at: Timestamp,
) -> Result<(subject::Head, Vec<RecordView>), Error> {
    let platform = viewing.platform;
    let subject = subject::find(platform, slug).await?;
    let versions = store::record::of_subject(&platform.register, subject.id, known_at).await?;
    let head = subject::head(platform, &subject, &versions, viewing.lang);
    let own: Vec<_> = versions.iter().filter(|version| version.record.0 == record).collect();
    let count = i64::try_from(own.len()).unwrap_or(i64::MAX);
    // Older versions are shown only while the newest is: what left publication left it whole.
    let mut views = Vec::new();
    for version in own.iter().rev() {
        match viewing.record(version, &head.code.slug(), head.ended, count).await? {
            Some(view) => views.push(view),
            None => break,
        }
    }
    if views.is_empty() { Err(Error::NotFound) } else { Ok((head, views)) }
}

//! Reading what is not public: the ground is looked at, the policies of access are asked, and who
//! looked is written down beside the records as they were read. Without that entry nothing is answered.
//!
//! Nobody outside this crate can look at a file as anybody but the public: a viewing for another
//! audience is made here and nowhere else.

use domain::{
    access::{Access, Action, Actor, Ground, Obligation},
    audit::Event,
    catalogue::Section,
    disclosure::Audience,
    ids::{ConsentId, MatterId, RecordId, SubjectId},
    matter::Matter,
    record::Version,
    text::Lang,
};
use jiff::Timestamp;
use store::{register::Write, subject::Subject};

use crate::{
    access_log::{self, Looked},
    api_use,
    error::Error,
    file::{self, FileView},
    gate::{self, Permit},
    platform::Platform,
    record::{self, History, RecordView, Scope, Viewing},
    score::{self, view::ScoresView},
    subject::{self, Head},
    version::Clocks,
};

/// A file that was opened, and for whom.
#[derive(Clone, Debug)]
pub struct Opened<T> {
    pub view: T,
    pub permit: Permit,
    /// What pages and documents must bear, where the permission says so.
    pub watermark: Option<String>,
}

/// Who reads whose file, to do what.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub access: &'a Access,
    pub action: Action,
    pub subject: SubjectId,
    pub lang: Lang,
}

/// What the ground opens.
#[derive(Debug, Default)]
struct Reach {
    holds: bool,
    department: Option<String>,
    sections: Option<Vec<Section>>,
    items: Option<Vec<String>>,
    /// What is over stays shut.
    in_force: bool,
}

/// What stands of a subject.
pub(crate) struct Seen<'s> {
    pub(crate) head: Head,
    pub(crate) versions: &'s [Version],
    /// The last change of the register.
    known_at: Timestamp,
}

/// What is shown of a subject, and what of it counts as looked at.
trait Sight: Sync {
    type View: Send;

    fn show(
        &self,
        viewing: &Viewing<'_>,
        seen: Seen<'_>,
    ) -> impl Future<Output = Result<Self::View, Error>> + Send;

    fn looked(view: &Self::View) -> Looked;
}

struct WholeFile;

impl Sight for WholeFile {
    type View = FileView;

    async fn show(&self, viewing: &Viewing<'_>, seen: Seen<'_>) -> Result<FileView, Error> {
        file::assemble(viewing, seen.head, seen.versions, seen.known_at).await
    }

    fn looked(view: &FileView) -> Looked {
        Looked::at(view.sections.iter().flat_map(|section| &section.records).map(key))
    }
}

struct OneRecord(RecordId);

impl Sight for OneRecord {
    type View = History;

    async fn show(&self, viewing: &Viewing<'_>, seen: Seen<'_>) -> Result<History, Error> {
        record::history_of(viewing, seen.head, seen.versions, self.0.0).await
    }

    fn looked(view: &History) -> Looked {
        Looked::at(std::iter::once(key(&view.record)))
    }
}

struct Scoring;

impl Sight for Scoring {
    type View = ScoresView;

    async fn show(&self, viewing: &Viewing<'_>, seen: Seen<'_>) -> Result<ScoresView, Error> {
        score::seen(viewing, seen).await
    }

    fn looked(view: &ScoresView) -> Looked {
        Looked::at(view.counted.iter().map(|(item, record)| (item.as_str(), *record)))
    }
}

/// Opens what a subject comes to under the cards that are for it, and writes down that it was opened.
pub async fn scores(platform: &Platform, asked: Asked<'_>) -> Result<Opened<ScoresView>, Error> {
    let (position, reach) =
        tokio::try_join!(position(platform), reach(platform, asked.access, asked.subject))?;
    open(platform, asked, &reach, position, Scoring).await
}

/// Opens a subject's file, and writes down that it was opened.
pub async fn file(platform: &Platform, asked: Asked<'_>) -> Result<Opened<FileView>, Error> {
    let (position, reach) =
        tokio::try_join!(position(platform), reach(platform, asked.access, asked.subject))?;
    open(platform, asked, &reach, position, WholeFile).await
}

/// Opens the file of the subject of a matter (办理事项) of the organisation acted for.
pub async fn for_matter(
    platform: &Platform,
    access: &Access,
    id: MatterId,
    lang: Lang,
) -> Result<(Matter, Opened<FileView>), Error> {
    let (position, matter) =
        tokio::try_join!(position(platform), crate::matter::find(platform, access, id))?;
    let purpose = crate::matter::kind_label(platform, &matter.kind, Lang::Zh);
    let access = access.clone().on(Ground::Matter(id), purpose);
    let (action, subject) = (Action::ReadForMatter, matter.subject);
    let reach = of_matter(platform, &access, &matter, subject);
    let asked = Asked { access: &access, action, subject, lang };
    let opened = open(platform, asked, &reach, position, WholeFile).await?;
    Ok((matter, opened))
}

/// Opens what a consent (授权) given to the organisation acted for releases.
pub async fn on_consent(
    platform: &Platform,
    access: &Access,
    id: ConsentId,
    lang: Lang,
) -> Result<Opened<FileView>, Error> {
    let granted = crate::consent::subject_of(platform, access, id).await?;
    let purpose = crate::consent::purpose(platform, &granted.terms.purpose, Lang::Zh);
    let access = access.clone().on(Ground::Consent(id), purpose);
    let (action, subject) = (Action::ReadOnConsent, granted.terms.subject);
    file(platform, Asked { access: &access, action, subject, lang }).await
}

/// Opens one record of a subject, and writes down that it was opened.
pub async fn record(
    platform: &Platform,
    asked: Asked<'_>,
    number: RecordId,
) -> Result<Opened<History>, Error> {
    let (position, reach) =
        tokio::try_join!(position(platform), reach(platform, asked.access, asked.subject))?;
    open(platform, asked, &reach, position, OneRecord(number)).await
}

/// Whether the ground of an access holds for a subject, without reading anything of it.
pub async fn holds(
    platform: &Platform,
    access: &Access,
    subject: SubjectId,
) -> Result<bool, Error> {
    Ok(reach(platform, access, subject).await?.holds)
}

fn admit(platform: &Platform, asked: Asked<'_>, reach: &Reach) -> Result<Permit, Error> {
    // A ground that does not hold says nothing of whether there is anything behind it.
    let permit = gate::admit(platform, asked.access, asked.action, reach.holds)
        .map_err(|why| if reach.holds { why } else { Error::NotFound })?;
    if permit.audience() == Audience::Public || !permit.permission().obliges(Obligation::Log) {
        return Err(Error::Forbidden(asked.action));
    }
    Ok(permit)
}

/// Opens what a ground opens, and writes down what was looked at. It is read before the transaction of
/// the entry, so that whoever reads keeps no writer waiting; where the register moved on meanwhile from
/// the `position` it had before, all is undone and read anew.
async fn open<S: Sight>(
    platform: &Platform,
    asked: Asked<'_>,
    reach: &Reach,
    mut position: i64,
    sight: S,
) -> Result<Opened<S::View>, Error> {
    let permit = admit(platform, asked, reach)?;
    let viewing = viewing(platform, &permit, reach, asked.lang);
    loop {
        let (found, versions, known_at) = tokio::try_join!(
            subject(platform, asked.subject),
            versions(platform, asked.subject),
            api_use::last_change(platform),
        )?;
        let head = head(platform, asked, &found, &versions)?;
        let seen = Seen { head, versions: &versions, known_at };
        let view = sight.show(&viewing, seen).await?;
        let mut write = platform.register.write().await?;
        let now = note(platform, &mut write, asked, &permit, &S::looked(&view)).await?;
        if now == position {
            write.commit().await?;
            return Ok(opened(platform, asked, permit, view));
        }
        // Every turn is a change that somebody else brought in just now.
        write.roll_back().await?;
        position = now;
    }
}

async fn position(platform: &Platform) -> Result<i64, Error> {
    Ok(store::feed::last(&platform.register).await?)
}

async fn versions(platform: &Platform, id: SubjectId) -> Result<Vec<Version>, Error> {
    Ok(store::record::of_subject(&platform.register, id, Timestamp::MAX).await?)
}

async fn subject(platform: &Platform, id: SubjectId) -> Result<Subject, Error> {
    store::subject::get(&platform.register, id).await?.ok_or(Error::NotFound)
}

/// Writes the entry, and uses a consent up that is good for one look; answers how far the feed is.
async fn note(
    platform: &Platform,
    write: &mut Write,
    asked: Asked<'_>,
    permit: &Permit,
    looked: &Looked,
) -> Result<i64, Error> {
    if let Ground::Consent(id) = asked.access.ground {
        crate::consent::take_use(platform, write, asked.access, id).await?;
    }
    access_log::note(platform, write, Event::RecordRead, asked.subject, permit, looked).await
}

fn viewing<'v>(
    platform: &'v Platform,
    permit: &Permit,
    reach: &'v Reach,
    lang: Lang,
) -> Viewing<'v> {
    Viewing {
        platform,
        audience: permit.audience(),
        lang,
        clocks: Clocks::present(platform),
        scope: Scope {
            department: reach.department.as_deref(),
            sections: reach.sections.as_deref(),
            items: reach.items.as_deref(),
            in_force: reach.in_force,
            masked: permit.permission().obliges(Obligation::Mask),
        },
    }
}

fn head(
    platform: &Platform,
    asked: Asked<'_>,
    found: &Subject,
    versions: &[Version],
) -> Result<Head, Error> {
    let clocks = Clocks::present(platform);
    subject::head_beyond_public(platform, found, versions, clocks, asked.lang)
        .ok_or(Error::NotFound)
}

fn key(record: &RecordView) -> (&str, i64) {
    (&record.item, record.record)
}

fn opened<T>(platform: &Platform, asked: Asked<'_>, permit: Permit, view: T) -> Opened<T> {
    let marked = permit.permission().obliges(Obligation::Watermark);
    let watermark = marked.then(|| {
        let name = asked.access.organisation.as_ref().map_or("", |acting| acting.name.as_str());
        format!("{name} {} {}", asked.access.actor, platform.minute(platform.now()))
    });
    Opened { view, permit, watermark }
}

/// What the ground of an access opens of a subject's file.
async fn reach(platform: &Platform, access: &Access, subject: SubjectId) -> Result<Reach, Error> {
    match access.ground {
        Ground::Public => Ok(Reach::default()),
        Ground::Office => Ok(Reach { holds: true, ..Reach::default() }),
        Ground::Own(own) => own_reach(platform, access, own, subject).await,
        Ground::Submitted => {
            let department = access.department().map(str::to_owned);
            Ok(Reach { holds: department.is_some(), department, ..Reach::default() })
        }
        Ground::Matter(id) => {
            let matter = store::matter::get(&platform.register, id).await?;
            let opens = |matter| of_matter(platform, access, &matter, subject);
            Ok(matter.map(opens).unwrap_or_default())
        }
        Ground::Consent(id) => {
            let Some(consent) = crate::consent::opens(platform, access, id, subject).await? else {
                return Ok(Reach::default());
            };
            let items = Some(consent.terms.items);
            Ok(Reach { holds: true, items, in_force: true, ..Reach::default() })
        }
    }
}

fn of_matter(platform: &Platform, access: &Access, matter: &Matter, subject: SubjectId) -> Reach {
    let facts = crate::matter::facts(matter);
    let shut = domain::matter::shut(&facts, access.organisation_id(), subject, platform.now());
    let kind = platform.policy.matter(&matter.kind);
    let sections = kind.map(|kind| kind.sections.clone()).unwrap_or_default();
    Reach { holds: shut.is_empty(), sections: Some(sections), in_force: true, ..Reach::default() }
}

/// One's own: the company acted for, or the person the account was confirmed to be.
async fn own_reach(
    platform: &Platform,
    access: &Access,
    own: SubjectId,
    subject: SubjectId,
) -> Result<Reach, Error> {
    let confirmed = match (&access.organisation, &access.actor) {
        (Some(acting), _) => acting.subject,
        (None, Actor::Account(id)) => {
            store::account::get(&platform.register, *id).await?.and_then(|account| account.subject)
        }
        _ => None,
    };
    Ok(Reach { holds: own == subject && confirmed == Some(subject), ..Reach::default() })
}

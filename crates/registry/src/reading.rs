//! Reading what is not public: the ground is looked at, the policies of access are asked, and who
//! looked is written down in the very transaction that reads. Without that entry nothing is answered.
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
use store::{register::Write, subject::Subject};

use crate::{
    access_log::{self, Looked},
    api_use,
    error::Error,
    file::{self, FileView},
    gate::{self, Permit},
    platform::Platform,
    record::{self, History, RecordView, Scope, Viewing},
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

/// Opens a subject's file, and writes down that it was opened.
pub async fn file(platform: &Platform, asked: Asked<'_>) -> Result<Opened<FileView>, Error> {
    let reach = reach(platform, asked.access, asked.subject).await?;
    open(platform, asked, reach).await
}

async fn open(
    platform: &Platform,
    asked: Asked<'_>,
    reach: Reach,
) -> Result<Opened<FileView>, Error> {
    let (mut write, permit) = begin(platform, asked, &reach).await?;
    let (versions, found, known_at) = tokio::try_join!(
        read(&mut write, asked.subject),
        subject(platform, asked.subject),
        api_use::last_change(platform),
    )?;
    let viewing = viewing(platform, &permit, &reach, asked.lang);
    let head = head(platform, asked, &found, &versions)?;
    let view = file::assemble(&viewing, head, &versions, known_at).await?;
    let records = view.sections.iter().flat_map(|section| &section.records);
    let looked = Looked::at(records.map(key));
    end(platform, write, asked, &permit, &looked).await?;
    Ok(opened(platform, asked, permit, view))
}

/// Opens the file of the subject of a matter (办理事项) of the organisation acted for.
pub async fn for_matter(
    platform: &Platform,
    access: &Access,
    id: MatterId,
    lang: Lang,
) -> Result<(Matter, Opened<FileView>), Error> {
    let matter = crate::matter::find(platform, access, id).await?;
    let purpose = crate::matter::kind_label(platform, &matter.kind, Lang::Zh);
    let access = access.clone().on(Ground::Matter(id), purpose);
    let (action, subject) = (Action::ReadForMatter, matter.subject);
    let reach = of_matter(platform, &access, &matter, subject);
    let opened = open(platform, Asked { access: &access, action, subject, lang }, reach).await?;
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
    let reach = reach(platform, asked.access, asked.subject).await?;
    let (mut write, permit) = begin(platform, asked, &reach).await?;
    let (versions, found) =
        tokio::try_join!(read(&mut write, asked.subject), subject(platform, asked.subject))?;
    let viewing = viewing(platform, &permit, &reach, asked.lang);
    let head = head(platform, asked, &found, &versions)?;
    let view = record::history_of(&viewing, head, &versions, number.0).await?;
    let looked = Looked::at(std::iter::once(key(&view.record)));
    end(platform, write, asked, &permit, &looked).await?;
    Ok(opened(platform, asked, permit, view))
}

/// Whether the ground of an access holds for a subject, without reading anything of it.
pub async fn holds(
    platform: &Platform,
    access: &Access,
    subject: SubjectId,
) -> Result<bool, Error> {
    Ok(reach(platform, access, subject).await?.holds)
}

async fn begin(
    platform: &Platform,
    asked: Asked<'_>,
    reach: &Reach,
) -> Result<(Write, Permit), Error> {
    // A ground that does not hold says nothing of whether there is anything behind it.
    let permit = gate::admit(platform, asked.access, asked.action, reach.holds)
        .map_err(|why| if reach.holds { why } else { Error::NotFound })?;
    if permit.audience() == Audience::Public || !permit.permission().obliges(Obligation::Log) {
        return Err(Error::Forbidden(asked.action));
    }
    let mut write = platform.register.write().await?;
    if let Ground::Consent(id) = asked.access.ground {
        crate::consent::take_use(platform, &mut write, asked.access, id).await?;
    }
    Ok((write, permit))
}

async fn read(write: &mut Write, subject: SubjectId) -> Result<Vec<Version>, Error> {
    Ok(store::record::of_subject_noted(write, subject).await?)
}

async fn subject(platform: &Platform, id: SubjectId) -> Result<Subject, Error> {
    store::subject::get(&platform.register, id).await?.ok_or(Error::NotFound)
}

async fn end(
    platform: &Platform,
    mut write: Write,
    asked: Asked<'_>,
    permit: &Permit,
    looked: &Looked,
) -> Result<(), Error> {
    access_log::note(platform, &mut write, Event::RecordRead, asked.subject, permit, looked)
        .await?;
    write.commit().await?;
    Ok(())
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

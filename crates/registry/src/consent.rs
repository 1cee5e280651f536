//! Consents (授权): granted by a subject, used by the organisation it names, taken back at once.

use domain::{
    access::{Access, Action, Ground},
    audit::Event,
    consent::{Terms, void},
    ids::{ConsentId, OrganisationId, SubjectId},
    text::{Lang, Text},
};
use jiff::{Span, Timestamp};
use store::{consent::Consent, organisation::Organisation, register::Write};

use crate::{
    error::Error, gate, matter, platform::Platform, question::question, reading, session::limit,
};

/// What a subject is asked before it grants.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub organisation: OrganisationId,
    /// Code of `policy/codes/query_purposes.toml`.
    pub purpose: String,
    pub items: Vec<String>,
    /// Days from now; the default of the policy where none is given.
    pub days: Option<i64>,
    pub single_use: bool,
}

/// A consent as either side reads it.
#[derive(Clone, Debug)]
pub struct ConsentView {
    pub id: ConsentId,
    pub subject: SubjectId,
    pub subject_name: String,
    pub organisation: String,
    pub purpose: String,
    pub items: Vec<String>,
    /// What was granted, by its codes.
    pub terms: Terms,
    pub from: Timestamp,
    pub until: Timestamp,
    pub single_use: bool,
    pub digest: String,
    /// Why it opens nothing now; empty where it opens.
    pub void: Vec<Text>,
    pub revocable: bool,
}

/// Works out the terms of a consent, or says what is wrong with what was wanted.
pub async fn terms(
    platform: &Platform,
    access: &Access,
    wanted: &Wanted,
) -> Result<(Terms, Organisation), Error> {
    let subject = admit(platform, access).await?;
    let organisation = store::organisation::get(&platform.register, wanted.organisation).await?;
    let organisation = organisation.filter(|one| !one.closed && one.subject.is_none());
    let organisation = organisation.ok_or_else(|| {
        question(
            "organisation",
            "请从列表里选择被授权单位",
            "choose the organisation from the list",
        )
    })?;
    let purposes = platform.policy.codes.get("query_purposes");
    if purposes.is_none_or(|list| list.find(&wanted.purpose).is_none()) {
        return Err(question("purpose", "请从列表里选择用途", "choose the purpose from the list"));
    }
    let mut items = wanted.items.clone();
    items.sort();
    items.dedup();
    let known = |item: &String| platform.policy.item(item).is_some();
    if items.is_empty() || !items.iter().all(known) {
        return Err(question("items", "请选择授权查看的信息", "choose what may be seen"));
    }
    let now = platform.now();
    let default = platform.policy.parameter("report.consent_term", platform.today());
    let days = wanted.days.or(default.map(|value| value.value)).unwrap_or_default();
    let longest = limit(platform, "consent_longest")?;
    if !(1..=longest).contains(&days) {
        let (zh, en) =
            (format!("期限为 1 到 {longest} 天"), format!("the term is 1 to {longest} days"));
        return Err(question("days", &zh, &en));
    }
    let until = now.checked_add(Span::new().hours(days * 24)).unwrap_or(Timestamp::MAX);
    let terms = Terms {
        subject,
        organisation: organisation.id,
        purpose: wanted.purpose.clone(),
        items,
        from: now,
        until,
        single_use: wanted.single_use,
    };
    Ok((terms, organisation))
}

/// Grants a consent.
pub async fn grant(
    platform: &Platform,
    access: &Access,
    wanted: &Wanted,
) -> Result<ConsentId, Error> {
    let (terms, organisation) = terms(platform, access, wanted).await?;
    let (now, by) = (platform.now(), access.actor.to_string());
    let mut write = platform.register.write().await?;
    let id = store::consent::insert(&mut write, &terms, &by, now).await?;
    let detail = format!("organisation={} digest={}", organisation.id, terms.digest());
    tell(platform, &mut write, access, (id, terms.subject), Event::ConsentGranted, &detail).await?;
    write.commit().await?;
    Ok(id)
}

/// Takes a consent back; from here on it opens nothing.
pub async fn revoke(platform: &Platform, access: &Access, id: ConsentId) -> Result<(), Error> {
    let subject = admit(platform, access).await?;
    let consent = store::consent::get(&platform.register, id).await?;
    let consent = consent.filter(|one| one.terms.subject == subject).ok_or(Error::NotFound)?;
    let mut write = platform.register.write().await?;
    if store::consent::revoke(&mut write, id, platform.now()).await? {
        let of = (id, consent.terms.subject);
        tell(platform, &mut write, access, of, Event::ConsentRevoked, "").await?;
    }
    write.commit().await?;
    Ok(())
}

/// The consents of one's own subject, newest first.
pub async fn own(
    platform: &Platform,
    access: &Access,
    lang: Lang,
) -> Result<Vec<ConsentView>, Error> {
    let Ground::Own(subject) = access.ground else {
        return Err(Error::Forbidden(Action::ReadOwn));
    };
    let holds = reading::holds(platform, access, subject).await?;
    gate::admit(platform, access, Action::ReadOwn, holds)?;
    views(platform, store::consent::of_subject(&platform.register, subject).await?, lang).await
}

/// The consents granted to the organisation acted for, newest first.
pub async fn granted(
    platform: &Platform,
    access: &Access,
    lang: Lang,
) -> Result<Vec<ConsentView>, Error> {
    let organisation = access.organisation_id().ok_or(Error::Forbidden(Action::ReadOnConsent))?;
    if !gate::may_ever(platform, access, Action::ReadOnConsent) {
        return Err(Error::Forbidden(Action::ReadOnConsent));
    }
    let found = store::consent::of_organisation(&platform.register, organisation).await?;
    views(platform, found, lang).await
}

/// Organisations a subject may name, by kind and name.
pub async fn grantees(platform: &Platform, access: &Access) -> Result<Vec<Organisation>, Error> {
    admit(platform, access).await?;
    let all = store::organisation::institutions(&platform.register).await?;
    Ok(all.into_iter().filter(|one| !one.closed).collect())
}

/// What a consent opens to the organisation that asks; none where it opens nothing.
pub(crate) async fn opens(
    platform: &Platform,
    access: &Access,
    id: ConsentId,
    subject: SubjectId,
) -> Result<Option<Consent>, Error> {
    let Some(consent) = store::consent::get(&platform.register, id).await? else {
        return Ok(None);
    };
    let organisation = access.organisation_id();
    let void = void(&consent.terms, consent.state, organisation, subject, platform.now());
    // What is kept must be what was granted.
    let whole = consent.terms.digest() == consent.digest;
    Ok(Some(consent).filter(|_| void.is_empty() && whole))
}

/// Takes the use of a consent in the transaction of the entry; refused where it was taken, or the
/// consent taken back, in the meantime.
pub(crate) async fn take_use(
    platform: &Platform,
    write: &mut Write,
    access: &Access,
    id: ConsentId,
) -> Result<(), Error> {
    let consent = store::consent::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    let single = consent.terms.single_use;
    if !store::consent::take_use(write, id, single, platform.now()).await? {
        return Err(Error::NotFound);
    }
    let of = (id, consent.terms.subject);
    tell(platform, write, access, of, Event::ConsentUsed, "").await
}

/// The subject of a consent granted to the organisation acted for.
pub async fn subject_of(
    platform: &Platform,
    access: &Access,
    id: ConsentId,
) -> Result<Consent, Error> {
    let consent = store::consent::get(&platform.register, id).await?;
    let own = |one: &Consent| Some(one.terms.organisation) == access.organisation_id();
    consent.filter(own).ok_or(Error::NotFound)
}

/// The label of a purpose.
#[must_use]
pub fn purpose(platform: &Platform, code: &str, lang: Lang) -> String {
    let list = platform.policy.codes.get("query_purposes");
    list.map_or(code, |list| list.label(code, lang)).to_owned()
}

async fn admit(platform: &Platform, access: &Access) -> Result<SubjectId, Error> {
    let Ground::Own(subject) = access.ground else {
        return Err(Error::Forbidden(Action::GrantConsent));
    };
    let holds = reading::holds(platform, access, subject).await?;
    gate::admit(platform, access, Action::GrantConsent, holds)?;
    Ok(subject)
}

async fn views(
    platform: &Platform,
    found: Vec<Consent>,
    lang: Lang,
) -> Result<Vec<ConsentView>, Error> {
    let mut views = Vec::new();
    for consent in found {
        views.push(view(platform, consent, lang).await?);
    }
    Ok(views)
}

async fn view(platform: &Platform, consent: Consent, lang: Lang) -> Result<ConsentView, Error> {
    let Consent { id, terms, state, digest, .. } = consent;
    let organisation = store::organisation::get(&platform.register, terms.organisation).await?;
    let named = Some(terms.organisation);
    let void = void(&terms, state, named, terms.subject, platform.now());
    let label = |item: &String| {
        platform.policy.item(item).map_or(item.as_str(), |one| one.label.get(lang)).to_owned()
    };
    Ok(ConsentView {
        id,
        subject: terms.subject,
        subject_name: matter::name(platform, terms.subject, lang).await?,
        organisation: organisation.map(|one| one.name).unwrap_or_default(),
        purpose: purpose(platform, &terms.purpose, lang),
        items: terms.items.iter().map(label).collect(),
        from: terms.from,
        until: terms.until,
        single_use: terms.single_use,
        digest,
        revocable: state.revoked_at.is_none() && platform.now() < terms.until,
        void: void.into_iter().map(domain::consent::Void::sentence).collect(),
        terms,
    })
}

async fn tell(
    platform: &Platform,
    write: &mut Write,
    access: &Access,
    (id, subject): (ConsentId, SubjectId),
    event: Event,
    detail: &str,
) -> Result<(), Error> {
    let (now, actor) = (platform.now(), access.actor.to_string());
    let object = id.to_string();
    store::audit::append_about(write, now, &actor, event, &object, detail, subject).await?;
    Ok(())
}

//! A subject as a reader meets it: name, code in its parts, status.

use domain::{
    catalogue::{FieldKind, Openness, Roles},
    identifier::uscc::UnifiedCode,
    ids::SubjectId,
    name::normalise,
    record::Version,
    subject::Kind,
    text::{Lang, Text},
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    error::Error,
    platform::Platform,
    record,
    version::{Clocks, Fate, Life, lives},
};

/// The item whose records say what a subject is.
pub const REGISTRATION: &str = "registration";

/// The head of a file.
#[derive(Clone, Debug, Serialize)]
pub struct Head {
    #[serde(skip)]
    pub id: SubjectId,
    pub name: String,
    pub former_names: Vec<String>,
    pub kind: Kind,
    /// 企业, 社会团体 …, by the code.
    pub type_label: String,
    pub code: Code,
    pub status: Option<String>,
    pub ended: bool,
    pub district: Option<String>,
    pub industry: Option<String>,
    pub industry_code: Option<String>,
    /// True where the subject is known by its name in a source only (未核实).
    pub by_name: bool,
    /// True where the code fails its check digit and somebody answered for it.
    pub overridden: bool,
}

/// The identifier a subject is addressed by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Code {
    pub scheme: String,
    pub value: String,
    pub label: String,
    /// Four parts of a unified code, or the whole.
    pub parts: Vec<String>,
}

impl Code {
    /// The word that stands for the subject in an address: the code, or scheme and value.
    #[must_use]
    pub fn slug(&self) -> String {
        if self.scheme == "uscc" {
            self.value.clone()
        } else {
            format!("{}:{}", self.scheme, self.value)
        }
    }
}

/// Finds a subject by the word in an address; a natural person is never found.
pub async fn find(platform: &Platform, slug: &str) -> Result<store::subject::Subject, Error> {
    let (scheme, value) = slug.split_once(':').unwrap_or(("uscc", slug));
    let upper = value.trim().to_uppercase();
    let value = if scheme == "uscc" { upper.as_str() } else { value };
    let id =
        store::subject::find(&platform.register, scheme, value).await?.ok_or(Error::NotFound)?;
    let subject = store::subject::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    if subject.kind == Kind::NaturalPerson {
        return Err(Error::NotFound);
    }
    Ok(subject)
}

/// Every version of a subject's records, with those of whoever stood in it at the instant asked about.
pub(crate) async fn versions(
    platform: &Platform,
    id: SubjectId,
    clocks: Clocks,
) -> Result<Vec<Version>, Error> {
    let (register, members_at) = (&platform.register, clocks.known());
    Ok(store::record::of_subject_with(register, id, Timestamp::MAX, members_at).await?)
}

/// The identifier to show: the unified code before any other.
#[must_use]
pub fn code(subject: &store::subject::Subject, lang: Lang) -> Code {
    let best =
        subject.identifiers.iter().min_by_key(|(scheme, _)| (scheme != "uscc", scheme != "reg_no"));
    let (scheme, value) = best.cloned().unwrap_or_default();
    let label = match scheme.as_str() {
        "uscc" => lang.t("统一社会信用代码", "Unified social credit code"),
        "reg_no" => lang.t("工商注册号", "Registration number"),
        _ => lang.t("来源编号", "Number in its source"),
    };
    let parts = UnifiedCode::parse_overridden(&value)
        .map_or_else(|_| vec![value.clone()], |code| code.parts().map(str::to_owned).to_vec());
    Code { label: label.to_owned(), parts, scheme, value }
}

/// The head by both clocks, or none where no public record gives the subject a name.
///
/// Names come from records open to the public alone, and never from what was taken back or put
/// right: what only a shared record knows is known to nobody here.
#[must_use]
pub fn head(
    platform: &Platform,
    subject: &store::subject::Subject,
    versions: &[Version],
    clocks: Clocks,
    lang: Lang,
) -> Option<Head> {
    let life = registration(platform, versions);
    let current = life.and_then(|life| registered(&life, clocks));
    // Before the day of its first registration a subject is called as it was known to be called.
    let latest = Clocks { as_of: platform.today(), ..clocks };
    let named = current.or_else(|| registered(&life?, latest));
    let name = match named {
        Some(version) => version.subject_name.clone(),
        None => published_names(platform, versions, clocks).pop()?,
    };
    let code = code(subject, lang);
    let coded = |role: fn(&Roles) -> Option<usize>| coded(platform, current?, role, lang);
    let status = coded(|roles| roles.subject_status);
    let district = coded(|roles| roles.district).map(|(code, label)| {
        let place = platform.place.districts.iter().find(|district| district.code == code);
        place.map_or(label, |district| district.label.get(lang).to_owned())
    });
    let industry = coded(|roles| roles.industry);
    let type_label = UnifiedCode::parse_overridden(&code.value).map_or_else(
        |_| Text::new(subject.kind.label(Lang::Zh), subject.kind.label(Lang::En)),
        |c| c.kind_label(),
    );
    let public = lives(versions).filter(|life| is_open(platform, life.item()));
    Some(Head {
        id: subject.id,
        former_names: life.map(|life| former_names(&life, clocks, &name)).unwrap_or_default(),
        name,
        kind: subject.kind,
        type_label: type_label.get(lang).to_owned(),
        ended: current.is_some_and(|version| is_ended(platform, version)),
        status: status.map(|(_, label)| label),
        district,
        industry_code: industry.as_ref().map(|(code, _)| code.clone()),
        industry: industry.map(|(_, label)| label),
        by_name: code.scheme.ends_with("_name"),
        overridden: public
            .filter_map(|life| life.chosen(clocks.as_of))
            .any(|version| version.overridden),
        code,
    })
}

/// The head for a reader who is not the public: where nothing public names the subject, by the
/// name in its newest record. Of a natural person no identifier is shown.
#[must_use]
pub(crate) fn head_beyond_public(
    platform: &Platform,
    subject: &store::subject::Subject,
    versions: &[Version],
    clocks: Clocks,
    lang: Lang,
) -> Option<Head> {
    let public = head(platform, subject, versions, clocks, lang);
    if public.is_some() && subject.kind != Kind::NaturalPerson {
        return public;
    }
    let newest = versions.iter().max_by_key(|version| version.known_from)?;
    let code = match subject.kind {
        Kind::NaturalPerson => Code {
            label: lang.t("身份证件", "Identity document").to_owned(),
            parts: vec![lang.t("已加密", "sealed").to_owned()],
            scheme: "sealed".to_owned(),
            value: subject.id.to_string(),
        },
        _ => code(subject, lang),
    };
    Some(Head {
        id: subject.id,
        name: newest.subject_name.clone(),
        former_names: Vec::new(),
        kind: subject.kind,
        type_label: subject.kind.label(lang).to_owned(),
        ended: false,
        status: None,
        district: None,
        industry_code: None,
        industry: None,
        by_name: false,
        overridden: false,
        code,
    })
}

/// The head of a subject's file without the file.
pub async fn by_slug(platform: &Platform, slug: &str, lang: Lang) -> Result<Head, Error> {
    let subject = find(platform, slug).await?;
    let versions =
        store::record::of_subject(&platform.register, subject.id, Timestamp::MAX).await?;
    head(platform, &subject, &versions, Clocks::present(platform), lang).ok_or(Error::NotFound)
}

/// Whether an item is open to the public as a whole.
#[must_use]
pub fn is_open(platform: &Platform, item: &str) -> bool {
    platform.policy.item(item).is_some_and(|item| item.openness == Openness::Public)
}

/// Whether the subject was no more, by both clocks.
#[must_use]
pub fn has_ended(platform: &Platform, versions: &[Version], clocks: Clocks) -> bool {
    let life = registration(platform, versions);
    let current = life.and_then(|life| registered(&life, clocks));
    current.is_some_and(|version| is_ended(platform, version))
}

/// Whether the subject was no more as the platform saw it then, put right since or not.
#[must_use]
pub fn had_ended(platform: &Platform, versions: &[Version], clocks: Clocks) -> bool {
    let life = registration(platform, versions);
    let then = life.and_then(|life| life.known(clocks.known()).chosen(clocks.as_of));
    then.is_some_and(|version| is_ended(platform, version))
}

/// The code and the label of a coded field of a registration.
#[must_use]
pub fn coded(
    platform: &Platform,
    registration: &Version,
    role: fn(&Roles) -> Option<usize>,
    lang: Lang,
) -> Option<(String, String)> {
    let item = platform.policy.item(REGISTRATION)?;
    let field = item.fields.get(role(&item.roles)?)?;
    let code = registration.payload.text(&field.name)?.to_owned();
    let list = match &field.kind {
        FieldKind::Code { list } => platform.policy.codes.get(list),
        _ => None,
    };
    let label = list.map_or(code.clone(), |list| list.label(&code, lang).to_owned());
    Some((code, label))
}

/// The life of the registration record, where registrations are public.
#[must_use]
pub fn registration<'v>(platform: &Platform, versions: &'v [Version]) -> Option<Life<'v>> {
    lives(versions)
        .filter(|life| life.item() == REGISTRATION && is_open(platform, REGISTRATION))
        .find(|life| life.earliest().is_some())
}

/// The registration in force on the day, in what was put right as it now reads.
#[must_use]
pub fn registered<'v>(life: &Life<'v>, clocks: Clocks) -> Option<&'v Version> {
    let version = life.known(clocks.known()).chosen(clocks.as_of)?;
    match life.fate(version) {
        Fate::Stands => Some(version),
        Fate::Corrected(now) => Some(now),
        Fate::TakenBack => None,
    }
}

/// Names of the subject in what is published today and was known then; the one of the newest
/// document last.
#[must_use]
pub fn published_names(platform: &Platform, versions: &[Version], clocks: Clocks) -> Vec<String> {
    let today = Clocks::present(platform);
    let ended = has_ended(platform, versions, today);
    let mut shown: Vec<&Version> = lives(versions)
        .filter(|life| record::is_public(platform, life, ended, today.as_of))
        .filter(|life| life.known(clocks.known()).earliest().is_some())
        .filter_map(|life| life.chosen(today.as_of))
        .filter(|version| !version.subject_name.is_empty())
        .collect();
    shown.sort_by_key(|version| (version.decided_on, version.known_from));
    shown.into_iter().map(|version| version.subject_name.clone()).collect()
}

/// Names the registration gave before: only those it gave rightly for their time.
fn former_names(life: &Life<'_>, clocks: Clocks, name: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let known = life.known(clocks.known());
    for version in known.versions().iter().filter(|version| !version.withdrawn) {
        let dated = version.decided_on.is_none_or(|day| day <= clocks.as_of);
        let right = matches!(life.fate(version), Fate::Stands);
        let other = |held: &String| normalise(held) != normalise(&version.subject_name);
        if dated && right && other(&name.to_owned()) && names.iter().all(other) {
            names.push(version.subject_name.clone());
        }
    }
    names
}

/// Whether a registration says that the subject is no more; the code list tells which states do.
pub(crate) fn is_ended(platform: &Platform, registration: &Version) -> bool {
    let status = coded(platform, registration, |roles| roles.subject_status, Lang::Zh);
    let entry = || {
        let item = platform.policy.item(REGISTRATION)?;
        let FieldKind::Code { list } = &item.fields.get(item.roles.subject_status?)?.kind else {
            return None;
        };
        platform.policy.codes.get(list)?.find(&status?.0)
    };
    entry().is_some_and(|entry| entry.parent.as_deref() == Some(ENDED))
}

/// The state above every state in which a subject is no more.
const ENDED: &str = "ended";

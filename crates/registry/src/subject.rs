//! A subject as a reader meets it: name, code in its parts, status.

use domain::{
    catalogue::FieldKind,
    identifier::uscc::UnifiedCode,
    ids::SubjectId,
    record::Version,
    subject::Kind,
    text::{Lang, Text},
};
use serde::Serialize;

use crate::{error::Error, platform::Platform};

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

/// Builds the head from the subject's current records.
#[must_use]
pub fn head(
    platform: &Platform,
    subject: &store::subject::Subject,
    versions: &[Version],
    lang: Lang,
) -> Head {
    let code = code(subject, lang);
    let registrations: Vec<&Version> = versions.iter().filter(|v| v.item == REGISTRATION).collect();
    let current = registrations.iter().rfind(|v| v.known_until.is_none() && !v.withdrawn).copied();
    let newest = versions.iter().max_by_key(|version| version.known_from);
    let name = current.or(newest).map(|version| version.subject_name.clone()).unwrap_or_default();
    let mut former_names: Vec<String> = Vec::new();
    for version in &registrations {
        if version.subject_name != name && !former_names.contains(&version.subject_name) {
            former_names.push(version.subject_name.clone());
        }
    }
    let field = |role: fn(&domain::catalogue::Roles) -> Option<usize>| {
        let item = platform.policy.item(REGISTRATION)?;
        let field = item.fields.get(role(&item.roles)?)?;
        let code = current?.payload.text(&field.name)?.to_owned();
        let list = match &field.kind {
            FieldKind::Code { list } => platform.policy.codes.get(list),
            _ => None,
        };
        let label = list.map_or(code.clone(), |list| list.label(&code, lang).to_owned());
        Some((code, label))
    };
    let status = field(|roles| roles.subject_status);
    let district = field(|roles| roles.district).map(|(code, label)| {
        let place = platform.place.districts.iter().find(|district| district.code == code);
        place.map_or(label, |district| district.label.get(lang).to_owned())
    });
    let industry = field(|roles| roles.industry);
    let type_label = UnifiedCode::parse_overridden(&code.value).map_or_else(
        |_| Text::new(subject.kind.label(Lang::Zh), subject.kind.label(Lang::En)),
        |c| c.kind_label(),
    );
    Head {
        id: subject.id,
        name,
        former_names,
        kind: subject.kind,
        type_label: type_label.get(lang).to_owned(),
        ended: status.as_ref().is_some_and(|(code, _)| is_ended(platform, code)),
        status: status.map(|(_, label)| label),
        district,
        industry_code: industry.as_ref().map(|(code, _)| code.clone()),
        industry: industry.map(|(_, label)| label),
        by_name: code.scheme.ends_with("_name"),
        overridden: versions.iter().any(|version| version.overridden),
        code,
    }
}

/// Whether a registration state means that the subject is no more; the code list says which do.
#[must_use]
pub fn is_ended(platform: &Platform, status: &str) -> bool {
    let field = || {
        let item = platform.policy.item(REGISTRATION)?;
        item.fields.get(item.roles.subject_status?)
    };
    let Some(FieldKind::Code { list }) = field().map(|field| &field.kind) else { return false };
    let entry = platform.policy.codes.get(list).and_then(|list| list.find(status));
    entry.is_some_and(|entry| entry.parent.as_deref() == Some(ENDED))
}

/// The state above every state in which a subject is no more.
const ENDED: &str = "ended";

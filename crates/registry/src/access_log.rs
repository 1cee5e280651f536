//! The access log (查询日志): who looked at a subject's file, when, for what, on what ground, and at
//! which items. Written with the read itself; read by the subject.

use std::collections::{BTreeMap, HashSet};

use domain::{
    access::{Access, Action, Ground, GroundKind},
    audit::Event,
    ids::{MatterId, SubjectId},
    role::Role,
    text::Lang,
};
use serde::{Deserialize, Serialize};
use store::{audit::NewEvent, register::Write};

use crate::{
    error::Error,
    gate::{self, Permit},
    platform::Platform,
};

/// What was looked at: the records of each item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked(BTreeMap<String, Vec<i64>>);

impl Looked {
    /// How many of some records were among them.
    pub(crate) fn count_of(&self, records: &HashSet<i64>) -> usize {
        self.0.values().flatten().filter(|record| records.contains(record)).count()
    }

    pub fn at<'r>(records: impl Iterator<Item = (&'r str, i64)>) -> Looked {
        let mut items: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for (item, record) in records {
            items.entry(item.to_owned()).or_default().push(record);
        }
        Looked(items)
    }
}

/// What an entry says beside who and when, as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Detail {
    organisation: Option<i64>,
    organisation_name: String,
    roles: Vec<String>,
    purpose: String,
    ground: String,
    /// Number of the matter or consent.
    ground_number: Option<i64>,
    audience: String,
    /// The policy of access that permitted it.
    policy: String,
    items: Looked,
}

/// One entry, as its subject reads it.
#[derive(Clone, Debug, Serialize)]
pub struct EntryView {
    pub seq: i64,
    pub at: String,
    pub event: String,
    /// The organisation that looked, or who else it was.
    pub who: String,
    pub role: String,
    pub purpose: String,
    pub ground: String,
    /// Number of the case, where it was a matter.
    pub case_number: Option<String>,
    /// Label of each item, and how many of its records.
    pub items: Vec<(String, usize)>,
}

/// Writes down that somebody looked at a subject; answers how far the change feed is as this transaction
/// sees it.
pub(crate) async fn note(
    platform: &Platform,
    write: &mut Write,
    event: Event,
    subject: SubjectId,
    permit: &Permit,
    looked: &Looked,
) -> Result<i64, Error> {
    let access = permit.access();
    let (actor, object) = (access.actor.to_string(), subject.to_string());
    let detail = detail(access, permit, looked)?;
    let about = Some(subject);
    let entry = NewEvent { actor: &actor, event, object: &object, detail: &detail, subject: about };
    Ok(store::audit::append_read(write, platform.now(), entry).await?)
}

pub(crate) fn detail(access: &Access, permit: &Permit, looked: &Looked) -> Result<String, Error> {
    let acting = access.organisation.as_ref();
    let detail = Detail {
        organisation: acting.map(|acting| acting.id.0),
        organisation_name: acting.map(|acting| acting.name.clone()).unwrap_or_default(),
        roles: access.roles.iter().map(|role| role.code().to_owned()).collect(),
        purpose: access.purpose.clone(),
        ground: access.ground.kind().code().to_owned(),
        ground_number: match access.ground {
            Ground::Matter(id) => Some(id.0),
            Ground::Consent(id) => Some(id.0),
            _ => None,
        },
        audience: permit.audience().code().to_owned(),
        policy: permit.permission().policy.clone(),
        items: looked.clone(),
    };
    serde_json::to_string(&detail).map_err(|why| Error::Io(why.into()))
}

/// What an entry says of who looked, for what and at what.
pub(crate) struct Told {
    pub organisation: String,
    pub purpose: String,
    pub looked: Looked,
}

/// Reads the detail of an entry; none of one that tells of no look.
pub(crate) fn told(detail: &str) -> Option<Told> {
    let detail: Detail = serde_json::from_str(detail).ok()?;
    let Detail { organisation_name: organisation, purpose, items: looked, .. } = detail;
    Some(Told { organisation, purpose, looked })
}

/// Entries about one's own subject, newest first, those before a number where one is given.
pub async fn own(
    platform: &Platform,
    access: &Access,
    before: Option<i64>,
    limit: i64,
    lang: Lang,
) -> Result<Vec<EntryView>, Error> {
    let Ground::Own(subject) = access.ground else {
        return Err(Error::Forbidden(Action::ReadOwn));
    };
    let holds = crate::reading::holds(platform, access, subject).await?;
    gate::admit(platform, access, Action::ReadOwn, holds)?;
    let entries = store::access_log::of_subject(&platform.register, subject, before, limit).await?;
    let mut views = Vec::new();
    for entry in entries {
        views.push(view(platform, &entry, lang).await?);
    }
    Ok(views)
}

async fn view(
    platform: &Platform,
    entry: &store::access_log::Entry,
    lang: Lang,
) -> Result<EntryView, Error> {
    let label = entry.event.label();
    let mut view = EntryView {
        seq: entry.seq,
        at: platform.minute(entry.at),
        event: label.get(lang).to_owned(),
        who: who(&entry.actor, entry.event, lang),
        role: String::new(),
        purpose: String::new(),
        ground: String::new(),
        case_number: None,
        items: Vec::new(),
    };
    // Entries of other kinds say in their detail what the subject need not read.
    let Ok(detail) = serde_json::from_str::<Detail>(&entry.detail) else { return Ok(view) };
    let ground = GroundKind::from_code(&detail.ground);
    if !detail.organisation_name.is_empty() {
        view.who = match entry.actor.strip_prefix("key:") {
            Some(key) => format!(
                "{}{}",
                detail.organisation_name,
                lang.t(&format!("（业务系统，密钥 {key}）"), &format!(" (a system, key {key})"))
            ),
            None => detail.organisation_name,
        };
    }
    let roles = detail.roles.iter().filter_map(|role| Role::from_code(role));
    let roles: Vec<&str> = roles.map(|role| role.label(lang)).collect();
    view.role = roles.join(lang.t("、", ", "));
    view.purpose = detail.purpose;
    view.ground = ground.map_or("", |ground| ground.label(lang)).to_owned();
    if let (Some(GroundKind::Matter), Some(id)) = (ground, detail.ground_number) {
        let matter = store::matter::get(&platform.register, MatterId(id)).await?;
        view.case_number = matter.map(|matter| matter.number);
    }
    view.items = detail
        .items
        .0
        .iter()
        .map(|(item, records)| {
            let known = platform.policy.item(item);
            let label = known.map_or(item.as_str(), |item| item.label.get(lang));
            (label.to_owned(), records.len())
        })
        .collect();
    Ok(view)
}

/// Who somebody was who acted for no organisation.
///
/// An account is oneself only in what a subject alone may do. A claim may come from a stranger, and
/// others decide it and use a consent.
fn who(actor: &str, event: Event, lang: Lang) -> String {
    let (kind, _) = actor.split_once(':').unwrap_or((actor, ""));
    let word = match kind {
        "account" => match event {
            Event::ClaimFiled | Event::ClaimWithdrawn => lang.t("认领人", "the claimant"),
            Event::ClaimConfirmed | Event::ClaimRefused => {
                lang.t("信用中心或本单位代表人", "the credit centre or a representative")
            }
            Event::MeasureTold | Event::MeasureLifted => {
                lang.t("办理事项的单位", "the organisation of the matter")
            }
            Event::ConsentUsed => lang.t("被授权单位", "the organisation of the consent"),
            _ => lang.t("本人", "oneself"),
        },
        "key" => lang.t("业务系统", "a business system"),
        "operator" => lang.t("平台运维", "an operator of the platform"),
        "platform" => lang.t("平台", "the platform"),
        _ => lang.t("任何人", "anybody"),
    };
    word.to_owned()
}

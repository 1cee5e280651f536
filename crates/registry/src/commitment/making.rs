//! Making a commitment: by who signs for the subject, in the words in use today, to a department that
//! receives it.

use super::{
    Data, ITEM,
    found::{broke_one, look, need},
};
use crate::{
    case::{
        self,
        going::{Going, NO_RECORD, Opening},
        kept, not_now, read,
    },
    error::Error,
    notice,
    platform::Platform,
    question::{impersonal, question},
};
use domain::{
    access::{Access, Action},
    case::{CaseKind, Step},
    commitment::{Facts, Goal, Missing, State, Template},
    ids::CaseId,
    listing::Answer,
    notice::NoticeKind as Kind,
    role::Role,
    sealed::sm3_hex,
    subject::Kind as SubjectKind,
    text::Text,
};

/// Characters of a name and of the number of a case.
const NAME_MAX: usize = 50;
const NUMBER_MAX: usize = 64;

/// A commitment as it is made.
#[derive(Clone, Debug, Default)]
pub struct Making {
    pub template: String,
    /// Department that receives it.
    pub organ: String,
    /// 办件编号, where it is made for one.
    pub about: String,
    /// 法定代表人, as the record asks for it.
    pub representative: String,
    /// The words were read and agreed to.
    pub agreed: bool,
}

/// A template as somebody chooses it.
#[derive(Clone, Debug)]
pub struct Offer {
    pub template: Template,
    pub content: String,
    pub liability: String,
    pub verified: bool,
    /// Departments that receive it, by their ids.
    pub organs: Vec<String>,
    /// Why the subject cannot make it today; empty where it can.
    pub missing: Vec<Missing>,
}

/// Only who signs for a subject binds it.
pub(super) fn signs(access: &Access) -> Result<(), Error> {
    if access.has(Role::Agent) {
        return Err(Error::Refused(Text::new(
            "须由法定代表人（负责人）作出",
            "only the legal representative does this",
        )));
    }
    Ok(())
}

/// What anybody may make here today: the templates in use that a department of the place receives.
#[must_use]
pub fn offers(platform: &Platform) -> Vec<Offer> {
    let today = platform.today();
    let offer = |template: &Template| {
        let wording = template.wording_on(today)?;
        let organs = receiving(platform, &template.id);
        (!organs.is_empty()).then(|| Offer {
            content: wording.value.content.clone(),
            liability: wording.value.liability.clone(),
            verified: template.reference.verified,
            template: template.clone(),
            organs,
            missing: Vec::new(),
        })
    };
    platform.policy.templates.iter().filter_map(offer).collect()
}

/// The same for one's own subject, each with what stands against it.
pub async fn own_offers(platform: &Platform, access: &Access) -> Result<Vec<Offer>, Error> {
    let subject = case::own_subject(platform, access, Action::ReadOwn).await?;
    let found = store::subject::get(&platform.register, subject).await?.ok_or(Error::NotFound)?;
    let broke_one = broke_one(platform, subject).await?;
    let mut offers = offers(platform);
    for offer in &mut offers {
        let facts = facts(platform, &offer.template.id, found.kind, broke_one);
        offer.missing = look(platform, &facts, Goal::Accept).missing();
    }
    Ok(offers)
}

/// Makes a commitment for one's own subject.
pub async fn make(platform: &Platform, access: &Access, making: Making) -> Result<CaseId, Error> {
    let subject = case::own_subject(platform, access, Action::FileCase).await?;
    signs(access)?;
    let found = store::subject::get(&platform.register, subject).await?.ok_or(Error::NotFound)?;
    let offer = chosen(platform, &making)?;
    let broke_one = broke_one(platform, subject).await?;
    need(platform, &facts(platform, &making.template, found.kind, broke_one), Goal::Accept)?;
    let data = data(platform, &offer.template, found.kind, &making)?;
    let actor = access.actor.to_string();
    let opening = Opening {
        kind: CaseKind::Commitment,
        state: (State::Made.code(), State::Made.turn()),
        subject,
        item: ITEM,
        record: NO_RECORD,
        organ: &making.organ,
        data: kept(&data)?,
        ends_on: None,
    };
    let mut going = Going::file(platform, &actor, opening).await?;
    // Looked for once the case has its number: whoever opens one meanwhile waits for it.
    for case in store::case::of_subject(&platform.register, subject).await? {
        let open = case.kind == CaseKind::Commitment && case.closed_at.is_none();
        if open && case.organ == making.organ && binds(&read(&case.data)?, &data) {
            return Err(question(
                "template",
                "同一事项的承诺已经作出，正在履行，请到“我的办件”查看",
                "the same commitment is made and binds already: see your cases",
            ));
        }
    }
    sign(&mut going, &offer, &data).await?;
    let id = going.case.id;
    going.finish().await?;
    Ok(id)
}

/// What was chosen, where it is offered, received by whom it goes to, and agreed to.
fn chosen(platform: &Platform, making: &Making) -> Result<Offer, Error> {
    let known = offers(platform).into_iter().find(|offer| offer.template.id == making.template);
    let offer = known.ok_or_else(|| {
        question("template", "请从列表里选择承诺事项", "choose what the commitment is made for")
    })?;
    if !offer.organs.contains(&making.organ) {
        return Err(question("organ", "请选择受理单位", "choose who receives it"));
    }
    if !making.agreed {
        return Err(question(
            "agreed",
            "请阅读承诺内容并确认",
            "read the commitment and agree to it",
        ));
    }
    Ok(offer)
}

/// Writes the commitment down, and makes the paper of it.
async fn sign(going: &mut Going<'_>, offer: &Offer, data: &Data) -> Result<(), Error> {
    // What was signed stands in the history by its digest.
    let digest = format!("sm3:{}", sm3_hex(kept(&data.wording)?.as_bytes()));
    going.tell(Step::Committed, &offer.template.label.zh, &digest).await?;
    going.start("commitment.acceptance").await?;
    let mut lines = vec![
        format!("承诺事项：{}", offer.template.label.zh),
        format!("承诺内容：{}", data.wording.content),
        format!("违诺责任：{}", data.wording.liability),
    ];
    if !data.about.is_empty() {
        lines.insert(1, format!("办件编号：{}", data.about));
    }
    if let Some(until) = data.until {
        lines.push(format!("有效期至：{until}"));
    }
    lines.push(format!("文本摘要：{digest}"));
    let told: Vec<Text> = lines.iter().map(|line| line.as_str().into()).collect();
    notice::issue(going, Kind::CommitmentMade, &told).await?;
    Ok(())
}

/// Departments of the place that receive a commitment.
fn receiving(platform: &Platform, template: &str) -> Vec<String> {
    let departments = platform.place.departments.iter();
    let receives = departments.filter(|one| one.commitments.iter().any(|id| id == template));
    receives.map(|one| one.id.clone()).collect()
}

/// Whether an open commitment is the same as a new one, and still binds.
fn binds(open: &Data, new: &Data) -> bool {
    let same = open.template == new.template && open.about == new.about;
    same && open.until.is_none_or(|until| new.made_on <= until)
}

fn facts(platform: &Platform, template: &str, kind: SubjectKind, broke_one: bool) -> Facts {
    Facts {
        template: template.to_owned(),
        subject_kind: kind,
        made_on: platform.today(),
        broke_one,
        document: false,
        told_on: None,
        answer: Answer::None,
        found_on: None,
        appeal: domain::commitment::Appeal::None,
    }
}

fn data(
    platform: &Platform,
    template: &Template,
    kind: SubjectKind,
    making: &Making,
) -> Result<Data, Error> {
    let today = platform.today();
    let wording = template.wording_on(today).ok_or_else(|| not_now(domain::case::NotNow))?;
    let representative = making.representative.trim();
    let named = !representative.is_empty() && representative.chars().count() <= NAME_MAX;
    if kind != SubjectKind::NaturalPerson && !named {
        return Err(question(
            "representative",
            "请填写法定代表人（负责人）姓名，最多 50 个字",
            "give the name of the representative, 50 characters at most",
        ));
    }
    impersonal("representative", representative)?;
    let about = making.about.trim();
    if NUMBER_MAX < about.chars().count() {
        return Err(question("about", "办件编号最多 64 个字", "64 characters at most"));
    }
    impersonal("about", about)?;
    Ok(Data {
        template: template.id.clone(),
        subject_kind: kind,
        representative: representative.to_owned(),
        about: about.to_owned(),
        made_on: today,
        wording: wording.value.clone(),
        until: template.binds_until(&platform.policy, today),
        breach: None,
        spent: 0,
        handing: None,
    })
}

//! Proposing an entry: by a department that decides on the list, about a subject found by its code alone,
//! on an effective document.

use super::{
    Data, EVIDENCE, ITEM,
    found::{lacking, need},
};
use crate::{
    case::{
        self, Hand, Paper,
        going::{Going, NO_RECORD, Opening},
        kept, read,
    },
    error::Error,
    joint,
    platform::Platform,
    question::{impersonal, question},
    subject,
};
use domain::{
    access::Access,
    case::{CaseKind, Step},
    identifier::uscc::UnifiedCode,
    ids::{CaseId, SubjectId},
    list::List,
    listing::{Answer, Facts, Goal, Missing, State},
    subject::Kind as SubjectKind,
};

/// Characters of the name of a representative.
const NAME_MAX: usize = 50;

/// An entry as it is proposed.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub code: String,
    /// Code of the list.
    pub list: String,
    /// 法定代表人, as the record asks for it.
    pub representative: String,
    pub facts: String,
    /// The article it is entered under, and the document it rests on.
    pub grounds: String,
    pub measures: Vec<String>,
    pub months: i64,
    pub paper: Option<Paper>,
}

/// The lists on which the department of an officer decides, by the laws of today.
pub fn open_lists<'p>(platform: &'p Platform, access: &Access) -> Result<Vec<&'p List>, Error> {
    if case::officer(platform, access)? != Hand::Organ {
        return Err(Error::NotFound);
    }
    let department = access.department().and_then(|id| platform.place.department(id));
    let own = department.map(|department| department.lists.as_slice()).unwrap_or_default();
    let today = platform.today();
    let lists = platform.policy.lists.iter();
    Ok(lists.filter(|list| own.contains(&list.id) && list.basis_on(today).is_some()).collect())
}

/// Proposes an entry; only a department that decides on the list may.
pub async fn propose(
    platform: &Platform,
    access: &Access,
    proposal: Proposal,
) -> Result<CaseId, Error> {
    let organ = access.department().ok_or(Error::NotFound)?.to_owned();
    let known = subject_of(platform, &proposal).await?;
    let data = data(platform, access, &proposal)?;
    let Some(paper) = proposal.paper else { return Err(lacking(&[Missing::Evidence])) };
    let lawful = Facts { evidence: true, ..data.facts() };
    need(platform, &lawful, Goal::Tell)?;
    let actor = access.actor.to_string();
    let opening = Opening {
        kind: CaseKind::Listing,
        state: (State::Proposed.code(), State::Proposed.turn()),
        subject: known,
        item: ITEM,
        record: NO_RECORD,
        organ: &organ,
        data: kept(&data)?,
        ends_on: None,
    };
    let mut going = Going::file(platform, &actor, opening).await?;
    // Looked for once the case has its number: whoever opens one meanwhile waits for it.
    if is_open(platform, known, &data.list).await? {
        return Err(question(
            "code",
            "这个主体列入同一名单的办件正在办理，或者已经列入",
            "an entry of this subject in the same list is under way, or stands",
        ));
    }
    going.tell(Step::Proposed, &data.facts, "").await?;
    going.attach(Paper { kind: EVIDENCE, ..paper }).await?;
    let id = going.case.id;
    going.finish().await?;
    Ok(id)
}

/// What is proposed, on a list of the department; what the rules of the list prescribe goes with it.
fn data(platform: &Platform, access: &Access, proposal: &Proposal) -> Result<Data, Error> {
    let lists = open_lists(platform, access)?;
    let list = lists.iter().find(|list| list.id == proposal.list).ok_or_else(|| {
        question(
            "list",
            "请选择本单位依法认定的名单",
            "choose a list on which your department decides",
        )
    })?;
    let mut measures = proposal.measures.clone();
    for prescribed in list.measures.iter().filter(|one| one.mandatory) {
        if !measures.contains(&prescribed.id) {
            measures.push(prescribed.id.clone());
        }
    }
    Ok(Data {
        facts: case::note(&proposal.facts, "facts")?,
        grounds: case::note(&proposal.grounds, "grounds")?,
        list: proposal.list.clone(),
        representative: proposal.representative.trim().to_owned(),
        measures,
        months: proposal.months,
        told: false,
        hearing_held: false,
        answer: Answer::None,
        hearing_asked: false,
        decided_on: None,
    })
}

/// The subject by its code alone; who is a natural person is entered by its organ's own system.
async fn subject_of(platform: &Platform, proposal: &Proposal) -> Result<SubjectId, Error> {
    let code = UnifiedCode::parse(proposal.code.trim()).map_err(|_| {
        question(
            "code",
            "统一社会信用代码不对，请核对 18 位代码",
            "this is no unified social credit code; check its 18 characters",
        )
    })?;
    let found = subject::find(platform, code.as_str()).await.map_err(|why| match why {
        Error::NotFound => {
            question("code", "本平台没有这个代码的主体，请核对代码", "this code is not known here")
        }
        why => why,
    })?;
    let name = proposal.representative.trim();
    let named = !name.is_empty() && name.chars().count() <= NAME_MAX;
    if found.kind != SubjectKind::NaturalPerson && !named {
        return Err(question(
            "representative",
            "请填写法定代表人（负责人）姓名，最多 50 个字",
            "give the name of the representative, 50 characters at most",
        ));
    }
    impersonal("representative", name)?;
    Ok(found.id)
}

/// Whether an entry of a subject in a list is under way, or stands.
async fn is_open(platform: &Platform, subject: SubjectId, list: &str) -> Result<bool, Error> {
    for case in store::case::of_subject(&platform.register, subject).await? {
        let same = case.kind == CaseKind::Listing && case.closed_at.is_none();
        if same && read::<Data>(&case.data)?.list == list {
            return Ok(true);
        }
    }
    for version in case::versions(platform, subject).await? {
        let same = version.item == ITEM && version.payload.text("list_kind") == Some(list);
        if same && joint::gone(platform, subject, version.record).await?.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

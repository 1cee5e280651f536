//! Claims (认领): somebody asks to act for a company, or says which subject they are, and somebody
//! who may confirms it: its representative, or a clerk of the centre.

use domain::{
    access::{Access, Action, Actor, Ground},
    audit::Event,
    identifier::{resident_id::ResidentId, uscc::UnifiedCode},
    ids::{AccountId, ClaimId, SubjectId},
    role::{Membership, OrganisationKind, Role},
    text::Lang,
};
use jiff::civil::Date;
use store::{
    claim::{Claim, NewClaim},
    organisation::{NewOrganisation, Organisation},
    register::Write,
};

use crate::{
    account,
    error::Error,
    gate, matter,
    platform::Platform,
    question::{impersonal, question},
    reading, subject,
};

/// A claim as those concerned read it.
#[derive(Clone, Debug)]
pub struct ClaimView {
    pub id: ClaimId,
    pub account_name: String,
    pub login: String,
    pub subject_name: String,
    /// Word in the address of the subject; empty for a person.
    pub slug: String,
    pub role: String,
    pub note: String,
    pub state: String,
    pub filed_at: String,
    pub decided_at: String,
    pub reason: String,
    pub waits: bool,
}

/// Characters of a note or a reason, at most.
const NOTE_MAX: usize = 300;

/// Files a claim to act for a company, by its code.
///
/// Whether the code has a file here is told to nobody but the clerk, as with the number of a person.
pub async fn file_for_company(
    platform: &Platform,
    access: &Access,
    slug: &str,
    role: Role,
    note: &str,
) -> Result<ClaimId, Error> {
    let account = admit(platform, access)?;
    if !matches!(role, Role::Representative | Role::Agent) {
        return Err(question("role", "请选择身份", "choose a role"));
    }
    let code = UnifiedCode::parse(slug.trim()).map_err(|_| {
        question(
            "code",
            "统一社会信用代码不对，请核对 18 位代码",
            "this is no unified social credit code; check its 18 characters",
        )
    })?;
    let subject = match subject::find(platform, code.as_str()).await {
        Ok(found) => found.id,
        Err(Error::NotFound) => NOBODY,
        Err(why) => return Err(why),
    };
    if represents(platform, account, subject, role).await? {
        return Err(question(
            "code",
            "您已经代表这个单位",
            "you act for this organisation already",
        ));
    }
    let (code, role) = (code.as_str(), role.code());
    file(platform, access, NewClaim { account, subject, code, role, note }).await
}

/// Files a claim to be a natural person of the register. The number comes in a body only, is
/// compared as a keyed hash, and is kept nowhere.
///
/// Whether the number was found is told to nobody but the clerk: a claim waits either way, is shown
/// alike to its claimant, and an account has one waiting at a time whatever numbers it tries.
pub async fn file_for_oneself(
    platform: &Platform,
    access: &Access,
    number: &str,
    note: &str,
) -> Result<(), Error> {
    let account = admit(platform, access)?;
    let number = ResidentId::parse(number.trim()).map_err(|_| {
        question("number", "证件号码不对，请核对", "this is no identity number; check it")
    })?;
    let known = store::account::get(&platform.register, account).await?;
    if known.is_some_and(|known| known.subject.is_some()) {
        return Err(question(
            "number",
            "您的身份已经确认过了",
            "who you are was confirmed already",
        ));
    }
    let keys = platform.keys.as_ref().ok_or(Error::NotFound)?;
    let looked_up = keys.lookup("cn_id", number.as_str());
    let found = store::subject::find(&platform.register, "cn_id", &looked_up).await?;
    let subject = found.unwrap_or(NOBODY);
    file(platform, access, NewClaim { account, subject, code: "", role: PERSON, note }).await?;
    Ok(())
}

/// Stands in a claim whose number or code belongs to no subject of the register.
const NOBODY: SubjectId = SubjectId(0);

/// The role word of a claim for oneself.
const PERSON: &str = "person";

async fn file(platform: &Platform, access: &Access, claim: NewClaim<'_>) -> Result<ClaimId, Error> {
    let claim = NewClaim { note: claim.note.trim(), ..claim };
    let (subject, role) = (claim.subject, claim.role);
    if NOTE_MAX < claim.note.chars().count() {
        return Err(question("note", "说明最多 300 个字", "a note has at most 300 characters"));
    }
    impersonal("note", claim.note)?;
    let mut write = platform.register.write().await?;
    let id = store::claim::insert(&mut write, claim, platform.now()).await?;
    let id = id.ok_or_else(|| {
        question("code", "已经提出过认领，正在等待确认", "a claim of yours waits already")
    })?;
    tell(platform, &mut write, access, (id, subject), Event::ClaimFiled, role).await?;
    write.commit().await?;
    Ok(id)
}

/// Whether the account has the role at the organisation of the subject.
async fn represents(
    platform: &Platform,
    account: AccountId,
    subject: SubjectId,
    role: Role,
) -> Result<bool, Error> {
    let held = store::account::memberships(&platform.register, account).await?;
    for membership in held.iter().filter(|held| held.role == role) {
        let id = membership.organisation;
        let organisation = store::organisation::get(&platform.register, id).await?;
        if organisation.is_some_and(|one| one.subject == Some(subject)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One's own claims, newest first.
pub async fn own(
    platform: &Platform,
    access: &Access,
    lang: Lang,
) -> Result<Vec<ClaimView>, Error> {
    let account = admit(platform, access)?;
    let claims = store::claim::of_account(&platform.register, account).await?;
    let known: Vec<bool> = claims.iter().map(|claim| claim.state == "confirmed").collect();
    let mut views = views(platform, claims, lang).await?;
    // The name of a company is told to whoever acts for it: until then, what the claim gave.
    for (view, _) in views.iter_mut().zip(known).filter(|(_, known)| !known) {
        if !view.slug.is_empty() {
            view.subject_name.clone_from(&view.slug);
        }
    }
    Ok(views)
}

/// Claims that wait for a clerk of the centre.
pub async fn waiting(
    platform: &Platform,
    access: &Access,
    lang: Lang,
) -> Result<Vec<ClaimView>, Error> {
    gate::admit(platform, access, Action::DecideClaim, true)?;
    let mut views = Vec::new();
    for claim in store::claim::waiting(&platform.register, None).await? {
        let unknown = claim.subject == NOBODY;
        let mut view = view(platform, claim, lang).await?;
        if unknown {
            let none = lang.t("没有查到档案", "no file was found");
            let what = if view.slug.is_empty() { view.role.as_str() } else { view.slug.as_str() };
            view.subject_name = format!("{what}{}{none}", lang.t("：", ": "));
            view.slug.clear();
        }
        views.push(view);
    }
    Ok(views)
}

/// How many claims wait for a clerk of the centre, and since which day.
pub async fn waits(platform: &Platform, access: &Access) -> Result<(u64, Option<Date>), Error> {
    gate::admit(platform, access, Action::DecideClaim, true)?;
    let (count, oldest) = store::claim::waits(&platform.register).await?;
    Ok((count, oldest.map(|at| platform.day(at))))
}

/// Claims on one's own company, for its representative.
pub async fn on_own_company(
    platform: &Platform,
    access: &Access,
    lang: Lang,
) -> Result<Vec<ClaimView>, Error> {
    let Ground::Own(subject) = access.ground else { return Ok(Vec::new()) };
    let holds = reading::holds(platform, access, subject).await?;
    if gate::admit(platform, access, Action::ConfirmAgent, holds).is_err() {
        return Ok(Vec::new());
    }
    views(platform, store::claim::waiting(&platform.register, Some(subject)).await?, lang).await
}

/// Confirms or refuses a claim, as a clerk of the centre or as the company's representative.
pub async fn decide(
    platform: &Platform,
    access: &Access,
    id: ClaimId,
    confirm: bool,
    reason: &str,
) -> Result<(), Error> {
    let claim = store::claim::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    admit_decision(platform, access, &claim).await?;
    let reason = reason.trim();
    if !confirm && reason.is_empty() {
        return Err(question("reason", "不予通过请写明理由", "say why it is refused"));
    }
    if confirm && claim.subject == NOBODY {
        return Err(question(
            "claim",
            "没有查到档案，不能确认",
            "no file was found; it cannot be confirmed",
        ));
    }
    impersonal("reason", reason)?;
    let (now, by) = (platform.now(), access.actor.to_string());
    let reason: String = reason.chars().take(NOTE_MAX).collect();
    let company = match confirm && claim.role != PERSON {
        true => Some(company(platform, claim.subject).await?),
        false => None,
    };
    let mut write = platform.register.write().await?;
    let state = if confirm { "confirmed" } else { "refused" };
    if !store::claim::decide(&mut write, id, state, &by, &reason, now).await? {
        return Err(question("claim", "这个认领已经处理过了", "this claim was decided already"));
    }
    if confirm {
        carry_out(platform, &mut write, access, &claim, company).await?;
    }
    let event = if confirm { Event::ClaimConfirmed } else { Event::ClaimRefused };
    tell(platform, &mut write, access, (id, claim.subject), event, &claim.role).await?;
    write.commit().await?;
    Ok(())
}

/// Takes a claim of one's own back.
pub async fn withdraw(platform: &Platform, access: &Access, id: ClaimId) -> Result<(), Error> {
    let account = admit(platform, access)?;
    let claim = store::claim::get(&platform.register, id).await?;
    let claim = claim.filter(|claim| claim.account == account).ok_or(Error::NotFound)?;
    let (now, by) = (platform.now(), access.actor.to_string());
    let mut write = platform.register.write().await?;
    if store::claim::decide(&mut write, id, "withdrawn", &by, "", now).await? {
        let of = (id, claim.subject);
        tell(platform, &mut write, access, of, Event::ClaimWithdrawn, &claim.role).await?;
    }
    write.commit().await?;
    Ok(())
}

/// Nobody decides a claim of their own, and a representative none on another company or for a person.
async fn admit_decision(platform: &Platform, access: &Access, claim: &Claim) -> Result<(), Error> {
    if access.actor == Actor::Account(claim.account) {
        return Err(Error::Forbidden(Action::DecideClaim));
    }
    if gate::admit(platform, access, Action::DecideClaim, true).is_ok() {
        return Ok(());
    }
    let holds = access.ground == Ground::Own(claim.subject)
        && claim.role != PERSON
        && reading::holds(platform, access, claim.subject).await?;
    gate::admit(platform, access, Action::ConfirmAgent, holds).map_err(|_| Error::NotFound)?;
    Ok(())
}

/// The organisation of a company, or what is told of it when it is opened.
async fn company(
    platform: &Platform,
    subject: SubjectId,
) -> Result<Result<Organisation, NewOrganisation>, Error> {
    if let Some(id) = store::claim::company(&platform.register, subject).await? {
        let known = store::organisation::get(&platform.register, id).await?;
        return Ok(Ok(known.ok_or(Error::NotFound)?));
    }
    let (kind, code) = (OrganisationKind::Company, matter::slug(platform, subject).await?);
    let name = matter::name(platform, subject, Lang::Zh).await?;
    Ok(Err(NewOrganisation { kind, code, name, department: None, subject: Some(subject) }))
}

async fn carry_out(
    platform: &Platform,
    write: &mut Write,
    access: &Access,
    claim: &Claim,
    company: Option<Result<Organisation, NewOrganisation>>,
) -> Result<(), Error> {
    let Some(company) = company else {
        store::account::set_subject(write, claim.account, claim.subject).await?;
        store::session::end_all(write, claim.account).await?;
        return Ok(());
    };
    let organisation = match company {
        Ok(known) => known,
        Err(new) => {
            let id = store::organisation::insert(write, &new, platform.now()).await?;
            let id = id.ok_or(Error::Busy)?;
            let NewOrganisation { kind, code, name, department, subject } = new;
            Organisation { id, kind, code, name, department, subject, closed: false }
        }
    };
    let role = Role::from_code(&claim.role).ok_or(Error::NotFound)?;
    let membership = Membership { account: claim.account, organisation: organisation.id, role };
    account::give(platform, write, access, &organisation, &membership).await
}

fn admit(platform: &Platform, access: &Access) -> Result<AccountId, Error> {
    gate::admit(platform, access, Action::FileClaim, true)?;
    match access.actor {
        Actor::Account(id) => Ok(id),
        _ => Err(Error::Forbidden(Action::FileClaim)),
    }
}

async fn views(
    platform: &Platform,
    claims: Vec<Claim>,
    lang: Lang,
) -> Result<Vec<ClaimView>, Error> {
    let mut views = Vec::new();
    for claim in claims {
        views.push(view(platform, claim, lang).await?);
    }
    Ok(views)
}

async fn view(platform: &Platform, claim: Claim, lang: Lang) -> Result<ClaimView, Error> {
    let account = store::account::get(&platform.register, claim.account).await?;
    let account = account.ok_or(Error::NotFound)?;
    let (subject_name, slug) = match claim.role == PERSON {
        true => (lang.t("本人（自然人）", "oneself (a natural person)").to_owned(), String::new()),
        false if claim.subject == NOBODY => (claim.code.clone(), claim.code),
        false => (matter::name(platform, claim.subject, lang).await?, claim.code),
    };
    let role = Role::from_code(&claim.role).map(|role| role.label(lang));
    let state = match claim.state.as_str() {
        "filed" => lang.t("等待确认", "waiting"),
        "confirmed" => lang.t("已确认", "confirmed"),
        "refused" => lang.t("未通过", "refused"),
        _ => lang.t("已撤回", "withdrawn"),
    };
    Ok(ClaimView {
        id: claim.id,
        account_name: account.name,
        login: account.login,
        subject_name,
        slug,
        role: role.unwrap_or(lang.t("本人", "oneself")).to_owned(),
        note: claim.note,
        waits: claim.state == "filed",
        state: state.to_owned(),
        filed_at: platform.minute(claim.filed_at),
        decided_at: claim.decided_at.map(|at| platform.minute(at)).unwrap_or_default(),
        reason: claim.reason.unwrap_or_default(),
    })
}

async fn tell(
    platform: &Platform,
    write: &mut Write,
    access: &Access,
    (id, subject): (ClaimId, SubjectId),
    event: Event,
    detail: &str,
) -> Result<(), Error> {
    let (now, actor) = (platform.now(), access.actor.to_string());
    let object = id.to_string();
    if subject == NOBODY {
        store::audit::append(write, now, &actor, event, &object, detail).await?;
        return Ok(());
    }
    store::audit::append_about(write, now, &actor, event, &object, detail, subject).await?;
    Ok(())
}

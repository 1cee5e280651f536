//! Accounts: opened by the system administrator, given roles by the security administrator, and never
//! both by one.

use domain::{
    access::{Access, Action, Actor},
    audit::Event,
    ids::AccountId,
    role::{Membership, OrganisationKind, Role},
    text::Text,
};
use store::{account::Listed, organisation::Organisation, register::Write};

use crate::{
    api_key::random_letters,
    error::Error,
    gate, organisation, password,
    platform::Platform,
    question::{impersonal, question},
    session::{self, Browser, SignedIn},
    sign_in,
};

/// Letters of a first password, which must be changed when it is used.
const FIRST_LETTERS: usize = 20;
/// Characters of a name, at most.
const NAME_MAX: usize = 100;

/// Opens an account with a first password, which is shown once and must be changed.
pub async fn open(
    platform: &Platform,
    access: &Access,
    login: &str,
    name: &str,
) -> Result<(AccountId, String), Error> {
    gate::admit(platform, access, Action::ManageAccounts, true)?;
    let first = random_letters(FIRST_LETTERS)?;
    let id = insert(platform, access, login, name, first.clone(), true).await?;
    let id = id.ok_or_else(|| question("login", "这个登录名已被使用", "this login is taken"))?;
    Ok((id, first))
}

/// Opens an account of one's own for the subject centre; none where the login is taken, after the
/// same work, so that whoever asks is told no more than they must be.
pub async fn open_own(
    platform: &Platform,
    login: &str,
    name: &str,
    password: String,
) -> Result<Option<AccountId>, Error> {
    let weak = password::weaknesses(platform, &password, &sign_in::plain(login), name.trim())?;
    if !weak.is_empty() {
        return Err(too_weak(&weak));
    }
    insert(platform, &Access::public(), login, name, password, false).await
}

async fn insert(
    platform: &Platform,
    access: &Access,
    login: &str,
    name: &str,
    password: String,
    must_change: bool,
) -> Result<Option<AccountId>, Error> {
    let (login, name) = (sign_in::plain(login), name.trim());
    let plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '@');
    if login.chars().count() < 3 || !login.chars().all(plain) || holds_id(&login) {
        return Err(question(
            "login",
            "登录名为 3 到 60 个字母、数字或 - _ . @，不能是证件号码",
            "a login has 3 to 60 letters, figures or - _ . @, and is no identity number",
        ));
    }
    if name.is_empty() || NAME_MAX < name.chars().count() || name.chars().any(is_hidden) {
        return Err(question("name", "请填写姓名", "give a name"));
    }
    impersonal("name", name)?;
    let hash = password::hash(password).await?;
    let now = platform.now();
    let mut write = platform.register.write().await?;
    let Some(id) = store::account::insert(&mut write, &login, name, now).await? else {
        return Ok(None);
    };
    store::account::set_password(&mut write, id, &hash, must_change, now).await?;
    if access.actor == Actor::Public {
        store::account::note_own(&mut write, id, now).await?;
    }
    tell(platform, &mut write, access, Event::AccountCreated, id.to_string(), &login).await?;
    write.commit().await?;
    Ok(Some(id))
}

/// Letters that are not seen, or turn the line around: they would make one name look like another.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether a login is nothing but the figures of an identity number.
fn holds_id(login: &str) -> bool {
    let figures = login.chars().filter(char::is_ascii_digit).count();
    15 <= figures
}

/// Gives a role; the one who gives it holds another, and never gives one to themselves.
pub async fn grant(
    platform: &Platform,
    access: &Access,
    membership: &Membership,
) -> Result<(), Error> {
    gate::admit(platform, access, Action::ManageRoles, true)?;
    not_oneself(access, membership.account)?;
    let organisation =
        store::organisation::get(&platform.register, membership.organisation).await?;
    let organisation = organisation.filter(|one| !one.closed).ok_or(Error::NotFound)?;
    if organisation.kind == OrganisationKind::Company {
        return Err(question("role", "企业的角色由认领产生", "roles in a company come by a claim"));
    }
    let mut write = platform.register.write().await?;
    give(platform, &mut write, access, &organisation, membership).await?;
    write.commit().await?;
    Ok(())
}

/// Gives a role in the transaction of whatever entitles to it: an administrator's word, a claim.
pub(crate) async fn give(
    platform: &Platform,
    write: &mut Write,
    access: &Access,
    organisation: &Organisation,
    membership: &Membership,
) -> Result<(), Error> {
    let (account, role) = (membership.account, membership.role);
    // Held, so that of two roles given at once the second sees the first.
    let known = store::account::held(write, account).await?;
    let known = known.filter(|one| one.closed_at.is_none()).ok_or(Error::NotFound)?;
    if !organisation.kind.roles().contains(&role) {
        return Err(question(
            "role",
            "这类机构没有这个角色",
            "an organisation of this kind has no such role",
        ));
    }
    // Whoever opens accounts gives no role: neither does whoever opened their own take one.
    if role.is_console() && store::account::is_own(write, account).await? {
        return Err(Error::Refused(Text::new(
            "自行开立的账号不能担任工作台的角色，请由系统管理员另开账号",
            "an account its holder opened takes no role of the console: have one opened for it",
        )));
    }
    let held = store::account::memberships_held(write, account).await?;
    if let Some(other) = held.iter().find(|one| !one.role.goes_with(role)) {
        return Err(apart(role, other.role));
    }
    // Whoever opened the account, and knows its first password, must not become its administrator.
    let own = !known.must_change && known.totp.is_some();
    if role.is_administrator() && !own && !matches!(access.actor, Actor::Operator(_)) {
        return Err(Error::Refused(Text::new(
            format!(
                "“{}”只授予已自设口令并启用第二因素的账号，请其本人先登录办好",
                role.label(domain::text::Lang::Zh)
            ),
            format!(
                "“{}” is given to an account with a password of its own and a second factor; \
                 its owner signs in and sets both up first",
                role.label(domain::text::Lang::En)
            ),
        )));
    }
    let (now, by) = (platform.now(), access.actor.to_string());
    if store::account::grant(write, membership, &by, now).await? {
        let detail = format!("role={} organisation={}", role.code(), organisation.id);
        tell(platform, write, access, Event::RoleGranted, account.to_string(), &detail).await?;
        // Whoever is signed in goes on with what they may do now, and signs in anew.
        store::session::end_all(write, account).await?;
    }
    Ok(())
}

/// Why one account does not hold both roles.
fn apart(role: Role, other: Role) -> Error {
    Error::Refused(Text::new(
        format!(
            "“{}”与已有的“{}”互斥，不能由同一人担任",
            role.label(domain::text::Lang::Zh),
            other.label(domain::text::Lang::Zh)
        ),
        format!(
            "“{}” and “{}”, which the account holds, exclude each other",
            role.label(domain::text::Lang::En),
            other.label(domain::text::Lang::En)
        ),
    ))
}

/// Takes a role; whoever is signed in with it is signed out at once.
pub async fn withdraw(
    platform: &Platform,
    access: &Access,
    membership: &Membership,
) -> Result<(), Error> {
    gate::admit(platform, access, Action::ManageRoles, true)?;
    not_oneself(access, membership.account)?;
    let mut write = platform.register.write().await?;
    if !store::account::withdraw(&mut write, membership).await? {
        return Err(Error::NotFound);
    }
    store::session::end_all(&mut write, membership.account).await?;
    let detail =
        format!("role={} organisation={}", membership.role.code(), membership.organisation);
    let object = membership.account.to_string();
    tell(platform, &mut write, access, Event::RoleWithdrawn, object, &detail).await?;
    write.commit().await?;
    Ok(())
}

/// What an administrator does to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Close,
    Unlock,
    /// Gives a new first password, shown once.
    ResetPassword,
    /// Takes the second factor away, to be set up anew.
    ResetFactor,
}

impl Change {
    /// Who could take both factors of another away could be that other: each administrator takes one.
    fn action(self) -> Action {
        match self {
            Change::ResetFactor => Action::ManageRoles,
            Change::Close | Change::Unlock | Change::ResetPassword => Action::ManageAccounts,
        }
    }
}

/// Changes an account; a new first password is answered where there is one.
pub async fn change(
    platform: &Platform,
    access: &Access,
    id: AccountId,
    change: Change,
) -> Result<Option<String>, Error> {
    gate::admit(platform, access, change.action(), true)?;
    not_oneself(access, id)?;
    let account = store::account::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    if !matches!(access.actor, Actor::Operator(_)) {
        one_proof_stays(platform, &account, change).await?;
    }
    let first = match change {
        Change::ResetPassword => Some(random_letters(FIRST_LETTERS)?),
        _ => None,
    };
    let hash = match &first {
        Some(first) => Some(password::hash(first.clone()).await?),
        None => None,
    };
    let now = platform.now();
    let mut write = platform.register.write().await?;
    let event = match change {
        Change::Close => {
            store::account::close(&mut write, id, now).await?;
            Event::AccountClosed
        }
        Change::Unlock => {
            store::account::set_failed(&mut write, id, 0, None).await?;
            Event::AccountUnlocked
        }
        Change::ResetPassword => {
            let hash = hash.unwrap_or_default();
            store::account::set_password(&mut write, id, &hash, true, now).await?;
            Event::PasswordReset
        }
        Change::ResetFactor => {
            store::account::set_totp(&mut write, id, None).await?;
            store::account::set_recovery_codes(&mut write, id, &[]).await?;
            Event::FactorReset
        }
    };
    if matches!(change, Change::Unlock | Change::ResetPassword) {
        sign_in::forgive(platform, &mut write, &account.login).await?;
    }
    if change != Change::Unlock {
        store::session::end_all(&mut write, id).await?;
    }
    tell(platform, &mut write, access, event, id.to_string(), "").await?;
    write.commit().await?;
    Ok(first)
}

/// Two administrators each take one proof away, and never the second before its owner has put the first
/// in its place again: in between, one of them could come in as that person.
async fn one_proof_stays(
    platform: &Platform,
    account: &store::account::Account,
    change: Change,
) -> Result<(), Error> {
    let other_is_gone = match change {
        Change::ResetPassword => {
            let held = store::account::memberships(&platform.register, account.id).await?;
            account.totp.is_none() && held.iter().any(|one| one.role.is_console())
        }
        Change::ResetFactor => account.must_change,
        Change::Close | Change::Unlock => false,
    };
    if !other_is_gone {
        return Ok(());
    }
    Err(Error::Refused(Text::new(
        "这个账号的另一项凭据还没有由本人重新设置；两项都丢失的，请在服务器上用命令办理",
        "the other proof of this account waits to be set by its owner; where both are lost, an operator \
         resets them at the machine",
    )))
}

/// Changes one's own password; every other session ends, and this one goes on under a new token.
pub async fn change_password(
    platform: &Platform,
    signed: &SignedIn,
    old: String,
    new: String,
    browser: &Browser,
) -> Result<String, Error> {
    let account = &signed.account;
    confirm_password(platform, account, old).await?;
    let weak = password::weaknesses(platform, &new, &account.login, &account.name)?;
    if !weak.is_empty() {
        return Err(too_weak(&weak));
    }
    if password::verify(new.clone(), account.password.clone()).await? {
        return Err(question(
            "new",
            "新口令不能与现在的相同",
            "the new password is the present one",
        ));
    }
    let hash = password::hash(new).await?;
    let now = platform.now();
    let mut write = platform.register.write().await?;
    // Held, so that whoever signs in with the old password at this moment is either seen or refused.
    let held = store::account::held(&mut write, account.id).await?;
    held.filter(|held| held.password == account.password).ok_or(Error::Busy)?;
    store::account::set_password(&mut write, account.id, &hash, false, now).await?;
    for one in store::session::of_account(&platform.register, account.id).await? {
        if one.token != signed.session {
            store::session::end(&mut write, &one.token).await?;
        }
    }
    let (object, access) = (account.id.to_string(), signed.access());
    tell(platform, &mut write, &access, Event::PasswordChanged, object, "").await?;
    write.commit().await?;
    let organisation = signed.acting.as_ref().map(|acting| acting.id);
    session::rotate(platform, signed, organisation, signed.second_factor, browser).await
}

/// Asks for the password again before something whoever took a session over must not do. A wrong one
/// counts as it would at sign-in, so that nobody guesses on.
pub(crate) async fn confirm_password(
    platform: &Platform,
    account: &store::account::Account,
    password: String,
) -> Result<(), Error> {
    if password::verify(password, account.password.clone()).await? {
        return Ok(());
    }
    let mut write = platform.register.write().await?;
    let held = store::account::held(&mut write, account.id).await?.ok_or(Error::NotFound)?;
    sign_in::fail_in(platform, &mut write, &held).await?;
    write.commit().await?;
    Err(question("old", "现在的口令不对", "the present password is wrong"))
}

/// Says whether a sign-in is to end one's other sessions.
pub async fn set_one_session(
    platform: &Platform,
    signed: &SignedIn,
    one: bool,
) -> Result<(), Error> {
    let mut write = platform.register.write().await?;
    store::account::set_one_session(&mut write, signed.id(), one).await?;
    write.commit().await?;
    Ok(())
}

/// Accounts whose login or name holds a text, with their roles, for administrators.
pub async fn find(
    platform: &Platform,
    access: &Access,
    action: Action,
    text: &str,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    gate::admit(platform, access, action, true)?;
    Ok(store::account::find(&platform.register, text.trim(), limit).await?)
}

/// The account of a login, for whoever has the machine.
pub async fn by_login(platform: &Platform, login: &str) -> Result<AccountId, Error> {
    let found = store::account::by_login(&platform.register, &sign_in::plain(login)).await?;
    Ok(found.ok_or(Error::NotFound)?.id)
}

/// The login of an account.
pub async fn login(platform: &Platform, id: AccountId) -> Result<String, Error> {
    let found = store::account::get(&platform.register, id).await?;
    Ok(found.ok_or(Error::NotFound)?.login)
}

/// Opens the first account of an administrator's role, at the machine itself; refused once somebody
/// holds the role.
pub async fn first_administrator(
    platform: &Platform,
    access: &Access,
    role: Role,
    login: &str,
    name: &str,
) -> Result<String, Error> {
    let centre = OrganisationKind::Centre;
    if !matches!(access.actor, Actor::Operator(_)) {
        return Err(Error::Forbidden(Action::ManageRoles));
    }
    if store::account::is_held(&platform.register, role).await? {
        return Err(Error::Refused(Text::new(
            format!("已经有“{}”，以后由管理员在工作台里办理", role.label(domain::text::Lang::Zh)),
            format!(
                "there is a {} already; from here on administrators use the console",
                role.code()
            ),
        )));
    }
    let code = "centre";
    let found = store::organisation::by_code(&platform.register, centre, code).await?;
    let organisation = match found {
        Some(organisation) => organisation.id,
        None => {
            let operator = platform.place.operator.zh.clone();
            organisation::open(platform, access, centre, code, &operator).await?
        }
    };
    let (account, first) = open(platform, access, login, name).await?;
    let organisation = store::organisation::get(&platform.register, organisation).await?;
    let organisation = organisation.ok_or(Error::NotFound)?;
    let membership = Membership { account, organisation: organisation.id, role };
    let mut write = platform.register.write().await?;
    give(platform, &mut write, access, &organisation, &membership).await?;
    write.commit().await?;
    Ok(first)
}

/// The sentence for a password that is not good enough, every reason in it.
#[must_use]
pub fn too_weak(weak: &[domain::account::Weakness]) -> Error {
    let sentences: Vec<Text> = weak.iter().map(|one| one.sentence()).collect();
    let zh: Vec<&str> = sentences.iter().map(|text| text.zh.as_str()).collect();
    let en: Vec<&str> = sentences.iter().map(|text| text.en.as_str()).collect();
    question(
        "new",
        &format!("口令不够好：{}", zh.join("；")),
        &format!("the password is not good enough; it needs to be {}", en.join("; ")),
    )
}

fn not_oneself(access: &Access, account: AccountId) -> Result<(), Error> {
    if access.actor == Actor::Account(account) {
        return Err(Error::Refused(Text::new(
            "不能改自己的账号和角色，请由另一位管理员办理",
            "nobody changes their own account or roles; another administrator does",
        )));
    }
    Ok(())
}

async fn tell(
    platform: &Platform,
    write: &mut Write,
    access: &Access,
    event: Event,
    object: String,
    detail: &str,
) -> Result<(), Error> {
    let (now, actor) = (platform.now(), access.actor.to_string());
    store::audit::append(write, now, &actor, event, &object, detail).await?;
    Ok(())
}

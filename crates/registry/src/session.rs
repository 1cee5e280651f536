//! Sessions: who is signed in, for whom they act, and until when.

use domain::{
    access::{Access, Acting, Actor, Ground},
    audit::Event,
    ids::{AccountId, OrganisationId},
    role::Role,
    sealed::sm3_hex,
};
use jiff::{Span, Timestamp};
use store::{
    account::Account,
    organisation::Organisation,
    register::Write,
    session::{Holder, Session},
};

use crate::{error::Error, platform::Platform};

/// Somebody signed in, and for whom they act now.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub account: Account,
    /// Organisations acted for, each with the roles held in it; open ones only.
    pub organisations: Vec<(Organisation, Vec<Role>)>,
    /// The one acted for in this session.
    pub acting: Option<Acting>,
    pub roles: Vec<Role>,
    pub second_factor: bool,
    /// Digest of the token, by which the session is kept.
    pub session: String,
    /// What a form of this session must carry.
    pub form_token: String,
}

/// Where a session was opened from.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    pub address: String,
    pub agent: String,
}

/// Characters of a browser's name that are kept.
const AGENT_MAX: usize = 200;

/// Letters of a token; 260 random bits.
const TOKEN_LETTERS: usize = 52;

impl SignedIn {
    #[must_use]
    pub fn id(&self) -> AccountId {
        self.account.id
    }

    /// Who asks, before it is said on what ground.
    #[must_use]
    pub fn access(&self) -> Access {
        Access {
            actor: Actor::Account(self.account.id),
            organisation: self.acting.clone(),
            roles: self.roles.clone(),
            second_factor: self.second_factor,
            ..Access::public()
        }
    }

    /// The same on the ground that it is one's own account.
    #[must_use]
    pub fn own_access(&self) -> Access {
        match self.own_subject() {
            Some(subject) => self.access().on(Ground::Own(subject), ""),
            None => self.access(),
        }
    }

    /// The subject that is one's own: that of the company acted for, or oneself.
    #[must_use]
    pub fn own_subject(&self) -> Option<domain::ids::SubjectId> {
        match &self.acting {
            Some(acting) => acting.subject,
            None => self.account.subject,
        }
    }
}

/// Opens a session and answers what the browser is to hold.
pub async fn open(
    platform: &Platform,
    account: AccountId,
    organisation: Option<OrganisationId>,
    second_factor: bool,
    browser: &Browser,
) -> Result<String, Error> {
    let mut write = platform.register.write().await?;
    let whose = (account, organisation);
    let token = open_in(platform, &mut write, whose, second_factor, browser).await?;
    write.commit().await?;
    Ok(token)
}

/// The same in the transaction that looked at who it is for.
pub(crate) async fn open_in(
    platform: &Platform,
    write: &mut Write,
    (account, organisation): (AccountId, Option<OrganisationId>),
    second_factor: bool,
    browser: &Browser,
) -> Result<String, Error> {
    let token = token()?;
    let now = platform.now();
    let session = Session {
        token: digest(&token),
        account,
        organisation,
        second_factor,
        created_at: now,
        seen_at: now,
        address: browser.address.clone(),
        agent: browser.agent.chars().take(AGENT_MAX).collect(),
    };
    store::session::insert(write, &session).await?;
    Ok(token)
}

/// Who holds a token; none where it is unknown, over, or the account is closed.
pub async fn find(platform: &Platform, token: &str) -> Result<Option<SignedIn>, Error> {
    if token.len() != TOKEN_LETTERS {
        return Ok(None);
    }
    let digest = digest(token);
    let Some(Holder { session, account, organisations }) =
        store::session::holder(&platform.register, &digest).await?
    else {
        return Ok(None);
    };
    let now = platform.now();
    if is_over(platform, &session, now)? {
        let mut write = platform.register.write().await?;
        store::session::end(&mut write, &digest).await?;
        write.commit().await?;
        return Ok(None);
    }
    if account.closed_at.is_some() {
        return Ok(None);
    }
    touch(platform, &session, now).await?;
    Ok(Some(assemble(account, organisations, &session, token)))
}

/// Acts for another of one's organisations, or for oneself; the session goes on under a new token.
pub async fn act_for(
    platform: &Platform,
    signed: &SignedIn,
    organisation: Option<OrganisationId>,
    browser: &Browser,
) -> Result<String, Error> {
    let own = |id: OrganisationId| signed.organisations.iter().any(|(one, _)| one.id == id);
    if organisation.is_some_and(|id| !own(id)) {
        return Err(Error::NotFound);
    }
    rotate(platform, signed, organisation, signed.second_factor, browser).await
}

/// Goes on under a new token: what was held before is worth nothing from here on.
pub async fn rotate(
    platform: &Platform,
    signed: &SignedIn,
    organisation: Option<OrganisationId>,
    second_factor: bool,
    browser: &Browser,
) -> Result<String, Error> {
    let token = token()?;
    let mut write = platform.register.write().await?;
    let before = store::session::get(&platform.register, &signed.session).await?;
    let before = before.ok_or(Error::NotFound)?;
    if !store::session::end(&mut write, &signed.session).await? {
        return Err(Error::NotFound);
    }
    let session = Session {
        token: digest(&token),
        organisation,
        second_factor,
        seen_at: platform.now(),
        address: browser.address.clone(),
        ..before
    };
    store::session::insert(&mut write, &session).await?;
    write.commit().await?;
    Ok(token)
}

/// Ends this session, or another of one's own by the beginning of its digest.
pub async fn end_own(
    platform: &Platform,
    signed: &SignedIn,
    which: Option<&str>,
) -> Result<(), Error> {
    let own = store::session::of_account(&platform.register, signed.id()).await?;
    let meant = which.unwrap_or(&signed.session);
    let found = own.iter().find(|one| one.token == meant || short(&one.token) == meant);
    let found = found.ok_or(Error::NotFound)?;
    let mut write = platform.register.write().await?;
    store::session::end(&mut write, &found.token).await?;
    let (now, actor, object) =
        (platform.now(), signed.access().actor.to_string(), signed.id().to_string());
    store::audit::append(&mut write, now, &actor, Event::SessionEnded, &object, "").await?;
    write.commit().await?;
    Ok(())
}

/// One's own session as a page shows it.
#[derive(Clone, Debug)]
pub struct SessionView {
    pub id: String,
    pub address: String,
    pub agent: String,
    pub created_at: String,
    pub seen_at: String,
    pub current: bool,
}

/// One's own sessions, the last used first.
pub async fn own(platform: &Platform, signed: &SignedIn) -> Result<Vec<SessionView>, Error> {
    let own = store::session::of_account(&platform.register, signed.id()).await?;
    let view = own.into_iter().map(|one| SessionView {
        id: short(&one.token).to_owned(),
        current: one.token == signed.session,
        created_at: platform.minute(one.created_at),
        seen_at: platform.minute(one.seen_at),
        address: one.address,
        agent: one.agent,
    });
    Ok(view.collect())
}

/// A number of `policy/parameters/access.toml` in force today.
pub fn limit(platform: &Platform, key: &str) -> Result<i64, Error> {
    let value = platform.policy.parameters.get(&format!("access.{key}"));
    let value = value.and_then(|parameter| parameter.nearest(platform.today()));
    value.ok_or_else(|| {
        Error::Refused(domain::text::Text::new(
            format!("缺少参数 access.{key}"),
            format!("parameter access.{key} is missing"),
        ))
    })
}

/// The digest by which a token is kept.
#[must_use]
pub fn digest(token: &str) -> String {
    sm3_hex(token.as_bytes())
}

fn is_over(platform: &Platform, session: &Session, now: Timestamp) -> Result<bool, Error> {
    let minutes = |since: Timestamp, key: &str| -> Result<bool, Error> {
        let longest = Span::new().minutes(limit(platform, key)?);
        Ok(since.checked_add(longest).is_ok_and(|end| end <= now))
    };
    Ok(minutes(session.seen_at, "session_idle")? || minutes(session.created_at, "session_longest")?)
}

/// Seconds between two notes that a session is in use.
const TOUCH_SECONDS: i64 = 60;

async fn touch(platform: &Platform, session: &Session, now: Timestamp) -> Result<(), Error> {
    if now.as_second() - session.seen_at.as_second() < TOUCH_SECONDS {
        return Ok(());
    }
    let mut write = platform.register.write().await?;
    store::session::touch(&mut write, &session.token, now).await?;
    write.commit().await?;
    Ok(())
}

fn assemble(
    account: Account,
    organisations: Vec<(Organisation, Vec<Role>)>,
    session: &Session,
    token: &str,
) -> SignedIn {
    let acted = organisations.iter().find(|(one, _)| Some(one.id) == session.organisation);
    let (acting, roles) = match acted {
        Some((organisation, roles)) => (Some(acting(organisation)), roles.clone()),
        None => (None, Vec::new()),
    };
    SignedIn {
        account,
        acting,
        roles,
        organisations,
        second_factor: session.second_factor,
        session: session.token.clone(),
        form_token: sm3_hex(format!("form {token}").as_bytes()),
    }
}

/// The organisation as an access carries it.
#[must_use]
pub fn acting(organisation: &Organisation) -> Acting {
    Acting {
        id: organisation.id,
        kind: organisation.kind,
        name: organisation.name.clone(),
        department: organisation.department.clone(),
        subject: organisation.subject,
    }
}

/// The beginning of a digest, by which a page names a session.
fn short(token: &str) -> &str {
    token.get(..16).unwrap_or(token)
}

fn token() -> Result<String, Error> {
    crate::api_key::random_letters(TOKEN_LETTERS)
}

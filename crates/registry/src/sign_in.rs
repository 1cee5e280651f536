//! Signing in: one answer, at one cost, for whoever is refused, whatever the reason.

use std::net::IpAddr;

use domain::{
    account::{LockTerms, wait_until},
    audit::Event,
    ids::OrganisationId,
};
use jiff::Timestamp;
use store::{account::Account, register::Write};

use crate::{
    error::Error,
    network, password,
    platform::Platform,
    session::{self, Browser, limit},
};

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Signed in; what the browser is to hold.
    In(String),
    /// The same, with the second factor still to be shown.
    Half(String),
    /// Wrong, locked, closed or unknown: the answer does not say which.
    Refused,
    /// Too many failures from this address; seconds until the next try.
    Wait(u32),
}

/// Lookup schemes of failures.
const ADDRESS: &str = "sign_in_address";
const LOGIN: &str = "sign_in_login";

/// Characters of a login, at most.
pub const LOGIN_MAX: usize = 60;

/// Tries a login and a password.
pub async fn sign_in(
    platform: &Platform,
    login: &str,
    password: String,
    browser: &Browser,
) -> Result<Outcome, Error> {
    let login = plain(login);
    let now = platform.now();
    if is_counted(&browser.address)
        && let Some(until) =
            wait(platform, ADDRESS, &address(platform, browser), "address_failures").await?
    {
        let seconds = until.as_second() - now.as_second();
        return Ok(Outcome::Wait(u32::try_from(seconds.max(1)).unwrap_or(u32::MAX)));
    }
    let account = store::account::by_login(&platform.register, &login).await?;
    let kept = account.as_ref().and_then(|account| account.password.clone());
    // The same work for everybody comes before any of the questions below.
    let fits = password::verify(password, kept).await?;
    if wait(platform, LOGIN, &from(platform, &login, browser), "lock_after").await?.is_some()
        || wait(platform, LOGIN, &keyed(platform, LOGIN, &login), "lock_anywhere_after")
            .await?
            .is_some()
        || account.as_ref().is_some_and(|one| is_locked(one, now))
    {
        // Counted under the login, it would keep whoever tries too soon waiting for ever.
        let mut write = platform.register.write().await?;
        count_address(platform, &mut write, browser).await?;
        note(platform, &mut write, Event::SignInFailed, &login, "waiting").await?;
        write.commit().await?;
        return Ok(Outcome::Refused);
    }
    let Some(account) = account.filter(|one| fits && is_open(one, now)) else {
        refuse(platform, &login, browser).await?;
        return Ok(Outcome::Refused);
    };
    begin(platform, &account, browser).await
}

/// Opens the session of somebody who has shown who they are.
pub async fn begin(
    platform: &Platform,
    account: &Account,
    browser: &Browser,
) -> Result<Outcome, Error> {
    let now = platform.now();
    let organisation = first_organisation(platform, account).await?;
    let mut write = platform.register.write().await?;
    // What was shown must hold still: the password may have been changed, the account locked or closed.
    let held = store::account::held(&mut write, account.id).await?;
    if held.is_none_or(|held| held.password != account.password || !is_open(&held, now)) {
        return Ok(Outcome::Refused);
    }
    forgive(platform, &mut write, &account.login).await?;
    if account.totp.is_none() {
        store::account::set_failed(&mut write, account.id, 0, None).await?;
    }
    if account.one_session {
        store::session::end_all(&mut write, account.id).await?;
    }
    let (actor, object) = (format!("account:{}", account.id), account.id.to_string());
    store::audit::append(&mut write, now, &actor, Event::SignedIn, &object, "").await?;
    let token =
        session::open_in(platform, &mut write, (account.id, organisation), false, browser).await?;
    write.commit().await?;
    Ok(if account.totp.is_some() { Outcome::Half(token) } else { Outcome::In(token) })
}

/// Refuses a second factor where the account is locked or closed.
pub fn may_try(platform: &Platform, account: &Account) -> Result<(), Error> {
    if is_open(account, platform.now()) { Ok(()) } else { Err(Error::NotFound) }
}

/// Counts a failed second factor of an account that is held, which locks it like a failed password.
pub async fn fail_in(
    platform: &Platform,
    write: &mut Write,
    account: &Account,
) -> Result<(), Error> {
    let now = platform.now();
    let failed = account.failed + 1;
    let until = wait_until(terms(platform, "lock_after")?, failed, now);
    store::account::set_failed(write, account.id, failed, until).await?;
    let object = account.id.to_string();
    let event = if until.is_some() { Event::AccountLocked } else { Event::SignInFailed };
    store::audit::append(write, now, "public", event, &object, "factor").await?;
    if until.is_some() {
        store::session::end_all(write, account.id).await?;
    }
    Ok(())
}

/// Forgets the failures under a login, so that its owner need not wait.
pub async fn forgive(platform: &Platform, write: &mut Write, login: &str) -> Result<(), Error> {
    let who = keyed(platform, LOGIN, login);
    Ok(store::sign_in_attempt::forget(write, LOGIN, &who).await?)
}

/// A login as it is kept: trimmed, in small letters.
#[must_use]
pub fn plain(login: &str) -> String {
    login.trim().to_lowercase().chars().take(LOGIN_MAX).collect()
}

fn is_open(account: &Account, now: Timestamp) -> bool {
    account.closed_at.is_none() && !is_locked(account, now)
}

fn is_locked(account: &Account, now: Timestamp) -> bool {
    account.locked_until.is_some_and(|until| now < until)
}

/// Whether failures are counted for an address. From this very machine come its operator and the
/// callers of a proxy that was not declared, who must not keep each other out.
fn is_counted(address: &str) -> bool {
    address.parse().ok().is_none_or(|address: IpAddr| !address.is_loopback())
}

fn terms(platform: &Platform, after: &str) -> Result<LockTerms, Error> {
    Ok(LockTerms {
        after: limit(platform, after)?,
        minutes: limit(platform, "lock_time")?,
        doublings: limit(platform, "lock_doublings")?,
    })
}

/// Until when somebody must wait for a next try; none where they need not.
async fn wait(
    platform: &Platform,
    scope: &str,
    who: &str,
    after: &str,
) -> Result<Option<Timestamp>, Error> {
    let found = store::sign_in_attempt::get(&platform.register, scope, who).await?;
    let Some((failed, last)) = found else { return Ok(None) };
    let until = wait_until(terms(platform, after)?, failed, last);
    Ok(until.filter(|until| platform.now() < *until))
}

/// Writes down a failure: by address, by the name tried from there, and by the name from anywhere,
/// whether there is such an account or not. A stranger's failures keep the stranger waiting; only
/// those of many networks keep the owner waiting too.
async fn refuse(platform: &Platform, login: &str, browser: &Browser) -> Result<(), Error> {
    let now = platform.now();
    let (anywhere, who) = (keyed(platform, LOGIN, login), from(platform, login, browser));
    let before = store::sign_in_attempt::get(&platform.register, LOGIN, &who).await?;
    let mut write = platform.register.write().await?;
    store::sign_in_attempt::add(&mut write, LOGIN, &who, now).await?;
    store::sign_in_attempt::add(&mut write, LOGIN, &anywhere, now).await?;
    count_address(platform, &mut write, browser).await?;
    let failed = before.map_or(0, |(failed, _)| failed) + 1;
    let locked = wait_until(terms(platform, "lock_after")?, failed, now).is_some();
    let event = if locked { Event::AccountLocked } else { Event::SignInFailed };
    note(platform, &mut write, event, login, "password").await?;
    write.commit().await?;
    Ok(())
}

async fn count_address(
    platform: &Platform,
    write: &mut Write,
    browser: &Browser,
) -> Result<(), Error> {
    if is_counted(&browser.address) {
        let address = address(platform, browser);
        store::sign_in_attempt::add(write, ADDRESS, &address, platform.now()).await?;
    }
    Ok(())
}

/// Notes a failed try. The name as it was tried may be a password typed in the wrong place: its keyed
/// hash it is.
async fn note(
    platform: &Platform,
    write: &mut Write,
    event: Event,
    login: &str,
    detail: &str,
) -> Result<(), Error> {
    let who = keyed(platform, LOGIN, login);
    let object = who.get(..16).unwrap_or(&who);
    store::audit::append(write, platform.now(), "public", event, object, detail).await?;
    Ok(())
}

/// What stands for a login as it is tried from one network: it begins with what stands for the login.
fn from(platform: &Platform, login: &str, browser: &Browser) -> String {
    format!("{}.{}", keyed(platform, LOGIN, login), address(platform, browser))
}

/// What stands for the network a try comes from.
fn address(platform: &Platform, browser: &Browser) -> String {
    keyed(platform, ADDRESS, &network::counted(&browser.address))
}

/// What stands for an address or a login in the register.
fn keyed(platform: &Platform, scope: &str, who: &str) -> String {
    platform.keys.as_ref().map_or_else(String::new, |keys| keys.lookup(scope, who))
}

/// Whom one acts for first: an organisation with a role of the console before any other.
async fn first_organisation(
    platform: &Platform,
    account: &Account,
) -> Result<Option<OrganisationId>, Error> {
    let open = store::organisation::acted_for(&platform.register, account.id).await?;
    let console = open.iter().find(|(_, roles)| roles.iter().any(|role| role.is_console()));
    Ok(console.or(open.first()).map(|(organisation, _)| organisation.id))
}

/// Forgets failures nobody waits for any more; the worker does so now and then.
pub async fn clear(platform: &Platform) -> Result<(), Error> {
    let minutes = |key| -> Result<Timestamp, Error> {
        let span = jiff::Span::new().minutes(limit(platform, key)?);
        Ok(platform.now().checked_sub(span).unwrap_or(Timestamp::MIN))
    };
    let (longest, idle) = (minutes("session_longest")?, minutes("session_idle")?);
    let mut write = platform.register.write().await?;
    store::session::clear(&mut write, longest, idle).await?;
    store::sign_in_attempt::clear(&mut write, longest).await?;
    write.commit().await?;
    Ok(())
}

//! Passwords: kept as argon2id, compared at the same cost whether there is an account or not.

use std::sync::{
    LazyLock,
    atomic::{AtomicU64, Ordering},
};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use domain::account::{self, PasswordTerms, Weakness};
use store::account::Account;
use tokio::sync::Semaphore;

use crate::{error::Error, platform::Platform, session::limit};

/// Hashes worked out at a time: each takes some 20 MiB.
const AT_ONCE: usize = 4;
static ROOM: Semaphore = Semaphore::const_new(AT_ONCE);

/// Compared where there is no account, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this").unwrap_or_default());

static COMPARED: AtomicU64 = AtomicU64::new(0);

/// How often a password was compared in this process: a sign-in does so exactly once.
#[must_use]
pub fn compared() -> u64 {
    COMPARED.load(Ordering::Relaxed)
}

/// The PHC string of a password.
pub async fn hash(password: String) -> Result<String, Error> {
    let hashed = work(move || hash_now(&password)).await?;
    hashed.ok_or_else(|| Error::Io(std::io::Error::other("no random bytes")))
}

/// Whether it is the password; false, after the same work, where there is none to compare with.
pub async fn verify(password: String, kept: Option<String>) -> Result<bool, Error> {
    COMPARED.fetch_add(1, Ordering::Relaxed);
    work(move || verify_now(&password, kept.as_deref())).await
}

/// Every reason against a password by the policy of today.
pub fn weaknesses(
    platform: &Platform,
    password: &str,
    login: &str,
    name: &str,
) -> Result<Vec<Weakness>, Error> {
    let count = |key| -> Result<usize, Error> {
        Ok(usize::try_from(limit(platform, key)?).unwrap_or_default())
    };
    let terms = PasswordTerms {
        shortest: count("password_length")?,
        beside_common: count("password_beside_common")?,
        different: count("password_different")?,
        common: &platform.policy.common_passwords,
    };
    Ok(account::weaknesses(terms, password, login, name))
}

/// Whether an account has a password that is older than the policy lets it be.
pub fn is_old(platform: &Platform, account: &Account) -> Result<bool, Error> {
    let set_at = account.password_changed_at.unwrap_or(account.created_at);
    let days = limit(platform, "password_age")?;
    Ok(account.password.is_some() && account::is_old(set_at, days, platform.now()))
}

/// Works beside the requests. The work keeps its room until it is done: whoever hangs up ends the
/// waiting, not the work.
async fn work<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let permit = ROOM.acquire().await.map_err(|_| Error::Busy)?;
    let done = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    });
    Ok(done.await?)
}

fn hash_now(password: &str) -> Option<String> {
    let mut salt = [0u8; 16];
    getrandom::fill(&mut salt).ok()?;
    // Memory, passes and lanes are those OWASP recommends, which are the library's own.
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).ok()?;
    Some(hash.to_string())
}

fn verify_now(password: &str, kept: Option<&str>) -> bool {
    let parsed = PasswordHash::new(kept.unwrap_or(&NOBODY));
    let same = parsed
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    same && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_salted_and_compared() {
        let (one, other) =
            (hash_now("示例口令示例口令").unwrap(), hash_now("示例口令示例口令").unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other);
        assert!(verify_now("示例口令示例口令", Some(&one)));
        assert!(!verify_now("示例口令示例口", Some(&one)));
        assert!(!verify_now("nobody has this", None), "nobody has no password");
        assert!(!verify_now("x", Some("not a hash")));
    }

    #[tokio::test]
    async fn work_nobody_waits_for_keeps_its_room() {
        let (go_on, wait) = std::sync::mpsc::channel::<()>();
        let left = tokio::select! {
            biased;
            _ = work(move || wait.recv()) => false,
            () = std::future::ready(()) => true,
        };
        assert!(left && ROOM.available_permits() < AT_ONCE, "it is still at work");
        drop(go_on);
        let all = u32::try_from(AT_ONCE).unwrap();
        assert!(ROOM.acquire_many(all).await.is_ok(), "and leaves when it is done");
    }
}

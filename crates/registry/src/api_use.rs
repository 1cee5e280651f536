//! What the API asks of the platform beside the operations of the other modules: keys, the instant
//! of the last change, and receipts in the forms it hands out.

use std::path::PathBuf;

use domain::{sealed::sm3_hex, text::Text};
use jiff::Timestamp;
use store::{load::Mode, submission::Submission};

use crate::{error::Error, platform::Platform, receipt};

/// How every key begins, so that one left in a file is found by a search.
const KEY_PREFIX: &str = "xh_";

/// Letters after the prefix; 260 random bits.
const KEY_LETTERS: usize = 52;

/// The department a presented key belongs to; none for an unknown, a revoked or a mutilated one.
pub async fn department_of_key(platform: &Platform, key: &str) -> Result<Option<String>, Error> {
    if key.len() != KEY_PREFIX.len() + KEY_LETTERS || !key.starts_with(KEY_PREFIX) {
        return Ok(None);
    }
    Ok(store::api_key::department(&platform.register, &sm3_hex(key.as_bytes())).await?)
}

/// Makes a key for a department of the place; the key itself is told once and kept nowhere.
pub async fn create_key(
    platform: &Platform,
    department: &str,
    label: &str,
    actor: &str,
) -> Result<String, Error> {
    let department = platform.place.department(department).ok_or_else(|| {
        Error::Refused(Text::new(
            format!("没有信源单位“{department}”"),
            format!("there is no department “{department}”"),
        ))
    })?;
    let key = random_key()?;
    let (id, now) = (&department.id, platform.now());
    let mut write = platform.register.write().await?;
    store::api_key::insert(&mut write, &sm3_hex(key.as_bytes()), id, label, now).await?;
    store::audit::append(&mut write, now, actor, "api_key_created", id, label).await?;
    write.commit().await?;
    Ok(key)
}

/// Takes a key back by its label; false where no key in force has it.
pub async fn revoke_key(platform: &Platform, label: &str, actor: &str) -> Result<bool, Error> {
    let now = platform.now();
    let mut write = platform.register.write().await?;
    let revoked = store::api_key::revoke(&mut write, label, now).await?;
    if revoked {
        store::audit::append(&mut write, now, actor, "api_key_revoked", label, "").await?;
    }
    write.commit().await?;
    Ok(revoked)
}

fn random_key() -> Result<String, Error> {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bytes = [0u8; KEY_LETTERS];
    getrandom::fill(&mut bytes).map_err(|_| Error::Io(std::io::Error::other("no random bytes")))?;
    let letters = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)]));
    Ok(KEY_PREFIX.chars().chain(letters).collect())
}

/// The instant of the newest change: what was known then is what is known now.
///
/// An answer given as of this instant stays the same, letter for letter, until something changes.
pub async fn last_change(platform: &Platform) -> Result<Timestamp, Error> {
    let last = store::feed::last(&platform.register).await?;
    let newest = store::submission::after_feed(&platform.register, last, 1).await?;
    let accepted = newest.first().and_then(|submission| submission.accepted_at);
    Ok(accepted.unwrap_or_else(|| platform.now()))
}

/// The mode of a delivery by its word: `changes`, `full`, `withdraw`.
#[must_use]
pub fn mode(word: &str) -> Option<Mode> {
    Mode::from_code(word)
}

/// Whether the very same file is being taken in at this moment.
#[must_use]
pub fn is_loading(error: &Error) -> bool {
    matches!(error, Error::Store(store::error::Error::SameFileLoading(_)))
}

/// Where a delivery lies while it is read: beside the register, or in the folder of the system.
pub fn spool_folder(platform: &Platform) -> Result<PathBuf, Error> {
    let Some(folder) = platform.register.folder() else { return Ok(std::env::temp_dir()) };
    let spool = folder.join("spool");
    std::fs::create_dir_all(&spool)?;
    Ok(spool)
}

/// How many faults of each rule a submission has: rule, level, count.
pub async fn faults_by_rule(
    platform: &Platform,
    submission: &Submission,
) -> Result<Vec<(String, String, i64)>, Error> {
    Ok(store::fault::by_rule(&platform.register, submission.id).await?)
}

/// The rows sent back as CSV.
pub async fn rejected_csv(platform: &Platform, submission: &Submission) -> Result<Vec<u8>, Error> {
    let rejected = receipt::rejected(platform, submission).await?;
    let mut bytes = Vec::new();
    render::faults::rejected_csv(&rejected, &mut bytes)?;
    Ok(bytes)
}

/// The rows sent back as a workbook.
pub async fn rejected_xlsx(platform: &Platform, submission: &Submission) -> Result<Vec<u8>, Error> {
    let rejected = receipt::rejected(platform, submission).await?;
    let rendered = tokio::task::spawn_blocking(move || render::faults::rejected_xlsx(&rejected));
    Ok(rendered.await??)
}

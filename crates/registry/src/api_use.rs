//! What the API asks of the platform beside the operations of the other modules: the instant of the
//! last change, and receipts in the forms it hands out.

use std::path::PathBuf;

use jiff::Timestamp;
use store::{load::Mode, submission::Submission};

use crate::{error::Error, platform::Platform, receipt};

/// The instant of the newest change: what was known then is what is known now.
///
/// An answer given as of this instant stays the same, letter for letter, until something changes.
pub async fn last_change(platform: &Platform) -> Result<Timestamp, Error> {
    let newest = store::submission::newest_instant(&platform.register).await?;
    Ok(newest.unwrap_or_else(|| platform.now()))
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

/// A word nobody can guess, in 32 hexadecimal digits.
pub fn random_word() -> Result<String, Error> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random)
        .map_err(|_| Error::Io(std::io::Error::other("no random bytes")))?;
    Ok(domain::sealed::hex(&random))
}

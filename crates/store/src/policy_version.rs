//! Versions of the law (政策版本) under which something was checked or issued.

use jiff::Timestamp;

use crate::{error::Error, register::Write, stamp};

/// Notes that something rests on a version from now on.
pub async fn note(write: &mut Write, version: &str, at: Timestamp) -> Result<(), Error> {
    let statement = "\
        insert into policy_version (version, first_used_at) values ($1, $2) on conflict do nothing";
    sqlx::query(statement).bind(version).bind(stamp::instant(at)).execute(&mut *write.tx).await?;
    Ok(())
}

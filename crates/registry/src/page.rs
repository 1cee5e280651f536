//! What pages of the portal ask for beyond the other operations.

use crate::{error::Error, platform::Platform};

/// Whether the register answers.
pub async fn alive(platform: &Platform) -> Result<(), Error> {
    store::feed::last(&platform.register).await?;
    Ok(())
}

//! Whether the platform works.

use crate::{error::Error, platform::Platform};

/// Whether the register answers.
pub async fn register(platform: &Platform) -> Result<(), Error> {
    store::feed::last(&platform.register).await?;
    Ok(())
}

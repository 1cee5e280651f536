//! Own statements (本人声明): what a subject says beside a record, kept with it and printed in reports.

use domain::{
    access::{Access, Action},
    audit::Event,
    ids::RecordId,
};

use crate::{case, error::Error, platform::Platform};

/// Makes a statement beside a record of one's own, or takes it back where it says nothing.
pub async fn make(
    platform: &Platform,
    access: &Access,
    record: RecordId,
    words: &str,
) -> Result<(), Error> {
    let subject = case::own_subject(platform, access, Action::FileCase).await?;
    let versions = case::versions(platform, subject).await?;
    case::life(&versions, record)?;
    let (now, actor) = (platform.now(), access.actor.to_string());
    let place = (subject, record);
    let mut write = platform.register.write().await?;
    let event = if words.trim().is_empty() {
        store::statement::withdraw(&mut write, place, now).await?;
        Event::StatementWithdrawn
    } else {
        let words = case::note(words, "statement")?;
        store::statement::make(&mut write, place, &words, &actor, now).await?;
        Event::StatementMade
    };
    let object = record.to_string();
    store::audit::append_about(&mut write, now, &actor, event, &object, "", subject).await?;
    write.commit().await?;
    Ok(())
}

//! Codes that fail their check digit and that somebody answers for (代码例外).

use domain::{
    audit::Event,
    identifier::{self, uscc::UnifiedCode},
    text::Text,
};

use crate::{error::Error, platform::Platform};

/// Notes that a unified code is real though its check character does not fit or a person's number
/// looks the same, on what that rests, and who says so.
pub async fn answer_for(
    platform: &Platform,
    code: &str,
    reason: &str,
    actor: &str,
) -> Result<UnifiedCode, Error> {
    let parsed = UnifiedCode::parse_overridden(code).map_err(|invalid| {
        let why = invalid.reason();
        Error::Refused(Text::new(format!("{code}：{}", why.zh), format!("{code}: {}", why.en)))
    })?;
    if parsed.check_fits() && !identifier::is_rather_a_person(&parsed) {
        return Err(Error::Refused(Text::new(
            format!("{code} 的校验码相符，不需要例外"),
            format!("{code} needs no override: its check character fits"),
        )));
    }
    let mut write = platform.register.write().await?;
    let (value, now) = (parsed.as_str(), platform.now());
    if store::code_override::insert(&mut write, "uscc", value, reason, actor, now).await? {
        store::audit::append(&mut write, now, actor, Event::CodeOverridden, value, reason).await?;
    }
    write.commit().await?;
    Ok(parsed)
}

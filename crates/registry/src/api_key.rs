//! Keys of departments' systems (接口密钥): made, presented, revoked.

use domain::{sealed::sm3_hex, text::Text};
use store::api_key::Holder;

use crate::{error::Error, platform::Platform};

/// How every key begins, so that one left in a file is found by a search.
const PREFIX: &str = "xh_";

/// Letters after the prefix; 260 random bits.
const LETTERS: usize = 52;

/// Whom a presented key belongs to; none for an unknown, a revoked or a mutilated one.
pub async fn holder(platform: &Platform, key: &str) -> Result<Option<Holder>, Error> {
    if key.len() != PREFIX.len() + LETTERS || !key.starts_with(PREFIX) {
        return Ok(None);
    }
    Ok(store::api_key::holder(&platform.register, &sm3_hex(key.as_bytes())).await?)
}

/// Makes a key for a system of a department of the place; the key itself is told once and kept
/// nowhere.
pub async fn create(
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
    let key = random()?;
    let holder = Holder { department: department.id.clone(), label: label.to_owned() };
    let mut write = platform.register.write().await?;
    let now = platform.now();
    if !store::api_key::insert(&mut write, &sm3_hex(key.as_bytes()), &holder, now).await? {
        return Err(Error::Refused(Text::new(
            format!(
                "“{}”已有名为“{label}”的有效密钥；请换一个名称，或先作废它",
                department.label.zh
            ),
            format!(
                "“{}” has a key in force called “{label}”; choose another label, or revoke that one",
                department.label.en
            ),
        )));
    }
    store::audit::append(&mut write, now, actor, "api_key_created", &holder.department, label)
        .await?;
    write.commit().await?;
    Ok(key)
}

/// Makes the key of a system useless from now on; false where it has none in force.
pub async fn revoke(
    platform: &Platform,
    department: &str,
    label: &str,
    actor: &str,
) -> Result<bool, Error> {
    let holder = Holder { department: department.to_owned(), label: label.to_owned() };
    let mut write = platform.register.write().await?;
    let now = platform.now();
    let revoked = store::api_key::revoke(&mut write, &holder, now).await?;
    if revoked {
        store::audit::append(&mut write, now, actor, "api_key_revoked", department, label).await?;
    }
    write.commit().await?;
    Ok(revoked)
}

fn random() -> Result<String, Error> {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bytes = [0u8; LETTERS];
    getrandom::fill(&mut bytes).map_err(|_| Error::Io(std::io::Error::other("no random bytes")))?;
    let letters = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
    Ok(PREFIX.chars().chain(letters).collect())
}

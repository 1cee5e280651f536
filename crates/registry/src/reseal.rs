//! Sealing anew: every sealed value of the register under the present key, a part at a time, while the
//! platform serves.

use domain::{
    access::{Access, Action},
    audit::Event,
    sealed::Keys,
    text::Text,
};
use serde_json::Value;
use store::reseal::{Held, Place, behind, replace};

use crate::{error::Error, gate, platform::Platform};

/// Values looked at in one transaction.
const AT_ONCE: i64 = 500;

/// What was found in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub place: &'static str,
    pub looked_at: u64,
    pub resealed: u64,
}

/// Seals everything anew under the present key. Killed half way and begun again it ends complete: what
/// is sealed under the present key is left as it is.
pub async fn rotate(platform: &Platform, access: &Access) -> Result<Vec<Count>, Error> {
    gate::admit(platform, access, Action::ManageKeys, true)?;
    let keys = keys(platform)?;
    let mut counts = Vec::new();
    for place in Place::ALL {
        counts.push(rotate_place(platform, &keys, place).await?);
    }
    let total: u64 = counts.iter().map(|count| count.resealed).sum();
    if 0 < total {
        let mut write = platform.register.write().await?;
        let (now, actor) = (platform.now(), access.actor.to_string());
        let detail = format!("values={total}");
        let event = Event::Resealed;
        store::audit::append(&mut write, now, &actor, event, &keys.id(), &detail).await?;
        write.commit().await?;
    }
    Ok(counts)
}

async fn rotate_place(platform: &Platform, keys: &Keys, place: Place) -> Result<Count, Error> {
    let mut count = Count { place: place.code(), looked_at: 0, resealed: 0 };
    let mut last: Option<Held> = None;
    loop {
        let part = behind(&platform.register, place, last.as_ref(), AT_ONCE).await?;
        let Some(end) = part.last() else { return Ok(count) };
        last = Some(end.clone());
        count.looked_at += part.len() as u64;
        let mut anew = Vec::new();
        for held in part {
            if let Some(text) = resealed(keys, place, &held)? {
                anew.push((held, text));
            }
        }
        if anew.is_empty() {
            continue;
        }
        let mut write = platform.register.write().await?;
        for (held, text) in &anew {
            count.resealed += u64::from(replace(&mut write, place, held, text).await?);
        }
        write.commit().await?;
    }
}

/// Values still sealed under a key, by place; a key may go only when there is none.
pub async fn still_under(platform: &Platform, id: &str) -> Result<Vec<(&'static str, u64)>, Error> {
    let mut found = Vec::new();
    for place in Place::ALL {
        let (mut count, mut last): (u64, Option<Held>) = (0, None);
        loop {
            let part = behind(&platform.register, place, last.as_ref(), AT_ONCE).await?;
            let Some(end) = part.last() else { break };
            last = Some(end.clone());
            let marks = [format!("\"{id}:"), format!("{id}:")];
            let under = part.iter().filter(|held| match place {
                Place::Payload => held.text.contains(&marks[0]),
                _ => held.text.starts_with(&marks[1]),
            });
            count += under.count() as u64;
        }
        if 0 < count {
            found.push((place.code(), count));
        }
    }
    Ok(found)
}

/// The text with everything in it sealed under the present key; none where it is already.
fn resealed(keys: &Keys, place: Place, held: &Held) -> Result<Option<String>, Error> {
    let purpose = match place {
        Place::Payload => return resealed_payload(keys, &held.text),
        Place::RejectedRow => "rejected_row",
        Place::Totp => "totp",
        Place::ApiSecret => "api_secret",
    };
    keys.resealed(purpose, &held.text).map_err(|why| unopened(place, held, &why.to_string()))
}

/// A field is sealed as `{"s": sealed, "h": keyed hash}` for the purpose of its name.
fn resealed_payload(keys: &Keys, text: &str) -> Result<Option<String>, Error> {
    let unreadable = || Error::Io(std::io::Error::other("a payload is no JSON"));
    let mut payload: Value = serde_json::from_str(text).map_err(|_| unreadable())?;
    let mut changed = false;
    for (field, value) in payload.as_object_mut().ok_or_else(unreadable)? {
        let Some(sealed) = value.get_mut("s") else { continue };
        let Some(before) = sealed.as_str() else { continue };
        let anew = keys
            .resealed(field, before)
            .map_err(|why| Error::Io(std::io::Error::other(format!("field {field}: {why}"))))?;
        if let Some(anew) = anew {
            *sealed = anew.into();
            changed = true;
        }
    }
    Ok(changed.then(|| payload.to_string()))
}

fn keys(platform: &Platform) -> Result<Keys, Error> {
    platform
        .keys
        .as_ref()
        .map(|keys| Keys::clone(keys))
        .ok_or_else(|| Error::Refused(Text::new("没有加密密钥", "there are no sealing keys")))
}

fn unopened(place: Place, held: &Held, why: &str) -> Error {
    let (first, second) = held.key;
    Error::Io(std::io::Error::other(format!("{} {first} {second}: {why}", place.code())))
}

//! Whose hands a key may come into: one that opens files beyond the public is made at the machine, and a
//! public key names one holder.

use domain::access::{Access, Action, Actor};
use store::api_key::{Holder, Terms};

use super::refused;
use crate::{error::Error, platform::Platform};

/// Scopes that open files beyond the public.
const READING: &[Action] = &[Action::ReadForMatter, Action::ReadOnConsent];

/// Whether a page may give a scope: one that opens files is given at the machine, so that whoever looks
/// after keys and reads no record holds none that does.
#[must_use]
pub fn is_given_on_a_page(scope: Action) -> bool {
    !READING.contains(&scope)
}

pub(super) fn made_where_it_may(access: &Access, scopes: &[String]) -> Result<(), Error> {
    let reads = scopes.iter().any(|scope| READING.iter().any(|one| one.code() == scope));
    if !reads || matches!(access.actor, Actor::Operator(_)) {
        return Ok(());
    }
    Err(refused(
        "能打开非公开档案的密钥只在服务器上用命令发放和更换，交给持有单位的人",
        "a key that opens files beyond the public is made and replaced at the machine, and handed to its holder",
    ))
}

/// A public key names one holder: a request signed with it must not be another one's as well.
pub(super) async fn own_public_key(
    platform: &Platform,
    holder: &Holder,
    terms: &Terms,
) -> Result<(), Error> {
    let Some(public) = &terms.public_key else { return Ok(()) };
    let all = store::api_key::all(&platform.register).await?;
    let taken = all.iter().any(|key| {
        key.terms.public_key.as_ref() == Some(public) && key.holder.department != holder.department
    });
    if !taken {
        return Ok(());
    }
    Err(refused(
        "这把 SM2 公钥已由另一单位使用，请换一对密钥",
        "another organisation uses this public key: make a pair of its own",
    ))
}

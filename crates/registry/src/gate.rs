//! The gate: what the policies of access say to somebody who wants to do something.

use domain::{
    access::{Access, Action, Permission, Question},
    disclosure::Audience,
};

use crate::{error::Error, platform::Platform};

/// A permission in the hands of whoever it was given to; only the gate makes one.
#[derive(Clone, Debug)]
pub struct Permit {
    access: Access,
    permission: Permission,
}

impl Permit {
    /// What everybody may see.
    #[must_use]
    pub fn public() -> Permit {
        let permission = Permission {
            audience: Audience::Public,
            obligations: Vec::new(),
            policy: "public.read".to_owned(),
            basis: String::new(),
        };
        Permit { access: Access::public(), permission }
    }

    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }

    #[must_use]
    pub fn permission(&self) -> &Permission {
        &self.permission
    }

    #[must_use]
    pub fn audience(&self) -> Audience {
        self.permission.audience
    }
}

/// Lets somebody do something, or refuses. `holds` says whether the ground of the access was
/// looked at and holds: the matter is open, the consent valid, the subject one's own.
pub fn admit(
    platform: &Platform,
    access: &Access,
    action: Action,
    holds: bool,
) -> Result<Permit, Error> {
    let permission = access.principals().into_iter().find_map(|principal| {
        platform.gate.decide(Question {
            principal,
            action,
            ground: access.ground.kind(),
            holds,
            second_factor: access.second_factor,
        })
    });
    match permission {
        Some(permission) => Ok(Permit { access: access.clone(), permission }),
        None => Err(Error::Forbidden(action)),
    }
}

/// Whether there is any ground on which somebody may do it: what a route asks before it is known
/// which subject, matter or consent is meant.
#[must_use]
pub fn may_ever(platform: &Platform, access: &Access, action: Action) -> bool {
    let principals = access.principals().into_iter();
    principals
        .into_iter()
        .any(|principal| platform.gate.ever(principal, action, access.second_factor))
}

/// Writes down that somebody tried what they may not.
pub async fn tell_refusal(
    platform: &Platform,
    access: &Access,
    action: Action,
    place: &str,
) -> Result<(), Error> {
    let mut write = platform.register.write().await?;
    let (now, actor) = (platform.now(), access.actor.to_string());
    let place = place.chars().take(PLACE_MAX).collect::<String>();
    let event = domain::audit::Event::AccessRefused;
    store::audit::append(&mut write, now, &actor, event, action.code(), &place).await?;
    write.commit().await?;
    Ok(())
}

/// Characters of an address that are kept.
const PLACE_MAX: usize = 200;

//! Keys of systems (接口密钥): made, presented or used to sign, replaced, revoked.

pub mod holding;

use std::net::IpAddr;

use domain::{
    access::{Access, Acting, Action, Actor},
    audit::Event,
    ids::{KeyId, OrganisationId},
    role::OrganisationKind,
    sealed::sm3_hex,
    signature::{Scheme, Signed, is_public_key},
    text::Text,
};
use jiff::{Span, Timestamp};
use store::api_key::{Holder, Key, Terms};

use crate::{
    error::Error,
    gate,
    meter::Span as Period,
    network::{holds, is_network},
    platform::Platform,
    session::{self, limit},
};

/// How every key begins, so that one left in a file is found by a search.
const PREFIX: &str = "xh_";

/// Letters after the prefix; 260 random bits.
const LETTERS: usize = 52;

/// Purpose under which secrets of signed requests are sealed.
const SECRET: &str = "api_secret";

/// What a system may be let do; everything else is for people.
pub const SCOPES: &[Action] = &[
    Action::Deliver,
    Action::ReadSubmission,
    Action::Check,
    Action::RegisterMatter,
    Action::ReadForMatter,
    Action::ReadOnConsent,
    Action::FollowFeed,
];

/// What a department's system may do where nothing else is said.
const DEFAULT_SCOPES: &[Action] = &[Action::Deliver, Action::ReadSubmission];

/// What is told of a key when it is made.
#[derive(Clone, Debug, Default)]
pub struct NewKey {
    pub label: String,
    /// Words of actions; the department's own where there are none.
    pub scopes: Vec<String>,
    pub addresses: Vec<String>,
    /// Days until it expires; the longest life of a key where none is given.
    pub days: Option<i64>,
    pub per_minute: Option<i64>,
    pub per_day: Option<i64>,
    /// Makes a shared secret for signed requests.
    pub secret: bool,
    /// Public key of SM2 for signed requests.
    pub public_key: Option<String>,
    pub signed_only: bool,
}

/// A key as it is handed out, told once and kept nowhere.
#[derive(Clone)]
pub struct Made {
    pub id: KeyId,
    pub key: String,
    pub secret: Option<String>,
}

/// Who a request comes from, and the body it said it would bring.
#[derive(Clone, Debug)]
pub struct Presented {
    pub access: Access,
    pub label: String,
    /// SM3 that the body must have, where the request was signed.
    pub body: Option<String>,
}

/// Why a key is refused; the answer outside does not say which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Unknown, revoked, expired, from elsewhere, wrongly signed, or used again.
    Unauthorised,
    /// The key has no such scope, or the policies of access say no.
    Forbidden,
    /// Over its quota; seconds until there is room.
    TooOften(u32),
}

/// A key presented as it is.
pub async fn present(
    platform: &Platform,
    key: &str,
    action: Action,
    address: Option<IpAddr>,
) -> Result<Result<Presented, Refusal>, Error> {
    if key.len() != PREFIX.len() + LETTERS || !key.starts_with(PREFIX) {
        return Ok(Err(Refusal::Unauthorised));
    }
    let found = store::api_key::by_digest(&platform.register, &sm3_hex(key.as_bytes())).await?;
    let Some(found) = found.filter(|key| !key.terms.signed_only) else {
        return Ok(Err(Refusal::Unauthorised));
    };
    admit(platform, found, action, address, None).await
}

/// A signed request.
pub async fn present_signed(
    platform: &Platform,
    signed: &Signed,
    (method, path): (&str, &str),
    action: Action,
    address: Option<IpAddr>,
) -> Result<Result<Presented, Refusal>, Error> {
    let found = store::api_key::by_id(&platform.register, KeyId(signed.key)).await?;
    let Some(found) = found else { return Ok(Err(Refusal::Unauthorised)) };
    let now = platform.now();
    let window = limit(platform, "signature_window")?;
    let in_time = signed.time.abs_diff(now.as_second()) <= window.unsigned_abs();
    let fits = match signed.scheme {
        Scheme::HmacSm3 => {
            let keys = platform.keys.as_ref();
            let sealed = found.terms.secret.as_deref();
            let opened = keys.zip(sealed).and_then(|(keys, sealed)| keys.open(SECRET, sealed).ok());
            opened.is_some_and(|secret| signed.fits_secret(method, path, secret.as_bytes()))
        }
        Scheme::Sm2 => {
            let public = found.terms.public_key.as_deref();
            public.is_some_and(|public| signed.fits_key(method, path, public))
        }
    };
    if !in_time || !fits {
        return Ok(Err(Refusal::Unauthorised));
    }
    // Whoever holds one SM2 key under several numbers signs a request once for all of them.
    let signer = match (signed.scheme, &found.terms.public_key) {
        (Scheme::Sm2, Some(public)) => sm3_hex(public.as_bytes()),
        _ => found.digest.clone(),
    };
    let mut write = platform.register.write().await?;
    let fresh = store::api_key::use_nonce(&mut write, &signer, &signed.nonce, now).await?;
    write.commit().await?;
    if !fresh {
        return Ok(Err(Refusal::Unauthorised));
    }
    admit(platform, found, action, address, Some(signed.digest.clone())).await
}

/// Looks at everything but the proof: expiry, address, scope, quota, policies of access.
async fn admit(
    platform: &Platform,
    key: Key,
    action: Action,
    address: Option<IpAddr>,
    body: Option<String>,
) -> Result<Result<Presented, Refusal>, Error> {
    let now = platform.now();
    let expired = key.terms.expires_at.is_some_and(|end| end <= now);
    let from_here = key.terms.addresses.is_empty()
        || address.is_some_and(|from| key.terms.addresses.iter().any(|net| holds(net, from)));
    let acting = acting(platform, &key).await?;
    let Some(acting) = acting.filter(|_| !expired && from_here) else {
        return Ok(Err(Refusal::Unauthorised));
    };
    let access = access(&key, acting);
    let scopes = &key.terms.scopes;
    let named = |known: &Action| scopes.iter().any(|scope| scope == known.code());
    let scoped = match scopes.is_empty() {
        true => DEFAULT_SCOPES.contains(&action),
        false => named(&action),
    };
    if !scoped || !gate::may_ever(platform, &access, action) {
        return Ok(Err(Refusal::Forbidden));
    }
    let quotas = [(key.terms.per_minute, Period::Minute), (key.terms.per_day, Period::Day)];
    for (quota, period) in quotas {
        let Some(quota) = quota else { continue };
        let waits = platform.meter.count(&key.digest, period, quota, now);
        if let Some(seconds) = waits {
            return Ok(Err(Refusal::TooOften(seconds)));
        }
    }
    touch(platform, &key, now).await?;
    Ok(Ok(Presented { access, label: key.holder.label, body }))
}

/// Seconds between two notes that a key is in use.
const TOUCH_SECONDS: i64 = 60;

async fn touch(platform: &Platform, key: &Key, now: Timestamp) -> Result<(), Error> {
    let last = key.last_used_at.map_or(i64::MIN, Timestamp::as_second);
    if now.as_second().saturating_sub(last) < TOUCH_SECONDS {
        return Ok(());
    }
    let mut write = platform.register.write().await?;
    store::api_key::touch(&mut write, &key.digest, now).await?;
    write.commit().await?;
    Ok(())
}

fn access(key: &Key, acting: Acting) -> Access {
    // A key from before keys had numbers is known by its holder.
    let actor = match key.id {
        Some(id) => Actor::Key(id),
        None => Actor::Key(KeyId(0)),
    };
    let roles = acting.kind.roles().iter().copied().filter(|role| role.acts_by_system()).collect();
    Access { actor, organisation: Some(acting), roles, second_factor: true, ..Access::public() }
}

/// The organisation a key acts for; none where it is closed.
async fn acting(platform: &Platform, key: &Key) -> Result<Option<Acting>, Error> {
    if let Some(id) = key.terms.organisation {
        let found = store::organisation::get(&platform.register, id).await?;
        return Ok(found.filter(|one| !one.closed).map(|one| session::acting(&one)));
    }
    let department = &key.holder.department;
    Ok(platform.place.department(department).map(|known| Acting {
        id: OrganisationId(0),
        kind: OrganisationKind::Department,
        name: known.label.zh.clone(),
        department: Some(department.clone()),
        subject: None,
    }))
}

/// Makes a key for a system of a department of the place, with what such a system needs.
pub async fn create(
    platform: &Platform,
    department: &str,
    label: &str,
    actor: &str,
) -> Result<String, Error> {
    let access = Access::operator(actor);
    let new = NewKey { label: label.to_owned(), ..NewKey::default() };
    let organisation = of_department(platform, &access, department).await?;
    Ok(make(platform, &access, organisation, &new).await?.key)
}

/// The organisation of a department of the place, opened where it is not there yet.
pub async fn of_department(
    platform: &Platform,
    access: &Access,
    department: &str,
) -> Result<OrganisationId, Error> {
    let known = platform.place.department(department).ok_or_else(|| {
        refused(
            format!("没有信源单位“{department}”"),
            format!("there is no department “{department}”"),
        )
    })?;
    let kind = OrganisationKind::Department;
    let found = store::organisation::by_code(&platform.register, kind, &known.id).await?;
    match found {
        Some(organisation) => Ok(organisation.id),
        None => crate::organisation::open(platform, access, kind, &known.id, "").await,
    }
}

/// Makes a key for a system of an organisation.
pub async fn make(
    platform: &Platform,
    access: &Access,
    organisation: OrganisationId,
    new: &NewKey,
) -> Result<Made, Error> {
    gate::admit(platform, access, Action::ManageKeys, true)?;
    let (holder, terms, secret) = terms(platform, organisation, new).await?;
    holding::made_where_it_may(access, &terms.scopes)?;
    holding::own_public_key(platform, &holder, &terms).await?;
    let key = random()?;
    let mut write = platform.register.write().await?;
    let now = platform.now();
    let digest = sm3_hex(key.as_bytes());
    let id = store::api_key::insert(&mut write, &digest, &holder, &terms, now).await?;
    let Some(id) = id else { return Err(taken(platform, &holder)) };
    let (actor, detail) = (access.actor.to_string(), format!("{} key={id}", holder.label));
    let event = Event::ApiKeyCreated;
    store::audit::append(&mut write, now, &actor, event, &holder.department, &detail).await?;
    write.commit().await?;
    Ok(Made { id, key, secret })
}

async fn terms(
    platform: &Platform,
    organisation: OrganisationId,
    new: &NewKey,
) -> Result<(Holder, Terms, Option<String>), Error> {
    let found = store::organisation::get(&platform.register, organisation).await?;
    let found = found.filter(|one| !one.closed).ok_or(Error::NotFound)?;
    let department = match &found.department {
        Some(department) => department.clone(),
        None => format!("{}:{}", found.kind.code(), found.code),
    };
    check(new)?;
    let longest = limit(platform, "key_life")?;
    let days = new.days.unwrap_or(longest);
    if !(1..=longest).contains(&days) {
        return Err(refused(
            format!("有效期为 1 到 {longest} 天"),
            format!("a key lives 1 to {longest} days"),
        ));
    }
    let expires_at = platform.now().checked_add(Span::new().hours(days * 24)).ok();
    let secret = if new.secret { Some(random_letters(LETTERS)?) } else { None };
    let keys = platform.keys.as_ref();
    let sealed = secret.as_deref().zip(keys).map(|(secret, keys)| keys.seal(SECRET, secret));
    let scopes = match new.scopes.is_empty() {
        true => DEFAULT_SCOPES.iter().map(|action| action.code().to_owned()).collect(),
        false => new.scopes.clone(),
    };
    let terms = Terms {
        organisation: Some(organisation),
        scopes,
        per_minute: new.per_minute,
        per_day: new.per_day,
        addresses: new.addresses.clone(),
        expires_at,
        secret: sealed,
        public_key: new.public_key.as_ref().map(|key| key.to_lowercase()),
        signed_only: new.signed_only,
    };
    Ok((Holder { department, label: new.label.clone() }, terms, secret))
}

/// What can be said of a key without looking anything up.
fn check(new: &NewKey) -> Result<(), Error> {
    let known = |scope: &String| SCOPES.iter().any(|action| action.code() == scope);
    if let Some(unknown) = new.scopes.iter().find(|scope| !known(scope)) {
        let words: Vec<&str> = SCOPES.iter().map(|action| action.code()).collect();
        return Err(refused(
            format!("没有“{unknown}”这个权限范围；可用的是 {}", words.join("、")),
            format!("there is no scope “{unknown}”; known are {}", words.join(", ")),
        ));
    }
    if let Some(wrong) = new.addresses.iter().find(|net| !is_network(net)) {
        return Err(refused(
            format!("“{wrong}”不是地址或网段，应如 192.0.2.7 或 192.0.2.0/24"),
            format!("“{wrong}” is no address or network such as 192.0.2.7 or 192.0.2.0/24"),
        ));
    }
    if new.public_key.as_deref().is_some_and(|public| !is_public_key(public)) {
        return Err(refused(
            "SM2 公钥应为未压缩点的 130 位十六进制数字",
            "a public key of SM2 is its uncompressed point, 130 hexadecimal digits",
        ));
    }
    if new.signed_only && !new.secret && new.public_key.is_none() {
        return Err(refused(
            "只收签名请求的密钥，须有共享密钥或 SM2 公钥",
            "a key for signed requests only needs a shared secret or a public key of SM2",
        ));
    }
    for (name, quota) in [("per_minute", new.per_minute), ("per_day", new.per_day)] {
        if quota.is_some_and(|quota| quota < 1) {
            let text = Text::new("次数上限至少为 1", "a quota is at least 1");
            return Err(Error::Question { name, text });
        }
    }
    Ok(())
}

/// Replaces a key by one of the same terms; the one before goes on for some hours, so that systems can
/// be told: for those of the policy where none are given.
pub async fn rotate(
    platform: &Platform,
    access: &Access,
    department: &str,
    label: &str,
    overlap_hours: Option<i64>,
) -> Result<Made, Error> {
    gate::admit(platform, access, Action::ManageKeys, true)?;
    let all = store::api_key::all(&platform.register).await?;
    let own = |key: &&Key| {
        key.revoked_at.is_none() && key.holder.department == department && key.holder.label == label
    };
    let before = all.iter().find(own).ok_or(Error::NotFound)?.clone();
    holding::made_where_it_may(access, &before.terms.scopes)?;
    let now = platform.now();
    let hours = |key| Ok::<_, Error>(limit(platform, key)?.saturating_mul(24));
    let overlap = overlap_hours.map_or_else(|| hours("key_overlap"), Ok)?;
    let overlap = overlap.min(hours("key_overlap_longest")?).max(0);
    let until = now.checked_add(Span::new().hours(overlap)).unwrap_or(now);
    let until = before.terms.expires_at.map_or(until, |end| end.min(until));
    let key = random()?;
    let secret = before.terms.secret.is_some().then(|| random_letters(LETTERS)).transpose()?;
    let keys = platform.keys.as_ref();
    let sealed = secret.as_deref().zip(keys).map(|(secret, keys)| keys.seal(SECRET, secret));
    let life = Span::new().hours(hours("key_life")?);
    let expires_at = now.checked_add(life).ok();
    let terms = Terms { secret: sealed, expires_at, ..before.terms.clone() };
    let (digest, holder) = (sm3_hex(key.as_bytes()), before.holder.clone());
    let mut write = platform.register.write().await?;
    let retired = format!("{label} until {until}");
    store::api_key::retire(&mut write, &before.digest, &retired, until).await?;
    let id = store::api_key::insert(&mut write, &digest, &holder, &terms, now).await?;
    let id = id.ok_or(Error::Busy)?;
    let (actor, detail) = (access.actor.to_string(), format!("{label} key={id}"));
    let event = Event::ApiKeyRotated;
    store::audit::append(&mut write, now, &actor, event, department, &detail).await?;
    write.commit().await?;
    Ok(Made { id, key, secret })
}

/// Makes the key of a system useless from now on; false where it has none in force.
pub async fn revoke(
    platform: &Platform,
    department: &str,
    label: &str,
    actor: &str,
) -> Result<bool, Error> {
    revoke_by(platform, &Access::operator(actor), department, label).await
}

/// The same by whoever may.
pub async fn revoke_by(
    platform: &Platform,
    access: &Access,
    department: &str,
    label: &str,
) -> Result<bool, Error> {
    gate::admit(platform, access, Action::ManageKeys, true)?;
    let holder = Holder { department: department.to_owned(), label: label.to_owned() };
    let mut write = platform.register.write().await?;
    let (now, actor) = (platform.now(), access.actor.to_string());
    let revoked = store::api_key::revoke(&mut write, &holder, now).await?;
    if revoked {
        let event = Event::ApiKeyRevoked;
        store::audit::append(&mut write, now, &actor, event, department, label).await?;
    }
    write.commit().await?;
    Ok(revoked)
}

/// Every key, for whoever looks after them.
pub async fn all(platform: &Platform, access: &Access) -> Result<Vec<Key>, Error> {
    gate::admit(platform, access, Action::ManageKeys, true)?;
    Ok(store::api_key::all(&platform.register).await?)
}

/// Writes down that a key was refused; of a flood, one in a minute from each address.
pub async fn tell_refusal(platform: &Platform, address: Option<IpAddr>) -> Result<(), Error> {
    let from = address.map_or_else(|| "local".to_owned(), |address| address.to_string());
    let now = platform.now();
    if platform.meter.count(&format!("refused {from}"), Period::Minute, 1, now).is_some() {
        return Ok(());
    }
    let mut write = platform.register.write().await?;
    store::audit::append(&mut write, now, "public", Event::ApiKeyRefused, &from, "").await?;
    write.commit().await?;
    Ok(())
}

/// Forgets nonces whose time is no longer accepted; the worker does so now and then.
pub async fn clear(platform: &Platform) -> Result<(), Error> {
    let window = Span::new().seconds(limit(platform, "signature_window")?.saturating_mul(2));
    let before = platform.now().checked_sub(window).unwrap_or(Timestamp::MIN);
    let mut write = platform.register.write().await?;
    store::api_key::clear_nonces(&mut write, before).await?;
    write.commit().await?;
    Ok(())
}

fn taken(platform: &Platform, holder: &Holder) -> Error {
    let label = &holder.label;
    let name = platform.department_name(&holder.department);
    refused(
        format!("“{}”已有名为“{label}”的有效密钥；请换一个名称，或先作废它", name.zh),
        format!(
            "“{}” has a key in force called “{label}”; choose another label, or revoke that one",
            name.en
        ),
    )
}

fn refused(zh: impl Into<String>, en: impl Into<String>) -> Error {
    Error::Refused(Text::new(zh, en))
}

fn random() -> Result<String, Error> {
    Ok(format!("{PREFIX}{}", random_letters(LETTERS)?))
}

/// Letters and figures out of the system's random source, five bits each.
pub(crate) fn random_letters(count: usize) -> Result<String, Error> {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bytes = vec![0u8; count];
    getrandom::fill(&mut bytes).map_err(|_| Error::Io(std::io::Error::other("no random bytes")))?;
    Ok(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect())
}

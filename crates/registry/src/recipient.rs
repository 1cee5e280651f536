//! Recipients of the change feed (接收方): what they confirm, and who has not answered a take-down and what
//! they still hold.

use domain::{
    access::{Access, Action},
    audit::Event,
    catalogue::Openness,
    deadline::{last_day, limit},
    ids::OrganisationId,
    standing::Standing,
    text::Lang,
};
use jiff::civil::Date;
use store::{api_key::Key, recipient::Recipient};

use crate::{
    case::{self, Hand},
    error::Error,
    gate, matter,
    platform::Platform,
    question::question,
};

/// How far a recipient is.
#[derive(Clone, Debug)]
pub struct RecipientView {
    pub organisation: String,
    pub confirmed: i64,
    pub last: i64,
    /// When it confirmed last; none where it never did.
    pub told_at: Option<String>,
    /// What it still holds, the oldest first, up to [`HELD_MAX`].
    pub held: Vec<HeldView>,
    /// Whether the first of them should have been answered.
    pub is_late: bool,
}

/// A record that is public no longer, and that a recipient has not said it dropped.
#[derive(Clone, Debug)]
pub struct HeldView {
    pub position: i64,
    pub item: String,
    /// Empty where its recipient reads it.
    pub subject: String,
    /// Whether the item is one the public reads.
    pub was_public: bool,
    pub record: i64,
    pub why: String,
    pub since: Date,
    /// By when it must be answered; none while no calendar says.
    pub due_on: Option<Date>,
}

/// What a recipient is told when it confirms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    pub position: i64,
    pub last: i64,
    /// Take-downs behind the position.
    pub outstanding: usize,
}

/// Records shown of a recipient.
pub const HELD_MAX: i64 = 100;
/// Row of `policy/deadlines.toml`.
const RULE: &str = "recipient.receipt";

/// Confirms that everything up to a position was carried out, for the organisation acted for.
pub async fn confirm(
    platform: &Platform,
    access: &Access,
    position: i64,
) -> Result<Confirmed, Error> {
    gate::admit(platform, access, Action::FollowFeed, true)?;
    let organisation = access.organisation_id().ok_or(Error::Forbidden(Action::FollowFeed))?;
    let last = store::feed::last(&platform.register).await?;
    if position < 0 || last < position {
        return Err(question(
            "position",
            &format!("变更流现在到第 {last} 号，请确认已经办到的一号"),
            &format!("the feed goes to {last}: confirm a position you carried out"),
        ));
    }
    let (now, by) = (platform.now(), access.actor.to_string());
    let mut write = platform.register.write().await?;
    store::recipient::confirm(&mut write, organisation, position, &by, now).await?;
    let (event, object) = (Event::FeedConfirmed, organisation.to_string());
    store::audit::append(&mut write, now, &by, event, &object, &format!("position={position}"))
        .await?;
    write.commit().await?;
    let held = store::recipient::taken_down(&platform.register, position, HELD_MAX).await?;
    Ok(Confirmed { position, last, outstanding: held.len() })
}

/// Every recipient, for the centre: who has not answered, and what they still hold.
pub async fn all(
    platform: &Platform,
    access: &Access,
    lang: Lang,
) -> Result<Vec<RecipientView>, Error> {
    if case::officer(platform, access)? != Hand::Centre {
        return Err(Error::NotFound);
    }
    let mut views = Vec::new();
    for one in recipients(platform).await? {
        views.extend(view(platform, &one, lang).await?);
    }
    // Who is late comes first.
    views.sort_by_key(|view| (!view.is_late, view.held.is_empty()));
    Ok(views)
}

/// The organisation acted for as a recipient; none where it never confirmed and holds no key to.
pub async fn own(
    platform: &Platform,
    access: &Access,
    lang: Lang,
) -> Result<Option<RecipientView>, Error> {
    gate::admit(platform, access, Action::FollowFeed, true)?;
    let organisation = access.organisation_id().ok_or(Error::Forbidden(Action::FollowFeed))?;
    // Whoever holds no key of the feed received nothing by it.
    if !followers(platform).await?.contains(&organisation) {
        return Ok(None);
    }
    let found = recipients(platform).await?;
    let Some(one) = found.iter().find(|one| one.organisation == organisation) else {
        return Ok(None);
    };
    let mut own = view(platform, one, lang).await?;
    // The feed told it the records; whose they are, and what never was public, is not told again here.
    for held in own.iter_mut().flat_map(|own| &mut own.held) {
        held.subject.clear();
    }
    if let Some(own) = &mut own {
        own.held.retain(|held| held.was_public);
    }
    Ok(own)
}

/// The same as [`confirm`], at the desk: for whoever follows the feed with a key.
pub async fn confirm_own(
    platform: &Platform,
    access: &Access,
    position: i64,
) -> Result<Confirmed, Error> {
    let organisation = access.organisation_id().ok_or(Error::Forbidden(Action::FollowFeed))?;
    if !followers(platform).await?.contains(&organisation) {
        return Err(question(
            "position",
            "本单位没有跟随变更流的密钥，不需要回执",
            "your organisation holds no key that follows the feed: nothing to confirm",
        ));
    }
    confirm(platform, access, position).await
}

async fn view(
    platform: &Platform,
    one: &Recipient,
    lang: Lang,
) -> Result<Option<RecipientView>, Error> {
    let known = store::organisation::get(&platform.register, one.organisation).await?;
    let Some(known) = known else { return Ok(None) };
    let last = store::feed::last(&platform.register).await?;
    let mut held = Vec::new();
    for taken in store::recipient::taken_down(&platform.register, one.confirmed, HELD_MAX).await? {
        let item = platform.policy.item(&taken.item);
        let standing = Standing::from_code(&taken.why).map(Standing::label);
        let why = standing.map(|label| label.get(lang).to_owned());
        let since = platform.day(taken.at);
        held.push(HeldView {
            position: taken.position,
            item: item.map_or(taken.item.as_str(), |item| item.label.get(lang)).to_owned(),
            subject: matter::name(platform, taken.subject, lang).await?,
            was_public: item.is_some_and(|item| item.openness == Openness::Public),
            record: taken.record.0,
            why: why.unwrap_or_else(|| lang.t("信源单位撤回", "taken back").to_owned()),
            due_on: due(platform, since),
            since,
        });
    }
    let due = held.first().and_then(|one: &HeldView| one.due_on);
    Ok(Some(RecipientView {
        is_late: due.is_some_and(|due| due < platform.today()),
        organisation: known.name,
        confirmed: one.confirmed,
        last,
        told_at: one.told_at.map(|at| platform.minute(at)),
        held,
    }))
}

/// Whoever confirmed, and whoever holds a key to confirm with and never did.
async fn recipients(platform: &Platform) -> Result<Vec<Recipient>, Error> {
    let mut all = store::recipient::all(&platform.register).await?;
    for organisation in followers(platform).await? {
        if !all.iter().any(|one| one.organisation == organisation) {
            all.push(Recipient { organisation, confirmed: 0, told_at: None });
        }
    }
    Ok(all)
}

/// The organisations that hold a key with which the feed is followed.
async fn followers(platform: &Platform) -> Result<Vec<OrganisationId>, Error> {
    let keys = store::api_key::all(&platform.register).await?;
    let follows = |key: &&Key| {
        let named = key.terms.scopes.iter().any(|scope| scope == Action::FollowFeed.code());
        named && key.revoked_at.is_none()
    };
    Ok(keys.iter().filter(follows).filter_map(|key| key.terms.organisation).collect())
}

/// By when a take-down of a day must be answered.
fn due(platform: &Platform, since: Date) -> Option<Date> {
    let rule = platform.policy.deadline(RULE)?;
    let limit = limit(&platform.policy, &rule.parameter, since)?;
    last_day(&limit, &platform.policy.calendar, since).ok()
}

//! Matters (办理事项): registered before a subject's file is read for them, and closed when done.

use domain::{
    access::{Access, Action, Ground},
    audit::Event,
    ids::{MatterId, SubjectId},
    matter::Matter,
    text::{Lang, Text},
};
use jiff::Span;

use crate::{
    access_log::{self, Looked},
    advice::{self, Advice, AdviceKind, Question},
    error::Error,
    gate, joint,
    platform::Platform,
    question::question,
    session, subject,
    version::Clocks,
};

/// What is told of a matter when it is registered.
#[derive(Clone, Debug)]
pub struct NewMatter {
    /// Kind of `policy/matters.toml`.
    pub kind: String,
    /// 办件编号.
    pub number: String,
    /// The subject, by the word in its address.
    pub slug: String,
}

/// Characters of a case number, at most.
const NUMBER_MAX: usize = 60;

/// Registers a matter for the organisation acted for; the one it has of this number and subject
/// already, where it is open and of the same kind.
pub async fn register(
    platform: &Platform,
    access: &Access,
    new: &NewMatter,
) -> Result<Matter, Error> {
    gate::admit(platform, access, Action::RegisterMatter, true)?;
    let organisation = access.organisation_id().ok_or(Error::Forbidden(Action::RegisterMatter))?;
    let kind = platform.policy.matter(&new.kind).ok_or_else(|| {
        question("kind", "请从列表里选择事项类别", "choose the kind of matter from the list")
    })?;
    let number = new.number.trim();
    if number.is_empty() || NUMBER_MAX < number.chars().count() || number.contains(char::is_control)
    {
        return Err(question(
            "number",
            "请填写办件编号，最多 60 个字",
            "give the case number, at most 60 characters",
        ));
    }
    let subject = subject::find(platform, new.slug.trim()).await.map_err(|why| match why {
        Error::NotFound => question(
            "code",
            "本平台没有这个代码的信息，请核对代码",
            "this code is not known here; check the code",
        ),
        why => why,
    })?;
    names_nobody(number)?;
    let now = platform.now();
    let longest = session::limit(platform, "matter_longest")?;
    let until = now.checked_add(Span::new().hours(longest.saturating_mul(24)));
    let matter = Matter {
        id: MatterId(0),
        kind: kind.id.clone(),
        number: number.to_owned(),
        organisation,
        subject: subject.id,
        opened_by: access.actor.to_string(),
        opened_at: now,
        until: until.unwrap_or(now),
        closed_at: None,
    };
    let mut write = platform.register.write().await?;
    let (matter, new) = store::matter::register(&mut write, &matter).await?;
    if !new {
        // Nothing was written but the number for a further one, which goes back.
        drop(write);
        return reused(platform, matter, &kind.id);
    }
    let (actor, object) = (access.actor.to_string(), matter.id.to_string());
    let detail = format!("kind={} number={number} organisation={organisation}", matter.kind);
    let event = Event::MatterRegistered;
    store::audit::append(&mut write, now, &actor, event, &object, &detail).await?;
    write.commit().await?;
    Ok(matter)
}

/// A case number is read in logs and by the subject: no person's number stands in it.
fn names_nobody(number: &str) -> Result<(), Error> {
    let Some(personal) = intake::screen::personal_data(number) else { return Ok(()) };
    let found = personal.label();
    Err(question(
        "number",
        &format!("办件编号里有{}，请用办件系统的编号", found.zh),
        &format!("the case number holds {}: give the number of the case", found.en),
    ))
}

/// A matter that is there already, where it still opens what is asked for.
fn reused(platform: &Platform, matter: Matter, kind: &str) -> Result<Matter, Error> {
    let number = &matter.number;
    let (name, zh, en) = if matter.closed_at.is_some() {
        ("number", "已经办结，请用新的办件编号", "is closed; give another case number")
    } else if !is_open(platform, &matter) {
        ("number", "已经到期，请用新的办件编号", "is over; give another case number")
    } else if matter.kind != kind {
        ("kind", "已登记为另一类别", "is registered as of another kind")
    } else {
        return Ok(matter);
    };
    let text = Text::new(format!("办理事项“{number}”{zh}"), format!("the matter “{number}” {en}"));
    Err(Error::Question { name, text })
}

/// A matter of the organisation acted for.
pub async fn find(platform: &Platform, access: &Access, id: MatterId) -> Result<Matter, Error> {
    gate::admit(platform, access, Action::RegisterMatter, true)?;
    let matter = store::matter::get(&platform.register, id).await?;
    let own = |matter: &Matter| Some(matter.organisation) == access.organisation_id();
    matter.filter(own).ok_or(Error::NotFound)
}

/// The newest matters of the organisation acted for.
pub async fn list(platform: &Platform, access: &Access, limit: i64) -> Result<Vec<Matter>, Error> {
    gate::admit(platform, access, Action::RegisterMatter, true)?;
    let organisation = access.organisation_id().ok_or(Error::Forbidden(Action::RegisterMatter))?;
    Ok(store::matter::of_organisation(&platform.register, organisation, limit).await?)
}

/// Closes a matter (办结): from here on it opens nothing.
pub async fn close(platform: &Platform, access: &Access, id: MatterId) -> Result<(), Error> {
    let matter = find(platform, access, id).await?;
    let mut write = platform.register.write().await?;
    let now = platform.now();
    if store::matter::close(&mut write, id, matter.organisation, now).await? {
        let (actor, object) = (access.actor.to_string(), id.to_string());
        let event = Event::MatterClosed;
        store::audit::append(&mut write, now, &actor, event, &object, &matter.number).await?;
    }
    write.commit().await?;
    Ok(())
}

/// Answers a check for a matter, and writes into the subject's log who asked and for what.
///
/// What is answered rests on what is public; that somebody asked for a matter is the subject's to
/// know all the same.
pub async fn check(
    platform: &Platform,
    access: &Access,
    matter: &Matter,
    name: Option<String>,
    clocks: Clocks,
    lang: Lang,
) -> Result<Advice, Error> {
    let label = platform.policy.matter(&matter.kind).map(|kind| kind.label.clone());
    let purpose = format!("{} {}", label.unwrap_or_default().zh, matter.number);
    let access = access.clone().on(Ground::Matter(matter.id), purpose.trim());
    let holds = crate::reading::holds(platform, &access, matter.subject).await?;
    let permit = gate::admit(platform, &access, Action::Check, holds)?;
    let question = Question {
        code: slug(platform, matter.subject).await?,
        name,
        matter: advice::Matter::parse(&access.purpose)?,
        kind: Some(matter.kind.clone()),
        clocks,
        lang,
    };
    let mut write = platform.register.write().await?;
    let advice = advice::check(platform, &question).await?;
    if advice.result != AdviceKind::Uncertain && !question.clocks.is_past {
        joint::keep(&mut write, matter, &advice.items, platform.now()).await?;
    }
    let looked = Looked::at(advice.items.iter().map(|item| (item.item.as_str(), item.record)));
    let event = Event::CheckAnswered;
    access_log::note(platform, &mut write, event, matter.subject, &permit, &looked).await?;
    write.commit().await?;
    Ok(advice)
}

/// The label of a kind of matter.
#[must_use]
pub fn kind_label(platform: &Platform, id: &str, lang: Lang) -> String {
    platform.policy.matter(id).map_or(id, |kind| kind.label.get(lang)).to_owned()
}

/// Whether a matter opens anything now.
#[must_use]
pub fn is_open(platform: &Platform, matter: &Matter) -> bool {
    matter.closed_at.is_none() && platform.now() < matter.until
}

/// The word in the address of a subject.
///
/// Empty for a natural person, who has no address and whose keyed hash is shown to nobody.
pub async fn slug(platform: &Platform, id: SubjectId) -> Result<String, Error> {
    let found = store::subject::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    if found.kind == domain::subject::Kind::NaturalPerson {
        return Ok(String::new());
    }
    Ok(subject::code(&found, Lang::Zh).slug())
}

/// The name of a subject as the public knows it, or its code.
pub async fn name(platform: &Platform, id: SubjectId, lang: Lang) -> Result<String, Error> {
    let slug = slug(platform, id).await?;
    if slug.is_empty() {
        return Ok(domain::subject::Kind::NaturalPerson.label(lang).to_owned());
    }
    match subject::by_slug(platform, &slug, lang).await {
        Ok(head) => Ok(head.name),
        Err(Error::NotFound) => Ok(slug),
        Err(why) => Err(why),
    }
}

/// What a decision on a matter looks at.
#[must_use]
pub(crate) fn facts(matter: &Matter) -> domain::matter::Facts {
    domain::matter::Facts {
        organisation: matter.organisation,
        subject: matter.subject,
        until: matter.until,
        closed: matter.closed_at.is_some(),
    }
}

//! Merges (归并) as the centre looks after them: what was joined, what a wrong one touched, and its end.

pub mod damage;

use domain::{
    access::Access,
    audit::Event,
    ids::{MergeId, PairId, SubjectId},
    merge::{Judgement, PairState},
    text::{Lang, Text},
};
use store::{
    audit::NewEvent,
    linkage::Judged,
    merge::{Merge, MergeNotice},
};

use self::damage::Damage;
use crate::{
    error::Error,
    identity::{admit, reason_of, who},
    linkage::describing::Described,
    platform::Platform,
    subject,
};

/// Merges in a list.
const SHOWN: i64 = 200;

/// A merge in a list.
#[derive(Clone, Debug)]
pub struct MergeLine {
    pub id: MergeId,
    pub pair: PairId,
    /// The one that was joined, and the one it is read with.
    pub names: [String; 2],
    /// What tells the two apart where they bear one name: the identifier of each, in words.
    pub codes: [String; 2],
    pub made_by: String,
    pub made_at: String,
    /// When and by whom it was ended, and why.
    pub ended: Option<(String, String, String)>,
}

/// A merge with what it touched.
#[derive(Clone, Debug)]
pub struct MergeView {
    pub line: MergeLine,
    pub damage: Damage,
    /// After its end.
    pub notices: Vec<NoticeView>,
}

/// A notice, and whether it was sent.
#[derive(Clone, Debug)]
pub struct NoticeView {
    pub seq: i64,
    pub recipient: String,
    pub what: String,
    pub sent: Option<(String, String)>,
}

/// Merges, newest first.
pub async fn list(
    platform: &Platform,
    access: &Access,
    lang: Lang,
) -> Result<Vec<MergeLine>, Error> {
    admit(platform, access)?;
    let mut lines = Vec::new();
    for merge in store::merge::list(&platform.register, SHOWN).await? {
        lines.push(line(platform, &merge, lang).await?);
    }
    Ok(lines)
}

/// A merge, with every report, answer, case, measure and recipient that it touched.
pub async fn open(
    platform: &Platform,
    access: &Access,
    id: MergeId,
    lang: Lang,
) -> Result<MergeView, Error> {
    admit(platform, access)?;
    let merge = store::merge::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    let mut notices = Vec::new();
    for notice in store::merge::notices(&platform.register, id).await? {
        let MergeNotice { seq, recipient, what, sent } = notice;
        let sent = match sent {
            Some((by, at)) => Some((who(platform, &by, lang).await?, platform.minute(at))),
            None => None,
        };
        notices.push(NoticeView { seq, recipient, what, sent });
    }
    Ok(MergeView {
        line: line(platform, &merge, lang).await?,
        damage: damage::of(platform, &merge, lang).await?,
        notices,
    })
}

/// Ends a merge: both sides are again what they were, and whoever was told of the wrong subject is to be
/// told so.
pub async fn end(
    platform: &Platform,
    access: &Access,
    id: MergeId,
    reason: &str,
) -> Result<(), Error> {
    admit(platform, access)?;
    let reason = reason_of(reason)?;
    let merge = store::merge::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
    let MergeLine { names: [joined, stood], codes, .. } = line(platform, &merge, Lang::Zh).await?;
    let sides = [format!("{joined}（{}）", codes[0]), format!("{stood}（{}）", codes[1])];
    let notices = damage::of(platform, &merge, Lang::Zh).await?.notices(&sides);
    let (now, actor) = (platform.now(), access.actor.to_string());
    let mut write = platform.register.write().await?;
    if !store::merge::end(&mut write, id, (&actor, &reason), now).await? {
        return Err(Error::Refused(Text::new("已经解除了", "the merge was ended before")));
    }
    let judged = Judged { judgement: Judgement::Different, reason, actor: actor.clone(), at: now };
    // Ended, it is a judgement too: the two are not joined again by themselves.
    let state = PairState::Parted;
    store::linkage::settle(&mut write, merge.pair, state, None, Some(&judged)).await?;
    store::merge::keep_notices(&mut write, id, &notices).await?;
    let object = id.to_string();
    let detail = format!("pair={} subject={} into={}", merge.pair, merge.subject, merge.into);
    let told = |subject: SubjectId| NewEvent {
        actor: &actor,
        event: Event::MergeEnded,
        object: &object,
        detail: &detail,
        subject: Some(subject),
    };
    let events = [told(merge.into), told(merge.subject)];
    store::audit::append_all(&mut write, now, &events).await?;
    write.commit().await?;
    Ok(())
}

/// Notes that a notice was sent.
pub async fn sent(
    platform: &Platform,
    access: &Access,
    id: MergeId,
    seq: i64,
) -> Result<(), Error> {
    admit(platform, access)?;
    let (now, actor) = (platform.now(), access.actor.to_string());
    let mut write = platform.register.write().await?;
    if !store::merge::sent(&mut write, (id, seq), &actor, now).await? {
        return Err(Error::NotFound);
    }
    let (event, object) = (Event::MergeNoticeSent, id.to_string());
    store::audit::append(&mut write, now, &actor, event, &object, &format!("notice={seq}")).await?;
    write.commit().await?;
    Ok(())
}

async fn line(platform: &Platform, merge: &Merge, lang: Lang) -> Result<MergeLine, Error> {
    let [mut names, mut codes] = <[[String; 2]; 2]>::default();
    for (at, id) in [merge.subject, merge.into].into_iter().enumerate() {
        let described = Described::of(platform, id).await?;
        names[at] = described.and_then(|one| one.names.into_iter().next()).unwrap_or_default();
        let found = store::subject::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
        let code = subject::code(&found, lang);
        codes[at] = format!("{} {}", code.label, code.value);
    }
    let ended = match &merge.ended {
        Some(ended) => {
            let by = who(platform, &ended.by, lang).await?;
            Some((platform.minute(ended.at), by, ended.reason.clone()))
        }
        None => None,
    };
    Ok(MergeLine {
        id: merge.id,
        pair: merge.pair,
        names,
        codes,
        made_by: who(platform, &merge.made_by, lang).await?,
        made_at: platform.minute(merge.made_at),
        ended,
    })
}

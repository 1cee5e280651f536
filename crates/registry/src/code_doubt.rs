//! The work list of codes (重错码清单): what the nightly look doubts, what to do about it, and the share of
//! codes that are repeated or wrong.

use domain::{
    access::Access,
    audit::Event,
    code_doubt::{DoubtKind, DoubtRate, is_in_division},
    identifier::uscc::UnifiedCode,
    ids::SubjectId,
    name::normalise,
    payload::Payload,
    record::Version,
    text::{Lang, Text},
};
use store::{
    code_doubt::{CodeDoubt, FoundDoubt},
    search::Match,
};

use crate::{
    error::Error,
    identity::{admit, reason_of, who},
    linkage::describing::Described,
    platform::Platform,
    subject::{self, REGISTRATION},
};

/// Kind of the job.
pub const JOB: &str = "check_codes";
/// Registrations read at a time.
const PAGE: i64 = 2_000;
/// Names looked up to find who bears one.
const BEARERS: usize = 20;
/// Doubts in a list.
const SHOWN: i64 = 200;

/// A doubt in the list.
#[derive(Clone, Debug)]
pub struct DoubtLine {
    pub id: i64,
    pub kind: DoubtKind,
    pub name: String,
    pub slug: String,
    pub code: String,
    pub other: String,
    pub source: String,
    pub proposal: Text,
    pub found_at: String,
    pub gone: bool,
    /// Who settled it, when, and what they said.
    pub settled: Option<(String, String, String)>,
}

/// The state of codes as a whole.
#[derive(Clone, Debug)]
pub struct DoubtFigures {
    pub counts: Vec<(DoubtKind, u64)>,
    pub rate: DoubtRate,
    /// The target, in per mille.
    pub target: u64,
    pub looked_at: Option<String>,
}

/// Asks for a look, which is taken once.
pub async fn ask(platform: &Platform) -> Result<(), Error> {
    let mut write = platform.register.write().await?;
    store::job::enqueue(&mut write, JOB, "", platform.now()).await?;
    write.commit().await?;
    Ok(())
}

/// Looks through all codes.
pub async fn look(platform: &Platform) -> Result<(), Error> {
    let register = &platform.register;
    let mut found = store::code_doubt::shared_names(register).await?;
    found.extend(store::code_doubt::other_names(register).await?);
    found.extend(store::code_doubt::overridden(register).await?);
    found.extend(elsewhere(platform).await?);
    store::code_doubt::keep(register, &found, platform.now()).await?;
    tracing::info!(doubts = found.len(), "codes looked through");
    Ok(())
}

/// Registrations whose division is not that of their code.
async fn elsewhere(platform: &Platform) -> Result<Vec<FoundDoubt>, Error> {
    let item = platform.policy.item(REGISTRATION);
    let field = item.and_then(|item| Some(item.fields[item.roles.district?].name.clone()));
    let Some(field) = field else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let mut after = SubjectId(0);
    loop {
        let page = store::code_doubt::registrations(&platform.register, after, PAGE).await?;
        let Some((last, ..)) = page.last() else { return Ok(found) };
        after = *last;
        for (subject, code, payload) in page {
            let payload: Payload = serde_json::from_str(&payload).unwrap_or_default();
            let Some(division) = payload.text(&field) else { continue };
            let differs =
                UnifiedCode::parse(&code).is_ok_and(|code| !is_in_division(&code, division));
            if differs {
                found.push(FoundDoubt {
                    kind: DoubtKind::Division,
                    subject,
                    other: division.to_owned(),
                    source: String::new(),
                });
            }
        }
    }
}

/// How many doubts are open, and what share of codes that is.
pub async fn figures(platform: &Platform, access: &Access) -> Result<DoubtFigures, Error> {
    admit(platform, access)?;
    let register = &platform.register;
    let target = platform.policy.parameter("intake.code_error_rate", platform.today());
    let looked_at = store::code_doubt::looked_at(register).await?;
    Ok(DoubtFigures {
        counts: store::code_doubt::counts(register).await?,
        rate: store::code_doubt::rate(register).await?,
        target: target.map_or(0, |target| u64::try_from(target.value).unwrap_or_default()),
        looked_at: looked_at.map(|at| platform.minute(at)),
    })
}

/// Doubts of a kind or of all: open ones, or those that are settled or gone.
pub async fn list(
    platform: &Platform,
    access: &Access,
    kind: Option<DoubtKind>,
    open: bool,
    lang: Lang,
) -> Result<Vec<DoubtLine>, Error> {
    admit(platform, access)?;
    let mut lines = Vec::new();
    for doubt in store::code_doubt::list(&platform.register, kind, open, SHOWN).await? {
        lines.extend(line(platform, doubt, lang).await?);
    }
    Ok(lines)
}

async fn line(
    platform: &Platform,
    doubt: CodeDoubt,
    lang: Lang,
) -> Result<Option<DoubtLine>, Error> {
    let Some(found) = store::subject::get(&platform.register, doubt.subject).await? else {
        return Ok(None);
    };
    let described = Described::of(platform, doubt.subject).await?;
    let code = subject::code(&found, lang);
    let settled = match &doubt.settled {
        Some((by, at, note)) => {
            Some((who(platform, by, lang).await?, platform.minute(*at), note.clone()))
        }
        None => None,
    };
    Ok(Some(DoubtLine {
        id: doubt.id,
        kind: doubt.kind,
        name: described.and_then(|one| one.names.into_iter().next()).unwrap_or_default(),
        slug: code.slug(),
        proposal: proposal(platform, &doubt, &code.value).await?,
        code: code.value,
        other: other(platform, &doubt, lang),
        source: doubt.source,
        found_at: platform.minute(doubt.found_at),
        gone: doubt.gone_at.is_some(),
        settled,
    }))
}

/// What it disagrees with, in words.
fn other(platform: &Platform, doubt: &CodeDoubt, lang: Lang) -> String {
    let place = |code: &str| {
        let known = platform.place.districts.iter().find(|district| district.code == code);
        known.map(|district| format!("{} {code}", district.label.get(lang)))
    };
    match doubt.kind {
        DoubtKind::Division => place(&doubt.other).unwrap_or_else(|| doubt.other.clone()),
        _ => doubt.other.clone(),
    }
}

/// What somebody may do about it.
async fn proposal(platform: &Platform, doubt: &CodeDoubt, code: &str) -> Result<Text, Error> {
    Ok(match doubt.kind {
        DoubtKind::SharedName => Text::new(
            "核对是否同一单位换发过代码：是，请登记机关注销旧代码；不是，写明同名情况后办结",
            "see whether one organisation was given another code: have the old one cancelled; else note that two bear the name",
        ),
        DoubtKind::OtherName => match bearer(platform, &doubt.other).await? {
            Some(own) if own != code => Text::new(
                format!(
                    "“{}”登记的代码是 {own}，这一行多半填错了代码：请报送单位更正",
                    doubt.other
                ),
                format!(
                    "“{}” is registered under {own}: the row most likely has the wrong code; have it put right",
                    doubt.other
                ),
            ),
            _ => Text::new(
                "没有以此名称登记的单位：核对是改名未办登记，还是名称写错",
                "nobody is registered by that name: see whether it was renamed, or written wrongly",
            ),
        },
        DoubtKind::CheckDigit => Text::new(
            "与登记机关核对原件；确为早期赋码的保留，写明依据",
            "compare with the registering organ; an early code stays, with its basis",
        ),
        DoubtKind::Division => Text::new(
            "迁址的写明后办结；登记区划填错的，请登记机关更正",
            "where it moved, note that; where the division is wrong, have the registration put right",
        ),
    })
}

/// The code of whoever is registered by a name, where one is.
async fn bearer(platform: &Platform, name: &str) -> Result<Option<String>, Error> {
    let Some(names) = platform.names.clone() else { return Ok(None) };
    let (register, asked) = (&platform.register, name.to_owned());
    let hits = tokio::task::spawn_blocking(move || names.search(&asked, BEARERS)).await??;
    let exact = hits.iter().filter(|hit| hit.how == Match::Exact);
    let ids: Vec<SubjectId> = exact.map(|hit| hit.subject).collect();
    // Rows that write another code beside the name bear it too; the registration tells.
    let held = store::record::of_subjects(register, &ids, &[REGISTRATION]).await?;
    let name = normalise(name);
    let by_name = |versions: &Vec<Version>| {
        let stands = versions.last().filter(|last| !last.withdrawn);
        stands.is_some_and(|last| normalise(&last.subject_name) == name)
    };
    let mut bearers = held.into_iter().filter(|(_, versions)| by_name(versions));
    let (Some((bearer, _)), None) = (bearers.next(), bearers.next()) else { return Ok(None) };
    let found = store::subject::get(register, bearer).await?;
    let codes = found.into_iter().flat_map(|found| found.identifiers);
    Ok(codes.into_iter().find(|(scheme, _)| scheme == "uscc").map(|(_, code)| code))
}

/// Notes what somebody found, which settles the doubt.
pub async fn settle(
    platform: &Platform,
    access: &Access,
    id: i64,
    note: &str,
) -> Result<(), Error> {
    admit(platform, access)?;
    let note = reason_of(note)?;
    let (now, actor) = (platform.now(), access.actor.to_string());
    let mut write = platform.register.write().await?;
    if !store::code_doubt::settle(&mut write, id, (&actor, &note), now).await? {
        return Err(Error::NotFound);
    }
    let (event, object) = (Event::CodeDoubtSettled, id.to_string());
    store::audit::append(&mut write, now, &actor, event, &object, "").await?;
    write.commit().await?;
    Ok(())
}

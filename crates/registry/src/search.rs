//! Finding an organisation by name, misspelt name or code; natural persons are never found.

use domain::{ids::SubjectId, name::normalise, subject::Kind, text::Lang};
use jiff::Timestamp;
use serde::Serialize;
use store::search::{Hit as Found, Match};

use crate::{error::Error, platform::Platform, subject, version::Clocks};

/// What was found for a query.
#[derive(Clone, Debug, Serialize)]
pub struct SearchView {
    pub query: String,
    pub hits: Vec<Hit>,
}

/// One subject found.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    pub subject: subject::Head,
    pub slug: String,
    /// The name that matched, where it is not the present one.
    pub matched: Option<String>,
    /// True where the query was taken for a misspelling.
    pub misspelt: bool,
}

/// Searches by code first, then by name.
pub async fn search(
    platform: &Platform,
    query: &str,
    lang: Lang,
    limit: usize,
) -> Result<SearchView, Error> {
    let text = query.trim();
    let mut hits = Vec::new();
    let code = text.replace([' ', '-'], "").to_uppercase();
    for scheme in ["uscc", "reg_no"] {
        if let Some(id) = store::subject::find(&platform.register, scheme, &code).await? {
            hits.extend(hit(platform, id, None, lang).await?);
        }
    }
    if hits.is_empty() && !text.is_empty() {
        for found in by_name(platform, text, limit + SPARE).await? {
            if hits.len() == limit {
                break;
            }
            let hit = hit(platform, found.subject, Some(&found), lang).await?;
            // Two names of what was merged are one subject.
            let new = |hit: &Hit| hits.iter().all(|known: &Hit| known.subject.id != hit.subject.id);
            hits.extend(hit.filter(new));
        }
    }
    Ok(SearchView { query: text.to_owned(), hits })
}

/// Subjects looked up beyond the limit: some are found by a name the public does not know them by.
const SPARE: usize = 20;

async fn by_name(platform: &Platform, text: &str, limit: usize) -> Result<Vec<Found>, Error> {
    let Some(names) = platform.names.clone() else { return Ok(Vec::new()) };
    let text = text.to_owned();
    Ok(tokio::task::spawn_blocking(move || names.search(&text, limit)).await??)
}

/// The subject as found, where the public knows it, and by the very name it was found by.
async fn hit(
    platform: &Platform,
    id: SubjectId,
    found: Option<&Found>,
    lang: Lang,
) -> Result<Option<Hit>, Error> {
    let id = store::merge::root(&platform.register, id).await?;
    let Some(subject) = store::subject::get(&platform.register, id).await? else {
        return Ok(None);
    };
    if subject.kind == Kind::NaturalPerson {
        return Ok(None);
    }
    let versions = store::record::of_subject(&platform.register, id, Timestamp::MAX).await?;
    let clocks = Clocks::present(platform);
    let Some(head) = subject::head(platform, &subject, &versions, clocks, lang) else {
        return Ok(None);
    };
    let same = |found: &Found, name: &str| normalise(&found.name) == normalise(name);
    let former = |found: &Found| head.former_names.iter().any(|name| same(found, name));
    let matched = found.filter(|found| !same(found, &head.name) && former(found));
    if let Some(found) = found.filter(|found| !same(found, &head.name) && !former(found)) {
        let published = subject::published_names(platform, &versions, clocks);
        if !published.iter().any(|name| same(found, name)) {
            return Ok(None);
        }
    }
    Ok(Some(Hit {
        slug: head.code.slug(),
        subject: head,
        matched: matched.map(|found| found.name.clone()),
        misspelt: found.is_some_and(|found| found.how == Match::Misspelt),
    }))
}

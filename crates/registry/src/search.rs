//! Finding an organisation by name, misspelt name or code; natural persons are never found.

use domain::{subject::Kind, text::Lang};
use serde::Serialize;

use crate::{error::Error, platform::Platform, subject};

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
            hits.extend(hit(platform, id, text, false, lang).await?);
        }
    }
    if let (true, false, Some(names)) = (hits.is_empty(), text.is_empty(), &platform.names) {
        for found in names.search(text, limit)? {
            let misspelt = found.how == store::search::Match::Misspelt;
            hits.extend(hit(platform, found.subject, &found.name, misspelt, lang).await?);
        }
    }
    Ok(SearchView { query: text.to_owned(), hits })
}

async fn hit(
    platform: &Platform,
    id: domain::ids::SubjectId,
    name: &str,
    misspelt: bool,
    lang: Lang,
) -> Result<Option<Hit>, Error> {
    let Some(found) = store::subject::get(&platform.register, id).await? else { return Ok(None) };
    if found.kind == Kind::NaturalPerson {
        return Ok(None);
    }
    let known_at = platform.known_now().await?;
    let versions = store::record::of_subject(&platform.register, id, known_at).await?;
    if versions.is_empty() {
        return Ok(None);
    }
    let head = subject::head(platform, &found, &versions, lang);
    let known = head.former_names.iter().any(|former| former == name);
    let matched = (known && head.name != name).then(|| name.to_owned());
    Ok(Some(Hit { slug: head.code.slug(), subject: head, matched, misspelt }))
}

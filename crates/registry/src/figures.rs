//! What began, ended and stands in publication on a day, for the home page.

use domain::{disclosure::Audience, publication::Publication, text::Lang};
use jiff::{ToSpan as _, civil::Date};
use store::{figure::Figure, record::ListQuery};

use crate::{error::Error, platform::Platform, record::Viewing, subject};

/// Recomputes the figures of one item for today.
pub async fn refresh(platform: &Platform, item: &str) -> Result<(), Error> {
    let Some(item) = platform.policy.item(item) else { return Ok(()) };
    let today = platform.today();
    let yesterday: Date = today.saturating_sub(1.day());
    let on = |as_of: Date| Viewing { platform, audience: Audience::Public, lang: Lang::Zh, as_of };
    let (now, before) = (on(today), on(yesterday));
    let (mut began, mut ended, mut published) = (0, 0, 0);
    let mut after = None;
    loop {
        let query = ListQuery {
            item: item.id.to_string(),
            from: None,
            until: None,
            department: None,
            after,
            limit: 2_000,
        };
        let versions = store::record::list(&platform.register, &query).await?;
        for version in &versions {
            let is = |viewing: &Viewing<'_>| {
                matches!(viewing.publication(item, version, false), Publication::Public(_))
            };
            match (is(&before), is(&now)) {
                (false, true) => began += 1,
                (true, false) => ended += 1,
                _ => {}
            }
            published += i64::from(is(&now));
        }
        let Some(last) = versions.last().filter(|_| versions.len() == 2_000) else { break };
        let day = last.decided_on.map(|day| day.to_string()).unwrap_or_default();
        after = Some((day, last.subject.0, last.record.0));
        tokio::task::yield_now().await;
    }
    let computed_at = platform.now();
    let figure = Figure { item: item.id.to_string(), began, ended, published, computed_at };
    store::figure::replace(&platform.register, today, &figure).await?;
    Ok(())
}

/// One line of the home page's table.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Line {
    pub item: String,
    pub label: String,
    pub began: i64,
    pub ended: i64,
    pub published: i64,
    pub basis: String,
}

/// The newest figures, by item in the order of the file; none before the first computation.
pub async fn today(platform: &Platform, lang: Lang) -> Result<Option<(Date, Vec<Line>)>, Error> {
    let Some((day, figures)) = store::figure::latest(&platform.register, platform.today()).await?
    else {
        return Ok(None);
    };
    let mut lines: Vec<(domain::catalogue::Section, Line)> = Vec::new();
    for figure in figures {
        let Some(item) = platform.policy.item(&figure.item) else { continue };
        if item.openness != domain::catalogue::Openness::Public
            || *item.id == *subject::REGISTRATION
        {
            continue;
        }
        let basis = item.basis_on(day).map(|basis| basis.instrument.clone()).unwrap_or_default();
        let label = item.label.get(lang).to_owned();
        let (began, ended, published) = (figure.began, figure.ended, figure.published);
        lines.push((
            item.section,
            Line { item: figure.item, label, began, ended, published, basis },
        ));
    }
    lines.sort_by_key(|(section, _)| *section);
    Ok(Some((day, lines.into_iter().map(|(_, line)| line).collect())))
}

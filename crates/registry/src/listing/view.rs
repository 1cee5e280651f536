//! An entry as its page tells it, to the officer and to its subject.

use domain::{
    access::Access,
    listing::{Answer, Goal, Missing, State},
    text::{Lang, Text},
};
use store::case::Case;

use super::{Data, facts, found::look};
use crate::{
    case::{self, read},
    error::Error,
    platform::Platform,
};

/// An entry as its page tells it.
#[derive(Clone, Debug)]
pub struct View {
    pub list: String,
    pub facts: String,
    pub grounds: String,
    /// Label of each measure, whether it leaves a choice, and its article.
    pub measures: Vec<(String, bool, String)>,
    pub months: i64,
    pub removal: Text,
    pub answer: Answer,
    pub hearing_asked: bool,
    /// Everything the next step still needs.
    pub missing: Vec<Missing>,
    /// Whether the reader proposed it, and so does not decide it.
    pub is_proposer: bool,
}

/// What its page tells of an entry.
pub async fn view(
    platform: &Platform,
    access: &Access,
    case: &Case,
    lang: Lang,
) -> Result<View, Error> {
    let data: Data = read(&case.data)?;
    let list = platform.policy.list(&data.list);
    let measures = data.measures.iter().map(|id| {
        let known = list.and_then(|list| list.measure(id));
        let label = platform.policy.measure(id).map_or(id.as_str(), |one| one.label.get(lang));
        let article =
            known.map(|one| format!("{}{}", one.reference.instrument, one.reference.article));
        let mandatory = known.is_some_and(|one| one.mandatory);
        (label.to_owned(), mandatory, article.unwrap_or_default())
    });
    let goal = match State::from_code(&case.state) {
        Some(State::Proposed) => Some(Goal::Tell),
        Some(State::Noticed | State::Heard | State::Answered) => Some(Goal::Decide),
        Some(State::Decided | State::Served) => Some(Goal::Publish),
        _ => None,
    };
    let facts = facts(platform, case).await?;
    let missing = goal.map(|goal| look(platform, &facts, goal).missing);
    Ok(View {
        list: list.map_or(data.list.as_str(), |list| list.label.get(lang)).to_owned(),
        measures: measures.collect(),
        months: data.months,
        removal: list.map(|list| list.removal.clone()).unwrap_or_default(),
        answer: data.answer,
        hearing_asked: data.hearing_asked,
        missing: missing.unwrap_or_default(),
        is_proposer: case::deciding::another(access, &case.opened_by).is_err(),
        facts: data.facts,
        grounds: data.grounds,
    })
}

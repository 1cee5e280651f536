//! A commitment as its page tells it, to the officer and to its subject.

use domain::{
    access::Access,
    commitment::{Appeal, Goal, Missing, State},
    listing::Answer,
    text::Lang,
};
use jiff::civil::Date;
use store::case::Case;

use super::{Data, found};
use crate::{
    case::{self, read},
    error::Error,
    platform::Platform,
};

/// A commitment as its page tells it.
#[derive(Clone, Debug)]
pub struct View {
    pub kind: String,
    pub matter: String,
    pub about: String,
    pub content: String,
    pub liability: String,
    pub made_on: Date,
    pub until: Option<Date>,
    /// Notice and commitment (告知承诺制).
    pub notice_and_commitment: bool,
    pub breach: Option<BreachView>,
    /// Everything the next step still needs.
    pub missing: Vec<Missing>,
    /// Whether the reader took the step before, and so does not take the next one.
    pub took_last: bool,
}

/// A breach that was told.
#[derive(Clone, Debug)]
pub struct BreachView {
    /// Code of `policy/codes/fulfilment_states.toml`, in words.
    pub state: String,
    pub facts: String,
    pub number: String,
    pub told_on: Date,
    pub answered: bool,
    pub found_on: Option<Date>,
    pub appealed: bool,
}

/// What its page tells of a commitment.
pub fn view(platform: &Platform, access: &Access, case: &Case, lang: Lang) -> Result<View, Error> {
    let data: Data = read(&case.data)?;
    let template = platform.policy.template(&data.template);
    let word = |list: &str, code: &str| {
        platform.policy.codes.get(list).map_or(code, |list| list.label(code, lang)).to_owned()
    };
    let state = State::from_code(&case.state);
    let goal = match state {
        Some(State::Told | State::Answered) => Some(Goal::Find),
        Some(State::Found | State::Appealed | State::Settled) => Some(Goal::Publish),
        _ => None,
    };
    let facts = data.facts();
    let missing = goal.map(|goal| found::look(platform, &facts, goal).missing());
    let last = data.breach.as_ref().map_or("", |breach| match state {
        Some(State::Appealed) => breach.found_by.as_str(),
        _ => breach.told_by.as_str(),
    });
    Ok(View {
        kind: template.map(|one| word("commitment_kinds", &one.kind)).unwrap_or_default(),
        matter: template.map_or(data.template.as_str(), |one| one.label.get(lang)).to_owned(),
        notice_and_commitment: template.is_some_and(|one| one.notice_and_commitment),
        missing: missing.unwrap_or_default(),
        took_last: case::deciding::another(access, last).is_err(),
        breach: data.breach.as_ref().map(|breach| BreachView {
            state: word("fulfilment_states", breach.breach.code()),
            facts: breach.facts.clone(),
            number: breach.number.clone(),
            told_on: breach.told_on,
            answered: breach.answer != Answer::None,
            found_on: breach.found_on,
            appealed: breach.appeal != Appeal::None,
        }),
        about: data.about,
        content: data.wording.content,
        liability: data.wording.liability,
        made_on: data.made_on,
        until: data.until,
    })
}

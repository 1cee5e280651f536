//! What decisions of every kind share: two officers take them, on what the subject said, with everything that
//! stands against them named at once.

use domain::{
    access::{Access, Actor},
    listing::Answer,
    text::Text,
};

use crate::{error::Error, question::question};

/// Refuses whoever took the step before: two officers of a department decide.
pub(crate) fn another(access: &Access, before: &str) -> Result<(), Error> {
    if matches!(access.actor, Actor::Account(_)) && access.actor.to_string() == before {
        return Err(Error::Refused(Text::new(
            "上一步由您办理，须由本单位另一名人员决定",
            "you took the step before: another officer of your department decides",
        )));
    }
    Ok(())
}

/// What was found of a statement (复核意见): needed where the subject made one.
pub(crate) fn reviewed(answer: Answer, reason: &str) -> Result<String, Error> {
    match (answer, reason.trim()) {
        (Answer::Made, "") => Err(question(
            "reason",
            "当事人提出了陈述申辩，请写明复核意见",
            "the subject made a statement: say what was found of it",
        )),
        (_, "") => Ok(String::new()),
        (_, reason) => super::note(reason, "reason"),
    }
}

/// Refuses a step, and names everything that stands against it.
pub(crate) fn lacking(sentences: impl Iterator<Item = Text>) -> Error {
    let (zh, en): (Vec<String>, Vec<String>) =
        sentences.map(|sentence| (sentence.zh, sentence.en)).unzip();
    Error::Refused(Text::new(zh.join("；"), en.join("; ")))
}

//! Assessment (考核): how each department keeps the deadlines of its cases. A deadline that ran out counts
//! against whoever had to keep it, and stays counted when the answer comes late.

use std::collections::BTreeMap;

use domain::{
    access::Access,
    deadline::Bearer,
    text::{Lang, Text},
};
use jiff::ToSpan as _;
use store::case::tally::Lapsed;

use crate::{
    case::{self, Hand},
    error::Error,
    platform::Platform,
};

/// One department, or the centre.
#[derive(Clone, Debug)]
pub struct AssessmentLine {
    pub organ: String,
    pub opened: i64,
    pub closed: i64,
    /// Deadlines of its own that have passed and still wait.
    pub overdue: i64,
    pub urged: i64,
    /// Deadlines of its own that ran out: what for, and how many.
    pub lapsed: Vec<(Text, i64)>,
}

/// The departments for the centre, one's own for a department; and the days counted.
pub async fn lines(
    platform: &Platform,
    access: &Access,
    lang: Lang,
) -> Result<(Vec<AssessmentLine>, i64), Error> {
    let own = match case::officer(platform, access)? {
        Hand::Organ => Some(access.department().unwrap_or_default().to_owned()),
        _ => None,
    };
    let today = platform.today();
    let days = platform.policy.parameter("case.assessed", today).map_or(0, |value| value.value);
    let from = today.saturating_sub(days.days());
    let since = platform.start_of(from)?;
    let mut lines = Lines { platform, own, lang, held: BTreeMap::new() };
    for one in store::case::tally::opened(&platform.register, since).await? {
        if let Some(line) = lines.of(one.organ) {
            (line.opened, line.closed, line.urged) = (one.opened, one.closed, one.urged);
        }
    }
    for one in store::case::tally::overdue(&platform.register, today).await? {
        if let Some((line, _)) = lines.bearing(&one) {
            line.overdue += one.count;
        }
    }
    for one in store::case::tally::lapsed(&platform.register, from).await? {
        let Some((line, label)) = lines.bearing(&one) else { continue };
        match line.lapsed.iter_mut().find(|(known, _)| *known == label) {
            Some((_, count)) => *count += one.count,
            None => line.lapsed.push((label, one.count)),
        }
    }
    Ok((lines.held.into_values().collect(), days))
}

/// The lines so far, those of others left out.
struct Lines<'p> {
    platform: &'p Platform,
    own: Option<String>,
    lang: Lang,
    held: BTreeMap<String, AssessmentLine>,
}

impl Lines<'_> {
    fn of(&mut self, organ: String) -> Option<&mut AssessmentLine> {
        if self.own.as_ref().is_some_and(|own| *own != organ) {
            return None;
        }
        let label = match organ.as_str() {
            "" => self.platform.place.operator.get(self.lang).to_owned(),
            organ => self.platform.department_label(organ, self.lang),
        };
        Some(self.held.entry(organ).or_insert(AssessmentLine {
            organ: label,
            opened: 0,
            closed: 0,
            overdue: 0,
            urged: 0,
            lapsed: Vec::new(),
        }))
    }

    /// The line of whoever had to keep a deadline, and what it was for; none where that is no organ.
    fn bearing(&mut self, one: &Lapsed) -> Option<(&mut AssessmentLine, Text)> {
        let rule = self.platform.policy.deadline(&one.rule)?;
        let organ = match rule.of {
            Bearer::Organ => one.organ.clone(),
            Bearer::Centre => String::new(),
            Bearer::Subject | Bearer::Recipient => return None,
        };
        let label = rule.label.clone();
        Some((self.of(organ)?, label))
    }
}

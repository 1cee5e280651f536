//! Replay (政策试算): a candidate card beside the live one, over everybody, before it binds anybody.
//!
//! What is told of it: who moves and why, in which districts, industries and sizes; who gets worse for
//! nothing but old facts; how many objections are to be expected. A card is adopted with reference to its
//! replay, and what was foretold is held against what came.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::scorecard::{Card, Score};

/// Figures of `policy/parameters/replay.toml` on the day asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Facts from before this day are old.
    pub old_before: Date,
    /// Registered capital, in fen, below which a firm is small.
    pub small_below: i64,
    /// Of 1,000 that get worse, how many object.
    pub objections: i64,
}

/// What a subject came to under one of the two cards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stand {
    pub total: i64,
    pub grade: String,
}

/// A subject that does not come to the same under both; none under a card that is not for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mover {
    pub subject: i64,
    pub before: Option<Stand>,
    pub after: Option<Stand>,
    pub direction: Direction,
    /// Whether it gets worse, and every record that makes it worse is old.
    pub old_only: bool,
    /// Indicators that weigh otherwise: their share of the total before and after, in hundredths.
    pub why: Vec<Shift>,
}

/// An indicator that weighs otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub indicator: String,
    pub before: i64,
    pub after: i64,
}

/// Where a subject's grade goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Better,
    Worse,
    /// Another total, the same grade.
    Same,
    /// One of the two cards is not for it.
    OtherCard,
}

/// What is known of a subject beside its scores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Firm {
    pub district: Option<String>,
    pub industry: Option<String>,
    /// Fen.
    pub registered_capital: Option<i64>,
}

/// Movers of one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub subjects: u64,
    pub better: u64,
    pub worse: u64,
}

/// What a replay came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub subjects: u64,
    /// Another total or another grade.
    pub moved: u64,
    pub better: u64,
    pub worse: u64,
    pub worse_old_only: u64,
    /// Objections to be expected.
    pub objections: u64,
    /// How many go from which grade to which; empty text where a card is not for them.
    pub passages: BTreeMap<String, BTreeMap<String, u64>>,
    pub districts: BTreeMap<String, Group>,
    /// By the section or division their code begins with.
    pub industries: BTreeMap<String, Group>,
    pub sizes: BTreeMap<Size, Group>,
}

/// Large and small firms, by registered capital.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    Small,
    Large,
    Unknown,
}

/// A score under its card.
#[derive(Clone, Copy, Debug)]
pub struct Scored<'s> {
    pub card: &'s Card,
    pub score: &'s Score,
}

impl Scored<'_> {
    fn stand(self) -> Stand {
        let grade = self.card.grades[self.score.grade].id.clone();
        Stand { total: self.score.total, grade }
    }
}

/// What each indicator gives of the total, in hundredths.
fn shares<'s>(scored: Option<Scored<'s>>) -> BTreeMap<&'s str, (i64, &'s [i64])> {
    let Some(Scored { card, score }) = scored else { return BTreeMap::new() };
    let of = |point: &'s crate::scorecard::Point| {
        let indicator = &card.indicators[point.indicator];
        let weight = card.dimensions[indicator.dimension].weight;
        (indicator.id.as_str(), (point.points * weight, point.records.as_slice()))
    };
    score.points.iter().map(of).collect()
}

/// Records that make a subject worse under the second card.
#[must_use]
pub fn adverse_records(before: Option<Scored<'_>>, after: Option<Scored<'_>>) -> BTreeSet<i64> {
    let (before, after) = (shares(before), shares(after));
    let mut adverse = BTreeSet::new();
    for (indicator, (share, records)) in &after {
        let was = before.get(indicator).map_or(0, |(share, _)| *share);
        if *share < was {
            adverse.extend(records.iter().copied());
        }
    }
    // What spoke for it and counts no more.
    for (indicator, (share, records)) in &before {
        if !after.contains_key(indicator) && *share > 0 {
            adverse.extend(records.iter().copied());
        }
    }
    adverse
}

/// How a subject moves, or none where it comes to the same; `dated` knows the day of each record that makes
/// it worse.
#[must_use]
pub fn decide(
    subject: i64,
    before: Option<Scored<'_>>,
    after: Option<Scored<'_>>,
    dated: &BTreeMap<i64, Date>,
    terms: &Terms,
) -> Option<Mover> {
    let stands = (before.map(Scored::stand), after.map(Scored::stand));
    if stands.0 == stands.1 {
        return None;
    }
    let direction = match (before, after) {
        (Some(before), Some(after)) => direction(before, after),
        _ => Direction::OtherCard,
    };
    let adverse = adverse_records(before, after);
    let old = |record: &i64| dated.get(record).is_some_and(|day| *day < terms.old_before);
    let old_only = direction == Direction::Worse && !adverse.is_empty() && adverse.iter().all(old);
    let (was, is) = (shares(before), shares(after));
    let all: BTreeSet<&str> = was.keys().chain(is.keys()).copied().collect();
    let share = |of: &BTreeMap<&str, (i64, &[i64])>, id: &str| of.get(id).map_or(0, |one| one.0);
    let why = all
        .into_iter()
        .map(|id| Shift {
            indicator: id.to_owned(),
            before: share(&was, id),
            after: share(&is, id),
        })
        .filter(|shift| shift.before != shift.after)
        .collect();
    let (before, after) = stands;
    Some(Mover { subject, before, after, direction, old_only, why })
}

/// Grades are compared by the names both cards have; where one lacks the other's, by the total.
fn direction(before: Scored<'_>, after: Scored<'_>) -> Direction {
    let (was, is) = (before.stand(), after.stand());
    let place = |grade: &str| after.card.grades.iter().position(|one| one.id == grade);
    let order = match (place(&was.grade), place(&is.grade)) {
        (Some(was), Some(is)) => is.cmp(&was),
        _ => was.total.cmp(&is.total),
    };
    match order {
        std::cmp::Ordering::Less => Direction::Better,
        std::cmp::Ordering::Greater => Direction::Worse,
        std::cmp::Ordering::Equal => Direction::Same,
    }
}

impl Summary {
    /// Counts a subject in, moved or not.
    pub fn add(
        &mut self,
        firm: &Firm,
        stand: Option<&Stand>,
        mover: Option<&Mover>,
        terms: &Terms,
    ) {
        self.subjects += 1;
        let named = |stand: Option<&Stand>| stand.map(|one| one.grade.clone()).unwrap_or_default();
        let (from, to) = match mover {
            Some(mover) => (named(mover.before.as_ref()), named(mover.after.as_ref())),
            None => (named(stand), named(stand)),
        };
        *self.passages.entry(from).or_default().entry(to).or_default() += 1;
        let direction = mover.map(|mover| mover.direction);
        let (better, worse) =
            (direction == Some(Direction::Better), direction == Some(Direction::Worse));
        self.moved += u64::from(mover.is_some());
        self.better += u64::from(better);
        self.worse += u64::from(worse);
        self.worse_old_only += u64::from(mover.is_some_and(|mover| mover.old_only));
        let count = |group: &mut Group| {
            group.subjects += 1;
            group.better += u64::from(better);
            group.worse += u64::from(worse);
        };
        count(self.districts.entry(firm.district.clone().unwrap_or_default()).or_default());
        let industry: String =
            firm.industry.as_deref().unwrap_or_default().chars().take(1).collect();
        count(self.industries.entry(industry).or_default());
        count(self.sizes.entry(terms.size(firm)).or_default());
        self.objections = self.worse * terms.objections.unsigned_abs() / 1000;
    }
}

impl Terms {
    fn size(&self, firm: &Firm) -> Size {
        match firm.registered_capital {
            None => Size::Unknown,
            Some(capital) if capital < self.small_below => Size::Small,
            Some(_) => Size::Large,
        }
    }
}

#[cfg(test)]
mod tests;

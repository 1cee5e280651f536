//! A score as whoever may read it sees it: every point with its records and the law behind it.

use domain::{
    catalogue::FieldKind,
    money::Fen,
    parameter::Reference,
    record::Version,
    scorecard::{Card, FULL, Indicator, Point, Score, ValueUnit},
    text::Lang,
};
use jiff::civil::Date;
use lake::score::Kept;
use serde::Serialize;

use crate::{platform::Platform, subject::Head};

/// What a subject comes to under every card that is for it.
#[derive(Clone, Debug, Serialize)]
pub struct ScoresView {
    pub subject: Head,
    pub as_of: Date,
    pub cards: Vec<CardView>,
    /// Items and numbers of the records that count.
    #[serde(skip)]
    pub(crate) counted: Vec<(String, i64)>,
}

/// One card's result.
#[derive(Clone, Debug, Serialize)]
pub struct CardView {
    /// The card and its version, such as `comprehensive@1`.
    pub card: String,
    pub label: String,
    pub about: String,
    pub reference: String,
    /// Of 1,000.
    pub total: i64,
    pub grade: String,
    pub grade_label: String,
    /// The indicator that bars a better grade, where one does.
    pub barred_by: Option<String>,
    pub dimensions: Vec<DimensionView>,
    /// What was kept of earlier runs, the oldest first.
    pub history: Vec<Past>,
}

#[derive(Clone, Debug, Serialize)]
pub struct DimensionView {
    pub label: String,
    /// Its part of the total, in thousandths.
    pub weight: i64,
    pub start: i64,
    /// From 0 to 100.
    pub points: i64,
    pub indicators: Vec<PointView>,
}

#[derive(Clone, Debug, Serialize)]
pub struct PointView {
    pub label: String,
    pub item: String,
    pub value: String,
    /// With its sign.
    pub points: String,
    pub adverse: bool,
    pub reason: String,
    /// Instrument and article.
    pub reference: String,
    pub verified: bool,
    pub records: Vec<Evidence>,
}

/// A record that counts.
#[derive(Clone, Debug, Serialize)]
pub struct Evidence {
    pub record: i64,
    pub title: String,
    pub document_number: Option<String>,
    pub decided_on: Option<Date>,
}

/// One earlier result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Past {
    pub as_of: Date,
    pub total: i64,
    pub grade: String,
}

/// A reference in one line.
pub(crate) fn cited(reference: &Reference) -> String {
    format!("{}{}", reference.instrument, reference.article)
}

/// A card's result in words.
pub(super) fn of_card(
    platform: &Platform,
    card: &Card,
    score: &Score,
    versions: &[Version],
    history: &[Kept],
    lang: Lang,
) -> CardView {
    let grade = &card.grades[score.grade];
    let dimensions = card.dimensions.iter().enumerate().map(|(place, dimension)| {
        let own = |point: &&Point| card.indicators[point.indicator].dimension == place;
        let points = score.points.iter().filter(own);
        DimensionView {
            label: dimension.label.get(lang).to_owned(),
            weight: dimension.weight,
            start: dimension.start,
            points: score.dimensions[place],
            indicators: points
                .map(|point| of_point(platform, card, point, versions, lang))
                .collect(),
        }
    });
    let own = history.iter().filter(|kept| kept.card == card.name());
    CardView {
        card: card.name(),
        label: card.label.get(lang).to_owned(),
        about: card.about.get(lang).to_owned(),
        reference: cited(&card.reference),
        total: score.total,
        grade: grade.id.clone(),
        grade_label: grade.label.get(lang).to_owned(),
        barred_by: barring(card, score).map(|one| one.label.get(lang).to_owned()),
        dimensions: dimensions.collect(),
        history: own
            .map(|kept| Past { as_of: kept.as_of, total: kept.total, grade: kept.grade.clone() })
            .collect(),
    }
}

/// The indicator for which the grade is worse than the total would give.
fn barring<'c>(card: &'c Card, score: &Score) -> Option<&'c Indicator> {
    let by_total = card.grades.iter().position(|grade| grade.from <= score.total)?;
    let bars = |point: &&Point| {
        card.indicators[point.indicator].bands[point.band].at_best == Some(score.grade)
    };
    (score.grade > by_total)
        .then(|| score.points.iter().find(bars))
        .flatten()
        .map(|point| &card.indicators[point.indicator])
}

fn of_point(
    platform: &Platform,
    card: &Card,
    point: &Point,
    versions: &[Version],
    lang: Lang,
) -> PointView {
    let indicator = &card.indicators[point.indicator];
    let item = platform.policy.item(&indicator.item);
    let value = value_text(indicator.unit, point.value, lang);
    PointView {
        label: indicator.label.get(lang).to_owned(),
        item: item.map(|item| item.label.get(lang).to_owned()).unwrap_or_default(),
        reason: indicator.reason.get(lang).replace("{value}", &value),
        value,
        points: format!("{:+}", point.points),
        adverse: point.points < 0,
        reference: cited(&indicator.reference),
        verified: indicator.reference.verified,
        records: point
            .records
            .iter()
            .filter_map(|&record| evidence(platform, record, versions, lang))
            .collect(),
    }
}

fn value_text(unit: ValueUnit, value: i64, lang: Lang) -> String {
    match unit {
        ValueUnit::Fen => Fen(value).yuan_text(lang),
        ValueUnit::Days => match lang {
            Lang::Zh => format!("{value}天"),
            Lang::En => format!("{value} days"),
        },
        ValueUnit::Count | ValueUnit::Number => value.to_string(),
    }
}

fn evidence(
    platform: &Platform,
    record: i64,
    versions: &[Version],
    lang: Lang,
) -> Option<Evidence> {
    let version = versions.iter().rfind(|version| version.record.0 == record)?;
    let item = platform.policy.item(&version.item)?;
    let text = |role: Option<usize>| {
        let field = item.fields.get(role?)?;
        let written = version.payload.text(&field.name)?;
        let list = match &field.kind {
            FieldKind::Code { list } => platform.policy.codes.get(list),
            _ => None,
        };
        Some(list.map_or(written, |list| list.label(written, lang)).to_owned())
    };
    Some(Evidence {
        record,
        title: text(item.roles.title).unwrap_or_default(),
        document_number: text(item.roles.document_number),
        decided_on: version.decided_on,
    })
}

impl DimensionView {
    /// What it gives of the total, in points of 1,000.
    #[must_use]
    pub fn share(&self) -> i64 {
        self.points * self.weight / FULL
    }
}

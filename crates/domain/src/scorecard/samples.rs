//! A card for tests.

use super::*;

fn reference() -> Reference {
    Reference { instrument: "示例".to_owned(), article: String::new(), verified: false }
}

fn band(from: Option<i64>, points: i64, at_best: Option<usize>) -> Band {
    Band { from, points, at_best }
}

fn indicator(id: &str, dimension: usize, bands: Vec<Band>) -> Indicator {
    Indicator {
        id: id.to_owned(),
        dimension,
        label: Text::new(id, id),
        item: "penalty".to_owned(),
        filter: "true".to_owned(),
        value: "count(*)".to_owned(),
        unit: ValueUnit::Count,
        reason: Text::new("有{value}条", "{value} of them"),
        bands,
        reference: reference(),
        line: 1,
    }
}

/// A card of two dimensions and three indicators.
pub(crate) fn card() -> Card {
    let grade = |id: &str, from| Grade { id: id.to_owned(), label: Text::new(id, id), from };
    let dimension = |id: &str, weight, start| Dimension {
        id: id.to_owned(),
        label: Text::new(id, id),
        weight,
        start,
    };
    Card {
        id: "example".to_owned(),
        no: 1,
        label: Text::new("示例", "example"),
        about: Text::default(),
        from: Some(jiff::civil::date(2026, 1, 1)),
        until: None,
        subject_kinds: vec![subject::Kind::Organisation],
        industries: Vec::new(),
        reference: reference(),
        grades: vec![grade("A", 850), grade("B", 600), grade("C", 400), grade("D", 0)],
        dimensions: vec![dimension("law", 700, 100), dimension("honour", 300, 60)],
        indicators: vec![
            indicator("penalties", 0, vec![band(None, 0, None), band(Some(2), -30, None)]),
            indicator("listed", 0, vec![band(None, -20, Some(3))]),
            indicator("honours", 1, vec![band(None, 25, None), band(Some(3), 60, None)]),
        ],
    }
}

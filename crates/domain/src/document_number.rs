//! Document numbers (文书号) as sequences: where an organ's numbers of a year leave a gap, a decision may
//! not have been handed in.
//!
//! A gap is a question to the department and never a fact: a number may have been given to a
//! document that is not published, or to none. It says so with its confidence, and counts nowhere.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::name;

/// A number taken apart: `示市监罚〔2026〕12号` is number 12 of the year 2026 in the series `示市监罚`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentNumber {
    /// The words before the year and around the figure, in one writing.
    pub series: String,
    pub year: i16,
    pub number: u32,
}

/// Figures a number has at most; a longer one is a serial of some system and no sequence of a year.
const FIGURES_MAX: usize = 6;

impl DocumentNumber {
    /// Reads a number in any bracket and width: `示市监罚〔2026〕12号`, `示市监罚字[2026]第0012号`,
    /// `（2026）示市监罚字第12号`, `示市监罚2026-12号`. None where it has no year or no figure of its own.
    #[must_use]
    pub fn parse(text: &str) -> Option<DocumentNumber> {
        let key = name::document_number_key(text);
        let (before, year, after) = year(&key)?;
        // The figure stands after the year; where the year comes first, after the words.
        let (words, figures) = figure(after)?;
        let series: String = [before, words].concat();
        let series = series.trim_end_matches(['第', '字', '-']).to_owned();
        Some(DocumentNumber { series, year, number: figures.parse().ok()? })
    }
}

/// The year of a key, with what stands before it and after it.
fn year(key: &str) -> Option<(&str, i16, &str)> {
    let bracketed = key.char_indices().filter(|(_, letter)| *letter == '(').find_map(|(at, _)| {
        let (inside, after) = key[at + 1..].split_once(')')?;
        let inside = inside.trim_end_matches('年');
        Some((&key[..at], four_figures(inside)?, after))
    });
    bracketed.or_else(|| {
        // 示市监罚2026-12号, 2026年示市监罚第12号
        let at = key.find(|letter: char| letter.is_ascii_digit())?;
        let rest = &key[at..];
        let year = four_figures(rest.get(..4)?)?;
        let after = rest[4..].strip_prefix(['-', '年'])?;
        Some((&key[..at], year, after))
    })
}

fn four_figures(text: &str) -> Option<i16> {
    let figures = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let year: i16 = figures.then(|| text.parse().ok()).flatten()?;
    (1949..=2999).contains(&year).then_some(year)
}

/// The words and the figure of what follows the year: `第0012号`, `示市监罚字第12号`, `12-3号`.
fn figure(text: &str) -> Option<(&str, &str)> {
    let at = text.find(|letter: char| letter.is_ascii_digit())?;
    let (words, rest) = text.split_at(at);
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let (figures, tail) = rest.split_at(end);
    // 12号, 12, 12-3号: one decision of several parts has one number.
    let ends = tail.is_empty() || tail.starts_with('号') || tail.starts_with('-');
    (ends && figures.len() <= FIGURES_MAX).then_some((words, figures))
}

/// From which share of numbers present a sequence is taken to be kept without leaving any out, in parts
/// of a thousand; from `policy/parameters/intake.toml`.
#[derive(Clone, Copy, Debug)]
pub struct GapTerms {
    pub high: i64,
    pub medium: i64,
    /// Numbers a sequence must have before anything is said of it.
    pub least: i64,
}

words! {
    /// How much a gap says.
    Confidence {
        /// The numbers may be shared with documents that are not handed in here.
        Low "low" "低" "low";
        Medium "medium" "中" "medium";
        /// Nearly every number of the sequence is there.
        High "high" "高" "high";
    }
}

/// Numbers in a row that nobody handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub first: u32,
    pub last: u32,
    /// When the numbers beside it were decided; none before the first number and where no date is known.
    pub after: Option<Date>,
    pub before: Option<Date>,
}

impl Gap {
    #[must_use]
    pub fn count(&self) -> u64 {
        u64::from(self.last - self.first) + 1
    }
}

/// One series of one year, with its gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    pub series: String,
    pub year: i16,
    pub present: u64,
    pub highest: u32,
    pub gaps: Vec<Gap>,
    pub confidence: Confidence,
}

impl Sequence {
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.gaps.iter().map(Gap::count).sum()
    }
}

/// The numbers of an organ, gathered one by one.
#[derive(Clone, Debug, Default)]
pub struct Numbers(BTreeMap<(String, i16), BTreeMap<u32, Option<Date>>>);

impl Numbers {
    pub fn add(&mut self, number: DocumentNumber, decided_on: Option<Date>) {
        let DocumentNumber { series, year, number } = number;
        let held = self.0.entry((series, year)).or_default().entry(number).or_default();
        *held = match (*held, decided_on) {
            (Some(known), Some(day)) => Some(known.min(day)),
            (known, day) => known.or(day),
        };
    }

    /// The sequences that leave gaps, those that say most first. What follows the highest number is
    /// unknown and no gap.
    #[must_use]
    pub fn gaps(&self, terms: GapTerms) -> Vec<Sequence> {
        let mut found: Vec<Sequence> = self
            .0
            .iter()
            .filter_map(|((series, year), numbers)| sequence(series, *year, numbers, terms))
            .collect();
        found.sort_by(|one, other| {
            other.confidence.cmp(&one.confidence).then(other.year.cmp(&one.year))
        });
        found
    }
}

fn sequence(
    series: &str,
    year: i16,
    numbers: &BTreeMap<u32, Option<Date>>,
    terms: GapTerms,
) -> Option<Sequence> {
    let (highest, present) = (*numbers.keys().next_back()?, numbers.len() as u64);
    if i64::try_from(present).unwrap_or(i64::MAX) < terms.least {
        return None;
    }
    let mut gaps = Vec::new();
    let (mut next, mut after) = (1, None);
    for (number, day) in numbers {
        if next < *number {
            // Numbers are not always given in the order of the days.
            let (after, before) = match (after, *day) {
                (Some(one), Some(other)) if other < one => (Some(other), Some(one)),
                as_given => as_given,
            };
            gaps.push(Gap { first: next, last: number - 1, after, before });
        }
        (next, after) = (number.saturating_add(1), *day);
    }
    if gaps.is_empty() {
        return None;
    }
    let of_all = i64::try_from(present * 1000 / u64::from(highest).max(1)).unwrap_or(1000);
    let confidence = match of_all {
        share if terms.high <= share => Confidence::High,
        share if terms.medium <= share => Confidence::Medium,
        _ => Confidence::Low,
    };
    let series = series.to_owned();
    Some(Sequence { series, year, present, highest, gaps, confidence })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TERMS: GapTerms = GapTerms { high: 900, medium: 600, least: 3 };

    #[test]
    fn a_number_is_read_in_every_form() {
        for text in [
            "示市监罚〔2026〕12号",
            "示市监罚[2026]12号",
            "示市监罚（2026）第012号",
            "示市监罚字【2026】第12号",
            "（2026）示市监罚字第12号",
            "(2026年)示市监罚字第12号",
            "示市监罚２０２６－１２号",
            "2026年示市监罚第12号",
            " 示市监罚 〔 2026 〕 12 号 ",
            "示市监罚〔2026〕12-3号",
            "示市监罚〔2026〕12",
        ] {
            let number = DocumentNumber::parse(text).unwrap_or_else(|| panic!("{text}"));
            let read = (number.series.as_str(), number.year, number.number);
            assert_eq!(read, ("示市监罚", 2026, 12), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_of_a_year_is_left_alone() {
        for text in [
            "",
            "无",
            "JY14104020012345",
            "示市监罚12号",
            "示市监罚〔2026〕号",
            "示市监罚〔26〕12号",
            "示市监罚〔2026〕20260012345号",
            "示市监罚〔2026〕12页",
            "第12次会议〔纪要〕",
        ] {
            assert_eq!(DocumentNumber::parse(text), None, "{text}");
        }
    }

    fn numbers(given: &[u32]) -> Numbers {
        let mut numbers = Numbers::default();
        for number in given {
            let day = date(2026, 1, 1).saturating_add(jiff::Span::new().days(i64::from(*number)));
            let one =
                DocumentNumber { series: "示市监罚".to_owned(), year: 2026, number: *number };
            numbers.add(one, Some(day));
        }
        numbers
    }

    #[test]
    fn gaps_are_told_with_the_days_around_them() {
        let found = numbers(&[2, 3, 4, 7, 8, 9, 10]).gaps(TERMS);
        let [one] = &found[..] else { panic!("{found:?}") };
        assert_eq!((one.present, one.highest, one.missing()), (7, 10, 3));
        assert_eq!(one.confidence, Confidence::Medium);
        let before = Some(date(2026, 1, 3));
        assert_eq!(one.gaps[0], Gap { first: 1, last: 1, after: None, before });
        let (after, before) = (Some(date(2026, 1, 5)), Some(date(2026, 1, 8)));
        assert_eq!(one.gaps[1], Gap { first: 5, last: 6, after, before });
    }

    #[test]
    fn days_around_a_gap_stand_in_their_order() {
        let mut numbers = Numbers::default();
        for (number, day) in [(1, date(2026, 3, 9)), (4, date(2026, 3, 2)), (5, date(2026, 3, 10))]
        {
            let one = DocumentNumber { series: "示市监罚".to_owned(), year: 2026, number };
            numbers.add(one, Some(day));
        }
        let gap = numbers.gaps(TERMS).remove(0).gaps.remove(0);
        assert_eq!((gap.first, gap.last), (2, 3));
        assert_eq!((gap.after, gap.before), (Some(date(2026, 3, 2)), Some(date(2026, 3, 9))));
    }

    #[test]
    fn a_sparse_sequence_says_little_and_a_whole_one_nothing() {
        let confidence =
            |given: &[u32]| numbers(given).gaps(TERMS).first().map(|one| one.confidence);
        assert_eq!(confidence(&[1, 2, 3, 4]), None);
        assert_eq!(confidence(&[1, 3]), None, "two numbers are no sequence yet");
        assert_eq!(confidence(&[3, 900, 120_034]), Some(Confidence::Low));
        let most: Vec<u32> = (1..=40).filter(|number| *number != 17).collect();
        assert_eq!(confidence(&most), Some(Confidence::High));
    }
}

//! Whether a name fits a question, and how well.

use super::Match;

/// Compares matching keys. `Misspelt` means that one character wrong, missing or too many parts
/// the question from the name or from a part of it.
pub fn compare(query: &[char], name: &[char]) -> Option<Match> {
    if name == query {
        return Some(Match::Exact);
    }
    if name.starts_with(query) {
        return Some(Match::Prefix);
    }
    if name.windows(query.len()).any(|part| part == query) {
        return Some(Match::Part);
    }
    (distance_to_part(query, name) <= 1).then_some(Match::Misspelt)
}

/// Edits that turn the question into the nearest part of the name.
fn distance_to_part(query: &[char], name: &[char]) -> usize {
    // A part may begin anywhere at no cost, and end anywhere.
    let mut row = vec![0; name.len() + 1];
    for (at, letter) in query.iter().enumerate() {
        let mut before = row[0];
        row[0] = at + 1;
        for (to, other) in name.iter().enumerate() {
            let change = before + usize::from(letter != other);
            before = row[to + 1];
            row[to + 1] = change.min(before + 1).min(row[to] + 1);
        }
    }
    row.into_iter().min().unwrap_or(query.len())
}

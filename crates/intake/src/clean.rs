//! What a pack asks to be done to a value before it is checked.

use domain::{money::Fen, pack::Clean};

/// Applies the cleaning steps in order.
#[must_use]
pub fn clean(text: String, steps: &[Clean]) -> String {
    steps.iter().fold(text, |text, step| match step {
        Clean::StripDecimal => text.strip_suffix(".0").map(str::to_owned).unwrap_or(text),
        Clean::Squeeze => squeeze(&text),
        Clean::Uppercase => text.to_uppercase(),
        Clean::AmountFromProse => Fen::from_prose(&text).map_or(text, Fen::wan_text),
    })
}

fn squeeze(text: &str) -> String {
    let words: Vec<&str> =
        text.split(char::is_whitespace).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, steps: &[Clean], expected: &str) {
        assert_eq!(clean(text.to_owned(), steps), expected);
    }

    #[test]
    fn cleans_what_the_files_really_hold() {
        check("30790.0", &[Clean::StripDecimal], "30790");
        check("30790.5", &[Clean::StripDecimal], "30790.5");
        check("（株）\u{3000}東豊  興業", &[Clean::Squeeze], "（株） 東豊 興業");
        check("panera, llc", &[Clean::Uppercase], "PANERA, LLC");
        check("罚款2000元", &[Clean::AmountFromProse], "0.2");
        check("口头批评", &[Clean::AmountFromProse], "口头批评");
    }
}

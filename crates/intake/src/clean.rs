//! What a pack asks to be done to a value before it is checked.

use std::borrow::Cow;

use domain::{
    money::{Fen, Fine},
    pack::Clean,
};

/// Applies the cleaning steps in order; text that needs none is handed through.
#[must_use]
pub fn clean<'t>(text: Cow<'t, str>, steps: &[Clean]) -> Cow<'t, str> {
    steps.iter().fold(text, |text, step| match step {
        Clean::StripDecimal => strip_decimal(text),
        Clean::Squeeze => squeeze(text),
        Clean::Uppercase => Cow::Owned(text.to_uppercase()),
        Clean::AmountFromProse => match Fen::fine_in(&text) {
            Fine::None => Cow::Borrowed(""),
            Fine::Amount(fen) => Cow::Owned(fen.wan_text()),
            // The check of the field finds that it is no amount, and shows it.
            Fine::Unclear => text,
        },
    })
}

fn strip_decimal(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_suffix(".0").unwrap_or(text)),
        Cow::Owned(text) => Cow::Owned(text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)),
    }
}

fn squeeze(text: Cow<'_, str>) -> Cow<'_, str> {
    let squeezed =
        !text.contains("  ") && text.chars().all(|letter| letter == ' ' || !letter.is_whitespace());
    if squeezed && text.trim().len() == text.len() {
        return text;
    }
    let words: Vec<&str> =
        text.split(char::is_whitespace).filter(|word| !word.is_empty()).collect();
    Cow::Owned(words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, steps: &[Clean], expected: &str) {
        assert_eq!(clean(Cow::Borrowed(text), steps), expected);
        assert_eq!(clean(Cow::Owned(text.to_owned()), steps), expected);
    }

    #[test]
    fn cleans_what_the_files_really_hold() {
        check("30790.0", &[Clean::StripDecimal], "30790");
        check("30790.5", &[Clean::StripDecimal], "30790.5");
        check("（株）\u{3000}東豊  興業", &[Clean::Squeeze], "（株） 東豊 興業");
        check(" a b", &[Clean::Squeeze], "a b");
        check("a b", &[Clean::Squeeze], "a b");
        check("panera, llc", &[Clean::Uppercase], "PANERA, LLC");
        check("罚款2000元", &[Clean::AmountFromProse], "0.2");
        check("口头批评", &[Clean::AmountFromProse], "");
        check("罚款2000元至5000元", &[Clean::AmountFromProse], "罚款2000元至5000元");
    }
}

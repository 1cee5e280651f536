//! Text that the fonts can print: nothing hidden, nothing without a shape, nothing that cannot wrap.
//!
//! PDF/A refuses a character without a glyph, and a name with a rare character must not cost its
//! owner the report. Such a character is printed as 〓, the printer's mark for a missing type, and
//! its code is given at the end of the report.

use std::collections::BTreeSet;

use crate::fonts::Fonts;

/// Makes text printable and remembers which characters it could not print.
pub(crate) struct Printer<'a> {
    fonts: &'a Fonts,
    missing: BTreeSet<char>,
}

impl<'a> Printer<'a> {
    pub(crate) fn new(fonts: &'a Fonts) -> Self {
        Printer { fonts, missing: BTreeSet::new() }
    }

    /// The text in one paragraph: line breaks and control characters become spaces, marks that
    /// turn the direction of writing go, and long runs may break.
    pub(crate) fn text(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut run = 0;
        for character in text.trim().chars() {
            let Some(character) = self.character(character) else { continue };
            let joins = character.is_ascii_graphic();
            run = if joins { run + 1 } else { 0 };
            if run == LONGEST_RUN {
                out.push('\u{200b}');
                run = 0;
            }
            out.push(character);
        }
        out
    }

    /// The characters printed as 〓, written as U+20000, in order.
    pub(crate) fn missing(&self) -> Vec<String> {
        self.missing.iter().map(|&missing| format!("U+{:04X}", u32::from(missing))).collect()
    }

    fn character(&mut self, character: char) -> Option<char> {
        if is_plain(character) {
            return Some(character);
        }
        if character.is_whitespace() || character.is_control() {
            return Some(if character == '\u{3000}' { character } else { ' ' });
        }
        if is_unseen(character) {
            return None;
        }
        if !is_private(character) && self.fonts.covers(character) {
            return Some(character);
        }
        self.missing.insert(character);
        Some(MISSING)
    }
}

const MISSING: char = '〓';

/// Characters of Latin script that stand together before a break is allowed among them.
const LONGEST_RUN: usize = 30;

/// The characters nearly every text is made of, which both families are known to have.
fn is_plain(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{4e00}'..='\u{9fa5}')
}

/// Characters that print nothing but change what others look like: directions, joiners, selectors.
fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{00ad}'
            | '\u{061c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Code points to which each place gives its own shape, as older systems do for rare names.
fn is_private(character: char) -> bool {
    matches!(
        character,
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fonts::default_font_paths;

    #[test]
    fn prints_what_the_fonts_have_and_marks_the_rest() {
        let fonts = Fonts::load(&default_font_paths()).unwrap();
        let mut printer = Printer::new(&fonts);
        assert_eq!(printer.text(" 示例 A&B\t（甲）\r\n乙 "), "示例 A&B （甲）  乙");
        assert_eq!(printer.text("甲\u{e123}乙\u{1f600}"), "甲〓乙〓");
        assert_eq!(printer.text("正\u{202e}反\u{feff}"), "正反");
        assert_eq!(printer.missing(), ["U+E123", "U+1F600"]);
    }

    #[test]
    fn lets_a_long_run_break() {
        let fonts = Fonts::load(&default_font_paths()).unwrap();
        let mut printer = Printer::new(&fonts);
        assert_eq!(printer.text(&"X".repeat(40)).matches('\u{200b}').count(), 1);
        assert!(!printer.text("91419900XXXX000128001X").contains('\u{200b}'));
    }
}

//! Amounts of money, held in whole fen and never in floating point.
//!
//! Fines are exchanged in 万元 with up to six decimals, which is exactly one fen; read as yuan
//! they are wrong by ten thousand.

mod prose;

use crate::text::{Lang, grouped};

const FEN_IN_YUAN: i64 = 100;
const FEN_IN_WAN: i64 = 1_000_000;

/// An amount in fen (分), a hundredth of a yuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(pub i64);

/// The fine that a sentence states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fine {
    /// None is mentioned.
    None,
    Amount(Fen),
    /// One is mentioned, or several, but no single amount in yuan.
    Unclear,
}

impl Fen {
    /// Reads a figure in 万元 with at most six decimals: `0.2` is 2,000 yuan.
    #[must_use]
    pub fn from_wan(text: &str) -> Option<Fen> {
        decimal(text, 6).map(Fen)
    }

    /// Reads a figure in yuan with at most two decimals.
    #[must_use]
    pub fn from_yuan(text: &str) -> Option<Fen> {
        decimal(text, 2).map(Fen)
    }

    /// Reads the fine that a sentence states: `罚款人民币贰仟元整`, `并处2.5万元罚款`, or a mere
    /// amount such as `人民币贰仟元`.
    ///
    /// An amount counts where 罚款 stands before or after it, or where the text holds nothing else.
    /// No amount is ever guessed: one that is a range, an estimate, a rate or in another currency,
    /// one written twice with different results, and several different ones are [`Fine::Unclear`].
    #[must_use]
    pub fn fine_in(text: &str) -> Fine {
        prose::fine(text)
    }

    /// The figure at the end of a text, in yuan: that of `罚款2,000` or of `人民币贰仟`.
    #[must_use]
    pub fn figure_before(text: &str) -> Option<Fen> {
        prose::figure_before(text)
    }

    /// For reading, in yuan with two decimals: `12,000.00 元`.
    #[must_use]
    pub fn yuan_text(self, lang: Lang) -> String {
        let fen = self.0.unsigned_abs();
        let (yuan, rest) = (fen / 100, fen % 100);
        let sign = if self.0 < 0 { "-" } else { "" };
        format!("{sign}{}.{rest:02} {}", grouped(yuan), lang.t("元", "yuan"))
    }

    /// As exchanged, in 万元 with as many decimals as needed: `1.2`.
    #[must_use]
    pub fn wan_text(self) -> String {
        let fen = self.0.unsigned_abs();
        let wan = FEN_IN_WAN.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let text = format!("{sign}{}.{:06}", fen / wan, fen % wan);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// Reads a plain decimal as an integer of units that are 10^-places of it.
///
/// Commas may part thousands where they belong; more decimals than `places` are refused, for what
/// they mean is lost in fen.
fn decimal(text: &str, places: usize) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, decimals) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (digits, ""),
    };
    if whole.is_empty() || places < decimals.len() || !commas_part_thousands(whole) {
        return None;
    }
    let padding = std::iter::repeat_n(b'0', places - decimals.len());
    let digits = whole.bytes().filter(|byte| *byte != b',').chain(decimals.bytes()).chain(padding);
    let mut units: i64 = 0;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        units = units.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
    }
    Some(if negative { -units } else { units })
}

fn commas_part_thousands(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().map_or(0, str::len);
    let mut parted = false;
    for group in groups {
        parted = true;
        if group.len() != 3 {
            return false;
        }
    }
    !parted || (1..=3).contains(&first)
}

#[cfg(test)]
mod tests;

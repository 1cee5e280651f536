//! Amounts of money, held in whole fen and never in floating point.
//!
//! Fines are exchanged in 万元 with up to six decimals, which is exactly one fen; read as yuan
//! they are wrong by ten thousand.

use crate::text::{Lang, grouped};

const FEN_IN_YUAN: i64 = 100;
const FEN_IN_WAN: i64 = 1_000_000;

/// An amount in fen (分), a hundredth of a yuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(pub i64);

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

    /// Reads the first amount that a sentence states: `罚款人民币贰仟元整`, `并处2.5万元罚款`.
    ///
    /// None where there is no amount, or where the first one is a range, an estimate, a rate, in
    /// another currency, or written twice with different results.
    #[must_use]
    pub fn from_prose(text: &str) -> Option<Fen> {
        let letters: Vec<char> =
            text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
        first_amount(&letters)
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

/// What stands at one place of a sentence.
enum Reading {
    /// No amount; go on after so many characters.
    Nothing(usize),
    /// An amount, with the number of characters it takes.
    Amount(i64, usize),
    /// An amount that is not one figure in yuan.
    Unclear,
}

fn first_amount(letters: &[char]) -> Option<Fen> {
    let mut start = 0;
    while start < letters.len() {
        match read_at(letters, start) {
            Reading::Nothing(length) => start += length.max(1),
            Reading::Unclear => return None,
            Reading::Amount(fen, length) => {
                return said_twice_alike(fen, &letters[start + length..]).then_some(Fen(fen));
            }
        }
    }
    None
}

/// Whether figures in brackets after an amount, if any, state the same amount.
fn said_twice_alike(fen: i64, after: &[char]) -> bool {
    if after.first() != Some(&'(') {
        return true;
    }
    let inside: Vec<char> =
        after[1..].iter().copied().take_while(|letter| *letter != ')').collect();
    match first_amount(&inside) {
        Some(Fen(again)) => again == fen,
        // Brackets with no amount at all are a remark; with an unclear one they cast doubt.
        None => !inside.iter().any(|letter| is_yuan(*letter)),
    }
}

fn read_at(letters: &[char], start: usize) -> Reading {
    let run = letters[start..].iter().take_while(|letter| is_figure(**letter)).count();
    let (figure, after) = letters[start..].split_at(run);
    let before = &letters[..start];
    // A comma before the figure ends the clause before it (警告，500元).
    if matches!(figure, [',' | '.', ..]) {
        return Reading::Nothing(1);
    }
    let names_digit = |letter: &char| {
        letter.is_ascii_digit()
            || chinese_digit(*letter).is_some()
            || chinese_unit(*letter) == Some(10)
    };
    if !figure.iter().any(names_digit) {
        return Reading::Nothing(run);
    }
    let after_text: String = after.iter().take(6).collect();
    if FOREIGN.iter().any(|unit| after_text.starts_with(unit)) {
        return Reading::Unclear;
    }
    // A range (2000-5000元, 二千至五千元) or an estimate (2000余元), seen from its first figure.
    let ranges =
        after.first().is_some_and(|letter| VAGUE.contains(letter)) && leads_to_yuan(&after[1..]);
    if ranges {
        return Reading::Unclear;
    }
    if !after.first().is_some_and(|letter| is_yuan(*letter)) || after.get(1) == Some(&'化') {
        return Reading::Nothing(run);
    }
    if estimates_or_rates(before, figure) {
        return Reading::Unclear;
    }
    let Some((fen, length)) =
        value(figure).and_then(|yuan_fen| with_jiao_and_fen(yuan_fen, &after[1..]))
    else {
        return Reading::Unclear;
    };
    let rest: String = after[1 + length..].iter().take(2).collect();
    if OPEN_ENDED.iter().any(|word| rest.starts_with(word)) {
        return Reading::Unclear;
    }
    Reading::Amount(fen, run + 1 + length)
}

const FOREIGN: &[&str] = &[
    "美元",
    "欧元",
    "日元",
    "港元",
    "港币",
    "澳门元",
    "新台币",
    "英镑",
    "加元",
    "澳元",
    "韩元",
    "卢布",
];
const VAGUE: &[char] = &['余', '多', '几', '至', '到', '-', '~', '—', '–'];
const OPEN_ENDED: &[&str] =
    &["以上", "以下", "以内", "左右", "至", "到", "-", "~", "—", "–", "起", "/"];

/// Whether the words before a figure make it an estimate (约2000元, 数十万元) or a rate (每人500元).
fn estimates_or_rates(before: &[char], figure: &[char]) -> bool {
    let starts_with_unit = figure.first().is_some_and(|letter| chinese_unit(*letter).is_some());
    match before {
        [.., '每'] | [.., '每', _] => true,
        // 合约, 违约 and their kind are agreements.
        [.., '合' | '公' | '签' | '违' | '条' | '履', '约'] => false,
        [.., '约'] | [.., '将', '近'] => true,
        [.., '数' | '几'] => starts_with_unit,
        _ => false,
    }
}

/// Whether a figure or a vague word goes on to 元, so that what precedes is part of an amount.
fn leads_to_yuan(letters: &[char]) -> bool {
    let rest = letters.iter().find(|letter| !is_figure(**letter));
    rest.is_some_and(|letter| is_yuan(*letter))
}

/// Adds 角 and 分 after 元, and takes a closing 整 or 正 along.
fn with_jiao_and_fen(mut fen: i64, after: &[char]) -> Option<(i64, usize)> {
    let mut length = 0;
    let zero = |letter: Option<&char>| matches!(letter, Some('零' | '〇'));
    for (unit, worth) in [('角', 10), ('分', 1)] {
        let skipped = usize::from(zero(after.get(length)) && after.get(length + 1) != Some(&unit));
        let digit = after
            .get(length + skipped)
            .and_then(|letter| letter.to_digit(10).or(chinese_digit(*letter)));
        if let (Some(digit), Some(found)) = (digit, after.get(length + skipped + 1))
            && *found == unit
        {
            fen = fen.checked_add(i64::from(digit) * worth)?;
            length += skipped + 2;
        }
    }
    length += usize::from(matches!(after.get(length), Some('整' | '正')));
    Some((fen, length))
}

/// The value of a figure such as `2,000`, `2.5万`, `壹拾贰万叁仟肆佰`, `3千`, in fen.
fn value(figure: &[char]) -> Option<i64> {
    let mut sum = Sum::default();
    let mut rest = figure;
    while let Some(letter) = rest.first() {
        if letter.is_ascii_digit() {
            let length = rest.iter().take_while(|l| matches!(l, '0'..='9' | '.' | ',')).count();
            let (digits, after) = rest.split_at(length);
            sum.arabic(&digits.iter().collect::<String>())?;
            rest = after;
            continue;
        }
        match (chinese_digit(*letter), chinese_unit(*letter)) {
            (Some(digit), _) => sum.digit(digit)?,
            (None, Some(unit)) => sum.unit(unit)?,
            (None, None) => return None,
        }
        rest = &rest[1..];
    }
    sum.fen()
}

/// Decimals kept of a figure before its 万 or 亿 is read.
const DECIMALS: usize = 6;
const ONE: i128 = 1_000_000;

/// A figure being read: what stands before 亿 and 万, the section below, the digits not yet placed.
#[derive(Default)]
struct Sum {
    total: i128,
    section: i128,
    pending: Option<Pending>,
    /// The unit read last in this section; the next one must be smaller.
    last: Option<i128>,
    after_zero: bool,
}

#[derive(Clone, Copy)]
struct Pending {
    value: i128,
    arabic: bool,
    /// A lone Chinese digit after a unit of a hundred or more: 一百五 is spoken for 150.
    loose: bool,
}

impl Sum {
    fn arabic(&mut self, text: &str) -> Option<()> {
        if self.pending.is_some() {
            return None;
        }
        let value = i128::from(decimal(text, DECIMALS)?);
        self.pending = Some(Pending { value, arabic: true, loose: false });
        Some(())
    }

    fn digit(&mut self, digit: u32) -> Option<()> {
        let digit = i128::from(digit) * ONE;
        let loose = self.last.is_some_and(|unit| 10 < unit) && !self.after_zero && digit != 0;
        self.pending = match self.pending {
            None if digit == 0 => {
                self.after_zero = true;
                return Some(());
            }
            None => Some(Pending { value: digit, arabic: false, loose }),
            Some(Pending { arabic: true, .. }) => return None,
            // Digits in a row: 二〇〇〇.
            Some(Pending { value, loose, .. }) => {
                let value = value.checked_mul(10)?.checked_add(digit)?;
                Some(Pending { value, arabic: false, loose })
            }
        };
        Some(())
    }

    fn unit(&mut self, unit: i128) -> Option<()> {
        let pending = self.pending.take().map(|pending| pending.value);
        self.after_zero = false;
        if unit < 10_000 {
            if self.last.is_some_and(|last| last <= unit) {
                return None;
            }
            let digit = pending.or((unit == 10).then_some(ONE))?;
            self.section = self.section.checked_add(digit.checked_mul(unit)?)?;
            self.last = Some(unit);
            return Some(());
        }
        let section = self.section.checked_add(pending.unwrap_or(0))?;
        if section == 0 && (self.total == 0 || unit == 10_000) {
            return None;
        }
        self.total = match unit {
            10_000 => self.total.checked_add(section.checked_mul(unit)?)?,
            _ => self.total.checked_add(section)?.checked_mul(unit)?,
        };
        self.section = 0;
        // A section of its own follows, in which thousands may come again.
        self.last = Some(10_000);
        Some(())
    }

    fn fen(self) -> Option<i64> {
        let rest = match self.pending {
            Some(Pending { loose: true, .. }) => return None,
            Some(pending) => pending.value,
            None => 0,
        };
        let micro_yuan = self.total.checked_add(self.section)?.checked_add(rest)?;
        let in_one_fen = ONE / i128::from(FEN_IN_YUAN);
        if micro_yuan % in_one_fen != 0 {
            return None;
        }
        i64::try_from(micro_yuan / in_one_fen).ok()
    }
}

fn is_figure(letter: char) -> bool {
    matches!(letter, '0'..='9' | '.' | ',')
        || chinese_digit(letter).is_some()
        || chinese_unit(letter).is_some()
}

fn is_yuan(letter: char) -> bool {
    matches!(letter, '元' | '圆' | '块')
}

fn chinese_digit(letter: char) -> Option<u32> {
    Some(match letter {
        '零' | '〇' => 0,
        '一' | '壹' => 1,
        '二' | '贰' | '貳' | '两' => 2,
        '三' | '叁' | '參' | '叄' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

fn chinese_unit(letter: char) -> Option<i128> {
    Some(match letter {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1000,
        '万' | '萬' => 10_000,
        '亿' | '億' => 100_000_000,
        _ => return None,
    })
}

fn half_width(letter: char) -> char {
    match u32::from(letter) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(letter),
        _ => letter,
    }
}

#[cfg(test)]
mod tests;

//! Amounts of money in sentences.

use crate::money::{FEN_IN_YUAN, Fen, Fine, decimal};

/// An amount in a sentence, with the letters it takes.
struct Found {
    start: usize,
    end: usize,
    /// None where it is no single figure in yuan.
    fen: Option<i64>,
}

/// What stands at one place of a sentence.
enum Reading {
    /// No amount; go on after so many characters.
    Nothing(usize),
    /// An amount in fen, or one that is not one figure in yuan, with the characters it takes.
    Amount(Option<i64>, usize),
}

const FINE: &str = "罚款";

/// What may stand between 罚款 and its amount.
const BETWEEN: &[&str] = &[
    "人民币",
    "共计",
    "合计",
    "总计",
    "计",
    "为",
    "金额",
    "数额",
    "款额",
    "大写",
    "小写",
    ":",
    "¥",
    "￥",
    "(",
    ")",
];

/// What may stand between an amount and the word 罚款 after it.
const AFTER: &[&str] = &["罚款", "的罚款", "行政罚款", "的行政罚款"];

const WAIVED: &[&str] = &["不予", "免予", "免于", "免除", "不"];

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
    &["以上", "以下", "以内", "左右", "至", "到", "-", "~", "—", "–", "起", "/", "每"];

pub fn fine(text: &str) -> Fine {
    let letters = letters(text);
    let found = amounts(&letters);
    if let [only] = found.as_slice()
        && stands_alone(&letters, only)
    {
        return only.fen.map_or(Fine::Unclear, |fen| Fine::Amount(Fen(fen)));
    }
    let mut fines = found.iter().filter_map(|amount| of_a_fine(&letters, amount));
    let Some(first) = fines.next() else {
        let mentioned = find(&letters, FINE).is_some();
        let doubtful = found.iter().any(|amount| amount.fen.is_none());
        return if mentioned || doubtful { Fine::Unclear } else { Fine::None };
    };
    match first {
        Some(fen) if fines.all(|again| again == Some(fen)) => Fine::Amount(Fen(fen)),
        _ => Fine::Unclear,
    }
}

/// Figures longer than this name no amount.
const FIGURE_MAX: usize = 40;

pub fn figure_before(text: &str) -> Option<Fen> {
    let mut figure = ['0'; FIGURE_MAX];
    let mut start = FIGURE_MAX;
    for letter in text.chars().rev().map(half_width).take_while(|letter| is_figure(*letter)) {
        start = start.checked_sub(1)?;
        figure[start] = letter;
    }
    // A comma before the figure ends the clause before it (警告，500元).
    while matches!(figure.get(start), Some(',' | '.')) {
        start += 1;
    }
    let figure = figure.get(start..).filter(|figure| !figure.is_empty())?;
    value(figure).map(Fen)
}

/// The letters of a text in half width and without white space. A full-width comma parts
/// thousands only between full-width figures; elsewhere it ends a clause.
fn letters(text: &str) -> Vec<char> {
    let wide = |letter: Option<&char>| letter.is_some_and(|letter| ('０'..='９').contains(letter));
    let written: Vec<char> = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let narrow = |(at, letter): (usize, &char)| {
        let before = at.checked_sub(1).and_then(|at| written.get(at));
        match letter {
            '，' if !wide(before) || !wide(written.get(at + 1)) => '，',
            letter => half_width(*letter),
        }
    };
    written.iter().enumerate().map(narrow).collect()
}

fn amounts(letters: &[char]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < letters.len() {
        match read_at(letters, start) {
            Reading::Nothing(length) => start += length.max(1),
            Reading::Amount(fen, length) => {
                let (fen, end) = said_again(letters, fen, start + length);
                found.push(Found { start, end, fen });
                start = end;
            }
        }
    }
    found
}

/// Takes brackets after an amount along; an amount in them must be the same.
fn said_again(letters: &[char], fen: Option<i64>, end: usize) -> (Option<i64>, usize) {
    if letters.get(end) != Some(&'(') {
        return (fen, end);
    }
    let inside: Vec<char> =
        letters[end + 1..].iter().copied().take_while(|letter| *letter != ')').collect();
    let again = amounts(&inside);
    if again.is_empty() {
        // Brackets with no amount at all are a remark.
        let doubtful = inside.iter().any(|letter| is_yuan(*letter));
        return (fen.filter(|_| !doubtful), end);
    }
    let alike = again.iter().all(|amount| amount.fen == fen);
    (fen.filter(|_| alike), (end + inside.len() + 2).min(letters.len()))
}

/// Whether a text is nothing but an amount.
fn stands_alone(letters: &[char], amount: &Found) -> bool {
    let after = &letters[amount.end..];
    without_between(&letters[..amount.start]).is_empty()
        && after.iter().all(|letter| matches!(letter, '。' | '.' | ';' | ')' | '整' | '正'))
}

/// The amount, if it is that of a fine; none inside where it is not clear.
fn of_a_fine(letters: &[char], amount: &Found) -> Option<Option<i64>> {
    let before = &letters[..amount.start];
    if let Some(words) = strip_end(without_between(before), FINE) {
        let waived = WAIVED.iter().any(|word| strip_end(words, word).is_some());
        return Some(amount.fen.filter(|_| !waived));
    }
    let after = &letters[amount.end..];
    let word = AFTER.iter().find(|word| starts(after, word))?;
    let rest = &after[word.chars().count()..];
    // The word belongs to an amount that follows it (没收500元罚款2000元).
    if let Reading::Amount(..) = read_at(rest, rest.len() - without_start(rest).len()) {
        return None;
    }
    // A figure such as 1.50 where an item may begin: number one, 50 yuan?
    let numbered = matches!(letters[amount.start..], ['1'..='9', '.', ..])
        && matches!(before, [] | [.., '。' | ';']);
    Some(amount.fen.filter(|_| !numbered))
}

fn without_between(mut letters: &[char]) -> &[char] {
    while let Some(shorter) = BETWEEN.iter().find_map(|word| strip_end(letters, word)) {
        letters = shorter;
    }
    letters
}

fn without_start(mut letters: &[char]) -> &[char] {
    while let Some(word) = BETWEEN.iter().find(|word| starts(letters, word)) {
        letters = &letters[word.chars().count()..];
    }
    letters
}

fn starts(letters: &[char], word: &str) -> bool {
    word.chars().enumerate().all(|(at, letter)| letters.get(at) == Some(&letter))
}

fn strip_end<'l>(letters: &'l [char], word: &str) -> Option<&'l [char]> {
    let at = letters.len().checked_sub(word.chars().count())?;
    starts(&letters[at..], word).then_some(&letters[..at])
}

fn find(letters: &[char], word: &str) -> Option<usize> {
    (0..letters.len()).find(|at| starts(&letters[*at..], word))
}

fn read_at(letters: &[char], start: usize) -> Reading {
    let run = letters[start..].iter().take_while(|letter| is_figure(**letter)).count();
    let (figure, after) = letters[start..].split_at(run);
    let before = &letters[..start];
    // A comma or point before the figure ends the clause before it (警告,500元); .5元 is no clear sum.
    if matches!(figure, [',', ..]) || matches!(figure, ['.'] | ['.', ',' | '.', ..]) {
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
    if FOREIGN.iter().any(|unit| starts(after, unit)) {
        return Reading::Amount(None, run + 2);
    }
    // A range (2000-5000元, 二千至五千元) or an estimate (2000余元), seen from its first figure.
    if after.first().is_some_and(|letter| VAGUE.contains(letter)) && leads_to_yuan(&after[1..]) {
        return Reading::Amount(None, run + 1);
    }
    let other_word = matches!(after.get(1), Some('化' | '旦' | '月' | '素'));
    if !after.first().is_some_and(|letter| is_yuan(*letter)) || other_word {
        return Reading::Nothing(run);
    }
    if estimates_or_rates(before, figure) {
        return Reading::Amount(None, run + 1);
    }
    let Some((fen, length)) =
        value(figure).and_then(|yuan_fen| with_jiao_and_fen(yuan_fen, &after[1..]))
    else {
        return Reading::Amount(None, run + 1);
    };
    let open = OPEN_ENDED.iter().any(|word| starts(&after[1 + length..], word));
    Reading::Amount(Some(fen).filter(|_| !open), run + 1 + length)
}

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
            sum.arabic(digits)?;
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
    /// No figure in yuan unless a unit follows: a lone digit after a unit of a hundred or more
    /// (一百五 is spoken for 150), or more decimals than a fen has.
    loose: bool,
}

impl Sum {
    fn arabic(&mut self, figure: &[char]) -> Option<()> {
        let mut bytes = [0; FIGURE_MAX];
        let bytes = bytes.get_mut(..figure.len())?;
        for (byte, letter) in bytes.iter_mut().zip(figure) {
            *byte = u8::try_from(*letter).ok()?;
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let value = i128::from(decimal(text, DECIMALS)?);
        let too_great = self.last.is_some_and(|unit| unit * ONE <= value);
        if self.pending.is_some() || too_great {
            return None;
        }
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let lone = whole.len() == 1 && self.last.is_some_and(|unit| 10 < unit) && !self.after_zero;
        let loose = (lone && value != 0) || 2 < decimals.len();
        self.pending = Some(Pending { value, arabic: true, loose });
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

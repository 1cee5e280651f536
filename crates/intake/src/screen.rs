//! Looking into text for what must not be published, and hiding it where it is shown to a clerk.
//!
//! Runs of figures are looked at, in half or full width, with single spaces or hyphens between
//! their groups. A check digit or a fixed form tells a personal number from a document number.

use std::{borrow::Cow, ops::Range};

use domain::{
    disclosure,
    identifier::{self, reg_no::RegNo, resident_id::ResidentId, uscc::UnifiedCode},
    money::Fen,
    text::Text,
};
use jiff::civil::Date;
use memchr::memmem;

/// A kind of personal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Personal {
    ResidentId,
    Mobile,
    BankCard,
}

impl Personal {
    #[must_use]
    pub fn label(self) -> Text {
        let (zh, en) = match self {
            Personal::ResidentId => ("居民身份证号", "a resident identity number"),
            Personal::Mobile => ("手机号码", "a mobile telephone number"),
            Personal::BankCard => ("银行卡号", "a bank card number"),
        };
        Text::new(zh, en)
    }
}

/// The first personal number found in a text, if any.
#[must_use]
pub fn personal_data(text: &str) -> Option<Personal> {
    let mut found = None;
    figures(text, |run| found = found.or_else(|| run.find(Run::personal).map(|(_, kind)| kind)));
    found
}

/// The text with every personal number hidden, mistyped ones too. Codes of organisations stay.
#[must_use]
pub fn scrub(text: &str) -> Cow<'_, str> {
    let mut hidden: Vec<(Range<usize>, String)> = Vec::new();
    figures(text, |run| {
        let mut rest = run.clone();
        while let Some((place, ())) = rest.find(Run::is_to_hide) {
            let figure = disclosure::mask(&tidied(&text[rest.bytes(&place)]));
            hidden.push((rest.bytes(&place), figure));
            rest.forget(place.end);
        }
    });
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut scrubbed, mut at) = (String::with_capacity(text.len()), 0);
    for (place, figure) in hidden {
        scrubbed.push_str(&text[at..place.start]);
        scrubbed.push_str(&figure);
        at = place.end;
    }
    scrubbed.push_str(&text[at..]);
    Cow::Owned(scrubbed)
}

fn tidied(figure: &str) -> String {
    identifier::tidy(figure).replace('-', "")
}

/// The fewest and the most figures a run of interest has.
const FEWEST: usize = 11;
const MOST: usize = 64;

/// Bytes looked at together.
const STRETCH: usize = 32;

/// Groups of a run that are looked at together.
const GROUPS_MOST: usize = 16;
const TOGETHER: usize = 5;

/// Figures that stand together, in groups.
#[derive(Clone)]
struct Run<'t> {
    text: &'t str,
    figures: [u8; MOST],
    groups: [Group; GROUPS_MOST],
    count: usize,
}

#[derive(Clone, Default)]
struct Group {
    figures: Range<usize>,
    bytes: Range<usize>,
}

/// Hands every run of figures long enough to be a personal number to `visit`.
fn figures<'t>(text: &'t str, mut visit: impl FnMut(&Run<'t>)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        // Every byte of every text passes here: first many at a time, without an early end.
        let may_begin = |byte: u8| byte.is_ascii_digit() | (byte == 0xef);
        if let Some(stretch) = bytes[at..].first_chunk::<STRETCH>()
            && !stretch.iter().fold(false, |found, byte| found | may_begin(*byte))
        {
            at += STRETCH;
            continue;
        }
        let Some(next) = bytes[at..].iter().position(|byte| may_begin(*byte)) else { return };
        at += next;
        if figure(bytes, at).is_none() {
            at += 1;
            continue;
        }
        let mut run = Run { text, figures: [0; MOST], groups: Default::default(), count: 0 };
        loop {
            at = run.take_group(bytes, at);
            let parted = parting(bytes, at);
            if parted == 0 || figure(bytes, at + parted).is_none() || run.is_full() {
                break;
            }
            at += parted;
        }
        if FEWEST <= run.length() {
            visit(&run);
        }
    }
}

/// The figure at a place and the bytes it takes, in half or full width.
fn figure(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    match bytes.get(at..)? {
        [byte @ b'0'..=b'9', ..] => Some((*byte, 1)),
        [0xef, 0xbc, byte @ 0x90..=0x99, ..] => Some((byte - 0x90 + b'0', 3)),
        _ => None,
    }
}

/// The bytes of a space or hyphen between two groups.
fn parting(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..) {
        Some([b' ' | b'-', ..]) => 1,
        Some([0xe3, 0x80, 0x80, ..]) => 3,
        _ => 0,
    }
}

impl<'t> Run<'t> {
    fn length(&self) -> usize {
        self.groups[..self.count].last().map_or(0, |group| group.figures.end)
    }

    fn is_full(&self) -> bool {
        self.count == GROUPS_MOST || self.length() + FEWEST > MOST
    }

    /// Takes the group that begins at a place and returns where it ends; one of boundless length
    /// is no number and is passed over.
    fn take_group(&mut self, bytes: &[u8], start: usize) -> usize {
        let first = self.length();
        let (mut at, mut length) = (start, first);
        while let Some((digit, width)) = figure(bytes, at) {
            if let Some(place) = self.figures.get_mut(length) {
                *place = digit;
            }
            length += 1;
            at += width;
        }
        if length <= MOST {
            self.groups[self.count] = Group { figures: first..length, bytes: start..at };
            self.count += 1;
        }
        at
    }

    /// The first groups that together are what is looked for.
    fn find<T>(&self, is: impl Fn(&Self, &Range<usize>) -> Option<T>) -> Option<(Range<usize>, T)> {
        for start in 0..self.count {
            for end in start + 1..=self.count.min(start + TOGETHER) {
                if let Some(found) = is(self, &(start..end)) {
                    return Some((start..end, found));
                }
            }
        }
        None
    }

    /// Drops the groups before one.
    fn forget(&mut self, groups: usize) {
        self.groups.rotate_left(groups);
        self.count -= groups;
    }

    fn figures(&self, place: &Range<usize>) -> &[u8] {
        let groups = &self.groups[place.clone()];
        &self.figures[groups[0].figures.start..groups[groups.len() - 1].figures.end]
    }

    /// The bytes of some groups in the text, a final X after 17 figures included.
    fn bytes(&self, place: &Range<usize>) -> Range<usize> {
        let groups = &self.groups[place.clone()];
        let end = groups[groups.len() - 1].bytes.end;
        let seventeen = self.figures(place).len() == 17;
        let x = self.text[end..].chars().next().filter(|letter| "XxＸｘ".contains(*letter));
        let x = x.filter(|_| seventeen).map_or(0, char::len_utf8);
        groups[0].bytes.start..end + x
    }

    /// Whether the groups are part of a longer word of letters and figures.
    fn is_in_a_word(&self, bytes: &Range<usize>) -> bool {
        let letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let before = bytes.start.checked_sub(1).and_then(|at| self.text.as_bytes().get(at));
        letter(before) || letter(self.text.as_bytes().get(bytes.end))
    }

    fn personal(&self, place: &Range<usize>) -> Option<Personal> {
        let length = self.figures(place).len();
        if !(FEWEST..=19).contains(&length) {
            return None;
        }
        let bytes = self.bytes(place);
        if self.is_in_a_word(&bytes) {
            return None;
        }
        let written = &self.text[bytes];
        let (text, whole) = (tidied(written), place.len() == 1);
        let form = |form: &[usize]| {
            self.groups[place.clone()].iter().map(|group| group.figures.len()).eq(form.to_vec())
        };
        let fours = |last: usize| form(&[4, 4, 4, last]) || form(&[4, 4, 4, 4, last]);
        match text.len() {
            // A number in groups with hyphens is that of a document (410402-2026-0131-0012).
            18 if !written.contains('-') && is_of_a_person(&text) => Some(Personal::ResidentId),
            15 if (whole || form(&[6, 6, 3])) && is_old_resident_number(&text) => {
                Some(Personal::ResidentId)
            }
            11 if (whole || form(&[3, 4, 4])) && is_mobile(&text) => Some(Personal::Mobile),
            13 if whole && text.strip_prefix("86").is_some_and(is_mobile) => Some(Personal::Mobile),
            16..=19 if (whole || fours(4) || fours(3)) && text.starts_with("62") && luhn(&text) => {
                Some(Personal::BankCard)
            }
            _ => None,
        }
    }

    /// Whether the groups must not be shown: a personal number, or what has the form of an
    /// identity number and is wrong by a figure or two.
    fn is_to_hide(&self, place: &Range<usize>) -> Option<()> {
        if self.personal(place).is_some() {
            return Some(());
        }
        let figures = self.figures(place);
        let formed = match figures.len() {
            15 => is_birth(&[b"19", &figures[6..12]].concat()),
            17..=19 => is_birth(&figures[6..14]),
            _ => return None,
        };
        let bytes = self.bytes(place);
        let code = UnifiedCode::parse(&tidied(&self.text[bytes]));
        let of_an_organisation = code.is_ok_and(|code| !identifier::is_rather_a_person(&code));
        (formed && is_province(&figures[..2]) && !of_an_organisation).then_some(())
    }
}

/// A valid identity number that is not the unified code of an organisation as well.
fn is_of_a_person(text: &str) -> bool {
    let of_an_organisation =
        || UnifiedCode::parse(text).is_ok_and(|code| !identifier::is_rather_a_person(&code));
    ResidentId::parse(text).is_ok() && !of_an_organisation()
}

/// Fifteen figures have no check digit: the division, the birthday and a year of somebody who may
/// still live must fit, and the number must not be a valid registration number.
fn is_old_resident_number(text: &str) -> bool {
    let figures = text.as_bytes();
    is_province(&figures[..2])
        && b'3' <= figures[6]
        && ResidentId::parse(text).is_ok()
        && RegNo::parse(text).is_err()
}

/// The provinces of GB/T 2260 by their first two figures.
fn is_province(figures: &[u8]) -> bool {
    matches!(
        figures,
        [b'1', b'1'..=b'5']
            | [b'2', b'1'..=b'3']
            | [b'3', b'1'..=b'7']
            | [b'4', b'1'..=b'6']
            | [b'5', b'0'..=b'4']
            | [b'6', b'1'..=b'5']
            | [b'7', b'1']
            | [b'8', b'1'..=b'3']
    )
}

/// Whether eight figures are a day since 1900.
fn is_birth(figures: &[u8]) -> bool {
    let number = |figures: &[u8]| {
        figures.iter().fold(0i16, |number, digit| number * 10 + i16::from(digit - b'0'))
    };
    let year = number(&figures[..4]);
    let (month, day) = (number(&figures[4..6]), number(&figures[6..]));
    let day = i8::try_from(month).ok().zip(i8::try_from(day).ok());
    (1900..=2099).contains(&year)
        && day.is_some_and(|(month, day)| Date::new(year, month, day).is_ok())
}

fn is_mobile(text: &str) -> bool {
    matches!(text.as_bytes(), [b'1', b'3'..=b'9', ..]) && text.len() == FEWEST
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(position, byte)| {
            let digit = u32::from(byte - b'0');
            match digit * 2 {
                double if position % 2 == 1 && 9 < double => double - 9,
                double if position % 2 == 1 => double,
                _ => digit,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether a text gives the figure of an amount in 万元 as 元, as in 罚款2000元 beside 2000, and
/// nowhere the amount itself.
#[must_use]
pub fn says_yuan(text: &str, amount: Fen) -> bool {
    let mut says = false;
    for word in ["元", "圆", "人民币"] {
        for at in memmem::find_iter(text.as_bytes(), word) {
            match Fen::figure_before(&text[..at]) {
                Some(written) if written == amount => return false,
                Some(Fen(written)) => says |= written.checked_mul(10_000) == Some(amount.0),
                None => {}
            }
        }
    }
    says
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Personal>) {
        assert_eq!(personal_data(text), expected, "{text}");
    }

    #[test]
    fn trap_16_personal_numbers_are_found_in_any_dress() {
        for text in [
            "当事人身份证号410402199001010019，住址",
            "身份证４１０４０２１９９００１０１００１９",
            "身份证410402 19900101 0019",
            "身份证 4104 0219 9001 0100 19",
            "身份证11010519491231002x。",
            "旧证410402650101001号",
            "旧证410402 650101 001",
        ] {
            check(text, Some(Personal::ResidentId));
        }
        for text in [
            "联系电话13800138000",
            "+8613800138000",
            "138 0013 8000",
            "138-0013-8000",
            "１３８００１３８０００",
        ] {
            check(text, Some(Personal::Mobile));
        }
        for text in ["卡号6222021234567890128", "卡号6222 0212 3456 7890 128"] {
            check(text, Some(Personal::BankCard));
        }
        check("2026-01-31 13800138000", Some(Personal::Mobile));
    }

    #[test]
    fn document_numbers_and_codes_of_organisations_pass() {
        for text in [
            "当事人身份证号41040219900101001X",
            "统一社会信用代码91410400123456788E",
            "统一社会信用代码13410400123A456781",
            "文书号20250101000012345",
            "文书号410402202601001",
            "注册号110108000000016",
            "编号SC10141990000001",
            "2026-01-31 2026-02-28 2026-03-31",
            "电话0375-2663000",
            &"1".repeat(100),
        ] {
            check(text, None);
        }
    }

    #[test]
    fn trap_16_faults_show_no_personal_number_and_every_code_of_an_organisation() {
        for (text, expected) in [
            ("410402199001010019", "4****************9"),
            // Wrong by a figure, and with one too few.
            ("41040219900101001X", "4****************X"),
            ("41040219900101001", "4***************1"),
            ("号：４１０４０２１９９００１０１００１９。", "号：4****************9。"),
            ("ID410402199001010019", "ID4****************9"),
            ("410402 19900101 0019及13800138000", "4****************9及1*********0"),
            ("13800138000 13900139000", "1*********0 1*********0"),
            ("410402650101001", "4*************1"),
            ("6222021234567890128", "6*****************8"),
            ("91110000600037341L", "91110000600037341L"),
            ("914104001000004460", "914104001000004460"),
            ("示市监罚〔2026〕12号", "示市监罚〔2026〕12号"),
            ("20250101000012345", "20250101000012345"),
        ] {
            assert_eq!(scrub(text), expected, "{text}");
        }
    }

    #[test]
    fn trap_12_tells_yuan_written_as_wan() {
        let wan = |text: &str| Fen::from_wan(text).unwrap();
        for text in [
            "处以罚款2000元",
            "罚款2,000元",
            "罚款人民币贰仟元整",
            "罚款２０００元",
            "罚款2000人民币",
        ] {
            assert!(says_yuan(text, wan("2000")), "{text}");
        }
        assert!(!says_yuan("处以罚款2000元", wan("0.2")));
        assert!(!says_yuan("处以罚款12000元", wan("2000")));
        assert!(!says_yuan("处以罚款2000万元", wan("2000")));
        assert!(!says_yuan("没收违法所得2元，罚款2万元", wan("2")));
    }
}

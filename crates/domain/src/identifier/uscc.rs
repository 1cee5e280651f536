//! The unified social credit code (统一社会信用代码): the only key of an organisation.
//!
//! Standard: GB 32100-2015 with amendment No. 1 of 2016. The check character decides; authority,
//! class, division and the organisation code inside are looked at and doubted, never refused,
//! because valid codes of village collectives, arbitration commissions and abolished counties
//! fail every table sooner or later.

use std::fmt;

use crate::{
    identifier::{self, org_code},
    text::Text,
};

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// 3 to the power of the position, modulo 31.
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Value of each byte in the alphabet, lower case like upper case; [`OUTSIDE`] elsewhere.
const VALUES: [u8; 256] = values();

const OUTSIDE: u8 = 31;

/// A code that passed its check character, or that somebody answered for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnifiedCode([u8; 18]);

/// Why a text is no unified code.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidCode {
    #[error("expected 18 characters, found {0}")]
    Length(usize),
    #[error("“{0}” is not used in unified codes (no I, O, S, V, Z)")]
    Alphabet(char),
    #[error("the check character should be “{expected}”")]
    CheckDigit { expected: char },
    #[error("a placeholder, not a code")]
    Placeholder,
}

/// What is odd about a code that is otherwise right; each is a warning, none refuses the row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// The first two characters are in no table of authorities and classes.
    pub unknown_authority_class: bool,
    /// The organisation code in positions 9 to 17 fails its own check.
    pub org_code_check_fails: bool,
    /// Positions 3 to 8 are not six digits.
    pub division_not_digits: bool,
}

impl Doubts {
    #[must_use]
    pub fn any(self) -> bool {
        self != Doubts::default()
    }
}

impl UnifiedCode {
    /// Reads a code as written, lower case forgiven, white space not.
    pub fn parse(text: &str) -> Result<UnifiedCode, InvalidCode> {
        let code = UnifiedCode::parse_overridden(text)?;
        let expected = code.expected();
        if code.0[17] != expected {
            return Err(InvalidCode::CheckDigit { expected: char::from(expected) });
        }
        Ok(code)
    }

    /// Reads a code whose check character may be wrong.
    ///
    /// Some codes were issued so. Use only where an override is on record with the officer's name.
    pub fn parse_overridden(text: &str) -> Result<UnifiedCode, InvalidCode> {
        let Ok(mut code) = <[u8; 18]>::try_from(text.as_bytes()) else {
            return Err(explain(text));
        };
        let first = code[0];
        let repeated = code[1..17].iter().all(|byte| *byte == first);
        let outside = code.iter().any(|byte| VALUES[usize::from(*byte)] == OUTSIDE);
        if repeated || outside {
            return Err(explain(text));
        }
        code.make_ascii_uppercase();
        Ok(UnifiedCode(code))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.slice(0..18)
    }

    /// 登记管理部门: who registers the subject.
    #[must_use]
    pub fn authority(&self) -> char {
        char::from(self.0[0])
    }

    /// 机构类别 within the authority.
    #[must_use]
    pub fn class(&self) -> char {
        char::from(self.0[1])
    }

    /// 登记管理机关行政区划: the division that first registered it, perhaps abolished since.
    #[must_use]
    pub fn division(&self) -> &str {
        self.slice(2..8)
    }

    /// 主体标识码: the organisation code.
    #[must_use]
    pub fn org_body(&self) -> &str {
        self.slice(8..17)
    }

    /// Authority and class, division, organisation code, check character.
    #[must_use]
    pub fn parts(&self) -> [&str; 4] {
        [self.slice(0..2), self.division(), self.org_body(), self.slice(17..18)]
    }

    /// False only for a code read with an override.
    #[must_use]
    pub fn check_fits(&self) -> bool {
        self.0[17] == self.expected()
    }

    #[must_use]
    pub fn doubts(&self) -> Doubts {
        let [_, _, _, _, _, _, _, _, body @ .., org_check, _] = self.0;
        Doubts {
            unknown_authority_class: self.known_kind().is_none(),
            org_code_check_fails: org_code::check_byte(&body) != Some(org_check),
            division_not_digits: !self.division().bytes().all(|byte| byte.is_ascii_digit()),
        }
    }

    /// 个体工商户: an organisation's code with a natural person behind it.
    #[must_use]
    pub fn is_individual_business(&self) -> bool {
        self.0.starts_with(b"92")
    }

    /// Registered by 机构编制: organs, public institutions, mass organisations.
    #[must_use]
    pub fn is_public_body(&self) -> bool {
        self.0[0] == b'1'
    }

    /// What kind of subject the first two characters name.
    #[must_use]
    pub fn kind_label(&self) -> Text {
        let (zh, en) = self.known_kind().unwrap_or(("其他组织", "other organisation"));
        Text::new(zh, en)
    }

    fn known_kind(&self) -> Option<(&'static str, &'static str)> {
        Some(match &self.0[..2] {
            b"11" => ("机关", "state organ"),
            b"12" => ("事业单位", "public institution"),
            b"13" => ("群众团体", "mass organisation"),
            b"19" => ("机构编制部门登记的其他机构", "other body under staffing authorities"),
            b"21" => ("外国常驻新闻机构", "foreign news bureau"),
            b"29" => ("外交部门登记的其他机构", "other body under foreign affairs"),
            b"31" => ("律师执业机构", "law firm"),
            b"32" => ("公证处", "notary office"),
            b"33" => ("基层法律服务所", "grass-roots legal service office"),
            b"34" => ("司法鉴定机构", "forensic institution"),
            b"35" => ("仲裁委员会", "arbitration commission"),
            b"39" => ("司法行政部门登记的其他机构", "other body under justice authorities"),
            b"41" => ("外国在华文化中心", "foreign cultural centre"),
            b"49" => ("文化部门登记的其他机构", "other body under culture authorities"),
            b"51" => ("社会团体", "social organisation"),
            b"52" => ("民办非企业单位", "private non-enterprise unit"),
            b"53" => ("基金会", "foundation"),
            b"59" => ("民政部门登记的其他机构", "other body under civil affairs"),
            b"61" => ("外国旅游部门常驻代表机构", "foreign tourist office"),
            b"62" => (
                "港澳台旅游部门常驻内地（大陆）代表机构",
                "tourist office of Hong Kong, Macao or Taiwan",
            ),
            b"69" => ("旅游部门登记的其他机构", "other body under tourism authorities"),
            b"71" => ("宗教活动场所", "religious site"),
            b"72" => ("宗教院校", "religious school"),
            b"79" => ("宗教部门登记的其他机构", "other body under religious affairs"),
            b"81" => ("基层工会", "grass-roots trade union"),
            b"89" => ("工会登记的其他机构", "other trade-union body"),
            b"91" => ("企业", "enterprise"),
            b"92" => ("个体工商户", "individual business"),
            b"93" => ("农民专业合作社", "farmers' cooperative"),
            b"99" => ("市场监管部门登记的其他主体", "other body under market regulation"),
            b"A1" => ("军队事业单位", "military institution"),
            b"A9" => ("军队其他单位", "other military unit"),
            b"N1" => ("组级农村集体经济组织", "rural collective of a group"),
            b"N2" => ("村级农村集体经济组织", "rural collective of a village"),
            b"N3" => ("乡镇级农村集体经济组织", "rural collective of a township"),
            b"N9" => ("其他农村集体经济组织", "other rural collective"),
            b"Y1" => ("其他机构", "other body"),
            _ => return None,
        })
    }

    fn expected(&self) -> u8 {
        let sum: u32 = self
            .0
            .iter()
            .zip(WEIGHTS)
            .map(|(byte, weight)| u32::from(VALUES[usize::from(*byte)]) * weight)
            .sum();
        // The outer remainder matters: a sum divisible by 31 is checked by 0.
        ALPHABET[((31 - sum % 31) % 31) as usize]
    }

    fn slice(&self, range: std::ops::Range<usize>) -> &str {
        self.0.get(range).and_then(|part| std::str::from_utf8(part).ok()).unwrap_or_default()
    }
}

impl fmt::Debug for UnifiedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnifiedCode({})", self.as_str())
    }
}

impl fmt::Display for UnifiedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl InvalidCode {
    /// The reason in both languages, for the clerk who mends the row.
    #[must_use]
    pub fn reason(&self) -> Text {
        let zh = match self {
            InvalidCode::Length(found) => format!("应为 18 位，写了 {found} 位"),
            InvalidCode::Alphabet(letter) => format!("不用字符“{letter}”（不用 I、O、S、V、Z）"),
            InvalidCode::CheckDigit { expected } => format!("校验码应为“{expected}”"),
            InvalidCode::Placeholder => "是占位字样".to_owned(),
        };
        Text::new(zh, self.to_string())
    }
}

/// The check character of the 17 characters before it.
#[must_use]
pub fn check_character(first17: &str) -> Option<char> {
    let mut code = [b'0'; 18];
    code[..17].copy_from_slice(first17.as_bytes().first_chunk::<17>()?);
    let inside = code.iter().all(|byte| VALUES[usize::from(*byte)] != OUTSIDE);
    (first17.len() == 17 && inside).then(|| char::from(UnifiedCode(code).expected()))
}

/// Why a text that is no code is none; off the fast path.
#[cold]
fn explain(text: &str) -> InvalidCode {
    let count = text.chars().count();
    let bytes = text.as_bytes();
    let repeated = count == 18 && bytes[1..].iter().take(16).all(|byte| *byte == bytes[0]);
    if repeated || identifier::is_placeholder_code(text) {
        return InvalidCode::Placeholder;
    }
    if count != 18 {
        return InvalidCode::Length(count);
    }
    let inside = |letter: &char| letter.is_ascii() && VALUES[*letter as usize] != OUTSIDE;
    text.chars()
        .find(|letter| !inside(letter))
        .map_or(InvalidCode::Placeholder, InvalidCode::Alphabet)
}

const fn values() -> [u8; 256] {
    let mut values = [OUTSIDE; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        let letter = ALPHABET[value];
        values[letter as usize] = value as u8;
        values[letter.to_ascii_lowercase() as usize] = value as u8;
        value += 1;
    }
    values
}

#[cfg(test)]
mod tests;

//! Identifiers of credit subjects: how they are read, checked and told apart.
//!
//! A subject is matched by one scheme and one canonical value. Names, registration numbers and
//! codes are never joined by “or”, and a placeholder is never a key.

pub mod org_code;
pub mod reg_no;
pub mod resident_id;
pub mod uscc;

use std::borrow::Cow;

use crate::{name, text::Text};

/// A way of naming subjects: what its values look like and how they are written canonically.
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    pub id: &'static str,
    zh: &'static str,
    en: &'static str,
    /// The entry of the code list `identity_documents` whose numbers it holds. Such a scheme names
    /// persons: its values are never stored in clear.
    pub document: Option<&'static str>,
    normalise: Normalise,
}

type Normalise = fn(&str) -> Result<String, Text>;

impl Scheme {
    const fn new(id: &'static str, zh: &'static str, en: &'static str, rule: Normalise) -> Scheme {
        Scheme { id, zh, en, document: None, normalise: rule }
    }

    const fn of_document(id: &'static str, zh: &'static str, en: &'static str) -> Scheme {
        Scheme { id, zh, en, document: Some(id), normalise: document }
    }

    #[must_use]
    pub fn label(&self) -> Text {
        Text::new(self.zh, self.en)
    }

    /// The canonical value, or why there is none; the reason never repeats the value.
    pub fn accept(&self, value: &str) -> Result<String, Text> {
        (self.normalise)(value)
    }
}

/// Every scheme known; a source without unified codes adds its own row. Each kind of identity
/// document has one of its own, because a passport and a permit may bear the same number.
pub const SCHEMES: &[Scheme] = &[
    Scheme::new("uscc", "统一社会信用代码", "unified social credit code", uscc),
    Scheme::new("org_code", "组织机构代码", "organisation code", org_code),
    Scheme::new("reg_no", "工商注册号", "registration number", reg_no),
    Scheme {
        document: Some("id_card"),
        ..Scheme::new("cn_id", "居民身份号码", "resident identity number", cn_id)
    },
    Scheme::of_document("passport", "护照", "passport"),
    Scheme::of_document(
        "hk_macao_permit",
        "港澳居民来往内地通行证",
        "mainland travel permit for Hong Kong and Macao residents",
    ),
    Scheme::of_document(
        "taiwan_permit",
        "台湾居民来往大陆通行证",
        "mainland travel permit for Taiwan residents",
    ),
    Scheme::of_document(
        "foreign_permanent",
        "外国人永久居留身份证",
        "foreign permanent resident identity card",
    ),
    Scheme::of_document(
        "residence_permit",
        "港澳台居民居住证",
        "residence permit for Hong Kong, Macao and Taiwan residents",
    ),
    Scheme {
        document: Some("other"),
        ..Scheme::new("other_document", "其他证件", "other document", document)
    },
    Scheme::new("lei", "全球法人识别编码", "legal entity identifier", lei),
    Scheme::new("us_chicago_account", "芝加哥市营业账号", "Chicago business account", free),
    Scheme::new("us_chicago_licence", "芝加哥市许可证号", "Chicago licence number", free),
    Scheme::new("us_sf_business", "旧金山市营业账号", "San Francisco business account", free),
    Scheme::new(
        "jp_mhlw_name",
        "日本厚生劳动省公布名称",
        "name as published by MHLW, Japan",
        free_name,
    ),
    Scheme::new(UNIT_NAME, "信源单位所称名称", "name by which a department knows it", free),
    Scheme::new("csrc_name", "证监会公布名称", "name as published by CSRC", free_name),
];

/// The scheme of an organisation that a department names without a code: the department, the name, and
/// the address where one is given.
pub const UNIT_NAME: &str = "unit_name";

#[must_use]
pub fn scheme(id: &str) -> Option<&'static Scheme> {
    SCHEMES.iter().find(|scheme| scheme.id == id)
}

/// The scheme of the numbers of an identity document.
#[must_use]
pub fn document_scheme(document: &str) -> Option<&'static Scheme> {
    SCHEMES.iter().find(|scheme| scheme.document == Some(document))
}

/// The canonical value under a scheme, or why there is none.
pub fn accept(scheme_id: &str, value: &str) -> Result<String, Text> {
    let unknown = || {
        Text::new(
            format!("没有“{scheme_id}”这种标识"),
            format!("there is no identifier scheme “{scheme_id}”"),
        )
    };
    scheme(scheme_id).ok_or_else(unknown)?.accept(value)
}

/// The one writing of a code: half width, upper case, no white space.
#[must_use]
pub fn tidy(code: &str) -> Cow<'_, str> {
    if code.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_lowercase()) {
        return Cow::Borrowed(code);
    }
    Cow::Owned(name::document_number_key(code))
}

/// Whether a code is more likely the identity number of a person: it is a valid one, and as a
/// unified code it has an unknown class or an organisation code that fails its own check.
///
/// Three in a hundred resident numbers of a county pass the check of a unified code, and most of
/// their first two figures are known classes too. An organisation's code that happens to be a
/// valid resident number passes all three.
#[must_use]
pub fn is_rather_a_person(code: &uscc::UnifiedCode) -> bool {
    let doubts = code.doubts();
    (doubts.org_code_check_fails || doubts.unknown_authority_class)
        && resident_id::ResidentId::parse(code.as_str()).is_ok()
}

/// Whether a code was made up to fill a column: `00000000000000000X`, one character repeated,
/// punctuation alone.
///
/// Such a value stands for many subjects; joined on, it fuses them into one. Words for “none” are
/// not known here: `policy/placeholders.toml` has them, and intake takes them out before any code
/// is read.
#[must_use]
pub fn is_placeholder_code(text: &str) -> bool {
    let text = text.trim();
    let mut letters = text.chars();
    let first = letters.next();
    let repeated = 3 < text.chars().count() && letters.all(|letter| Some(letter) == first);
    repeated || says_nothing(text)
}

/// Zeros alone or with a final X, and punctuation alone.
fn says_nothing(text: &str) -> bool {
    let zeros = text.strip_suffix(['X', 'x']).unwrap_or(text);
    let all_zeros = !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0');
    all_zeros || (!text.is_empty() && text.chars().all(is_filler))
}

fn is_filler(letter: char) -> bool {
    letter.is_ascii_punctuation()
        || letter.is_whitespace()
        || matches!(letter, '－' | '—' | '／' | '＊' | '。' | '、')
}

fn uscc(value: &str) -> Result<String, Text> {
    let code = uscc::UnifiedCode::parse(&tidy(value)).map_err(|why| why.reason())?;
    Ok(code.as_str().to_owned())
}

fn org_code(value: &str) -> Result<String, Text> {
    let code = org_code::OrgCode::parse(&tidy(value)).map_err(|why| why.reason())?;
    Ok(code.as_str().to_owned())
}

fn reg_no(value: &str) -> Result<String, Text> {
    let number = reg_no::RegNo::parse(&tidy(value)).map_err(|why| why.reason())?;
    Ok(number.as_str().to_owned())
}

fn cn_id(value: &str) -> Result<String, Text> {
    let number = resident_id::ResidentId::parse(&tidy(value)).map_err(|why| why.reason())?;
    Ok(number.as_str().to_owned())
}

/// Characters the number of an identity document may have.
const DOCUMENT_MAX: usize = 64;

/// Forms of passports and permits differ by country and year: only what cannot be one is refused.
fn document(value: &str) -> Result<String, Text> {
    let number = tidy(value);
    if is_placeholder_code(&number) {
        return Err(Text::new("是占位字样", "a placeholder, not a number"));
    }
    let usual = |byte: u8| byte.is_ascii_alphanumeric() || b"()-/.".contains(&byte);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if number.len() > DOCUMENT_MAX || digits < 4 || !number.bytes().all(usual) {
        return Err(Text::new(
            format!("应为字母和数字，至少四个数字，最多 {DOCUMENT_MAX} 位"),
            format!("expected letters and digits, at least four digits, at most {DOCUMENT_MAX}"),
        ));
    }
    Ok(number.into_owned())
}

/// ISO 17442: 18 letters or digits and two check digits; as a number modulo 97 it leaves 1.
fn lei(value: &str) -> Result<String, Text> {
    let code = tidy(value);
    let found = code.chars().count();
    if found != 20 {
        return Err(Text::new(
            format!("应为 20 位，写了 {found} 位"),
            format!("expected 20 characters, found {found}"),
        ));
    }
    let mut remainder = 0;
    for (position, letter) in code.chars().enumerate() {
        let digit = letter.to_digit(36).filter(|digit| position < 18 || *digit < 10);
        let digit = digit.ok_or_else(|| {
            Text::new(
                "应为 18 位字母或数字加两位校验数字",
                "expected 18 letters or digits and two check digits",
            )
        })?;
        remainder = if digit < 10 { remainder * 10 + digit } else { remainder * 100 + digit } % 97;
    }
    if remainder != 1 {
        return Err(Text::new("校验数字不符", "the check digits do not fit"));
    }
    Ok(code.into_owned())
}

fn free(value: &str) -> Result<String, Text> {
    let value = value.trim();
    if value.is_empty() {
        return Err(Text::new("没有填写", "expected a value, found none"));
    }
    if says_nothing(value) {
        return Err(Text::new("是占位字样", "expected a value, found a placeholder"));
    }
    Ok(value.to_owned())
}

fn free_name(value: &str) -> Result<String, Text> {
    free(&name::normalise(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known() {
        for text in [
            "00000000000000000X",
            "00000000000000000x",
            "000000000000000000",
            "000000000",
            "0",
            "111111111111111111",
            "XXXXXXXXXXXXXXXXXX",
            "******************",
            "-",
            "--",
            "/",
            "——",
        ] {
            assert!(is_placeholder_code(text), "{text}");
        }
        for text in [
            "91110000600037341L",
            "914104001000004460",
            "",
            "10000018X",
            "X1",
            "11010519491231002X",
            "5",
        ] {
            assert!(!is_placeholder_code(text), "{text}");
        }
    }

    /// Resident numbers of one county and birthday whose check character fits a unified code too.
    fn both(division: &str) -> Vec<uscc::UnifiedCode> {
        let number = |sequence: u32| {
            let first17 =
                format!("{division}1990{:02}01{:03}", 1 + sequence / 1000, sequence % 1000);
            let code = format!("{first17}{}", uscc::check_character(&first17)?);
            let person = resident_id::ResidentId::parse(&code).is_ok();
            uscc::UnifiedCode::parse(&code).ok().filter(|_| person)
        };
        (0..12_000).filter_map(number).collect()
    }

    /// Class 41 is known (外国在华文化中心), class 36 is not.
    #[test]
    fn trap_03_a_resident_number_that_passes_as_a_unified_code_is_rather_a_person() {
        let (known, unknown) = (both("410402"), both("360102"));
        assert!(300 < known.len() && 300 < unknown.len(), "{} {}", known.len(), unknown.len());
        assert!(unknown.iter().all(is_rather_a_person));
        for code in known {
            assert_eq!(is_rather_a_person(&code), code.doubts().org_code_check_fails, "{code}");
        }
        for text in ["91110000600037341L", "N2410402MF1234567Q", "9135010557098120XJ"] {
            assert!(!is_rather_a_person(&uscc::UnifiedCode::parse(text).unwrap()), "{text}");
        }
    }

    #[test]
    fn a_code_has_one_writing() {
        for (text, expected) in [
            ("91110000600037341l", "91110000600037341L"),
            (" ９１１１００００ 600037341L", "91110000600037341L"),
            ("60003734-1", "60003734-1"),
            ("", ""),
        ] {
            assert_eq!(tidy(text), expected, "{text}");
        }
    }

    fn check(scheme: &str, cases: &[(&str, Option<&str>)]) {
        for (value, expected) in cases {
            assert_eq!(accept(scheme, value).ok().as_deref(), *expected, "{scheme} {value}");
        }
    }

    #[test]
    fn schemes_give_canonical_values() {
        check(
            "uscc",
            &[
                ("91110000600037341l", Some("91110000600037341L")),
                ("９１110000 600037341L", Some("91110000600037341L")),
                ("无", None),
                ("", None),
            ],
        );
        check("org_code", &[("60003734-1", Some("600037341")), ("600037342", None)]);
        check("reg_no", &[("110108000000016", Some("110108000000016")), ("110108000000017", None)]);
        check(
            "cn_id",
            &[("110105491231002", Some("11010519491231002X")), ("110105194912310021", None)],
        );
        // The identifier GLEIF gives itself.
        check(
            "lei",
            &[
                ("506700GE1G29325QX363", Some("506700GE1G29325QX363")),
                ("506700ge1g29325qx363", Some("506700GE1G29325QX363")),
                ("506700GE1G29325QX364", None),
                ("506700GE1G29325QX3", None),
                ("506700GE1G29325QX3AB", None),
            ],
        );
        check(
            "us_chicago_account",
            &[(" 333 ", Some("333")), ("0", None), ("", None), ("-", None)],
        );
        check("us_sf_business", &[("1111", Some("1111"))]);
        check(
            "jp_mhlw_name",
            &[("株式会社　サンプル", Some("株式会社サンプル")), ("　", None), ("－", None)],
        );
        check("csrc_name", &[("示例证券（集团）有限公司", Some("示例证券(集团)有限公司"))]);
        check("passport", &[("e 12345678", Some("E12345678")), ("0000000", None), ("护照", None)]);
        check("no_such_scheme", &[("1", None)]);
    }

    #[test]
    fn reasons_never_repeat_an_identity_number() {
        for text in ["110105194912310021", "11010519491331002X", "1101051949"] {
            let why = accept("cn_id", text).unwrap_err();
            assert!(!why.zh.contains(text) && !why.en.contains(text), "{why}");
        }
    }

    #[test]
    fn scheme_ids_are_unique() {
        for (position, scheme) in SCHEMES.iter().enumerate() {
            assert!(SCHEMES[..position].iter().all(|other| other.id != scheme.id), "{}", scheme.id);
            assert!(!scheme.label().zh.is_empty() && !scheme.label().en.is_empty());
        }
    }
}

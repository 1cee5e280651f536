//! Identifiers of credit subjects: how they are read, checked and told apart.
//!
//! A subject is matched by one scheme and one canonical value. Names, registration numbers and
//! codes are never joined by “or”, and a placeholder is never a key.

pub mod org_code;
pub mod reg_no;
pub mod resident_id;
pub mod uscc;

use crate::{name, text::Text};

/// A way of naming subjects: what its values look like and how they are written canonically.
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    pub id: &'static str,
    zh: &'static str,
    en: &'static str,
    normalise: fn(&str) -> Result<String, String>,
}

impl Scheme {
    #[must_use]
    pub fn label(&self) -> Text {
        Text::new(self.zh, self.en)
    }

    /// The canonical value, or why there is none; the reason never repeats the value.
    pub fn accept(&self, value: &str) -> Result<String, String> {
        (self.normalise)(value)
    }
}

/// Every scheme known; a source without unified codes adds its own row.
pub const SCHEMES: &[Scheme] = &[
    Scheme {
        id: "uscc",
        zh: "统一社会信用代码",
        en: "unified social credit code",
        normalise: uscc,
    },
    Scheme {
        id: "org_code", zh: "组织机构代码", en: "organisation code", normalise: org_code
    },
    Scheme { id: "reg_no", zh: "工商注册号", en: "registration number", normalise: reg_no },
    Scheme {
        id: "cn_id", zh: "居民身份号码", en: "resident identity number", normalise: cn_id
    },
    Scheme {
        id: "lei", zh: "全球法人识别编码", en: "legal entity identifier", normalise: lei
    },
    Scheme {
        id: "us_chicago_account",
        zh: "芝加哥市营业账号",
        en: "Chicago business account",
        normalise: free,
    },
    Scheme {
        id: "us_chicago_licence",
        zh: "芝加哥市许可证号",
        en: "Chicago licence number",
        normalise: free,
    },
    Scheme {
        id: "us_sf_business",
        zh: "旧金山市营业账号",
        en: "San Francisco business account",
        normalise: free,
    },
    Scheme {
        id: "jp_mhlw_name",
        zh: "日本厚生劳动省公布名称",
        en: "name as published by MHLW, Japan",
        normalise: free_name,
    },
    Scheme {
        id: "csrc_name",
        zh: "证监会公布名称",
        en: "name as published by CSRC",
        normalise: free_name,
    },
];

#[must_use]
pub fn scheme(id: &str) -> Option<&'static Scheme> {
    SCHEMES.iter().find(|scheme| scheme.id == id)
}

/// The canonical value under a scheme, or why there is none.
pub fn accept(scheme_id: &str, value: &str) -> Result<String, String> {
    let scheme = scheme(scheme_id).ok_or_else(|| format!("no identifier scheme “{scheme_id}”"))?;
    scheme.accept(value)
}

/// What 18 characters may be; the two kinds of code overlap, and a guess would publish a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eighteen {
    UnifiedCode,
    ResidentId,
    /// Both checks hold; only the column it stands in can tell.
    Both,
    Neither,
}

#[must_use]
pub fn classify_eighteen(text: &str) -> Eighteen {
    let unified = uscc::UnifiedCode::parse(text).is_ok();
    let resident = text.len() == 18 && resident_id::ResidentId::parse(text).is_ok();
    match (unified, resident) {
        (true, true) => Eighteen::Both,
        (true, false) => Eighteen::UnifiedCode,
        (false, true) => Eighteen::ResidentId,
        (false, false) => Eighteen::Neither,
    }
}

/// Whether a code was made up to fill a column: `00000000000000000X`, one digit repeated, 无, null.
///
/// Such a value stands for many subjects; joined on, it fuses them into one.
#[must_use]
pub fn is_placeholder_code(text: &str) -> bool {
    let text = text.trim();
    let mut letters = text.chars();
    let first = letters.next();
    let repeated = 3 < text.chars().count() && letters.all(|letter| Some(letter) == first);
    repeated || says_nothing(text)
}

/// Words for “none”, zeros alone or with a final X, and punctuation alone.
fn says_nothing(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "无",
        "暂无",
        "没有",
        "空",
        "无代码",
        "不详",
        "未知",
        "null",
        "none",
        "nil",
        "nan",
        "n/a",
        "na",
        "unknown",
    ];
    if WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return true;
    }
    let zeros = text.strip_suffix(['X', 'x']).unwrap_or(text);
    let all_zeros = !zeros.is_empty() && zeros.chars().all(|letter| letter == '0');
    all_zeros || (!text.is_empty() && text.chars().all(is_filler))
}

fn is_filler(letter: char) -> bool {
    letter.is_ascii_punctuation()
        || letter.is_whitespace()
        || matches!(letter, '－' | '—' | '／' | '＊' | '。' | '、')
}

fn uscc(value: &str) -> Result<String, String> {
    let code = uscc::UnifiedCode::parse(value.trim()).map_err(|why| why.to_string())?;
    Ok(code.as_str().to_owned())
}

fn org_code(value: &str) -> Result<String, String> {
    let code = org_code::OrgCode::parse(value.trim()).map_err(|why| why.to_string())?;
    Ok(code.as_str().to_owned())
}

fn reg_no(value: &str) -> Result<String, String> {
    let number = reg_no::RegNo::parse(value.trim()).map_err(|why| why.to_string())?;
    Ok(number.as_str().to_owned())
}

fn cn_id(value: &str) -> Result<String, String> {
    let number = resident_id::ResidentId::parse(value.trim()).map_err(|why| why.to_string())?;
    Ok(number.as_str().to_owned())
}

/// ISO 17442: 18 letters or digits and two check digits; as a number modulo 97 it leaves 1.
fn lei(value: &str) -> Result<String, String> {
    let code = value.trim().to_ascii_uppercase();
    if code.chars().count() != 20 {
        return Err(format!("expected 20 characters, found {}", code.chars().count()));
    }
    let mut remainder = 0;
    for (position, letter) in code.chars().enumerate() {
        let digit = letter.to_digit(36).filter(|digit| position < 18 || *digit < 10);
        let digit = digit.ok_or("expected 18 letters or digits and two check digits")?;
        remainder = if digit < 10 { remainder * 10 + digit } else { remainder * 100 + digit } % 97;
    }
    if remainder != 1 {
        return Err("the check digits do not fit".to_owned());
    }
    Ok(code)
}

fn free(value: &str) -> Result<String, String> {
    let value = value.trim();
    if value.is_empty() {
        return Err("expected a value, found none".to_owned());
    }
    if says_nothing(value) {
        return Err("expected a value, found a placeholder".to_owned());
    }
    Ok(value.to_owned())
}

fn free_name(value: &str) -> Result<String, String> {
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
            "无",
            " 无 ",
            "暂无",
            "null",
            "NULL",
            "None",
            "N/A",
            "-",
            "--",
            "/",
            "——",
            "不详",
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

    #[test]
    fn eighteen_characters_are_told_apart() {
        for (text, expected) in [
            ("91110000600037341L", Eighteen::UnifiedCode),
            ("N2410402MF1234567Q", Eighteen::UnifiedCode),
            ("11010519491231002X", Eighteen::ResidentId),
            ("11010519491231002x", Eighteen::ResidentId),
            ("91110000600037341M", Eighteen::Neither),
            ("00000000000000000X", Eighteen::Neither),
            ("110105491231002", Eighteen::Neither),
            ("", Eighteen::Neither),
        ] {
            assert_eq!(classify_eighteen(text), expected, "{text}");
        }
    }

    #[test]
    fn some_numbers_pass_as_both() {
        let both = (0..100_000).find_map(|sequence| {
            let first17 = format!("110105199{:01}1231{:03}", sequence / 1000 % 10, sequence % 1000);
            let check = uscc::check_character(&first17)?;
            let text = format!("{first17}{check}");
            (classify_eighteen(&text) == Eighteen::Both).then_some(text)
        });
        assert!(both.is_some(), "an identity number with the check character of a unified code");
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
            &[("91110000600037341l", Some("91110000600037341L")), ("无", None), ("", None)],
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
            &[(" 333 ", Some("333")), ("0", None), ("", None), ("N/A", None)],
        );
        check("us_sf_business", &[("1111", Some("1111"))]);
        check(
            "jp_mhlw_name",
            &[("株式会社　サンプル", Some("株式会社サンプル")), ("　", None), ("－", None)],
        );
        check("csrc_name", &[("示例证券（集团）有限公司", Some("示例证券(集团)有限公司"))]);
        check("passport", &[("E00000000", None)]);
    }

    #[test]
    fn reasons_never_repeat_an_identity_number() {
        for text in ["110105194912310021", "11010519491331002X", "1101051949"] {
            let why = accept("cn_id", text).unwrap_err();
            assert!(!why.contains(text), "{why}");
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

//! Looking into free text for what must not be published.

use domain::identifier::resident_id::ResidentId;

/// Names the kind of personal data found in a text, if any.
///
/// Long runs of figures are tried as an identity number (with its check digit), a mobile
/// telephone number and a bank card number (with Luhn's check), so that document numbers pass.
#[must_use]
pub fn personal_data(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    let mut start = 0;
    while start < bytes.len() {
        if !bytes[start].is_ascii_digit() {
            start += 1;
            continue;
        }
        let mut end = start;
        while end < bytes.len() && bytes[end].is_ascii_digit() {
            end += 1;
        }
        if 11 <= end - start {
            let word_before = 0 < start && bytes[start - 1].is_ascii_alphanumeric();
            let with_x = end - start == 17 && matches!(bytes.get(end), Some(b'X' | b'x'));
            let run = &text[start..if with_x { end + 1 } else { end }];
            if !word_before && let Some(found) = number(run) {
                return Some(found);
            }
        }
        start = end;
    }
    None
}

fn number(run: &str) -> Option<&'static str> {
    match run.len() {
        18 if ResidentId::parse(run).is_ok() => Some("居民身份证号"),
        11 if run.starts_with('1') && b'3' <= run.as_bytes()[1] => Some("手机号码"),
        16..=19 if run.starts_with("62") && luhn(run) => Some("银行卡号"),
        _ => None,
    }
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

/// Whether a text gives the figure itself as 元, as in 罚款2000元 beside an amount of 2000 (万元).
#[must_use]
pub fn says_yuan(text: &str, figure: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(figure) {
        let before = rest[..at].bytes().next_back();
        let after = &rest[at + figure.len()..];
        let whole =
            !before.is_some_and(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',');
        let yuan = after.trim_start_matches(".00").trim_start();
        if whole && (yuan.starts_with('元') || yuan.starts_with("人民币")) {
            return true;
        }
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(personal_data(text), expected, "{text}");
    }

    #[test]
    fn finds_personal_numbers_and_lets_document_numbers_pass() {
        check("当事人身份证号41040219900101001X", None);
        check("当事人身份证号410402199001010019，住址", Some("居民身份证号"));
        check("联系电话13800138000", Some("手机号码"));
        check("统一社会信用代码91410400123456788E", None);
        check("文书号20250101000012345", None);
        check("编号SC10141990000001", None);
    }

    #[test]
    fn tells_yuan_written_as_wan() {
        assert!(says_yuan("处以罚款2000元", "2000"));
        assert!(!says_yuan("处以罚款2000元", "0.2"));
        assert!(!says_yuan("处以罚款12000元", "2000"));
        assert!(!says_yuan("处以罚款2000万元", "2000"));
    }
}

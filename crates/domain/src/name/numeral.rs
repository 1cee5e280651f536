//! Numbers in names, in Chinese numerals or digits: 第十二分公司, 二店, 第3门店.

/// Splits a number off the end of `text`: what is before it, without 第, and the number.
#[must_use]
pub fn split_end(text: &str) -> (&str, Option<u32>) {
    let trimmed = text.trim_end_matches(is_numeral);
    let Some(number) = read(&text[trimmed.len()..]) else { return (text, None) };
    (trimmed.strip_suffix('第').unwrap_or(trimmed), Some(number))
}

/// The number that `numeral` writes, or none where it writes none.
#[must_use]
pub fn read(numeral: &str) -> Option<u32> {
    if numeral.is_empty() {
        return None;
    }
    if numeral.chars().all(|one| one.is_ascii_digit()) {
        return numeral.parse().ok();
    }
    let placed = numeral.chars().any(|one| unit(one).is_some());
    let (mut sum, mut digit) = (0u32, None::<u32>);
    for one in numeral.chars() {
        if let Some(unit) = unit(one) {
            sum = sum.checked_add(digit.take().unwrap_or(1).checked_mul(unit)?)?;
        } else {
            let value = value(one)?;
            let before = if placed { 0 } else { digit.unwrap_or(0) };
            digit = Some(before.checked_mul(10)?.checked_add(value)?);
        }
    }
    sum.checked_add(digit.unwrap_or(0))
}

fn is_numeral(letter: char) -> bool {
    value(letter).is_some() || unit(letter).is_some()
}

fn value(letter: char) -> Option<u32> {
    let value = match letter {
        '0'..='9' => u32::from(letter) - u32::from('0'),
        '〇' | '零' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    };
    Some(value)
}

fn unit(letter: char) -> Option<u32> {
    match letter {
        '十' | '拾' => Some(10),
        '百' | '佰' => Some(100),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_every_writing() {
        let rows = [
            ("一", Some(1)),
            ("十", Some(10)),
            ("十二", Some(12)),
            ("二十", Some(20)),
            ("一百零五", Some(105)),
            ("二〇", Some(20)),
            ("35", Some(35)),
            ("", None),
            ("甲", None),
            ("99999999999", None),
        ];
        for (text, expected) in rows {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_number_comes_off_the_end() {
        assert_eq!(split_end("示例餐饮第十二"), ("示例餐饮", Some(12)));
        assert_eq!(split_end("示例3"), ("示例", Some(3)));
        assert_eq!(split_end("示例"), ("示例", None));
    }
}

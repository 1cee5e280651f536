//! The words that names of subjects and representatives are made of.
//!
//! Every name begins with 示例, so that nobody takes one for a real business or person.

use super::draw::shuffle;

/// What every name begins with.
pub const MARK: &str = "示例";

const FIRST: &[&str] = &[
    "青", "和", "润", "恒", "泰", "瑞", "丰", "嘉", "永", "兴", "安", "盛", "德", "宏", "福", "祥",
    "顺", "康", "新", "金", "云", "星", "海", "春", "秋", "晨", "明", "景", "乐", "佳", "优", "正",
    "立", "诚", "益", "同", "联", "汇", "众", "通", "达", "远", "鸿", "启", "晟", "卓", "沐", "映",
    "雅", "知", "白", "翠", "清", "澄", "朗", "宜", "锦", "逸", "逐", "向",
];

const SECOND: &[&str] = &[
    "禾", "源", "林", "川", "河", "湖", "山", "峰", "岭", "原", "野", "田", "园", "舟", "帆", "桥",
    "岸", "溪", "泉", "松", "柏", "竹", "兰", "荷", "枫", "桐", "杉", "橙", "谷", "麦", "稻", "穗",
    "石", "玉", "绣", "辰", "曦", "岚", "霖", "澜", "宁", "悦", "欣", "怡", "程", "羽", "瑶", "畔",
    "月", "光", "露", "枝", "叶", "苗", "圃", "渠", "堤", "湾", "洲", "坡",
];

const THIRD: &[&str] = &[
    "昌", "隆", "利", "发", "祥", "裕", "旺", "茂", "鑫", "博", "创", "佑", "方", "成", "信", "合",
    "升", "腾", "越", "展", "臻", "尚", "颐", "庆", "喜", "百", "万", "千", "久", "长", "轩", "阁",
    "居", "坊", "里", "庭", "堂", "苑", "台", "楼",
];

const STEMS: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];
const BRANCHES: [&str; 12] =
    ["子", "丑", "寅", "卯", "辰", "巳", "午", "未", "申", "酉", "戌", "亥"];

const SHORT: u64 = (FIRST.len() * SECOND.len()) as u64;
const LONG: u64 = SHORT * THIRD.len() as u64;

/// The brand and the trade of the subject with this number: no two numbers share both.
///
/// Brands have two characters as long as that leaves room to spare, else two or three.
#[must_use]
pub fn brand_and_trade(number: u64, subjects: u64, trades: usize, salt: u64) -> (String, usize) {
    let trades = trades as u64;
    let brands = if subjects <= SHORT * trades { SHORT } else { SHORT + LONG };
    let place = shuffle(number, brands * trades, salt);
    (brand(place % brands), usize::try_from(place / brands).unwrap_or_default())
}

fn brand(number: u64) -> String {
    let word = |list: &[&'static str], place: u64| list[(place % list.len() as u64) as usize];
    let first = word(FIRST, number);
    let second = word(SECOND, number / FIRST.len() as u64);
    if number < SHORT {
        return format!("{first}{second}");
    }
    format!("{first}{second}{}", word(THIRD, (number - SHORT) / SHORT))
}

/// A placeholder for a representative: 示例 and a pair of the sexagenary cycle, nobody's name.
#[must_use]
pub fn person(number: u64) -> String {
    let stem = STEMS[(number % 10) as usize];
    let branch = BRANCHES[(number / 10 % 12) as usize];
    format!("{MARK}{stem}{branch}")
}

/// A street of the city.
#[must_use]
pub fn street(number: u64) -> &'static str {
    const STREETS: [&str; 16] = [
        "青禾路",
        "湖畔路",
        "松林街",
        "云溪路",
        "秋岭街",
        "和润大道",
        "稻香路",
        "枫桥街",
        "翠谷路",
        "晨光街",
        "映荷路",
        "石桥街",
        "柏岸路",
        "兰溪街",
        "星河路",
        "麦田路",
    ];
    STREETS[(number % 16) as usize]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_a_million_subjects_apart() {
        for (subjects, trades) in [(1_000_000, 8), (30_000, 9)] {
            let names: BTreeSet<_> =
                (0..subjects).map(|number| brand_and_trade(number, subjects, trades, 5)).collect();
            assert_eq!(names.len() as u64, subjects);
        }
    }
}

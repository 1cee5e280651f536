//! Organisations that do not exist, each the same whenever it is asked for, and the chance they come from.

use domain::{ids::SubjectId, subject::Kind};
use jiff::{ToSpan as _, civil::Date};
use lake::change::Profile;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const SEED: u64 = 20_261_101;

/// Numbers of draws for organisations are behind those for records.
const ORGANISATIONS: i64 = 1 << 40;

const BRANDS: [&str; 48] = [
    "青", "和", "润", "恒", "泰", "瑞", "丰", "嘉", "永", "兴", "安", "盛", "德", "宏", "福", "祥",
    "顺", "康", "新", "云", "星", "海", "春", "秋", "晨", "明", "景", "佳", "优", "立", "诚", "益",
    "同", "汇", "众", "通", "达", "远", "鸿", "启", "晟", "卓", "沐", "映", "澄", "朗", "锦", "逸",
];
const TRADES: [(&str, &str); 12] = [
    ("商贸", "F51"),
    ("餐饮管理", "H62"),
    ("建筑工程", "E47"),
    ("装饰工程", "E50"),
    ("物流", "G54"),
    ("电子科技", "C39"),
    ("信息技术", "I65"),
    ("农业开发", "A01"),
    ("食品", "C14"),
    ("医药", "C27"),
    ("环保科技", "N77"),
    ("机械设备", "C35"),
];
const FORMS: [&str; 4] = ["有限公司", "有限责任公司", "股份有限公司", "农民专业合作社"];
const DISTRICTS: [(&str, &str); 7] = [
    ("419901", "示例东区"),
    ("419902", "示例西区"),
    ("419903", "示例南区"),
    ("419904", "示例北区"),
    ("419905", "示例湖区"),
    ("419906", "示例高新区"),
    ("419907", "示例山县"),
];
const STREETS: [&str; 8] =
    ["青禾路", "湖畔路", "松林街", "云溪路", "和润大道", "稻香路", "枫桥街", "晨光街"];
const STEMS: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];

/// Codes of the state of a registration, by how many of a thousand have it.
const STATUSES: [(&str, i64); 7] =
    [("1", 880), ("2", 30), ("4", 55), ("3", 10), ("7", 12), ("9", 4), ("active", 9)];
const ENDED: [&str; 2] = ["3", "4"];

/// Yuan.
const CAPITALS: [i64; 6] = [100_000, 500_000, 1_000_000, 5_000_000, 10_000_000, 100_000_000];

/// One stream of draws, in whole numbers only, so that it is the same everywhere.
pub struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream that belongs to one number.
    pub fn of(number: i64) -> Draw {
        let mixed = number.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Draw(ChaCha8Rng::seed_from_u64(SEED ^ mixed))
    }

    /// A number from 0 to the bound, without it.
    pub fn below(&mut self, bound: i64) -> i64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(bound.unsigned_abs());
        i64::try_from(wide >> 64).unwrap_or_default()
    }

    /// A number between both, included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high - low + 1)
    }

    /// True so many times in a thousand.
    pub fn per_mille(&mut self, share: i64) -> bool {
        self.below(1_000) < share
    }

    /// Any entry of a list that is not empty.
    pub fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        let place = self.below(i64::try_from(list.len()).unwrap_or(i64::MAX));
        &list[usize::try_from(place).unwrap_or_default()]
    }

    /// An entry by its weight.
    pub fn weighted<'l>(&mut self, list: &[(&'l str, i64)]) -> &'l str {
        let mut rest = self.below(list.iter().map(|(_, weight)| weight).sum());
        for (entry, weight) in list {
            if rest < *weight {
                return entry;
            }
            rest -= weight;
        }
        list[0].0
    }
}

/// What is registered of a subject.
pub struct Organisation {
    pub subject: i64,
    pub name: String,
    pub trade: &'static str,
    pub form: &'static str,
    pub uscc: String,
    pub representative: String,
    pub district: &'static str,
    pub district_name: &'static str,
    pub industry: &'static str,
    pub address: String,
    pub status: &'static str,
    pub ended: bool,
    pub established_on: Date,
    /// Fen.
    pub capital: i64,
}

impl Organisation {
    pub fn of(subject: i64, as_of: Date) -> Organisation {
        let mut draw = Draw::of(ORGANISATIONS + subject);
        let brand: String = (0..draw.between(2, 4)).map(|_| *draw.pick(&BRANDS)).collect();
        let (trade, industry) = *draw.pick(&TRADES);
        let form = *draw.pick(&FORMS);
        let (district, district_name) = *draw.pick(&DISTRICTS);
        let (street, house) = (*draw.pick(&STREETS), draw.between(1, 400));
        let (one, other) = (*draw.pick(&STEMS), *draw.pick(&STEMS));
        let status = draw.weighted(&STATUSES);
        Organisation {
            subject,
            name: format!("示例{brand}{trade}{form}"),
            trade,
            form,
            // In a division that does not exist.
            uscc: format!("91419900{subject:09}X"),
            representative: format!("示例{one}{other}"),
            district,
            district_name,
            industry,
            address: format!("示例市{district_name}示例{street}{house}号"),
            status,
            ended: ENDED.contains(&status),
            // Before any record of the feed.
            established_on: plus(as_of, -draw.between(1_500, 12_000)),
            capital: draw.pick(&CAPITALS) * 100 * draw.between(1, 9),
        }
    }

    pub fn profile(self) -> Profile {
        Profile {
            subject: SubjectId(self.subject),
            kind: Kind::Organisation,
            name: self.name,
            uscc: Some(self.uscc),
            district: Some(self.district.to_owned()),
            industry: Some(self.industry.to_owned()),
            status: Some(self.status.to_owned()),
            ended: self.ended,
            established_on: Some(self.established_on),
            registered_capital: Some(self.capital),
        }
    }
}

/// The day so many days later, or earlier where the number is negative.
pub fn plus(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

/// Days from the first to the last.
pub fn days_between(first: Date, last: Date) -> i64 {
    last.duration_since(first).as_hours() / 24
}

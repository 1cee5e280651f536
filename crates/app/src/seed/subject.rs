//! The made-up subjects: each follows from its number and the seed alone.

use jiff::civil::Date;

use super::{
    codes,
    draw::{Draw, days_between, plus_days, scramble, shuffle},
    trades::{self, Sector, Trade},
    words,
};

/// Districts of the made-up city, as in `policy/places/shili`, with their share of subjects.
pub const DISTRICTS: &[((&str, &str), u64)] = &[
    (("419901", "示例东区"), 24),
    (("419902", "示例西区"), 18),
    (("419903", "示例南区"), 14),
    (("419904", "示例北区"), 12),
    (("419905", "示例湖区"), 8),
    (("419906", "示例高新区"), 8),
    (("419907", "示例山县"), 9),
    (("419908", "示例河县"), 7),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Company,
    Business,
    Social,
    Public,
    Cooperative,
    Village,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    Micro,
    Small,
    Medium,
    Large,
}

impl Size {
    /// How much more happens to a subject of this size than to the smallest.
    #[must_use]
    pub fn factor(self) -> u64 {
        match self {
            Size::Micro => 1,
            Size::Small => 2,
            Size::Medium => 5,
            Size::Large => 14,
        }
    }
}

/// One subject of the city on the newest day of the data.
#[derive(Clone, Debug)]
pub struct Subject {
    pub class: Class,
    pub uscc: String,
    pub org_code: String,
    pub reg_no: Option<String>,
    pub name: String,
    /// The name given up, and when.
    pub former: Option<(String, Date)>,
    pub representative: String,
    pub district: (&'static str, &'static str),
    pub address: String,
    pub industry: &'static str,
    pub trade: &'static str,
    pub sector: Sector,
    pub size: Size,
    pub established: Date,
    /// Registered capital in 万元; zero where the class has none.
    pub capital: i64,
    /// Day of striking off (注销).
    pub ended: Option<Date>,
    /// The business licence was revoked (吊销) but the subject not struck off.
    pub revoked: bool,
}

impl Subject {
    /// The subject with this number in a city of so many.
    #[must_use]
    pub fn of(number: u64, subjects: u64, seed: u64, as_of: Date, draw: &mut Draw) -> Subject {
        let class = class(draw);
        let (brand, trade, code_class) = occupation(class, number, subjects, seed);
        let size = size(class, draw);
        let district = draw.weighted(DISTRICTS);
        let org_code = codes::org_code(shuffle(number, codes::ORG_CODES, scramble(seed)));
        let established = established(as_of, draw);
        let (ended, revoked) = ending(class, established, as_of, draw);
        let business = matches!(class, Class::Company | Class::Business);
        let (word, industry, sector) = trade;
        let mut subject = Subject {
            class,
            uscc: codes::uscc(code_class, district.0, &org_code),
            org_code,
            reg_no: business.then(|| {
                let first = if class == Class::Company { 0 } else { 60_000_000 };
                codes::reg_no(district.0, first + number % 30_000_000)
            }),
            name: full_name(class, &brand, word, draw),
            former: None,
            representative: words::person(draw.below(120)),
            address: address(district.1, draw),
            district,
            industry,
            trade: word,
            sector,
            size,
            established,
            capital: capital(class, size, draw),
            ended,
            revoked,
        };
        subject.former = former(&subject, &brand, as_of, draw);
        subject
    }

    /// 行政相对人类别 as exchanged.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        if self.class == Class::Business { "个体工商户" } else { "法人及非法人组织" }
    }

    /// The last day on which something could happen to it.
    #[must_use]
    pub fn last_day(&self, as_of: Date) -> Date {
        self.ended.unwrap_or(as_of)
    }

    /// The subject as it was called before, where it took its name after that day.
    #[must_use]
    pub fn before(&self, day: Date) -> Option<Subject> {
        let (name, renamed) = self.former.as_ref()?;
        let before = Subject { name: name.clone(), former: None, ..self.clone() };
        (day < *renamed).then_some(before)
    }

    /// Whole years it has stood on a day.
    #[must_use]
    pub fn years(&self, day: Date) -> i64 {
        days_between(self.established, day) / 365
    }
}

/// Where a subject sits, and where it goes when it moves.
#[must_use]
pub fn address(district: &str, draw: &mut Draw) -> String {
    let street = words::street(draw.below(16));
    format!("{district}{street}{}号", draw.between(1, 899))
}

fn class(draw: &mut Draw) -> Class {
    draw.weighted(&[
        (Class::Company, 620),
        (Class::Business, 280),
        (Class::Social, 60),
        (Class::Public, 18),
        (Class::Cooperative, 18),
        (Class::Village, 4),
    ])
}

fn size(class: Class, draw: &mut Draw) -> Size {
    match class {
        Class::Company => draw.weighted(&[
            (Size::Micro, 580),
            (Size::Small, 310),
            (Size::Medium, 85),
            (Size::Large, 25),
        ]),
        Class::Business | Class::Village => Size::Micro,
        _ => draw.weighted(&[(Size::Micro, 70), (Size::Small, 25), (Size::Medium, 5)]),
    }
}

/// Brand, trade and class of the code (`91`).
fn occupation(
    class: Class,
    number: u64,
    subjects: u64,
    seed: u64,
) -> (String, Trade, &'static str) {
    let named = |list: &[Trade], code: &'static str| {
        let (brand, place) = words::brand_and_trade(number, subjects, list.len(), scramble(seed));
        (brand, list[place], code)
    };
    let classed = |list: &[(Trade, &'static str)]| {
        let (brand, place) = words::brand_and_trade(number, subjects, list.len(), scramble(seed));
        (brand, list[place].0, list[place].1)
    };
    match class {
        Class::Company => named(trades::COMPANY, "91"),
        Class::Business => named(trades::BUSINESS, "92"),
        Class::Cooperative => named(trades::COOPERATIVE, "93"),
        Class::Village => named(trades::VILLAGE, "N2"),
        Class::Social => classed(trades::SOCIAL),
        Class::Public => classed(trades::PUBLIC),
    }
}

fn full_name(class: Class, brand: &str, trade: &str, draw: &mut Draw) -> String {
    let mark = words::MARK;
    match class {
        Class::Company => {
            let form = draw.weighted(&[("有限公司", 90), ("有限责任公司", 6), ("股份有限公司", 4)]);
            format!("{mark}{brand}{trade}{form}")
        }
        Class::Cooperative => format!("{mark}{brand}{trade}专业合作社"),
        _ => format!("{mark}{brand}{trade}"),
    }
}

/// Most stand a few years, some for twenty-five.
fn established(as_of: Date, draw: &mut Draw) -> Date {
    let years = draw.weighted(&[(3, 30), (8, 40), (15, 20), (25, 10)]);
    plus_days(as_of, -draw.between(120, years * 365))
}

fn ending(class: Class, established: Date, as_of: Date, draw: &mut Draw) -> (Option<Date>, bool) {
    let age = days_between(established, as_of);
    let mortal = matches!(class, Class::Company | Class::Business | Class::Cooperative);
    if !mortal || age < 700 {
        return (None, false);
    }
    match draw.below(1000) {
        0..70 => (Some(plus_days(established, draw.between(400, age - 30))), false),
        70..90 => (None, true),
        _ => (None, false),
    }
}

fn capital(class: Class, size: Size, draw: &mut Draw) -> i64 {
    const MICRO: [i64; 6] = [10, 30, 50, 100, 100, 200];
    const SMALL: [i64; 5] = [200, 300, 500, 500, 1000];
    const MEDIUM: [i64; 4] = [1000, 2000, 3000, 5000];
    const LARGE: [i64; 4] = [5000, 10_000, 20_000, 50_000];
    if matches!(class, Class::Public | Class::Village) {
        return 0;
    }
    match size {
        Size::Micro => *draw.pick(&MICRO),
        Size::Small => *draw.pick(&SMALL),
        Size::Medium => *draw.pick(&MEDIUM),
        Size::Large => *draw.pick(&LARGE),
    }
}

/// A few companies bore another name before; 实业 keeps it apart from every living name.
fn former(subject: &Subject, brand: &str, as_of: Date, draw: &mut Draw) -> Option<(String, Date)> {
    let renamed = subject.class == Class::Company && draw.per_mille(60);
    if !renamed || subject.ended.is_some() || subject.years(as_of) < 2 {
        return None;
    }
    let name = format!("{}{brand}{}实业有限公司", words::MARK, subject.trade);
    let day = if draw.per_mille(100) {
        plus_days(as_of, -draw.between(2, 5))
    } else {
        draw.day(plus_days(subject.established, 300), plus_days(as_of, -60))
    };
    Some((name, day))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;

    use super::*;

    fn city(subjects: u64) -> impl Iterator<Item = Subject> {
        let as_of = date(2026, 11, 20);
        (0..subjects)
            .map(move |number| Subject::of(number, subjects, 7, as_of, &mut Draw::of(7, number)))
    }

    #[test]
    fn gives_no_two_subjects_one_name_or_code() {
        let subjects: Vec<Subject> = city(30_000).collect();
        let names: BTreeSet<&String> = subjects.iter().map(|subject| &subject.name).collect();
        let codes: BTreeSet<&String> = subjects.iter().map(|subject| &subject.uscc).collect();
        assert_eq!((names.len(), codes.len()), (30_000, 30_000));
    }

    #[test]
    fn marks_every_name_as_made_up() {
        assert!(city(2000).all(|subject| subject.name.starts_with(words::MARK)));
    }
}

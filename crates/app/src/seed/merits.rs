//! Honours, tax ratings and performed public contracts.

use jiff::civil::{Date, date};

use super::{
    city::{City, Source, Wave},
    columns, departments,
    draw::{Draw, plus_days, plus_months},
    row::Row,
    subject::{Class, Size, Subject},
};

/// Writes the honours, ratings and contracts of a subject.
pub fn write(city: &mut City, subject: &Subject, draw: &mut Draw) -> anyhow::Result<()> {
    tax_ratings(city, subject, draw)?;
    if subject.ended.is_some() || subject.revoked {
        return Ok(());
    }
    let (honoured, contracted) = match subject.size {
        Size::Micro => (8, 10),
        Size::Small => (35, 50),
        Size::Medium => (140, 180),
        Size::Large => (450, 450),
    };
    if draw.per_mille(honoured) {
        honour(city, subject, draw)?;
    }
    if subject.class == Class::Company && draw.per_mille(contracted) {
        for _ in 0..=draw.below(subject.size.factor()) {
            contract(city, subject, draw)?;
        }
    }
    Ok(())
}

/// One rating a year, published in April of the next.
fn tax_ratings(city: &mut City, subject: &Subject, draw: &mut Draw) -> anyhow::Result<()> {
    let rated = match subject.class {
        Class::Company => true,
        Class::Cooperative => draw.per_mille(600),
        Class::Business => draw.per_mille(100),
        _ => false,
    };
    if !rated {
        return Ok(());
    }
    let department = departments::by_id("shuiwu");
    let source = Source { department: department.id, item: "tax_rating" };
    let good = draw.below(100);
    for year in city.as_of.year() - 6..city.as_of.year() {
        let day = date(year + 1, 4, 20);
        if city.history_end() < day || date(year, 12, 31) < subject.established {
            continue;
        }
        if subject.ended.is_some_and(|ended| ended < day) {
            break;
        }
        let young = subject.years(date(year, 12, 31)) < 1;
        let rating = match (good + draw.below(25), young) {
            (_, true) => "M",
            (0..8, _) => "D",
            (8..15, _) => "C",
            (15..75, _) => "B",
            (75..90, _) => "M",
            _ => "A",
        };
        let row = Row::about(columns::TAX_RATING, subject)
            .with("NS_ND", year.to_string())
            .with("NS_JB", rating)
            .with("NS_PJRQ", day)
            .with("NS_PJJG", department.name)
            .with("NS_PJJGDM", department.uscc)
            .with("NS_SJLY", department.name)
            .with("NS_SJLYDM", department.uscc);
        city.keep(source, &row, raise, draw)?;
    }
    Ok(())
}

/// A rating is raised after review (复评).
fn raise(row: &mut Row, _: &mut Draw) {
    row.set("NS_JB", "B");
    row.set("BZ", "复评后调整");
}

fn honour(city: &mut City, subject: &Subject, draw: &mut Draw) -> anyhow::Result<()> {
    const HONOURS: [(&str, &str, &str, i64); 6] = [
        ("contract_trustworthy", "守合同重信用企业", "scjg", 2),
        ("quality_award", "示例市市长质量奖", "scjg", 3),
        ("integrity_model", "示例市诚信典型", "fagai", 3),
        ("labour_harmony", "劳动关系和谐企业", "renshe", 3),
        ("other", "专精特新中小企业", "gongxin", 3),
        ("volunteer", "优秀志愿服务组织", "tuanwei", 2),
    ];
    let (kind, name, department, years) = *draw.pick(&HONOURS);
    let department = departments::by_id(department);
    let first = plus_days(subject.established, 90).max(plus_months(city.as_of, -54));
    if city.history_end() <= first {
        return Ok(());
    }
    let day = draw.day(first, city.history_end());
    let serial = city.next_number(department.id, day.year());
    let row = Row::about(columns::HONOUR, subject)
        .with("RY_LX", kind)
        .with("RY_MC", name)
        .with("RY_WSH", format!("{}发〔{}〕{serial}号", department.mark, day.year()))
        .with("RY_NR", "经推荐、审核和公示，无异议")
        .with("RY_RDRQ", day)
        .with("RY_YXQZ", plus_days(plus_months(day, years * 12), -1))
        .with("RY_RDJG", department.name)
        .with("RY_RDJGDM", department.uscc)
        .with("RY_SJLY", department.name)
        .with("RY_SJLYDM", department.uscc);
    let source = Source { department: department.id, item: "honour" };
    city.keep(source, &row, mend, draw)
}

fn mend(row: &mut Row, _: &mut Draw) {
    row.set("RY_NR", "更正：经推荐、审核和公示，公示期内无异议");
}

fn contract(city: &mut City, subject: &Subject, draw: &mut Draw) -> anyhow::Result<()> {
    const BUYERS: [&str; 4] = [
        "示例市公共资产运营中心",
        "示例市城市建设服务中心",
        "示例市市民服务中心",
        "示例市教育技术装备中心",
    ];
    const WORKS: [&str; 5] =
        ["设备采购项目", "维修改造工程", "信息化服务项目", "绿化养护服务项目", "办公用品采购项目"];
    let department = departments::by_id("ggzy");
    let first = plus_days(subject.established, 60).max(plus_months(city.as_of, -60));
    let last = plus_days(city.history_end(), -20);
    if last <= first {
        return Ok(());
    }
    let signed = draw.day(first, last);
    let due = plus_days(signed, draw.between(30, 400));
    let judged = plus_days(due, draw.between(5, 30));
    let (judged, result) = settle(city, signed, judged, draw);
    let (year, serial) = (signed.year(), city.next_number(department.id, signed.year()));
    let breached = result == "breached";
    let row = Row::about(columns::CONTRACT_PERFORMANCE, subject)
        .with("HT_BH", format!("SLHT{year}{serial:05}"))
        .with("HT_XM", format!("{}{}", subject.district.1, draw.pick(&WORKS)))
        .with("HT_XMBH", format!("SLXM{year}{serial:05}"))
        .with("HT_CGR", *draw.pick(&BUYERS))
        .with("HT_JE", format!("{}.{}", draw.between(5, 2000), draw.between(1, 9)))
        .with("HT_QDRQ", signed)
        .with("HT_LYQX", due)
        .with("HT_LXQK", result)
        .with("HT_RDWSH", breached.then(|| format!("{}违认〔{year}〕{serial}号", department.mark)))
        .with("HT_WYSS", breached.then_some("未按合同约定的期限和标准交付，经催告后仍未履行"))
        .with("HT_PJRQ", judged)
        .with("HT_JDDW", department.name)
        .with("HT_JDDWDM", department.uscc)
        .with("HT_SJLY", department.name)
        .with("HT_SJLYDM", department.uscc);
    let source = Source { department: department.id, item: "contract_performance" };
    city.put(source, Wave::History, &row, None).map(drop)
}

/// Day and result of the newest judgement: a contract not yet due is judged on its way.
fn settle(city: &City, signed: Date, judged: Date, draw: &mut Draw) -> (Date, &'static str) {
    if city.history_end() < judged {
        return (draw.day(signed, city.history_end()), "performing");
    }
    let result = draw.weighted(&[
        ("fulfilled", 90),
        ("late", 6),
        ("partly", 2),
        ("terminated", 1),
        ("breached", 1),
    ]);
    (judged, result)
}

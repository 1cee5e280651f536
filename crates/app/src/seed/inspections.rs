//! Inspections: a quarter of the subjects was looked at in the last five years.

use super::{
    city::{City, Source, Wave},
    columns,
    departments::{self, Department},
    draw::{Draw, plus_days, plus_months},
    row::Row,
    subject::{Class, Size, Subject},
    trades::Sector,
};

/// Department and matter by sector.
fn matters(sector: Sector) -> &'static [(&'static str, &'static str)] {
    match sector {
        Sector::Food => &[
            ("scjg", "食品经营许可条件保持情况检查"),
            ("scjg", "食品安全自查制度落实情况检查"),
            ("scjg", "餐饮服务食品安全检查"),
        ],
        Sector::Drugs => {
            &[("yaojian", "药品经营质量管理规范执行情况检查"), ("yaojian", "医疗器械经营检查")]
        }
        Sector::Retail => &[
            ("scjg", "明码标价检查"),
            ("scjg", "登记事项检查"),
            ("scjg", "公示信息检查"),
            ("scjg", "产品质量监督抽查"),
            ("xiaofang", "消防监督检查"),
        ],
        Sector::Making => &[
            ("shengtai", "污染防治设施运行情况检查"),
            ("yingji", "安全生产教育培训情况检查"),
            ("scjg", "特种设备使用单位检查"),
        ],
        Sector::Chemicals => {
            &[("yingji", "危险化学品储存安全检查"), ("shengtai", "环境应急预案备案情况检查")]
        }
        Sector::Building => &[
            ("zhujian", "建筑施工安全检查"),
            ("zhujian", "建设工程质量检查"),
            ("chengguan", "工地扬尘防治检查"),
        ],
        Sector::Transport => {
            &[("jiaotong", "道路运输经营行为检查"), ("jiaotong", "营运车辆动态监控检查")]
        }
        Sector::Farming => &[("nongye", "农资经营检查"), ("nongye", "农产品质量安全检查")],
        Sector::Learning => {
            &[("jiaoyu", "办学条件和规范办学行为检查"), ("jiaoyu", "收费公示情况检查")]
        }
        Sector::Services => &[
            ("scjg", "公示信息检查"),
            ("weijian", "公共场所卫生检查"),
            ("renshe", "劳动用工和工资支付检查"),
            ("scjg", "登记事项检查"),
        ],
    }
}

/// Writes the inspections of a subject.
pub fn write(city: &mut City, subject: &Subject, draw: &mut Draw) -> anyhow::Result<()> {
    let (share, most) = match (subject.class, subject.size) {
        (Class::Public | Class::Village, _) => return Ok(()),
        (_, Size::Micro) => (190, 2),
        (_, Size::Small) => (330, 3),
        (_, Size::Medium) => (600, 6),
        (_, Size::Large) => (950, 16),
    };
    if !draw.per_mille(share) {
        return Ok(());
    }
    let first = plus_days(subject.established, 60).max(plus_months(city.as_of, -60));
    let last = subject.last_day(city.as_of).min(city.history_end());
    for _ in 0..=draw.below(most) {
        if last <= first {
            break;
        }
        let day = draw.day(first, last);
        let (source, row) = inspection(city, subject, day, draw);
        city.keep(source, &row, change, draw)?;
    }
    if subject.ended.is_none() && !city.quiet && draw.per_mille(8 * subject.size.factor()) {
        let day = plus_days(city.as_of, -draw.between(1, 5)).max(subject.established);
        let (source, row) = inspection(city, subject, day, draw);
        city.put(source, Wave::Current, &row, None)?;
    }
    Ok(())
}

fn inspection(
    city: &mut City,
    subject: &Subject,
    day: jiff::civil::Date,
    draw: &mut Draw,
) -> (Source, Row) {
    const KINDS: [(&str, u64); 4] =
        [("双随机抽查", 60), ("日常检查", 25), ("专项检查", 12), ("复查", 3)];
    const RESULTS: [(&str, u64); 5] = [("1", 76), ("2", 17), ("3", 4), ("8", 2), ("6", 1)];
    let (department, matter) = *draw.pick(matters(subject.sector));
    let department: &Department = departments::by_id(department);
    let year = day.year();
    let serial = city.next_number(department.id, year);
    let result = draw.weighted(&RESULTS);
    let findings = match result {
        "2" => Some("部分记录不完整，已当场责令改正并按期复核"),
        "3" => Some("发现的问题须进一步调查，已转入后续处理程序"),
        _ => None,
    };
    let row = Row::about(columns::INSPECTION, subject)
        .with("JC_BH", format!("{}检〔{year}〕{serial}号", department.mark))
        .with("JC_LX", draw.weighted(&KINDS))
        .with("JC_SX", matter)
        .with("JC_RQ", day)
        .with("JC_JCJG", department.name)
        .with("JC_JCJGDM", department.uscc)
        .with("JC_JG", result)
        .with("JC_QK", findings)
        .with("JC_DZ", &subject.address)
        .with("JC_SJLY", department.name)
        .with("JC_SJLYDM", department.uscc);
    (Source { department: department.id, item: "inspection" }, row)
}

/// The department mends a result.
fn change(row: &mut Row, _: &mut Draw) {
    row.set("JC_JG", "2");
    row.set("JC_QK", "更正：现场发现的问题已责令改正");
}

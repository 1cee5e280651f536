//! What speaks against a subject beside penalties: abnormal operations, serious-breach lists,
//! judgments not performed. Few subjects, full evidence.

use jiff::civil::Date;

use super::{
    city::{City, Source, Wave},
    columns, departments,
    draw::{Draw, plus_days, plus_months},
    row::Row,
    subject::{Class, Size, Subject},
    trades::Sector,
};

/// Writes the list entries of a subject.
pub fn write(city: &mut City, subject: &Subject, draw: &mut Draw) -> anyhow::Result<()> {
    if matches!(subject.class, Class::Public | Class::Village | Class::Social) {
        return Ok(());
    }
    let last = subject.last_day(city.as_of).min(city.history_end());
    let first = plus_days(subject.established, 200).max(plus_months(city.as_of, -72));
    if last <= plus_days(first, 100) {
        return Ok(());
    }
    if draw.per_mille(if subject.revoked { 900 } else { 30 }) {
        let day = draw.day(first, plus_days(last, -60));
        abnormal(city, subject, day, draw)?;
    }
    if subject.class == Class::Company && draw.per_mille(6) {
        let day = draw.day(first, plus_days(last, -60));
        serious_breach(city, subject, day, draw)?;
    }
    if draw.per_mille(if subject.size == Size::Micro { 5 } else { 9 }) {
        let day = draw.day(first, plus_days(last, -60));
        judgment_debtor(city, subject, day, draw)?;
    }
    Ok(())
}

fn abnormal(city: &mut City, subject: &Subject, day: Date, draw: &mut Draw) -> anyhow::Result<()> {
    let department = departments::by_id("scjg");
    let (year, serial) = (day.year(), city.next_number("scjg abnormal", day.year()));
    let reason = draw.weighted(&[("1", 55), ("4", 38), ("2", 4), ("3", 3)]);
    let removed = plus_days(day, draw.between(20, 500));
    let removed = (removed <= city.history_end() && draw.per_mille(800)).then_some(removed);
    let source = Source { department: department.id, item: "abnormal" };
    let row = Row::about(columns::ABNORMAL, subject)
        .with("YC_WSH", format!("{}列〔{year}〕{serial}号", department.mark))
        .with("YC_LRYY", reason)
        .with("YC_LRRQ", day)
        .with("YC_LRJG", department.name)
        .with("YC_LRJGDM", department.uscc)
        .with("YC_SJLY", department.name)
        .with("YC_SJLYDM", department.uscc);
    let remove = |row: Row, day: Date| {
        row.with("YC_YCRQ", day)
            .with("YC_YCWSH", format!("{}移〔{}〕{serial}号", department.mark, day.year()))
            .with("YC_YCYY", "已履行公示义务，申请移出")
    };
    if let Some(removed) = removed {
        return city.put(source, Wave::History, &remove(row, removed), None).map(drop);
    }
    let held = city.put(source, Wave::History, &row, None)?;
    if draw.per_mille(150) && !city.quiet {
        let removed = plus_days(city.as_of, -draw.between(1, 6));
        city.put(source, Wave::Current, &remove(row, removed), held.as_ref())?;
    }
    Ok(())
}

/// List, department that decides, facts, grounds and months on the list.
type ListKind = (&'static str, &'static str, &'static str, &'static str, i64);

fn list_kind(sector: Sector, draw: &mut Draw) -> ListKind {
    const MARKET: ListKind = (
        "market_serious",
        "scjg",
        "因生产经营不符合食品安全标准的食品受到较重行政处罚，情节严重，社会危害较大",
        "《市场监督管理严重违法失信名单管理办法》第五条",
        36,
    );
    const TAX: ListKind = (
        "tax_major",
        "shuiwu",
        "采取欺骗手段少缴应纳税款，查补税款金额达到重大税收违法失信主体标准",
        "《重大税收违法失信主体信息公布管理办法》第六条第一项",
        36,
    );
    const WAGES: ListKind = (
        "wage_arrears",
        "renshe",
        "克扣、无故拖欠农民工工资达到规定数额，经责令限期支付逾期不支付",
        "《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》第五条第二项",
        36,
    );
    const SAFETY: ListKind = (
        "work_safety",
        "yingji",
        "发生生产安全责任事故后拒不执行停产整改指令",
        "《安全生产严重失信主体名单管理办法》第七条",
        36,
    );
    match sector {
        Sector::Building => *draw.pick(&[WAGES, SAFETY, TAX]),
        Sector::Chemicals | Sector::Making => *draw.pick(&[SAFETY, TAX]),
        Sector::Food | Sector::Drugs | Sector::Retail => *draw.pick(&[MARKET, TAX]),
        _ => *draw.pick(&[TAX, WAGES]),
    }
}

fn serious_breach(
    city: &mut City,
    subject: &Subject,
    day: Date,
    draw: &mut Draw,
) -> anyhow::Result<()> {
    const HEARING: [&str; 3] = [
        "当事人在规定期限内未提出陈述申辩",
        "当事人提出陈述申辩，经复核不予采纳，理由已书面告知",
        "当事人书面表示放弃陈述申辩",
    ];
    let (list, department, facts, grounds, months) = list_kind(subject.sector, draw);
    let department = departments::by_id(department);
    let (year, serial) = (day.year(), city.next_number(department.id, day.year()));
    let mark = department.mark;
    let row = Row::about(columns::SERIOUS_BREACH, subject)
        .with("SX_XDR_ZZJG", &subject.org_code)
        .with("SX_FRDB", &subject.representative)
        .with("SX_MDLX", list)
        .with("SX_LRSY", facts)
        .with("SX_LRYJ", grounds)
        .with("SX_GZWSH", format!("{mark}失信告〔{year}〕{serial}号"))
        .with("SX_GZRQ", plus_days(day, -draw.between(15, 40)))
        .with("SX_SBQK", *draw.pick(&HEARING))
        .with("SX_WSH", format!("{mark}失信列〔{year}〕{serial}号"))
        .with("SX_JDRQ", day)
        .with("SX_SDRQ", plus_days(day, draw.between(1, 6)))
        .with("SX_CSTS", "依法限制参加政府采购活动；依法限制申请财政性资金项目；不适用告知承诺制")
        .with(
            "SX_YCTJ",
            "列入满一年且已履行法定义务、消除不良影响的，可以向本机关申请提前移出；期满自动移出",
        )
        .with("SX_QXZ", plus_months(day, months))
        .with("SX_LRJG", department.name)
        .with("SX_LRJGDM", department.uscc)
        .with("SX_SJLY", department.name)
        .with("SX_SJLYDM", department.uscc);
    if subject.ended.is_none() && city.as_of < plus_months(day, months) {
        city.note("serious_breach", subject);
    }
    let source = Source { department: department.id, item: "serious_breach" };
    city.put(source, Wave::History, &row, None).map(drop)
}

fn judgment_debtor(
    city: &mut City,
    subject: &Subject,
    day: Date,
    draw: &mut Draw,
) -> anyhow::Result<()> {
    const CONDUCT: [&str; 3] = [
        "有履行能力而拒不履行生效法律文书确定义务",
        "违反财产报告制度",
        "无正当理由拒不履行执行和解协议",
    ];
    let department = departments::by_id("fayuan");
    let serial = city.next_number(department.id, day.year());
    let year = day.year();
    let amount = draw.between(3, 900) * 1000;
    let removed = plus_days(day, draw.between(60, 720));
    let removed = (removed <= city.history_end() && draw.per_mille(700)).then_some(removed);
    let state = if removed.is_some() { "全部履行" } else { "全部未履行" };
    let row = Row::about(columns::JUDGMENT_DEBTOR, subject)
        .with("ZX_XDR_ZZJG", &subject.org_code)
        .with("ZX_FRDB", &subject.representative)
        .with("ZX_AH", format!("（{year}）示执{serial}号"))
        .with("ZX_YJWH", format!("（{}）示民初{serial}号", year - 1))
        .with("ZX_YJDW", "示例市中级人民法院")
        .with("ZX_YW", format!("支付货款{amount}元并承担案件受理费"))
        .with("ZX_LXQK", state)
        .with("ZX_XWQX", *draw.pick(&CONDUCT))
        .with("ZX_LARQ", plus_days(day, -draw.between(30, 90)))
        .with("ZX_FBRQ", day)
        .with("ZX_YCRQ", removed)
        .with("ZX_ZXFY", department.name)
        .with("ZX_ZXFYDM", department.uscc)
        .with("ZX_SJLY", department.name)
        .with("ZX_SJLYDM", department.uscc);
    let source = Source { department: department.id, item: "judgment_debtor" };
    city.put(source, Wave::History, &row, None).map(drop)
}
